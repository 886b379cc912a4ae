/* om_graph_plan_test.c - who may command OM(m,p) with whom: plans keep to the definition of LSP82
 * §5, and a graph without one is refused with who lacks what. */
#include "agreement/om_graph.h"

#include "support_graph_game.h"
#include "support_graphs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static void plan_members_are_regular_sets_without_the_old_commanders(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3, 4, 5};
    struct graph graph;
    support_circulant(&graph, 13, offsets, 5);
    struct graph_game game;
    assert_true(graph_game_open(&game, &graph, 3, 9, 3, false));
    const struct om_graph_plan *plan = &game.plan;
    assert_int_equal(plan->instance_count, 1 + 9 + 72);
    assert_int_equal(plan->instance_count, om_graph_instance_count(3, 9));
    for (uint32_t i = 0; i < plan->instance_count; i++) {
        const struct om_graph_instance *at = &plan->instances[i];
        general_id missing = 0;
        assert_int_equal(general_count(at->members), 9 - at->depth);
        assert_true(graph_is_regular_set(&graph, at->within, at->commander, at->members, &missing));
        const struct om_graph_instance *parent = &plan->instances[at->parent];
        assert_true(i == 0 || (general_is_in(parent->members, at->commander) &&
                               at->within == (parent->within & ~general_bit(parent->commander))));
    }
    graph_game_close(&game);
}

static void path_of_a_hop_holds_all_that_the_order_went_through(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3};
    struct graph graph;
    support_circulant(&graph, 9, offsets, 3);
    struct graph_game game;
    assert_true(graph_game_open(&game, &graph, 2, 6, 0, false));
    for (unsigned step = 1; step <= game.plan.steps; step++) {
        struct om_graph_walk walk;
        struct om_graph_hop hop;
        om_graph_walk_init(&walk, &game.plan, step);
        while (om_graph_walk_next(&walk, &hop)) {
            general_id path[GENERALS_MAX];
            assert_int_equal(om_graph_path(&game.plan, &hop, path), step);
            assert_int_equal(path[0], 0);
            assert_int_equal(path[step - 1], hop.from);
            general_set seen = general_bit(hop.to);
            for (unsigned i = 0; i < step; i++) {
                assert_false(general_is_in(seen, path[i]));
                seen |= general_bit(path[i]);
                assert_true(i == 0 || general_is_in(graph.neighbours[path[i - 1]], path[i]));
            }
        }
    }
    graph_game_close(&game);
}

static struct om_graph_lack lack_of(const struct graph *graph, unsigned m, unsigned p)
{
    struct om_graph_shape asked = {.m = m, .p = p};
    struct om_graph_shape shape;
    struct om_graph_lack lack;
    assert_false(om_graph_fit(graph, &asked, &shape, &lack));
    return lack;
}

static void largest_p_is_taken_where_none_is_asked(void **state)
{
    (void)state;
    struct graph graph;
    support_icosahedron(&graph);
    struct graph_game game;
    assert_true(graph_game_open(&game, &graph, 1, 0, 4, false));
    assert_int_equal(game.plan.shape.p, 5);
    graph_game_close(&game);
    support_wheel(&graph, 6);
    assert_int_equal(lack_of(&graph, 1, 0).answer, OM_GRAPH_NO_SET); /* the hub */
    assert_true(graph_game_open(&game, &graph, 1, 0, 2, false));     /* the rim */
    assert_int_equal(game.plan.shape.p, 3);
    graph_game_close(&game);
}

static void refusal_names_who_lacks_which_paths(void **state)
{
    (void)state;
    struct graph graph;
    support_ring(&graph, 6);
    struct om_graph_lack lack = lack_of(&graph, 1, 0);
    assert_int_equal(lack.answer, OM_GRAPH_NO_SET);
    assert_int_equal(lack.general, 0);
    assert_int_equal(lack.neighbours, 2);
    assert_int_equal(lack.wanted, 3);

    support_wheel(&graph, 6); /* each target is reached from 3 of the rim, but not from the same */
    lack = lack_of(&graph, 1, 3);
    assert_true(lack.is_together);
    assert_int_equal(lack.paths, 2);

    /* Two complete graphs that share two generals only. */
    graph_init(&graph, 8);
    for (general_id a = 0; a < 5; a++) {
        for (general_id b = 0; b < a; b++) {
            graph_connect(&graph, a, b);
            if (general_count(graph.neighbours[7 - a] & general_bit(7 - b)) == 0) {
                graph_connect(&graph, 7 - a, 7 - b);
            }
        }
    }
    lack = lack_of(&graph, 1, 3);
    assert_int_equal(lack.neighbours, 4);
    assert_false(lack.is_together);
    assert_int_equal(lack.target, 5);
    assert_int_equal(lack.paths, 2);

    assert_int_equal(lack_of(&graph, 0, 3).answer, OM_GRAPH_NO_RELAY);
}

/* General 0 has the regular set 1 2 5 6, but without him 1 has none of three: 5 comes to 2 only
 * through 3 and 4. */
static void make_poor_member(struct graph *graph)
{
    static const general_set neighbours[] = {0x66, 0x39, 0x59, 0x76, 0x6e, 0x1b, 0x1d};
    graph_init(graph, 7);
    memcpy(graph->neighbours, neighbours, sizeof(neighbours));
}

static void refusal_names_the_member_who_could_not_command(void **state)
{
    (void)state;
    struct graph graph;
    make_poor_member(&graph);
    assert_int_equal(graph_regular_set(&graph, generals_all(7), 0, 4), 0x66);
    struct om_graph_shape asked = {.m = 2, .p = 4, .is_beyond = true};
    struct om_graph_shape shape;
    struct om_graph_lack lack;
    assert_false(om_graph_fit(&graph, &asked, &shape, &lack));
    assert_int_equal(lack.answer, OM_GRAPH_NO_SET);
    assert_int_equal(lack.general, 1);
    assert_int_equal(lack.without, 1);
    assert_int_equal(lack.wanted, 3);
    assert_int_equal(lack.target, 2);
    assert_int_equal(lack.paths, 2);
}

static void too_large_a_plan_is_refused(void **state)
{
    (void)state;
    struct graph graph;
    graph_complete(&graph, 40);
    assert_int_equal(lack_of(&graph, 8, 24).answer, OM_GRAPH_TOO_LARGE);
    assert_true(om_graph_plan_bytes(40, 8, 24) == UINT64_MAX);
    assert_true(om_graph_instance_count(60, 63) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_members_are_regular_sets_without_the_old_commanders),
        cmocka_unit_test(path_of_a_hop_holds_all_that_the_order_went_through),
        cmocka_unit_test(largest_p_is_taken_where_none_is_asked),
        cmocka_unit_test(refusal_names_who_lacks_which_paths),
        cmocka_unit_test(refusal_names_the_member_who_could_not_command),
        cmocka_unit_test(too_large_a_plan_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
