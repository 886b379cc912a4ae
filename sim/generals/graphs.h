/* graphs.h - who can send to whom, by a name that everybody knows, or from a file.
 *
 * A spec is the name of a graph, with numbers behind colons where it needs some: ring, petersen,
 * bipartite:3,3, circulant:9:1,2,3. What is no such name, and has a '/' or a '.' in it or is the
 * name of a file that exists, is a file (graph_file.h). graph_names() lists them all. */
#ifndef STRATEGOS_GENERALS_GRAPHS_H
#define STRATEGOS_GENERALS_GRAPHS_H

#include "agreement/graph.h"
#include "base/error.h"

#define GRAPH_NAME_BYTES 64u

/* `generals`: how many there must be, or 0 for as many as the spec has by itself. ERROR_MISSING if
 * it has no number by itself (complete, ring ...) and `generals` is 0: any number from 2 or 3 on
 * will do. Every other refusal says in `text` (which may be NULL) what was wrong.
 *
 * `seed` is for random:PERCENT alone. `name` (which may not be `spec`) is what to call the graph:
 * the spec, or the last part of a long file name. */
MUST_USE enum error graph_from_spec(const char *spec, unsigned generals, uint64_t seed,
                                    struct graph *graph, char name[GRAPH_NAME_BYTES],
                                    struct error_text *text);

/* All specs, separated by ", ". */
const char *graph_names(void);

#endif
