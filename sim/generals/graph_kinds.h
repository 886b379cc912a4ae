/* graph_kinds.h - the graphs that have a name: what their specs look like, and how to draw them. */
#ifndef STRATEGOS_GENERALS_GRAPH_KINDS_H
#define STRATEGOS_GENERALS_GRAPH_KINDS_H

#include "agreement/graph.h"
#include "base/error.h"

struct graph_kind;

/* What stands behind the name. */
enum graph_numbers {
    GRAPH_NUMBERS_NONE,  /* but how many generals, where that is not fixed */
    GRAPH_NUMBERS_OWN,   /* how many generals, if they are not given otherwise; then numbers */
    GRAPH_NUMBERS_PARTS, /* the sizes of parts, which say how many generals there are */
};

/* A spec taken apart. */
struct graph_wish {
    const struct graph_kind *kind;
    unsigned generals; /* 0 until it is known */
    uint64_t seed;
    unsigned numbers[GENERALS_MAX]; /* parts, offsets ... */
    unsigned count;
    struct graph *graph;
    struct error_text *text;
};

struct graph_kind {
    const char *name;
    const char *usage; /* with its numbers */
    unsigned generals; /* fixed; 0: any */
    unsigned least;    /* generals, if any */
    enum graph_numbers numbers;
    enum error (*make)(const struct graph_wish *wish); /* graph and generals are set */
};

/* By the part of the spec before the colon; NULL if there is none. */
const struct graph_kind *graph_kind_of(const char *spec);

#define GRAPH_KIND_NAMES                                                                           \
    "complete, ring, path, star, wheel, hypercube, prism, cube, petersen, octahedron, "            \
    "icosahedron, dodecahedron, bipartite:A,B, multipartite:A,B,..., circulant:N:D,D,..., "        \
    "random:PERCENT"

#endif
