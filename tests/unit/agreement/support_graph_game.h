/* support_graph_game.h - games of OM(m,p) with traitors, for the tests of om_graph.h. */
#ifndef STRATEGOS_TESTS_SUPPORT_GRAPH_GAME_H
#define STRATEGOS_TESTS_SUPPORT_GRAPH_GAME_H

#include "agreement/om_graph.h"
#include "base/prng.h"

/* A plan with all its generals. */
struct graph_game {
    struct om_graph_plan plan;
    struct om_graph generals[GENERALS_MAX];
    void *plan_memory;
    uint8_t *memory;
    order_nr decisions[GENERALS_MAX];
};

/* What a traitor says; hops are numbered in the order of steps. */
struct treason {
    general_set traitors;
    uint64_t bits;     /* the i-th hop of a traitor says bit i ... */
    struct prng *prng; /* ... or anything, absent too, where this is given */
    bool is_silent;    /* ... or nothing */
    unsigned hops;     /* of traitors, counted */
};

/* False: there is no plan. */
bool graph_game_open(struct graph_game *game, const struct graph *graph, unsigned m, unsigned p,
                     general_id commander, bool is_beyond);
void graph_game_close(struct graph_game *game);

/* Plays it from the start; every hop is checked to be an edge. */
void graph_game_play(struct graph_game *game, order_nr order, struct treason *treason);

/* IC1 and IC2 of the game just played. */
bool graph_game_is_agreed(const struct graph_game *game, general_set traitors, order_nr order);

/* The index-th of a traitor's binary choices. */
order_nr treason_bit(uint64_t bits, unsigned index);

#endif
