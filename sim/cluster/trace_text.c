/* trace_text.c - see trace_text.h: messages in words. */
#include "cluster/trace_text.h"

#include "base/assert.h"
#include "base/plural.h"
#include "machine/kv_command.h"
#include "wire/codec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define PIECE_BYTES_MAX  512
#define STRANGER_BYTES   24u /* of a key or value */
#define TIPS_TOLD        6u
#define TIPS_TOLD_LONG   32u
#define REQUESTS_TOLD    12u
#define REPLIES_TOLD     12u
#define BODY_ARENA_BYTES (64u << 10) /* of larger bodies the requests are not told */

void trace_put(struct buffer *out, const char *format, ...)
{
    char *at = (char *)buffer_reserve(out, PIECE_BYTES_MAX);
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(at, PIECE_BYTES_MAX, format, arguments);
    va_end(arguments);
    ASSERT(size >= 0 && size < PIECE_BYTES_MAX);
    out->size += (size_t)size;
}

static void put_digest(struct buffer *out, const struct digest *digest, bool is_long)
{
    size_t bytes = is_long ? 4 : 2;
    for (size_t i = 0; i < bytes; i++) {
        trace_put(out, "%02x", digest->bytes[i]);
    }
}

/* A stranger's bytes: cut, and what does not print is a dot. */
static void put_bytes(struct buffer *out, struct slice bytes)
{
    size_t shown = bytes.size < STRANGER_BYTES ? bytes.size : STRANGER_BYTES;
    for (size_t i = 0; i < shown; i++) {
        bool is_plain = bytes.data[i] > 0x20 && bytes.data[i] < 0x7f;
        trace_put(out, "%c", is_plain ? bytes.data[i] : '.');
    }
    if (shown < bytes.size) {
        trace_put(out, "..(%zu)", bytes.size);
    }
}

/* "c0"; a session beside the usual is told by its low digits; "?3fa9" is nobody's key. */
static void put_lane(struct buffer *out, const struct trace_names *names,
                     const struct lane_id *lane, bool is_long)
{
    bool is_known = false;
    for (size_t c = 0; c < names->plan->customer_count && !is_known; c++) {
        if (public_key_is_equal(&names->customers[c], &lane->client)) {
            trace_put(out, "c%zu", c);
            is_known = true;
        }
    }
    if (!is_known) {
        trace_put(out, "?%02x%02x", lane->client.bytes[0], lane->client.bytes[1]);
    }
    if (is_long) {
        trace_put(out, "/%" PRIu64, lane->session);
    }
}

static void put_signers(struct buffer *out, const struct certificate *certificate)
{
    trace_put(out, " by");
    for (size_t i = 0; i < certificate->count; i++) {
        trace_put(out, " %u", certificate->signatures[i].voter);
    }
}

/* ---- orders, votes, certificates ---- */

static void put_order(struct buffer *out, const struct trace_names *names,
                      const struct order *order, bool is_long)
{
    trace_put(out, "h%" PRIu64 " v%" PRIu64 " on v%" PRIu64 " ", order->height, order->view,
              order->parent_view);
    put_digest(out, &order->parent, is_long);
    size_t told_max = is_long ? TIPS_TOLD_LONG : TIPS_TOLD;
    size_t told = order->tip_count < told_max ? order->tip_count : told_max;
    for (size_t i = 0; i < told; i++) {
        trace_put(out, i == 0 ? " {" : " ");
        put_lane(out, names, &order->tips[i].lane, false);
        trace_put(out, "#%" PRIu64, order->tips[i].sequence);
    }
    trace_put(out, told == 0 ? " empty" : told < order->tip_count ? " ..}" : "}");
    if (is_long) {
        trace_put(out, " at %" PRIu64 ".%09" PRIu64, order->time_ns / PLAN_S,
                  order->time_ns % PLAN_S);
    }
}

void trace_put_vote(struct buffer *out, const struct vote *vote, bool is_long)
{
    static const char *const verbs[VOTE_KIND_COUNT] = {"?", "notarize", "nullify", "finalize"};
    trace_put(out, "%s v%" PRIu64, verbs[vote->kind], vote->view);
    if (vote->kind != VOTE_NULLIFY) {
        trace_put(out, " ");
        put_digest(out, &vote->digest, is_long);
    }
    if (is_long) {
        trace_put(out, " by %u", vote->voter);
    }
}

