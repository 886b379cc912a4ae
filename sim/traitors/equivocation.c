/* equivocation.c - commanders that give two orders for one view, each truly signed and each valid
 * by itself: the Notarize vote of the commander is in the signature. */
#include "traitors/families.h"

/* Puts the other order in the place of the commander's own. */
static void change_to_twin(struct traitor *t, struct peer_message *message)
{
    struct order order = message->proposal.order;
    traitor_make_twin(t, &order, &message->proposal.order);
    traitor_sign_proposal(t, t->self, &message->proposal);
}

/* A later vote for its own order: those who were told the other one hear of the other one. */
static enum fate change_vote(struct traitor *t, struct vote *vote)
{
    const struct seen_order *seen = memory_find_order(&t->memory, &vote->digest);
    if (seen == NULL) {
        return FATE_PASS;
    }
    struct order twin;
    struct digest digest;
    traitor_make_twin(t, &seen->proposal.order, &twin);
    order_digest(&twin, &digest);
    traitor_make_vote(t, t->self, vote->kind, vote->view, &digest, vote);
    return FATE_CHANGED;
}

/* Tells `others` the other story of an own view. */
static enum fate tell_other_story(struct traitor *t, struct peer_message *message)
{
    if (traitor_is_own_proposal(t, message)) {
        change_to_twin(t, message);
        return FATE_CHANGED;
    }
    if (message->kind == PEER_VOTE && message->vote.kind != VOTE_NULLIFY &&
        traitor_commander(t, message->vote.view) == t->self) {
        return change_vote(t, &message->vote);
    }
    return FATE_PASS;
}

static view_nr view_of(const struct peer_message *message)
{
    return message->kind == PEER_PROPOSAL ? message->proposal.order.view : message->vote.view;
}

static bool is_vote_or_order(const struct peer_message *message)
{
    return message->kind == PEER_VOTE || message->kind == PEER_PROPOSAL;
}

enum fate strategy_give_two(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (!is_vote_or_order(message)) {
        return FATE_PASS;
    }
    uint32_t others = traitor_choose(t, TOPIC_OTHERS, view_of(message), traitor_replicas(t) / 2);
    return (others >> to & 1) != 0 ? tell_other_story(t, message) : FATE_PASS;
}

const struct strategy strategy_equivocate_halves = {
    .info = {"equivocate-halves", "as commander gives one order to one half, another to the other"},
    .on_send = strategy_give_two,
};

/* A third hears one order, a third the other, a third both. */
static enum fate overlap(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (!is_vote_or_order(message)) {
        return FATE_PASS;
    }
    size_t count = traitor_replicas(t) - 1;
    uint32_t others = traitor_choose(t, TOPIC_OTHERS, view_of(message), count / 3);
    uint32_t both = traitor_choose(t, TOPIC_OTHERS, view_of(message), count / 3 * 2);
    if ((others >> to & 1) != 0) {
        return tell_other_story(t, message);
    }
    struct peer_message other = *message;
    if ((both >> to & 1) != 0 && tell_other_story(t, &other) == FATE_CHANGED) {
        traitor_say(t, to, &other);
    }
    return FATE_PASS;
}

const struct strategy strategy_equivocate_overlap = {
    .info = {"equivocate-overlap",
             "as commander gives two orders to sets of replicas that overlap"},
    .on_send = overlap,
};

/* The traitor's own order of an earlier view. */
static const struct seen_order *find_earlier_own(const struct traitor *t, view_nr view)
{
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(&t->memory, i)) != NULL; i++) {
        if (seen->proposal.order.view < view &&
            traitor_commander(t, seen->proposal.order.view) == t->self) {
            return seen;
        }
    }
    return NULL;
}

static enum fate order_again(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (!traitor_is_own_proposal(t, message)) {
        return FATE_PASS;
    }
    view_nr view = message->proposal.order.view;
    const struct seen_order *earlier = find_earlier_own(t, view);
    if (earlier == NULL) {
        return FATE_PASS;
    }
    struct peer_message again = {.kind = PEER_PROPOSAL, .proposal = earlier->proposal};
    traitor_say(t, to, &again);
    if ((traitor_choose(t, TOPIC_OTHERS, view, traitor_replicas(t) / 2) >> to & 1) == 0) {
        return FATE_PASS;
    }
    message->proposal = earlier->proposal;
    message->proposal.order.view = view;
    traitor_sign_proposal(t, t->self, &message->proposal);
    return FATE_CHANGED;
}

const struct strategy strategy_order_twice = {
    .info = {"order-twice", "as commander repeats its last order, as it was and under a new view"},
    .on_send = order_again,
};
