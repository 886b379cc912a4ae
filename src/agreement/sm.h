/* sm.h - SM(m), the signed messages algorithm (LSP82 §4), for one general, on any graph (§5).
 *
 * The commander signs his order and sends it. A lieutenant who first receives, in round r, an order
 * under r distinct valid signatures, the commander's first and none his own, adds it to V; if r is
 * not the last round he adds his signature and relays it to every neighbour who has not signed it.
 * After the last round he obeys choice(V): the order if V holds exactly one, else RETREAT. Only the
 * first two orders of V are relayed, because choice maps more than one to RETREAT whichever they
 * are.
 *
 * A signature covers the instance, the order, and the whole chain before it with its signatures.
 *
 * Pure: signing and verifying are behind the authority seam, chains are carried by the caller. */
#ifndef STRATEGOS_AGREEMENT_SM_H
#define STRATEGOS_AGREEMENT_SM_H

#include "agreement/authority.h"
#include "agreement/general.h"
#include "base/verdict.h"

#include <stdbool.h>

/* An order and who vouches for it: signers[0] is the commander. Beyond `count` all is undefined.
 */
struct sm_chain {
    order_nr order;
    uint8_t count;
    general_id signers[ROUNDS_MAX];
    struct signature signatures[ROUNDS_MAX];
};

struct sm_settings {
    unsigned generals;
    unsigned rounds; /* m + 1, 1 .. ROUNDS_MAX */
    general_id commander;
    general_id self;
    general_set neighbours; /* whom `self` can send to; not himself */
    bool any_length; /* Only to show why it must be refused: takes chains of any length in any
                      * round. */
    struct digest instance;        /* which agreement this is: no chain of another one counts */
    const struct public_key *keys; /* of each general; borrowed */
    struct authority authority;    /* signs for `self` */
};

struct sm {
    struct sm_settings settings;
    order_nr orders[2];        /* the first two of V */
    unsigned order_count;      /* of V: 0, 1, or 2 for more than one */
    struct sm_chain chains[2]; /* that brought them */
};

void sm_init(struct sm *sm, const struct sm_settings *settings);

/* The commander's first message: his order under his signature, for all neighbours. He obeys it. */
void sm_order(struct sm *sm, order_nr order, struct sm_chain *chain);

/* A chain that came in `round` (1 .. rounds). VERDICT_ACCEPTED: its order is new in V; `relay_to`
 * then says who gets `relay`, the chain with one's own signature, in round + 1 (nobody in the last
 * round or where all neighbours have signed: then `relay` is left as it was). Otherwise nothing
 * changed and `relay_to` is empty. The verdicts, in the order in which they are looked for:
 *   MALFORMED           no order, or signers that repeat, are out of range, do not begin with the
 *                       commander, or hold oneself
 *   STALE               not exactly `round` signatures
 *   DUPLICATE           an order known already, or V has two
 *   BAD_AUTHENTICATION  a signature that is not of this agreement, this order and these signers
 * So nobody pays for a signature that cannot change anything, and each is checked at most once. */
enum verdict sm_on_chain(struct sm *sm, unsigned round, const struct sm_chain *chain,
                         struct sm_chain *relay, general_set *relay_to);

/* choice(V). */
order_nr sm_decide(const struct sm *sm);

/* What signature `index` of the chain signs; only what comes before it is looked at. */
void sm_digest(const struct digest *instance, const struct sm_chain *chain, unsigned index,
               struct digest *digest);

/* Adds `self`'s signature to a chain of less than ROUNDS_MAX: also what traitors use, who sign what
 * they please. */
void sm_sign(const struct sm_settings *settings, struct sm_chain *chain);

/* Messages of SM(m) if all are loyal and the graph is complete: (n - 1)^2 for m >= 1. */
uint64_t sm_message_count(unsigned generals, unsigned m);

#endif
