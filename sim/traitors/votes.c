/* votes.c - voters that break what a replica may say in one view: never two Notarize, never both
 * Nullify and Finalize, no vote for what is not valid and held. All votes are truly signed. */
#include "traitors/families.h"

#define VOTES_PER_TURN_MAX 64u /* that it casts because others spoke */

/* Another digest for that view: that of an order that could be, or of none. */
static void other_digest(struct traitor *t, const struct digest *digest, struct digest *other)
{
    const struct seen_order *seen = memory_find_order(&t->memory, digest);
    if (seen == NULL) {
        traitor_draw_digest(t, other);
        return;
    }
    struct order twin;
    traitor_make_twin(t, &seen->proposal.order, &twin);
    order_digest(&twin, other);
}

/* Is it this replica's Notarize, alone or in its proposal? */
static bool is_own_notarize(const struct traitor *t, const struct peer_message *message,
                            view_nr *view, struct digest *digest)
{
    if (traitor_is_own_proposal(t, message)) {
        *view = message->proposal.order.view;
        order_digest(&message->proposal.order, digest);
        return true;
    }
    if (traitor_is_own_vote(t, message, VOTE_NOTARIZE)) {
        *view = message->vote.view;
        *digest = message->vote.digest;
        return true;
    }
    return false;
}

static enum fate vote_double(struct traitor *t, replica_id to, struct peer_message *message)
{
    view_nr view;
    struct digest digest;
    struct digest other;
    uint32_t set = UINT32_C(1) << to;
    if (!is_own_notarize(t, message, &view, &digest)) {
        return FATE_PASS;
    }
    other_digest(t, &digest, &other);
    traitor_say_vote(t, set, VOTE_NULLIFY, view, NULL);
    traitor_say_vote(t, set, VOTE_FINALIZE, view, &digest);
    bool is_first = (traitor_choose(t, TOPIC_OTHERS, view, traitor_replicas(t) / 2) & set) == 0;
    if (is_first || message->kind == PEER_PROPOSAL) {
        traitor_say_vote(t, set, VOTE_NOTARIZE, view, &other);
        return FATE_PASS;
    }
    traitor_make_vote(t, t->self, VOTE_NOTARIZE, view, &other, &message->vote);
    traitor_say_vote(t, set, VOTE_NOTARIZE, view, &digest);
    return FATE_CHANGED;
}

const struct strategy strategy_double_vote = {
    .info = {"double-vote", "notarizes two orders of a view, and nullifies and finalizes it too"},
    .on_send = vote_double,
};

static enum fate contradict(struct traitor *t, replica_id to, struct peer_message *message)
{
    uint32_t set = UINT32_C(1) << to;
    if (traitor_is_own_vote(t, message, VOTE_FINALIZE)) {
        traitor_say_vote(t, set, VOTE_NULLIFY, message->vote.view, NULL);
    } else if (traitor_is_own_vote(t, message, VOTE_NULLIFY)) {
        const struct seen_order *seen = memory_find_view(&t->memory, message->vote.view);
        struct digest digest;
        if (seen != NULL) {
            digest = seen->digest;
        } else {
            traitor_draw_digest(t, &digest);
        }
        traitor_say_vote(t, set, VOTE_FINALIZE, message->vote.view, &digest);
    }
    return FATE_PASS;
}

const struct strategy strategy_contradict = {
    .info = {"conflicting-grades", "finalizes what it nullified and nullifies what it finalized"},
    .remembers = true,
    .on_send = contradict,
};

/* Casts a vote that it has not cast yet. */
static void vote_once(struct traitor *t, enum vote_kind kind, view_nr view,
                      const struct digest *digest)
{
    struct peer_message message = {.kind = PEER_VOTE};
    if (t->count >= VOTES_PER_TURN_MAX) {
        return;
    }
    traitor_make_vote(t, t->self, kind, view, digest, &message.vote);
    if (memory_keep(&t->memory, &message)) {
        traitor_say(t, REPLICA_ALL, &message);
        t->count++;
    }
}

static enum fate vote_for_it(struct traitor *t, replica_id from, struct peer_message *message)
{
    (void)from;
    if (message->kind == PEER_PROPOSAL) {
        struct digest digest;
        order_digest(&message->proposal.order, &digest);
        vote_once(t, VOTE_NOTARIZE, message->proposal.order.view, &digest);
    } else if (message->kind == PEER_VOTE && message->vote.kind == VOTE_NOTARIZE) {
        vote_once(t, VOTE_NOTARIZE, message->vote.view, &message->vote.digest);
    }
    return FATE_PASS;
}

static void begin_turn(struct traitor *t)
{
    t->count = 0;
}

const struct strategy strategy_vote_for_anything = {
    .info = {"vote-for-anything", "notarizes every order and digest that it hears of, unseen"},
    .on_send = strategy_only_learn,
    .on_hear = vote_for_it,
    .on_turn = begin_turn,
};

static enum fate finalize_early(struct traitor *t, replica_id to, struct peer_message *message)
{
    view_nr view;
    struct digest digest;
    if (is_own_notarize(t, message, &view, &digest)) {
        traitor_say_vote(t, UINT32_C(1) << to, VOTE_FINALIZE, view, &digest);
    }
    return FATE_PASS;
}

const struct strategy strategy_finalize_early = {
    .info = {"finalize-early", "finalizes with its first vote, before anything is notarized"},
    .on_send = finalize_early,
};

static enum fate nullify(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (traitor_is_own_proposal(t, message)) {
        traitor_say_vote(t, UINT32_C(1) << to, VOTE_NULLIFY, message->proposal.order.view, NULL);
        return FATE_PASS;
    }
    if (traitor_is_own_vote(t, message, VOTE_NOTARIZE) ||
        traitor_is_own_vote(t, message, VOTE_FINALIZE)) {
        traitor_make_vote(t, t->self, VOTE_NULLIFY, message->vote.view, NULL, &message->vote);
        return FATE_CHANGED;
    }
    return FATE_PASS;
}

const struct strategy strategy_nullify_all = {
    .info = {"nullify-all", "nullifies every view instead of voting for its order"},
    .on_send = nullify,
};
