/* noise.c - frames that mean nothing, or nothing any more: repetition, random bytes, and messages
 * of which a field was changed. */
#include "traitors/families.h"

#define GARBAGE_BYTES_MAX 2048u

static enum fate keep_frame(struct traitor *t, replica_id to, struct slice frame)
{
    memory_keep_frame(&t->memory, to, frame);
    return FATE_PASS;
}

static void replay(struct traitor *t)
{
    for (size_t i = 0; i < 2; i++) {
        const struct seen_frame *seen =
            memory_frame(&t->memory, (size_t)traitor_draw(t, MEMORY_FRAMES));
        if (seen != NULL) {
            replica_id to = traitor_draw(t, 2) == 0 ? seen->to : traitor_draw_peer(t);
            traitor_say_bytes(t, to, buffer_slice(&seen->bytes));
        }
    }
}

const struct strategy strategy_replay = {
    .info = {"replay", "says again what it said, to the same and to others"},
    .on_frame = keep_frame,
    .on_turn = replay,
};

/* Random bytes; or a true frame, cut or with a bit flipped. */
static void babble(struct traitor *t)
{
    const struct seen_frame *seen =
        memory_frame(&t->memory, (size_t)traitor_draw(t, MEMORY_FRAMES));
    uint64_t kind = traitor_draw(t, 3);
    size_t size = 1 + (size_t)traitor_draw(t, GARBAGE_BYTES_MAX);
    buffer_clear(&t->scratch);
    if (seen == NULL || kind == 0) {
        traitor_draw_bytes(t, buffer_reserve(&t->scratch, size), size);
        t->scratch.size += size;
    } else {
        buffer_append(&t->scratch, buffer_slice(&seen->bytes));
        size_t at = (size_t)traitor_draw(t, t->scratch.size);
        if (kind == 1) {
            t->scratch.size = at;
        } else {
            t->scratch.data[at] ^= (uint8_t)(1u << traitor_draw(t, 8));
        }
    }
    traitor_say_bytes(t, traitor_draw_peer(t), buffer_slice(&t->scratch));
}

const struct strategy strategy_garbage = {
    .info = {"garbage", "sends random bytes, frames cut short, and frames with bits flipped"},
    .on_frame = keep_frame,
    .on_turn = babble,
};

/* ---- one field of a message ---- */

static void mutate_vote(struct traitor *t, struct vote *vote)
{
    enum vote_kind kind = vote->kind;
    view_nr view = vote->view;
    struct digest digest = vote->digest;
    switch (traitor_draw(t, 4)) {
    case 0:
        kind = (enum vote_kind)(VOTE_NOTARIZE + ((unsigned)kind - VOTE_NOTARIZE + 1) % 3);
        break;
    case 1:
        view = view > 1 && traitor_draw(t, 2) == 0 ? view - 1 : view + 1;
        break;
    case 2:
        kind = kind == VOTE_NULLIFY ? VOTE_FINALIZE : kind;
        digest.bytes[traitor_draw(t, DIGEST_BYTES)] ^= 1;
        break;
    default:
        vote->signature.bytes[traitor_draw(t, SIGNATURE_BYTES)] ^= 1;
        return;
    }
    traitor_make_vote(t, t->self, kind, view, &digest, vote);
}

static void mutate_proposal(struct traitor *t, struct proposal *proposal)
{
    struct order *order = &proposal->order;
    switch (traitor_draw(t, 5)) {
    case 0:
        order->time_ns ^= UINT64_C(1) << traitor_draw(t, 64);
        break;
    case 1:
        order->height = order->height > 1 ? order->height - 1 : 2;
        break;
    case 2:
        order->parent.bytes[traitor_draw(t, DIGEST_BYTES)] ^= 1;
        break;
    case 3:
        if (order->tip_count == 0) {
            order->time_ns++;
        } else {
            order->tip_count = (size_t)traitor_draw(t, order->tip_count);
        }
        break;
    default:
        proposal->signature.bytes[traitor_draw(t, SIGNATURE_BYTES)] ^= 1;
        return;
    }
    if (traitor_is_member(t, traitor_commander(t, order->view))) {
        traitor_sign_proposal(t, traitor_commander(t, order->view), proposal);
    }
}

static void mutate_ask(struct traitor *t, struct peer_message *message)
{
    if (message->kind == PEER_ASK_VIEW) {
        message->ask_view.to = UINT64_MAX - traitor_draw(t, 2);
    } else if (message->kind == PEER_ASK_ORDER) {
        traitor_draw_digest(t, &message->ask_order.digest);
    } else if (message->kind == PEER_ASK_SEGMENTS) {
        message->ask_segments.from = 1;
        message->ask_segments.to = UINT64_MAX - traitor_draw(t, 2);
    } else {
        message->ask_blocks.count = UINT32_MAX;
        message->ask_blocks.from = traitor_draw(t, 2) == 0 ? 0 : message->ask_blocks.from + 1;
    }
}

static enum fate mutate(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    if (traitor_draw(t, 3) != 0) {
        return FATE_PASS;
    }
    switch (message->kind) {
    case PEER_SEGMENT:
        traitor_spoil_segment(t, &message->segment);
        break;
    case PEER_CERTIFICATE:
        traitor_spoil_certificate(t, &message->certificate);
        break;
    case PEER_PROPOSAL:
        mutate_proposal(t, &message->proposal);
        break;
    case PEER_VOTE:
        mutate_vote(t, &message->vote);
        break;
    case PEER_BLOCK:
        traitor_spoil_block(t, &message->block);
        break;
    case PEER_HEARTBEAT:
        message->heartbeat.height ^= UINT64_C(1) << traitor_draw(t, 64);
        break;
    case PEER_ASK_VIEW:
    case PEER_ASK_ORDER:
    case PEER_ASK_SEGMENTS:
    case PEER_ASK_BLOCKS:
        mutate_ask(t, message);
        break;
    }
    return FATE_CHANGED;
}

const struct strategy strategy_mutate = {
    .info = {"mutate", "changes a field of every third message, and signs it again where it can"},
    .on_send = mutate,
};
