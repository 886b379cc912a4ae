/* peer.c - frames between replicas. */
#include "wire/frame.h"
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

enum { HEARTBEAT_VIEW = 1, HEARTBEAT_HEIGHT };

/* What a vote needs precedes it. */
static const struct frame_places places = {{
    [PEER_SEGMENT] = 1,
    [PEER_CERTIFICATE] = 2,
    [PEER_PROPOSAL] = 3,
    [PEER_VOTE] = 4,
    [PEER_BLOCK] = 5,
    [PEER_ASK_VIEW] = 6,
    [PEER_ASK_ORDER] = 7,
    [PEER_ASK_SEGMENTS] = 8,
    [PEER_ASK_BLOCKS] = 9,
    [PEER_HEARTBEAT] = 10,
}};

/* What the arena gives at most: to each message its struct, its part of the frame (twice if they
 * come out of order), and a little for what protobuf-c makes of the small ones; and to all
 * contents, lists of tips and the like, less than thrice their bytes. */
#define UNPACKED_HEAD_BYTES 64u
_Static_assert(FRAME_MESSAGES_MAX *(sizeof(struct peer_message) + UNPACKED_HEAD_BYTES +
                                    2 * sizeof(struct frame_part)) +
                       3ull * FRAME_BYTES_MAX <
                   DECODE_BYTES_MAX,
               "the fullest frame decodes within the arena");

static enum verdict decode_ask_view(struct slice bytes, struct arena *arena, struct ask_view *ask)
{
    const Strategos__AskView *from =
        (const void *)schema_unpack(&strategos__ask_view__descriptor, bytes, arena);
    if (from == NULL || from->from > from->to) {
        return VERDICT_MALFORMED;
    }
    *ask = (struct ask_view){.from = from->from, .to = from->to};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_ask_order(struct slice bytes, struct arena *arena, struct ask_order *ask)
{
    const Strategos__AskOrder *from =
        (const void *)schema_unpack(&strategos__ask_order__descriptor, bytes, arena);
    if (from == NULL || !schema_copy(&from->digest, ask->digest.bytes, DIGEST_BYTES)) {
        return VERDICT_MALFORMED;
    }
    ask->view = from->view;
    return VERDICT_ACCEPTED;
}

static enum verdict decode_ask_segments(struct slice bytes, struct arena *arena,
                                        struct ask_segments *ask)
{
    const Strategos__AskSegments *from =
        (const void *)schema_unpack(&strategos__ask_segments__descriptor, bytes, arena);
    if (from == NULL || from->from < 1 || from->from > from->to ||
        !schema_copy(&from->client, ask->lane.client.bytes, PUBLIC_KEY_BYTES)) {
        return VERDICT_MALFORMED;
    }
    ask->lane.session = from->session;
    ask->from = from->from;
    ask->to = from->to;
    return VERDICT_ACCEPTED;
}

static enum verdict decode_ask_blocks(struct slice bytes, struct arena *arena,
                                      struct ask_blocks *ask)
{
    const Strategos__AskBlocks *from =
        (const void *)schema_unpack(&strategos__ask_blocks__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *ask = (struct ask_blocks){.from = from->from, .count = from->count};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_heartbeat(struct slice bytes, struct heartbeat *heartbeat)
{
    struct walk walk = walk_of(bytes);
    return walk_u64(&walk, HEARTBEAT_VIEW, &heartbeat->view) &&
                   walk_u64(&walk, HEARTBEAT_HEIGHT, &heartbeat->height) && walk_is_at_end(&walk)
               ? VERDICT_ACCEPTED
               : VERDICT_MALFORMED;
}

static enum verdict decode_message(const struct frame_part *part, struct arena *arena,
                                   struct peer_message *message)
{
    struct slice bytes = part->bytes;
    message->kind = (enum peer_message_kind)part->kind;
    switch (message->kind) {
    case PEER_SEGMENT:
        return wire_decode_segment(bytes, arena, &message->segment);
    case PEER_CERTIFICATE:
        return wire_decode_certificate(bytes, arena, &message->certificate);
    case PEER_PROPOSAL:
        return wire_decode_proposal(bytes, arena, &message->proposal);
    case PEER_VOTE:
        return wire_decode_vote(bytes, arena, &message->vote);
    case PEER_ASK_VIEW:
        return decode_ask_view(bytes, arena, &message->ask_view);
    case PEER_ASK_ORDER:
        return decode_ask_order(bytes, arena, &message->ask_order);
    case PEER_ASK_SEGMENTS:
        return decode_ask_segments(bytes, arena, &message->ask_segments);
    case PEER_ASK_BLOCKS:
        return decode_ask_blocks(bytes, arena, &message->ask_blocks);
    case PEER_BLOCK:
        return wire_decode_block(bytes, arena, &message->block);
    case PEER_HEARTBEAT:
        return decode_heartbeat(bytes, &message->heartbeat);
    }
    return VERDICT_MALFORMED;
}

enum verdict wire_decode_peer_frame(struct slice bytes, struct arena *arena,
                                    struct peer_message **messages, size_t *count)
{
    struct frame_part *parts;
    size_t part_count;
    *messages = NULL;
    *count = 0;
    if (frame_split(bytes, &places, arena, &parts, &part_count) != VERDICT_ACCEPTED) {
        return VERDICT_MALFORMED;
    }
    struct peer_message *decoded = arena_take_array(arena, part_count, sizeof *decoded);
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

static void pack_ask_view(struct buffer *out, const struct ask_view *ask)
{
    Strategos__AskView message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_view__descriptor),
        .from = ask->from,
        .to = ask->to,
    };
    schema_pack_field(out, PEER_ASK_VIEW, &message.base);
}

static void pack_ask_order(struct buffer *out, const struct ask_order *ask)
{
    Strategos__AskOrder message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_order__descriptor),
        .view = ask->view,
        .digest = schema_borrow(ask->digest.bytes, DIGEST_BYTES),
    };
    schema_pack_field(out, PEER_ASK_ORDER, &message.base);
}

