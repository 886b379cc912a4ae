/* persistence_test.c - the oracle of persistence fires where a durable message leaves, or an order
 * is applied, before what it rests on is on disk, and not for what needs none. */
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

static const struct peer_message vote = {.kind = PEER_VOTE,
                                         .vote = {.kind = VOTE_NULLIFY, .voter = 1, .view = 7}};

static void persist(replica_id replica)
{
    struct effect effect = {.kind = EFFECT_PERSIST_VOTE, .vote = &vote.vote};
    scene_effect(&scene, replica, &effect);
}

static void persistence_of_a_synced_vote_is_silent(void **state)
{
    (void)state;
    persist(1);
    scene_send(&scene, 1, REPLICA_ALL, &vote);
    scene_replica(&scene, SIGHT_SYNCED, 1);
    scene_frame(&scene, 1, 2);
    persist(1); /* of the next turn: nothing that waits rests on it */
    scene_frame(&scene, 1, 3);
    scene_assert_silent(&scene);
}

static void persistence_of_an_unsynced_vote_is_found(void **state)
{
    (void)state;
    persist(1);
    persist(1);
    scene_send(&scene, 1, REPLICA_ALL, &vote);
    scene_frame(&scene, 1, 2);
    scene_assert_found(&scene, "persistence", "replica 1|replica 2|vote|view 7|before 2");
}

static void persistence_of_a_half_synced_vote_is_found(void **state)
{
    (void)state;
    persist(1);
    scene_replica(&scene, SIGHT_SYNCED, 1);
    persist(1);
    scene_send(&scene, 1, 3, &vote);
    scene_frame(&scene, 1, 2);
    assert_null(scene_finding(&scene, "persistence"));
    scene_frame(&scene, 1, 3);
    scene_assert_found(&scene, "persistence", "replica 1|replica 3|before 1");
}

static void persistence_of_a_sync_elsewhere_does_not_count(void **state)
{
    (void)state;
    persist(1);
    scene_send(&scene, 1, 3, &vote);
    scene_replica(&scene, SIGHT_SYNCED, 2);
    scene_frame(&scene, 1, 3);
    scene_assert_found(&scene, "persistence", "replica 1");
}

static void persistence_of_what_is_not_durable_is_silent(void **state)
{
    (void)state;
    struct peer_message beat = {.kind = PEER_HEARTBEAT};
    persist(1);
    scene_send(&scene, 1, REPLICA_ALL, &beat);
    scene_frame(&scene, 1, 2);
    scene_assert_silent(&scene);
}

static void persistence_of_what_a_crash_dropped_is_silent(void **state)
{
    (void)state;
    persist(1);
    scene_send(&scene, 1, REPLICA_ALL, &vote);
    scene_replica(&scene, SIGHT_CRASHED, 1);
    scene_start(&scene, 1, 0);
    scene_frame(&scene, 1, 2);
    scene_assert_silent(&scene);
}

/* Whatever the core says of it. */
static void say_unmarked(replica_id replica, const struct peer_message *message)
{
    struct effect effect = {.kind = EFFECT_SEND, .to = REPLICA_ALL, .message = message};
    scene_effect(&scene, replica, &effect);
}

static void persistence_of_a_vote_that_is_not_marked_is_found(void **state)
{
    (void)state;
    persist(1);
    say_unmarked(1, &vote);
    scene_frame(&scene, 1, 2);
    scene_assert_found(&scene, "persistence", "replica 1|replica 2|vote|view 7|before 1");
}

static void persistence_of_a_vote_inside_a_certificate_is_found(void **state)
{
    (void)state;
    struct peer_message certificate = {.kind = PEER_CERTIFICATE,
                                       .certificate = {.kind = VOTE_NULLIFY,
                                                       .view = 7,
                                                       .count = 2,
                                                       .signatures = {{.voter = 0}, {.voter = 1}}}};
    say_unmarked(2, &certificate); /* holds no vote of replica 2 */
    persist(2);
    scene_frame(&scene, 2, 3);
    scene_assert_silent(&scene);
    persist(1);
    say_unmarked(1, &certificate);
    scene_frame(&scene, 1, 3);
    scene_assert_found(&scene, "persistence", "replica 1|replica 3|certificate|view 7|before 1");
}

