/* room_test.c - lanes at their limits: sessions and clients of the replicated state, what gives way
 * to what must be held, and segments that nobody could order. */
#include "support_lanes.h"
#include "wire/digests.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>

#define BIG 200000u

static const char *big(void)
{
    static char text[BIG + 1];
    memset(text, 'x', BIG);
    return text;
}

/* A decided session of any client, as a checkpoint has it. */
static void restore(struct lanes_fixture *fixture, size_t client, uint64_t session)
{
    struct lane_tip tip = lanes_tip(client, session, 1);
    lanes_restore_tip(fixture->lanes, &tip);
}

/* The first segment of a session, held because a certified order of `view` names it. */
static bool certify(struct lanes_fixture *fixture, size_t client, uint64_t session,
                    const char *text, view_nr view, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    *tip = lanes_tip(client, session, 1);
    lanes_make(fixture, NULL, text, &encoded, &segment, tip);
    bool is_held = lanes_take_certified(fixture->lanes, &segment, &tip->digest, view, 1);
    buffer_fini(&encoded);
    return is_held;
}

static bool is_held(struct lanes_fixture *fixture, const struct lane_tip *tip)
{
    const struct lane *lane = lanes_find(fixture->lanes, &tip->lane);
    const struct held_segment *held = lane == NULL ? NULL : lanes_held(lane, tip->sequence);
    return held != NULL && digest_is_equal(&held->digest, &tip->digest);
}

/* ---- the replicated state ---- */

/* CLIENTS_MAX clients have all the sessions that they may have, in whatever order they came to the
 * table; two new ones of another client. */
static void fill_and_pass(struct lanes_fixture *fixture, bool is_reversed)
{
    struct lane_tip tips[2];
    size_t evicted_count;
    lanes_begin(fixture, 1);
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        size_t client = 1000 + (is_reversed ? CLIENTS_MAX - 1 - i : i);
        for (uint64_t session = 1; session <= SESSIONS_PER_CLIENT_MAX; session++) {
            restore(fixture, client, session);
        }
    }
    assert_int_equal(fixture->lanes->decided_count, LANES_MAX);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(lanes_give(fixture, 0, 1 + i, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tips[i]),
                         VERDICT_ACCEPTED);
    }
    lanes_decide_tips(fixture, tips, 2, &evicted_count);
    assert_int_equal(evicted_count, 2);
    assert_int_equal(fixture->lanes->decided_count, LANES_MAX);
    for (size_t i = 0; i < 2; i++) {
        const struct lane *lane = lanes_find(fixture->lanes, &tips[i].lane);
        assert_true(lane != NULL && lane->is_decided);
    }
    lanes_end(fixture);
}

static void session_beyond_all_pushes_out_one_of_the_busiest_client(void **state)
{
    (void)state;
    static struct lanes_fixture one;
    static struct lanes_fixture other;
    fill_and_pass(&one, false);
    fill_and_pass(&other, true);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(one.evicted[i].session, 1);
        assert_true(lane_id_is_equal(&one.evicted[i], &other.evicted[i]));
    }
    assert_false(lane_id_is_equal(&one.evicted[0], &one.evicted[1]));
}

static void order_of_many_sessions_of_one_client_keeps_the_newest(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tips[TIPS_PER_ORDER_MAX];
    size_t evicted_count;
    lanes_begin(&fixture, 2);
    for (uint64_t session = 1; session <= SESSIONS_PER_CLIENT_MAX; session++) {
        restore(&fixture, 0, session);
    }
    for (uint64_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        assert_true(certify(&fixture, 0, 100 + i, "a", 1, &tips[i]));
    }
    lanes_decide_tips(&fixture, tips, TIPS_PER_ORDER_MAX, &evicted_count);
    assert_int_equal(evicted_count, TIPS_PER_ORDER_MAX);
    assert_int_equal(fixture.lanes->decided_count, SESSIONS_PER_CLIENT_MAX);
    uint64_t first_kept = 100 + TIPS_PER_ORDER_MAX - SESSIONS_PER_CLIENT_MAX;
    struct lane_id id = {.client = fixture.clients[0], .session = first_kept - 1};
    assert_true(lanes_is_over(fixture.lanes, &id));
    id.session = first_kept;
    assert_false(lanes_is_over(fixture.lanes, &id));
    lanes_end(&fixture);
}

