/* graph_file.h - graphs from files: lists of edges, and the part of DOT that says no more than
 * that.
 *
 * Edges: on each line two names, `a b`, or one of a general without edges; `#` begins a comment.
 * DOT: `graph { a -- b -- c; d; }`; attributes are read over; directed graphs and subgraphs are
 * refused. A file whose first word is graph, digraph or strict is DOT.
 *
 * Names that are all numbers below 64 are the generals' own; else the generals are numbered in the
 * order in which their names appear. */
#ifndef STRATEGOS_GENERALS_GRAPH_FILE_H
#define STRATEGOS_GENERALS_GRAPH_FILE_H

#include "agreement/graph.h"
#include "base/bytes.h"
#include "base/error.h"

#define GRAPH_FILE_BYTES_MAX ((size_t)1 << 20)

/* `generals`: how many there must be; 0: as many as the file has. Errors name file and line. */
MUST_USE enum error graph_file_read(const char *path, unsigned generals, struct graph *graph,
                                    struct error_text *text);

/* The same of bytes; `path` is for messages. */
MUST_USE enum error graph_file_parse(const char *path, struct slice bytes, unsigned generals,
                                     struct graph *graph, struct error_text *text);

#endif
