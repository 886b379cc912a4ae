/* sessions_test.c - the oracle of sessions fires where an order drops what it names of a session
 * that is not over, or holds segments of one that is, and where a client is told wrongly that its
 * own is.
 */
#include "support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PER_ORDER 16u /* as many as fit a scene's order */

static struct scene scene;
static height_nr height;

static int set_up(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    height = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scene_end(&scene);
    return 0;
}

static void assert_silent(void)
{
    assert_null(scene_finding(&scene, "sessions"));
}

/* Client 0 takes that session. */
static struct segment begin(uint64_t session)
{
    struct slice command = scene_put(&scene, "k", "v");
    scene_session(&scene, 0, session);
    return scene_segment(&scene, 0, &command, 1, true);
}

/* An order that names all of them and comes with the first `held` alone. */
static void decide(replica_id replica, const struct segment *segments, size_t count, size_t held)
{
    height++;
    struct decision *decision = scene_order(&scene, height, height, segments, count);
    decision->segment_count = held;
    scene_decide(&scene, replica, decision);
}

/* Sessions first .. first + count - 1 in the log; a multiple of PER_ORDER. */
static void begin_many(uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i += PER_ORDER) {
        struct segment segments[PER_ORDER];
        for (uint64_t k = 0; k < PER_ORDER; k++) {
            segments[k] = begin(first + i + k);
        }
        decide(1, segments, PER_ORDER, PER_ORDER);
    }
}

static void tell_gone(replica_id replica, uint64_t session)
{
    struct lane_id lane = {.client = scene.world.client_keys[0], .session = session};
    struct effect effect = {.kind = EFFECT_SESSION_GONE, .lane = &lane};
    scene_effect(&scene, replica, &effect);
}

static void sessions_that_are_over_are_void(void **state)
{
    (void)state;
    begin_many(100, SESSIONS_PER_CLIENT_MAX);
    struct segment old = begin(99); /* never began, and never may */
    decide(2, &old, 1, 0);
    tell_gone(3, 99);
    begin_many(200, PER_ORDER);
    tell_gone(3, 115); /* pushed out by those */
    assert_silent();
    tell_gone(3, 116);
    scene_assert_found(&scene, "sessions", "replica 3|session 116 is over, which it is not");
}

static void sessions_that_are_not_over_and_dropped_are_found(void **state)
{
    (void)state;
    begin_many(100, SESSIONS_PER_CLIENT_MAX - PER_ORDER);
    struct segment old = begin(99);
    decide(2, &old, 1, 0);
    scene_assert_found(&scene, "sessions", "replica 2|height 4 without|client 0, session 99");
}

static void sessions_that_are_over_and_executed_are_found(void **state)
{
    (void)state;
    begin_many(100, SESSIONS_PER_CLIENT_MAX);
    struct segment old = begin(99);
    decide(2, &old, 1, 1);
    scene_assert_found(&scene, "sessions", "replica 2|height 5 with|client 0, session 99|64 newer");
}

/* By where the log stood before the order. */
static void sessions_of_one_order_do_not_end_each_other(void **state)
{
    (void)state;
    begin_many(100, SESSIONS_PER_CLIENT_MAX - PER_ORDER);
    struct segment segments[PER_ORDER];
    segments[0] = begin(50);
    segments[1] = begin(60);
    for (uint64_t k = 2; k < PER_ORDER; k++) {
        segments[k] = begin(200 + k);
    }
    decide(1, segments, PER_ORDER, PER_ORDER);
    assert_silent();
    tell_gone(0, 50);
    scene_assert_found(&scene, "sessions", "replica 0|session 50");
}

static void sessions_of_other_clients_do_not_count(void **state)
{
    (void)state;
    struct slice command = scene_put(&scene, "k", "v");
    begin_many(100, SESSIONS_PER_CLIENT_MAX);
    struct segment other = scene_segment(&scene, 1, &command, 1, true); /* session 11 */
    decide(2, &other, 1, 0);
    scene_assert_found(&scene, "sessions", "replica 2|client 1, session 11");
}

static void sessions_that_go_on_are_not_new(void **state)
{
    (void)state;
    struct slice command = scene_put(&scene, "k", "v");
    begin_many(100, SESSIONS_PER_CLIENT_MAX);
    struct segment next = scene_segment(&scene, 0, &command, 1, true); /* of the last of them */
    decide(0, &next, 1, 1);
    tell_gone(0, 99);
    assert_silent();
    tell_gone(0, 100);
    scene_assert_found(&scene, "sessions", "replica 0|session 100");
}

static void sessions_are_numbered_from_one(void **state)
{
    (void)state;
    tell_gone(0, 0);
    assert_silent();
    tell_gone(0, 1);
    scene_assert_found(&scene, "sessions", "replica 0|session 1");
}

static void sessions_as_a_traitor_tells_are_not_asked(void **state)
{
    (void)state;
    scene_replica(&scene, SIGHT_CORRUPTED, 3);
    tell_gone(3, 50);
    assert_silent();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(sessions_that_are_over_are_void),
        T(sessions_that_are_not_over_and_dropped_are_found),
        T(sessions_that_are_over_and_executed_are_found),
        T(sessions_of_one_order_do_not_end_each_other),
        T(sessions_of_other_clients_do_not_count),
        T(sessions_that_go_on_are_not_new),
        T(sessions_are_numbered_from_one),
        T(sessions_as_a_traitor_tells_are_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
