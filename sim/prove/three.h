/* three.h - three generals cannot cope with one traitor (LSP82 §2): every binary one-relay
 * algorithm, and what breaks it.
 *
 * A one-relay algorithm: the commander sends his order, as it is, to both lieutenants. Each tells
 * the other a function of what he heard, and then obeys a function of what he heard and what he was
 * told. That is, for each of the two lieutenants, which need not follow the same rule:
 *     relay   a function of one bit to one bit      4 of them, 2 bits
 *     decide  a function of two bits to one bit    16 of them, 4 bits
 * so (4 * 16)^2 = 2^12 = 4,096 algorithms, numbered by these bits: relay1, decide1, relay2, decide2
 * from the lowest on. (A commander who sends a function of his order adds nothing: sending the
 * negation renames what is heard, sending a constant leaves the order unknown.)
 *
 * Each is tried in every situation with one traitor:
 *     lieutenant 2 betrays   a loyal commander's order x, and a relay r: lieutenant 1 must obey x
 *     lieutenant 1 betrays   the same for lieutenant 2
 *     the commander betrays  x to lieutenant 1, y to lieutenant 2: both must obey the same. */
#ifndef STRATEGOS_PROVE_THREE_H
#define STRATEGOS_PROVE_THREE_H

#include "agreement/general.h"

#include <stdbool.h>

#define THREE_ALGORITHMS 4096u

enum three_traitor {
    THREE_LIEUTENANT_2,
    THREE_LIEUTENANT_1,
    THREE_COMMANDER,
    THREE_TRAITORS,
};

struct three_break {
    enum three_traitor traitor;
    order_nr order; /* the loyal commander's; a traitor's to lieutenant 1 */
    order_nr other; /* the traitor's relay; his order to lieutenant 2 */
};

/* The first situation under this traitor that breaks the algorithm. */
bool three_try(unsigned algorithm, enum three_traitor traitor, struct three_break *broken);

/* The first of all; false if the algorithm held (none does). */
bool three_find(unsigned algorithm, struct three_break *broken);

struct three_counts {
    unsigned broken;                       /* of THREE_ALGORITHMS */
    unsigned broken_by[THREE_TRAITORS];    /* in any situation with this traitor */
    unsigned broken_first[THREE_TRAITORS]; /* and by no traitor before him in the list */
};
void three_count(struct three_counts *counts);

#endif
