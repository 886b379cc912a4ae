/* endless.c - a traitor that answers who is behind with a chain of orders that nobody finalized and
 * that never ends: the next block could always be the one that proves all those before. */
#include "traitors/families.h"

#define VIEWS_AHEAD   2u
#define HEIGHTS_AHEAD 1000u
#define VIEWS_LENGTH  (VIEW_WINDOW / 2) /* a receiver keeps no more: then they come round again */
#define PACE_DIVISOR  2u                /* of Δ: an answer in good time */

/* The order of that height in the chain; its first one stands on what was decided. */
static void invent_order(const struct traitor *t, height_nr height, const struct seen_order *parent,
                         struct order *order)
{
    *order = (struct order){
        .view = t->view + VIEWS_AHEAD + height % VIEWS_LENGTH, .height = height, .time_ns = height};
    order->parent_view = order->view - 1;
    if (parent != NULL) {
        order->parent_view = parent->proposal.order.view;
        order->parent = parent->digest;
    }
}

static const struct seen_order *find_height(const struct traitor *t, height_nr height)
{
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(&t->memory, i)) != NULL; i++) {
        if (seen->proposal.order.height == height) {
            return seen;
        }
    }
    return NULL;
}

static enum fate answer_without_end(struct traitor *t, replica_id from,
                                    struct peer_message *message)
{
    if (message->kind != PEER_ASK_BLOCKS || message->ask_blocks.from == 0 ||
        message->ask_blocks.from > UINT32_MAX) {
        return FATE_PASS;
    }
    height_nr first = message->ask_blocks.from;
    const struct seen_order *parent = find_height(t, first - 1);
    for (height_nr height = first; height < first + BLOCKS_PER_ANSWER_MAX; height++) {
        struct peer_message block = {.kind = PEER_BLOCK};
        invent_order(t, height, height == first ? parent : NULL, &block.block.order);
        traitor_hold(t, from, &block, t->now_ns + t->conspiracy->delta_ns / PACE_DIVISOR);
    }
    return FATE_WITHHELD;
}

/* So that who is not behind asks as well; the truth was asked for before this began. */
static enum fate claim_far_ahead(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)t;
    (void)to;
    if (message->kind == PEER_BLOCK) {
        return FATE_WITHHELD;
    }
    if (message->kind != PEER_HEARTBEAT || message->heartbeat.height > UINT32_MAX) {
        return FATE_PASS;
    }
    message->heartbeat.height += HEIGHTS_AHEAD;
    return FATE_CHANGED;
}

const struct strategy strategy_endless_blocks = {
    .info = {"endless-blocks", "claims to be far ahead, and serves a chain that nothing finalizes"},
    .remembers = true,
    .on_send = claim_far_ahead,
    .on_hear = answer_without_end,
};
