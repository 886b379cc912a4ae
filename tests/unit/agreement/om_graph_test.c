/* om_graph_test.c - OM(m,p) against the theorem that it is for (LSP82 §5, Theorem 3): with at most
 * m traitors and p >= 3m, all loyal generals obey one order, and a loyal commander's. */
#include "agreement/om_graph.h"

#include "agreement/om.h"
#include "support_graphs.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A plan with all its generals. */
struct game {
    struct om_graph_plan plan;
    struct om_graph generals[GENERALS_MAX];
    void *plan_memory;
    uint8_t *memory;
    order_nr decisions[GENERALS_MAX];
};

/* What a traitor says; hops are numbered in the order of steps. */
struct treason {
    general_set traitors;
    uint64_t bits;     /* the i-th hop of a traitor says bit i ... */
    struct prng *prng; /* ... or anything, absent too, where this is given */
    bool is_silent;    /* ... or nothing */
    unsigned hops;     /* of traitors, counted */
};

static bool game_open(struct game *game, const struct graph *graph, unsigned m, unsigned p,
                      general_id commander, bool is_beyond)
{
    struct om_graph_shape asked = {.m = m, .p = p, .commander = commander, .is_beyond = is_beyond};
    struct om_graph_shape shape;
    struct om_graph_lack lack;
    memset(game, 0, sizeof(*game));
    if (!om_graph_fit(graph, &asked, &shape, &lack)) {
        return false;
    }
    game->plan_memory = malloc((size_t)om_graph_plan_bytes(graph->count, m, shape.p));
    assert_non_null(game->plan_memory);
    om_graph_plan_init(&game->plan, graph, &shape, game->plan_memory);
    game->memory = malloc((size_t)om_graph_bytes(graph->count, m, shape.p) * graph->count);
    assert_non_null(game->memory);
    return true;
}

static void game_close(struct game *game)
{
    free(game->plan_memory);
    free(game->memory);
}

/* The index-th of a traitor's binary choices. */
static order_nr bit_of(uint64_t bits, unsigned index)
{
    return (bits >> index & 1) != 0 ? ATTACK : RETREAT;
}

static order_nr say(const struct game *game, const struct om_graph_hop *hop,
                    struct treason *treason)
{
    order_nr due = om_graph_due(&game->generals[hop->from], hop);
    if (!general_is_in(treason->traitors, hop->from)) {
        return due;
    }
    unsigned hop_index = treason->hops++;
    if (treason->is_silent) {
        return ORDER_ABSENT;
    }
    if (treason->prng != NULL) {
        uint64_t dice = prng_below(treason->prng, 5);
        return dice == 4 ? ORDER_ABSENT : (order_nr)(dice % 2);
    }
    return hop_index < 64 ? bit_of(treason->bits, hop_index) : due;
}

static void game_play(struct game *game, order_nr order, struct treason *treason)
{
    const struct om_graph_plan *plan = &game->plan;
    unsigned count = plan->graph.count;
    treason->hops = 0;
    uint64_t hops = 0;
    size_t each = (size_t)om_graph_bytes(count, plan->shape.m, plan->shape.p);
    for (unsigned g = 0; g < count; g++) {
        om_graph_init(&game->generals[g], plan, (general_id)g, game->memory + g * each);
    }
    om_graph_set_order(&game->generals[plan->shape.commander], order);
    for (unsigned step = 1; step <= plan->steps; step++) {
        struct om_graph_walk walk;
        struct om_graph_hop hop;
        om_graph_walk_init(&walk, plan, step);
        while (om_graph_walk_next(&walk, &hop)) {
            assert_true(general_is_in(plan->graph.neighbours[hop.from], hop.to));
            om_graph_take(&game->generals[hop.to], &hop, say(game, &hop, treason));
            hops++;
        }
    }
    assert_int_equal(hops, plan->hop_count);
    for (unsigned g = 0; g < count; g++) {
        game->decisions[g] = om_graph_decide(&game->generals[g]);
    }
}

/* IC1 and IC2 of the game just played. */
static bool is_agreed(const struct game *game, general_set traitors, order_nr order)
{
    general_id commander = game->plan.shape.commander;
    general_set loyal = generals_all(game->plan.graph.count) & ~traitors;
    order_nr common =
        general_is_in(loyal, commander) ? order : game->decisions[general_lowest(loyal)];
    for (general_set left = loyal; left != 0; left &= left - 1) {
        if (game->decisions[general_lowest(left)] != common) {
            return false;
        }
    }
    return true;
}

/* All binary choices of each single traitor, either order: how many games, and how many failed. */
static void exhaust(const struct graph *graph, unsigned p, general_id commander, unsigned *games,
                    unsigned *failures)
{
    struct game game;
    assert_true(game_open(&game, graph, 1, p, commander, p < 3));
    for (general_id traitor = 0; traitor < graph->count; traitor++) {
        for (order_nr order = 0; order < 2; order++) {
            struct treason treason = {.traitors = general_bit(traitor)};
            game_play(&game, order, &treason);
            assert_true(treason.hops <= graph->count); /* one for each receiver at most */
            uint64_t strategies = (uint64_t)1 << treason.hops;
            for (uint64_t bits = 0; bits < strategies; bits++) {
                treason.bits = bits;
                game_play(&game, order, &treason);
                ++*games;
                *failures += !is_agreed(&game, treason.traitors, order);
            }
        }
    }
    game_close(&game);
}

