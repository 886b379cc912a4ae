/* layout.c - recognises a graph by its edges, not by its name, and places it. */
#include "draw/layout.h"

static bool has_edge(const struct graph *graph, unsigned a, unsigned b)
{
    return general_is_in(graph->neighbours[a], (general_id)b);
}

static struct point on_circle(int size, int share, unsigned index, unsigned count)
{
    /* `share` hundredths of the half side, from the top, clockwise. */
    int angle = count == 0 ? 0 : (int)(36000u * index / count);
    int radius = (size / 2 - 36) * share / 100;
    return (struct point){.x = size / 2 + radius * sine(angle) / 10000,
                          .y = size / 2 - radius * sine(angle + 9000) / 10000};
}

/* Exactly one general knows all others, and not all know all: the hub of a wheel or a star. */
static bool find_hub(const struct graph *graph, unsigned *hub)
{
    unsigned hubs = 0;
    for (unsigned g = 0; g < graph->count; g++) {
        if (graph->neighbours[g] == (generals_all(graph->count) & ~general_bit((general_id)g))) {
            *hub = g;
            hubs++;
        }
    }
    return hubs == 1 && graph->count > 3;
}

/* Complete between two sides: the neighbours of general 0 and the others. */
static bool is_bipartite(const struct graph *graph)
{
    general_set right = graph->neighbours[0];
    general_set left = generals_all(graph->count) & ~right;
    for (unsigned g = 0; g < graph->count; g++) {
        if (graph->neighbours[g] != (general_is_in(right, (general_id)g) ? left : right)) {
            return false;
        }
    }
    return general_count(left) > 1 && general_count(right) > 1;
}

/* General i and i + half are friends, the first half is a ring: prism, Petersen. */
static bool is_nested(const struct graph *graph)
{
    unsigned half = graph->count / 2;
    if (graph->count % 2 != 0 || half < 3 || general_count(graph->neighbours[0]) != 3) {
        return false;
    }
    for (unsigned i = 0; i < half; i++) {
        if (!has_edge(graph, i, i + half) || !has_edge(graph, i, (i + 1) % half)) {
            return false;
        }
    }
    return true;
}

/* Friends differ in one bit. */
static bool is_cube(const struct graph *graph)
{
    for (unsigned i = 0; i < graph->count; i++) {
        for (unsigned bit = 1; bit < 8; bit *= 2) {
            if (graph->count != 8 || !has_edge(graph, i, i ^ bit)) {
                return false;
            }
        }
        if (general_count(graph->neighbours[i]) != 3) {
            return false;
        }
    }
    return true;
}

static void place_bipartite(const struct graph *graph, int size, struct point *places)
{
    unsigned sides[2] = {0, 0};
    unsigned counts[2];
    counts[1] = general_count(graph->neighbours[0]);
    counts[0] = graph->count - counts[1];
    for (unsigned g = 0; g < graph->count; g++) {
        unsigned side = has_edge(graph, 0, g) ? 1 : 0;
        int index = (int)sides[side]++;
        int count = (int)counts[side];
        places[g].x = side == 0 ? 60 : size - 60;
        places[g].y = 40 + (2 * index + 1) * (size - 80) / (2 * count);
    }
}

void layout_place(const struct graph *graph, int size, struct point places[GENERALS_MAX])
{
    unsigned n = graph->count;
    unsigned half = n / 2;
    unsigned hub = 0;
    if (n == 0) {
        return;
    }
    if (is_bipartite(graph) && !is_cube(graph)) {
        place_bipartite(graph, size, places);
    } else if (is_cube(graph)) {
        static const unsigned turns[4] = {0, 1, 3, 2};
        for (unsigned i = 0; i < n; i++) {
            places[i] = on_circle(size, i < 4 ? 100 : 48, turns[i % 4] * 2 + 1, 8);
        }
    } else if (is_nested(graph)) {
        for (unsigned i = 0; i < half; i++) {
            places[i] = on_circle(size, 100, i, half);
            places[i + half] = on_circle(size, 50, i, half);
        }
    } else if (find_hub(graph, &hub)) {
        for (unsigned i = 0; i < n; i++) {
            places[i] = i == hub ? (struct point){size / 2, size / 2}
                                 : on_circle(size, 100, i < hub ? i : i - 1, n - 1);
        }
    } else {
        for (unsigned i = 0; i < n; i++) {
            places[i] = on_circle(size, 100, i, n);
        }
    }
}
