/* blocks.c - traitors that answer those who are behind with something else than was decided: with
 * what is wrong somewhere, or with blocks of their own making, finalized by votes that nobody cast.
 */
#include "traitors/families.h"

static enum fate poison(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    if (message->kind == PEER_BLOCK) {
        traitor_spoil_block(t, &message->block);
        return FATE_CHANGED;
    }
    if (message->kind == PEER_SEGMENT) { /* passed on, or an answer to a question */
        traitor_spoil_segment(t, &message->segment);
        return FATE_CHANGED;
    }
    return FATE_PASS;
}

/* Those who believe it will ask. */
static void claim_more(struct traitor *t)
{
    struct peer_message message = {.kind = PEER_HEARTBEAT,
                                   .heartbeat = {.view = t->view, .height = t->height + 1}};
    traitor_say(t, traitor_draw_peer(t), &message);
}

const struct strategy strategy_poison_sync = {
    .info = {"poison-sync", "claims to be ahead, and serves blocks and segments that are wrong"},
    .remembers = true,
    .on_send = poison,
    .on_turn = claim_more,
};

/* ---- of its own making ---- */

/* What a block of its own is made of: valid until the next one. */
struct invention {
    struct segment segment;
    struct lane_tip tip;
};

/* Puts into the block, at its order's place in the log, one segment that no client sent after
 * `after` (NULL: none), and Q votes of which most are forged. */
static void invent(struct traitor *t, const struct lane_tip *after, struct invention *invention,
                   struct block *block)
{
    struct order *order = &block->order;
    struct certificate *certificate = &block->certificate;
    block->segment_count = 0;
    order->tip_count = 0;
    if (after != NULL && after->sequence < UINT64_MAX) {
        invention->tip = *after;
        traitor_invent_segment(t, after, &invention->segment, &invention->tip.digest);
        invention->tip.sequence++;
        block->segments = &invention->segment;
        block->segment_count = 1;
        order->tips = &invention->tip;
        order->tip_count = 1;
    }
    block->has_certificate = true;
    certificate->kind = VOTE_FINALIZE;
    certificate->view = order->view;
    order_digest(order, &certificate->digest);
    traitor_forge_certificate(t, certificate);
}

/* In the place of one that was decided. */
static enum fate serve_invention(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    if (message->kind != PEER_BLOCK) {
        return FATE_PASS;
    }
    struct block *block = &message->block;
    struct invention *invention = arena_take(&t->arena, sizeof *invention);
    if (invention == NULL) {
        return FATE_WITHHELD;
    }
    const struct segment *first = block->segment_count > 0 ? &block->segments[0] : NULL;
    struct lane_tip before;
    if (first != NULL) {
        before = (struct lane_tip){
            .lane = first->lane, .sequence = first->sequence - 1, .digest = first->previous};
    }
    block->order.time_ns++;
    invent(t, first == NULL ? NULL : &before, invention, block);
    return FATE_CHANGED;
}

/* The order of that height that was decided, or that is newest if it heard of no finalization. */
static const struct seen_order *find_decided(const struct traitor *t, height_nr height)
{
    const struct seen_order *newest = NULL;
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(&t->memory, i)) != NULL; i++) {
        if (seen->proposal.order.height != height) {
            continue;
        }
        newest = newest == NULL ? seen : newest;
        const struct certificate *certificate;
        for (size_t k = 0; (certificate = memory_certificate(&t->memory, k)) != NULL; k++) {
            if (certificate->kind == VOTE_FINALIZE &&
                digest_is_equal(&certificate->digest, &seen->digest)) {
                return seen;
            }
        }
    }
    return newest;
}

/* Who believed its claim asks for what nobody has decided yet. */
static enum fate answer_with_invention(struct traitor *t, replica_id from,
                                       struct peer_message *message)
{
    if (message->kind != PEER_ASK_BLOCKS || message->ask_blocks.from <= t->height) {
        return FATE_PASS; /* its shell answers */
    }
    const struct seen_order *parent = find_decided(t, message->ask_blocks.from - 1);
    if (parent == NULL) {
        return FATE_PASS;
    }
    struct invention invention;
    const struct order *before = &parent->proposal.order;
    struct peer_message answer = {.kind = PEER_BLOCK};
    answer.block.order =
        (struct order){.view = 1 + (t->view > before->view ? t->view : before->view),
                       .parent_view = before->view,
                       .parent = parent->digest,
                       .height = before->height + 1,
                       .time_ns = before->time_ns + 1};
    invent(t, before->tip_count > 0 ? &before->tips[0] : NULL, &invention, &answer.block);
    traitor_say(t, from, &answer);
    return FATE_PASS;
}

const struct strategy strategy_invent_blocks = {
    .info = {"invent-blocks", "claims to be ahead, and serves blocks of its own, finality forged"},
    .remembers = true,
    .on_send = serve_invention,
    .on_hear = answer_with_invention,
    .on_turn = claim_more,
};
