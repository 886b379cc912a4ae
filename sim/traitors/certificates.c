/* certificates.c - traitors that keep certificates to themselves, share them and other people's
 * messages with some, or spoil them. */
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
