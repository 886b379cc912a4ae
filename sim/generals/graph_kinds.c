/* graph_kinds.c - see graph_kinds.h: one table, one function each that joins the generals. */
#include "generals/graph_kinds.h"

#include "base/prng.h"

#include <string.h>

static void join(const struct graph_wish *wish, unsigned a, unsigned b)
{
    graph_connect(wish->graph, (general_id)a, (general_id)b);
}

static enum error make_complete(const struct graph_wish *wish)
{
    graph_complete(wish->graph, wish->generals);
    return OK;
}

static enum error make_path(const struct graph_wish *wish)
{
    for (unsigned g = 0; g + 1 < wish->generals; g++) {
        join(wish, g, g + 1);
    }
    return OK;
}

static enum error make_ring(const struct graph_wish *wish)
{
    join(wish, 0, wish->generals - 1);
    return make_path(wish);
}

static enum error make_star(const struct graph_wish *wish)
{
    for (unsigned g = 1; g < wish->generals; g++) {
        join(wish, 0, g);
    }
    return OK;
}

/* General 0 is the hub. */
static enum error make_wheel(const struct graph_wish *wish)
{
    for (unsigned g = 1; g < wish->generals; g++) {
        join(wish, g, g + 1 < wish->generals ? g + 1 : 1);
    }
    return make_star(wish);
}

static enum error make_hypercube(const struct graph_wish *wish)
{
    if ((wish->generals & (wish->generals - 1)) != 0) {
        return error_set(wish->text, ERROR_INVALID,
                         "a hypercube has 2, 4, 8, 16, 32 or 64 generals, not %u", wish->generals);
    }
    for (unsigned g = 0; g < wish->generals; g++) {
        for (unsigned bit = 1; bit < wish->generals; bit *= 2) {
            join(wish, g, g ^ bit);
        }
    }
    return OK;
}

/* Generalised Petersen graph: an outer ring, a spoke from each of its generals, and inside every
 * `step`-th joined. */
static void join_rings(const struct graph_wish *wish, unsigned size, unsigned step)
{
    for (unsigned i = 0; i < size; i++) {
        join(wish, i, (i + 1) % size);
        join(wish, i, size + i);
        join(wish, size + i, size + (i + step) % size);
    }
}

static enum error make_prism(const struct graph_wish *wish)
{
    if (wish->generals % 2 != 0) {
        return error_set(wish->text, ERROR_INVALID,
                         "a prism is two rings: the generals must be even in number, not %u",
                         wish->generals);
    }
    join_rings(wish, wish->generals / 2, 1);
    return OK;
}

static enum error make_petersen(const struct graph_wish *wish)
{
    join_rings(wish, 5, 2);
    return OK;
}

static enum error make_dodecahedron(const struct graph_wish *wish)
{
    join_rings(wish, 10, 2);
    return OK;
}

/* Two poles, and between them two rings of five, turned against each other. */
static enum error make_icosahedron(const struct graph_wish *wish)
{
    for (unsigned i = 0; i < 5; i++) {
        unsigned next = (i + 1) % 5;
        join(wish, 0, 1 + i);
        join(wish, 1 + i, 1 + next);
        join(wish, 1 + i, 6 + i);
        join(wish, 1 + i, 6 + next);
        join(wish, 6 + i, 6 + next);
        join(wish, 6 + i, 11);
    }
    return OK;
}

/* Everybody is joined to all who are not in his part. */
static void join_parts(const struct graph_wish *wish, const unsigned *sizes, unsigned parts)
{
    unsigned end = 0;
    for (unsigned part = 0; part < parts; part++) {
        unsigned begin = end;
        end += sizes[part];
        for (unsigned g = begin; g < end; g++) {
            for (unsigned before = 0; before < begin; before++) {
                join(wish, before, g);
            }
        }
    }
}

static enum error make_octahedron(const struct graph_wish *wish)
{
    static const unsigned sizes[] = {2, 2, 2};
    join_parts(wish, sizes, 3);
    return OK;
}

static enum error make_multipartite(const struct graph_wish *wish)
{
    join_parts(wish, wish->numbers, wish->count);
    return OK;
}

static enum error make_circulant(const struct graph_wish *wish)
{
    for (unsigned i = 0; i < wish->count; i++) {
        unsigned offset = wish->numbers[i];
        if (offset == 0 || offset > wish->generals / 2) {
            return error_set(wish->text, ERROR_INVALID,
                             "the offset %u of a circulant of %u generals must be 1 to %u", offset,
                             wish->generals, wish->generals / 2);
        }
        for (unsigned g = 0; g < wish->generals; g++) {
            join(wish, g, (g + offset) % wish->generals);
        }
    }
    return OK;
}

static enum error make_random(const struct graph_wish *wish)
{
    if (wish->count != 1 || wish->numbers[0] > 100) {
        return error_set(wish->text, ERROR_INVALID,
                         "random takes one number, the chance of each edge in percent, 0 to 100");
    }
    struct prng prng;
    prng_init(&prng, wish->seed);
    for (unsigned a = 0; a < wish->generals; a++) {
        for (unsigned b = a + 1; b < wish->generals; b++) {
            if (prng_below(&prng, 100) < wish->numbers[0]) {
                join(wish, a, b);
            }
        }
    }
    return OK;
}

static const struct graph_kind kinds[] = {
    {"complete", "complete", 0, 2, GRAPH_NUMBERS_NONE, make_complete},
    {"ring", "ring", 0, 3, GRAPH_NUMBERS_NONE, make_ring},
    {"path", "path", 0, 2, GRAPH_NUMBERS_NONE, make_path},
    {"star", "star", 0, 2, GRAPH_NUMBERS_NONE, make_star},
    {"wheel", "wheel", 0, 4, GRAPH_NUMBERS_NONE, make_wheel},
    {"hypercube", "hypercube", 0, 2, GRAPH_NUMBERS_NONE, make_hypercube},
    {"prism", "prism", 0, 6, GRAPH_NUMBERS_NONE, make_prism},
    {"cube", "cube", 8, 0, GRAPH_NUMBERS_NONE, make_hypercube},
    {"petersen", "petersen", 10, 0, GRAPH_NUMBERS_NONE, make_petersen},
    {"octahedron", "octahedron", 6, 0, GRAPH_NUMBERS_NONE, make_octahedron},
    {"icosahedron", "icosahedron", 12, 0, GRAPH_NUMBERS_NONE, make_icosahedron},
    {"dodecahedron", "dodecahedron", 20, 0, GRAPH_NUMBERS_NONE, make_dodecahedron},
    {"bipartite", "bipartite:A,B", 0, 2, GRAPH_NUMBERS_PARTS, make_multipartite},
    {"multipartite", "multipartite:A,B,...", 0, 2, GRAPH_NUMBERS_PARTS, make_multipartite},
    {"circulant", "circulant:N:D,D,...", 0, 3, GRAPH_NUMBERS_OWN, make_circulant},
    {"random", "random:PERCENT", 0, 2, GRAPH_NUMBERS_OWN, make_random},
};

const struct graph_kind *graph_kind_of(const char *spec)
{
    size_t length = strcspn(spec, ":");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, spec, length) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}