static void put_certificate(struct buffer *out, const struct certificate *certificate, bool is_long)
{
    static const char *const forms[VOTE_KIND_COUNT] = {"?", "notarized", "nullified", "finalized"};
    trace_put(out, "%s v%" PRIu64, forms[certificate->kind], certificate->view);
    if (certificate->kind != VOTE_NULLIFY) {
        trace_put(out, " ");
        put_digest(out, &certificate->digest, is_long);
    }
    if (is_long) {
        put_signers(out, certificate);
    }
}

/* ---- requests ---- */

void trace_put_command(struct buffer *out, struct slice bytes)
{
    static const char *const names[] = {"?", "get", "put", "del", "cas", "incr", "scan", "batch"};
    struct kv_command command;
    if (!kv_command_decode(bytes, &command)) {
        trace_put(out, "garbage(%zu)", bytes.size);
        return;
    }
    trace_put(out, "%s ", names[command.op]);
    put_bytes(out, command.key);
    if (command.op == STRATEGOS_KV_PUT || command.op == STRATEGOS_KV_CAS) {
        trace_put(out, "=");
        put_bytes(out, command.value);
    } else if (command.op == STRATEGOS_KV_INCR) {
        trace_put(out, " by %" PRId64, command.by);
    }
}

static void put_requests(struct buffer *out, struct slice bytes)
{
    _Alignas(max_align_t) uint8_t memory[BODY_ARENA_BYTES];
    struct arena arena;
    struct segment_body body;
    arena_init(&arena, memory, sizeof memory);
    if (wire_decode_segment_body(bytes, &arena, &body) != VERDICT_ACCEPTED) {
        return;
    }
    size_t told = body.request_count < REQUESTS_TOLD ? body.request_count : REQUESTS_TOLD;
    for (size_t i = 0; i < told; i++) {
        trace_put(out, i == 0 ? ": " : ", ");
        trace_put_command(out, body.requests[i]);
    }
    if (told < body.request_count) {
        trace_put(out, ", %zu more", body.request_count - told);
    }
}

static void put_segment(struct buffer *out, const struct trace_names *names,
                        const struct segment *segment, bool is_long)
{
    trace_put(out, "segment ");
    put_lane(out, names, &segment->lane, is_long);
    trace_put(out, "#%" PRIu64, segment->sequence);
    if (is_long) {
        put_requests(out, segment->body);
    }
}

/* ---- frames ---- */

static void put_block(struct buffer *out, const struct trace_names *names,
                      const struct block *block, bool is_long)
{
    trace_put(out, "block ");
    put_order(out, names, &block->order, is_long);
    trace_put(out, ", %zu segment%s%s", block->segment_count, plural(block->segment_count),
              block->has_certificate ? ", finalized" : "");
}

void trace_put_peer(struct buffer *out, const struct trace_names *names,
                    const struct peer_message *message, bool is_long)
{
    switch (message->kind) {
    case PEER_SEGMENT:
        put_segment(out, names, &message->segment, is_long);
        return;
    case PEER_CERTIFICATE:
        put_certificate(out, &message->certificate, is_long);
        return;
    case PEER_PROPOSAL:
        trace_put(out, "order ");
        put_order(out, names, &message->proposal.order, is_long);
        return;
    case PEER_VOTE:
        trace_put_vote(out, &message->vote, is_long);
        return;
    case PEER_ASK_VIEW:
        trace_put(out, "ask-view v%" PRIu64 "-%" PRIu64, message->ask_view.from,
                  message->ask_view.to);
        return;
    case PEER_ASK_ORDER:
        trace_put(out, "ask-order v%" PRIu64 " ", message->ask_order.view);
        put_digest(out, &message->ask_order.digest, is_long);
        return;
    case PEER_ASK_SEGMENTS:
        trace_put(out, "ask-segments ");
        put_lane(out, names, &message->ask_segments.lane, is_long);
        trace_put(out, "#%" PRIu64 "-%" PRIu64, message->ask_segments.from,
                  message->ask_segments.to);
        return;
    case PEER_ASK_BLOCKS:
        trace_put(out, "ask-blocks h%" PRIu64 "+%" PRIu32, message->ask_blocks.from,
                  message->ask_blocks.count);
        return;
    case PEER_BLOCK:
        put_block(out, names, &message->block, is_long);
        return;
    case PEER_HEARTBEAT:
        trace_put(out, "beat v%" PRIu64 " h%" PRIu64, message->heartbeat.view,
                  message->heartbeat.height);
        return;
    }
}

