/* frame_test.c - frames of all three sides: round trips, order, limits, and hostile bytes. */
#include "support_arenas.h"
#include "support_equal.h"
#include "support_probe.h"
#include "support_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
// cmocka wants the three above first.
#include <cmocka.h>

/* The three sides, seen alike: append a sample message, and see that a frame that holds just that
 * one decodes to it. */
struct side {
    enum probe probe;
    unsigned kind_count;
    void (*append)(struct buffer *out, unsigned kind, enum sample_size size);
    void (*check_single)(struct slice frame, unsigned kind, enum sample_size size);
};

#define SIDE(side)                                                                                 \
    static void append_##side(struct buffer *out, unsigned kind, enum sample_size size)            \
    {                                                                                              \
        struct side##_message message;                                                             \
        arena_reset(&samples);                                                                     \
        sample_##side##_message((enum side##_message_kind)kind, size, &samples, &message);         \
        wire_encode_##side##_message(out, &message);                                               \
    }                                                                                              \
    static void check_single_##side(struct slice frame, unsigned kind, enum sample_size size)      \
    {                                                                                              \
        struct side##_message sent, *messages;                                                     \
        size_t count;                                                                              \
        arena_reset(&samples);                                                                     \
        arena_reset(&decoded);                                                                     \
        sample_##side##_message((enum side##_message_kind)kind, size, &samples, &sent);            \
        assert_int_equal(wire_decode_##side##_frame(frame, &decoded, &messages, &count),           \
                         VERDICT_ACCEPTED);                                                        \
        assert_int_equal(count, 1);                                                                \
        assert_true(equal_##side##_message(&sent, &messages[0]));                                  \
    }

SIDE(peer)
SIDE(client)
SIDE(replica)

static const struct side sides[] = {
    {PROBE_PEER_FRAME, PEER_KIND_COUNT, append_peer, check_single_peer},
    {PROBE_CLIENT_FRAME, CLIENT_KIND_COUNT, append_client, check_single_client},
    {PROBE_REPLICA_FRAME, REPLICA_KIND_COUNT, append_replica, check_single_replica},
};
#define SIDE_COUNT (sizeof sides / sizeof sides[0])

typedef void visitor(const struct side *side, unsigned kind, enum sample_size size,
                     struct buffer *frame);

/* Visits a frame with one message, for every side, kind and size up to `largest`. */
static void for_each_sample(enum sample_size largest, visitor *visit)
{
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        for (unsigned kind = 1; kind <= sides[i].kind_count; kind++) {
            for (unsigned size = 0; size <= (unsigned)largest; size++) {
                struct buffer frame = {0};
                sides[i].append(&frame, kind, (enum sample_size)size);
                visit(&sides[i], kind, (enum sample_size)size, &frame);
                buffer_fini(&frame);
            }
        }
    }
}

static void visit_round_trip(const struct side *side, unsigned kind, enum sample_size size,
                             struct buffer *frame)
{
    side->check_single(buffer_slice(frame), kind, size);
    assert_true(probe_bytes(side->probe, buffer_slice(frame)));
}

static void frame_of_each_kind_round_trips(void **state)
{
    (void)state;
    for_each_sample(SAMPLE_LARGE, visit_round_trip);
}

/* Cut anywhere, one message is none: nothing of a frame is accepted unless all of it is. */
static void visit_truncation(const struct side *side, unsigned kind, enum sample_size size,
                             struct buffer *frame)
{
    (void)kind;
    (void)size;
    for (size_t cut = 1; cut < frame->size; cut++) {
        assert_false(probe_bytes(side->probe, slice_of(frame->data, cut)));
    }
}

static void frame_truncated_at_any_byte_is_malformed(void **state)
{
    (void)state;
    for_each_sample(SAMPLE_TYPICAL, visit_truncation);
}

