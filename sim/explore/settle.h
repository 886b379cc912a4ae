/* settle.h - does a group come to an end? From any state of three loyal replicas, with the traitor
 * silent, every message under way lost, and from then on none: timers run, everything that is sent
 * arrives, and a later view has to be finalized by all three.
 *
 * Here time passes, and Simplex's own repetitions and questions must fetch what a replica lacks.
 * Blocks are handed over by whoever decided them, as block sync does. */
#ifndef STRATEGOS_EXPLORE_SETTLE_H
#define STRATEGOS_EXPLORE_SETTLE_H

#include "explore/bench.h"

/* Views that may pass meanwhile: with one traitor of four, four are plenty. */
#define SETTLE_VIEWS_MAX 16u

struct settle_letter; /* a message under way */

struct settle_block {
    struct order order;
    struct digest digest;
};

struct settle_seat {
    struct settle *settle;
    struct bench bench;
    uint64_t ask_at_ns;
    size_t block_count;
    struct settle_block blocks[SCOPE_VIEWS_MAX + SETTLE_VIEWS_MAX + 1]; /* decided, by height */
};

struct settle {
    const struct scope *scope;
    uint64_t now_ns;
    struct settle_seat seats[SCOPE_SEATS];
    struct settle_letter *letters; /* a ring */
    size_t first;
    size_t count;
};

/* `scope` outlives it; so does `settle`, at its place. ERROR_MEMORY. */
MUST_USE enum error settle_init(struct settle *settle, const struct scope *scope);
void settle_fini(struct settle *settle);

/* BREACH_NONE, or what goes wrong. */
enum breach settle_run(struct settle *settle, const struct local locals[SCOPE_SEATS]);

#endif
