/* From submissions to segments: batching, the window, acknowledgement, deadlines. */
#include "support_core.h"

#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TIMEOUT_NS (10000 * MS)

static uint8_t large[REQUEST_BYTES_MAX + 1];

static int set_up(void **state)
{
    static struct world world;
    world_init(&world, 4, 1, CLIENT_IN_FLIGHT_MAX);
    world_start(&world);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    world_fini(*state);
    return 0;
}

static void answer(struct world *world, uint64_t first, size_t count)
{
    (void)world_reply(world, 0, first, count, "ok");
    (void)world_reply(world, 1, first, count, "ok");
}

static void submit_many(struct world *world, uintptr_t tag, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world_submit(world, tag + i, "request", TIMEOUT_NS);
    }
}

/* What replica 0 is sent now. */
static size_t take_segments(struct world *world, struct test_segment *segments, size_t capacity)
{
    struct client_send sends[CLIENT_SENDS_MAX];
    size_t count = world_take(world, 0, sends);
    assert_true(count <= capacity);
    for (size_t i = 0; i < count; i++) {
        assert_true(sends[i].encoded.size > 0);
        decode_segment(sends[i].encoded, &segments[i]);
    }
    return count;
}

static void lone_request_is_sent_at_once(void **state)
{
    struct world *world = *state;
    for (uint64_t i = 0; i < 20; i++) {
        world_submit(world, i, "request", TIMEOUT_NS);
        assert_true(client_core_next_ns(world->core) <= world->now_ns);
        world_turn(world, 0);
        assert_int_equal(client_core_segment_count(world->core), i + 1);
        world->now_ns += 30 * MS;
        answer(world, i + 1, 1);
    }
}

static void requests_of_one_turn_share_a_segment_and_a_signature(void **state)
{
    struct world *world = *state;
    submit_many(world, 0, 100);
    world_turn(world, 0);
    static struct test_segment segment;
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.count, 100);
    assert_int_equal(segment.sequence, 1);
    assert_int_equal(world->signatures, 1);
    assert_true(slice_is_equal(segment.requests[99], slice_of_text("request")));
}

static void segments_chain_from_the_lanes_digest_zero(void **state)
{
    struct world *world = *state;
    struct lane_id lane = {.session = TEST_SESSION};
    struct digest genesis = {0};
    struct digest tip;
    lane_digest_zero(&genesis, &lane, &tip);
    static struct test_segment segment;
    for (uint64_t i = 0; i < 5; i++) {
        world_submit(world, i, "request", TIMEOUT_NS);
        world_turn(world, 10 * MS);
        assert_int_equal(take_segments(world, &segment, 1), 1);
        assert_int_equal(segment.sequence, i + 1);
        assert_true(digest_is_equal(&segment.previous, &tip));
        lane_digest_next(&lane, segment.sequence, &tip, segment.body, &tip);
    }
}

static void segment_at_most_has_the_requests_and_bytes_of_the_limits(void **state)
{
    struct world *world = *state;
    submit_many(world, 0, SEGMENT_REQUESTS_MAX + 1);
    world_turn(world, 0);
    static struct test_segment segments[8];
    assert_int_equal(take_segments(world, segments, 8), 1);
    assert_int_equal(segments[0].count, SEGMENT_REQUESTS_MAX);
    answer(world, 1, SEGMENT_REQUESTS_MAX);
    world_turn(world, 0);
    assert_int_equal(take_segments(world, segments, 8), 1);
    answer(world, SEGMENT_REQUESTS_MAX + 1, 1);

    for (uintptr_t i = 0; i < 3; i++) {
        assert_int_equal(world_try_submit(world, 5000 + i, slice_of(large, 100u << 10), TIMEOUT_NS),
                         CLIENT_SUBMITTED);
    }
    world_turn(world, 0);
    assert_int_equal(take_segments(world, segments, 8), 2);
    assert_int_equal(segments[0].count, 2);
    assert_int_equal(segments[1].count, 1);
}

static void largest_request_fits_and_one_byte_more_does_not(void **state)
{
    struct world *world = *state;
    assert_int_equal(world_try_submit(world, 0, slice_of(large, sizeof large), TIMEOUT_NS),
                     CLIENT_TOO_LARGE);
    assert_int_equal(world_try_submit(world, 0, slice_of(large, REQUEST_BYTES_MAX), TIMEOUT_NS),
                     CLIENT_SUBMITTED);
    assert_int_equal(world_try_submit(world, 1, slice_of(NULL, 0), TIMEOUT_NS), CLIENT_SUBMITTED);
    world_turn(world, 0);
    static struct test_segment segment;
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.count, 2);
    assert_int_equal(segment.requests[0].size, REQUEST_BYTES_MAX);
    assert_int_equal(segment.requests[1].size, 0);
}

