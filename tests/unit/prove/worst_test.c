/* worst_test.c - the worst that traitors can do is found where there is something, played as it was
 * found, and said to be nothing where there is nothing. */
#include "prove/worst.h"

#include "generals/play.h"
#include "prove/om_proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void make(struct scenario *scenario, enum algorithm algorithm, unsigned n, unsigned m,
                 general_set traitors)
{
    scenario_init(scenario);
    scenario->algorithm = algorithm;
    scenario->generals = n;
    scenario->m = m;
    scenario->is_beyond = true;
    scenario->traitors = traitors;
    for (unsigned g = 0; g < n; g++) {
        scenario->strategies[g] =
            general_is_in(traitors, (general_id)g) ? STRATEGY_WORST : STRATEGY_LOYAL;
    }
    graph_complete(&scenario->graph, n);
}

/* Searches, and plays what was found; whether something is broken. */
static bool search(struct scenario *scenario)
{
    bool is_found;
    struct play *play;
    struct error_text text = {""};
    enum error error = worst_find(scenario, &is_found, &text);
    if (error != OK) {
        print_error("%s\n", text.text);
    }
    assert_int_equal(error, OK);
    assert_int_equal(play_run(scenario, &play, &text), OK);
    assert_int_equal(is_found, !play->ic1 || !play->ic2);
    if (!is_found) {
        assert_int_equal(scenario->lie_count, 0);
        assert_true(text.text[0] != '\0');
    }
    play_free(play);
    return is_found;
}

static bool holds_om(unsigned n, unsigned m, general_set traitors, order_nr order)
{
    struct om_question question = {n, m, (unsigned)__builtin_popcountll(traitors)};
    struct om_proof proof = {.ic1 = true, .ic2 = true};
    struct cell root;
    struct outcomes outcomes;
    bool is_loyal = !general_is_in(traitors, 0);
    assert_true(om_proof_root(&question, is_loyal, &root));
    assert_int_equal(outcomes_init(&outcomes, &root, is_loyal, OUTCOMES_DECIDE, NULL), OK);
    (void)om_proof_find(&outcomes, order, &proof);
    outcomes_fini(&outcomes);
    return proof.ic1 && proof.ic2;
}

static void om_every_placement_is_broken_exactly_where_it_can_be(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 6; n++) {
        for (unsigned m = 0; m <= n - 2 && m <= 3; m++) {
            for (general_set traitors = 0; traitors < general_bit((general_id)n) - 1; traitors++) {
                for (order_nr order = RETREAT; order <= ATTACK; order++) {
                    struct scenario scenario;
                    make(&scenario, ALGORITHM_OM, n, m, traitors);
                    scenario.order = order;
                    assert_int_equal(search(&scenario), !holds_om(n, m, traitors, order));
                    scenario_fini(&scenario);
                }
            }
        }
    }
}

static void om_of_three_orders_is_broken_like_one_of_two(void **state)
{
    (void)state;
    struct scenario scenario;
    order_nr order;
    make(&scenario, ALGORITHM_OM, 6, 2, 0x30);
    assert_int_equal(scenario_order(&scenario, "wait", &order, NULL), OK);
    scenario.order = order;
    assert_true(search(&scenario));
    scenario_fini(&scenario);
}

static void interactive_om_is_broken_by_any_commander(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 7; n++) {
        struct scenario scenario;
        make(&scenario, ALGORITHM_OM, n, 1, 2);
        scenario.is_interactive = true;
        for (unsigned g = 0; g < n; g++) {
            scenario.private_orders[g] = ATTACK;
        }
        assert_int_equal(search(&scenario), n == 3);
        scenario_fini(&scenario);
    }
}

/* LSP82 Theorem 2. */
static void sm_every_placement_is_broken_exactly_beyond_m_traitors(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 6; n++) {
        for (unsigned m = 0; m <= n - 2; m++) {
            for (general_set traitors = 0; traitors < general_bit((general_id)n) - 1; traitors++) {
                for (order_nr order = RETREAT; order <= ATTACK; order++) {
                    struct scenario scenario;
                    unsigned k = (unsigned)__builtin_popcountll(traitors);
                    make(&scenario, ALGORITHM_SM, n, m, traitors);
                    scenario.order = order;
                    assert_int_equal(search(&scenario),
                                     general_is_in(traitors, 0) != 0 && k > m && k + 2 <= n);
                    scenario_fini(&scenario);
                }
            }
        }
    }
}

