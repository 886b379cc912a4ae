/* unaccused_test.c - the oracle of false accusations fires on each verdict that a loyal replica
 * must never earn, and excuses messengers. */
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

static void unaccused_for_lateness_and_repetition_is_silent(void **state)
{
    (void)state;
    static const enum verdict honest[] = {VERDICT_ACCEPTED, VERDICT_STALE,    VERDICT_DUPLICATE,
                                          VERDICT_EARLY,    VERDICT_REPLAYED, VERDICT_OVER_LIMIT};
    for (size_t i = 0; i < sizeof honest / sizeof honest[0]; i++) {
        scene_verdict(&scene, 0, 1, honest[i]);
    }
    scene_assert_silent(&scene);
}

static void unaccused_of_what_convicts_is_found(void **state)
{
    static const enum verdict convictions[] = {VERDICT_MALFORMED,      VERDICT_BAD_AUTHENTICATION,
                                               VERDICT_UNKNOWN_SENDER, VERDICT_NOT_PERMITTED,
                                               VERDICT_INVALID,        VERDICT_EQUIVOCATION};
    for (size_t i = 0; i < sizeof convictions / sizeof convictions[0]; i++) {
        scene_verdict(&scene, 2, 3, convictions[i]);
        scene_assert_found(&scene, "unaccused", "replica 2|replica 3");
        scene_assert_found(&scene, "unaccused", verdict_name(convictions[i]));
        (void)tear_down(state);
        (void)set_up(state);
    }
}

static void unaccused_by_or_of_a_traitor_is_not_asked(void **state)
{
    (void)state;
    scene_replica(&scene, SIGHT_CORRUPTED, 1);
    scene_verdict(&scene, 0, 1, VERDICT_EQUIVOCATION);
    scene_verdict(&scene, 1, 0, VERDICT_EQUIVOCATION);
    scene_verdict(&scene, 0, REPLICAS_MAX, VERDICT_UNKNOWN_SENDER); /* a stranger's link */
    scene_assert_silent(&scene);
}

static void unaccused_for_a_liars_segment_passed_on_once(void **state)
{
    (void)state;
    struct peer_message message = {.kind = PEER_SEGMENT};
    scene_replica(&scene, SIGHT_CORRUPTED, 3);
    scene_send(&scene, 1, 0, &message);
    scene_verdict(&scene, 0, 1, VERDICT_BAD_AUTHENTICATION);
    assert_null(scene_finding(&scene, "unaccused"));
    scene_verdict(&scene, 0, 1, VERDICT_BAD_AUTHENTICATION);
    scene_assert_found(&scene, "unaccused", "replica 0|replica 1|bad-authentication");
}

static void unaccused_for_a_segment_where_nobody_lies_is_found(void **state)
{
    (void)state;
    struct peer_message message = {.kind = PEER_SEGMENT};
    scene_send(&scene, 1, 0, &message);
    scene_verdict(&scene, 0, 1, VERDICT_BAD_AUTHENTICATION);
    scene_assert_found(&scene, "unaccused", "replica 0|replica 1|bad-authentication");
}

static void unaccused_for_a_traitors_proposal_passed_on_once(void **state)
{
    (void)state;
    struct peer_message message = {.kind = PEER_PROPOSAL, .proposal.order = {.view = 7}};
    scene_replica(&scene, SIGHT_CORRUPTED, 3); /* commander of view 7 */
    scene_send(&scene, 1, 0, &message);
    scene_verdict(&scene, 0, 1, VERDICT_EQUIVOCATION);
    assert_null(scene_finding(&scene, "unaccused"));
    scene_verdict(&scene, 0, 1, VERDICT_EQUIVOCATION);
    scene_assert_found(&scene, "unaccused", "replica 0|replica 1|equivocation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(unaccused_for_lateness_and_repetition_is_silent),
        T(unaccused_of_what_convicts_is_found),
        T(unaccused_by_or_of_a_traitor_is_not_asked),
        T(unaccused_for_a_liars_segment_passed_on_once),
        T(unaccused_for_a_segment_where_nobody_lies_is_found),
        T(unaccused_for_a_traitors_proposal_passed_on_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
