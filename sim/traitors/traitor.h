/* traitor.h - a replica that betrays: the production shell and core, with ports that lie.
 *
 * A traitor runs the very code of a loyal replica; between it and the world stand these ports. They
 * see each frame before it leaves and may change, withhold, delay, repeat or redirect it, make
 * others of their own signed with the traitor's keys, and drop or change what comes in. So nothing
 * in the replica is forked, and the same strategies serve the simulator and a live group.
 *
 * Deterministic by the seed and the calls. Traitors of one plan know each other (struct conspiracy)
 * and may sign for each other; what they agree on follows from the seed alone, so that they need no
 * talk. No key of a loyal replica is ever at hand: forgeries are such that cannot succeed.
 *
 * Whatever comes in, nothing here asserts because of it; memory is bounded whatever comes in; and
 * whatever goes out fits a frame (1 .. FRAME_BYTES_MAX bytes, never to itself), so that it may be
 * given to real links. */
#ifndef STRATEGOS_TRAITORS_TRAITOR_H
#define STRATEGOS_TRAITORS_TRAITOR_H

#include "base/prng.h"
#include "node/ports.h"

#include <stdbool.h>

#define STRATEGIES_MAX 64u

/* What a strategy is, for help, tables and campaigns. */
struct strategy_info {
    const char *name; /* "equivocate" */
    const char *says; /* what it does, in one line */
};
size_t traitor_strategy_count(void);
const struct strategy_info *traitor_strategy(size_t index);
/* SIZE_MAX if there is none of that name. */
size_t traitor_strategy_find(const char *name);

/* What traitors of one run share. Members may join while others act already. */
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

/* `inner` are the ports to the world, copied; what they point to and `conspiracy` outlive the
 * traitor. `strategy` is below traitor_strategy_count(). Acts from now on, even if the shell was
 * loyal before: it knows only what it sees itself. ERROR_MEMORY. */
MUST_USE enum error traitor_new(struct traitor **traitor, struct conspiracy *conspiracy,
                                replica_id self, size_t strategy, const struct ports *inner);
/* Draws by chances of its own from now on: of twins, which have one name. */
void traitor_reseed(struct traitor *traitor, uint64_t number);
void traitor_free(struct traitor *traitor);

/* The ports to give to node_open, valid as long as the traitor. Ledger, store, clocks and memory
 * are those of `inner`: it lies to others, never to itself. */
struct ports traitor_ports(struct traitor *traitor);

/* How often it did otherwise than a loyal replica would: messages changed, withheld, held back or
 * made up (one for each receiver), requests and questions ignored, signatures spoiled. What was
 * held back counts once, when it should have left. */
uint64_t traitor_acted(const struct traitor *traitor);

/* When it wants node_turn's tick_links to be called, which then returns no later a time either;
 * UINT64_MAX: nothing is held back. */
uint64_t traitor_deadline(const struct traitor *traitor);

#endif