static void sm_without_the_round_rule_is_broken_by_its_commander(void **state)
{
    (void)state;
    for (order_nr order = RETREAT; order <= ATTACK; order++) {
        struct scenario scenario;
        make(&scenario, ALGORITHM_SM, 4, 1, 1);
        scenario.has_round_rule = false;
        scenario.order = order;
        assert_true(search(&scenario));
        scenario_fini(&scenario);
    }
}

/* Four loyal generals, two for each order: a traitor turns one of them. Five to one he cannot. */
static void naive_is_broken_where_a_vote_decides(void **state)
{
    (void)state;
    struct scenario scenario;
    make(&scenario, ALGORITHM_NAIVE, 5, 0, 1);
    scenario.private_orders[1] = scenario.private_orders[2] = ATTACK;
    scenario.private_orders[3] = scenario.private_orders[4] = RETREAT;
    assert_true(search(&scenario));
    scenario_fini(&scenario);
    make(&scenario, ALGORITHM_NAIVE, 6, 0, 1);
    for (unsigned g = 0; g < 6; g++) {
        scenario.private_orders[g] = ATTACK;
    }
    assert_false(search(&scenario));
    scenario_fini(&scenario);
}

/* K_{3,3}: 3-regular, so OM(1,3) holds against one traitor; two break it. */
static void om_on_a_graph_is_broken_by_two_and_not_by_one(void **state)
{
    (void)state;
    for (unsigned k = 1; k <= 2; k++) {
        struct scenario scenario;
        make(&scenario, ALGORITHM_OM, 6, 1, k == 1 ? 0x20 : 0x28);
        graph_init(&scenario.graph, 6);
        for (general_id a = 0; a < 3; a++) {
            for (general_id b = 3; b < 6; b++) {
                graph_connect(&scenario.graph, a, b);
            }
        }
        assert_int_equal(search(&scenario), k == 2);
        scenario_fini(&scenario);
    }
}

/* A ring of four: a traitor opposite leaves a path of three; two traitors cut the loyal apart. */
static void sm_on_a_ring_is_broken_where_the_loyal_are_cut_apart(void **state)
{
    (void)state;
    static const struct {
        general_set traitors;
        bool is_broken;
    } cases[] = {{4, false}, {2 | 8, true}};
    for (size_t i = 0; i < 2; i++) {
        struct scenario scenario;
        make(&scenario, ALGORITHM_SM, 4, 2, cases[i].traitors);
        graph_init(&scenario.graph, 4);
        for (general_id g = 0; g < 4; g++) {
            graph_connect(&scenario.graph, g, (general_id)((g + 1) % 4));
        }
        assert_int_equal(search(&scenario), cases[i].is_broken);
        scenario_fini(&scenario);
    }
}

static void what_cannot_be_played_is_refused_as_it_would_be(void **state)
{
    (void)state;
    struct scenario scenario;
    struct error_text text;
    bool is_found;
    make(&scenario, ALGORITHM_OM, 3, 1, 1);
    scenario.is_beyond = false;
    assert_int_equal(worst_find(&scenario, &is_found, &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "at least 4"));
    scenario_fini(&scenario);
    make(&scenario, ALGORITHM_OM, 40, 1, 1);
    assert_int_equal(worst_find(&scenario, &is_found, &text), ERROR_LIMIT);
    scenario_fini(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(om_every_placement_is_broken_exactly_where_it_can_be),
        cmocka_unit_test(om_of_three_orders_is_broken_like_one_of_two),
        cmocka_unit_test(interactive_om_is_broken_by_any_commander),
        cmocka_unit_test(sm_every_placement_is_broken_exactly_beyond_m_traitors),
        cmocka_unit_test(sm_without_the_round_rule_is_broken_by_its_commander),
        cmocka_unit_test(naive_is_broken_where_a_vote_decides),
        cmocka_unit_test(om_on_a_graph_is_broken_by_two_and_not_by_one),
        cmocka_unit_test(sm_on_a_ring_is_broken_where_the_loyal_are_cut_apart),
        cmocka_unit_test(what_cannot_be_played_is_refused_as_it_would_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
