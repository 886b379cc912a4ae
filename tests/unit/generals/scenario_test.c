/* scenario_test.c - defaults, names, traitors drawn by lot, and every reason for refusal. */
#include "support_game.h"

#include <stdio.h>
#include <string.h>

static void defaults_are_four_loyal_generals_who_attack(void **state)
{
    (void)state;
    struct scenario scenario;
    scenario_init(&scenario);
    assert_int_equal(scenario.algorithm, ALGORITHM_OM);
    assert_int_equal(scenario.generals, 4);
    assert_int_equal(scenario.m, 1);
    assert_int_equal(scenario.commander, 0);
    assert_int_equal(scenario.order, ATTACK);
    assert_int_equal(scenario.traitors, 0);
    assert_int_equal(scenario.seed, 1);
    assert_true(graph_is_complete(&scenario.graph));
    assert_string_equal(scenario.graph_name, "complete");
    assert_int_equal(scenario_check(&scenario, NULL), OK);
    scenario_fini(&scenario);
}

static void order_names_are_added_once(void **state)
{
    (void)state;
    struct scenario scenario;
    scenario_init(&scenario);
    order_nr order;
    assert_int_equal(scenario_order(&scenario, "attack", &order, NULL), OK);
    assert_int_equal(order, ATTACK);
    assert_int_equal(scenario_order(&scenario, "wait", &order, NULL), OK);
    assert_int_equal(order, 2);
    assert_int_equal(scenario_order(&scenario, "wait", &order, NULL), OK);
    assert_int_equal(order, 2);
    assert_int_equal(scenario.order_count, 3);
    assert_string_equal(scenario_order_name(&scenario, 2), "wait");
    assert_string_equal(scenario_order_name(&scenario, ORDER_ABSENT), "-");
    assert_string_equal(scenario_order_name(&scenario, ORDERS_MAX), "garbage");
}

static void order_names_out_of_bounds_are_refused(void **state)
{
    (void)state;
    struct scenario scenario;
    struct error_text text;
    order_nr order;
    scenario_init(&scenario);
    assert_int_equal(scenario_order(&scenario, "", &order, &text), ERROR_INVALID);
    assert_int_equal(scenario_order(&scenario, "-", &order, &text), ERROR_INVALID);
    char name[33];
    memset(name, 'x', 32);
    name[32] = '\0';
    assert_int_equal(scenario_order(&scenario, name, &order, &text), ERROR_INVALID);
    name[31] = '\0';
    assert_int_equal(scenario_order(&scenario, name, &order, &text), OK);
    while (scenario.order_count < SCENARIO_ORDERS_MAX) {
        (void)snprintf(name, sizeof name, "order %u", scenario.order_count);
        assert_int_equal(scenario_order(&scenario, name, &order, &text), OK);
    }
    assert_int_equal(scenario_order(&scenario, "more", &order, &text), ERROR_LIMIT);
    assert_non_null(strstr(text.text, "at most 16"));
}

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= ALGORITHM_NAIVE; i++) {
        enum algorithm algorithm;
        assert_true(algorithm_from_name(algorithm_name((enum algorithm)i), &algorithm));
        assert_int_equal(algorithm, i);
    }
    for (unsigned i = 0; i < STRATEGY_COUNT; i++) {
        enum strategy strategy;
        assert_true(strategy_from_name(strategy_name((enum strategy)i), &strategy));
        assert_int_equal(strategy, i);
    }
    enum algorithm algorithm;
    enum strategy strategy;
    assert_false(algorithm_from_name("OM", &algorithm));
    assert_false(strategy_from_name("honest", &strategy));
}

static void traitors_are_drawn_by_the_seed(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 10, 3);
    unsigned drawn[10] = {0};
    general_set all_sets[2] = {0};
    for (unsigned seed = 0; seed < 400; seed++) {
        scenario.seed = seed;
        scenario_draw_traitors(&scenario, 3);
        general_set first = scenario.traitors;
        assert_int_equal(__builtin_popcountll(first), 3);
        assert_int_equal(first & ~generals_all(10), 0);
        scenario_draw_traitors(&scenario, 3);
        assert_int_equal(scenario.traitors, first);
        all_sets[seed % 2] = first;
        for (unsigned g = 0; g < 10; g++) {
            bool is_traitor = general_is_in(first, (general_id)g);
            drawn[g] += is_traitor ? 1 : 0;
            assert_int_equal(scenario.strategies[g], is_traitor ? STRATEGY_RANDOM : STRATEGY_LOYAL);
        }
    }
    assert_true(all_sets[0] != all_sets[1]);
    for (unsigned g = 0; g < 10; g++) {
        assert_true(drawn[g] > 70 && drawn[g] < 170); /* 120 on average */
    }
}

