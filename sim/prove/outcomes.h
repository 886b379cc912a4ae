/* outcomes.h - everything that traitors can make of OM(m), composed from the leaves to the root.
 *
 * A *cell* is OM(depth) below one path: `loyal` and `traitors` lieutenants who are not on it, and
 * the path's last general as commander. A commander who is loyal was told a value himself and
 * tells it to all. One who is a traitor is *due* to tell one value to all and tells each what he
 * likes; what he tells another traitor only changes what is due from that one.
 *
 * The subtrees below different paths hang on different choices of the traitors. So the outcomes
 * that can be had of a cell follow exactly from those of the cells one depth below, by one majority
 * (ballot.h). Loyal lieutenants who were told the same can be exchanged, so an outcome is the
 * number of those that resolve to 1, its *weight*; and each weight is carried with the fewest lies
 * that bring it about, so that the fewest lies of the whole are exact, too.
 *
 * Orders are binary. That is no restriction: take any play with more orders in which a loyal
 * lieutenant obeys w (not RETREAT) and another one, or a loyal commander, does not say w; read "is
 * w" for every order, and each majority and tie stays what it was.
 *
 * A *lie* is a value other than a loyal general would have sent at this place, given what he was
 * told (struct lie of generals/scenario.h). */
#ifndef STRATEGOS_PROVE_OUTCOMES_H
#define STRATEGOS_PROVE_OUTCOMES_H

#include "prove/ballot.h"

/* Sizes of a cell. */
struct cell {
    unsigned depth; /* 0: its values are final */
    unsigned loyal;
    unsigned traitors;
};

enum outcomes_goal {
    OUTCOMES_DECIDE,      /* lies cost nothing: what can be had at all; by far the quickest */
    OUTCOMES_FEW_LIES,    /* for a script that is not too long */
    OUTCOMES_FEWEST_LIES, /* exact; from a dozen generals on it takes long */
};

struct outcomes {
    struct cell root;
    enum outcomes_goal goal;
    bool is_commander_loyal; /* at the root */
    lie_count_nr *costs;
    struct ballot_solver solver;
};

/* What a traitor who commands a cell tells. */
struct telling {
    unsigned told_1;        /* loyal lieutenants that are told 1 ... */
    unsigned then_1;        /* ... and resolve to 1 */
    unsigned others_then_1; /* told 0 and resolve to 1 */
    struct ballot_answer answer;
};

/* Composes the root for a commander of this kind. ERROR_MEMORY, ERROR_LIMIT. */
MUST_USE enum error outcomes_init(struct outcomes *outcomes, const struct cell *root,
                                  bool is_commander_loyal, enum outcomes_goal goal,
                                  struct error_text *text);
void outcomes_fini(struct outcomes *outcomes);

/* The fewest lies by which `weight` of a cell's loyal lieutenants resolve to 1. `value`: what a
 * loyal commander tells, what is due from a traitor. The cell is the root or below it, with the
 * root's kind of commander at the root. */
lie_count_nr outcomes_lies(const struct outcomes *outcomes, const struct cell *cell,
                           bool is_commander_loyal, unsigned value, unsigned weight);

/* How: the rows' weights, of a cell with depth > 0 and an outcome that can be had. Of a loyal
 * commander only `answer` is meant. */
MUST_USE enum error outcomes_explain(struct outcomes *outcomes, const struct cell *cell,
                                     bool is_commander_loyal, unsigned value, unsigned weight,
                                     struct telling *telling);

/* The cell of a relay by a loyal lieutenant, or by a traitor. */
static inline struct cell cell_below(const struct cell *cell, bool is_loyal)
{
    return (struct cell){cell->depth - 1, cell->loyal - is_loyal, cell->traitors - !is_loyal};
}

#endif