/* Other configured clients, the same decided ones: void alike. */
static void clients_beyond_the_limit_are_void_whatever_the_configuration(void **state)
{
    (void)state;
    for (size_t client_count = 1; client_count <= CLIENTS_MAX; client_count += CLIENTS_MAX - 1) {
        struct lanes_fixture fixture;
        struct lane_tip tips[3];
        struct lane_tip late;
        size_t evicted_count;
        lanes_begin(&fixture, client_count);
        for (size_t client = 0; client + 1 < CLIENTS_EVER_MAX; client++) {
            world_key('c', 1000 + client, &late.lane.client);
            lanes_restore_floor(fixture.lanes, &late.lane.client, 5);
        }
        /* Below the limit when the order begins: all of it counts. */
        for (size_t i = 0; i < 3; i++) {
            assert_true(certify(&fixture, 5000 + i, 1, "a", 1, &tips[i]));
        }
        assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &late),
                         VERDICT_ACCEPTED);
        lanes_decide_tips(&fixture, tips, 3, &evicted_count);
        assert_int_equal(fixture.lanes->decided_clients, CLIENTS_EVER_MAX + 2);
        /* From now on none. What was held of one keeps nobody awake. */
        assert_true(lanes_is_over(fixture.lanes, &late.lane));
        assert_false(lanes_has_ready(fixture.lanes));
        assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &late),
                         VERDICT_STALE);
        assert_int_equal(fixture.gone, 1);
        for (size_t i = 0; i < 3; i++) {
            assert_false(lanes_is_over(fixture.lanes, &tips[i].lane));
        }
        lanes_end(&fixture);
    }
}

static void restart_with_all_clients_that_there_may_be_has_room(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    lanes_begin(&fixture, CLIENTS_MAX);
    for (size_t i = 0; i + 1 < CLIENTS_EVER_MAX + TIPS_PER_ORDER_MAX; i++) {
        restore(&fixture, 1000 + i, 1);
    }
    assert_int_equal(fixture.lanes->decided_clients, CLIENTS_EVER_MAX + TIPS_PER_ORDER_MAX - 1);
    lanes_end(&fixture);
}

/* ---- who gives way ---- */

static void certified_lanes_take_the_place_of_none_that_is_named(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tips[TIPS_PER_ORDER_MAX];
    struct lane_tip voted[8];
    struct lane_tip tip;
    lanes_begin(&fixture, 1);
    for (uint64_t session = 1; session <= SESSIONS_PER_CLIENT_MAX; session++) {
        restore(&fixture, 0, session);
    }
    for (uint64_t i = 0; i < (uint64_t)2 * LANES_UNDECIDED_MAX; i++) {
        assert_int_equal(lanes_give(&fixture, 0, 10000 + i, 1, NULL, "a", SEGMENT_PASSED_ON, &tip),
                         VERDICT_ACCEPTED);
        if (i < 8) {
            voted[i] = tip;
            lanes_name(fixture.lanes, &tip, 9);
        }
    }
    /* An earlier order that came to nothing left as many as it named. */
    for (uint64_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        assert_true(certify(&fixture, 0, 5000 + i, "a", 3, &tip));
    }
    for (uint64_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        assert_true(certify(&fixture, 0, 1000 + i, "a", 7, &tips[i]));
    }
    for (size_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        assert_true(is_held(&fixture, &tips[i]));
    }
    for (size_t i = 0; i < 8; i++) {
        assert_true(is_held(&fixture, &voted[i]));
    }
    lanes_end(&fixture);
}

static void full_pool_gives_way_to_what_is_certified(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip voted;
    struct lane_tip tip;
    lanes_begin(&fixture, 8);
    assert_int_equal(lanes_give(&fixture, 0, 999, 1, NULL, big(), SEGMENT_NAMED, &voted),
                     VERDICT_ACCEPTED);
    lanes_name(fixture.lanes, &voted, 9);
    enum verdict verdict = VERDICT_ACCEPTED;
    for (size_t i = 0; fixture.lanes->pool.used + SEGMENT_BYTES_MAX < SEGMENT_POOL_BYTES; i++) {
        verdict = lanes_give(&fixture, i % 7, 1 + i / 7, 1, NULL, big(), SEGMENT_NAMED, &tip);
        assert_int_equal(verdict, VERDICT_ACCEPTED);
    }
    for (uint64_t i = 0; i < 10; i++) {
        assert_true(certify(&fixture, 20, 1 + i, big(), 7, &tip));
        assert_true(is_held(&fixture, &tip));
    }
    assert_true(is_held(&fixture, &voted));
    lanes_end(&fixture);
}