static void visit_bit_flips(const struct side *side, unsigned kind, enum sample_size size,
                            struct buffer *frame)
{
    (void)kind;
    (void)size;
    for (size_t bit = 0; bit < 8 * frame->size; bit++) {
        frame->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        (void)probe_bytes(side->probe, buffer_slice(frame)); /* it holds the decoder to account */
        frame->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void frame_with_any_bit_flipped_is_malformed_or_within_bounds(void **state)
{
    (void)state;
    for_each_sample(SAMPLE_TYPICAL, visit_bit_flips);
}

/* Wraps the message once more, with a field 31 (varint 0) or (bytes "") at its end. */
static void visit_unknown_field(const struct side *side, unsigned kind, enum sample_size size,
                                struct buffer *frame)
{
    static const uint8_t unknown[][3] = {{0xf8, 0x01, 0x00}, {0xfa, 0x01, 0x00}};
    (void)size;
    for (size_t i = 0; i < 2; i++) {
        size_t head = 1;
        while (frame->data[head] >= 0x80) {
            head++;
        }
        head++;
        struct buffer longer = {0};
        size_t inner = frame->size - head + sizeof unknown[i];
        uint8_t tag_and_size[4] = {(uint8_t)(kind << 3 | 2), (uint8_t)(inner | 0x80),
                                   (uint8_t)(inner >> 7 | 0x80), (uint8_t)(inner >> 14)};
        size_t used = inner >> 14 != 0 ? 4 : inner >> 7 != 0 ? 3 : 2;
        tag_and_size[used - 1] &= 0x7f;
        buffer_append(&longer, slice_of(tag_and_size, used));
        buffer_append(&longer, slice_of(frame->data + head, frame->size - head));
        assert_true(probe_bytes(side->probe, buffer_slice(frame)));
        buffer_append(&longer, slice_of(unknown[i], sizeof unknown[i]));
        assert_false(probe_bytes(side->probe, buffer_slice(&longer)));
        buffer_fini(&longer);
    }
}

static void message_with_unknown_field_is_malformed(void **state)
{
    (void)state;
    for_each_sample(SAMPLE_TYPICAL, visit_unknown_field);
}

static void frame_with_unknown_kind_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        for (unsigned kind = 0; kind < 200; kind++) {
            uint8_t tag = (uint8_t)((kind << 3 & 0x78) | 2u | (kind > 15 ? 0x80u : 0));
            uint8_t frame[] = {tag, (uint8_t)(kind >> 4), 0, 0};
            size_t size = kind > 15 ? 3 : 2;
            if (kind <= 15) {
                frame[1] = 0;
            }
            /* An empty message of a known kind lacks its required fields. */
            assert_false(probe_bytes(sides[i].probe, slice_of(frame, size)));
        }
    }
}

static void frame_that_is_empty_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        assert_true(probe_bytes(sides[i].probe, slice_of(NULL, 0)));
    }
}

static void frames_concatenated_are_a_frame_with_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        for (unsigned a = 1; a <= sides[i].kind_count; a++) {
            for (unsigned b = 1; b <= sides[i].kind_count; b++) {
                struct buffer frame = {0};
                sides[i].append(&frame, a, SAMPLE_TYPICAL);
                sides[i].append(&frame, b, SAMPLE_SMALL);
                assert_true(probe_bytes(sides[i].probe, buffer_slice(&frame)));
                buffer_fini(&frame);
            }
        }
    }
}

static void peer_messages_come_out_in_order_of_use(void **state)
{
    (void)state;
    static const enum peer_message_kind expected[] = {
        PEER_SEGMENT,      PEER_CERTIFICATE, PEER_PROPOSAL,  PEER_VOTE,
        PEER_VOTE,         PEER_BLOCK,       PEER_ASK_VIEW,  PEER_ASK_ORDER,
        PEER_ASK_SEGMENTS, PEER_ASK_BLOCKS,  PEER_HEARTBEAT,
    };
    struct buffer frame = {0};
    append_peer(&frame, PEER_VOTE, SAMPLE_TYPICAL);
    for (unsigned kind = PEER_KIND_COUNT; kind >= 1; kind--) {
        append_peer(&frame, kind, SAMPLE_SMALL);
    }
    struct peer_message *messages;
    size_t count;
    arena_reset(&decoded);
    assert_int_equal(wire_decode_peer_frame(buffer_slice(&frame), &decoded, &messages, &count),
                     VERDICT_ACCEPTED);
    assert_int_equal(count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(messages[i].kind, expected[i]);
    }
    /* Of one kind, in sent order. */
    assert_int_equal(messages[3].vote.kind, VOTE_NOTARIZE);
    assert_int_equal(messages[4].vote.kind, VOTE_NULLIFY);
    buffer_fini(&frame);
}

static void peer_message_size_bounds_what_is_encoded(void **state)
{
    (void)state;
    for (unsigned kind = 1; kind <= PEER_KIND_COUNT; kind++) {
        for (unsigned size = 0; size < SAMPLE_SIZE_COUNT; size++) {
            struct peer_message message;
            struct buffer frame = {0};
            arena_reset(&samples);
            sample_peer_message((enum peer_message_kind)kind, (enum sample_size)size, &samples,
                                &message);
            wire_encode_peer_message(&frame, &message);
            assert_true(wire_peer_message_size(&message) >= frame.size);
            assert_true(wire_peer_message_size(&message) <= frame.size + 192);
            buffer_fini(&frame);
        }
    }
}

/* Replicas send replies in smaller frames, but for one that alone is larger. */
static size_t frame_bytes_max(const struct side *side, unsigned kind)
{
    return side->probe == PROBE_REPLICA_FRAME && kind == REPLICA_REPLIES ? REPLY_FRAME_BYTES_MAX
                                                                         : FRAME_BYTES_MAX;
}

