/* support_graphs.h - the graphs that the paper and the literature speak of, made by hand: the
 * programs' own makers of graphs are tested elsewhere. */
#ifndef STRATEGOS_TESTS_SUPPORT_GRAPHS_H
#define STRATEGOS_TESTS_SUPPORT_GRAPHS_H

#include "agreement/graph.h"
#include "base/prng.h"

/* Each general and those `offsets[0 .. count-1]` places further round the circle. */
void support_circulant(struct graph *graph, unsigned generals, const unsigned *offsets,
                       unsigned count);
void support_ring(struct graph *graph, unsigned generals);
/* General 0 in the middle of a ring of the others. */
void support_wheel(struct graph *graph, unsigned generals);
/* `parts` parts of `size` generals, everybody a neighbour of all outside his part. */
void support_multipartite(struct graph *graph, unsigned parts, unsigned size);
/* Generalised Petersen graph G(n,k): (5,2) Petersen, (3,1) prism, (4,1) cube, (10,2) dodecahedron.
 */
void support_petersen(struct graph *graph, unsigned n, unsigned k);
void support_icosahedron(struct graph *graph);
/* Each edge with a chance of `percent` in a hundred. */
void support_random_graph(struct graph *graph, unsigned generals, unsigned percent,
                          struct prng *prng);

#endif
