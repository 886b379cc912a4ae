/* graph.c - see graph.h: making a graph, and what breadth-first search says of it. */
#include "agreement/graph.h"

#include "base/assert.h"

#include <string.h>

void graph_init(struct graph *graph, unsigned count)
{
    ASSERT(count >= 1 && count <= GENERALS_MAX);
    memset(graph, 0, sizeof(*graph));
    graph->count = count;
}

void graph_connect(struct graph *graph, general_id a, general_id b)
{
    ASSERT(a != b && a < graph->count && b < graph->count);
    graph->neighbours[a] |= general_bit(b);
    graph->neighbours[b] |= general_bit(a);
}

void graph_complete(struct graph *graph, unsigned count)
{
    graph_init(graph, count);
    for (unsigned g = 0; g < count; g++) {
        graph->neighbours[g] = generals_all(count) & ~general_bit((general_id)g);
    }
}

bool graph_is_complete(const struct graph *graph)
{
    general_set all = generals_all(graph->count);
    for (unsigned g = 0; g < graph->count; g++) {
        if (graph->neighbours[g] != (all & ~general_bit((general_id)g))) {
            return false;
        }
    }
    return true;
}

/* All that is reached from `reached` by one more edge, and itself. */
static general_set one_further(const struct graph *graph, general_set within, general_set reached)
{
    general_set further = reached;
    for (general_set left = reached; left != 0; left &= left - 1) {
        further |= graph->neighbours[general_lowest(left)];
    }
    return further & within;
}

/* Edges from `start` to the furthest that can be reached, who are `*reached`. */
static unsigned eccentricity(const struct graph *graph, general_set within, general_id start,
                             general_set *reached)
{
    general_set now = general_bit(start);
    unsigned edges = 0;
    for (general_set next = one_further(graph, within, now); next != now;
         next = one_further(graph, within, now)) {
        now = next;
        edges++;
    }
    *reached = now;
    return edges;
}

bool graph_is_connected(const struct graph *graph, general_set within)
{
    if (within == 0) {
        return true;
    }
    general_set reached = 0;
    (void)eccentricity(graph, within, general_lowest(within), &reached);
    return reached == within;
}

unsigned graph_diameter(const struct graph *graph, general_set within)
{
    ASSERT(within != 0);
    unsigned longest = 0;
    for (general_set left = within; left != 0; left &= left - 1) {
        general_set reached = 0;
        unsigned edges = eccentricity(graph, within, general_lowest(left), &reached);
        ASSERT(reached == within);
        longest = edges > longest ? edges : longest;
    }
    return longest;
}
