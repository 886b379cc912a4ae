/* graph_file_test.c - graphs from files: what is read, what is refused and on which line, and that
 * no bytes whatever do harm. */
#include "generals/graph_file.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct graph graph_of(const char *bytes)
{
    struct graph graph;
    struct error_text text = {""};
    enum error error = graph_file_parse("g", slice_of_text(bytes), 0, &graph, &text);
    assert_string_equal(text.text, "");
    assert_int_equal(error, OK);
    return graph;
}

static void edges_on_lines_are_read(void **state)
{
    (void)state;
    struct graph graph = graph_of("# a square, and one apart\n0 1\n\t1 2 # here\r\n2  3\n\n3 0\n4");
    assert_int_equal(graph.count, 5);
    assert_int_equal(graph.neighbours[0], 0x0a);
    assert_int_equal(graph.neighbours[2], 0x0a);
    assert_int_equal(graph.neighbours[4], 0);
}

static void names_that_are_numbers_are_the_generals_own(void **state)
{
    (void)state;
    struct graph graph = graph_of("3 1\n1 0\n");
    assert_int_equal(graph.count, 4);
    assert_int_equal(graph.neighbours[1], 0x09);
    assert_int_equal(graph.neighbours[2], 0);
}

static void other_names_are_numbered_as_they_appear(void **state)
{
    (void)state;
    struct graph graph = graph_of("paris 1\n1 rome\n");
    assert_int_equal(graph.count, 3);
    assert_int_equal(graph.neighbours[1], 0x05);
    graph = graph_of("64 1\n1 01\n");
    assert_int_equal(graph.count, 3);
    assert_int_equal(graph.neighbours[1], 0x05);
}

static void dot_is_read_without_its_attributes(void **state)
{
    (void)state;
    struct graph graph = graph_of("graph { 0 -- 1 -- 2; 3; }");
    assert_int_equal(graph.count, 4);
    assert_int_equal(graph.neighbours[1], 0x05);
    assert_int_equal(graph.neighbours[3], 0);
    graph = graph_of("/* of\n generals */ strict Graph \"war\" {\n"
                     "  graph [label=\"a -- b; }\"]; node [shape=circle, width=.5]\n"
                     "  rankdir = LR; edge [weight=-1.5]\n"
                     "  \"the king\" [color=red][style=bold]; // alone as yet\n"
                     "  # and then\n"
                     "  paris--\"the king\" [len=2]\n"
                     "  paris -- rome -- paris\n"
                     "}\n");
    assert_int_equal(graph.count, 3);
    assert_int_equal(graph.neighbours[1], 0x05);
    assert_int_equal(graph.neighbours[2], 0x02);
}

static void same_graph_is_read_in_both_ways(void **state)
{
    (void)state;
    struct graph edges = graph_of("0 1\n1 2\n2 0\n2 3\n");
    struct graph dot = graph_of("graph{0--1--2--0;2--3}");
    assert_memory_equal(&edges, &dot, sizeof(edges));
}

static void assert_refused(const char *bytes, const char *reason)
{
    struct graph graph;
    struct error_text text = {""};
    assert_int_equal(graph_file_parse("g", slice_of_text(bytes), 0, &graph, &text), ERROR_INVALID);
    if (strstr(text.text, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text.text, reason);
    }
}

static void what_is_no_graph_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused("", "g: a graph has at least two generals");
    assert_refused("# nothing\n", "g: a graph has at least two generals");
    assert_refused("0 1\n1 2 3\n", "g:2: an edge has two ends");
    assert_refused("0 1\n2 2\n", "g:2: \"2\" is joined to itself");
    assert_refused("digraph { a -> b }", "g:1: messages go both ways");
    assert_refused("graph {\n a -- b\n b -> c }", "g:3: messages go both ways");
    assert_refused("graph {\n a -- b -- b\n c }", "g:2: \"b\" is joined to itself");
    assert_refused("graph {\n a -- {b c} }", "g:2: subgraphs are not read");
    assert_refused("graph {\n subgraph x { a } }", "g:2: subgraphs are not read");
    assert_refused("graph {\n a:n -- b }", "g:2: ports are not read");
    assert_refused("graph {\n a -- b\n", "g:3: the file ends where");
    assert_refused("graph\n", "g:2: the file ends where the {");
    assert_refused("strict { a }", "g:1: \"{\" stands where graph should be");
    assert_refused("graph { a -- b }\n}", "g:2: \"}\" stands where the end of the file");
    assert_refused("graph { a [x=1\n}", "g:2: the file ends where the ]");
    assert_refused("graph { a /* b\n}", "where");
    assert_refused("graph { a -- \"b\n}", "where a general's name should be");
    assert_refused("graph { node a }", "the [ of attributes");
    assert_refused("graph { a = ; }", "where a value should be");
    assert_refused("graph { a - b }", "where a general's name should be");
    char many[2000] = "";
    for (unsigned i = 0; i <= GENERALS_MAX; i++) {
        (void)snprintf(many + strlen(many), 16, "x%u\n", i);
    }
    assert_refused(many, "g:65: \"x64\" is one general too many: there are at most 64");
}

static void number_of_generals_must_be_the_one_asked_for(void **state)
{
    (void)state;
    struct graph graph;
    struct error_text text;
    struct slice bytes = slice_of_text("0 1\n1 2\n");
    assert_int_equal(graph_file_parse("g", bytes, 3, &graph, &text), OK);
    assert_int_equal(graph_file_parse("g", bytes, 4, &graph, &text), ERROR_INVALID);
    assert_string_equal(text.text, "the graph of g has 3 generals, not 4");
}

/* Pieces of the language in any order, with a broken byte now and then. */
static void any_bytes_are_read_or_refused(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "graph ", "{",  "}",  "--", "->", "a", "b ",      " 1 ", "[x=",  "]", ";",    "\"",
        "\n",     "/*", "*/", "//", "#",  "=", "strict ", ":",   "\\\"", "-", "\xff", "node "};
    struct prng prng;
    prng_init(&prng, 3);
    unsigned read = 0;
    for (unsigned i = 0; i < 20000; i++) {
        char bytes[400];
        size_t size = 0;
        if (prng_below(&prng, 2) == 0) {
            size = (size_t)snprintf(bytes, sizeof(bytes), "graph {");
        }
        for (uint64_t left = prng_below(&prng, 24); left > 0; left--) {
            const char *piece = pieces[prng_below(&prng, sizeof(pieces) / sizeof(pieces[0]))];
            size += (size_t)snprintf(bytes + size, sizeof(bytes) - size, "%s", piece);
        }
        if (prng_below(&prng, 4) == 0 && size > 0) {
            bytes[prng_below(&prng, size)] = '\0';
        }
        struct graph graph;
        struct error_text text;
        enum error error = graph_file_parse("g", slice_of(bytes, size), 0, &graph, &text);
        assert_true(error == OK || error == ERROR_INVALID);
        read += error == OK;
    }
    assert_true(read > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_on_lines_are_read),
        cmocka_unit_test(names_that_are_numbers_are_the_generals_own),
        cmocka_unit_test(other_names_are_numbered_as_they_appear),
        cmocka_unit_test(dot_is_read_without_its_attributes),
        cmocka_unit_test(same_graph_is_read_in_both_ways),
        cmocka_unit_test(what_is_no_graph_is_refused_with_its_line),
        cmocka_unit_test(number_of_generals_must_be_the_one_asked_for),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
