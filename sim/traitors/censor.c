/* censor.c - commanders whose orders are valid and leave a client out, however long it waits.
 * Others' views must make up for it. */
#include "traitors/families.h"

/* Of those that an own order would serve, the client with the highest key: its lanes are the last.
 */
static enum fate censor(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    if (!traitor_is_own_proposal(t, message) || message->proposal.order.tip_count == 0) {
        return FATE_PASS;
    }
    struct order *order = &message->proposal.order;
    const struct public_key *victim = &order->tips[order->tip_count - 1].lane.client;
    while (order->tip_count > 0 &&
           public_key_is_equal(&order->tips[order->tip_count - 1].lane.client, victim)) {
        order->tip_count--;
    }
    traitor_sign_proposal(t, t->self, &message->proposal);
    return FATE_CHANGED;
}

const struct strategy strategy_censor = {
    .info = {"censor", "as commander leaves the same client out of all its orders"},
    .on_send = censor,
};
