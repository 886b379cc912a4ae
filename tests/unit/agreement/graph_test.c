/* graph_test.c - disjoint paths and regular sets against the definitions, tried out by force on
 * small random graphs, and against what is known of graphs with a name (LSP82 §5). */
#include "agreement/graph.h"

#include "support_graphs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum { SMALL = 7, GRAPHS = 150 };

/* Menger's theorem from its other side: the least number of vertices, sources allowed and the
 * target not, whose loss cuts the target off. */
static unsigned cut_by_force(const struct graph *graph, general_set within, general_set from,
                             general_id to)
{
    general_set others = within & ~general_bit(to);
    unsigned least = GENERALS_MAX;
    for (general_set lost = others;; lost = (lost - 1) & others) {
        general_set reached = from & others & ~lost;
        for (general_set before = 0; before != reached;) {
            before = reached;
            for (general_set left = before; left != 0; left &= left - 1) {
                reached |= graph->neighbours[general_lowest(left)] & within & ~lost;
            }
            reached &= ~lost;
        }
        if (!general_is_in(reached, to) && general_count(lost) < least) {
            least = general_count(lost);
        }
        if (lost == 0) {
            break;
        }
    }
    return least + (general_is_in(from & within, to) ? 1 : 0);
}

static void assert_paths(const struct graph *graph, general_set within, general_set from,
                         general_id to, const struct graph_path *paths, unsigned count)
{
    general_set seen = general_bit(to);
    int last_start = -1;
    for (unsigned i = 0; i < count; i++) {
        const struct graph_path *path = &paths[i];
        assert_true(path->count >= 1 && general_is_in(from & within, path->at[0]));
        assert_true((int)path->at[0] > last_start);
        last_start = path->at[0];
        assert_int_equal(path->at[path->count - 1], to);
        for (unsigned at = 0; at + 1 < path->count; at++) {
            assert_true(general_is_in(within, path->at[at]));
            assert_false(general_is_in(seen, path->at[at]));
            seen |= general_bit(path->at[at]);
            assert_true(general_is_in(graph->neighbours[path->at[at]], path->at[at + 1]));
        }
    }
}

/* Some questions about one graph: whom from, whom to, who is left out. */
static void ask_for_paths(const struct graph *graph, struct prng *prng, unsigned *seen)
{
    general_set all = generals_all(graph->count);
    for (unsigned i = 0; i < 10; i++) {
        general_id to = (general_id)prng_below(prng, graph->count);
        general_set within = prng_below(prng, 3) == 0 ? prng_next(prng) & all : all;
        general_set from = prng_next(prng) & all;
        from &= prng_below(prng, 2) == 0 ? prng_next(prng) : all; /* few: longer ways */
        within |= general_bit(to);
        struct graph_path paths[GENERALS_MAX];
        unsigned count = graph_disjoint_paths(graph, within, from, to, paths);
        assert_int_equal(count, cut_by_force(graph, within, from & within, to));
        assert_int_equal(count, graph_disjoint_paths(graph, within, from, to, NULL));
        assert_int_equal(count > 2 ? 2 : count, graph_path_count(graph, within, from, to, 2));
        assert_paths(graph, within, from, to, paths, count);
        seen[count]++;
    }
}

static void paths_of_random_graphs_are_as_many_as_menger_says(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 1927);
    unsigned seen[SMALL + 1] = {0};
    for (unsigned i = 0; i < GRAPHS; i++) {
        struct graph graph;
        support_random_graph(&graph, SMALL, 25 + (unsigned)prng_below(&prng, 60), &prng);
        ask_for_paths(&graph, &prng, seen);
    }
    for (unsigned count = 0; count < SMALL; count++) {
        assert_true(seen[count] > 0); /* every case came */
    }
}

/* Long ways, so that a path found early often stands in the way of those found later. */
static void paths_of_meshes_are_as_many_as_menger_says(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 1956);
    for (unsigned i = 0; i < GRAPHS; i++) {
        struct graph graph;
        unsigned seen[GENERALS_MAX + 1] = {0};
        graph_init(&graph, 12);
        for (unsigned at = 0; at < 12; at++) { /* 4 wide, 3 high, some edges gone or askew */
            if (at % 4 != 3 && prng_below(&prng, 6) != 0) {
                graph_connect(&graph, (general_id)at, (general_id)(at + 1));
            }
            if (at < 8 && prng_below(&prng, 6) != 0) {
                graph_connect(&graph, (general_id)at, (general_id)(at + 4));
            }
            if (at < 8 && at % 4 != 3 && prng_below(&prng, 4) == 0) {
                graph_connect(&graph, (general_id)at, (general_id)(at + 5));
            }
        }
        ask_for_paths(&graph, &prng, seen);
    }
}

