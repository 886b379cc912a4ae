/* collusion.c - traitors that act as one: what they agree on follows from the seed, and each may
 * sign for all. */
#include "traitors/families.h"

/* ---- two stories ---- */

/* Both orders of a view that a member commands: the one that members heard, and its twin. False if
 * the view is not theirs or the order is not known. */
static bool find_story(const struct traitor *t, view_nr view, struct proposal *first,
                       struct digest digests[2])
{
    const struct seen_order *seen;
    const struct seen_order *oldest = NULL;
    struct order twin;
    if (!traitor_is_member(t, traitor_commander(t, view))) {
        return false;
    }
    for (size_t i = 0; (seen = memory_order(&t->memory, i)) != NULL; i++) {
        if (seen->proposal.order.view == view) {
            oldest = seen; /* members hear the first order first */
        }
    }
    if (oldest == NULL) {
        return false;
    }
    *first = oldest->proposal;
    digests[0] = oldest->digest;
    traitor_make_twin(t, &oldest->proposal.order, &twin);
    order_digest(&twin, &digests[1]);
    return true;
}

/* Which of the two stories a loyal replica is told. */
static size_t story_of(const struct traitor *t, replica_id to)
{
    return (traitor_other_half(t) >> to & 1) != 0 ? 1 : 0;
}

static enum fate split_order(struct traitor *t, replica_id to, struct proposal *proposal)
{
    struct proposal first;
    struct digest digests[2];
    size_t story = story_of(t, to);
    view_nr view = proposal->order.view;
    if (!find_story(t, view, &first, digests)) {
        return FATE_PASS;
    }
    traitor_say_vote(t, UINT32_C(1) << to, VOTE_FINALIZE, view, &digests[story]);
    if (story == 0) {
        return FATE_PASS;
    }
    traitor_make_twin(t, &first.order, &proposal->order);
    traitor_sign_proposal(t, traitor_commander(t, view), proposal);
    return FATE_CHANGED;
}

static enum fate split_vote(struct traitor *t, replica_id to, struct vote *vote)
{
    struct proposal first;
    struct digest digests[2];
    size_t story = story_of(t, to);
    if (!find_story(t, vote->view, &first, digests)) {
        return FATE_PASS;
    }
    if (vote->kind == VOTE_NULLIFY) {
        return FATE_WITHHELD; /* it must end with an order, or with two */
    }
    if (digest_is_equal(&vote->digest, &digests[story])) {
        return FATE_PASS;
    }
    traitor_make_vote(t, t->self, vote->kind, vote->view, &digests[story], vote);
    return FATE_CHANGED;
}

/* Nobody learns of the other story from here. */
static enum fate split_certificate(struct traitor *t, replica_id to,
                                   const struct certificate *certificate)
{
    struct proposal first;
    struct digest digests[2];
    bool is_of_other = find_story(t, certificate->view, &first, digests) &&
                       certificate->kind != VOTE_NULLIFY &&
                       !digest_is_equal(&certificate->digest, &digests[story_of(t, to)]);
    return is_of_other ? FATE_WITHHELD : FATE_PASS;
}

static enum fate split(struct traitor *t, replica_id to, struct peer_message *message)
{
    if (traitor_is_member(t, to)) {
        return FATE_PASS;
    }
    if (message->kind == PEER_PROPOSAL) {
        return split_order(t, to, &message->proposal);
    }
    if (message->kind == PEER_VOTE) {
        return split_vote(t, to, &message->vote);
    }
    if (message->kind == PEER_CERTIFICATE) {
        return split_certificate(t, to, &message->certificate);
    }
    return FATE_PASS;
}

/* A fellow has given an order: all members vote for both at once, up to the end. */
static enum fate back_fellow(struct traitor *t, replica_id from, struct peer_message *message)
{
    struct proposal first;
    struct digest digests[2];
    if (message->kind != PEER_PROPOSAL || !traitor_is_member(t, from)) {
        return FATE_PASS;
    }
    view_nr view = message->proposal.order.view;
    struct peer_message own = {.kind = PEER_VOTE};
    if (!find_story(t, view, &first, digests)) {
        return FATE_PASS;
    }
    traitor_make_vote(t, t->self, VOTE_FINALIZE, view, &digests[0], &own.vote);
    if (!memory_keep(&t->memory, &own)) {
        return FATE_PASS; /* said before */
    }
    uint32_t loyal = traitor_all(t) & ~t->conspiracy->members;
    uint32_t halves[2] = {loyal & ~traitor_other_half(t), traitor_other_half(t)};
    for (size_t story = 0; story < 2; story++) {
        traitor_say_vote(t, halves[story], VOTE_NOTARIZE, view, &digests[story]);
        traitor_say_vote(t, halves[story], VOTE_FINALIZE, view, &digests[story]);
    }
    return FATE_PASS;
}

const struct strategy strategy_collude_split = {
    .info = {"collude-split", "all traitors tell one half of the others one thing, one another"},
    .remembers = true,
    .on_send = split,
    .on_hear = back_fellow,
};

/* ---- certificates for one ---- */

#define VICTIM_VIEWS 8u /* with the same victim */

/* The loyal replica that is shown what others are not. */
static replica_id victim_of(const struct traitor *t, view_nr view)
{
    return traitor_victim(t, view / VICTIM_VIEWS);
}

static enum fate pool_votes(struct traitor *t, replica_id from, struct peer_message *message)
{
    struct peer_message shown = {.kind = PEER_CERTIFICATE};
    if (message->kind != PEER_VOTE || traitor_is_member(t, from) || message->vote.voter != from) {
        return FATE_PASS;
    }
    if (traitor_pool(t, &message->vote, traitor_quorum(t), &shown.certificate) &&
        memory_keep(&t->memory, &shown)) {
        traitor_say(t, victim_of(t, message->vote.view), &shown);
    }
    return FATE_PASS;
}

/* The others get neither votes nor certificates, so that only the victim's word is left. */
static enum fate keep_from_others(struct traitor *t, replica_id to, struct peer_message *message)
{
    view_nr view = 0;
    if (message->kind == PEER_CERTIFICATE) {
        view = message->certificate.view;
    } else if (message->kind == PEER_VOTE) {
        view = message->vote.view;
    } else {
        return FATE_PASS;
    }
    return traitor_is_member(t, to) || victim_of(t, view) == to ? FATE_PASS : FATE_WITHHELD;
}

const struct strategy strategy_collude_certificate = {
    .info = {"collude-certificate",
             "traitors pool votes into certificates, and show them to one replica only"},
    .remembers = true,
    .on_send = keep_from_others,
    .on_hear = pool_votes,
};
