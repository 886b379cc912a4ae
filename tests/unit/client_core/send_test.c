/* What each replica is sent, and when again: links, retransmission, busy, lost replies. */
#include "support_core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TIMEOUT_NS (60000 * MS)

static struct client_send sends[CLIENT_SENDS_MAX];

static int set_up(void **state)
{
    static struct world world;
    world_init(&world, 4, 1, 4096);
    world_start(&world);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    world_fini(*state);
    return 0;
}

/* `count` segments of one request each, not yet taken by anyone. */
static void form_segments(struct world *world, uintptr_t tag, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world_submit(world, tag + i, "request", TIMEOUT_NS);
        world_turn(world, 5 * MS);
    }
}

static uint64_t sequence_of(const struct client_send *send)
{
    static struct test_segment segment;
    decode_segment(send->encoded, &segment);
    return segment.sequence;
}

static void segment_goes_to_every_replica_once(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 1);
    for (replica_id to = 0; to < 4; to++) {
        assert_int_equal(world_take(world, to, sends), 1);
        assert_int_equal(sequence_of(&sends[0]), 1);
        assert_int_equal(world_take(world, to, sends), 0);
    }
    assert_int_equal(world->signatures, 1);
}

static void link_that_is_down_is_sent_nothing_and_all_when_it_comes_up(void **state)
{
    struct world *world = *state;
    client_core_on_link_down(world->core, 2);
    form_segments(world, 0, 3);
    assert_int_equal(world_take(world, 2, sends), 0);
    client_core_on_link_up(world->core, 2);
    assert_int_equal(world_take(world, 2, sends), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sequence_of(&sends[i]), i + 1);
    }
}

static void without_any_link_requests_wait_and_are_not_sent_after_their_deadline(void **state)
{
    struct world *world = *state;
    for (replica_id id = 0; id < 4; id++) {
        client_core_on_link_down(world->core, id);
    }
    world_submit(world, 0, "early", 10 * MS);
    world_submit(world, 1, "late", TIMEOUT_NS);
    world_turn(world, 0);
    assert_int_equal(client_core_next_ns(world->core), world->now_ns + 10 * MS);
    world_turn(world, 10 * MS);
    expect_status(world, 0, CLIENT_NOT_SENT);
    client_core_on_link_up(world->core, 1);
    world_turn(world, 0);
    assert_int_equal(world_take(world, 1, sends), 1);
    static struct test_segment segment;
    decode_segment(sends[0].encoded, &segment);
    assert_int_equal(segment.count, 1);
}

static void new_link_is_sent_all_that_is_under_way_again_in_order(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 4);
    assert_int_equal(world_take(world, 1, sends), 4);
    (void)world_reply(world, 1, 1, 1, "ok");
    (void)world_reply(world, 0, 1, 1, "ok"); /* the first segment is finished */
    client_core_on_link_up(world->core, 1);
    assert_int_equal(world_take(world, 1, sends), 4);
    assert_int_equal(count_asks(sends, 4), 1);
    assert_int_equal(sends[0].ask.from, 2);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(sequence_of(&sends[i]), i + 1);
    }
    assert_int_equal(world_take(world, 1, sends), 0);
}

static void frame_that_the_socket_refused_is_offered_again_a_little_later(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 2);
    assert_int_equal(client_core_outgoing(world->core, 0, world->now_ns, FRAME_BYTES_MAX, sends),
                     2);
    client_core_sent(world->core, 0, false, world->now_ns);
    assert_int_equal(world_take(world, 0, sends), 0);
    (void)world_take_all(world);
    uint64_t next = client_core_next_ns(world->core);
    assert_true(next > world->now_ns && next <= world->now_ns + 5 * MS);
    world_turn(world, next - world->now_ns);
    assert_int_equal(world_take(world, 0, sends), 2);
}