static void om_1_3_holds_for_all_binary_strategies_of_one_traitor(void **state)
{
    (void)state;
    struct graph graphs[5];
    graph_complete(&graphs[0], 4);
    support_petersen(&graphs[1], 3, 1); /* prism */
    support_petersen(&graphs[2], 4, 1); /* cube */
    support_petersen(&graphs[3], 5, 2); /* Petersen */
    support_multipartite(&graphs[4], 2, 3);
    for (unsigned i = 0; i < 5; i++) {
        unsigned games = 0;
        unsigned failures = 0;
        exhaust(&graphs[i], 3, 0, &games, &failures);
        exhaust(&graphs[i], 3, (general_id)(graphs[i].count - 1), &games, &failures);
        assert_true(games > 60);
        assert_int_equal(failures, 0);
    }
}

static void om_1_2_on_a_ring_fails(void **state)
{
    (void)state;
    struct graph ring;
    support_ring(&ring, 5);
    unsigned games = 0;
    unsigned failures = 0;
    exhaust(&ring, 2, 0, &games, &failures);
    assert_true(failures > 0);
    struct om_graph_shape asked = {.m = 1, .p = 2};
    struct om_graph_shape shape;
    struct om_graph_lack lack;
    assert_false(om_graph_fit(&ring, &asked, &shape, &lack));
    assert_int_equal(lack.answer, OM_GRAPH_P_TOO_SMALL);
    assert_int_equal(lack.wanted, 3);
}

static void two_traitors_break_om_1_3(void **state)
{
    (void)state;
    struct graph cube;
    support_petersen(&cube, 4, 1);
    struct game game;
    assert_true(game_open(&game, &cube, 1, 3, 0, false));
    struct prng prng;
    prng_init(&prng, 5);
    unsigned failures = 0;
    for (unsigned i = 0; i < 2000; i++) {
        general_id other = (general_id)(1 + prng_below(&prng, 7));
        struct treason treason = {.traitors = 1 | general_bit(other), .prng = &prng};
        game_play(&game, ATTACK, &treason);
        failures += !is_agreed(&game, treason.traitors, ATTACK);
    }
    assert_true(failures > 0);
    game_close(&game);
}

/* Every set of `m` traitors, `tries` strategies drawn for each. */
static unsigned sample(struct game *game, unsigned m, unsigned tries, struct prng *prng)
{
    unsigned failures = 0;
    general_set all = generals_all(game->plan.graph.count);
    for (general_set traitors = 0; traitors <= all; traitors++) {
        for (unsigned i = 0; general_count(traitors) == m && i < tries; i++) {
            order_nr order = (order_nr)prng_below(prng, 2);
            struct treason treason = {.traitors = traitors, .prng = prng};
            game_play(game, order, &treason);
            failures += !is_agreed(game, traitors, order);
        }
    }
    return failures;
}

static void om_2_6_holds_where_there_is_a_plan(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3, 4};
    struct graph graphs[6];
    support_circulant(&graphs[0], 9, offsets, 3);
    support_circulant(&graphs[1], 10, offsets, 4);
    graph_complete(&graphs[2], 7);
    /* Not 5-regular without a vertex, but whoever commands has his set. */
    support_multipartite(&graphs[3], 4, 2);
    support_multipartite(&graphs[4], 3, 3);
    support_multipartite(&graphs[5], 2, 6);
    struct prng prng;
    prng_init(&prng, 26);
    for (unsigned i = 0; i < 6; i++) {
        struct game game;
        assert_true(game_open(&game, &graphs[i], 2, 6, 0, false));
        assert_int_equal(game.plan.instance_count, 7);
        assert_int_equal(sample(&game, 2, 60, &prng), 0);
        assert_true(sample(&game, 3, 60, &prng) > 0); /* and with one more it does not */
        game_close(&game);
    }
}

static void om_3_9_holds_for_three_traitors(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3, 4, 5};
    struct graph graph;
    support_circulant(&graph, 13, offsets, 5);
    struct game game;
    assert_true(game_open(&game, &graph, 3, 9, 3, false));
    struct prng prng;
    prng_init(&prng, 39);
    for (unsigned i = 0; i < 100; i++) {
        general_set traitors = 0;
        while (general_count(traitors) < 3) {
            traitors |= general_bit((general_id)prng_below(&prng, 13));
        }
        order_nr order = (order_nr)prng_below(&prng, 2);
        struct treason treason = {.traitors = traitors, .prng = &prng};
        game_play(&game, order, &treason);
        assert_true(is_agreed(&game, traitors, order));
    }
    game_close(&game);
}

