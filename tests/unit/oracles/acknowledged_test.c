/* acknowledged_test.c - the oracle of acknowledged operations fires on results that the log does
 * not give, and the oracle of real time on a log that contradicts the clock. */
#include "oracles/bounds.h"
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

static struct slice text(const char *bytes)
{
    return slice_of_text(bytes);
}

static void acknowledged_results_of_the_log_are_silent(void **state)
{
    (void)state;
    scene_told(&scene, 0, scene_do(&scene, 0, scene_put(&scene, "k", "v")), OUTCOME_DONE, text(""));
    scene_told(&scene, 1, scene_do(&scene, 1, scene_get(&scene, "k")), OUTCOME_DONE, text("\1v"));
    scene_told(&scene, 0, scene_do(&scene, 0, scene_cas(&scene, "k", "x", "y")), OUTCOME_REFUSED,
               text("\1\1v"));
    scene_told(&scene, 2, scene_do(&scene, 2, scene_incr(&scene, "n", -4)), OUTCOME_DONE,
               text("-4"));
    scene_told(&scene, 1, scene_do(&scene, 1, scene_del(&scene, "k")), OUTCOME_DONE, text("\1"));
    scene_assert_silent(&scene);
}

static void acknowledged_before_it_is_decided_is_found(void **state)
{
    (void)state;
    struct slice command = scene_put(&scene, "k", "v");
    uint64_t number = scene_ask(&scene, 1, command);
    struct segment segment = scene_segment(&scene, 1, &command, 1, true);
    scene_propose(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_told(&scene, 1, number, OUTCOME_DONE, text(""));
    scene_assert_found(&scene, "acknowledged", "client 1|operation 1|request 1|no loyal replica");
}

/* Answered before the sync: then the replica crashed, and another one decides it for good. */
static struct decision *acknowledge_before_the_sync(const char *result)
{
    struct slice command = scene_get(&scene, "k");
    uint64_t number = scene_ask(&scene, 1, command);
    struct segment segment = scene_segment(&scene, 1, &command, 1, true);
    struct decision *decision = scene_order(&scene, 1, 1, &segment, 1);
    scene_propose(&scene, decision);
    scene_decide(&scene, 0, decision);
    scene_replica(&scene, SIGHT_CRASHED, 0);
    scene_start(&scene, 0, 0);
    scene_told(&scene, 1, number, OUTCOME_DONE, slice_of(result, 1));
    return decision;
}

static void acknowledged_before_the_sync_is_silent(void **state)
{
    (void)state;
    struct decision *decision = acknowledge_before_the_sync("\0");
    scene_decide(&scene, 2, decision);
    scene_replica(&scene, SIGHT_SYNCED, 2);
    scene_assert_silent(&scene);
}

static void acknowledged_before_the_sync_with_another_result_is_found(void **state)
{
    (void)state;
    struct decision *decision = acknowledge_before_the_sync("\1");
    assert_null(scene_finding(&scene, "acknowledged"));
    scene_decide(&scene, 2, decision);
    scene_replica(&scene, SIGHT_SYNCED, 2);
    scene_assert_found(&scene, "acknowledged", "client 1|operation 1|height 1");
}

static void acknowledged_before_the_sync_and_lost_is_found(void **state)
{
    (void)state;
    (void)acknowledge_before_the_sync("\0");
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_recovery_ns(&scene.world, 0));
    assert_null(scene_finding(&scene, "acknowledged"));
    scene_world(&scene, SIGHT_END);
    scene_assert_found(&scene, "acknowledged", "client 1|operation 1|no loyal replica");
}

static void acknowledged_without_being_sent_is_found(void **state)
{
    (void)state;
    uint64_t number = scene_ask(&scene, 1, scene_put(&scene, "k", "v"));
    scene_told(&scene, 1, number, OUTCOME_DONE, text(""));
    scene_assert_found(&scene, "acknowledged", "client 1|operation 1|never sent");
}

