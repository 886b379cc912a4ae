/* certificates.c - traitors that keep certificates to themselves, share them and other people's
 * messages with some, spoil them, or make them of fewer votes than it takes. */
#include "traitors/families.h"

static enum fate withhold(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)t;
    (void)to;
    return message->kind == PEER_CERTIFICATE ? FATE_WITHHELD : FATE_PASS;
}

const struct strategy strategy_withhold_certificates = {
    .info = {"withhold-certificates", "votes, but forwards no certificate"},
    .on_send = withhold,
};

static enum fate forward_to_some(struct traitor *t, replica_id to, struct peer_message *message)
{
    bool is_forwarded = message->kind == PEER_CERTIFICATE || message->kind == PEER_SEGMENT ||
                        (message->kind == PEER_PROPOSAL && !traitor_is_own_proposal(t, message));
    uint32_t friends =
        traitor_choose(t, TOPIC_LISTENERS, t->view / 4, (traitor_replicas(t) - 1) / 2);
    return is_forwarded && (friends >> to & 1) == 0 ? FATE_WITHHELD : FATE_PASS;
}

const struct strategy strategy_forward_selectively = {
    .info = {"forward-selectively", "forwards certificates, segments and orders to some only"},
    .on_send = forward_to_some,
};

static enum fate spoil(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)to;
    if (message->kind != PEER_CERTIFICATE) {
        return FATE_PASS;
    }
    traitor_spoil_certificate(t, &message->certificate);
    return FATE_CHANGED;
}

const struct strategy strategy_spoil_certificates = {
    .info = {"spoil-certificates", "forwards certificates with something wrong in them"},
    .on_send = spoil,
};

/* ---- of too few ---- */

/* A loyal replica has voted, and one vote is missing to Q, the members' own ones included. True at
 * the first such moment. */
static bool is_one_short(struct traitor *t, replica_id from, const struct peer_message *message,
                         struct peer_message *shown)
{
    shown->kind = PEER_CERTIFICATE;
    return message->kind == PEER_VOTE && message->vote.voter == from &&
           !traitor_is_member(t, from) &&
           traitor_pool(t, &message->vote, traitor_quorum(t) - 1, &shown->certificate) &&
           memory_keep(&t->memory, shown);
}

static enum fate pool_too_few(struct traitor *t, replica_id from, struct peer_message *message)
{
    struct peer_message shown;
    if (is_one_short(t, from, message, &shown)) {
        traitor_say(t, from, &shown); /* who voted so will believe it, if anybody does */
    }
    return FATE_PASS;
}

const struct strategy strategy_certify_short = {
    .info = {"certify-short", "gives two orders, and makes certificates of one vote too few"},
    .remembers = true,
    .on_send = strategy_give_two,
    .on_hear = pool_too_few,
};

static enum fate count_one_twice(struct traitor *t, replica_id from, struct peer_message *message)
{
    struct peer_message shown;
    if (!is_one_short(t, from, message, &shown)) {
        return FATE_PASS;
    }
    struct certificate *certificate = &shown.certificate;
    size_t twice = (size_t)traitor_draw(t, certificate->count);
    for (size_t i = certificate->count; i > twice; i--) {
        certificate->signatures[i] = certificate->signatures[i - 1];
    }
    certificate->count++;
    buffer_clear(&t->scratch); /* no replica can read it: a frame of its own */
    wire_encode_peer_message(&t->scratch, &shown);
    traitor_say_bytes(t, from, buffer_slice(&t->scratch));
    return FATE_PASS;
}

const struct strategy strategy_count_twice = {
    .info = {"count-twice", "gives two orders, and makes certificates that count a vote twice"},
    .remembers = true,
    .on_send = strategy_give_two,
    .on_hear = count_one_twice,
};