static void restored_junk_gives_way_to_what_an_order_names(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip named[100];
    struct lane_tip tip;
    lanes_begin(&fixture, 1);
    for (uint64_t session = 1; session <= 300; session++) {
        (void)lanes_give(&fixture, 0, session, 1, NULL, "a", SEGMENT_RESTORED, &tip);
        (void)lanes_give(&fixture, 0, session, 2, &tip.digest, "b", SEGMENT_RESTORED, &tip);
    }
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(lanes_give(&fixture, 0, 1000 + i, 1, NULL, "a", SEGMENT_KEPT, &named[i]),
                         VERDICT_ACCEPTED);
        lanes_name(fixture.lanes, &named[i], 5);
    }
    for (uint64_t session = 2000; session <= 2300; session++) {
        (void)lanes_give(&fixture, 0, session, 1, NULL, "a", SEGMENT_RESTORED, &tip);
    }
    for (size_t i = 0; i < 100; i++) {
        assert_true(is_held(&fixture, &named[i]));
    }
    assert_int_equal(fixture.persisted, 0);
    lanes_end(&fixture);
}

/* A key that was taken out of the group file: nobody could vote for what it sent. */
static void restored_segment_of_a_former_client_is_held_only_if_named(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    lanes_begin(&fixture, 1);
    assert_int_equal(lanes_give(&fixture, 40, 1, 1, NULL, "a", SEGMENT_RESTORED, &tip),
                     VERDICT_UNKNOWN_SENDER);
    assert_int_equal(lanes_give(&fixture, 40, 1, 1, NULL, "a", SEGMENT_KEPT, &tip),
                     VERDICT_ACCEPTED);
    lanes_end(&fixture);
}

/* An equivocating client and a traitor who commands now and then: other branches come and go, but
 * an order that was voted for may yet be decided. */
static void branch_that_was_voted_for_stays_beside_all_others(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip voted;
    struct lane_tip end;
    struct lane_tip tip;
    lanes_begin(&fixture, 1);
    (void)lanes_give(&fixture, 0, 1, 1, NULL, "voted", SEGMENT_FROM_CLIENT, &voted);
    (void)lanes_give(&fixture, 0, 1, 2, &voted.digest, "end", SEGMENT_FROM_CLIENT, &end);
    lanes_name(fixture.lanes, &end, 1);
    for (size_t i = 0; i < (size_t)3 * BRANCHES_MAX; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%zu", i);
        assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, text, SEGMENT_NAMED, &tip),
                         VERDICT_ACCEPTED);
    }
    assert_int_equal(fixture.lanes->pending_segments, BRANCHES_MAX + 2);
    struct lane_tip base = {.lane = end.lane};
    struct digest digest;
    struct lane *lane = lanes_find(fixture.lanes, &end.lane);
    assert_int_equal(lanes_choose(lane, &base, &end, &digest), 0);
    fixture.lanes->base_view = 1; /* the log has passed it */
    (void)lanes_give(&fixture, 0, 1, 1, NULL, "more", SEGMENT_NAMED, &tip);
    assert_int_equal(fixture.lanes->pending_segments, BRANCHES_MAX + 1);
    lanes_end(&fixture);
}

/* ---- gaps ---- */