static void frame_holds_no_more_than_asked_for(void **state)
{
    struct world *world = *state;
    static const uint8_t large[200u << 10];
    for (uintptr_t i = 0; i < 4; i++) {
        assert_int_equal(world_try_submit(world, i, slice_of(large, sizeof large), TIMEOUT_NS),
                         CLIENT_SUBMITTED);
    }
    world_turn(world, 0);
    size_t taken = 0;
    for (int frame = 0; frame < 4; frame++) {
        size_t count =
            client_core_outgoing(world->core, 0, world->now_ns, CLIENT_SEND_BYTES_MIN, sends);
        client_core_sent(world->core, 0, true, world->now_ns);
        assert_int_equal(count, 1);
        taken += count;
    }
    assert_int_equal(taken, 4);
    assert_int_equal(world_take(world, 0, sends), 0);
}

static void unanswered_segment_is_sent_again_with_doubling_waits(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 1);
    (void)world_take_all(world);
    uint64_t wait = TEST_RETRY_NS;
    for (int i = 0; i < 8; i++) {
        uint64_t before = world->now_ns;
        while (world_take(world, 3, sends) == 0) {
            world_turn(world, MS);
            assert_true(world->now_ns - before <= wait + wait / 4 + 2 * MS);
        }
        assert_true(world->now_ns - before >= wait - wait / 4);
        assert_int_equal(count_asks(sends, 2), 1);
        assert_int_equal(sequence_of(&sends[1]), 1);
        wait = wait * 2 > CLIENT_RETRY_NS_MAX ? CLIENT_RETRY_NS_MAX : wait * 2;
    }
    assert_true(client_core_retransmit_count(world->core) >= 8);
}

static void replica_that_answered_is_not_sent_again(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 1);
    (void)world_take_all(world);
    (void)world_reply(world, 2, 1, 1, "ok");
    world_turn(world, 2 * TEST_RETRY_NS);
    assert_int_equal(world_take(world, 2, sends), 0);
    assert_int_equal(world_take(world, 1, sends), 2);
}

static void nothing_is_sent_again_once_all_have_results(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 2);
    (void)world_take_all(world);
    (void)world_reply(world, 0, 1, 2, "ok");
    (void)world_reply(world, 1, 1, 2, "ok");
    world_turn(world, 10 * TEST_RETRY_NS);
    assert_int_equal(world_take_all(world), 0);
    assert_int_equal(client_core_next_ns(world->core), UINT64_MAX);
}

static void request_whose_caller_gave_up_is_sent_again_all_the_same(void **state)
{
    struct world *world = *state;
    world_submit(world, 0, "request", 10 * MS);
    world_turn(world, 0);
    (void)world_take_all(world);
    world_turn(world, 10 * MS);
    expect_status(world, 0, CLIENT_TIMED_OUT);
    world_turn(world, 2 * TEST_RETRY_NS);
    assert_int_equal(count_segments(sends, world_take(world, 0, sends)), 1);
}

static void retransmission_is_bounded_and_begins_with_the_oldest(void **state)
{
    struct world *world = *state;
    static const uint8_t large[100u << 10];
    for (uintptr_t i = 0; i < 4; i++) {
        assert_int_equal(world_try_submit(world, i, slice_of(large, sizeof large), TIMEOUT_NS),
                         CLIENT_SUBMITTED);
        world_turn(world, 5 * MS);
    }
    assert_int_equal(world_take(world, 0, sends), 4);
    world_turn(world, 2 * TEST_RETRY_NS);
    size_t count = world_take(world, 0, sends);
    assert_int_equal(count_segments(sends, count), 1);
    assert_int_equal(sequence_of(&sends[1]), 1);
}

static void busy_is_sent_from_the_named_segment_on_after_the_wait(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 4);
    assert_int_equal(world_take(world, 0, sends), 4);
    assert_int_equal(world_busy(world, 0, 3, 50), VERDICT_ACCEPTED);
    assert_int_equal(world_take(world, 0, sends), 0);
    world_turn(world, 49 * MS);
    assert_int_equal(world_take(world, 0, sends), 0);
    assert_int_equal(world_take(world, 1, sends), 4);
    world_turn(world, MS);
    assert_int_equal(world_take(world, 0, sends), 2);
    assert_int_equal(sequence_of(&sends[0]), 3);
    assert_int_equal(sequence_of(&sends[1]), 4);
}

