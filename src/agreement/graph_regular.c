/* graph_regular.c - see graph.h: regular sets of neighbours.
 *
 * For one target, the sets of neighbours that reach it by disjoint paths are the independent sets
 * of a matroid (Perfect 1968), so each part of a regular set is regular itself, and what cannot be
 * completed for one target alone needs no further look. The search takes or leaves one candidate
 * after the other, lowest first, and looks at every target at each step. */
#include "agreement/graph.h"

#include "base/assert.h"

/* What is settled so far: who is in, and who may still come in. */
struct choice {
    general_set taken;
    general_set open;
};

/* Where and for whom a set is sought. */
struct quest {
    const struct graph *graph;
    general_set within; /* without the general himself */
    unsigned size;
};

/* Whether each target alone still allows `size` members. A target who must be a member himself,
 * because too few paths end at him otherwise, is taken. */
static bool is_open(const struct quest *quest, struct choice *choice)
{
    if (general_count(choice->taken | choice->open) < quest->size) {
        return false;
    }
    for (general_set left = quest->within; left != 0; left &= left - 1) {
        general_id target = general_lowest(left);
        general_set bit = general_bit(target);
        general_set others = (choice->taken | choice->open) & ~bit;
        unsigned paths = graph_path_count(quest->graph, quest->within, others, target, quest->size);
        if (paths + 1 < quest->size) {
            return false;
        }
        if (paths < quest->size && (choice->taken & bit) == 0) {
            if ((choice->open & bit) == 0) {
                return false;
            }
            choice->open &= ~bit;
            choice->taken |= bit;
        }
    }
    return general_count(choice->taken) <= quest->size;
}

/* Whether every target is reached from all that are taken. */
static bool is_reached_by_all(const struct quest *quest, general_set taken, general_id *missing)
{
    unsigned wanted = general_count(taken);
    for (general_set left = quest->within; left != 0; left &= left - 1) {
        general_id target = general_lowest(left);
        if (graph_path_count(quest->graph, quest->within, taken, target, wanted) < wanted) {
            *missing = target;
            return false;
        }
    }
    return true;
}

/* Those taken, and the lowest of the open ones, `size` in all. */
static general_set lowest_of(const struct choice *choice, unsigned size)
{
    general_set set = choice->taken;
    for (general_set left = choice->open; general_count(set) < size; left &= left - 1) {
        ASSERT(left != 0); /* or it would not be open to any target */
        set |= general_bit(general_lowest(left));
    }
    return set;
}

/* Those of `open` who have the same neighbours as `general`, each other apart: where he did not
 * help, they do not either. */
static general_set twins(const struct quest *quest, general_set open, general_id general)
{
    general_set same = 0;
    for (general_set left = open; left != 0; left &= left - 1) {
        general_id other = general_lowest(left);
        general_set apart = quest->within & ~general_bit(other) & ~general_bit(general);
        if (((quest->graph->neighbours[other] ^ quest->graph->neighbours[general]) & apart) == 0) {
            same |= general_bit(other);
        }
    }
    return same;
}

general_set graph_regular_set_among(const struct graph *graph, general_set within,
                                    general_id general, general_set candidates, unsigned size,
                                    uint64_t *looks)
{
    ASSERT(general < graph->count);
    within &= generals_all(graph->count) & ~general_bit(general);
    const struct quest quest = {.graph = graph, .within = within, .size = size};
    struct choice stack[GENERALS_MAX + 1];
    unsigned depth = 0;
    stack[depth++] =
        (struct choice){.taken = 0, .open = candidates & within & graph->neighbours[general]};
    while (size > 0 && depth > 0 && *looks > 0) {
        struct choice now = stack[--depth];
        --*looks;
        general_id missing = 0;
        if (!is_open(&quest, &now) || !is_reached_by_all(&quest, now.taken, &missing)) {
            continue;
        }
        general_set lowest = lowest_of(&now, size);
        if (is_reached_by_all(&quest, lowest, &missing)) {
            return lowest;
        }
        general_id first = general_lowest(now.open);
        general_set rest = now.open & ~general_bit(first);
        ASSERT(depth + 2 <= GENERALS_MAX + 1);
        stack[depth++] =
            (struct choice){.taken = now.taken, .open = rest & ~twins(&quest, rest, first)};
        stack[depth++] = (struct choice){.taken = now.taken | general_bit(first), .open = rest};
    }
    return 0;
}

general_set graph_regular_set(const struct graph *graph, general_set within, general_id general,
                              unsigned size)
{
    uint64_t looks = UINT64_MAX;
    return graph_regular_set_among(graph, within, general, ~(general_set)0, size, &looks);
}

bool graph_is_regular_set(const struct graph *graph, general_set within, general_id general,
                          general_set members, general_id *missing)
{
    ASSERT(general < graph->count);
    within &= generals_all(graph->count) & ~general_bit(general);
    general_set strangers = members & ~(graph->neighbours[general] & within);
    if (strangers != 0) {
        *missing = general_lowest(strangers);
        return false;
    }
    const struct quest quest = {.graph = graph, .within = within, .size = general_count(members)};
    return is_reached_by_all(&quest, members, missing);
}

bool graph_is_p_regular(const struct graph *graph, unsigned p, general_id *lacking)
{
    for (unsigned g = 0; g < graph->count; g++) {
        general_id general = (general_id)g;
        if (graph_regular_set(graph, generals_all(graph->count), general, p) == 0) {
            *lacking = general;
            return false;
        }
    }
    return true;
}