/* A vote that is on disk may be repeated while a segment is not. */
static void persistence_of_a_vote_that_is_repeated_waits_for_no_segment(void **state)
{
    (void)state;
    persist(1);
    scene_replica(&scene, SIGHT_SYNCED, 1);
    struct segment segment = {.sequence = 1};
    struct digest digest = scene_digest(1);
    struct effect effect = {.kind = EFFECT_PERSIST_SEGMENT, .segment = &segment, .digest = &digest};
    scene_effect(&scene, 1, &effect);
    say_unmarked(1, &vote);
    scene_frame(&scene, 1, 2);
    scene_assert_silent(&scene);
}

static void finalize(replica_id replica, view_nr view)
{
    struct vote word = {.kind = VOTE_FINALIZE, .voter = replica, .view = view};
    struct effect effect = {.kind = EFFECT_PERSIST_VOTE, .vote = &word};
    scene_effect(&scene, replica, &effect);
}

static void persistence_of_an_order_applied_after_its_sync_is_silent(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 1, 1, NULL, 0);
    scene_propose(&scene, decision);
    finalize(2, 1);
    scene_replica(&scene, SIGHT_SYNCED, 2);
    scene_decide(&scene, 2, decision);
    persist(2); /* which the order does not rest on; nor on a later Finalize */
    finalize(2, 2);
    scene_applied(&scene, 2, 1);
    scene_assert_silent(&scene);
}

static void persistence_of_an_order_applied_before_its_sync_is_found(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 1, 1, NULL, 0);
    scene_propose(&scene, decision);
    persist(2);
    finalize(2, 1);
    scene_decide(&scene, 2, decision);
    scene_applied(&scene, 2, 1);
    scene_assert_found(&scene, "persistence", "replica 2|height 1|before 2 of its records");
}

static void persistence_of_the_last_of_several_applied_is_judged(void **state)
{
    (void)state;
    struct decision *first = scene_order(&scene, 1, 1, NULL, 0);
    struct decision *second = scene_order(&scene, 2, 2, NULL, 0);
    scene_propose(&scene, first);
    scene_propose(&scene, second);
    finalize(0, 1);
    scene_decide(&scene, 0, first);
    scene_replica(&scene, SIGHT_SYNCED, 0);
    finalize(0, 2);
    scene_decide(&scene, 0, second);
    scene_applied(&scene, 0, 1);
    assert_null(scene_finding(&scene, "persistence"));
    scene_applied(&scene, 0, 2);
    scene_assert_found(&scene, "persistence", "replica 0|height 2|before 1 of its records");
}

static void persistence_of_an_order_that_a_crash_dropped_is_silent(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 1, 1, NULL, 0);
    scene_propose(&scene, decision);
    finalize(3, 1);
    scene_decide(&scene, 3, decision);
    scene_replica(&scene, SIGHT_CRASHED, 3);
    scene_start(&scene, 3, 0);
    scene_decide(&scene, 3, decision); /* by the others' votes */
    scene_applied(&scene, 3, 1);
    scene_assert_silent(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(persistence_of_a_synced_vote_is_silent),
        T(persistence_of_an_unsynced_vote_is_found),
        T(persistence_of_a_half_synced_vote_is_found),
        T(persistence_of_a_sync_elsewhere_does_not_count),
        T(persistence_of_what_is_not_durable_is_silent),
        T(persistence_of_what_a_crash_dropped_is_silent),
        T(persistence_of_a_vote_that_is_not_marked_is_found),
        T(persistence_of_a_vote_inside_a_certificate_is_found),
        T(persistence_of_a_vote_that_is_repeated_waits_for_no_segment),
        T(persistence_of_an_order_applied_after_its_sync_is_silent),
        T(persistence_of_an_order_applied_before_its_sync_is_found),
        T(persistence_of_the_last_of_several_applied_is_judged),
        T(persistence_of_an_order_that_a_crash_dropped_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