static void busy_again_and_again_waits_longer_until_there_is_progress(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 2);
    assert_int_equal(world_take(world, 0, sends), 2);
    (void)world_busy(world, 0, 2, 50);
    world_turn(world, 50 * MS);
    assert_int_equal(world_take(world, 0, sends), 1);
    (void)world_busy(world, 0, 2, 50);
    world_turn(world, 50 * MS);
    assert_int_equal(world_take(world, 0, sends), 0);
    world_turn(world, 50 * MS);
    assert_int_equal(world_take(world, 0, sends), 1);
    (void)world_reply(world, 0, 1, 1, "ok");
    (void)world_busy(world, 0, 2, 50);
    world_turn(world, 50 * MS);
    assert_int_equal(world_take(world, 0, sends), 1);
}

static void busy_that_makes_no_sense_is_judged_and_does_no_harm(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 1);
    assert_int_equal(world_busy(world, 0, 0, 50), VERDICT_INVALID);
    assert_int_equal(world_busy(world, 0, 2, 50), VERDICT_INVALID);
    struct busy busy = {.session = 5, .sequence = 1, .retry_after_ms = 1};
    assert_int_equal(client_core_on_busy(world->core, 0, &busy, world->now_ns), VERDICT_STALE);
    assert_int_equal(world_busy(world, 0, 1, UINT32_MAX), VERDICT_ACCEPTED);
    assert_int_equal(world_take(world, 0, sends), 1); /* it was not sent yet */
    assert_int_equal(world_busy(world, 0, 1, UINT32_MAX), VERDICT_ACCEPTED);
    world_turn(world, CLIENT_RETRY_NS_MAX);
    assert_true(count_segments(sends, world_take(world, 0, sends)) >= 1);
}

static void gap_in_replies_is_asked_for_soon_if_nobody_fills_it(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 3);
    (void)world_take_all(world);
    (void)world_reply(world, 0, 3, 1, "ok"); /* replies to 1 and 2 were lost */
    assert_int_equal(world_take(world, 0, sends), 0);
    world_turn(world, CLIENT_GAP_WAIT_NS);
    assert_int_equal(world_take(world, 0, sends), 1);
    assert_int_equal(sends[0].encoded.size, 0);
    assert_int_equal(sends[0].ask.session, TEST_SESSION);
    assert_int_equal(sends[0].ask.from, 1);
    assert_int_equal(world_take(world, 0, sends), 0);
    world_turn(world, 3 * CLIENT_GAP_WAIT_NS);
    assert_int_equal(count_asks(sends, world_take(world, 0, sends)), 1);
}

static void gap_that_others_fill_is_not_asked_for(void **state)
{
    struct world *world = *state;
    form_segments(world, 0, 3);
    (void)world_take_all(world);
    (void)world_reply(world, 0, 3, 1, "ok");
    (void)world_reply(world, 1, 1, 2, "ok");
    (void)world_reply(world, 2, 1, 2, "ok");
    world_turn(world, CLIENT_GAP_WAIT_NS);
    assert_int_equal(world_take(world, 0, sends), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(segment_goes_to_every_replica_once),
        TEST(link_that_is_down_is_sent_nothing_and_all_when_it_comes_up),
        TEST(without_any_link_requests_wait_and_are_not_sent_after_their_deadline),
        TEST(new_link_is_sent_all_that_is_under_way_again_in_order),
        TEST(frame_that_the_socket_refused_is_offered_again_a_little_later),
        TEST(frame_holds_no_more_than_asked_for),
        TEST(unanswered_segment_is_sent_again_with_doubling_waits),
        TEST(replica_that_answered_is_not_sent_again),
        TEST(nothing_is_sent_again_once_all_have_results),
        TEST(request_whose_caller_gave_up_is_sent_again_all_the_same),
        TEST(retransmission_is_bounded_and_begins_with_the_oldest),
        TEST(busy_is_sent_from_the_named_segment_on_after_the_wait),
        TEST(busy_again_and_again_waits_longer_until_there_is_progress),
        TEST(busy_that_makes_no_sense_is_judged_and_does_no_harm),
        TEST(gap_in_replies_is_asked_for_soon_if_nobody_fills_it),
        TEST(gap_that_others_fill_is_not_asked_for),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
