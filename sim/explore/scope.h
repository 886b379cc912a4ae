/* scope.h - the small world that is explored: four replicas, one of them a traitor, and the first
 * few views. All orders that can exist in it are known beforehand, and so is all that can be said.
 *
 * Orders: a loyal commander makes one order on each parent that he could be led to build on; a
 * traitor makes two, told apart by their agreed time. Parents are all orders of earlier views, and
 * genesis: what was never notarized too, since a traitor may name it. Orders cover nothing.
 *
 * A *fact* is one thing that a replica can say: Notarize or Finalize an order, Nullify a view. A
 * commander's Notarize is his proposal. What a replica has said is a set of facts and only grows;
 * nothing else needs to be known of the network (explore.h). */
#ifndef STRATEGOS_EXPLORE_SCOPE_H
#define STRATEGOS_EXPLORE_SCOPE_H

#include "ideal/ideal.h"
#include "wire/message.h"

#define SCOPE_REPLICAS   4u
#define SCOPE_FAULTS     1u
#define SCOPE_QUORUM     (SCOPE_REPLICAS - SCOPE_FAULTS)
#define SCOPE_SEATS      3u /* of loyal replicas */
#define SCOPE_VIEWS_MAX  3u
#define SCOPE_ORDERS_MAX 11u
#define SCOPE_FACTS_MAX  (2 * SCOPE_ORDERS_MAX + SCOPE_VIEWS_MAX)

typedef uint64_t fact_set; /* bit i: fact i */

/* An order by its number; genesis, which is the parent of some, has the number 0. */
typedef uint8_t order_number;

struct scope_order {
    struct order order;
    struct digest digest;
    order_number parent;
    char name[4]; /* "2b": the second one of view 2 */
};

struct scope {
    unsigned views;
    replica_id traitor;
    replica_id loyal[SCOPE_SEATS]; /* by seat */
    /* The replicas in seats 1 and 2 command none of the views: they may be exchanged. */
    bool has_twins;
    struct digest genesis;
    struct ideal_book book;
    struct ideal_signer signers[SCOPE_REPLICAS];
    struct public_key keys[SCOPE_REPLICAS];
    order_number order_count;                        /* genesis included */
    struct scope_order orders[SCOPE_ORDERS_MAX + 1]; /* 0: genesis */
    unsigned fact_count;
    fact_set notarize_of_view[SCOPE_VIEWS_MAX + 1]; /* Notarize facts; [0]: none */
    fact_set proposed_by[SCOPE_REPLICAS];           /* Notarize facts of the views commanded */
    fact_set finalizations;
    /* Of Notarize: its parent's notarization and the nullifications between; of Finalize: its
     * notarization. */
    fact_set founded_on[SCOPE_FACTS_MAX];
    /* Of a Finalize fact: what no certificate may exist of if one of it does. */
    fact_set excluded[SCOPE_FACTS_MAX];
    struct signature signatures[SCOPE_FACTS_MAX][SCOPE_REPLICAS];
};

static inline replica_id scope_commander(unsigned view)
{
    return view % SCOPE_REPLICAS;
}

/* `views` is 1 .. SCOPE_VIEWS_MAX. A few KiB; nothing to free. */
void scope_init(struct scope *scope, unsigned views, replica_id traitor);

/* Of an order's number (not genesis), or of a view (Nullify). */
unsigned scope_fact(const struct scope *scope, enum vote_kind kind, unsigned order_or_view);
struct fact {
    enum vote_kind kind;
    unsigned view;
    order_number order; /* 0: Nullify */
};
struct fact scope_fact_of(const struct scope *scope, unsigned fact);

/* 0 for genesis; ASSERTs that the digest is one of the scope's. */
order_number scope_find_order(const struct scope *scope, const struct digest *digest);

/* Is one of them the other's ancestor, or the same? */
bool scope_is_on_chain(const struct scope *scope, order_number a, order_number b);

/* The vote of `voter` that says `fact`. */
void scope_vote(const struct scope *scope, unsigned fact, replica_id voter, struct vote *vote);

/* A certificate signed by the first Q of `voters` (bit i: replica i, at least one). Are they fewer,
 * the last one signs for the missing ones too: what a liar would try. */
void scope_certificate(const struct scope *scope, unsigned fact, uint32_t voters,
                       struct certificate *certificate);

/* "Notarize(1a)", "Nullify(2)". */
#define SCOPE_FACT_TEXT_BYTES 24u
const char *scope_fact_text(const struct scope *scope, unsigned fact,
                            char text[SCOPE_FACT_TEXT_BYTES]);

#endif
