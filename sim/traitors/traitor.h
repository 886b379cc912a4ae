/* traitor.h - a replica that betrays: the production shell and core, with ports that lie.
 *
 * A traitor runs the very code of a loyal replica; between it and the world stand these ports. They
 * see each frame before it leaves and may change, withhold, delay, repeat or redirect it, make
 * others of their own signed with the traitor's keys, and drop or change what comes in. So nothing
 * in the replica is forked, and the same strategies serve the simulator and a live group.
 *
 * Deterministic by the seed and the calls. Traitors of one plan know each other (struct conspiracy)
 * and may sign for each other. */
#ifndef STRATEGOS_TRAITORS_TRAITOR_H
#define STRATEGOS_TRAITORS_TRAITOR_H

#include "base/prng.h"
#include "node/ports.h"

#include <stdbool.h>

#define STRATEGIES_MAX 48u

/* What a strategy is, for help, tables and campaigns. */
struct strategy_info {
    const char *name; /* "equivocate" */
    const char *says; /* what it does, in one line */
};
size_t traitor_strategy_count(void);
const struct strategy_info *traitor_strategy(size_t index);
/* SIZE_MAX if there is none of that name. */
size_t traitor_strategy_find(const char *name);

/* What traitors of one run share. */
struct conspiracy {
    size_t replica_count;
    size_t fault_count;
    struct digest genesis;
    uint64_t delta_ns;
    uint64_t seed;
    uint32_t members;                           /* bit i: replica i is a traitor */
    struct authority authorities[REPLICAS_MAX]; /* of the members: to sign as any of them */
    struct public_key replica_keys[REPLICAS_MAX];
};

struct traitor;

/* `inner` are the ports to the world, kept; the strategy acts from now on. */
MUST_USE enum error traitor_new(struct traitor **traitor, struct conspiracy *conspiracy,
                                replica_id self, size_t strategy, const struct ports *inner);
void traitor_free(struct traitor *traitor);
/* The ports to give to node_open. */
struct ports traitor_ports(struct traitor *traitor);
/* How often it did otherwise than a loyal replica would. */
uint64_t traitor_acted(const struct traitor *traitor);
/* When it wants node_turn's tick_links to be called; UINT64_MAX: nothing is held back. */
uint64_t traitor_deadline(const struct traitor *traitor);

#endif
