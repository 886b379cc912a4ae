/* om_graph_test.c - OM(m,p) against the theorem that it is for (LSP82 §5, Theorem 3): with at most
 * m traitors and p >= 3m, all loyal generals obey one order, and a loyal commander's. */
#include "agreement/om_graph.h"

#include "agreement/om.h"
#include "support_graph_game.h"
#include "support_graphs.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

/* All binary choices of each single traitor, either order: how many games, and how many failed. */
static void exhaust(const struct graph *graph, unsigned p, general_id commander, unsigned *games,
                    unsigned *failures)
{
    struct graph_game game;
    assert_true(graph_game_open(&game, graph, 1, p, commander, p < 3));
    for (general_id traitor = 0; traitor < graph->count; traitor++) {
        for (order_nr order = 0; order < 2; order++) {
            struct treason treason = {.traitors = general_bit(traitor)};
            graph_game_play(&game, order, &treason);
            assert_true(treason.hops <= graph->count); /* one for each receiver at most */
            uint64_t strategies = (uint64_t)1 << treason.hops;
            for (uint64_t bits = 0; bits < strategies; bits++) {
                treason.bits = bits;
                graph_game_play(&game, order, &treason);
                ++*games;
                *failures += !graph_game_is_agreed(&game, treason.traitors, order);
            }
        }
    }
    graph_game_close(&game);
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
    struct graph_game game;
    assert_true(graph_game_open(&game, &cube, 1, 3, 0, false));
    struct prng prng;
    prng_init(&prng, 5);
    unsigned failures = 0;
    for (unsigned i = 0; i < 2000; i++) {
        general_id other = (general_id)(1 + prng_below(&prng, 7));
        struct treason treason = {.traitors = 1 | general_bit(other), .prng = &prng};
        graph_game_play(&game, ATTACK, &treason);
        failures += !graph_game_is_agreed(&game, treason.traitors, ATTACK);
    }
    assert_true(failures > 0);
    graph_game_close(&game);
}

/* Every set of `m` traitors, `tries` strategies drawn for each. */
static unsigned sample(struct graph_game *game, unsigned m, unsigned tries, struct prng *prng)
{
    unsigned failures = 0;
    general_set all = generals_all(game->plan.graph.count);
    for (general_set traitors = 0; traitors <= all; traitors++) {
        for (unsigned i = 0; general_count(traitors) == m && i < tries; i++) {
            order_nr order = (order_nr)prng_below(prng, 2);
            struct treason treason = {.traitors = traitors, .prng = prng};
            graph_game_play(game, order, &treason);
            failures += !graph_game_is_agreed(game, traitors, order);
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
        struct graph_game game;
        assert_true(graph_game_open(&game, &graphs[i], 2, 6, 0, false));
        assert_int_equal(game.plan.instance_count, 7);
        assert_int_equal(sample(&game, 2, 60, &prng), 0);
        assert_true(sample(&game, 3, 60, &prng) > 0); /* and with one more it does not */
        graph_game_close(&game);
    }
}

static void om_3_9_holds_for_three_traitors(void **state)
{
    (void)state;
    static const unsigned offsets[] = {1, 2, 3, 4, 5};
    struct graph graph;
    support_circulant(&graph, 13, offsets, 5);
    struct graph_game game;
    assert_true(graph_game_open(&game, &graph, 3, 9, 3, false));
    struct prng prng;
    prng_init(&prng, 39);
    for (unsigned i = 0; i < 100; i++) {
        general_set traitors = 0;
        while (general_count(traitors) < 3) {
            traitors |= general_bit((general_id)prng_below(&prng, 13));
        }
        order_nr order = (order_nr)prng_below(&prng, 2);
        struct treason treason = {.traitors = traitors, .prng = &prng};
        graph_game_play(&game, order, &treason);
        assert_true(graph_game_is_agreed(&game, traitors, order));
    }
    graph_game_close(&game);
}

static void nothing_heard_is_retreat(void **state)
{
    (void)state;
    struct graph cube;
    support_petersen(&cube, 4, 1);
    struct graph_game game;
    assert_true(graph_game_open(&game, &cube, 1, 3, 0, false));
    struct treason treason = {.traitors = general_bit(0), .is_silent = true};
    graph_game_play(&game, ATTACK, &treason);
    for (general_id general = 1; general < 8; general++) {
        assert_int_equal(game.decisions[general], RETREAT);
    }
    graph_game_close(&game);
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
        value = traitor == 0 ? treason_bit(bits, hop++) : value;
        om_take(&oms[to], 1, 0, &value);
    }
    for (general_id to = 1; to < 4; to++) {
        for (general_id from = 1; from < 4; from++) {
            if (from != to) {
                order_nr value = RETREAT;
                om_pack(&oms[from], 2, to, &value);
                value = traitor == from ? treason_bit(bits, hop++) : value;
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
    struct graph_game game;
    assert_true(graph_game_open(&game, &graph, 1, 0, 0, false));
    assert_int_equal(game.plan.shape.p, 3);
    assert_int_equal(game.plan.steps, 2);
    assert_int_equal(game.plan.hop_count, om_message_count(4, 1));
    for (general_id traitor = 0; traitor < 4; traitor++) {
        for (uint64_t bits = 0; bits < 8; bits++) {
            for (order_nr order = 0; order < 2; order++) {
                struct treason treason = {.traitors = general_bit(traitor), .bits = bits};
                order_nr decisions[4];
                graph_game_play(&game, order, &treason);
                play_om(traitor, bits, order, decisions);
                assert_memory_equal(decisions, game.decisions, sizeof(decisions));
            }
        }
    }
    graph_game_close(&game);
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
        cmocka_unit_test(om_1_3_of_a_complete_graph_is_om_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
