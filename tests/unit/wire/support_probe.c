/* support_probe.c - see support_probe.h. */
#include "support_probe.h"

#include "base/assert.h"
#include "support_equal.h"

#include <stdlib.h>

/* One decoding: what it may point into. Three at once: the bytes given, a segment's body in them,
 * and their own encoding. */
struct decoding {
    struct slice bytes;
    uint8_t *copy;
    struct arena arena;
};
enum place { FIRST, BODY, SECOND, PLACE_COUNT };

static struct decoding decoding_of(struct slice bytes, enum place place)
{
    static _Alignas(16) uint8_t memory[PLACE_COUNT][DECODE_BYTES_MAX];
    struct decoding decoding = {.copy = malloc(bytes.size + (bytes.size == 0))};
    ASSERT(decoding.copy != NULL);
    bytes_copy(decoding.copy, bytes.data, bytes.size);
    decoding.bytes = slice_of(decoding.copy, bytes.size);
    arena_init(&decoding.arena, memory[place], DECODE_BYTES_MAX);
    return decoding;
}

static void decoding_free(struct decoding *decoding)
{
    free(decoding->copy);
}

static bool is_inside(struct slice part, const uint8_t *start, size_t size)
{
    return part.data >= start && part.data <= start + size &&
           part.size <= (size_t)(start + size - part.data);
}

static void check_slice(const struct decoding *from, struct slice part)
{
    ASSERT(part.size == 0 || is_inside(part, from->bytes.data, from->bytes.size) ||
           is_inside(part, from->arena.memory, from->arena.used));
}

static void check_array(const struct decoding *from, const void *array, size_t size)
{
    ASSERT(size == 0 || is_inside(slice_of(array, size), from->arena.memory, from->arena.used));
}

static void check_order(const struct decoding *from, const struct order *order)
{
    ASSERT(order->view >= 1 && order->parent_view < order->view && order->height >= 1);
    ASSERT(order->tip_count <= TIPS_PER_ORDER_MAX);
    check_array(from, order->tips, order->tip_count * sizeof *order->tips);
    for (size_t i = 0; i < order->tip_count; i++) {
        ASSERT(order->tips[i].sequence >= 1);
        ASSERT(i == 0 || lane_id_compare(&order->tips[i - 1].lane, &order->tips[i].lane) < 0);
    }
}

static void check_subject(enum vote_kind kind, view_nr view, const struct digest *digest)
{
    static const struct digest zero;
    ASSERT(kind == VOTE_NOTARIZE || kind == VOTE_NULLIFY || kind == VOTE_FINALIZE);
    ASSERT(view >= 1);
    ASSERT(kind != VOTE_NULLIFY || digest_is_equal(digest, &zero));
}

static void check_vote(const struct decoding *from, const struct vote *vote)
{
    (void)from;
    check_subject(vote->kind, vote->view, &vote->digest);
    ASSERT(vote->voter < REPLICAS_MAX);
}

static void check_certificate(const struct decoding *from, const struct certificate *certificate)
{
    (void)from;
    check_subject(certificate->kind, certificate->view, &certificate->digest);
    ASSERT(certificate->count >= 1 && certificate->count <= REPLICAS_MAX);
    for (size_t i = 0; i < certificate->count; i++) {
        ASSERT(certificate->signatures[i].voter < REPLICAS_MAX);
        ASSERT(i == 0 || certificate->signatures[i - 1].voter < certificate->signatures[i].voter);
    }
}

static void check_segment_body(const struct decoding *from, const struct segment_body *body)
{
    ASSERT(body->request_count >= 1 && body->request_count <= SEGMENT_REQUESTS_MAX);
    check_array(from, body->requests, body->request_count * sizeof *body->requests);
    for (size_t i = 0; i < body->request_count; i++) {
        check_slice(from, body->requests[i]);
        ASSERT(body->requests[i].size <= REQUEST_BYTES_MAX);
    }
}

/* An accepted segment has a body that decodes. */
static void check_segment(const struct decoding *from, const struct segment *segment)
{
    ASSERT(segment->sequence >= 1);
    ASSERT(segment->encoded.size != 0 && segment->encoded.size <= SEGMENT_BYTES_MAX);
    ASSERT(segment->body.size <= SEGMENT_BODY_BYTES_MAX);
    check_slice(from, segment->encoded);
    check_slice(from, segment->body);
    struct decoding again = decoding_of(segment->body, BODY);
    struct segment_body body;
    ASSERT(wire_decode_segment_body(again.bytes, &again.arena, &body) == VERDICT_ACCEPTED);
    check_segment_body(&again, &body);
    decoding_free(&again);
}