/* Whatever our own encoder puts into one frame, the arena has room to decode. */
static void frame_as_full_as_allowed_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        for (unsigned kind = 1; kind <= sides[i].kind_count; kind++) {
            for (unsigned size = 0; size < SAMPLE_SIZE_COUNT; size++) {
                struct buffer one = {0};
                struct buffer frame = {0};
                sides[i].append(&one, kind, (enum sample_size)size);
                for (size_t count = 0; count < FRAME_MESSAGES_MAX &&
                                       frame.size + one.size <= frame_bytes_max(&sides[i], kind);
                     count++) {
                    buffer_append(&frame, buffer_slice(&one));
                }
                assert_true(probe_bytes(sides[i].probe, buffer_slice(&frame)));
                buffer_fini(&one);
                buffer_fini(&frame);
            }
        }
    }
}

static void frame_with_too_many_messages_is_malformed(void **state)
{
    (void)state;
    struct buffer frame = {0};
    for (size_t count = 0; count <= FRAME_MESSAGES_MAX; count++) {
        append_peer(&frame, PEER_HEARTBEAT, SAMPLE_SMALL);
    }
    assert_true(frame.size < FRAME_BYTES_MAX);
    assert_false(probe_bytes(PROBE_PEER_FRAME, buffer_slice(&frame)));
    buffer_fini(&frame);
}

static void frame_over_the_size_limit_is_malformed(void **state)
{
    (void)state;
    struct buffer frame = {0};
    while (frame.size <= FRAME_BYTES_MAX) {
        append_client(&frame, CLIENT_QUERY, SAMPLE_LARGE);
    }
    assert_false(probe_bytes(PROBE_CLIENT_FRAME, buffer_slice(&frame)));
    buffer_fini(&frame);
}

/* A mebibyte of empty elements, at every place where a list is: it needs more than the arena, or
 * more than a bound, and just fails. */
static void message_of_countless_empty_elements_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        for (unsigned kind = 1; kind <= sides[i].kind_count; kind++) {
            for (unsigned field = 1; field <= 31; field++) {
                uint8_t tag[2] = {(uint8_t)((field << 3 & 0x78) | 2u | (field > 15 ? 0x80u : 0)),
                                  (uint8_t)(field >> 4)};
                size_t tag_size = field > 15 ? 2 : 1;
                struct buffer frame = {0};
                uint8_t *to = buffer_reserve(&frame, FRAME_BYTES_MAX);
                size_t inner = FRAME_BYTES_MAX - 4;
                inner -= inner % (tag_size + 1);
                to[0] = (uint8_t)(kind << 3 | 2);
                to[1] = (uint8_t)(inner | 0x80);
                to[2] = (uint8_t)(inner >> 7 | 0x80);
                to[3] = (uint8_t)(inner >> 14);
                for (size_t at = 0; at < inner; at += tag_size + 1) {
                    memcpy(to + 4 + at, tag, tag_size);
                    to[4 + at + tag_size] = 0;
                }
                frame.size = 4 + inner;
                assert_false(probe_bytes(sides[i].probe, buffer_slice(&frame)));
                buffer_fini(&frame);
            }
        }
    }
}

static void frame_that_needs_more_than_the_arena_is_malformed(void **state)
{
    (void)state;
    struct buffer frame = {0};
    for (unsigned kind = 1; kind <= PEER_KIND_COUNT; kind++) {
        append_peer(&frame, kind, SAMPLE_TYPICAL);
    }
    struct peer_message *messages;
    size_t count;
    bool is_accepted = false;
    for (size_t size = 0; !is_accepted; size += 16) {
        struct arena small;
        arena_init(&small, decoded.memory, size);
        is_accepted = wire_decode_peer_frame(buffer_slice(&frame), &small, &messages, &count) ==
                      VERDICT_ACCEPTED;
        assert_true(size < DECODE_BYTES_MAX);
        assert_int_equal(count, is_accepted ? PEER_KIND_COUNT : 0);
    }
    buffer_fini(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_of_each_kind_round_trips),
        cmocka_unit_test(frame_truncated_at_any_byte_is_malformed),
        cmocka_unit_test(frame_with_any_bit_flipped_is_malformed_or_within_bounds),
        cmocka_unit_test(message_with_unknown_field_is_malformed),
        cmocka_unit_test(frame_with_unknown_kind_is_malformed),
        cmocka_unit_test(frame_that_is_empty_is_accepted),
        cmocka_unit_test(frames_concatenated_are_a_frame_with_both),
        cmocka_unit_test(peer_messages_come_out_in_order_of_use),
        cmocka_unit_test(peer_message_size_bounds_what_is_encoded),
        cmocka_unit_test(frame_as_full_as_allowed_is_accepted),
        cmocka_unit_test(frame_with_too_many_messages_is_malformed),
        cmocka_unit_test(frame_over_the_size_limit_is_malformed),
        cmocka_unit_test(message_of_countless_empty_elements_is_malformed),
        cmocka_unit_test(frame_that_needs_more_than_the_arena_is_malformed),
    };
    return cmocka_run_group_tests(tests, arenas_set_up, arenas_tear_down);
}
