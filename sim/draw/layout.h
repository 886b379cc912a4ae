/* layout.h - where the generals of a graph stand: known shapes as everyone draws them, a circle
 * otherwise. */
#ifndef STRATEGOS_DRAW_LAYOUT_H
#define STRATEGOS_DRAW_LAYOUT_H

#include "draw/svg.h"

#include "agreement/graph.h"

/* Whole pixels inside a square of `size`, general 0 on top where a circle is used. */
void layout_place(const struct graph *graph, int size, struct point places[GENERALS_MAX]);

#endif
