/* blocks.c - traitors that answer those who are behind with something else than was decided. */
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