void trace_put_client(struct buffer *out, const struct trace_names *names,
                      const struct client_message *message, bool is_long)
{
    switch (message->kind) {
    case CLIENT_SEGMENT:
        put_segment(out, names, &message->segment, is_long);
        return;
    case CLIENT_ASK_REPLIES:
        trace_put(out, "ask-replies #%" PRIu64, message->ask_replies.from);
        return;
    case CLIENT_QUERY:
        trace_put(out, "query #%" PRIu64 " ", message->query.number);
        trace_put_command(out, message->query.request);
        return;
    case CLIENT_ASK_STATUS:
        trace_put(out, "ask-status");
        return;
    case CLIENT_ASK_LOG:
        trace_put(out, "ask-log h%" PRIu64 "+%" PRIu32, message->ask_log.from,
                  message->ask_log.count);
        return;
    }
}

const char *trace_outcome_name(enum outcome outcome)
{
    static const char *const names[] = {"done", "refused", "malformed", "forbidden"};
    return (unsigned)outcome < sizeof names / sizeof names[0] ? names[outcome] : "?";
}

static void put_replies(struct buffer *out, const struct replies *replies, bool is_long)
{
    trace_put(out, "replies #%" PRIu64, replies->first);
    if (replies->count != 1) {
        trace_put(out, "-%" PRIu64, replies->first + replies->count - 1);
    }
    size_t told = replies->count < REPLIES_TOLD ? replies->count : REPLIES_TOLD;
    for (size_t i = 0; is_long && i < told; i++) {
        trace_put(out, "%s%s", i == 0 ? ": " : ", ",
                  trace_outcome_name(replies->replies[i].outcome));
    }
}

void trace_put_replica(struct buffer *out, const struct replica_message *message, bool is_long)
{
    switch (message->kind) {
    case REPLICA_REPLIES:
        put_replies(out, &message->replies, is_long);
        return;
    case REPLICA_SESSION_GONE:
        trace_put(out, "session-gone");
        return;
    case REPLICA_BUSY:
        trace_put(out, "busy #%" PRIu64 " %" PRIu32 "ms", message->busy.sequence,
                  message->busy.retry_after_ms);
        return;
    case REPLICA_QUERY_REPLY:
        trace_put(out, "query-reply #%" PRIu64 " %s", message->query_reply.number,
                  trace_outcome_name(message->query_reply.reply.outcome));
        return;
    case REPLICA_STATUS:
        trace_put(out, "status");
        return;
    case REPLICA_LOG:
        trace_put(out, "log");
        return;
    }
}

/* ---- effects ---- */

static void put_decided(struct buffer *out, const struct trace_names *names,
                        const struct decision *decision, bool is_long)
{
    put_digest(out, &decision->digest, is_long);
    trace_put(out, " ");
    put_order(out, names, &decision->order, is_long);
    trace_put(out, ", %zu segment%s%s", decision->segment_count, plural(decision->segment_count),
              decision->certificate != NULL ? ", finalized" : ", by a descendant");
}

bool trace_put_effect(struct buffer *out, const struct trace_names *names,
                      const struct effect *effect, bool is_long)
{
    switch (effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
        put_segment(out, names, effect->segment, is_long);
        return true;
    case EFFECT_FORGET_SEGMENT:
        put_digest(out, effect->digest, is_long);
        return true;
    case EFFECT_PERSIST_PROPOSAL:
        put_order(out, names, &effect->proposal->order, is_long);
        return true;
    case EFFECT_PERSIST_VOTE:
        trace_put_vote(out, effect->vote, is_long);
        return true;
    case EFFECT_PERSIST_CERTIFICATE:
        put_certificate(out, effect->certificate, is_long);
        return true;
    case EFFECT_SERVE_BLOCKS:
        trace_put(out, "h%" PRIu64 "+%" PRIu32 " to %u", effect->height, effect->count, effect->to);
        return true;
    case EFFECT_DECIDED:
        put_decided(out, names, effect->decision, is_long);
        return true;
    case EFFECT_BUSY:
        put_lane(out, names, effect->lane, is_long);
        trace_put(out, "#%" PRIu64, effect->sequence);
        return true;
    case EFFECT_SESSION_GONE:
        put_lane(out, names, effect->lane, is_long);
        return true;
    case EFFECT_SEND:
        return false;
    }
    return false;
}
