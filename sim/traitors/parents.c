/* parents.c - commanders that pass over the order before their own while it may still be decided.
 * Rule 3's demand that the views between are nullified is all that keeps both from being final. */
#include "traitors/families.h"

/* Somebody gives an order of the view before one of its own: it takes the same place in the log, in
 * the next view, so early that all have it when they enter that view. */
static enum fate take_its_place(struct traitor *t, replica_id from, struct peer_message *message)
{
    if (message->kind != PEER_PROPOSAL) {
        return FATE_PASS;
    }
    struct peer_message own = *message;
    struct order *order = &own.proposal.order;
    if (order->view == UINT64_MAX || traitor_commander(t, order->view) != from ||
        traitor_commander(t, order->view + 1) != t->self || t->count == order->view + 1) {
        return FATE_PASS;
    }
    order->view++;
    t->count = order->view;
    traitor_sign_proposal(t, t->self, &own.proposal);
    traitor_say(t, REPLICA_ALL, &own);
    return FATE_PASS;
}

/* The order that its shell gives in that view would be a second one. */
static enum fate give_no_second(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return traitor_is_own_proposal(t, message) && message->proposal.order.view == t->count
               ? FATE_WITHHELD
               : FATE_PASS;
}

const struct strategy strategy_build_beside = {
    .info = {"build-beside", "as commander takes the place of the order before, not nullified yet"},
    .on_send = give_no_second,
    .on_hear = take_its_place,
};
