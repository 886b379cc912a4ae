/* liveness_test.c - the oracles of progress and of recovery fire once the calm has lasted long
 * enough, not before, and their bounds are what PROTOCOLS.md §4 makes them. */
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

static uint64_t ask_and_send(size_t client, struct segment *segment)
{
    struct slice command = scene_put(&scene, "k", "v");
    uint64_t number = scene_ask(&scene, client, command);
    *segment = scene_segment(&scene, client, &command, 1, true);
    return number;
}

static void enter_views(view_nr view)
{
    for (replica_id i = 0; i < SCENE_REPLICAS; i++) {
        scene_see(&scene, (struct sighting){.kind = SIGHT_VIEW, .replica = i, .view = view});
    }
}

static void liveness_of_what_gets_done_is_silent(void **state)
{
    (void)state;
    struct segment segment;
    uint64_t number = ask_and_send(0, &segment);
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_settle_ns(&scene.world) - SCENE_MS);
    scene_commit(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_told(&scene, 0, number, OUTCOME_DONE, slice_of(NULL, 0));
    scene_pass(&scene, oracle_settle_ns(&scene.world));
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

static void liveness_of_an_operation_without_end_is_found(void **state)
{
    (void)state;
    struct segment segment;
    (void)ask_and_send(2, &segment);
    scene_pass(&scene, 10 * oracle_settle_ns(&scene.world)); /* before the calm anything goes */
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_settle_ns(&scene.world));
    scene_replica(&scene, SIGHT_SYNCED, 0);
    assert_null(scene_finding(&scene, "liveness"));
    scene_pass(&scene, SCENE_MS);
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_found(&scene, "liveness", "operation 1 of client 2|request 1|without an end");
}

static void liveness_of_an_operation_asked_for_in_the_calm_is_found(void **state)
{
    (void)state;
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, SCENE_MS);
    (void)scene_ask(&scene, 1, scene_put(&scene, "k", "v"));
    scene_pass(&scene, oracle_settle_ns(&scene.world) + SCENE_MS);
    scene_world(&scene, SIGHT_END);
    scene_assert_found(&scene, "liveness", "operation 1 of client 1|not even sent");
}

static void liveness_of_a_timeout_whose_request_is_not_decided_is_found(void **state)
{
    (void)state;
    struct segment segment;
    uint64_t number = ask_and_send(1, &segment);
    scene_world(&scene, SIGHT_CALM);
    scene_timed_out(&scene, 1, number);
    scene_pass(&scene, oracle_settle_ns(&scene.world) + SCENE_MS);
    scene_world(&scene, SIGHT_END);
    scene_assert_found(&scene, "liveness", "operation 1 of client 1|not in the log");
}

/* Its process may have died: then nobody sends it again. */
static void liveness_of_a_timeout_before_the_calm_is_not_asked(void **state)
{
    (void)state;
    struct segment segment;
    scene_timed_out(&scene, 1, ask_and_send(1, &segment));
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_settle_ns(&scene.world) + SCENE_MS);
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

static void liveness_of_an_older_session_is_not_asked(void **state)
{
    (void)state;
    struct segment segment;
    scene_timed_out(&scene, 1, ask_and_send(1, &segment));
    scene_session(&scene, 1, 50);
    scene_world(&scene, SIGHT_CALM);
    uint64_t number = ask_and_send(1, &segment);
    scene_commit(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_told(&scene, 1, number, OUTCOME_DONE, slice_of(NULL, 0));
    scene_pass(&scene, 2 * oracle_settle_ns(&scene.world));
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

static void liveness_of_a_liar_is_not_asked(void **state)
{
    (void)tear_down(state);
    scene_begin(&scene, 3);
    (void)scene_ask(&scene, 2, scene_put(&scene, "k", "v"));
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, 2 * oracle_settle_ns(&scene.world));
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

/* Without failed views before the calm, back-off has far to go. */
static void liveness_is_judged_sooner_where_no_view_had_failed(void **state)
{
    (void)state;
    uint64_t sooner_ns = oracle_settle_from_ns(&scene.world, 0);
    assert_true(sooner_ns < oracle_settle_ns(&scene.world));
    enter_views(1);
    (void)scene_ask(&scene, 1, scene_put(&scene, "k", "v"));
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, sooner_ns);
    scene_replica(&scene, SIGHT_SYNCED, 0);
    assert_null(scene_finding(&scene, "liveness"));
    scene_pass(&scene, SCENE_MS);
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_found(&scene, "liveness", "operation 1 of client 1");
}

static void liveness_is_judged_later_where_views_had_failed(void **state)
{
    (void)state;
    enter_views(9); /* nothing decided: eight views failed, f of them without a doubling */
    (void)scene_ask(&scene, 1, scene_put(&scene, "k", "v"));
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_settle_ns(&scene.world));
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_silent(&scene);
}

