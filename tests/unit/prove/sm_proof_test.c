/* sm_proof_test.c - SM(m) against every strategy: the numbers of the paper trail, the two ways of
 * deciding against each other, and both against sm.h as it is played. */
#include "prove/sm_proof.h"

#include "generals/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct sm_proof enumerate(const struct sm_question *question)
{
    struct sm_proof proof;
    struct error_text text;
    assert_int_equal(sm_proof_enumerate(question, NULL, NULL, &proof, &text), OK);
    return proof;
}

static struct sm_proof compose(const struct sm_question *question)
{
    struct sm_proof proof;
    struct error_text text;
    assert_int_equal(sm_proof_compose(question, &proof, &text), OK);
    return proof;
}

static void theorem_2_sm2_of_four_holds_against_all_4096_strategies_of_two(void **state)
{
    (void)state;
    struct sm_question three = {4, 2, 2, 3, true};
    struct sm_question two = {4, 2, 2, 2, true};
    struct sm_proof proof = enumerate(&three);
    assert_int_equal(proof.examined, 4096);
    assert_int_equal(proof.broken, 0);
    proof = enumerate(&two);
    assert_int_equal(proof.examined, 256);
    assert_int_equal(proof.broken, 0);
}

static void sm1_against_two_traitors_is_broken(void **state)
{
    (void)state;
    struct sm_question question = {4, 1, 2, 2, true};
    struct sm_proof proof = enumerate(&question);
    assert_int_equal(proof.examined, 256);
    assert_true(proof.broken > 0);
    assert_false(proof.ic1);
    assert_true(proof.ic2);
}

static void sm1_without_the_round_rule_is_broken_by_the_commander_alone(void **state)
{
    (void)state;
    struct sm_question question = {4, 1, 1, 2, true};
    assert_true(enumerate(&question).ic1);
    question.has_round_rule = false;
    assert_false(enumerate(&question).ic1);
    assert_false(compose(&question).ic1);
}

/* LSP82 Theorem 2: SM(m) holds for any number of generals if at most m are traitors; and if two
 * loyal lieutenants are left, only then. */
static void theorem_2_composition_holds_exactly_up_to_m_traitors(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 10; n++) {
        for (unsigned m = 0; m <= 3 && m <= n - 2; m++) {
            for (unsigned k = 0; k + 2 <= n; k++) {
                struct sm_question question = {n, m, k, 2, true};
                assert_int_equal(compose(&question).ic1, k <= m);
            }
        }
    }
}

static void composition_of_many_generals_is_broken_or_said_to_be_too_large(void **state)
{
    (void)state;
    struct sm_question question = {31, 3, 4, 2, true};
    struct sm_proof proof;
    assert_false(compose(&question).ic1);
    question.traitors = 3;
    assert_int_equal(sm_proof_compose(&question, &proof, NULL), ERROR_LIMIT);
}

static void composition_and_enumeration_say_the_same(void **state)
{
    (void)state;
    unsigned compared = 0;
    for (unsigned n = 3; n <= 6; n++) {
        for (unsigned m = 0; m <= 3 && m <= n - 2; m++) {
            for (unsigned k = 1; k < n; k++) {
                for (unsigned orders = 2; orders <= 3; orders++) {
                    for (unsigned rule = 0; rule < 2; rule++) {
                        struct sm_question question = {n, m, k, orders, rule == 1};
                        if (sm_choice_count(&question) <= 14) {
                            assert_int_equal(enumerate(&question).ic1, compose(&question).ic1);
                            compared++;
                        }
                    }
                }
            }
        }
    }
    assert_true(compared >= 20);
}

/* A strategy as a script: what is due and not shown is kept back. */
static void write_script(const struct sm_question *question, uint64_t strategy,
                         struct scenario *scenario)
{
    uint64_t count = sm_choice_count(question);
    for (uint64_t i = 0; i < count; i++) {
        struct sm_choice choice;
        sm_proof_choice(question, i, &choice);
        /* Choices of one chain and lieutenant are neighbours. */
        uint64_t group = strategy >> (i - choice.order) & ((1u << question->orders) - 1);
        bool is_shown = (strategy >> i & 1) != 0;
        if (!is_shown && (group != 0 || choice.order != 0)) {
            continue;
        }
        struct lie lie = {.from = choice.chain[choice.chain_count - 1],
                          .to = (general_id)(question->traitors + choice.lieutenant),
                          .order = is_shown ? choice.order : ORDER_ABSENT,
                          .path_count = (uint8_t)choice.chain_count};
        for (unsigned at = 0; at < choice.chain_count; at++) {
            lie.path[at] = choice.chain[at];
        }
        assert_int_equal(scenario_add_lie(scenario, &lie, NULL), OK);
    }
}

