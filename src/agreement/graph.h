/* graph.h - who can send to whom (LSP82 §5): connectivity, vertex-disjoint paths, regular sets.
 *
 * Undirected, no loops. Paths that share no inner vertex are found by max-flow (Menger's theorem);
 * a set N of neighbours of general i is *regular* if for every other general k there are paths from
 * the members of N to k that avoid i and share nothing but k. Where there is a choice, the lowest
 * numbers are taken first. Pure. */
#ifndef STRATEGOS_AGREEMENT_GRAPH_H
#define STRATEGOS_AGREEMENT_GRAPH_H

#include "agreement/general.h"

#include <stdbool.h>

struct graph {
    unsigned count;
    general_set neighbours[GENERALS_MAX];
};

struct graph_path {
    uint8_t count; /* of vertices, both ends included */
    general_id at[GENERALS_MAX];
};

void graph_init(struct graph *graph, unsigned count);
void graph_connect(struct graph *graph, general_id a, general_id b);
void graph_complete(struct graph *graph, unsigned count);
bool graph_is_complete(const struct graph *graph);

/* Of the vertices in `within` alone. An empty set is connected. */
bool graph_is_connected(const struct graph *graph, general_set within);
/* The longest shortest path, in edges; only of a connected set that is not empty. */
unsigned graph_diameter(const struct graph *graph, general_set within);

/* Vertex-disjoint paths inside `within` from each of as many members of `from` as possible to `to`,
 * that share nothing but `to`; a member that is `to` itself has the path of one vertex. Returns how
 * many; `paths` (NULL: only count) has room for 64 and is in the order of the members. */
unsigned graph_disjoint_paths(const struct graph *graph, general_set within, general_set from,
                              general_id to, struct graph_path *paths);

/* The same number, counted no further than `enough`. */
unsigned graph_path_count(const struct graph *graph, general_set within, general_set from,
                          general_id to, unsigned enough);

/* Whether `members` is a regular set of `general` inside `within`; if not, `*missing` is a general
 * that it does not reach as it must (a member who is no neighbour is missing himself). */
bool graph_is_regular_set(const struct graph *graph, general_set within, general_id general,
                          general_set members, general_id *missing);

/* A regular set of `size` neighbours of `general` inside `within`: 0 if there is none. */
general_set graph_regular_set(const struct graph *graph, general_set within, general_id general,
                              unsigned size);

/* The same, of those neighbours alone who are in `candidates`, with at most `*looks` choices looked
 * at, of which each wants paths to every general; what is left of them is given back. If they do
 * not suffice, `*looks` is 0 and so is the answer. */
general_set graph_regular_set_among(const struct graph *graph, general_set within,
                                    general_id general, general_set candidates, unsigned size,
                                    uint64_t *looks);

/* p-regular as LSP82 has it: every general has a regular set of p neighbours. If not, `*lacking`
 * is the first that has none. */
bool graph_is_p_regular(const struct graph *graph, unsigned p, general_id *lacking);

/* How many are in a set, and the lowest of one that is not empty. */
static inline unsigned general_count(general_set set)
{
    return (unsigned)__builtin_popcountll(set);
}

static inline general_id general_lowest(general_set set)
{
    return (general_id)__builtin_ctzll(set);
}

#endif
