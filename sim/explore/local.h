/* local.h - all that one loyal replica's Simplex remembers, in a few bytes, and back.
 *
 * What is left out decides nothing that is explored: clocks, and what only they read (timers are
 * free to fire, explore.h), and which Q replicas signed a certificate that is held. A certified
 * box is brought back as if everybody else had voted for what it certifies, since further votes of
 * that kind change nothing. Views up to the base are forgotten, as Simplex itself does.
 *
 * Exact states keep the votes of certified boxes and whether an order came with its signature. */
#ifndef STRATEGOS_EXPLORE_LOCAL_H
#define STRATEGOS_EXPLORE_LOCAL_H

#include "agreement/simplex.h"
#include "explore/scope.h"

/* What no loyal replica may do, and what no group may come to. */
enum breach {
    BREACH_NONE,
    BREACH_TWO_NOTARIZE,
    BREACH_NOTARIZE_AFTER_NULLIFY,
    BREACH_NULLIFY_AND_FINALIZE,
    BREACH_TURN_WITHOUT_END,
    BREACH_DECIDED,      /* two orders that are not on one chain */
    BREACH_UNPROPOSED,   /* an order notarized that its loyal commander never gave */
    BREACH_UNFOUNDED,    /* Notarize or Finalize before what it stands on can exist */
    BREACH_CERTIFICATES, /* a finalization, and what it excludes */
    BREACH_STUCK,        /* the traitor is silent, and nothing gets finalized any more */
};

const char *breach_text(enum breach breach);

struct local_view {
    order_number certified[VOTE_KIND_COUNT];             /* by kind; of Nullify: 1 */
    order_number order;                                  /* held; 0: none */
    uint8_t sent;                                        /* bit k: own vote of kind k */
    uint8_t flags;                                       /* LOCAL_SIGNED, LOCAL_REFUSED */
    order_number votes[VOTE_KIND_COUNT][SCOPE_REPLICAS]; /* of Nullify: 1 */
};

enum { LOCAL_SIGNED = 1, LOCAL_REFUSED = 2 };

/* No padding: compared and hashed as bytes. */
struct local {
    fact_set said;
    uint8_t current;
    uint8_t notarized_highest;
    order_number base;
    order_number finalization; /* held, of the base or an older one; 0: none */
    uint8_t breach;            /* enum breach */
    uint8_t unused[3];
    struct local_view views[SCOPE_VIEWS_MAX];
    uint8_t end[3];
};

/* What `simplex` remembers. `said` and `breach` are not its to know, and left 0. */
void local_from(struct local *local, const struct scope *scope, struct simplex *simplex,
                bool is_exact);

/* Puts `local` into `simplex`, which was initialised for a replica of the scope and may have been
 * used since. Timers run, and have just begun to. */
void local_restore(const struct local *local, const struct scope *scope, struct simplex *simplex);

/* Forgets everything: `simplex` may be initialised again. */
void local_clear(struct simplex *simplex);

/* Without what a reduction may leave out: two runs that differ in reductions alone reach the same
 * abstract states. */
void local_abstract(const struct local *local, struct local *abstract);

/* The same with two replicas exchanged. */
void local_exchange(struct local *local, replica_id one, replica_id two);

#endif
