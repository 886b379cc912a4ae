/* om_proof_test.c - what composition says about OM(m): against plain play of every strategy,
 * against the formula, and replayed. */
#include "prove/om_lies.h"

#include "generals/play.h"
#include "support_plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { PLACES_MAX = 16 };

static struct om_proof decide(unsigned generals, unsigned m, unsigned traitors,
                              enum outcomes_goal goal)
{
    struct om_question question = {generals, m, traitors};
    struct om_proof proof;
    assert_int_equal(om_proof_decide(&question, goal, &proof, NULL), OK);
    return proof;
}

/* Adds every strategy of one placement and order to what is known. */
static void play_all(const struct plain *plain, bool is_commander_loyal, struct om_proof *proof)
{
    for (uint64_t lies = 0; lies < UINT64_C(1) << plain->place_count; lies++) {
        order_nr obeyed[8];
        unsigned weight = 0;
        unsigned loyal = 0;
        plain_play(plain, lies, obeyed);
        for (general_id to = 1; to < plain->question.generals; to++) {
            if (!general_is_in(plain->traitors, to)) {
                weight += obeyed[to];
                loyal++;
            }
        }
        bool ic1 = weight == 0 || weight == loyal;
        bool ic2 = !is_commander_loyal || weight == plain->order * loyal;
        lie_count_nr count = (lie_count_nr)__builtin_popcountll(lies);
        if ((!ic1 || !ic2) && count < proof->cheapest.lies) {
            proof->cheapest.lies = count;
        }
        proof->ic1 = proof->ic1 && ic1;
        proof->ic2 = proof->ic2 && ic2;
    }
}

/* False if there are too many strategies. */
static bool play_question(const struct om_question *question, struct om_proof *proof)
{
    *proof = (struct om_proof){.ic1 = true, .ic2 = true, .cheapest = {.lies = LIES_NEVER}};
    for (unsigned kind = 0; kind < 2; kind++) {
        for (order_nr order = RETREAT; order <= ATTACK; order++) {
            struct plain plain;
            plain_init(&plain, question, kind == 1, order);
            if (plain.place_count > PLACES_MAX) {
                return false;
            }
            play_all(&plain, kind == 1, proof);
        }
    }
    return true;
}

static void composition_small_worlds_says_what_every_strategy_says(void **state)
{
    (void)state;
    unsigned compared = 0;
    unsigned broken = 0;
    for (unsigned n = 3; n <= 6; n++) {
        for (unsigned m = 1; m <= 2 && m <= n - 2; m++) {
            for (unsigned k = 1; k <= 2 && k + 2 <= n; k++) {
                struct om_question question = {n, m, k};
                struct om_proof plain;
                if ((n > 5 && (m > 1 || k > 1)) || (n == 5 && m == 2 && k == 2) ||
                    !play_question(&question, &plain)) {
                    continue;
                }
                struct om_proof proof = decide(n, m, k, OUTCOMES_FEWEST_LIES);
                assert_int_equal(proof.ic1, plain.ic1);
                assert_int_equal(proof.ic2, plain.ic2);
                if (!plain.ic1 || !plain.ic2) {
                    assert_int_equal(proof.cheapest.lies, plain.cheapest.lies);
                    broken++;
                }
                compared++;
            }
        }
    }
    assert_true(compared >= 8);
    assert_true(broken >= 4 && broken < compared);
}

static void composition_up_to_ten_generals_follows_the_formula(void **state)
{
    (void)state;
    unsigned holding = 0;
    for (unsigned n = 3; n <= 10; n++) {
        for (unsigned m = 1; m <= 4 && m <= n - 2; m++) {
            for (unsigned k = 1; k + 2 <= n; k++) {
                struct om_question question = {n, m, k};
                struct om_proof proof = decide(n, m, k, OUTCOMES_DECIDE);
                assert_int_equal(proof.ic1 && proof.ic2, om_formula_holds(&question));
                holding += proof.ic1 && proof.ic2;
            }
        }
    }
    /* By m, then k. */
    assert_int_equal(holding, 7 + (6 + 4) + (5 + 3 + 1) + (4 + 2));
}

/* LSP82 Lemma 1: for any m and k, OM(m) satisfies IC2 if n > 2k + m. */
static void lemma_1_ic2_holds_above_2k_plus_m(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 9; n++) {
        for (unsigned m = 0; m <= 4 && m <= n - 2; m++) {
            for (unsigned k = 0; k + 1 <= n; k++) {
                struct om_proof proof = decide(n, m, k, OUTCOMES_DECIDE);
                if (n > 2 * k + m) {
                    assert_true(proof.ic2);
                }
            }
        }
    }
}

