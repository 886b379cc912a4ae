/* fill.h - from numbers back to votes: an answer of ballot.h as a matrix of who votes what to whom.
 *
 * Columns are the loyal lieutenants by index; the rows below `column_count` are their relays in the
 * same order, those after it the traitors'. */
#ifndef STRATEGOS_PROVE_FILL_H
#define STRATEGOS_PROVE_FILL_H

#include "prove/ballot.h"

struct fill {
    unsigned column_count;
    unsigned row_count;
    uint64_t own;                        /* bit i: column i was told 1 */
    uint64_t wanted;                     /* bit i: column i shall resolve to 1 */
    uint8_t weights[PROVE_GENERALS_MAX]; /* of each row; in it, columns that get a 1 */
    uint64_t ones[PROVE_GENERALS_MAX];   /* out: bit i: the row's vote to column i is 1 */
};

/* Hands out the answer's weights to rows: the first row of a group gets the first. */
void fill_set_weights(struct fill *fill, const struct ballot_answer *answer);

/* Sets `ones`. False if the votes cannot be laid out so (never, for an answer of ballot_solve). */
bool fill_solve(struct fill *fill);

#endif
