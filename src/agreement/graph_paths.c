/* graph_paths.c - see graph.h: vertex-disjoint paths by augmentation (Ford, Fulkerson 1956; Menger
 * 1927).
 *
 * Every vertex but the target is split into a side that paths enter and a side that they leave,
 * with room for one path between them. The flow is kept as the paths themselves: who comes before
 * and after each vertex in use. A search that enters a vertex in use can only turn back along its
 * path, and so reroutes it. */
#include "agreement/graph.h"

#include "base/assert.h"

#include <string.h>

#define NOBODY ((general_id)255)

/* A side of a vertex: its number, or that plus LEAVING. */
#define LEAVING ((uint8_t)GENERALS_MAX)
#define SIDES   (2u * GENERALS_MAX)
#define ORIGIN  ((uint8_t)255) /* where every new path begins */

struct flow {
    const struct graph *graph;
    general_set within; /* without the target */
    general_id to;
    general_set starts; /* where paths begin */
    general_set used;   /* vertices with a path through them */
    general_id before[GENERALS_MAX];
    general_id after[GENERALS_MAX];
};

struct search {
    general_set entered;
    general_set left;
    uint8_t came_from[SIDES];
    uint8_t queue[SIDES];
    unsigned head;
    unsigned tail;
};

static void reach(struct search *search, uint8_t side, uint8_t from)
{
    general_set bit = general_bit(side % GENERALS_MAX);
    general_set *seen = side >= LEAVING ? &search->left : &search->entered;
    if ((*seen & bit) == 0) {
        *seen |= bit;
        search->came_from[side] = from;
        search->queue[search->tail++] = side;
    }
}

static void from_entering(const struct flow *flow, struct search *search, general_id at)
{
    if (!general_is_in(flow->used, at)) {
        reach(search, at + LEAVING, at);
    } else if (flow->before[at] != NOBODY) {
        reach(search, flow->before[at] + LEAVING, at);
    }
}

static void from_leaving(const struct flow *flow, struct search *search, general_id at)
{
    uint8_t side = at + LEAVING;
    general_set next = flow->graph->neighbours[at] & flow->within & ~search->entered;
    if (general_is_in(flow->used, at)) {
        /* Along the path it goes no second time, and back only by undoing it, one vertex at once.
         */
        next &= ~general_bit(flow->after[at]);
        if (flow->before[at] != NOBODY) {
            next &= ~general_bit(flow->before[at]);
        }
        reach(search, at, side);
    }
    for (; next != 0; next &= next - 1) {
        reach(search, general_lowest(next), side);
    }
}

static bool leads_to_target(const struct flow *flow, general_id at)
{
    return general_is_in(flow->graph->neighbours[at], flow->to) &&
           !(general_is_in(flow->used, at) && flow->after[at] == flow->to);
}

/* The way that the search found becomes part of the flow. */
static void lay(struct flow *flow, const struct search *search, general_id last)
{
    flow->after[last] = flow->to;
    for (uint8_t side = last + LEAVING; side != ORIGIN; side = search->came_from[side]) {
        general_id at = side % GENERALS_MAX;
        uint8_t from = search->came_from[side];
        if (side >= LEAVING) {
            if (from == at) {
                flow->used |= general_bit(at);
            } /* else: the edge to `from` was undone; whoever was before it is laid anew */
        } else if (from == ORIGIN) {
            flow->starts |= general_bit(at);
            flow->before[at] = NOBODY;
        } else if (from == at + LEAVING) {
            flow->used &= ~general_bit(at);
        } else {
            flow->before[at] = from % GENERALS_MAX;
            flow->after[from % GENERALS_MAX] = at;
        }
    }
}

/* One path more, if there is one. */
static bool augment(struct flow *flow, general_set sources)
{
    struct search search;
    search.entered = 0;
    search.left = 0;
    search.head = 0;
    search.tail = 0;
    for (general_set left = sources & ~flow->starts; left != 0; left &= left - 1) {
        reach(&search, general_lowest(left), ORIGIN);
    }
    while (search.head < search.tail) {
        uint8_t side = search.queue[search.head++];
        general_id at = side % GENERALS_MAX;
        if (side < LEAVING) {
            from_entering(flow, &search, at);
        } else if (leads_to_target(flow, at)) {
            lay(flow, &search, at);
            return true;
        } else {
            from_leaving(flow, &search, at);
        }
    }
    return false;
}

/* Sources next to the target go straight to it. That never takes a path away: whatever other way
 * there is through such a vertex could begin and end with it just so. */
static unsigned lay_straight(struct flow *flow, general_set from)
{
    general_set straight = from & flow->within & flow->graph->neighbours[flow->to];
    for (general_set left = straight; left != 0; left &= left - 1) {
        flow->after[general_lowest(left)] = flow->to;
    }
    flow->starts = straight;
    flow->used = straight;
    flow->within &= ~straight;
    return general_count(straight);
}

static unsigned flow_run(struct flow *flow, const struct graph *graph, general_set within,
                         general_set from, general_id to, unsigned enough)
{
    ASSERT(to < graph->count);
    flow->graph = graph;
    flow->within = within & generals_all(graph->count) & ~general_bit(to);
    flow->to = to;
    memset(flow->before, NOBODY, sizeof(flow->before));
    memset(flow->after, NOBODY, sizeof(flow->after));
    unsigned count = lay_straight(flow, from);
    while (count < enough && augment(flow, from & flow->within)) {
        count++;
    }
    return count < enough ? count : enough;
}

unsigned graph_path_count(const struct graph *graph, general_set within, general_set from,
                          general_id to, unsigned enough)
{
    unsigned own = general_is_in(from & within, to) ? 1 : 0;
    struct flow flow;
    return enough <= own ? enough : own + flow_run(&flow, graph, within, from, to, enough - own);
}

/* The path from `start` on, without detours: whoever can send to one further on does. */
static void path_read(const struct flow *flow, general_id start, struct graph_path *path)
{
    general_id way[GENERALS_MAX + 1];
    unsigned count = 0;
    for (general_id at = start; at != flow->to; at = flow->after[at]) {
        ASSERT(count < GENERALS_MAX);
        way[count++] = at;
    }
    way[count++] = flow->to;
    path->count = 0;
    for (unsigned at = 0; at < count;) {
        path->at[path->count++] = way[at];
        unsigned next = count - 1;
        while (next > at + 1 && !general_is_in(flow->graph->neighbours[way[at]], way[next])) {
            next--;
        }
        at = next > at ? next : at + 1;
    }
}

unsigned graph_disjoint_paths(const struct graph *graph, general_set within, general_set from,
                              general_id to, struct graph_path *paths)
{
    if (paths == NULL) {
        return graph_path_count(graph, within, from, to, GENERALS_MAX);
    }
    struct flow flow;
    (void)flow_run(&flow, graph, within, from, to, GENERALS_MAX);
    unsigned count = 0;
    general_set starts = flow.starts | (general_bit(to) & from & within);
    for (; starts != 0; starts &= starts - 1) {
        path_read(&flow, general_lowest(starts), &paths[count++]);
    }
    return count;
}
