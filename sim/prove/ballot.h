/* ballot.h - one majority of OM(m), seen from above: can the traitors fill in the votes so that
 * these loyal lieutenants resolve to 1 and those to 0, and with how few lies?
 *
 * Below one path of OM every loyal lieutenant is a *column*: he counts his own value and one vote
 * of each other lieutenant. Every lieutenant is a *row*: what his relay came to at each column. The
 * rows of loyal lieutenants have no vote in their own column (the own value stands there). Relays
 * share no choice of a traitor, so rows are independent; and loyal lieutenants who were told the
 * same can be exchanged, so that of a row only its *weight* matters, how many columns get a 1 from
 * it: if one vote vector of a weight can be had, so can every other, for the same number of lies.
 *
 * It is enough to look at rows that put no 1 where a 0 is wanted while they put a 0 where a 1 is
 * wanted (exchanging the two helps both columns). So a row of weight w has either wrong zeros
 * among the columns that shall be 1, or wrong ones among the others, as few as w leaves; and a
 * column bears a number of wrong votes. Whether rows that bring d_i wrong votes each fit into
 * columns that bear c_j is a flow problem, and by max-flow = min-cut they do if and only if for
 * each set J of columns sum over rows max(0, d_i - |J without i's own column|)  <=  sum over
 * columns outside J of c_j. Columns of one kind bear the same, so J matters by its numbers alone,
 * and the left side by sums over rows: rows can be added one by one, and of two beginnings the one
 * that is nowhere better and not cheaper is forgotten (its completions are too). What is left is
 * exact. */
#ifndef STRATEGOS_PROVE_BALLOT_H
#define STRATEGOS_PROVE_BALLOT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROVE_GENERALS_MAX 32u

/* How many lies something takes. */
typedef uint32_t lie_count_nr;
#define LIES_NEVER UINT32_MAX /* it cannot be had at all */

static inline lie_count_nr lies_sum(lie_count_nr a, lie_count_nr b)
{
    return a >= LIES_NEVER - b ? LIES_NEVER : a + b;
}

/* Rows come in groups of the same costs: loyal ones by wanted outcome and own value, traitors. */
#define BALLOT_GROUPS 5u
static inline unsigned ballot_group(unsigned wanted, unsigned own)
{
    return 2 * wanted + own;
}
#define BALLOT_TRAITORS 4u

struct ballot {
    unsigned counts[BALLOT_GROUPS]; /* rows; of loyal groups columns, too */
    /* costs[g][w]: lies that make a row of the group have weight w: 0 .. columns, of a loyal row
     * 0 .. columns - 1. Borrowed. */
    const lie_count_nr *costs[BALLOT_GROUPS];
};

struct ballot_answer {
    lie_count_nr lies; /* LIES_NEVER: impossible */
    uint8_t weights[BALLOT_GROUPS][PROVE_GENERALS_MAX];
};

/* Memory that is used again and again. */
struct ballot_solver {
    struct ballot_state *states;
    size_t capacity;
    size_t beam; /* see ballot_solver_init */
};

/* `beam` 0: answers are exact. Else of the beginnings only those are kept that are needed to find
 * an answer if there is one, and so many of the cheapest: quick, but the lies may be more than the
 * fewest. */
void ballot_solver_init(struct ballot_solver *solver, size_t beam);
void ballot_solver_fini(struct ballot_solver *solver);

/* The fewest lies that do it, if fewer than `below`. ERROR_MEMORY; ERROR_LIMIT if more than
 * BALLOT_STATES_MAX beginnings would have to be kept. */
#define BALLOT_STATES_MAX 2000000u
MUST_USE enum error ballot_solve(struct ballot_solver *solver, const struct ballot *ballot,
                                 lie_count_nr below, struct ballot_answer *answer);

#endif
