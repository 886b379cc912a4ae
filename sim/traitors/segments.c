/* segments.c - segments that no client sent, in the names of clients that there are. */
#include "traitors/families.h"

#include "base/assert.h"

/* What a client's signature could look like: one that it made for something else, or chance. */
static void forge_signature(struct traitor *t, const struct public_key *client,
                            struct signature *signature)
{
    const struct seen_segment *seen;
    for (size_t i = 0; (seen = memory_segment(&t->memory, i)) != NULL; i++) {
        if (public_key_is_equal(&seen->segment.lane.client, client)) {
            *signature = seen->segment.signature;
            return;
        }
    }
    traitor_draw_bytes(t, signature->bytes, SIGNATURE_BYTES);
}

void traitor_invent_segment(struct traitor *t, const struct lane_tip *after,
                            struct segment *segment, struct digest *digest)
{
    static const uint8_t invented[] = "what no client asked for";
    struct slice request = slice_of(invented, sizeof invented);
    struct segment_body content = {.request_count = 1, .requests = &request};
    struct buffer body = {0};
    wire_encode_segment_body(&body, &content);
    *segment = (struct segment){.lane = after->lane,
                                .sequence = after->sequence + 1,
                                .previous = after->digest,
                                .body = buffer_slice(&body)};
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, digest);
    forge_signature(t, &segment->lane.client, &segment->signature);
    buffer_clear(&t->scratch);
    wire_encode_segment(&t->scratch, segment);
    buffer_fini(&body);
    bool is_segment =
        wire_decode_segment(buffer_slice(&t->scratch), &t->arena, segment) == VERDICT_ACCEPTED;
    ASSERT(is_segment); /* of our own making */
}

/* The next segment of a lane, or the first of the client's next session. */
static void invent_after(struct traitor *t, struct lane_tip tip)
{
    struct peer_message message = {.kind = PEER_SEGMENT};
    struct digest digest;
    if (traitor_draw(t, 4) == 0) {
        tip.lane.session++;
        tip.sequence = 0;
        lane_digest_zero(&t->conspiracy->genesis, &tip.lane, &tip.digest);
    }
    if (tip.sequence < UINT64_MAX) {
        traitor_invent_segment(t, &tip, &message.segment, &digest);
        traitor_say(t, REPLICA_ALL, &message);
    }
}

/* An order shows how far its lanes are, before their clients learn of it and go on. */
static enum fate outrun_clients(struct traitor *t, replica_id from, struct peer_message *message)
{
    (void)from;
    if (message->kind == PEER_PROPOSAL && message->proposal.order.tip_count > 0) {
        const struct order *order = &message->proposal.order;
        invent_after(t, order->tips[traitor_draw(t, order->tip_count)]);
    }
    return FATE_PASS;
}

const struct strategy strategy_invent_segments = {
    .info = {"invent-segments", "passes on segments that the clients it names never signed"},
    .remembers = true,
    .on_hear = outrun_clients,
};
