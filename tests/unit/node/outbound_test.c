/* outbound_test.c - packing messages into frames for peers. */
#include "node/outbound.h"

#include "agreement/effect.h"
#include "wire/codec.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define PEERS       4u
#define SELF        1u
#define FRAMES_SEEN 256u
#define NOW         UINT64_C(1000000000)

/* What left, in order. */
struct seen {
    size_t count;
    struct {
        replica_id to;
        size_t size;
        size_t message_count;
        enum peer_message_kind first_kind;
    } frames[FRAMES_SEEN];
    size_t messages_to[PEERS];
};

static void see(void *context, replica_id to, struct slice frame)
{
    struct seen *seen = context;
    static uint8_t memory[DECODE_BYTES_MAX];
    struct arena arena;
    struct peer_message *messages;
    size_t count;
    arena_init(&arena, memory, sizeof memory);
    assert_true(seen->count < FRAMES_SEEN);
    assert_true(frame.size <= FRAME_BYTES_MAX);
    assert_int_equal(wire_decode_peer_frame(frame, &arena, &messages, &count), VERDICT_ACCEPTED);
    assert_true(count >= 1);
    seen->frames[seen->count].to = to;
    seen->frames[seen->count].size = frame.size;
    seen->frames[seen->count].message_count = count;
    seen->frames[seen->count].first_kind = messages[0].kind;
    seen->messages_to[to] += count;
    seen->count++;
}

static struct outbound_sink sink_of(struct seen *seen)
{
    return (struct outbound_sink){.context = seen, .send = see};
}

static struct peer_message heartbeat(void)
{
    return (struct peer_message){.kind = PEER_HEARTBEAT, .heartbeat = {.view = 3, .height = 2}};
}

static const struct outbound_rule urgent = {0};
static const struct outbound_rule lazy = {.lazy = true};
static const struct outbound_rule durable = {.durable = true};

/* A segment whose encoding has about `size` bytes. */
static struct peer_message segment_of(struct buffer *body, struct buffer *encoded, size_t size)
{
    uint8_t *payload = calloc(1, size);
    assert_non_null(payload);
    struct slice request = slice_of(payload, size);
    struct segment_body content = {.request_count = 1, .requests = &request};
    wire_encode_segment_body(body, &content);
    struct peer_message message = {.kind = PEER_SEGMENT, .segment = {.sequence = 1}};
    message.segment.body = buffer_slice(body);
    wire_encode_segment(encoded, &message.segment);
    message.segment.encoded = buffer_slice(encoded);
    free(payload);
    return message;
}

static int setup(void **state)
{
    static struct outbound outbound;
    outbound_init(&outbound, PEERS, SELF);
    *state = &outbound;
    return 0;
}

static int teardown(void **state)
{
    outbound_fini(*state);
    return 0;
}

static void add_to_all_reaches_every_peer_but_self_once(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct peer_message message = heartbeat();
    outbound_add(outbound, REPLICA_ALL, &message, urgent, NOW);
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.count, PEERS - 1);
    for (replica_id i = 0; i < PEERS; i++) {
        assert_int_equal(seen.messages_to[i], i == SELF ? 0 : 1);
    }
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.count, PEERS - 1);
    assert_true(outbound_deadline(outbound) == UINT64_MAX);
}

static void messages_of_a_turn_leave_in_one_frame(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct peer_message message = heartbeat();
    struct peer_message ask = {.kind = PEER_ASK_VIEW, .ask_view = {.from = 1, .to = 2}};
    for (size_t i = 0; i < 10; i++) {
        outbound_add(outbound, 2, &message, urgent, NOW);
        outbound_add(outbound, 2, &ask, urgent, NOW);
    }
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.frames[0].message_count, 20);
}

static void lazy_message_waits_and_then_leaves_alone(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct peer_message message = heartbeat();
    outbound_add(outbound, 0, &message, lazy, NOW);
    outbound_flush(outbound, NOW + OUTBOUND_LAZY_NS - 1, &sink);
    assert_int_equal(seen.count, 0);
    assert_true(outbound_deadline(outbound) == NOW + OUTBOUND_LAZY_NS);
    outbound_add(outbound, 0, &message, lazy, NOW + 1); /* does not postpone the first */
    assert_true(outbound_deadline(outbound) == NOW + OUTBOUND_LAZY_NS);
    outbound_flush(outbound, NOW + OUTBOUND_LAZY_NS, &sink);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.frames[0].message_count, 2);
}

static void lazy_message_leaves_with_an_urgent_one(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct peer_message message = heartbeat();
    outbound_add(outbound, 0, &message, lazy, NOW);
    outbound_add(outbound, 2, &message, lazy, NOW);
    outbound_add(outbound, 0, &message, urgent, NOW + 1);
    outbound_flush(outbound, NOW + 1, &sink);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.frames[0].to, 0);
    assert_int_equal(seen.frames[0].message_count, 2);
}

static void sync_is_needed_only_if_something_durable_would_leave(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct peer_message message = heartbeat();
    outbound_add(outbound, REPLICA_ALL, &message, urgent, NOW);
    assert_false(outbound_needs_sync(outbound, NOW));
    outbound_add(outbound, 3, &message, durable, NOW);
    assert_true(outbound_needs_sync(outbound, NOW));
    outbound_flush(outbound, NOW, &sink);
    assert_false(outbound_needs_sync(outbound, NOW));

    struct outbound_rule durable_and_lazy = {.durable = true, .lazy = true};
    outbound_add(outbound, 3, &message, durable_and_lazy, NOW);
    assert_false(outbound_needs_sync(outbound, NOW));
    assert_true(outbound_needs_sync(outbound, NOW + OUTBOUND_LAZY_NS));
    outbound_add(outbound, 3, &message, urgent, NOW); /* takes the durable one along */
    assert_true(outbound_needs_sync(outbound, NOW));
}

