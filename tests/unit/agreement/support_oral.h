/* support_oral.h - plays OM(m) between the generals of one test: carries every packet, and lets
 * traitors say something else than is due. */
#ifndef STRATEGOS_TESTS_AGREEMENT_SUPPORT_ORAL_H
#define STRATEGOS_TESTS_AGREEMENT_SUPPORT_ORAL_H

#include "agreement/om.h"

#include <stdbool.h>
#include <stdint.h>

#define ORAL_GENERALS_MAX 16u

/* What the last general of a path of `count`, a traitor, tells `to`, a loyal one. */
typedef order_nr (*oral_lie)(void *context, const general_id *path, unsigned count, general_id to,
                             order_nr due);

struct oral_game {
    struct om_shape shape;
    general_set traitors;
    order_nr order; /* the commander's, if he is loyal */
    oral_lie lie;   /* asked for each value in the order of rounds, senders, receivers, ranks */
    void *context;
    order_nr (*decide)(const struct om *om); /* of lieutenants; NULL: om_decide */
};

struct oral_outcome {
    struct om oms[ORAL_GENERALS_MAX]; /* valid until the next game */
    order_nr decisions[ORAL_GENERALS_MAX];
    bool ic1; /* all loyal lieutenants obey the same order */
    bool ic2; /* and the commander's, if he is loyal */
    uint64_t value_count;
    uint64_t packet_count;
};

void oral_play(const struct oral_game *game, struct oral_outcome *outcome);

/* Values that the traitors are free to choose in a game: what `lie` is asked for. */
unsigned oral_count_choices(const struct oral_game *game);

struct oral_tally {
    uint64_t played;
    uint64_t ic1_broken;
    uint64_t ic2_broken;
};

/* Plays every binary strategy of the game's traitors (`lie` and `context` are not used), or no more
 * after the first that breaks a condition. */
struct oral_tally oral_exhaust(const struct oral_game *game, bool stops_when_broken);

/* The first set of that size, and the next one of the same size; 0 after the last. */
general_set oral_first_set(unsigned size);
general_set oral_next_set(general_set set, unsigned generals);

/* A traitors' plan that a seed stands for: each traitor lies in a way of his own (at random, one
 * thing to these and another to those, the opposite of what is due, nothing at all ...). */
struct oral_plan {
    uint64_t seed;
    unsigned orders; /* orders are 0 .. orders - 1, and sometimes nothing */
};
order_nr oral_lie_by_plan(void *context, const general_id *path, unsigned count, general_id to,
                          order_nr due);

/* Plays so many plans with a random set of so many traitors each. */
struct oral_tally oral_sample(const struct om_shape *shape, unsigned traitors, unsigned orders,
                              unsigned games, order_nr (*decide)(const struct om *om));

#endif
