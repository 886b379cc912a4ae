/* replica.c - frames from replicas to clients. */
#include "wire/frame.h"
#include "wire/pack.h"
#include "wire/parts.h"

#include "base/assert.h"

static const struct frame_places places = {{
    [REPLICA_REPLIES] = 1,
    [REPLICA_SESSION_GONE] = 2,
    [REPLICA_BUSY] = 3,
    [REPLICA_QUERY_REPLY] = 4,
    [REPLICA_STATUS] = 5,
    [REPLICA_LOG] = 6,
}};

static enum verdict decode_session_gone(struct slice bytes, struct arena *arena,
                                        struct session_gone *gone)
{
    const Strategos__SessionGone *from =
        (const void *)schema_unpack(&strategos__session_gone__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *gone = (struct session_gone){.session = from->session, .before = from->before};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_busy(struct slice bytes, struct arena *arena, struct busy *busy)
{
    const Strategos__Busy *from =
        (const void *)schema_unpack(&strategos__busy__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *busy = (struct busy){
        .session = from->session,
        .sequence = from->sequence,
        .retry_after_ms = from->retry_after_ms,
    };
    return VERDICT_ACCEPTED;
}

static enum verdict decode_message(const struct frame_part *part, struct arena *arena,
                                   struct replica_message *message)
{
    message->kind = (enum replica_message_kind)part->kind;
    switch (message->kind) {
    case REPLICA_REPLIES:
        return wire_decode_replies(part->bytes, arena, &message->replies);
    case REPLICA_SESSION_GONE:
        return decode_session_gone(part->bytes, arena, &message->session_gone);
    case REPLICA_BUSY:
        return decode_busy(part->bytes, arena, &message->busy);
    case REPLICA_QUERY_REPLY:
        return wire_decode_query_reply(part->bytes, &message->query_reply);
    case REPLICA_STATUS:
        return wire_decode_status(part->bytes, arena, &message->status);
    case REPLICA_LOG:
        return wire_decode_log_part(part->bytes, arena, &message->log_part);
    }
    return VERDICT_MALFORMED;
}

enum verdict wire_decode_replica_frame(struct slice bytes, struct arena *arena,
                                       struct replica_message **messages, size_t *count)
{
    struct frame_part *parts;
    size_t part_count;
    *messages = NULL;
    *count = 0;
    if (frame_split(bytes, &places, arena, &parts, &part_count) != VERDICT_ACCEPTED) {
        return VERDICT_MALFORMED;
    }
    struct replica_message *decoded = arena_take_array(arena, part_count, sizeof *decoded);
    if (decoded == NULL) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < part_count; i++) {
        if (decode_message(&parts[i], arena, &decoded[i]) != VERDICT_ACCEPTED) {
            return VERDICT_MALFORMED;
        }
    }
    *messages = decoded;
    *count = part_count;
    return VERDICT_ACCEPTED;
}

static void pack_session_gone(struct buffer *out, const struct session_gone *gone)
{
    Strategos__SessionGone message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__session_gone__descriptor),
        .session = gone->session,
        .before = gone->before,
    };
    schema_pack_field(out, REPLICA_SESSION_GONE, &message.base);
}

static void pack_busy(struct buffer *out, const struct busy *busy)
{
    Strategos__Busy message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__busy__descriptor),
        .session = busy->session,
        .sequence = busy->sequence,
        .retry_after_ms = busy->retry_after_ms,
    };
    schema_pack_field(out, REPLICA_BUSY, &message.base);
}

void wire_encode_replica_message(struct buffer *out, const struct replica_message *message)
{
    switch (message->kind) {
    case REPLICA_REPLIES:
        pack_head(out, REPLICA_REPLIES, wire_replies_size(&message->replies));
        wire_encode_replies(out, &message->replies);
        return;
    case REPLICA_SESSION_GONE:
        pack_session_gone(out, &message->session_gone);
        return;
    case REPLICA_BUSY:
        pack_busy(out, &message->busy);
        return;
    case REPLICA_QUERY_REPLY:
        pack_head(out, REPLICA_QUERY_REPLY, wire_query_reply_size(&message->query_reply));
        wire_encode_query_reply(out, &message->query_reply);
        return;
    case REPLICA_STATUS:
        wire_pack_status(out, REPLICA_STATUS, &message->status);
        return;
    case REPLICA_LOG:
        wire_pack_log_part(out, REPLICA_LOG, &message->log_part);
        return;
    }
    ASSERT(false);
}
