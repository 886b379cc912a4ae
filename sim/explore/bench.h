/* bench.h - a workbench: the production Simplex of one loyal replica, put into a local state,
 * given one event, and read out again.
 *
 * Around it stands what the replica does with it (replica/replica.c): at the end of each turn views
 * are entered, what is final is decided, and the candidate is voted for. Content is always valid
 * and held; proposing and time are events of their own, because they may wait. */
#ifndef STRATEGOS_EXPLORE_BENCH_H
#define STRATEGOS_EXPLORE_BENCH_H

#include "explore/local.h"

enum event_kind {
    EVENT_VOTES,       /* the votes of `from` that say `fact`, one after the other */
    EVENT_CERTIFICATE, /* one of `from` for `fact`, the receiver's own vote included */
    EVENT_FORGERY,     /* votes, a certificate and a proposal, signed by the traitor for others */
    EVENT_PROPOSAL,    /* the commander's order, as `fact` says; passed on by anyone */
    EVENT_BLOCK,       /* the same order in a block: unsigned */
    EVENT_TIMEOUT,     /* the current view's timers run out */
    EVENT_PROPOSE,     /* the current view's commander proposes */
    EVENT_RESTART,     /* only what was on disk is left */
};

struct event {
    uint8_t kind;
    uint8_t fact;
    uint8_t from; /* bit i: replica i */
};

struct bench {
    const struct scope *scope;
    struct simplex *simplex;
    void *pool_memory;
    struct ideal_signer signer;
    replica_id self;
    bool is_exact;
    bool is_lacking; /* what a turn lacked to decide, for who wants to ask for it: `lack` */
    enum breach breach;
    enum simplex_parent parent; /* what the candidate lacked: `parent_lack` */
    struct simplex_lack lack;
    struct simplex_lack parent_lack;
    fact_set said;
    uint64_t calls; /* events tried */
    /* Also told of everything that Simplex emits; may be NULL. */
    void (*watch)(void *context, const struct effect *effect);
    /* An order was decided. */
    void (*decided)(void *context, const struct order *order, const struct digest *digest);
    void *context;
};

/* `scope` outlives the bench. ERROR_MEMORY. */
MUST_USE enum error bench_init(struct bench *bench, const struct scope *scope, replica_id self,
                               bool is_exact);
void bench_fini(struct bench *bench);

/* The state of a replica that has just been started. */
void bench_first(struct bench *bench, struct local *local);

void bench_load(struct bench *bench, const struct local *local);

/* What becomes of a replica in `local` by the event. */
void bench_try(struct bench *bench, const struct local *local, const struct event *event,
               struct local *next);

/* The end of a turn. False: it has none. */
bool bench_turn(struct bench *bench);

/* Proposes if it may. */
bool bench_propose(struct bench *bench);

#endif