static void pack_ask_segments(struct buffer *out, const struct ask_segments *ask)
{
    Strategos__AskSegments message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_segments__descriptor),
        .client = schema_borrow(ask->lane.client.bytes, PUBLIC_KEY_BYTES),
        .session = ask->lane.session,
        .from = ask->from,
        .to = ask->to,
    };
    schema_pack_field(out, PEER_ASK_SEGMENTS, &message.base);
}

static void pack_ask_blocks(struct buffer *out, const struct ask_blocks *ask)
{
    Strategos__AskBlocks message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__ask_blocks__descriptor),
        .from = ask->from,
        .count = ask->count,
    };
    schema_pack_field(out, PEER_ASK_BLOCKS, &message.base);
}

static void pack_heartbeat(struct buffer *out, const struct heartbeat *heartbeat)
{
    pack_head(out, PEER_HEARTBEAT,
              pack_u64_size(heartbeat->view) + pack_u64_size(heartbeat->height));
    pack_u64(out, HEARTBEAT_VIEW, heartbeat->view);
    pack_u64(out, HEARTBEAT_HEIGHT, heartbeat->height);
}

void wire_encode_peer_message(struct buffer *out, const struct peer_message *message)
{
    switch (message->kind) {
    case PEER_SEGMENT:
        ASSERT(message->segment.encoded.size != 0);
        pack_bytes(out, PEER_SEGMENT, message->segment.encoded);
        return;
    case PEER_CERTIFICATE:
        wire_pack_certificate(out, PEER_CERTIFICATE, &message->certificate);
        return;
    case PEER_PROPOSAL:
        pack_head(out, PEER_PROPOSAL, wire_proposal_size(&message->proposal));
        wire_encode_proposal(out, &message->proposal);
        return;
    case PEER_VOTE:
        pack_head(out, PEER_VOTE, wire_vote_size(&message->vote));
        wire_encode_vote(out, &message->vote);
        return;
    case PEER_ASK_VIEW:
        pack_ask_view(out, &message->ask_view);
        return;
    case PEER_ASK_ORDER:
        pack_ask_order(out, &message->ask_order);
        return;
    case PEER_ASK_SEGMENTS:
        pack_ask_segments(out, &message->ask_segments);
        return;
    case PEER_ASK_BLOCKS:
        pack_ask_blocks(out, &message->ask_blocks);
        return;
    case PEER_BLOCK:
        pack_head(out, PEER_BLOCK, wire_block_size(&message->block));
        wire_encode_block(out, &message->block);
        return;
    case PEER_HEARTBEAT:
        pack_heartbeat(out, &message->heartbeat);
        return;
    }
    ASSERT(false);
}

/* Enough for a vote, an ask or a heartbeat: a key or digest, a signature and a few numbers. */
#define SMALL_MESSAGE_BYTES_MAX 192u

size_t wire_peer_message_size(const struct peer_message *message)
{
    switch (message->kind) {
    case PEER_SEGMENT:
        return pack_bytes_size(message->segment.encoded.size);
    case PEER_CERTIFICATE:
        return pack_bytes_size(wire_certificate_size(&message->certificate));
    case PEER_PROPOSAL:
        return pack_bytes_size(wire_proposal_size(&message->proposal));
    case PEER_BLOCK:
        return pack_bytes_size(wire_block_size(&message->block));
    case PEER_VOTE:
    case PEER_ASK_VIEW:
    case PEER_ASK_ORDER:
    case PEER_ASK_SEGMENTS:
    case PEER_ASK_BLOCKS:
    case PEER_HEARTBEAT:
        break;
    }
    return SMALL_MESSAGE_BYTES_MAX;
}
