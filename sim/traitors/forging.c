/* forging.c - signatures that a traitor cannot make: of loyal replicas, for views that are not its
 * own; and its own ones, made wrong. */
#include "traitors/families.h"

/* A view near its own and an order that may be there. */
static view_nr choose_subject(struct traitor *t, struct digest *digest)
{
    const struct seen_order *seen = memory_order(&t->memory, (size_t)traitor_draw(t, 4));
    if (seen != NULL && traitor_draw(t, 2) == 0) {
        *digest = seen->digest;
        return seen->proposal.order.view;
    }
    traitor_draw_digest(t, digest);
    return t->view + 1 + traitor_draw(t, 3);
}

/* Q votes: the members' own ones, and those of others. */
static void forge_certificate(struct traitor *t, enum vote_kind kind)
{
    struct peer_message message = {.kind = PEER_CERTIFICATE};
    struct certificate *certificate = &message.certificate;
    certificate->kind = kind;
    certificate->view = choose_subject(t, &certificate->digest);
    if (kind == VOTE_NULLIFY) {
        certificate->digest = (struct digest){{0}};
    }
    traitor_forge_certificate(t, certificate);
    traitor_say(t, REPLICA_ALL, &message);
}

/* In the name of another one; or another one's true vote, as if it were a replica's own message. */
static void forge_vote(struct traitor *t, enum vote_kind kind)
{
    struct peer_message message = {.kind = PEER_VOTE};
    const struct vote *seen = memory_vote(&t->memory, (size_t)traitor_draw(t, MEMORY_VOTES));
    if (seen != NULL && seen->voter != t->self && traitor_draw(t, 2) == 0) {
        message.vote = *seen;
    } else {
        message.vote.kind = kind;
        message.vote.voter = traitor_draw_peer(t);
        message.vote.view = choose_subject(t, &message.vote.digest);
        traitor_forge_signature(t, message.vote.voter, &message.vote.signature);
    }
    traitor_say(t, REPLICA_ALL, &message);
}

/* An order that another one should have given. */
static void forge_proposal(struct traitor *t, bool is_signed)
{
    const struct seen_order *newest = memory_order(&t->memory, 0);
    struct peer_message message = {.kind = PEER_PROPOSAL};
    struct order *order = &message.proposal.order;
    *order = (struct order){.view = t->view + 1, .parent = t->conspiracy->genesis, .height = 1};
    if (newest != NULL && newest->proposal.order.view <= t->view) {
        order->parent_view = newest->proposal.order.view;
        order->parent = newest->digest;
        order->height = newest->proposal.order.height + 1;
        order->height = order->height == 0 ? 1 : order->height;
    }
    if (traitor_commander(t, order->view) == t->self) {
        order->view++;
    }
    order->time_ns = t->inner.wall_ns(t->inner.self);
    if (is_signed) {
        traitor_sign_proposal(t, t->self, &message.proposal);
    } else {
        traitor_forge_signature(t, traitor_commander(t, order->view), &message.proposal.signature);
    }
    traitor_say(t, REPLICA_ALL, &message);
}

static void forge(struct traitor *t)
{
    enum vote_kind kind = (enum vote_kind)(VOTE_NOTARIZE + traitor_draw(t, 3));
    switch (traitor_draw(t, 3)) {
    case 0:
        forge_certificate(t, kind);
        return;
    case 1:
        forge_vote(t, kind);
        return;
    default:
        forge_proposal(t, false);
        return;
    }
}

const struct strategy strategy_forge = {
    .info = {"forge", "votes, orders and certificates in the names of loyal replicas"},
    .remembers = true,
    .on_send = strategy_only_learn,
    .on_turn = forge,
};

static void usurp(struct traitor *t)
{
    forge_proposal(t, true);
}

const struct strategy strategy_usurp = {
    .info = {"usurp", "gives orders, signed by itself, in views that others command"},
    .remembers = true,
    .on_send = strategy_only_learn,
    .on_turn = usurp,
};

static enum fate sign_badly(struct traitor *t, struct signature *signature)
{
    if (traitor_draw(t, 2) == 0) {
        return FATE_PASS;
    }
    uint8_t flipped = (uint8_t)(1u << traitor_draw(t, 8));
    signature->bytes[traitor_draw(t, SIGNATURE_BYTES)] ^= flipped;
    return FATE_CHANGED;
}

const struct strategy strategy_bad_signature = {
    .info = {"bad-signature", "every other of its signatures, in certificates too, is wrong"},
    .on_sign = sign_badly,
};