static void paths_of_a_rerouted_flow_are_found(void **state)
{
    (void)state;
    /* 0, 1 and 10 to 9. The shortest path, 0 2 3 9, takes the only way of 1 away; it must leave 2
     * and 3 altogether, for 0 4 5 6 9. Then 2 is free again for the long way of 10. */
    struct graph graph;
    graph_init(&graph, 19);
    static const general_id edges[][2] = {{0, 2},   {2, 3},   {3, 9},   {1, 7},   {7, 8},
                                          {8, 3},   {0, 4},   {4, 5},   {5, 6},   {6, 9},
                                          {10, 11}, {11, 12}, {12, 17}, {17, 18}, {18, 2},
                                          {2, 13},  {13, 14}, {14, 15}, {15, 16}, {16, 9}};
    for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        graph_connect(&graph, edges[i][0], edges[i][1]);
    }
    static const struct {
        general_set from;
        unsigned count;
        struct graph_path paths[3];
    } cases[] = {
        {0x001, 1, {{4, {0, 2, 3, 9}}}},
        {0x003, 2, {{5, {0, 4, 5, 6, 9}}, {5, {1, 7, 8, 3, 9}}}},
        {0x403,
         3,
         {{5, {0, 4, 5, 6, 9}},
          {5, {1, 7, 8, 3, 9}},
          {11, {10, 11, 12, 17, 18, 2, 13, 14, 15, 16, 9}}}},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct graph_path paths[GENERALS_MAX];
        unsigned count = graph_disjoint_paths(&graph, generals_all(19), cases[i].from, 9, paths);
        assert_int_equal(count, cases[i].count);
        for (unsigned j = 0; j < count; j++) {
            assert_int_equal(paths[j].count, cases[i].paths[j].count);
            assert_memory_equal(paths[j].at, cases[i].paths[j].at, paths[j].count);
        }
    }
}

/* The definition of LSP82, word for word. */
static bool is_regular_by_force(const struct graph *graph, general_set within, general_id general,
                                general_set members)
{
    general_set rest = within & ~general_bit(general);
    for (general_set left = rest; left != 0; left &= left - 1) {
        if (cut_by_force(graph, rest, members, general_lowest(left)) < general_count(members)) {
            return false;
        }
    }
    return (members & ~graph->neighbours[general]) == 0 && (members & ~rest) == 0;
}

static void regular_set_of_random_graphs_is_found_if_there_is_one(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 1982);
    unsigned found = 0;
    unsigned absent = 0;
    for (unsigned i = 0; i < GRAPHS; i++) {
        struct graph graph;
        support_random_graph(&graph, SMALL, 40 + (unsigned)prng_below(&prng, 50), &prng);
        general_id general = (general_id)prng_below(&prng, SMALL);
        unsigned size = 1 + (unsigned)prng_below(&prng, 4);
        general_set all = generals_all(SMALL);
        general_set first = 0; /* by lowest numbers: 0 1 2 before 0 1 3 before 0 2 3 */
        for (general_set set = 1; set <= all; set++) {
            general_set lower = (set ^ first) & (~(set ^ first) + 1);
            if (general_count(set) == size && (first == 0 || (set & lower) != 0) &&
                is_regular_by_force(&graph, all, general, set)) {
                first = set;
            }
            general_id missing = 0;
            assert_int_equal(graph_is_regular_set(&graph, all, general, set, &missing),
                             is_regular_by_force(&graph, all, general, set));
        }
        assert_int_equal(graph_regular_set(&graph, all, general, size), first);
        found += first != 0;
        absent += first == 0;
    }
    assert_true(found > GRAPHS / 5 && absent > GRAPHS / 5);
}

static void assert_regularity(const struct graph *graph, unsigned p)
{
    general_id lacking = 0;
    assert_true(graph_is_p_regular(graph, p, &lacking));
    assert_false(graph_is_p_regular(graph, p + 1, &lacking));
}

static void graphs_of_three_neighbours_are_3_regular(void **state)
{
    (void)state;
    struct graph graph;
    graph_complete(&graph, 4);
    assert_regularity(&graph, 3);
    static const unsigned petersens[][2] = {{3, 1}, {4, 1}, {10, 2}, {5, 2}};
    for (unsigned i = 0; i < 4; i++) {
        support_petersen(&graph, petersens[i][0], petersens[i][1]);
        assert_regularity(&graph, 3);
    }
    support_multipartite(&graph, 2, 3);
    assert_regularity(&graph, 3);
}

static void graphs_of_more_neighbours_are_regular_to_the_last(void **state)
{
    (void)state;
    struct graph graph;
    support_multipartite(&graph, 3, 2); /* octahedron */
    assert_regularity(&graph, 4);
    support_icosahedron(&graph);
    assert_regularity(&graph, 5);
    static const unsigned multipartites[][2] = {{4, 2}, {3, 3}, {2, 6}};
    for (unsigned i = 0; i < 3; i++) {
        support_multipartite(&graph, multipartites[i][0], multipartites[i][1]);
        assert_regularity(&graph, 6);
    }
    static const unsigned offsets[] = {1, 2, 3};
    support_circulant(&graph, 9, offsets, 3);
    assert_regularity(&graph, 6);
}

