/* graphs_test.c - graphs by name against what is known of them, and specs that are refused. */
#include "generals/graphs.h"

#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A graph in which all have as many neighbours. */
struct fact {
    const char *spec;
    unsigned asked; /* generals */
    unsigned generals;
    unsigned degree;
    unsigned diameter;
    unsigned girth;   /* of the shortest cycle */
    unsigned regular; /* the largest p for which it is p-regular */
};

static const struct fact facts[] = {
    {"complete", 4, 4, 3, 1, 3, 3},
    {"complete:5", 0, 5, 4, 1, 3, 4},
    {"ring", 6, 6, 2, 3, 6, 2},
    {"wheel", 4, 4, 3, 1, 3, 3},
    {"hypercube", 4, 4, 2, 2, 4, 2},
    {"hypercube:16", 0, 16, 4, 4, 4, 4},
    {"prism", 6, 6, 3, 2, 3, 3},
    {"cube", 0, 8, 3, 3, 4, 3},
    {"petersen", 0, 10, 3, 2, 5, 3},
    {"octahedron", 6, 6, 4, 2, 3, 4},
    {"icosahedron", 0, 12, 5, 3, 3, 5},
    {"dodecahedron", 0, 20, 3, 5, 5, 3},
    {"bipartite:3,3", 0, 6, 3, 2, 4, 3},
    {"bipartite:6,6", 12, 12, 6, 2, 4, 6},
    {"multipartite:2,2,2,2", 0, 8, 6, 2, 3, 6},
    {"multipartite:3,3,3", 0, 9, 6, 2, 3, 6},
    {"circulant:9:1,2,3", 0, 9, 6, 2, 3, 6},
    {"circulant:1,4", 8, 8, 3, 2, 4, 3}, /* the Wagner graph */
};

/* The shortest cycle: an edge, and the shortest way round without it. */
static unsigned girth_of(const struct graph *graph)
{
    unsigned shortest = GENERALS_MAX + 1;
    for (unsigned a = 0; a < graph->count; a++) {
        for (general_set left = graph->neighbours[a]; left != 0; left &= left - 1) {
            general_id b = general_lowest(left);
            general_set reached = general_bit((general_id)a);
            unsigned edges = 0;
            for (; edges < graph->count && !general_is_in(reached, b); edges++) {
                general_set next = reached;
                for (unsigned g = 0; g < graph->count; g++) {
                    if (general_is_in(reached, (general_id)g)) {
                        next |=
                            g == a ? graph->neighbours[g] & ~general_bit(b) : graph->neighbours[g];
                    }
                }
                reached = next;
            }
            shortest = edges + 1 < shortest ? edges + 1 : shortest;
        }
    }
    return shortest;
}

static void graph_by_name_is_the_one_that_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const struct fact *fact = &facts[i];
        struct graph graph;
        char name[GRAPH_NAME_BYTES];
        struct error_text text = {""};
        enum error error = graph_from_spec(fact->spec, fact->asked, 1, &graph, name, &text);
        assert_string_equal(text.text, "");
        assert_int_equal(error, OK);
        assert_string_equal(name, fact->spec);
        assert_int_equal(graph.count, fact->generals);
        for (unsigned g = 0; g < graph.count; g++) {
            assert_int_equal(general_count(graph.neighbours[g]), fact->degree);
        }
        assert_int_equal(graph_diameter(&graph, generals_all(graph.count)), fact->diameter);
        assert_int_equal(girth_of(&graph), fact->girth);
        general_id lacking = 0;
        assert_true(graph_is_p_regular(&graph, fact->regular, &lacking));
        assert_false(graph_is_p_regular(&graph, fact->regular + 1, &lacking));
    }
}

static struct graph graph_of(const char *spec, unsigned generals, uint64_t seed)
{
    struct graph graph;
    char name[GRAPH_NAME_BYTES];
    assert_int_equal(graph_from_spec(spec, generals, seed, &graph, name, NULL), OK);
    return graph;
}

static unsigned edges_of(const struct graph *graph)
{
    unsigned ends = 0;
    for (unsigned g = 0; g < graph->count; g++) {
        ends += general_count(graph->neighbours[g]);
    }
    return ends / 2;
}

static void graph_with_a_middle_has_general_0_there(void **state)
{
    (void)state;
    struct graph graph = graph_of("wheel", 6, 1);
    assert_int_equal(general_count(graph.neighbours[0]), 5);
    assert_int_equal(general_count(graph.neighbours[5]), 3);
    graph = graph_of("star:9", 0, 1);
    assert_int_equal(general_count(graph.neighbours[0]), 8);
    assert_int_equal(edges_of(&graph), 8);
    graph = graph_of("path", 5, 1);
    assert_int_equal(edges_of(&graph), 4);
    assert_int_equal(graph_diameter(&graph, generals_all(5)), 4);
    graph = graph_of("bipartite:1,4", 0, 1);
    assert_int_equal(graph.neighbours[0], 0x1e);
}

static void random_graph_is_drawn_by_the_seed(void **state)
{
    (void)state;
    struct graph one = graph_of("random:50", 20, 7);
    struct graph again = graph_of("random:20:50", 0, 7);
    struct graph other = graph_of("random:50", 20, 8);
    assert_memory_equal(&one, &again, sizeof(one));
    assert_memory_not_equal(&one, &other, sizeof(one));
    struct graph none = graph_of("random:0", 20, 7);
    struct graph all = graph_of("random:100", 20, 7);
    assert_int_equal(edges_of(&none), 0);
    assert_true(graph_is_complete(&all));
}

