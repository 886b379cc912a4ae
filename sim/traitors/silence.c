/* silence.c - traitors that say less than they should: to nobody, to some, as commander, late. */
#include "traitors/families.h"

static enum fate withhold_frame(struct traitor *t, replica_id to, struct slice frame)
{
    (void)t;
    (void)to;
    (void)frame;
    return FATE_WITHHELD;
}

/* All but what shows that it is there: nobody skips its views at once. */
static enum fate withhold_words(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)t;
    (void)to;
    return message->kind == PEER_HEARTBEAT ? FATE_PASS : FATE_WITHHELD;
}

static enum fate withhold_answer(struct traitor *t, link_nr link, struct replica_message *message)
{
    (void)t;
    (void)link;
    (void)message;
    return FATE_WITHHELD;
}

const struct strategy strategy_silent = {
    .info = {"silent", "says nothing at all, to replicas or clients"},
    .on_frame = withhold_frame,
    .on_answer = withhold_answer,
};

const struct strategy strategy_only_alive = {
    .info = {"only-alive", "sends heartbeats and nothing else, so that others wait for its orders"},
    .on_send = withhold_words,
    .on_answer = withhold_answer,
};

/* An order of its own, or its Notarize vote for it. */
static bool is_of_own_view(const struct traitor *t, const struct peer_message *message)
{
    return traitor_is_own_proposal(t, message) ||
           (traitor_is_own_vote(t, message, VOTE_NOTARIZE) &&
            traitor_commander(t, message->vote.view) == t->self);
}

static enum fate withhold_orders(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return is_of_own_view(t, message) ? FATE_WITHHELD : FATE_PASS;
}

const struct strategy strategy_mute_commander = {
    .info = {"mute-commander", "votes like a loyal replica, but never gives an order"},
    .on_send = withhold_orders,
};

#define SELECTIVE_VIEWS 16u /* with the same listeners */

static enum fate withhold_from_most(struct traitor *t, replica_id to, struct slice frame)
{
    (void)frame;
    uint32_t listeners = traitor_choose(t, TOPIC_LISTENERS, t->view / SELECTIVE_VIEWS,
                                        t->conspiracy->fault_count + 1);
    return (listeners >> to & 1) != 0 ? FATE_PASS : FATE_WITHHELD;
}

const struct strategy strategy_selective = {
    .info = {"selective", "talks to f+1 chosen replicas only, to others after some views"},
    .on_frame = withhold_from_most,
    .on_send = strategy_only_learn,
};

static enum fate withhold_finalize(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    return traitor_is_own_vote(t, message, VOTE_FINALIZE) ? FATE_WITHHELD : FATE_PASS;
}

const struct strategy strategy_no_finalize = {
    .info = {"no-finalize", "notarizes and nullifies, but never finalizes"},
    .on_send = withhold_finalize,
};

static bool is_ask(const struct peer_message *message)
{
    return message->kind == PEER_ASK_VIEW || message->kind == PEER_ASK_ORDER ||
           message->kind == PEER_ASK_SEGMENTS || message->kind == PEER_ASK_BLOCKS;
}

static enum fate ignore_asks(struct traitor *t, replica_id from, struct peer_message *message)
{
    (void)t;
    (void)from;
    return is_ask(message) ? FATE_WITHHELD : FATE_PASS;
}

const struct strategy strategy_refuse_sync = {
    .info = {"refuse-sync", "answers no question of a replica that lacks something"},
    .on_hear = ignore_asks,
};

static enum fate ignore_request(struct traitor *t)
{
    (void)t;
    return FATE_WITHHELD;
}

const struct strategy strategy_ignore_clients = {
    .info = {"ignore-clients", "takes nothing from clients and tells them nothing"},
    .on_request = ignore_request,
    .on_answer = withhold_answer,
};

/* ---- late ---- */