static void few_requests_behind_many_wait_an_eighth_of_the_round_trip(void **state)
{
    struct world *world = *state;
    world_submit(world, 0, "request", TIMEOUT_NS);
    world_turn(world, 0);
    world->now_ns += 16 * MS;
    answer(world, 1, 1); /* a round trip of 16 ms is now known */
    submit_many(world, 1, 100);
    world_turn(world, 0);
    assert_int_equal(client_core_segment_count(world->core), 2);
    (void)world_take_all(world);

    world_submit(world, 200, "request", TIMEOUT_NS);
    world_turn(world, 0);
    assert_int_equal(client_core_segment_count(world->core), 2);
    assert_int_equal(client_core_next_ns(world->core), world->now_ns + 2 * MS);
    world_turn(world, 2 * MS - 1);
    assert_int_equal(client_core_segment_count(world->core), 2);
    world_turn(world, 1);
    assert_int_equal(client_core_segment_count(world->core), 3);
}

static void quarter_of_what_is_under_way_is_sent_at_once(void **state)
{
    struct world *world = *state;
    submit_many(world, 0, 100);
    world_turn(world, 0);
    submit_many(world, 100, 24);
    world_turn(world, 0);
    assert_int_equal(client_core_segment_count(world->core), 1);
    submit_many(world, 124, 1);
    world_turn(world, 0);
    assert_int_equal(client_core_segment_count(world->core), 2);
}

/* 4096 under way, each answered one submitted anew, ten microseconds apart. */
static void thousands_under_way_make_segments_of_hundreds(void **state)
{
    struct world *world = *state;
    submit_many(world, 0, 4096);
    world_turn(world, 0);
    uint64_t before = client_core_segment_count(world->core);
    world->resubmit = 10000;
    world->resubmit_tag = 5000;
    for (uint64_t number = 1; number <= 10000; number++) {
        world->now_ns += 10000;
        struct reply reply = {.outcome = OUTCOME_DONE};
        struct replies replies = {
            .session = TEST_SESSION, .first = number, .count = 1, .replies = &reply};
        for (replica_id from = 0; from < 2; from++) {
            assert_int_equal(client_core_on_replies(world->core, from, &replies, world->now_ns),
                             VERDICT_ACCEPTED);
        }
        client_core_turn(world->core, world->now_ns);
    }
    client_core_check(world->core);
    assert_true(client_core_segment_count(world->core) - before <= 50);
}

static void window_of_segments_is_never_passed(void **state)
{
    struct world *world = *state;
    for (uintptr_t i = 0; i < 200; i++) {
        world_submit(world, i, "request", TIMEOUT_NS);
        world_turn(world, 5 * MS);
    }
    assert_int_equal(client_core_segment_count(world->core), CLIENT_SEGMENTS_MAX);
    assert_true(client_core_next_ns(world->core) > world->now_ns || world_take_all(world) > 0);
    answer(world, 1, CLIENT_SEGMENTS_MAX);
    world_turn(world, 5 * MS);
    assert_int_equal(client_core_segment_count(world->core), CLIENT_SEGMENTS_MAX + 1);
}

static void window_of_bytes_is_never_passed_and_reopens(void **state)
{
    struct world *world = *state;
    uint64_t submitted = 0;
    uint64_t answered = 0;
    for (int round = 0; round < 40; round++) {
        while (world_try_submit(world, (uintptr_t)submitted,
                                slice_of(large, 1000 + submitted % 7 * 40000),
                                TIMEOUT_NS) == CLIENT_SUBMITTED) {
            submitted++;
        }
        world_turn(world, MS);
        struct client_send sends[CLIENT_SENDS_MAX];
        size_t bytes = 0;
        static struct test_segment segment;
        size_t requests = 0;
        size_t count = world_take(world, 0, sends);
        for (size_t i = 0; i < count; i++) {
            bytes += sends[i].encoded.size;
            decode_segment(sends[i].encoded, &segment);
            requests += segment.count;
        }
        assert_true(count > 0 && bytes <= LANE_BYTES_MAX);
        answer(world, answered + 1, requests);
        answered += requests;
    }
    assert_true(answered > 200);
}

static void submission_beyond_in_flight_max_is_full(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 4, 1, 5);
    world_start(&world);
    for (uintptr_t i = 0; i < 5; i++) {
        world_submit(&world, i, "request", TIMEOUT_NS);
        world_turn(&world, 5 * MS);
    }
    assert_int_equal(world_try_submit(&world, 5, slice_of_text("x"), TIMEOUT_NS), CLIENT_FULL);
    answer(&world, 2, 1); /* the oldest is unfinished: its place and those behind stay taken */
    assert_int_equal(world_try_submit(&world, 5, slice_of_text("x"), TIMEOUT_NS), CLIENT_FULL);
    answer(&world, 1, 1);
    assert_int_equal(world_try_submit(&world, 5, slice_of_text("x"), TIMEOUT_NS), CLIENT_SUBMITTED);
    world_fini(&world);
}