static void same_graph_comes_of_different_specs(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"circulant:9:1,2,3", "circulant:1,2,3"},
                                           {"octahedron", "multipartite:2,2,2"},
                                           {"cube", "hypercube"},
                                           {"ring:9", "circulant:1"},
                                           {"complete", "circulant:1,2,3,4"}};
    static const unsigned generals[] = {9, 6, 8, 9, 9};
    for (size_t i = 0; i < sizeof(generals) / sizeof(generals[0]); i++) {
        struct graph first = graph_of(pairs[i][0], generals[i], 1);
        struct graph second = graph_of(pairs[i][1], generals[i], 1);
        assert_memory_equal(&first, &second, sizeof(first));
    }
}

static void assert_refused(const char *spec, unsigned generals, enum error expected,
                           const char *reason)
{
    struct graph graph;
    char name[GRAPH_NAME_BYTES];
    struct error_text text = {""};
    assert_int_equal(graph_from_spec(spec, generals, 1, &graph, name, &text), expected);
    if (strstr(text.text, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text.text, reason);
    }
    assert_int_equal(graph_from_spec(spec, generals, 1, &graph, name, NULL), expected);
}

static void spec_that_is_wrong_is_refused_with_the_reason(void **state)
{
    (void)state;
    assert_refused("pentagon", 5, ERROR_INVALID, "the graphs are complete, ring");
    assert_refused("", 5, ERROR_INVALID, "there is no graph");
    assert_refused("ring", 0, ERROR_MISSING, "ring needs the number of generals");
    assert_refused("ring", 2, ERROR_INVALID, "ring takes 3 to 64 generals, not 2");
    assert_refused("complete:65", 0, ERROR_INVALID, "2 to 64 generals, not 65");
    assert_refused("ring:0", 0, ERROR_INVALID, "written as ring");
    assert_refused("ring:5:1", 0, ERROR_INVALID, "written as ring");
    assert_refused("ring:5", 6, ERROR_INVALID, "has 5 generals, not 6");
    assert_refused("petersen", 4, ERROR_INVALID, "has 10 generals, not 4");
    assert_refused("petersen:10", 10, ERROR_INVALID, "written as petersen");
    assert_refused("hypercube", 12, ERROR_INVALID, "2, 4, 8, 16, 32 or 64");
    assert_refused("prism", 7, ERROR_INVALID, "even in number, not 7");
    assert_refused("bipartite", 6, ERROR_INVALID, "written as bipartite:A,B");
    assert_refused("bipartite:3", 3, ERROR_INVALID, "written as bipartite:A,B");
    assert_refused("bipartite:2,2,2", 6, ERROR_INVALID, "written as bipartite:A,B");
    assert_refused("bipartite:3,0", 3, ERROR_INVALID, "written as bipartite:A,B");
    assert_refused("bipartite:40,40", 0, ERROR_INVALID, "2 to 64 generals, not 80");
    assert_refused("multipartite:2,2,", 0, ERROR_INVALID, "whole numbers");
    assert_refused("circulant:9:5", 0, ERROR_INVALID, "must be 1 to 4");
    assert_refused("circulant:9:0", 0, ERROR_INVALID, "must be 1 to 4");
    assert_refused("circulant:9:-1", 0, ERROR_INVALID, "whole numbers");
    assert_refused("circulant:99999999999:1", 0, ERROR_INVALID, "too large");
    assert_refused("random:101", 5, ERROR_INVALID, "in percent");
    assert_refused("random:1,2", 5, ERROR_INVALID, "in percent");
    assert_refused("no/such/file", 5, ERROR_INVALID, "no/such/file: No such file");
    assert_refused(
        "multipartite:1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
        "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
        0, ERROR_INVALID, "at most 64 numbers");
}

static void every_name_of_the_list_is_a_graph(void **state)
{
    (void)state;
    unsigned count = 0;
    for (const char *at = graph_names(); *at != '\0'; at += strspn(at, ", ")) {
        char name[GRAPH_NAME_BYTES];
        int size = (int)strcspn(at, ":, ");
        (void)snprintf(name, sizeof(name), "%.*s", size, at);
        at += strcspn(at, " ");
        struct graph graph;
        char called[GRAPH_NAME_BYTES];
        struct error_text text = {""};
        enum error error = graph_from_spec(name, 8, 1, &graph, called, &text);
        assert_true(error == OK || error == ERROR_INVALID);
        assert_null(strstr(text.text, "there is no graph"));
        count++;
    }
    assert_int_equal(count, 16);
}

static void file_is_read_where_its_name_is_the_spec(void **state)
{
    (void)state;
    struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "%0100d.txt", 7);
    static const char edges[] = "0 1\n1 2\n";
    test_write_file(path, edges, sizeof(edges) - 1);
    struct graph graph;
    char name[GRAPH_NAME_BYTES];
    struct error_text text = {""};
    assert_int_equal(graph_from_spec(path, 0, 1, &graph, name, &text), OK);
    assert_int_equal(graph.count, 3);
    assert_int_equal(strlen(name), GRAPH_NAME_BYTES - 1);
    assert_int_equal(strspn(name, "0"), GRAPH_NAME_BYTES - 1);
    assert_refused(path, 4, ERROR_INVALID, "has 3 generals, not 4");
    assert_refused(folder.path, 4, ERROR_IO, "directory");
    test_folder_fini(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graph_by_name_is_the_one_that_is_known),
        cmocka_unit_test(graph_with_a_middle_has_general_0_there),
        cmocka_unit_test(random_graph_is_drawn_by_the_seed),
        cmocka_unit_test(same_graph_comes_of_different_specs),
        cmocka_unit_test(spec_that_is_wrong_is_refused_with_the_reason),
        cmocka_unit_test(every_name_of_the_list_is_a_graph),
        cmocka_unit_test(file_is_read_where_its_name_is_the_spec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