static void gap_is_small_and_ends_when_it_is_filled(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct digest digests[6] = {{{0}}};
    struct lane_tip tip;
    struct buffer encoded = {0};
    struct segment segment;
    lanes_begin(&fixture, 1);
    for (uint64_t i = 1; i <= 5; i++) { /* what they will be */
        buffer_clear(&encoded);
        tip = lanes_tip(0, 1, i);
        lanes_make(&fixture, i == 1 ? NULL : &digests[i - 1], "a", &encoded, &segment, &tip);
        digests[i] = tip.digest;
    }
    for (uint64_t i = 5; i >= 2; i--) {
        assert_int_equal(
            lanes_give(&fixture, 0, 1, i, &digests[i - 1], "a", SEGMENT_FROM_CLIENT, &tip),
            VERDICT_ACCEPTED);
    }
    assert_true(fixture.lanes->clients[0].gap_bytes > 0);
    assert_int_equal(lanes_give(&fixture, 0, 1, 7, &digests[5], big(), SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_OVER_LIMIT);
    assert_int_equal(lanes_give(&fixture, 0, 1, 1, NULL, "a", SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_ACCEPTED);
    assert_int_equal(fixture.lanes->clients[0].gap_bytes, 0);
    assert_int_equal(lanes_give(&fixture, 0, 1, 6, &digests[5], big(), SEGMENT_FROM_CLIENT, &tip),
                     VERDICT_ACCEPTED);
    buffer_fini(&encoded);
    lanes_end(&fixture);
}

/* Segments 2, 3, ... of many sessions, and never the first. */
static void send_gaps(struct lanes_fixture *fixture, size_t client, const char *text,
                      enum segment_origin origin)
{
    for (uint64_t session = 1; session <= LANES_UNDECIDED_MAX; session++) {
        struct digest previous = {{7}};
        struct lane_tip tip;
        for (uint64_t sequence = 2; sequence <= 6; sequence++) {
            (void)lanes_give(fixture, client, session, sequence, &previous, text, origin, &tip);
            previous = tip.digest;
        }
    }
}

static void gaps_of_colluding_clients_shut_nobody_out(void **state)
{
    (void)state;
    enum segment_origin const origins[] = {SEGMENT_FROM_CLIENT, SEGMENT_PASSED_ON};
    for (size_t o = 0; o < 2; o++) {
        struct lanes_fixture fixture;
        struct lane_tip tip;
        lanes_begin(&fixture, 20);
        for (size_t client = 0; client < 19; client++) {
            send_gaps(&fixture, client, client % 2 == 0 ? big() : "small", origins[o]);
            assert_true(fixture.lanes->clients[client].gap_bytes <= CLIENT_GAP_BYTES_MAX);
        }
        assert_int_equal(lanes_give(&fixture, 19, 1, 1, NULL, big(), origins[o], &tip),
                         VERDICT_ACCEPTED);
        lanes_end(&fixture);
    }
}

/* With a traitor's orders they may hold more, for a while. */
static void named_gaps_give_way_to_what_can_be_ordered(void **state)
{
    (void)state;
    struct lanes_fixture fixture;
    struct lane_tip tip;
    lanes_begin(&fixture, 20);
    for (size_t client = 0; client < 8; client++) {
        send_gaps(&fixture, client, big(), SEGMENT_NAMED);
    }
    assert_true(fixture.lanes->pool.used > (size_t)SEGMENT_POOL_BYTES / 4 * 3);
    size_t taken = 0;
    for (size_t i = 0; i < 40; i++) { /* some may be told to come again */
        taken += lanes_give(&fixture, 8 + i % 4, 1 + i / 4, 1, NULL, big(), SEGMENT_FROM_CLIENT,
                            &tip) == VERDICT_ACCEPTED
                     ? 1
                     : 0;
    }
    assert_true(taken >= 35);
    lanes_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_beyond_all_pushes_out_one_of_the_busiest_client),
        cmocka_unit_test(order_of_many_sessions_of_one_client_keeps_the_newest),
        cmocka_unit_test(clients_beyond_the_limit_are_void_whatever_the_configuration),
        cmocka_unit_test(restart_with_all_clients_that_there_may_be_has_room),
        cmocka_unit_test(certified_lanes_take_the_place_of_none_that_is_named),
        cmocka_unit_test(full_pool_gives_way_to_what_is_certified),
        cmocka_unit_test(restored_junk_gives_way_to_what_an_order_names),
        cmocka_unit_test(restored_segment_of_a_former_client_is_held_only_if_named),
        cmocka_unit_test(branch_that_was_voted_for_stays_beside_all_others),
        cmocka_unit_test(gap_is_small_and_ends_when_it_is_filled),
        cmocka_unit_test(gaps_of_colluding_clients_shut_nobody_out),
        cmocka_unit_test(named_gaps_give_way_to_what_can_be_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