static void acknowledged_is_the_last_number_below_which_all_have_results(void **state)
{
    struct world *world = *state;
    static struct test_segment segment;
    for (uintptr_t i = 0; i < 3; i++) {
        world_submit(world, i, "request", TIMEOUT_NS);
        world_turn(world, 5 * MS);
        assert_int_equal(take_segments(world, &segment, 1), 1);
        assert_int_equal(segment.acknowledged, 0);
    }
    answer(world, 2, 2);
    world_submit(world, 3, "request", TIMEOUT_NS);
    world_turn(world, 5 * MS);
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.acknowledged, 0);
    answer(world, 1, 1);
    world_submit(world, 4, "request", TIMEOUT_NS);
    world_turn(world, 5 * MS);
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.acknowledged, 3);
}

static void deadline_of_a_sent_request_says_unknown_and_the_lane_goes_on(void **state)
{
    struct world *world = *state;
    world_submit(world, 0, "request", 100 * MS);
    world_turn(world, 0);
    (void)world_take_all(world);
    (void)world_reply(world, 0, 1, 1, "ok"); /* f replies only */
    world_turn(world, 99 * MS);
    expect_nothing(world, 0);
    world_turn(world, 1 * MS);
    expect_status(world, 0, CLIENT_TIMED_OUT);
    assert_int_equal(client_core_open_count(world->core), 0);

    world_submit(world, 1, "request", TIMEOUT_NS);
    world_turn(world, 0);
    static struct test_segment segment;
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.sequence, 2);
    assert_int_equal(segment.acknowledged, 0);
    answer(world, 1, 2);
    expect_status(world, 0, CLIENT_TIMED_OUT);
    expect_result(world, 1, "ok");
    world_submit(world, 2, "request", TIMEOUT_NS);
    world_turn(world, 0);
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.acknowledged, 2);
}

static void deadline_of_a_waiting_request_says_not_sent_and_it_never_is(void **state)
{
    struct world *world = *state;
    submit_many(world, 0, 100);
    world_turn(world, 0);
    world_submit(world, 100, "early", 100000);
    world_submit(world, 101, "late", TIMEOUT_NS);
    world_submit(world, 102, "early", 100000);
    world_turn(world, 100000);
    expect_status(world, 100, CLIENT_NOT_SENT);
    expect_status(world, 102, CLIENT_NOT_SENT);
    expect_nothing(world, 101);
    answer(world, 1, 100);
    world_turn(world, 0);
    static struct test_segment segment;
    assert_int_equal(take_segments(world, &segment, 1), 1);
    assert_int_equal(segment.count, 1);
    assert_true(slice_is_equal(segment.requests[0], slice_of_text("late")));
}

static void next_time_is_never_later_than_the_earliest_deadline(void **state)
{
    struct world *world = *state;
    world_submit(world, 0, "a", 70 * MS);
    world_submit(world, 1, "b", 50 * MS);
    world_turn(world, 0);
    (void)world_take_all(world);
    assert_int_equal(client_core_next_ns(world->core), world->now_ns + 50 * MS);
    world_turn(world, 50 * MS);
    expect_status(world, 1, CLIENT_TIMED_OUT);
    assert_int_equal(client_core_next_ns(world->core), world->now_ns + 20 * MS);
}

static void cancel_tells_every_caller_once(void **state)
{
    struct world *world = *state;
    submit_many(world, 0, 100);
    world_turn(world, 0);
    submit_many(world, 100, 2);
    client_core_cancel(world->core);
    client_core_check(world->core);
    for (uintptr_t tag = 0; tag < 102; tag++) {
        expect_status(world, tag, tag < 100 ? CLIENT_TIMED_OUT : CLIENT_NOT_SENT);
    }
    assert_int_equal(client_core_open_count(world->core), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(lone_request_is_sent_at_once),
        TEST(requests_of_one_turn_share_a_segment_and_a_signature),
        TEST(segments_chain_from_the_lanes_digest_zero),
        TEST(segment_at_most_has_the_requests_and_bytes_of_the_limits),
        TEST(largest_request_fits_and_one_byte_more_does_not),
        TEST(few_requests_behind_many_wait_an_eighth_of_the_round_trip),
        TEST(quarter_of_what_is_under_way_is_sent_at_once),
        TEST(thousands_under_way_make_segments_of_hundreds),
        TEST(window_of_segments_is_never_passed),
        TEST(window_of_bytes_is_never_passed_and_reopens),
        cmocka_unit_test(submission_beyond_in_flight_max_is_full),
        TEST(acknowledged_is_the_last_number_below_which_all_have_results),
        TEST(deadline_of_a_sent_request_says_unknown_and_the_lane_goes_on),
        TEST(deadline_of_a_waiting_request_says_not_sent_and_it_never_is),
        TEST(next_time_is_never_later_than_the_earliest_deadline),
        TEST(cancel_tells_every_caller_once),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