static void play_strategy(const struct sm_question *question, uint64_t strategy)
{
    struct scenario scenario;
    struct play *play;
    struct error_text text;
    order_nr obeyed[GENERALS_MAX];
    scenario_init(&scenario);
    scenario.algorithm = ALGORITHM_SM;
    scenario.generals = question->generals;
    scenario.m = question->m;
    scenario.is_beyond = true;
    scenario.order = ATTACK;
    scenario.traitors = generals_all(question->traitors);
    for (unsigned g = 0; g < question->traitors; g++) {
        scenario.strategies[g] = STRATEGY_SCRIPT;
    }
    graph_complete(&scenario.graph, question->generals);
    write_script(question, strategy, &scenario);
    assert_int_equal(play_run(&scenario, &play, &text), OK);
    sm_proof_play(question, strategy, obeyed);
    for (unsigned i = 0; question->traitors + i < question->generals; i++) {
        assert_int_equal(play->decisions[question->traitors + i], obeyed[i]);
    }
    play_free(play);
    scenario_fini(&scenario);
}

static void every_strategy_is_played_by_sm_as_it_is_reckoned(void **state)
{
    (void)state;
    static const struct sm_question questions[] = {
        {4, 2, 2, 2, true}, {4, 1, 2, 2, true}, {4, 1, 1, 2, true}, {3, 1, 1, 2, true}};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        uint64_t count = sm_choice_count(&questions[i]);
        for (uint64_t strategy = 0; strategy < UINT64_C(1) << count; strategy++) {
            play_strategy(&questions[i], strategy);
        }
    }
}

static void counterexample_each_is_played_as_it_was_promised(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 7; n++) {
        for (unsigned m = 0; m <= 3 && m <= n - 2; m++) {
            for (unsigned k = 1; k + 2 <= n; k++) {
                for (unsigned rule = 0; rule < 2; rule++) {
                    struct sm_question question = {n, m, k, 2, rule == 1};
                    struct scenario scenario;
                    struct play *play;
                    struct error_text text;
                    if (compose(&question).ic1) {
                        continue;
                    }
                    scenario_init(&scenario);
                    assert_int_equal(sm_proof_scenario(&question, &scenario, &text), OK);
                    assert_int_equal(play_run(&scenario, &play, &text), OK);
                    assert_false(play->ic1);
                    assert_true(play->ic2);
                    play_free(play);
                    scenario_fini(&scenario);
                }
            }
        }
    }
}

static void too_many_strategies_are_refused_with_the_number(void **state)
{
    (void)state;
    struct sm_question question = {10, 3, 3, 2, true};
    struct sm_proof proof;
    struct error_text text;
    /* (c), 2 of two names, 2 of three; 7 lieutenants, 2 orders. */
    assert_int_equal(sm_choice_count(&question), 5 * 7 * 2);
    assert_int_equal(sm_proof_enumerate(&question, NULL, NULL, &proof, &text), ERROR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(theorem_2_sm2_of_four_holds_against_all_4096_strategies_of_two),
        cmocka_unit_test(sm1_against_two_traitors_is_broken),
        cmocka_unit_test(sm1_without_the_round_rule_is_broken_by_the_commander_alone),
        cmocka_unit_test(theorem_2_composition_holds_exactly_up_to_m_traitors),
        cmocka_unit_test(composition_of_many_generals_is_broken_or_said_to_be_too_large),
        cmocka_unit_test(composition_and_enumeration_say_the_same),
        cmocka_unit_test(every_strategy_is_played_by_sm_as_it_is_reckoned),
        cmocka_unit_test(counterexample_each_is_played_as_it_was_promised),
        cmocka_unit_test(too_many_strategies_are_refused_with_the_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
