/* agreement_test.c - the oracle of agreement fires on two orders for one height and on heights out
 * of turn, and on nothing that a crash may honestly do. */
#include "support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct scene scene;

static void agreement_of_all_replicas_is_silent(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    for (height_nr h = 1; h <= 5; h++) {
        scene_commit(&scene, scene_order(&scene, h, h, NULL, 0));
    }
    scene_assert_silent(&scene);
    scene_end(&scene);
}

static void agreement_with_another_order_at_a_height_is_found(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    struct decision *one = scene_order(&scene, 2, 2, NULL, 0);
    struct decision *other = scene_order(&scene, 3, 2, NULL, 0);
    scene_decide(&scene, 1, one);
    scene_replica(&scene, SIGHT_SYNCED, 1);
    assert_null(scene_finding(&scene, "agreement"));
    scene_decide(&scene, 3, other);
    assert_null(scene_finding(&scene, "agreement")); /* not yet for good */
    scene_replica(&scene, SIGHT_SYNCED, 3);
    scene_assert_found(&scene, "agreement", "replica 3|view 3|height 2|replica 1|view 2");
    scene_end(&scene);
}

static void agreement_of_applied_orders_counts_before_the_sync(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_decide(&scene, 0, scene_order(&scene, 1, 1, NULL, 0));
    scene_applied(&scene, 0, 1);
    scene_decide(&scene, 2, scene_order(&scene, 2, 1, NULL, 0));
    scene_applied(&scene, 2, 1);
    scene_assert_found(&scene, "agreement", "replica 2|height 1|replica 0");
    scene_end(&scene);
}

static void agreement_of_a_replica_that_skips_a_height_is_found(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_decide(&scene, 2, scene_order(&scene, 3, 3, NULL, 0));
    scene_assert_found(&scene, "agreement", "replica 2|height 3|after height 1");
    scene_end(&scene);
}

static void agreement_of_a_replica_that_decides_again_after_a_crash_is_silent(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    struct decision *first = scene_order(&scene, 1, 1, NULL, 0);
    scene_commit(&scene, first);
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 0);
    scene_decide(&scene, 2, first);
    scene_replica(&scene, SIGHT_SYNCED, 2);
    scene_assert_silent(&scene);
    scene_end(&scene);
}

static void agreement_of_a_replica_that_decides_otherwise_after_a_crash_is_found(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 0);
    scene_decide(&scene, 2, scene_order(&scene, 2, 1, NULL, 0));
    scene_replica(&scene, SIGHT_SYNCED, 2);
    scene_assert_found(&scene, "agreement", "replica 2|view 2|height 1|view 1");
    scene_end(&scene);
}

/* It rested on an own Finalize that was never on disk, and nobody heard of it. */
static void agreement_without_a_decision_that_a_crash_took_back_is_silent(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_decide(&scene, 2, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 0);
    scene_commit(&scene, scene_order(&scene, 2, 1, NULL, 0));
    scene_assert_silent(&scene);
    scene_end(&scene);
}

static void agreement_with_a_decision_that_a_crash_kept_counts(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_decide(&scene, 2, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 1);
    scene_decide(&scene, 0, scene_order(&scene, 2, 1, NULL, 0));
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_found(&scene, "agreement", "replica 0|height 1|replica 2");
    scene_end(&scene);
}

static void agreement_with_a_traitor_is_not_asked(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    scene_replica(&scene, SIGHT_CORRUPTED, 3);
    scene_decide(&scene, 3, scene_order(&scene, 9, 7, NULL, 0));
    scene_replica(&scene, SIGHT_SYNCED, 3);
    scene_replica(&scene, SIGHT_DISK_LOST, 1);
    scene_decide(&scene, 1, scene_order(&scene, 8, 1, NULL, 0));
    scene_replica(&scene, SIGHT_SYNCED, 1);
    scene_assert_silent(&scene);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreement_of_all_replicas_is_silent),
        cmocka_unit_test(agreement_with_another_order_at_a_height_is_found),
        cmocka_unit_test(agreement_of_applied_orders_counts_before_the_sync),
        cmocka_unit_test(agreement_of_a_replica_that_skips_a_height_is_found),
        cmocka_unit_test(agreement_of_a_replica_that_decides_again_after_a_crash_is_silent),
        cmocka_unit_test(agreement_of_a_replica_that_decides_otherwise_after_a_crash_is_found),
        cmocka_unit_test(agreement_without_a_decision_that_a_crash_took_back_is_silent),
        cmocka_unit_test(agreement_with_a_decision_that_a_crash_kept_counts),
        cmocka_unit_test(agreement_with_a_traitor_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
