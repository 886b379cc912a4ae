/* drip.c - a traitor that answers who is behind with the truth, and takes its time: each block
 * comes just before the asker would turn to another one. Meanwhile it does nothing else, so that
 * others may need the vote of the one that it keeps busy. */
#include "traitors/families.h"

#define PACE_PERMILLE 900u /* of Δ, after which another one is asked */

/* When the last of what is held back for a replica is due; now if there is none. */
static uint64_t last_due_ns(const struct traitor *t, replica_id to)
{
    uint64_t last_ns = t->now_ns;
    for (size_t i = 0; i < HELD_MAX; i++) {
        const struct held_back *held = &t->held[i];
        if (held->due_ns != UINT64_MAX && held->to == to && held->due_ns > last_ns) {
            last_ns = held->due_ns;
        }
    }
    return last_ns;
}

static enum fate drip(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (message->kind == PEER_BLOCK) {
        uint64_t pace_ns = t->conspiracy->delta_ns / 1000 * PACE_PERMILLE;
        traitor_hold(t, to, message, last_due_ns(t, to) + pace_ns);
        return FATE_WITHHELD;
    }
    bool is_busy = t->held_due_ns != UINT64_MAX;
    return is_busy && message->kind != PEER_HEARTBEAT ? FATE_WITHHELD : FATE_PASS;
}

const struct strategy strategy_drip_sync = {
    .info = {"drip-sync", "serves true blocks as slowly as is borne, and does nothing else then"},
    .on_send = drip,
};