static void drawing_keeps_strategies_and_stops_at_all(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.strategies[2] = STRATEGY_LATE;
    scenario_draw_traitors(&scenario, 9);
    assert_int_equal(scenario.traitors, generals_all(4));
    assert_int_equal(scenario.strategies[2], STRATEGY_LATE);
    assert_int_equal(scenario.strategies[1], STRATEGY_RANDOM);
}

static void copy_has_lies_of_its_own(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    struct scenario copy;
    assert_int_equal(scenario_copy(&copy, &scenario, NULL), OK);
    assert_null(copy.lies);
    for (unsigned i = 0; i < 5; i++) {
        game_lie(&scenario, 3, 1, ATTACK, (general_id[]){0, 3}, 2);
    }
    assert_int_equal(scenario_copy(&copy, &scenario, NULL), OK);
    scenario.lies[4].to = 2;
    assert_int_equal(copy.lie_count, 5);
    assert_int_equal(copy.lies[4].to, 1);
    for (unsigned i = 0; i < 5; i++) { /* a copy has room to grow as the first had */
        game_lie(&copy, 3, 2, ATTACK, (general_id[]){0, 3}, 2);
    }
    assert_int_equal(copy.lie_count, 10);
    scenario_fini(&scenario);
    scenario_fini(&copy);
}

static void numbers_out_of_bounds_are_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 1, 0);
    game_is_refused(&scenario, "generals = 1: it takes 2 to 64");
    scenario.generals = 65;
    game_is_refused(&scenario, "generals = 65: it takes 2 to 64");
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.commander = 4;
    game_is_refused(&scenario, "commander = 4: of 4 generals the last has the number 3");
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.traitors = general_bit(5);
    game_is_refused(&scenario, "traitor 5: of 4 generals the last has the number 3");
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.order = 2;
    game_is_refused(&scenario, "order number 2: of 2 orders the last is 1");
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.lie_order = 7;
    game_is_refused(&scenario, "order number 7");
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.private_orders[3] = 2;
    game_is_refused(&scenario, "general 3's order has the number 2");
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.order_count = 1;
    game_is_refused(&scenario, "1 orders: there are 2 to 16");
}

static void m_beyond_the_theory_is_refused_unless_beyond(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 6, 2);
    game_is_refused(&scenario, "OM(2) needs at least 7 generals: 6 are given; --beyond plays it "
                               "all the same");
    scenario.is_beyond = true;
    assert_int_equal(scenario_check(&scenario, NULL), OK);
    scenario.m = 5;
    game_is_refused(&scenario, "m = 5: of 6 generals at most 4");
    scenario = game_of(ALGORITHM_SM, 4, 3);
    game_is_refused(&scenario, "m = 3: of 4 generals at most 2");
    scenario = game_of(ALGORITHM_SM, 64, 32);
    game_is_refused(&scenario, "m = 32: at most 31");
    scenario = game_of(ALGORITHM_SM, 64, 31);
    assert_int_equal(scenario_check(&scenario, NULL), OK);
    scenario = game_of(ALGORITHM_NAIVE, 4, 60); /* has no m */
    assert_int_equal(scenario_check(&scenario, NULL), OK);
}

static void more_than_m_traitors_are_refused_unless_beyond(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 7, 2);
    game_betray(&scenario, generals_all(3), STRATEGY_SILENT);
    game_is_refused(&scenario, "SM(2) holds against at most 2 traitors: 3 are given; --beyond");
    scenario.is_beyond = true;
    assert_int_equal(scenario_check(&scenario, NULL), OK);
}

static void strategies_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(2), STRATEGY_WORST);
    game_is_refused(&scenario, "traitor 2: the worst that he can do must be searched for");
    game_betray(&scenario, general_bit(2), STRATEGY_FLIP);
    scenario.strategies[1] = STRATEGY_SILENT;
    game_is_refused(&scenario, "general 1 is no traitor and cannot play silent");
    static const enum strategy of_chains[] = {STRATEGY_FORGE, STRATEGY_TRUNCATE, STRATEGY_REPLAY};
    for (size_t i = 0; i < sizeof of_chains / sizeof of_chains[0]; i++) {
        scenario = game_of(ALGORITHM_NAIVE, 4, 1);
        game_betray(&scenario, general_bit(2), of_chains[i]);
        game_is_refused(&scenario, "traitor 2 cannot play");
    }
}

static void graphs_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 5, 1);
    scenario.graph.count = 4;
    game_is_refused(&scenario, "the graph has 4 vertices for 5 generals");
    graph_init(&scenario.graph, 5);
    graph_connect(&scenario.graph, 0, 1);
    graph_connect(&scenario.graph, 1, 4);
    graph_connect(&scenario.graph, 2, 3);
    game_is_refused(&scenario, "the graph is not connected: general 0 cannot reach general 2");
    graph_connect(&scenario.graph, 1, 2);
    assert_int_equal(scenario_check(&scenario, NULL), OK);
    scenario.p = 5;
    game_is_refused(&scenario, "p = 5: no general has more than 4 neighbours");
    scenario.p = 0;
    scenario.algorithm = ALGORITHM_NAIVE;
    game_is_refused(&scenario, "needs a complete graph");
}