static void check_proposal(const struct decoding *from, const struct proposal *proposal)
{
    check_order(from, &proposal->order);
}

static void check_decided(const struct decoding *from, const struct decided *decided)
{
    check_order(from, &decided->order);
    if (decided->certificate != NULL) {
        check_array(from, decided->certificate, sizeof *decided->certificate);
        check_certificate(from, decided->certificate);
    }
    check_array(from, decided->locations, decided->segment_count * sizeof *decided->locations);
}

static void check_block(const struct decoding *from, const struct block *block)
{
    check_order(from, &block->order);
    if (block->has_certificate) {
        check_certificate(from, &block->certificate);
    }
    check_array(from, block->segments, block->segment_count * sizeof *block->segments);
    for (size_t i = 0; i < block->segment_count; i++) {
        check_segment(from, &block->segments[i]);
    }
}

static void check_peer_message(const struct decoding *from, const struct peer_message *message)
{
    switch (message->kind) {
    case PEER_SEGMENT:
        check_segment(from, &message->segment);
        return;
    case PEER_CERTIFICATE:
        check_certificate(from, &message->certificate);
        return;
    case PEER_PROPOSAL:
        check_proposal(from, &message->proposal);
        return;
    case PEER_VOTE:
        check_vote(from, &message->vote);
        return;
    case PEER_ASK_VIEW:
        ASSERT(message->ask_view.from <= message->ask_view.to);
        return;
    case PEER_ASK_SEGMENTS:
        ASSERT(message->ask_segments.from >= 1);
        ASSERT(message->ask_segments.from <= message->ask_segments.to);
        return;
    case PEER_BLOCK:
        check_block(from, &message->block);
        return;
    case PEER_ASK_ORDER:
    case PEER_ASK_BLOCKS:
    case PEER_HEARTBEAT:
        return;
    }
    ASSERT(false);
}

static void check_client_message(const struct decoding *from, const struct client_message *message)
{
    switch (message->kind) {
    case CLIENT_SEGMENT:
        check_segment(from, &message->segment);
        return;
    case CLIENT_QUERY:
        check_slice(from, message->query.request);
        ASSERT(message->query.request.size <= REQUEST_BYTES_MAX);
        return;
    case CLIENT_ASK_REPLIES:
    case CLIENT_ASK_STATUS:
    case CLIENT_ASK_LOG:
        return;
    }
    ASSERT(false);
}

static void check_reply(const struct decoding *from, const struct reply *reply)
{
    ASSERT((unsigned)reply->outcome <= OUTCOME_FORBIDDEN);
    ASSERT(reply->result.size <= REPLY_BYTES_MAX);
    check_slice(from, reply->result);
}

static void check_status(const struct status *status)
{
    ASSERT(status->id < REPLICAS_MAX && status->commander < REPLICAS_MAX);
    ASSERT(status->peer_count <= REPLICAS_MAX);
    ASSERT(memchr(status->version, '\0', sizeof status->version) != NULL);
    for (size_t i = 0; i < status->peer_count; i++) {
        ASSERT(status->peers[i].id < REPLICAS_MAX);
    }
}

static void check_replica_message(const struct decoding *from,
                                  const struct replica_message *message)
{
    switch (message->kind) {
    case REPLICA_REPLIES:
        ASSERT(message->replies.count >= 1 && message->replies.count <= REPLIES_PER_SESSION_MAX);
        ASSERT(message->replies.first <= UINT64_MAX - message->replies.count);
        check_array(from, message->replies.replies,
                    message->replies.count * sizeof *message->replies.replies);
        for (size_t i = 0; i < message->replies.count; i++) {
            check_reply(from, &message->replies.replies[i]);
        }
        return;
    case REPLICA_QUERY_REPLY:
        check_reply(from, &message->query_reply.reply);
        return;
    case REPLICA_STATUS:
        check_status(&message->status);
        return;
    case REPLICA_LOG:
        ASSERT(message->log_part.count <= LOG_ENTRIES_MAX);
        for (size_t i = 0; i < message->log_part.count; i++) {
            check_order(from, &message->log_part.entries[i].order);
        }
        return;
    case REPLICA_SESSION_GONE:
    case REPLICA_BUSY:
        return;
    }
    ASSERT(false);
}

