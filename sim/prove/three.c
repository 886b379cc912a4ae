/* three.c - see three.h. */
#include "prove/three.h"

/* What lieutenant `index` (0 or 1) tells the other one, and what he obeys. */
static unsigned relay(unsigned algorithm, unsigned index, unsigned heard)
{
    return algorithm >> (6 * index + heard) & 1;
}

static unsigned decide(unsigned algorithm, unsigned index, unsigned heard, unsigned told)
{
    return algorithm >> (6 * index + 2 + 2 * heard + told) & 1;
}

static bool is_broken(unsigned algorithm, const struct three_break *situation)
{
    unsigned x = situation->order;
    unsigned y = situation->other;
    if (situation->traitor == THREE_COMMANDER) {
        return decide(algorithm, 0, x, relay(algorithm, 1, y)) !=
               decide(algorithm, 1, y, relay(algorithm, 0, x));
    }
    return decide(algorithm, situation->traitor == THREE_LIEUTENANT_1, x, y) != x;
}

bool three_try(unsigned algorithm, enum three_traitor traitor, struct three_break *broken)
{
    /* Attack first, as the paper has it. */
    for (unsigned i = 0; i < 4; i++) {
        *broken =
            (struct three_break){traitor, i < 2 ? ATTACK : RETREAT, i % 2 == 0 ? RETREAT : ATTACK};
        if (is_broken(algorithm, broken)) {
            return true;
        }
    }
    return false;
}

bool three_find(unsigned algorithm, struct three_break *broken)
{
    return three_try(algorithm, THREE_LIEUTENANT_2, broken) ||
           three_try(algorithm, THREE_LIEUTENANT_1, broken) ||
           three_try(algorithm, THREE_COMMANDER, broken);
}

void three_count(struct three_counts *counts)
{
    static const enum three_traitor traitors[THREE_TRAITORS] = {
        THREE_LIEUTENANT_2, THREE_LIEUTENANT_1, THREE_COMMANDER};
    *counts = (struct three_counts){0};
    for (unsigned algorithm = 0; algorithm < THREE_ALGORITHMS; algorithm++) {
        struct three_break broken;
        for (unsigned i = 0; i < THREE_TRAITORS; i++) {
            counts->broken_by[i] += three_try(algorithm, traitors[i], &broken);
        }
        if (three_find(algorithm, &broken)) {
            counts->broken++;
            counts->broken_first[broken.traitor]++;
        }
    }
}
