/* client.c - frames from clients to replicas. */
#include "wire/frame.h"
#include "wire/pack.h"
#include "wire/parts.h"

#include "base/assert.h"

static const struct frame_places places = {{
    [CLIENT_SEGMENT] = 1,
    [CLIENT_ASK_REPLIES] = 2,
    [CLIENT_QUERY] = 3,
    [CLIENT_ASK_STATUS] = 4,
    [CLIENT_ASK_LOG] = 5,
}};

static enum verdict decode_ask_replies(struct slice bytes, struct arena *arena,
                                       struct ask_replies *ask)
{
    const Strategos__AskReplies *from =
        (const void *)schema_unpack(&strategos__ask_replies__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *ask = (struct ask_replies){.session = from->session, .from = from->from};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_query(struct slice bytes, struct arena *arena, struct query *query)
{
    const Strategos__Query *from =
        (const void *)schema_unpack(&strategos__query__descriptor, bytes, arena);
    if (from == NULL || from->request.len > REQUEST_BYTES_MAX) {
        return VERDICT_MALFORMED;
    }
    *query = (struct query){.number = from->number, .request = schema_slice(&from->request)};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_ask_status(struct slice bytes, struct arena *arena, uint64_t *number)
{
    const Strategos__AskStatus *from =
        (const void *)schema_unpack(&strategos__ask_status__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *number = from->number;
    return VERDICT_ACCEPTED;
}

static enum verdict decode_ask_log(struct slice bytes, struct arena *arena, struct ask_log *ask)
{
    const Strategos__AskLog *from =
        (const void *)schema_unpack(&strategos__ask_log__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *ask = (struct ask_log){.number = from->number, .from = from->from, .count = from->count};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_message(const struct frame_part *part, struct arena *arena,
                                   struct client_message *message)
{
    message->kind = (enum client_message_kind)part->kind;
    switch (message->kind) {
    case CLIENT_SEGMENT:
        return wire_decode_segment(part->bytes, arena, &message->segment);
    case CLIENT_ASK_REPLIES:
        return decode_ask_replies(part->bytes, arena, &message->ask_replies);
    case CLIENT_QUERY:
        return decode_query(part->bytes, arena, &message->query);
    case CLIENT_ASK_STATUS:
        return decode_ask_status(part->bytes, arena, &message->ask_status);
    case CLIENT_ASK_LOG:
        return decode_ask_log(part->bytes, arena, &message->ask_log);
    }
    return VERDICT_MALFORMED;
}

enum verdict wire_decode_client_frame(struct slice bytes, struct arena *arena,
                                      struct client_message **messages, size_t *count)
{
    struct frame_part *parts;
    size_t part_count;
    *messages = NULL;
    *count = 0;
    if (frame_split(bytes, &places, arena, &parts, &part_count) != VERDICT_ACCEPTED) {
        return VERDICT_MALFORMED;
    }
    struct client_message *decoded = arena_take_array(arena, part_count, sizeof *decoded);
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

static void pack_ask_replies(struct buffer *out, const struct ask_replies *ask)
{
    Strategos__AskReplies message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_replies__descriptor),
        .session = ask->session,
        .from = ask->from,
    };
    schema_pack_field(out, CLIENT_ASK_REPLIES, &message.base);
}

static void pack_query(struct buffer *out, const struct query *query)
{
    Strategos__Query message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__query__descriptor),
        .number = query->number,
        .request = schema_borrow(query->request.data, query->request.size),
    };
    schema_pack_field(out, CLIENT_QUERY, &message.base);
}

static void pack_ask_status(struct buffer *out, uint64_t number)
{
    Strategos__AskStatus message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_status__descriptor),
        .number = number,
    };
    schema_pack_field(out, CLIENT_ASK_STATUS, &message.base);
}

static void pack_ask_log(struct buffer *out, const struct ask_log *ask)
{
    Strategos__AskLog message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_log__descriptor),
        .number = ask->number,
        .from = ask->from,
        .count = ask->count,
    };
    schema_pack_field(out, CLIENT_ASK_LOG, &message.base);
}

void wire_encode_client_message(struct buffer *out, const struct client_message *message)
{
    switch (message->kind) {
    case CLIENT_SEGMENT:
        ASSERT(message->segment.encoded.size != 0);
        pack_bytes(out, CLIENT_SEGMENT, message->segment.encoded);
        return;
    case CLIENT_ASK_REPLIES:
        pack_ask_replies(out, &message->ask_replies);
        return;
    case CLIENT_QUERY:
        pack_query(out, &message->query);
        return;
    case CLIENT_ASK_STATUS:
        pack_ask_status(out, message->ask_status);
        return;
    case CLIENT_ASK_LOG:
        pack_ask_log(out, &message->ask_log);
        return;
    }
    ASSERT(false);
}