static void nothing_heard_is_retreat(void **state)
{
    (void)state;
    struct graph cube;
    support_petersen(&cube, 4, 1);
    struct game game;
    assert_true(game_open(&game, &cube, 1, 3, 0, false));
    struct treason treason = {.traitors = general_bit(0), .is_silent = true};
    game_play(&game, ATTACK, &treason);
    for (general_id general = 1; general < 8; general++) {
        assert_int_equal(game.decisions[general], RETREAT);
    }
    game_close(&game);
}

static void plan_members_are_regular_sets_without_the_old_commanders(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3, 4, 5};
    struct graph graph;
    support_circulant(&graph, 13, offsets, 5);
    struct game game;
    assert_true(game_open(&game, &graph, 3, 9, 3, false));
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
    game_close(&game);
}

static void path_of_a_hop_holds_all_that_the_order_went_through(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3};
    struct graph graph;
    support_circulant(&graph, 9, offsets, 3);
    struct game game;
    assert_true(game_open(&game, &graph, 2, 6, 0, false));
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
    game_close(&game);
}

/* OM(1) of four generals by om.h, the traitor's choices numbered like the hops of OM(1,3). */
static void play_om(general_id traitor, uint64_t bits, order_nr order, order_nr *decisions)
{
    const struct om_shape shape = {.generals = 4, .m = 1, .commander = 0};
    alignas(uint64_t) uint8_t memory[4][256];
    struct om oms[4];
    assert_true(om_memory_bytes(4, 1) <= sizeof(memory[0]));
    for (general_id g = 0; g < 4; g++) {
        om_init(&oms[g], &shape, g, memory[g]);
    }
    om_set_order(&oms[0], order);
    unsigned hop = 0;
    for (general_id to = 1; to < 4; to++) {
        order_nr value = RETREAT;
        om_pack(&oms[0], 1, to, &value);
        value = traitor == 0 ? bit_of(bits, hop++) : value;
        om_take(&oms[to], 1, 0, &value);
    }
    for (general_id to = 1; to < 4; to++) {
        for (general_id from = 1; from < 4; from++) {
            if (from != to) {
                order_nr value = RETREAT;
                om_pack(&oms[from], 2, to, &value);
                value = traitor == from ? bit_of(bits, hop++) : value;
                om_take(&oms[to], 2, from, &value);
            }
        }
    }
    for (general_id g = 0; g < 4; g++) {
        decisions[g] = om_decide(&oms[g]);
    }
}

static void om_1_3_of_a_complete_graph_is_om_1(void **state)
{
    (void)state;
    struct graph graph;
    graph_complete(&graph, 4);
    struct game game;
    assert_true(game_open(&game, &graph, 1, 0, 0, false));
    assert_int_equal(game.plan.shape.p, 3);
    assert_int_equal(game.plan.steps, 2);
    assert_int_equal(game.plan.hop_count, om_message_count(4, 1));
    for (general_id traitor = 0; traitor < 4; traitor++) {
        for (uint64_t bits = 0; bits < 8; bits++) {
            for (order_nr order = 0; order < 2; order++) {
                struct treason treason = {.traitors = general_bit(traitor), .bits = bits};
                order_nr decisions[4];
                game_play(&game, order, &treason);
                play_om(traitor, bits, order, decisions);
                assert_memory_equal(decisions, game.decisions, sizeof(decisions));
            }
        }
    }
    game_close(&game);
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
    struct game game;
    assert_true(game_open(&game, &graph, 1, 0, 4, false));
    assert_int_equal(game.plan.shape.p, 5);
    game_close(&game);
    support_wheel(&graph, 6);
    assert_int_equal(lack_of(&graph, 1, 0).answer, OM_GRAPH_NO_SET); /* the hub */
    assert_true(game_open(&game, &graph, 1, 0, 2, false));           /* the rim */
    assert_int_equal(game.plan.shape.p, 3);
    game_close(&game);
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
        cmocka_unit_test(om_1_3_holds_for_all_binary_strategies_of_one_traitor),
        cmocka_unit_test(om_1_2_on_a_ring_fails),
        cmocka_unit_test(two_traitors_break_om_1_3),
        cmocka_unit_test(om_2_6_holds_where_there_is_a_plan),
        cmocka_unit_test(om_3_9_holds_for_three_traitors),
        cmocka_unit_test(nothing_heard_is_retreat),
        cmocka_unit_test(plan_members_are_regular_sets_without_the_old_commanders),
        cmocka_unit_test(path_of_a_hop_holds_all_that_the_order_went_through),
        cmocka_unit_test(om_1_3_of_a_complete_graph_is_om_1),
        cmocka_unit_test(largest_p_is_taken_where_none_is_asked),
        cmocka_unit_test(refusal_names_who_lacks_which_paths),
        cmocka_unit_test(refusal_names_the_member_who_could_not_command),
        cmocka_unit_test(too_large_a_plan_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
