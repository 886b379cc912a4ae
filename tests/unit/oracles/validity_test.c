/* validity_test.c - the oracle of validity fires where a loyal commander's view decides what he did
 * not propose, or where he proposes twice. */
#include "support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct scene scene;

static int set_up(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scene_end(&scene);
    return 0;
}

/* Not his order of the view, by its time. */
static struct decision *other_order(view_nr view, height_nr height)
{
    struct segment none[1];
    scene.height += 5;
    struct slice command = scene_put(&scene, "k", "v");
    (void)scene_ask(&scene, 0, command);
    none[0] = scene_segment(&scene, 0, &command, 1, true);
    return scene_order(&scene, view, height, none, 1);
}

static void validity_of_what_was_proposed_is_silent(void **state)
{
    (void)state;
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_commit(&scene, scene_order(&scene, 3, 2, NULL, 0));
    scene_assert_silent(&scene);
}

static void validity_of_an_order_that_the_commander_never_proposed_is_found(void **state)
{
    (void)state;
    scene_propose(&scene, scene_order(&scene, 2, 1, NULL, 0));
    scene_decide(&scene, 1, other_order(2, 1));
    scene_replica(&scene, SIGHT_SYNCED, 1);
    scene_assert_found(&scene, "validity", "replica 1|height 1|view 2|replica 2|never proposed");
}

static void validity_under_a_traitor_is_not_asked(void **state)
{
    (void)state;
    scene_replica(&scene, SIGHT_CORRUPTED, 2);
    scene_decide(&scene, 1, other_order(2, 1));
    scene_replica(&scene, SIGHT_SYNCED, 1);
    scene_assert_silent(&scene);
}

static void validity_of_two_proposals_in_a_view_is_found(void **state)
{
    (void)state;
    scene_propose(&scene, scene_order(&scene, 2, 1, NULL, 0));
    assert_null(scene_finding(&scene, "validity"));
    scene_propose(&scene, other_order(2, 1));
    scene_assert_found(&scene, "validity", "replica 2|commander of view 2|another order");
    scene_assert_found(&scene, "votes", "replica 2|Notarize(2");
}

static void validity_of_a_proposal_repeated_is_silent(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 2, 1, NULL, 0);
    scene_propose(&scene, decision);
    scene_propose(&scene, decision);
    scene_assert_silent(&scene);
}

static void validity_of_a_proposal_that_a_crash_took_back_is_silent(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 2, 1, NULL, 0);
    struct peer_message message = {.kind = PEER_PROPOSAL, .proposal.order = decision->order};
    scene_send(&scene, 2, REPLICA_ALL, &message);
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 0);
    scene_propose(&scene, other_order(2, 1));
    scene_assert_silent(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(validity_of_what_was_proposed_is_silent),
        T(validity_of_an_order_that_the_commander_never_proposed_is_found),
        T(validity_under_a_traitor_is_not_asked),
        T(validity_of_two_proposals_in_a_view_is_found),
        T(validity_of_a_proposal_repeated_is_silent),
        T(validity_of_a_proposal_that_a_crash_took_back_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
