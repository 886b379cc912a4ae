/* sm.c - see sm.h. */
#include "agreement/sm.h"

#include "base/assert.h"

void sm_init(struct sm *sm, const struct sm_settings *settings)
{
    ASSERT(settings->generals >= 1 && settings->generals <= GENERALS_MAX);
    ASSERT(settings->rounds >= 1 && settings->rounds <= ROUNDS_MAX);
    ASSERT(settings->commander < settings->generals && settings->self < settings->generals);
    ASSERT((settings->neighbours & ~generals_all(settings->generals)) == 0);
    ASSERT(!general_is_in(settings->neighbours, settings->self));
    sm->settings = *settings;
    sm->order_count = 0;
}

void sm_digest(const struct digest *instance, const struct sm_chain *chain, unsigned index,
               struct digest *digest)
{
    ASSERT(index < ROUNDS_MAX);
    struct digest_state state;
    digest_begin(&state, DIGEST_CHAIN_SIGN);
    digest_add(&state, digest_slice(instance));
    digest_add_u64(&state, chain->order);
    digest_add_u64(&state, index);
    digest_add(&state, slice_of(chain->signers, index));
    digest_add(&state, slice_of(chain->signatures, index * sizeof chain->signatures[0]));
    digest_end(&state, digest);
}

void sm_sign(const struct sm_settings *settings, struct sm_chain *chain)
{
    ASSERT(chain->count < ROUNDS_MAX);
    unsigned index = chain->count;
    struct digest digest;
    sm_digest(&settings->instance, chain, index, &digest);
    settings->authority.sign(settings->authority.context, &digest, &chain->signatures[index]);
    chain->signers[index] = settings->self;
    chain->count++;
}

static void copy_chain(struct sm_chain *to, const struct sm_chain *from)
{
    to->order = from->order;
    to->count = from->count;
    memcpy(to->signers, from->signers, from->count * sizeof to->signers[0]);
    memcpy(to->signatures, from->signatures, from->count * sizeof to->signatures[0]);
}

/* V := V and the chain's order. */
static void add_order(struct sm *sm, const struct sm_chain *chain)
{
    sm->orders[sm->order_count] = chain->order;
    copy_chain(&sm->chains[sm->order_count], chain);
    sm->order_count++;
}

/* LSP82 SM(m), step 1: the commander signs his order and sends it to every lieutenant. */
void sm_order(struct sm *sm, order_nr order, struct sm_chain *chain)
{
    ASSERT(sm->settings.self == sm->settings.commander);
    ASSERT(sm->order_count == 0 && order < ORDERS_MAX);
    chain->order = order;
    chain->count = 0;
    sm_sign(&sm->settings, chain);
    add_order(sm, chain);
}

/* Distinct generals, the commander first and oneself not among them; `*signers` is their set. */
static bool has_shape(const struct sm_settings *settings, const struct sm_chain *chain,
                      general_set *signers)
{
    if (chain->order >= ORDERS_MAX || chain->count == 0 || chain->count > ROUNDS_MAX ||
        chain->signers[0] != settings->commander) {
        return false;
    }
    *signers = 0;
    for (unsigned i = 0; i < chain->count; i++) {
        general_id signer = chain->signers[i];
        if (signer >= settings->generals || signer == settings->self ||
            general_is_in(*signers, signer)) {
            return false;
        }
        *signers |= general_bit(signer);
    }
    return true;
}

/* Whether it could change nothing: choice maps more than one order to RETREAT whichever they are,
 * so that the third and later ones need be neither kept nor relayed. */
static bool is_known(const struct sm *sm, order_nr order)
{
    return sm->order_count == 2 || (sm->order_count == 1 && sm->orders[0] == order);
}

static bool is_authentic(const struct sm_settings *settings, const struct sm_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++) {
        struct digest digest;
        sm_digest(&settings->instance, chain, i, &digest);
        if (!settings->authority.verify(settings->authority.context,
                                        &settings->keys[chain->signers[i]], &digest,
                                        &chain->signatures[i])) {
            return false;
        }
    }
    return true;
}

enum verdict sm_on_chain(struct sm *sm, unsigned round, const struct sm_chain *chain,
                         struct sm_chain *relay, general_set *relay_to)
{
    const struct sm_settings *settings = &sm->settings;
    general_set signers;
    ASSERT(round >= 1 && round <= settings->rounds);
    *relay_to = 0;
    if (!has_shape(settings, chain, &signers)) {
        return VERDICT_MALFORMED;
    }
    /* One signature for each round that went by: whoever brings an order in the last round shows
     * m + 1 signatures, so that one of them is a loyal general's, who has told all. */
    if (chain->count != round && !settings->any_length) {
        return VERDICT_STALE;
    }
    if (is_known(sm, chain->order)) {
        return VERDICT_DUPLICATE;
    }
    if (!is_authentic(settings, chain)) {
        return VERDICT_BAD_AUTHENTICATION;
    }
    add_order(sm, chain);
    /* LSP82 SM(m), step 2B: with fewer than m lieutenants' signatures, sign and send it on to all
     * who have not signed it. */
    general_set to = settings->neighbours & ~signers;
    if (round < settings->rounds && chain->count < ROUNDS_MAX && to != 0) {
        copy_chain(relay, chain);
        sm_sign(settings, relay);
        *relay_to = to;
    }
    return VERDICT_ACCEPTED;
}

order_nr sm_decide(const struct sm *sm)
{
    return sm->order_count == 1 ? sm->orders[0] : RETREAT;
}

uint64_t sm_message_count(unsigned generals, unsigned m)
{
    if (generals < 2) {
        return 0;
    }
    uint64_t lieutenants = generals - 1;
    /* Each lieutenant relays the one order, to all but the commander and himself. */
    return m == 0 ? lieutenants : lieutenants * lieutenants;
}
