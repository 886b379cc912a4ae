/* support_graphs.c - see support_graphs.h. */
#include "support_graphs.h"

static void join(struct graph *graph, unsigned a, unsigned b)
{
    graph_connect(graph, (general_id)a, (general_id)b);
}

void support_circulant(struct graph *graph, unsigned generals, const unsigned *offsets,
                       unsigned count)
{
    graph_init(graph, generals);
    for (unsigned g = 0; g < generals; g++) {
        for (unsigned i = 0; i < count; i++) {
            join(graph, g, (g + offsets[i]) % generals);
        }
    }
}

void support_ring(struct graph *graph, unsigned generals)
{
    const unsigned next = 1;
    support_circulant(graph, generals, &next, 1);
}

void support_wheel(struct graph *graph, unsigned generals)
{
    graph_init(graph, generals);
    for (unsigned g = 1; g < generals; g++) {
        join(graph, 0, g);
        join(graph, g, g + 1 < generals ? g + 1 : 1);
    }
}

void support_multipartite(struct graph *graph, unsigned parts, unsigned size)
{
    graph_init(graph, parts * size);
    for (unsigned a = 0; a < parts * size; a++) {
        for (unsigned b = 0; b < a; b++) {
            if (a / size != b / size) {
                join(graph, a, b);
            }
        }
    }
}

void support_petersen(struct graph *graph, unsigned n, unsigned k)
{
    graph_init(graph, 2 * n);
    for (unsigned i = 0; i < n; i++) {
        join(graph, i, (i + 1) % n);
        join(graph, i, n + i);
        join(graph, n + i, n + (i + k) % n);
    }
}

void support_icosahedron(struct graph *graph)
{
    graph_init(graph, 12);
    for (unsigned i = 0; i < 5; i++) {
        join(graph, 0, 1 + i);
        join(graph, 1 + i, 1 + (i + 1) % 5);
        join(graph, 1 + i, 6 + i);
        join(graph, 1 + i, 6 + (i + 1) % 5);
        join(graph, 6 + i, 6 + (i + 1) % 5);
        join(graph, 6 + i, 11);
    }
}

void support_random_graph(struct graph *graph, unsigned generals, unsigned percent,
                          struct prng *prng)
{
    graph_init(graph, generals);
    for (unsigned a = 0; a < generals; a++) {
        for (unsigned b = 0; b < a; b++) {
            if (prng_below(prng, 100) < percent) {
                join(graph, a, b);
            }
        }
    }
}
