/* eig.h - exponential information gathering: the order of paths without repetition, and the
 * majority of what came along them.
 *
 * A path here is a sequence of different generals out of a set of `among`. Paths of one length are
 * ranked from 0 in lexicographic order: the rank is a number of mixed radix whose digits are each
 * general's place among those who are left, with radix among, among - 1 ... So the paths that
 * lengthen a path of rank r by one general are neighbours: r * radix + 0 .. radix - 1; and leaving
 * a general out of the set keeps the order of the other paths.
 *
 * Not here: who says what, and when (om.h). Pure. */
#ifndef STRATEGOS_AGREEMENT_EIG_H
#define STRATEGOS_AGREEMENT_EIG_H

#include "agreement/general.h"

#include <stdbool.h>
#include <stddef.h>

/* eig_majority may look (without effect) at so many bytes after the orders. */
#define EIG_SLACK_BYTES 7u

/* Paths of `count` generals out of `among`: among (among - 1) ...; UINT64_MAX if more than that. */
uint64_t eig_path_count(unsigned among, unsigned count);

/* A general's place in a set, which need not hold him: how many of its members come before him. */
unsigned eig_place(general_set set, general_id general);

/* Ranks: every general of the path is in `among`, none twice. */
uint64_t eig_rank(general_set among, const general_id *path, unsigned count);
void eig_unrank(general_set among, unsigned count, uint64_t rank, general_id *path);

/* A walk, in order, over the paths of `count` generals out of `among` that avoid one of them. */
struct eig_walk {
    unsigned among;
    unsigned count;
    size_t rank;    /* of the path where the walk is, among all paths of `count`  */
    unsigned place; /* of the one avoided, among those whom the path leaves */
    struct {
        unsigned digit; /* the general at this depth, as his place among those who were left */
        unsigned place; /* of the one avoided, before that general was taken */
        size_t rank;    /* of the path so far, without that general */
    } at[ROUNDS_MAX];
};

/* `place` of the one avoided in `among`; count < among, so there is a path to begin with. */
void eig_walk_init(struct eig_walk *walk, unsigned among, unsigned count, unsigned place);
/* False after the last path. */
bool eig_walk_next(struct eig_walk *walk);

/* The strict majority of `own` and the `count` (at most GENERALS_MAX) orders told; RETREAT where
 * there is none. */
order_nr eig_majority(order_nr own, const order_nr *told, unsigned count);

#endif