static void sm_on_a_long_line_is_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 64, 0);
    graph_init(&scenario.graph, 64);
    for (general_id g = 0; g < 63; g++) {
        graph_connect(&scenario.graph, g, (general_id)(g + 1));
    }
    game_is_refused(&scenario, "takes 63 rounds");
}

/* One lie of general 3 at a time, in OM(1) of four. */
static void assert_lie(struct scenario *scenario, struct lie lie, const char *trouble)
{
    scenario->lie_count = 0;
    scenario_fini(scenario);
    assert_int_equal(scenario_add_lie(scenario, &lie, NULL), OK);
    if (trouble == NULL) {
        assert_int_equal(scenario_check(scenario, NULL), OK);
    } else {
        game_is_refused(scenario, trouble);
    }
}

static void lies_that_cannot_be_told_are_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(3), STRATEGY_SCRIPT);
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {0, 3}}, NULL);
    assert_lie(&scenario, (struct lie){3, 1, ORDER_ABSENT, 2, {0, 3}}, NULL);
    assert_lie(&scenario, (struct lie){2, 1, RETREAT, 2, {0, 2}},
               "lie 1 (from 2 to 1): the liar is loyal");
    assert_lie(&scenario, (struct lie){3, 3, RETREAT, 2, {0, 3}}, "two of the generals");
    assert_lie(&scenario, (struct lie){3, 4, RETREAT, 2, {0, 3}}, "two of the generals");
    assert_lie(&scenario, (struct lie){3, 1, 2, 2, {0, 3}}, "its order is none of this scenario");
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 0, {0}}, "no general");
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 3, {0, 2, 3}}, "more than there are rounds");
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {3, 3}}, "twice");
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {9, 3}},
               "twice, or one that there is not");
    assert_lie(&scenario, (struct lie){3, 0, RETREAT, 2, {0, 3}}, "holds the receiver");
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {0, 2}}, "does not end with the liar");
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {2, 3}},
               "does not begin with the commander");
    scenario.is_interactive = true;
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {2, 3}}, NULL);
    scenario.strategies[3] = STRATEGY_FLIP;
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {0, 3}}, "does not play by the script");
    scenario_fini(&scenario);
}

static void lies_where_there_is_no_edge_are_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    graph_init(&scenario.graph, 4);
    for (general_id g = 0; g < 4; g++) {
        graph_connect(&scenario.graph, g, (general_id)((g + 1) % 4));
    }
    game_betray(&scenario, general_bit(3), STRATEGY_SCRIPT);
    assert_lie(&scenario, (struct lie){3, 1, RETREAT, 2, {0, 3}}, "no edge from the liar");
    assert_lie(&scenario, (struct lie){3, 2, RETREAT, 2, {0, 3}}, NULL);
    scenario_fini(&scenario);
}

static void two_lies_about_one_message_are_refused(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(3), STRATEGY_SCRIPT);
    game_lie(&scenario, 3, 1, RETREAT, (general_id[]){0, 3}, 2);
    game_lie(&scenario, 3, 2, RETREAT, (general_id[]){0, 3}, 2);
    game_lie(&scenario, 3, 1, ATTACK, (general_id[]){0, 3}, 2);
    game_is_refused(&scenario, "lie 3 (from 3 to 1): lie 1 is about the same message");
    scenario.algorithm = ALGORITHM_SM; /* chains of two orders are two messages */
    assert_int_equal(scenario_check(&scenario, NULL), OK);
    game_lie(&scenario, 3, 1, ATTACK, (general_id[]){0, 3}, 2);
    game_is_refused(&scenario, "lie 4 (from 3 to 1): lie 3 is about the same message");
    scenario_fini(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_four_loyal_generals_who_attack),
        cmocka_unit_test(order_names_are_added_once),
        cmocka_unit_test(order_names_out_of_bounds_are_refused),
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(traitors_are_drawn_by_the_seed),
        cmocka_unit_test(drawing_keeps_strategies_and_stops_at_all),
        cmocka_unit_test(copy_has_lies_of_its_own),
        cmocka_unit_test(numbers_out_of_bounds_are_refused),
        cmocka_unit_test(m_beyond_the_theory_is_refused_unless_beyond),
        cmocka_unit_test(more_than_m_traitors_are_refused_unless_beyond),
        cmocka_unit_test(strategies_that_do_not_fit_are_refused),
        cmocka_unit_test(graphs_that_do_not_fit_are_refused),
        cmocka_unit_test(sm_on_a_long_line_is_refused),
        cmocka_unit_test(lies_that_cannot_be_told_are_refused),
        cmocka_unit_test(lies_where_there_is_no_edge_are_refused),
        cmocka_unit_test(two_lies_about_one_message_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
