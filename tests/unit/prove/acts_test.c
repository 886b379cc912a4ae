/* acts_test.c - strategies that are played: on a complete graph they say what composition says. */
#include "prove/acts.h"

#include "prove/om_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

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
    graph_complete(&scenario->graph, n);
}

static bool is_broken_by_play(struct scenario *scenario, uint64_t *strategies)
{
    struct acts acts;
    struct acts_search search = {.plays_max = 1u << 12};
    assert_int_equal(acts_init(&acts, scenario, NULL), OK);
    *strategies = UINT64_C(1) << acts_bits(&acts);
    assert_true(*strategies <= search.plays_max);
    assert_int_equal(acts_find(&acts, scenario, &search, NULL), OK);
    assert_true(search.is_complete);
    if (!search.is_found) {
        assert_int_equal(search.plays, *strategies);
    }
    acts_fini(&acts);
    return search.is_found;
}

static void om_played_in_all_ways_is_as_composed(void **state)
{
    (void)state;
    static const struct {
        unsigned n, m;
        general_set traitors;
    } cases[] = {{3, 1, 4}, {4, 1, 4}, {4, 1, 1}, {4, 2, 8}, {5, 1, 12}, {5, 2, 16}, {6, 1, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct om_question question = {cases[i].n, cases[i].m,
                                       (unsigned)__builtin_popcountll(cases[i].traitors)};
        bool is_loyal = (cases[i].traitors & 1) == 0;
        struct om_proof proof = {.ic1 = true, .ic2 = true};
        struct scenario scenario;
        struct outcomes outcomes;
        struct cell root;
        uint64_t strategies;
        assert_true(om_proof_root(&question, is_loyal, &root));
        assert_int_equal(outcomes_init(&outcomes, &root, is_loyal, OUTCOMES_DECIDE, NULL), OK);
        (void)om_proof_find(&outcomes, ATTACK, &proof);
        outcomes_fini(&outcomes);
        make(&scenario, ALGORITHM_OM, cases[i].n, cases[i].m, cases[i].traitors);
        assert_int_equal(is_broken_by_play(&scenario, &strategies), !proof.ic1 || !proof.ic2);
        assert_true(strategies == UINT64_C(1) << om_choice_count(&question, is_loyal));
        scenario_fini(&scenario);
    }
}

/* LSP82 Theorem 2, and the 256 strategies of two traitors among four. */
static void sm2_of_four_holds_against_all_256_and_sm1_does_not(void **state)
{
    (void)state;
    for (unsigned m = 1; m <= 2; m++) {
        struct scenario scenario;
        uint64_t strategies;
        make(&scenario, ALGORITHM_SM, 4, m, 1 | 8);
        assert_int_equal(is_broken_by_play(&scenario, &strategies), m == 1);
        assert_int_equal(strategies, 256);
        scenario_fini(&scenario);
    }
}

/* No lie of a script that was found can be left out. */
static void a_script_that_was_found_is_cut_down(void **state)
{
    (void)state;
    struct scenario scenario;
    uint64_t strategies;
    make(&scenario, ALGORITHM_OM, 5, 1, 12);
    assert_true(is_broken_by_play(&scenario, &strategies));
    assert_true(scenario.lie_count >= 1);
    for (size_t i = 0; i < scenario.lie_count; i++) {
        bool ic1;
        bool ic2;
        struct lie lie = scenario.lies[i];
        scenario.lies[i] = scenario.lies[--scenario.lie_count];
        assert_int_equal(acts_play(&scenario, &ic1, &ic2, NULL), OK);
        assert_true(ic1 && ic2);
        scenario.lies[scenario.lie_count++] = scenario.lies[i];
        scenario.lies[i] = lie;
    }
    scenario_fini(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(om_played_in_all_ways_is_as_composed),
        cmocka_unit_test(sm2_of_four_holds_against_all_256_and_sm1_does_not),
        cmocka_unit_test(a_script_that_was_found_is_cut_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
