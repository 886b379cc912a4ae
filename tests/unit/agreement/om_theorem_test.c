/* om_theorem_test.c - Lemma 1 and Theorem 1 of LSP82 §3: every binary strategy of the traitors
 * where the world is small enough to be played out, plans drawn from a seed where it is not. */
#include "support_oral.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CHOICES_MAX       16u /* all strategies are played up to so many free values */
#define CHOICES_EVERY_MAX 9u  /* ... with every commander and every set of traitors */
#define SAMPLED_GAMES     300u

static unsigned size_of(general_set set)
{
    return (unsigned)__builtin_popcountll(set);
}

/* Both orders of a loyal commander; a traitor's own order is never heard. */
static struct oral_tally exhaust_orders(struct oral_game *game, bool stops_when_broken)
{
    struct oral_tally sum = {0};
    const bool is_loyal = !general_is_in(game->traitors, game->shape.commander);
    for (unsigned order = 0; order < (is_loyal ? 2 : 1); order++) {
        game->order = (order_nr)order;
        struct oral_tally tally = oral_exhaust(game, stops_when_broken);
        sum.played += tally.played;
        sum.ic1_broken += tally.ic1_broken;
        sum.ic2_broken += tally.ic2_broken;
    }
    return sum;
}

/* LSP82, Theorem 1 for the smallest case: 4 generals, one traitor, whoever commands. */
static void theorem_1_holds_for_every_strategy_of_four_generals(void **state)
{
    (void)state;
    for (general_id commander = 0; commander < 4; commander++) {
        uint64_t played = 0;
        for (general_id traitor = 0; traitor < 4; traitor++) {
            struct oral_game game = {.shape = {4, 1, commander}, .traitors = general_bit(traitor)};
            struct oral_tally tally = exhaust_orders(&game, false);
            assert_int_equal(tally.ic1_broken + tally.ic2_broken, 0);
            played += tally.played;
        }
        assert_int_equal(played, 32);
    }
}

/* LSP82, Lemma 1: OM(m) satisfies IC2 if there are more than 2k + m generals and at most k
 * traitors. Its case is a loyal commander. */
static uint64_t check_lemma_1(unsigned generals, unsigned m, unsigned k)
{
    uint64_t played = 0;
    for (unsigned commander = 0; commander < generals; commander++) {
        for (general_set set = oral_first_set(k); set != 0; set = oral_next_set(set, generals)) {
            struct oral_game game = {.shape = {generals, m, (general_id)commander},
                                     .traitors = set};
            if (general_is_in(set, game.shape.commander)) {
                continue;
            }
            const unsigned choices = oral_count_choices(&game);
            if (choices > CHOICES_MAX || (choices > CHOICES_EVERY_MAX && played != 0)) {
                return played;
            }
            struct oral_tally tally = exhaust_orders(&game, false);
            assert_int_equal(tally.ic2_broken, 0);
            played += tally.played;
        }
    }
    return played;
}

static void lemma_1_holds_for_every_strategy_of_up_to_six_generals(void **state)
{
    (void)state;
    unsigned cases = 0;
    for (unsigned generals = 3; generals <= 6; generals++) {
        for (unsigned m = 0; m <= generals - 2; m++) {
            for (unsigned k = 1; 2 * k + m < generals; k++) {
                cases += check_lemma_1(generals, m, k) != 0 ? 1 : 0;
            }
        }
    }
    assert_int_equal(cases, 12); /* all but n=6, m=3, k=1, whose 40 values are sampled below */
}

static void lemma_1_holds_for_sampled_plans_where_there_are_too_many(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m, k;
    } cases[] = {{6, 3, 1}, {7, 1, 2}, {7, 2, 2}, {7, 4, 1}, {8, 3, 2}, {8, 1, 3}, {9, 2, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct om_shape shape = {cases[i].generals, cases[i].m, 0};
        assert_int_equal(oral_sample(&shape, cases[i].k, 2, SAMPLED_GAMES, NULL).ic2_broken, 0);
        assert_int_equal(oral_sample(&shape, cases[i].k, 4, SAMPLED_GAMES, NULL).ic2_broken, 0);
    }
}