/* One function per decoder: decode; check; encode; decode that; compare. */
#define PROBE_FRAME(side)                                                                          \
    static bool probe_##side##_frame(struct decoding *first)                                       \
    {                                                                                              \
        struct side##_message *messages;                                                           \
        size_t count;                                                                              \
        enum verdict verdict =                                                                     \
            wire_decode_##side##_frame(first->bytes, &first->arena, &messages, &count);            \
        ASSERT(verdict == VERDICT_ACCEPTED || verdict == VERDICT_MALFORMED);                       \
        if (verdict != VERDICT_ACCEPTED) {                                                         \
            ASSERT(messages == NULL && count == 0);                                                \
            return false;                                                                          \
        }                                                                                          \
        ASSERT(count <= FRAME_MESSAGES_MAX);                                                       \
        struct buffer buffer = {0};                                                                \
        for (size_t i = 0; i < count; i++) {                                                       \
            check_##side##_message(first, &messages[i]);                                           \
            wire_encode_##side##_message(&buffer, &messages[i]);                                   \
        }                                                                                          \
        if (buffer.size <= FRAME_BYTES_MAX) {                                                      \
            struct decoding second = decoding_of(buffer_slice(&buffer), SECOND);                   \
            struct side##_message *again;                                                          \
            size_t count_again;                                                                    \
            ASSERT(wire_decode_##side##_frame(second.bytes, &second.arena, &again,                 \
                                              &count_again) == VERDICT_ACCEPTED);                  \
            ASSERT(count_again == count);                                                          \
            for (size_t i = 0; i < count; i++) {                                                   \
                ASSERT(equal_##side##_message(&messages[i], &again[i]));                           \
            }                                                                                      \
            decoding_free(&second);                                                                \
        }                                                                                          \
        buffer_fini(&buffer);                                                                      \
        return true;                                                                               \
    }

#define PROBE_RECORD(name)                                                                         \
    static bool probe_##name(struct decoding *first)                                               \
    {                                                                                              \
        struct name record;                                                                        \
        if (wire_decode_##name(first->bytes, &first->arena, &record) != VERDICT_ACCEPTED) {        \
            return false;                                                                          \
        }                                                                                          \
        check_##name(first, &record);                                                              \
        struct buffer buffer = {0};                                                                \
        wire_encode_##name(&buffer, &record);                                                      \
        struct decoding second = decoding_of(buffer_slice(&buffer), SECOND);                       \
        struct name again;                                                                         \
        ASSERT(wire_decode_##name(second.bytes, &second.arena, &again) == VERDICT_ACCEPTED);       \
        ASSERT(equal_##name(&record, &again));                                                     \
        decoding_free(&second);                                                                    \
        buffer_fini(&buffer);                                                                      \
        return true;                                                                               \
    }

/* clang-format off */
PROBE_FRAME(peer)
PROBE_FRAME(client)
PROBE_FRAME(replica)
PROBE_RECORD(segment)
PROBE_RECORD(segment_body)
PROBE_RECORD(proposal)
PROBE_RECORD(vote)
PROBE_RECORD(certificate)
PROBE_RECORD(decided)
/* clang-format on */

bool probe_bytes(enum probe probe, struct slice bytes)
{
    static bool (*const probes[PROBE_COUNT])(struct decoding *) = {
        [PROBE_PEER_FRAME] = probe_peer_frame,
        [PROBE_CLIENT_FRAME] = probe_client_frame,
        [PROBE_REPLICA_FRAME] = probe_replica_frame,
        [PROBE_SEGMENT] = probe_segment,
        [PROBE_SEGMENT_BODY] = probe_segment_body,
        [PROBE_PROPOSAL] = probe_proposal,
        [PROBE_VOTE] = probe_vote,
        [PROBE_CERTIFICATE] = probe_certificate,
        [PROBE_DECIDED] = probe_decided,
    };
    struct decoding first = decoding_of(bytes, FIRST);
    bool is_accepted = probes[probe](&first);
    decoding_free(&first);
    return is_accepted;
}