static void wheels_are_3_connected_but_not_3_regular(void **state)
{
    (void)state;
    for (unsigned generals = 5; generals <= 7; generals++) {
        struct graph graph;
        support_wheel(&graph, generals);
        general_set all = generals_all(generals);
        for (general_set lost = 0; lost <= all; lost++) {
            assert_true(general_count(lost) > 2 || graph_is_connected(&graph, all & ~lost));
        }
        general_id lacking = 99;
        assert_false(graph_is_p_regular(&graph, 3, &lacking));
        assert_int_equal(lacking, 0); /* the hub */
        /* The rim could: only the hub's neighbours are on one ring. */
        assert_int_not_equal(graph_regular_set(&graph, all, 1, 3), 0);
    }
}

/* "If G is p-regular, then a graph without one node is (p-1)-regular": not these. */
static void regularity_without_a_vertex_is_not_always_one_less(void **state)
{
    (void)state;
    static const unsigned multipartites[][3] = {
        {3, 2, 4}, {4, 2, 6}, {2, 3, 3}, {3, 3, 6}, {2, 6, 6}};
    for (unsigned i = 0; i < 5; i++) {
        struct graph graph;
        unsigned p = multipartites[i][2];
        support_multipartite(&graph, multipartites[i][0], multipartites[i][1]);
        general_id lacking = 0;
        assert_true(graph_is_p_regular(&graph, p, &lacking));
        general_set rest = generals_all(graph.count) & ~general_bit(0);
        unsigned without = 0;
        for (general_set left = rest; left != 0; left &= left - 1) {
            without += graph_regular_set(&graph, rest, general_lowest(left), p - 1) == 0;
        }
        assert_true(without > 0);
    }
    /* And a complete one does as the remark says. */
    struct graph graph;
    graph_complete(&graph, 5);
    general_set rest = generals_all(5) & ~general_bit(0);
    for (general_id general = 1; general < 5; general++) {
        assert_int_not_equal(graph_regular_set(&graph, rest, general, 3), 0);
    }
}

static void search_for_a_regular_set_stops_when_its_looks_are_spent(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3};
    struct graph graph;
    support_circulant(&graph, 9, offsets, 3);
    general_set all = generals_all(9);
    uint64_t looks = 5;
    assert_int_not_equal(graph_regular_set_among(&graph, all, 0, all, 6, &looks), 0);
    assert_int_equal(looks, 4);
    looks = 0;
    assert_int_equal(graph_regular_set_among(&graph, all, 0, all, 6, &looks), 0);
    looks = 5;
    assert_int_equal(graph_regular_set_among(&graph, all, 0, all & ~general_bit(1), 6, &looks), 0);
    assert_true(looks > 0);
}

static void hub_of_a_large_wheel_is_refused_at_once(void **state)
{
    (void)state;
    /* C(63,8) sets would not come to an end if each were tried. */
    struct graph graph;
    support_wheel(&graph, GENERALS_MAX);
    assert_int_equal(graph_regular_set(&graph, generals_all(GENERALS_MAX), 0, 8), 0);
}

static void connection_and_diameter_are_those_of_the_rest(void **state)
{
    (void)state;
    struct graph graph;
    support_ring(&graph, 8);
    general_set all = generals_all(8);
    assert_true(graph_is_connected(&graph, all));
    assert_true(graph_is_connected(&graph, 0));
    assert_int_equal(graph_diameter(&graph, all), 4);
    assert_int_equal(graph_diameter(&graph, all & ~general_bit(3)), 6);
    assert_false(graph_is_connected(&graph, all & ~general_bit(3) & ~general_bit(5)));
    assert_int_equal(graph_diameter(&graph, general_bit(2)), 0);
    support_petersen(&graph, 10, 2);
    assert_int_equal(graph_diameter(&graph, generals_all(20)), 5);
    assert_false(graph_is_complete(&graph));
    graph_complete(&graph, GENERALS_MAX);
    assert_true(graph_is_complete(&graph));
    assert_int_equal(graph_diameter(&graph, generals_all(GENERALS_MAX)), 1);
    struct graph_path paths[GENERALS_MAX];
    assert_int_equal(
        graph_disjoint_paths(&graph, generals_all(GENERALS_MAX), ~(general_set)0, 63, paths), 64);
    assert_int_equal(paths[63].count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_random_graphs_are_as_many_as_menger_says),
        cmocka_unit_test(paths_of_meshes_are_as_many_as_menger_says),
        cmocka_unit_test(paths_of_a_rerouted_flow_are_found),
        cmocka_unit_test(regular_set_of_random_graphs_is_found_if_there_is_one),
        cmocka_unit_test(graphs_of_three_neighbours_are_3_regular),
        cmocka_unit_test(graphs_of_more_neighbours_are_regular_to_the_last),
        cmocka_unit_test(wheels_are_3_connected_but_not_3_regular),
        cmocka_unit_test(regularity_without_a_vertex_is_not_always_one_less),
        cmocka_unit_test(search_for_a_regular_set_stops_when_its_looks_are_spent),
        cmocka_unit_test(hub_of_a_large_wheel_is_refused_at_once),
        cmocka_unit_test(connection_and_diameter_are_those_of_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
