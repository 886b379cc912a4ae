/* memory_test.c - what a traitor remembers: the newest, once, and no more than there is room for.
 */
#include "traitors/memory.h"

#include "wire/codec.h"
#include "wire/digests.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

#define ORDERS      ((size_t)MEMORY_ORDERS)
#define SEGMENTS    ((size_t)MEMORY_SEGMENTS)
#define SEGMENT_MAX ((size_t)MEMORY_SEGMENT_MAX)
#define FRAMES      ((replica_id)MEMORY_FRAMES)

static struct memory memory;

static int setup(void **state)
{
    (void)state;
    memory = (struct memory){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    memory_fini(&memory);
    return 0;
}

static bool keep_order(view_nr view, size_t tip_count)
{
    struct lane_tip tips[TIPS_PER_ORDER_MAX];
    struct peer_message message = {.kind = PEER_PROPOSAL};
    for (size_t i = 0; i < tip_count; i++) {
        tips[i] = (struct lane_tip){.lane.session = i, .sequence = view};
    }
    message.proposal.order =
        (struct order){.view = view, .height = 1, .tip_count = tip_count, .tips = tips};
    bool is_new = memory_keep(&memory, &message);
    memset(tips, 0xff, sizeof tips); /* it was borrowed */
    return is_new;
}

static void order_is_kept_once_with_its_tips(void **state)
{
    (void)state;
    assert_true(keep_order(5, TIPS_PER_ORDER_MAX));
    assert_false(keep_order(5, TIPS_PER_ORDER_MAX));
    assert_true(keep_order(5, 1)); /* its commander gave two */
    assert_true(keep_order(7, 0));
    const struct seen_order *seen = memory_order(&memory, 2);
    assert_int_equal(seen->proposal.order.tip_count, TIPS_PER_ORDER_MAX);
    for (size_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        assert_int_equal(seen->proposal.order.tips[i].lane.session, i);
        assert_int_equal(seen->proposal.order.tips[i].sequence, 5);
    }
    assert_int_equal(memory_find_view(&memory, 5)->proposal.order.tip_count, 1);
    assert_ptr_equal(memory_find_order(&memory, &seen->digest), seen);
    assert_ptr_equal(memory_find_below(&memory, 7), memory_find_view(&memory, 5));
    assert_null(memory_find_below(&memory, 5));
    assert_null(memory_find_view(&memory, 6));
    assert_null(memory_order(&memory, 3));
}

static void newest_push_out_the_oldest(void **state)
{
    (void)state;
    for (view_nr view = 1; view <= 3 * ORDERS; view++) {
        assert_true(keep_order(view, 1));
    }
    for (size_t i = 0; i < ORDERS; i++) {
        assert_int_equal(memory_order(&memory, i)->proposal.order.view, 3 * ORDERS - i);
    }
    assert_null(memory_order(&memory, ORDERS));
    assert_null(memory_find_view(&memory, 2 * ORDERS));
}

static void vote_and_certificate_are_kept_once(void **state)
{
    (void)state;
    struct peer_message vote = {.kind = PEER_VOTE,
                                .vote = {.kind = VOTE_NOTARIZE, .voter = 1, .view = 3}};
    struct peer_message certificate = {
        .kind = PEER_CERTIFICATE, .certificate = {.kind = VOTE_NULLIFY, .view = 3, .count = 3}};
    assert_true(memory_keep(&memory, &vote));
    assert_false(memory_keep(&memory, &vote));
    vote.vote.digest.bytes[0] = 1;
    assert_true(memory_keep(&memory, &vote));
    assert_true(memory_keep(&memory, &certificate));
    assert_false(memory_keep(&memory, &certificate));
    assert_int_equal(memory.vote_count, 2);
    assert_int_equal(memory_vote(&memory, 0)->digest.bytes[0], 1);
    assert_int_equal(memory_certificate(&memory, 0)->view, 3);
}

/* A segment of one request of `size` bytes, decoded from `encoded`. */
static struct segment make_segment(uint64_t sequence, size_t size, struct buffer *body,
                                   struct buffer *encoded)
{
    static const uint8_t zeros[2 * SEGMENT_MAX];
    struct arena none = {0};
    struct slice request = slice_of(zeros, size);
    struct segment_body content = {.request_count = 1, .requests = &request};
    struct segment segment = {.sequence = sequence};
    buffer_clear(body);
    buffer_clear(encoded);
    wire_encode_segment_body(body, &content);
    segment.body = buffer_slice(body);
    wire_encode_segment(encoded, &segment);
    assert_int_equal(wire_decode_segment(buffer_slice(encoded), &none, &segment), VERDICT_ACCEPTED);
    return segment;
}

static void segment_is_copied_and_bounded(void **state)
{
    (void)state;
    struct buffer body = {0};
    struct buffer encoded = {0};
    struct peer_message message = {.kind = PEER_SEGMENT};
    for (uint64_t sequence = 1; sequence <= 2 * SEGMENTS; sequence++) {
        message.segment = make_segment(sequence, 10, &body, &encoded);
        assert_true(memory_keep(&memory, &message));
        assert_false(memory_keep(&memory, &message));
        memset(encoded.data, 0xff, encoded.size);
    }
    message.segment = make_segment(1, 2 * SEGMENT_MAX, &body, &encoded);
    assert_false(memory_keep(&memory, &message));
    for (size_t i = 0; i < SEGMENTS; i++) {
        const struct segment *kept = &memory_segment(&memory, i)->segment;
        struct segment again;
        struct arena none = {0};
        assert_int_equal(kept->sequence, 2 * SEGMENTS - i);
        assert_int_equal(wire_decode_segment(kept->encoded, &none, &again), VERDICT_ACCEPTED);
        assert_true(slice_is_equal(again.body, kept->body));
        assert_ptr_equal(again.body.data, kept->body.data);
    }
    assert_null(memory_segment(&memory, SEGMENTS));
    buffer_fini(&body);
    buffer_fini(&encoded);
}

static void frame_is_copied_and_bounded(void **state)
{
    (void)state;
    static uint8_t bytes[MEMORY_FRAME_MAX + 1];
    memory_keep_frame(&memory, 2, slice_of(bytes, 0));
    memory_keep_frame(&memory, 2, slice_of(bytes, sizeof bytes));
    assert_null(memory_frame(&memory, 0));
    for (replica_id i = 0; i < 2 * FRAMES; i++) {
        memory_keep_frame(&memory, i, slice_of(bytes, 1 + i));
    }
    assert_int_equal(memory_frame(&memory, 0)->to, 2 * FRAMES - 1);
    assert_int_equal(memory_frame(&memory, 0)->bytes.size, 2 * FRAMES);
    assert_null(memory_frame(&memory, FRAMES));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(order_is_kept_once_with_its_tips),   TEST(newest_push_out_the_oldest),
        TEST(vote_and_certificate_are_kept_once), TEST(segment_is_copied_and_bounded),
        TEST(frame_is_copied_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