static void acknowledged_with_another_result_is_found(void **state)
{
    (void)state;
    scene_told(&scene, 0, scene_do(&scene, 0, scene_put(&scene, "k", "v")), OUTCOME_DONE, text(""));
    scene_told(&scene, 1, scene_do(&scene, 1, scene_get(&scene, "k")), OUTCOME_DONE, text("\1w"));
    scene_assert_found(&scene, "acknowledged", "client 1|operation 1|height 2|place 2");
}

static void acknowledged_with_another_outcome_is_found(void **state)
{
    (void)state;
    uint64_t number = scene_do(&scene, 0, scene_put(&scene, "k", "v"));
    scene_told(&scene, 0, number, OUTCOME_REFUSED, text(""));
    scene_assert_found(&scene, "acknowledged", "client 0|outcome 1|gives outcome 0");
}

static void acknowledged_timeouts_are_silent(void **state)
{
    (void)state;
    scene_timed_out(&scene, 0, scene_ask(&scene, 0, scene_put(&scene, "k", "a")));
    uint64_t number = scene_do(&scene, 0, scene_put(&scene, "k", "a"));
    scene_told(&scene, 0, number, OUTCOME_DONE, text(""));
    scene_timed_out(&scene, 1, scene_do(&scene, 1, scene_put(&scene, "k", "b")));
    scene_told(&scene, 2, scene_do(&scene, 2, scene_get(&scene, "k")), OUTCOME_DONE, text("\1b"));
    scene_assert_silent(&scene);
}

static void acknowledged_and_behind_at_the_end_is_found(void **state)
{
    (void)state;
    scene_told(&scene, 0, scene_do(&scene, 0, scene_put(&scene, "k", "v")), OUTCOME_DONE, text(""));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 0);
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_recovery_ns(&scene.world, 1));
    scene_world(&scene, SIGHT_END);
    scene_assert_found(&scene, "acknowledged", "replica 2 ends at height 0|height 1");
}

static void acknowledged_and_behind_at_an_early_end_is_silent(void **state)
{
    (void)state;
    scene_told(&scene, 0, scene_do(&scene, 0, scene_put(&scene, "k", "v")), OUTCOME_DONE, text(""));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 0);
    scene_world(&scene, SIGHT_CALM);
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

/* The first is told too early: then the log may put it behind what was asked for later. */
static void realtime_that_the_log_turns_round_is_found(void **state)
{
    (void)state;
    struct slice first = scene_put(&scene, "k", "a");
    uint64_t number = scene_ask(&scene, 0, first);
    struct segment early = scene_segment(&scene, 0, &first, 1, true);
    scene_told(&scene, 0, number, OUTCOME_DONE, text(""));
    (void)scene_do(&scene, 1, scene_put(&scene, "k", "b"));
    assert_null(scene_finding(&scene, "realtime"));
    scene_commit(&scene, scene_order(&scene, 2, 2, &early, 1));
    scene_assert_found(&scene, "realtime",
                       "operation 1 of client 0|operation 1 of client 1|"
                       "place 2|height 2|the other at 1");
}

static void realtime_of_overlapping_operations_is_silent(void **state)
{
    (void)state;
    struct slice first = scene_put(&scene, "k", "a");
    uint64_t number = scene_ask(&scene, 0, first);
    struct segment late = scene_segment(&scene, 0, &first, 1, true);
    (void)scene_do(&scene, 1, scene_put(&scene, "k", "b"));
    scene_commit(&scene, scene_order(&scene, 2, 2, &late, 1));
    scene_told(&scene, 0, number, OUTCOME_DONE, text(""));
    scene_assert_silent(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(acknowledged_results_of_the_log_are_silent),
        T(acknowledged_before_it_is_decided_is_found),
        T(acknowledged_before_the_sync_is_silent),
        T(acknowledged_before_the_sync_with_another_result_is_found),
        T(acknowledged_before_the_sync_and_lost_is_found),
        T(acknowledged_without_being_sent_is_found),
        T(acknowledged_with_another_result_is_found),
        T(acknowledged_with_another_outcome_is_found),
        T(acknowledged_timeouts_are_silent),
        T(acknowledged_and_behind_at_the_end_is_found),
        T(acknowledged_and_behind_at_an_early_end_is_silent),
        T(realtime_that_the_log_turns_round_is_found),
        T(realtime_of_overlapping_operations_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
