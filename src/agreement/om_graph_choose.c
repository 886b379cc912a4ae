/* om_graph_choose.c - see om_graph.h and om_graph_choose.h: is there a plan, and if not, why.
 *
 * Whether somebody can command depends only on the graph that is left to him, not on who else is a
 * member. So each neighbour is tried by himself, one level down, and the regular set is then looked
 * for among those who can. Nothing is missed, and nothing has to be taken back. */
#include "agreement/om_graph_choose.h"

#include "base/assert.h"

/* A commander whose neighbours are being tried, each as commander one level down. */
struct trial {
    general_id commander;
    general_set within;
    general_set untried;
    general_set able;
};

static struct trial trial_begin(const struct graph *graph, general_set within, general_id commander,
                                bool is_deepest)
{
    general_set neighbours = graph->neighbours[commander] & within;
    return (struct trial){.commander = commander,
                          .within = within,
                          .untried = is_deepest ? 0 : neighbours,
                          .able = is_deepest ? neighbours : 0};
}

general_set om_graph_choose(const struct graph *graph, general_set within, general_id commander,
                            unsigned m, unsigned p, uint64_t *looks)
{
    ASSERT(m >= 1 && p >= m);
    struct trial stack[GENERALS_MAX]; /* each level is one general less */
    unsigned depth = 0;
    stack[0] = trial_begin(graph, within, commander, m == 1);
    for (;;) {
        struct trial *top = &stack[depth];
        unsigned size = p - depth;
        if (top->untried != 0 && general_count(top->able | top->untried) >= size) {
            general_id next = general_lowest(top->untried);
            top->untried &= top->untried - 1;
            stack[depth + 1] = trial_begin(graph, top->within & ~general_bit(top->commander), next,
                                           depth + 2 == m);
            depth++;
            continue;
        }
        general_set members =
            graph_regular_set_among(graph, top->within, top->commander, top->able, size, looks);
        if (depth == 0) {
            return members;
        }
        if (*looks == 0) {
            return 0;
        }
        depth--;
        if (members != 0) {
            stack[depth].able |= general_bit(stack[depth + 1].commander);
        }
    }
}

/* Why `general` has no regular set of `wanted` neighbours inside `within`. */
static void explain(const struct graph *graph, general_set within, struct om_graph_lack *lack)
{
    general_id general = lack->general;
    general_set rest = within & ~general_bit(general);
    general_set neighbours = graph->neighbours[general] & rest;
    lack->neighbours = general_count(neighbours);
    lack->without = generals_all(graph->count) & ~within;
    if (lack->neighbours < lack->wanted) {
        return;
    }
    for (general_set left = rest; left != 0; left &= left - 1) {
        lack->target = general_lowest(left);
        lack->paths = graph_path_count(graph, rest, neighbours, lack->target, lack->wanted);
        if (lack->paths < lack->wanted) {
            return;
        }
    }
    lack->is_together = true;
    for (general_set left = neighbours; general_count(lack->members) < lack->wanted;
         left &= left - 1) {
        lack->members |= general_bit(general_lowest(left));
    }
    (void)graph_is_regular_set(graph, within, general, lack->members, &lack->target);
    lack->paths = graph_path_count(graph, rest, lack->members, lack->target, lack->wanted);
}

/* Goes down to the first who lacks a regular set himself. */
static void find_lacking(const struct graph *graph, const struct om_graph_shape *shape,
                         struct om_graph_lack *lack)
{
    general_set within = generals_all(graph->count);
    uint64_t looks = OM_GRAPH_LOOKS_MAX;
    lack->answer = OM_GRAPH_NO_SET;
    lack->general = shape->commander;
    lack->wanted = shape->p;
    for (unsigned m = shape->m;
         m > 1 && om_graph_choose(graph, within, lack->general, 1, lack->wanted, &looks) != 0;
         m--) {
        general_set neighbours = graph->neighbours[lack->general] & within;
        within &= ~general_bit(lack->general);
        lack->wanted--;
        general_set unable = 0;
        for (; neighbours != 0 && unable == 0; neighbours &= neighbours - 1) {
            if (om_graph_choose(graph, within, general_lowest(neighbours), m - 1, lack->wanted,
                                &looks) == 0) {
                unable = general_bit(general_lowest(neighbours));
            }
        }
        ASSERT(unable != 0); /* or he could have commanded */
        lack->general = general_lowest(unable);
    }
    if (looks == 0) {
        lack->answer = OM_GRAPH_TOO_LARGE; /* who lacks what would take as long to say */
        return;
    }
    explain(graph, within, lack);
}

bool om_graph_fit(const struct graph *graph, const struct om_graph_shape *asked,
                  struct om_graph_shape *fitting, struct om_graph_lack *lack)
{
    ASSERT(asked->commander < graph->count);
    *fitting = *asked;
    *lack = (struct om_graph_lack){.answer = OM_GRAPH_NO_RELAY};
    if (asked->m == 0) {
        return false;
    }
    unsigned least = asked->is_beyond ? asked->m : 3 * asked->m;
    if (asked->p != 0 && asked->p < least) {
        lack->answer = OM_GRAPH_P_TOO_SMALL;
        lack->wanted = least;
        return false;
    }
    unsigned degree = general_count(graph->neighbours[asked->commander]);
    unsigned most = degree > least ? degree : least;
    uint64_t looks = OM_GRAPH_LOOKS_MAX;
    for (unsigned p = asked->p != 0 ? asked->p : most; looks > 0; p--) {
        fitting->p = p;
        general_set all = generals_all(graph->count);
        if (om_graph_instance_count(asked->m, p) <= OM_GRAPH_INSTANCES_MAX &&
            om_graph_choose(graph, all, asked->commander, asked->m, p, &looks) != 0) {
            lack->answer = OM_GRAPH_FITS;
            return true;
        }
        if (p == asked->p || p == least) {
            break;
        }
    }
    if (looks == 0 || om_graph_instance_count(asked->m, fitting->p) > OM_GRAPH_INSTANCES_MAX) {
        lack->answer = OM_GRAPH_TOO_LARGE;
        return false;
    }
    find_lacking(graph, fitting, lack);
    return false;
}