/* How long others wait for this kind of message at most, by rule 4 and block sync. */
static uint64_t patience_ns(const struct traitor *t, const struct peer_message *message)
{
    uint64_t delta_ns = t->conspiracy->delta_ns;
    switch (message->kind) {
    case PEER_PROPOSAL:
        return 2 * delta_ns;
    case PEER_VOTE:
        return 3 * delta_ns;
    case PEER_CERTIFICATE:
    case PEER_BLOCK:
        return delta_ns;
    case PEER_SEGMENT:
    case PEER_ASK_VIEW:
    case PEER_ASK_ORDER:
    case PEER_ASK_SEGMENTS:
    case PEER_ASK_BLOCKS:
        return delta_ns / 2;
    case PEER_HEARTBEAT:
        break;
    }
    return 0; /* goes at once: so that it counts as alive */
}

#define MARGIN_DIVISOR 10u /* of Δ */

static enum fate delay(struct traitor *t, replica_id to, const struct peer_message *message,
                       bool is_beyond)
{
    uint64_t patience = patience_ns(t, message);
    uint64_t margin = t->conspiracy->delta_ns / MARGIN_DIVISOR;
    if (patience == 0) {
        return FATE_PASS;
    }
    traitor_hold(t, to, message, t->now_ns + (is_beyond ? patience + margin : patience - margin));
    return FATE_WITHHELD;
}

static enum fate delay_below(struct traitor *t, replica_id to, struct peer_message *message)
{
    return delay(t, to, message, false);
}

static enum fate delay_beyond(struct traitor *t, replica_id to, struct peer_message *message)
{
    return delay(t, to, message, true);
}

const struct strategy strategy_delay_below = {
    .info = {"delay-below", "says everything just before others give it up"},
    .on_send = delay_below,
};

const struct strategy strategy_delay_beyond = {
    .info = {"delay-beyond", "says everything just after others gave it up"},
    .on_send = delay_beyond,
};

/* ---- just enough ---- */

#define MARGINS 7u /* how long before 2Δ: not at all, or Δ/2, Δ/4 ... */

/* So late that those who are left out give the view up before they hear that it is notarized, and
 * just in time for the others: nobody knows how late that is. Or at once. */
static uint64_t moment(const struct traitor *t, view_nr view)
{
    uint64_t delta_ns = t->conspiracy->delta_ns;
    uint64_t choice = traitor_agreed(t, TOPIC_MARGIN, view, MARGINS);
    return choice == 0 ? t->now_ns : t->now_ns + 2 * delta_ns - (delta_ns >> choice);
}

/* An order of its own goes to a quorum with itself, once. */
static enum fate give_to_few(struct traitor *t, replica_id to, struct peer_message *message)
{
    view_nr view = message->proposal.order.view;
    uint32_t few = traitor_choose(t, TOPIC_LISTENERS, view, traitor_quorum(t) - 1);
    if (t->count != view) {
        t->count = view;
        t->since_ns = t->now_ns;
    }
    if ((few >> to & 1) != 0 && t->now_ns == t->since_ns) {
        traitor_hold(t, to, message, moment(t, view));
    }
    return FATE_WITHHELD;
}

/* t->count: the view of which it waits for the end; 0: none. */
static enum fate say_no_more(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (traitor_is_own_proposal(t, message) &&
        (t->count == 0 || message->proposal.order.view == t->count)) {
        return give_to_few(t, to, message);
    }
    bool is_of_use = !is_ask(message) && message->kind != PEER_HEARTBEAT;
    return t->count != 0 && is_of_use ? FATE_WITHHELD : FATE_PASS;
}

static enum fate await_end(struct traitor *t, replica_id from, struct peer_message *message)
{
    const struct certificate *certificate = &message->certificate;
    (void)from;
    if (message->kind == PEER_CERTIFICATE &&
        ((certificate->kind == VOTE_FINALIZE && certificate->view >= t->count) ||
         (certificate->kind == VOTE_NULLIFY && certificate->view == t->count))) {
        t->count = 0;
    }
    return FATE_PASS;
}

const struct strategy strategy_bare_quorum = {
    .info = {"bare-quorum",
             "gives its order to a bare quorum, then says no more until that is done"},
    .on_send = say_no_more,
    .on_hear = await_end,
};
