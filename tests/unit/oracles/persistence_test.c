/* persistence_test.c - the oracle of persistence fires where a durable message leaves before its
 * records are on disk, and not for what needs none. */
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