static void large_messages_are_split_into_frames_within_the_limit(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct buffer body = {0};
    struct buffer encoded = {0};
    struct peer_message message = segment_of(&body, &encoded, REQUEST_BYTES_MAX);
    for (size_t i = 0; i < 7; i++) {
        outbound_add(outbound, 0, &message, urgent, NOW);
    }
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.count, 3); /* 3 of a little more than 256 KiB fit 1 MiB */
    assert_int_equal(seen.messages_to[0], 7);
    assert_int_equal(outbound->dropped, 0);
    buffer_fini(&body);
    buffer_fini(&encoded);
}

static void many_messages_are_split_by_count(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct peer_message message = heartbeat();
    for (size_t i = 0; i < FRAME_MESSAGES_MAX + 1; i++) {
        outbound_add(outbound, 0, &message, urgent, NOW);
    }
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.frames[0].message_count, FRAME_MESSAGES_MAX);
    assert_int_equal(seen.frames[1].message_count, 1);
}

/* `see` decodes each frame with the arena that a receiver has. */
static void full_frames_of_proposals_decode_within_the_arena(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct lane_tip tips[TIPS_PER_ORDER_MAX] = {0};
    for (size_t i = 0; i < TIPS_PER_ORDER_MAX; i++) {
        tips[i].lane.session = i;
        tips[i].sequence = 1;
    }
    struct peer_message message = {
        .kind = PEER_PROPOSAL,
        .proposal.order = {.view = 1, .height = 1, .tip_count = TIPS_PER_ORDER_MAX, .tips = tips},
    };
    for (size_t i = 0; i < 100; i++) {
        outbound_add(outbound, 0, &message, durable, NOW);
    }
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.messages_to[0], 100);
}

static void messages_beyond_the_queue_are_dropped_and_counted(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct buffer body = {0};
    struct buffer encoded = {0};
    struct peer_message message = segment_of(&body, &encoded, REQUEST_BYTES_MAX);
    size_t const count = 2 * PEER_QUEUE_BYTES_MAX / REQUEST_BYTES_MAX;
    for (size_t i = 0; i < count; i++) {
        outbound_add(outbound, 0, &message, urgent, NOW);
    }
    assert_true(outbound_waiting(outbound, 0) <= PEER_QUEUE_BYTES_MAX);
    assert_true(outbound->dropped > 0);
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.messages_to[0] + outbound->dropped, count);
    buffer_fini(&body);
    buffer_fini(&encoded);
}

/* A certificate with our vote in it is small enough where the proposal that carries it is not. */
static void durable_message_that_is_dropped_makes_others_wait_for_its_sync(void **state)
{
    struct outbound *outbound = *state;
    struct buffer body = {0};
    struct buffer encoded = {0};
    struct peer_message message = segment_of(&body, &encoded, REQUEST_BYTES_MAX);
    while (outbound->dropped == 0) {
        outbound_add(outbound, 0, &message, urgent, NOW);
    }
    assert_false(outbound_needs_sync(outbound, NOW));
    outbound_add(outbound, 0, &message, durable, NOW);
    assert_int_equal(outbound->dropped, 2);
    assert_true(outbound_needs_sync(outbound, NOW));
    buffer_fini(&body);
    buffer_fini(&encoded);
}

static void encoded_message_is_sent_verbatim(void **state)
{
    struct outbound *outbound = *state;
    struct seen seen = {0};
    struct outbound_sink sink = sink_of(&seen);
    struct buffer encoded = {0};
    struct peer_message block = {.kind = PEER_BLOCK, .block.order = {.view = 1, .height = 1}};
    wire_encode_peer_message(&encoded, &block);
    outbound_add_encoded(outbound, 3, buffer_slice(&encoded), NOW);
    assert_int_equal(outbound_waiting(outbound, 3), encoded.size);
    outbound_flush(outbound, NOW, &sink);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.frames[0].first_kind, PEER_BLOCK);
    assert_int_equal(seen.frames[0].size, encoded.size);
    buffer_fini(&encoded);
}

static void message_over_the_frame_limit_is_dropped(void **state)
{
    struct outbound *outbound = *state;
    uint8_t *bytes = calloc(1, FRAME_BYTES_MAX + 1);
    assert_non_null(bytes);
    outbound_add_encoded(outbound, 3, slice_of(bytes, FRAME_BYTES_MAX + 1), NOW);
    assert_int_equal(outbound->dropped, 1);
    assert_int_equal(outbound_waiting(outbound, 3), 0);
    assert_true(outbound_deadline(outbound) == UINT64_MAX);
    free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(add_to_all_reaches_every_peer_but_self_once),
        TEST(messages_of_a_turn_leave_in_one_frame),
        TEST(lazy_message_waits_and_then_leaves_alone),
        TEST(lazy_message_leaves_with_an_urgent_one),
        TEST(sync_is_needed_only_if_something_durable_would_leave),
        TEST(large_messages_are_split_into_frames_within_the_limit),
        TEST(many_messages_are_split_by_count),
        TEST(full_frames_of_proposals_decode_within_the_arena),
        TEST(messages_beyond_the_queue_are_dropped_and_counted),
        TEST(durable_message_that_is_dropped_makes_others_wait_for_its_sync),
        TEST(encoded_message_is_sent_verbatim),
        TEST(message_over_the_frame_limit_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
