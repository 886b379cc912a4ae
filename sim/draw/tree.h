/* tree.h - the gathering tree of one lieutenant as he has it after the last round: what was said
 * along each path and what it resolves to, with like siblings taken together where there are many.
 *
 * Not here: how it looks (tree_draw.c). */
#ifndef STRATEGOS_DRAW_TREE_H
#define STRATEGOS_DRAW_TREE_H

#include "draw/packets.h"

/* Deeper levels are left out as a whole where there would be more. */
#define TREE_NODES_MAX 30000u

struct node {
    uint32_t parent;
    uint32_t first_child; /* the others follow it */
    uint64_t signature;   /* equal: the same but for the generals' names */
    general_id general;   /* who said it */
    uint8_t depth;        /* generals of the path, from 1 */
    uint8_t child_count;  /* 0 at the last level that was loaded */
    order_nr stored;
    order_nr resolved;
    uint8_t fate;    /* enum fate of what was said */
    bool is_uniform; /* this and all below: one order, no lie */
};

struct tree {
    const struct om *om;
    struct node *nodes; /* level by level */
    size_t count;
    unsigned depth; /* levels loaded */
};

/* A node that is shown, for itself and for siblings like it. */
struct sight {
    uint32_t node;
    uint32_t parent;      /* index of a sight */
    general_set generals; /* it stands for */
    unsigned child_count; /* sights below it */
    bool is_closed;       /* has more below it than is shown */
};

struct sights {
    struct sight *items; /* depth first */
    size_t count;
    unsigned depth; /* levels shown */
};

/* Of lieutenant `general`; false if the play does not hold it. */
bool tree_init(struct tree *tree, const struct packets *packets, general_id general);
void tree_fini(struct tree *tree);

/* What is shown if about `rows_max` lines have room: all, or like siblings as one, or less deep. */
void sights_init(struct sights *sights, const struct tree *tree, unsigned rows_max);
void sights_fini(struct sights *sights);

#endif