/* Lemma 1 asks for more than 2k + m generals, and means it. The order is ATTACK, because
 * ties help one who orders RETREAT. */
static void lemma_1_fails_with_one_general_less(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m, k;
    } cases[] = {{3, 1, 1}, {4, 2, 1}, {5, 1, 2}, {5, 3, 1}, {6, 2, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct oral_game game = {.shape = {cases[i].generals, cases[i].m, 0},
                                       .traitors = oral_first_set(cases[i].k) << 1,
                                       .order = ATTACK};
        assert_true(oral_exhaust(&game, true).ic2_broken != 0);
    }
}

/* LSP82, Theorem 1: OM(m) satisfies IC1 and IC2 if there are more than 3m generals and at most m
 * traitors. */
static void check_theorem_1_sampled(unsigned generals, unsigned m, unsigned games)
{
    const struct om_shape shape = {generals, m, 0};
    for (unsigned traitors = 1; traitors <= m; traitors++) {
        for (unsigned orders = 2; orders <= 5; orders += 3) {
            struct oral_tally tally = oral_sample(&shape, traitors, orders, games, NULL);
            assert_int_equal(tally.played, games);
            assert_int_equal(tally.ic1_broken, 0);
            assert_int_equal(tally.ic2_broken, 0);
        }
    }
}

static void theorem_1_holds_for_sampled_plans_of_seven_generals(void **state)
{
    (void)state;
    check_theorem_1_sampled(7, 2, 1000);
}

static void theorem_1_holds_for_sampled_plans_of_ten_generals(void **state)
{
    (void)state;
    check_theorem_1_sampled(10, 3, 100);
}

/* The same plans with a traitor more than the theorem allows. */
static void theorem_1_fails_for_sampled_plans_with_a_traitor_too_many(void **state)
{
    (void)state;
    const struct om_shape seven = {7, 2, 0};
    const struct om_shape ten = {10, 3, 0};
    struct oral_tally tally = oral_sample(&seven, 3, 2, 1000, NULL);
    assert_true(tally.ic1_broken != 0 && tally.ic2_broken != 0);
    tally = oral_sample(&ten, 4, 2, 60, NULL);
    assert_true(tally.ic1_broken != 0 && tally.ic2_broken != 0);
}

/* Whether any strategy of k traitors, the commander among them or not, breaks a condition.
 * Lieutenants are alike, so one set of each kind stands for all. */
static bool is_breakable(unsigned generals, unsigned m, unsigned k)
{
    for (unsigned commander = 0; commander < 2; commander++) {
        struct oral_game game = {.shape = {generals, m, commander == 0 ? 0 : (general_id)k},
                                 .traitors = oral_first_set(k)};
        assert_int_equal(size_of(game.traitors), k);
        struct oral_tally tally = exhaust_orders(&game, true);
        if (tally.ic1_broken + tally.ic2_broken != 0) {
            return true;
        }
    }
    return false;
}

/* With k >= 1 traitors, m >= 1, n >= k + 2: both conditions hold if, and only if, n > 2k + m and
 * k <= m. */
static void both_conditions_hold_exactly_where_they_should(void **state)
{
    (void)state;
    for (unsigned generals = 3; generals <= 5; generals++) {
        for (unsigned m = 1; m <= generals - 2; m++) {
            for (unsigned k = 1; k <= generals - 2; k++) {
                const bool should_hold = generals > 2 * k + m && k <= m;
                assert_int_equal(is_breakable(generals, m, k), !should_hold);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(theorem_1_holds_for_every_strategy_of_four_generals),
        cmocka_unit_test(lemma_1_holds_for_every_strategy_of_up_to_six_generals),
        cmocka_unit_test(lemma_1_holds_for_sampled_plans_where_there_are_too_many),
        cmocka_unit_test(lemma_1_fails_with_one_general_less),
        cmocka_unit_test(theorem_1_holds_for_sampled_plans_of_seven_generals),
        cmocka_unit_test(theorem_1_holds_for_sampled_plans_of_ten_generals),
        cmocka_unit_test(theorem_1_fails_for_sampled_plans_with_a_traitor_too_many),
        cmocka_unit_test(both_conditions_hold_exactly_where_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
