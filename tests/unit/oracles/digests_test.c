/* digests_test.c - the oracles of states and of bounds: two states at one height, too much held. */
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

static void state_is(replica_id replica, height_nr height, uint8_t digest)
{
    scene_see(&scene, (struct sighting){.kind = SIGHT_STATE,
                                        .replica = replica,
                                        .height = height,
                                        .digest = scene_digest(digest)});
}

static void used(replica_id replica, uint64_t bytes, uint64_t count)
{
    scene_see(&scene, (struct sighting){
                          .kind = SIGHT_USAGE, .replica = replica, .bytes = bytes, .count = count});
}

static void digests_that_are_equal_are_silent(void **state)
{
    (void)state;
    state_is(0, 5, 1);
    state_is(1, 5, 1);
    state_is(1, 6, 2);
    state_is(0, 7, 3);
    state_is(1, 7, 3);
    scene_assert_silent(&scene);
}

static void digests_that_differ_at_a_height_are_found(void **state)
{
    (void)state;
    state_is(0, 5, 1);
    state_is(1, 6, 2);
    state_is(3, 5, 2);
    scene_assert_found(&scene, "digests", "height 5|replica 3 is 02ab|replica 0 was 01ab");
}

static void digests_of_a_state_that_is_replayed_otherwise_are_found(void **state)
{
    (void)state;
    state_is(0, 5, 1);
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 5);
    state_is(2, 5, 2);
    scene_assert_found(&scene, "digests", "height 5|replica 2 is 02ab|replica 0 was 01ab");
}

static void digests_before_a_crash_and_after_are_compared(void **state)
{
    (void)state;
    state_is(2, 5, 1);
    state_is(2, 7, 3);
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 5); /* the last two were not on disk */
    state_is(2, 5, 1);
    scene_assert_silent(&scene);
    state_is(2, 6, 4);
    scene_replica(&scene, SIGHT_CRASHED, 2);
    scene_start(&scene, 2, 6);
    state_is(2, 6, 5);
    scene_assert_found(&scene, "digests", "height 6|replica 2 is 05ab|replica 2 was 04ab");
}

static void digests_of_a_traitor_are_not_asked(void **state)
{
    (void)state;
    state_is(0, 5, 1);
    scene_replica(&scene, SIGHT_CORRUPTED, 3);
    state_is(3, 5, 2);
    scene_assert_silent(&scene);
}

static void usage_within_the_limits_is_silent(void **state)
{
    (void)state;
    used(1, SEGMENT_POOL_BYTES, SEGMENT_POOL_BYTES / 128);
    scene_assert_silent(&scene);
}

static void usage_of_bytes_beyond_the_limit_is_found(void **state)
{
    (void)state;
    used(1, SEGMENT_POOL_BYTES + 1, 0);
    scene_assert_found(&scene, "usage", "replica 1|67108865 bytes|67108864 at most");
}

static void usage_of_segments_beyond_the_limit_is_found(void **state)
{
    (void)state;
    used(2, 0, SEGMENT_POOL_BYTES / 128 + 1);
    scene_assert_found(&scene, "usage", "replica 2|524289 segments|524288 at most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(digests_that_are_equal_are_silent),
        T(digests_that_differ_at_a_height_are_found),
        T(digests_of_a_state_that_is_replayed_otherwise_are_found),
        T(digests_before_a_crash_and_after_are_compared),
        T(digests_of_a_traitor_are_not_asked),
        T(usage_within_the_limits_is_silent),
        T(usage_of_bytes_beyond_the_limit_is_found),
        T(usage_of_segments_beyond_the_limit_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