/* f = 1: the running view, a traitor's, one behind, the one that decides, three for the backlog;
 * each 5 * 2^6 + 2 of 100 ms, and 30 s for clients. */
static void liveness_bound_is_what_the_rules_make_it(void **state)
{
    (void)state;
    assert_int_equal(oracle_settle_ns(&scene.world), (7 * 322 * 100 + 30000) * SCENE_MS);
    assert_int_equal(oracle_settle_from_ns(&scene.world, 0), (7 * 42 * 100 + 30000) * SCENE_MS);
}

static void settled_is_what_nobody_waits_for(void **state)
{
    (void)state;
    struct segment segment;
    uint64_t number = ask_and_send(0, &segment);
    assert_false(oracles_is_settled(&scene.oracles)); /* no calm yet */
    struct decision *decision = scene_order(&scene, 1, 1, &segment, 1);
    scene_propose(&scene, decision);
    scene_decide(&scene, 0, decision);
    scene_applied(&scene, 0, 1);
    scene_world(&scene, SIGHT_CALM);
    for (replica_id i = 1; i < SCENE_REPLICAS; i++) { /* the others are behind */
        assert_false(oracles_is_settled(&scene.oracles));
        scene_decide(&scene, i, decision);
    }
    assert_false(oracles_is_settled(&scene.oracles)); /* the client has no answer */
    scene_told(&scene, 0, number, OUTCOME_DONE, slice_of(NULL, 0));
    assert_true(oracles_is_settled(&scene.oracles));
    (void)ask_and_send(1, &segment);
    assert_false(oracles_is_settled(&scene.oracles));
}

static void recovery_of_all_is_silent(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 1, 1, NULL, 0);
    scene_propose(&scene, decision);
    scene_decide(&scene, 0, decision);
    scene_world(&scene, SIGHT_CALM);
    for (replica_id i = 1; i < SCENE_REPLICAS; i++) {
        scene_decide(&scene, i, decision);
    }
    scene_pass(&scene, 2 * oracle_recovery_ns(&scene.world, 1));
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

static void recovery_that_does_not_come_is_found(void **state)
{
    (void)state;
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 3);
    scene_start(&scene, 3, 0);
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, oracle_recovery_ns(&scene.world, 1));
    scene_replica(&scene, SIGHT_SYNCED, 0);
    assert_null(scene_finding(&scene, "recovery"));
    scene_pass(&scene, SCENE_MS);
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_found(&scene, "recovery", "replica 3|height 0|height 1");
}

static void recovery_of_a_replica_that_stays_down_is_found(void **state)
{
    (void)state;
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_world(&scene, SIGHT_CALM);
    assert_false(oracles_is_settled(&scene.oracles));
    scene_pass(&scene, oracle_recovery_ns(&scene.world, 0));
    scene_replica(&scene, SIGHT_SYNCED, 0);
    assert_null(scene_finding(&scene, "recovery"));
    scene_pass(&scene, SCENE_MS);
    scene_replica(&scene, SIGHT_SYNCED, 0);
    scene_assert_found(&scene, "recovery", "replica 2|is down");
}

static void recovery_of_a_lost_disk_is_not_asked(void **state)
{
    (void)state;
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_replica(&scene, SIGHT_DISK_LOST, 2);
    scene_world(&scene, SIGHT_CALM);
    assert_true(oracles_is_settled(&scene.oracles));
    scene_pass(&scene, 2 * oracle_recovery_ns(&scene.world, 1));
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

static void recovery_of_traitors_is_not_asked(void **state)
{
    (void)state;
    scene_commit(&scene, scene_order(&scene, 1, 1, NULL, 0));
    scene_replica(&scene, SIGHT_CRASHED, 3);
    scene_replica(&scene, SIGHT_DISK_LOST, 3);
    scene_start(&scene, 3, 0);
    scene_world(&scene, SIGHT_CALM);
    scene_pass(&scene, 2 * oracle_recovery_ns(&scene.world, 1));
    scene_world(&scene, SIGHT_END);
    scene_assert_silent(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(liveness_of_what_gets_done_is_silent),
        T(liveness_of_an_operation_without_end_is_found),
        T(liveness_of_an_operation_asked_for_in_the_calm_is_found),
        T(liveness_of_a_timeout_whose_request_is_not_decided_is_found),
        T(liveness_of_a_timeout_before_the_calm_is_not_asked),
        T(liveness_of_an_older_session_is_not_asked),
        T(liveness_of_a_liar_is_not_asked),
        T(liveness_is_judged_sooner_where_no_view_had_failed),
        T(liveness_is_judged_later_where_views_had_failed),
        T(liveness_bound_is_what_the_rules_make_it),
        T(settled_is_what_nobody_waits_for),
        T(recovery_of_all_is_silent),
        T(recovery_that_does_not_come_is_found),
        T(recovery_of_a_replica_that_stays_down_is_found),
        T(recovery_of_a_lost_disk_is_not_asked),
        T(recovery_of_traitors_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
