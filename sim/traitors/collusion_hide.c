/* collusion_hide.c - traitors that finalize a view for one replica and nullify it for all others. A
 * loyal replica's word to the others is all that stands between: a network that cuts it off makes
 * this dangerous, if anything does. */
#include "traitors/families.h"

/* The one that is shown the order of a view; another one from view to view. */
static replica_id confidant_of(const struct traitor *t, view_nr view)
{
    return traitor_victim(t, view);
}

static bool is_ours(const struct traitor *t, view_nr view)
{
    return traitor_is_member(t, traitor_commander(t, view));
}

static enum fate hide_order(struct traitor *t, replica_id to, const struct order *order)
{
    uint32_t set = UINT32_C(1) << to;
    struct digest digest;
    if (to == confidant_of(t, order->view)) {
        order_digest(order, &digest);
        traitor_say_vote(t, set, VOTE_FINALIZE, order->view, &digest);
        return FATE_PASS;
    }
    traitor_say_vote(t, set, VOTE_NULLIFY, order->view, NULL);
    return FATE_WITHHELD;
}

static enum fate hide_vote(struct traitor *t, replica_id to, struct vote *vote)
{
    bool is_nullify = vote->kind == VOTE_NULLIFY;
    if (to == confidant_of(t, vote->view)) {
        return is_nullify ? FATE_WITHHELD : FATE_PASS;
    }
    if (is_nullify) {
        return FATE_PASS;
    }
    traitor_make_vote(t, t->self, VOTE_NULLIFY, vote->view, NULL, vote);
    return FATE_CHANGED;
}

static enum fate hide_certificate(const struct traitor *t, replica_id to,
                                  const struct certificate *certificate)
{
    bool is_for_confidant = certificate->kind != VOTE_NULLIFY;
    bool is_confidant = to == confidant_of(t, certificate->view);
    return is_for_confidant == is_confidant ? FATE_PASS : FATE_WITHHELD;
}

static enum fate hide(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (traitor_is_member(t, to)) {
        return FATE_PASS;
    }
    if (message->kind == PEER_PROPOSAL && is_ours(t, message->proposal.order.view)) {
        return hide_order(t, to, &message->proposal.order);
    }
    if (message->kind == PEER_VOTE && is_ours(t, message->vote.view)) {
        return hide_vote(t, to, &message->vote);
    }
    if (message->kind == PEER_CERTIFICATE && is_ours(t, message->certificate.view)) {
        return hide_certificate(t, to, &message->certificate);
    }
    return FATE_PASS;
}

/* A fellow has given an order: each member does its part at once. */
static enum fate help_to_hide(struct traitor *t, replica_id from, struct peer_message *message)
{
    if (message->kind != PEER_PROPOSAL || !traitor_is_member(t, from) ||
        !is_ours(t, message->proposal.order.view)) {
        return FATE_PASS;
    }
    view_nr view = message->proposal.order.view;
    struct digest digest;
    struct peer_message own = {.kind = PEER_VOTE};
    order_digest(&message->proposal.order, &digest);
    traitor_make_vote(t, t->self, VOTE_FINALIZE, view, &digest, &own.vote);
    if (!memory_keep(&t->memory, &own)) {
        return FATE_PASS; /* said before */
    }
    uint32_t confidant = UINT32_C(1) << confidant_of(t, view);
    uint32_t others = traitor_all(t) & ~t->conspiracy->members & ~confidant;
    traitor_say_vote(t, confidant, VOTE_NOTARIZE, view, &digest);
    traitor_say_vote(t, confidant, VOTE_FINALIZE, view, &digest);
    traitor_say_vote(t, others, VOTE_NULLIFY, view, NULL);
    return FATE_PASS;
}

const struct strategy strategy_collude_hide = {
    .info = {"collude-hide", "traitors finalize their orders for one replica, nullify for others"},
    .remembers = true,
    .on_send = hide,
    .on_hear = help_to_hide,
};