static void ic2_alone_om1_of_six_generals_with_two_traitors(void **state)
{
    (void)state;
    struct om_proof proof = decide(6, 1, 2, OUTCOMES_DECIDE);
    assert_false(proof.ic1);
    assert_true(proof.ic2);
}

/* LSP82 Theorem 1, and what more rounds than needed cost. */
static void theorem_1_known_corners_come_out(void **state)
{
    (void)state;
    static const struct {
        unsigned n, m, k;
        bool holds;
    } corners[] = {{4, 1, 1, true},  {3, 1, 1, false},  {4, 2, 1, false}, {5, 2, 1, true},
                   {7, 2, 2, true},  {6, 2, 2, false},  {8, 3, 2, true},  {7, 3, 2, false},
                   {10, 3, 3, true}, {9, 3, 3, false},  {13, 4, 4, true}, {12, 4, 4, false},
                   {16, 5, 5, true}, {15, 5, 5, false}, {7, 1, 2, false}, {4, 0, 0, true}};
    for (size_t i = 0; i < sizeof corners / sizeof corners[0]; i++) {
        struct om_proof proof = decide(corners[i].n, corners[i].m, corners[i].k, OUTCOMES_DECIDE);
        assert_int_equal(proof.ic1 && proof.ic2, corners[i].holds);
    }
}

/* Plays a question's cheapest break. */
static void replay(const struct om_question *question, const struct om_proof *proof)
{
    struct scenario scenario;
    struct play *play;
    struct error_text text;
    uint64_t acted = 0;
    scenario_init(&scenario);
    assert_int_equal(om_lies_scenario(&scenario, question, proof, &text), OK);
    assert_int_equal(scenario.lie_count, proof->cheapest.lies);
    assert_int_equal(play_run(&scenario, &play, &text), OK);
    assert_int_equal(play->ic1, scenario.expect_ic1 == EXPECT_HOLDS);
    assert_int_equal(play->ic2, scenario.expect_ic2 == EXPECT_HOLDS);
    assert_true(!play->ic1 || !play->ic2);
    for (unsigned g = 0; g < question->generals; g++) {
        acted += play->acted[g];
    }
    assert_int_equal(acted, proof->cheapest.lies);
    play_free(play);
    scenario_fini(&scenario);
}

static void counterexample_each_is_played_as_it_was_promised(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 9; n++) {
        for (unsigned m = 0; m <= 3 && m <= n - 2; m++) {
            for (unsigned k = 1; k + 1 <= n; k++) {
                struct om_question question = {n, m, k};
                struct om_proof proof = decide(n, m, k, OUTCOMES_FEWEST_LIES);
                if (!proof.ic1 || !proof.ic2) {
                    replay(&question, &proof);
                }
            }
        }
    }
}

/* Beyond OM_FEWEST_GENERALS_MAX; and what is quick is never better than what is exact. */
static void counterexample_of_many_generals_is_played_as_it_was_promised(void **state)
{
    (void)state;
    struct om_question question = {13, 3, 4};
    struct om_proof proof = decide(13, 3, 4, OUTCOMES_FEW_LIES);
    replay(&question, &proof);
    for (unsigned n = 4; n <= 8; n++) {
        struct om_proof exact = decide(n, 1, 2, OUTCOMES_FEWEST_LIES);
        struct om_proof quick = decide(n, 1, 2, OUTCOMES_FEW_LIES);
        assert_int_equal(quick.ic1, exact.ic1);
        assert_int_equal(quick.ic2, exact.ic2);
        assert_true(quick.cheapest.lies >= exact.cheapest.lies);
    }
}

/* LSP82, figures 1 and 2: one lie is enough among three. */
static void counterexample_three_generals_takes_one_lie(void **state)
{
    (void)state;
    assert_int_equal(decide(3, 1, 1, OUTCOMES_FEWEST_LIES).cheapest.lies, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composition_small_worlds_says_what_every_strategy_says),
        cmocka_unit_test(composition_up_to_ten_generals_follows_the_formula),
        cmocka_unit_test(lemma_1_ic2_holds_above_2k_plus_m),
        cmocka_unit_test(ic2_alone_om1_of_six_generals_with_two_traitors),
        cmocka_unit_test(theorem_1_known_corners_come_out),
        cmocka_unit_test(counterexample_each_is_played_as_it_was_promised),
        cmocka_unit_test(counterexample_of_many_generals_is_played_as_it_was_promised),
        cmocka_unit_test(counterexample_three_generals_takes_one_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
