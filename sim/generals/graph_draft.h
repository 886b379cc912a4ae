/* graph_draft.h - a graph while it is read from a file: names and edges, in order of appearance. */
#ifndef STRATEGOS_GENERALS_GRAPH_DRAFT_H
#define STRATEGOS_GENERALS_GRAPH_DRAFT_H

#include "agreement/graph.h"
#include "base/bytes.h"
#include "base/error.h"

struct graph_draft {
    const char *path; /* for messages; borrowed */
    int line;         /* where the reader is */
    struct graph graph;
    struct slice names[GENERALS_MAX]; /* into the file's bytes */
    struct error_text *text;
};

void draft_init(struct graph_draft *draft, const char *path, struct error_text *text);

/* The number of the general with this name, new or known. */
MUST_USE enum error draft_general(struct graph_draft *draft, struct slice name,
                                  general_id *general);
MUST_USE enum error draft_edge(struct graph_draft *draft, general_id a, general_id b);

/* The graph, renumbered if the names are numbers. */
MUST_USE enum error draft_finish(const struct graph_draft *draft, unsigned generals,
                                 struct graph *graph);

/* ERROR_INVALID with file and line before the format. */
__attribute__((format(printf, 2, 3))) enum error draft_refuse(const struct graph_draft *draft,
                                                              const char *format, ...);

/* Copies a name for a message. */
#define DRAFT_NAME_BYTES 40u
const char *draft_quote(struct slice name, char quoted[DRAFT_NAME_BYTES]);

/* Reads DOT into the draft (graph_dot.c). */
MUST_USE enum error graph_dot_read(struct graph_draft *draft, struct slice bytes);
/* Whether it is meant to be DOT. */
bool graph_dot_is(struct slice bytes);

#endif
