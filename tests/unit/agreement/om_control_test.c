/* om_control_test.c - where OM(m) must fail, and variants of it that are wrong: the conditions have
 * to be seen broken, or nothing that holds elsewhere was looked at. */
#include "support_oral.h"

#include "agreement/eig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static order_nr say_retreat(void *context, const general_id *path, unsigned count, general_id to,
                            order_nr due)
{
    (void)context, (void)path, (void)count, (void)to, (void)due;
    return RETREAT;
}

static order_nr say_attack_to_lieutenant_1(void *context, const general_id *path, unsigned count,
                                           general_id to, order_nr due)
{
    (void)context, (void)path, (void)count, (void)due;
    return to == 1 ? ATTACK : RETREAT;
}

/* LSP82 §2: with three generals, lieutenant 1 sees the same whether the commander says attack and
 * lieutenant 2 lies about it, or the commander says two things. */
static void three_generals_fail_both_ways_in_the_same_view(void **state)
{
    (void)state;
    const struct oral_game lieutenant_lies = {
        .shape = {3, 1, 0}, .traitors = general_bit(2), .order = ATTACK, .lie = say_retreat};
    const struct oral_game commander_lies = {
        .shape = {3, 1, 0}, .traitors = general_bit(0), .lie = say_attack_to_lieutenant_1};
    const general_id path[] = {0, 2};
    struct oral_outcome outcome;

    oral_play(&lieutenant_lies, &outcome);
    assert_int_equal(om_stored(&outcome.oms[1], path, 1), ATTACK);
    assert_int_equal(om_stored(&outcome.oms[1], path, 2), RETREAT);
    assert_int_equal(outcome.decisions[1], RETREAT);
    assert_false(outcome.ic2);

    oral_play(&commander_lies, &outcome);
    assert_int_equal(om_stored(&outcome.oms[1], path, 1), ATTACK);
    assert_int_equal(om_stored(&outcome.oms[1], path, 2), RETREAT);
    assert_int_equal(outcome.decisions[1], RETREAT);
    assert_true(outcome.ic1); /* by the default alone: see below */
}

static order_nr obey_the_commander_in_doubt(const struct om *om)
{
    return om->values[0][0];
}

/* Whatever lieutenant 1 makes of that one view, one of the two scenarios breaks. */
static void three_generals_fail_with_the_other_rule_too(void **state)
{
    (void)state;
    struct oral_game game = {.shape = {3, 1, 0},
                             .traitors = general_bit(0),
                             .lie = say_attack_to_lieutenant_1,
                             .decide = obey_the_commander_in_doubt};
    struct oral_outcome outcome;
    oral_play(&game, &outcome);
    assert_false(outcome.ic1);
    game.traitors = general_bit(2);
    game.order = ATTACK;
    game.lie = say_retreat;
    oral_play(&game, &outcome);
    assert_true(outcome.ic2);
}

/* More rounds are not safer: OM(2) of four generals breaks where OM(1) does not. */
static void om2_of_four_generals_fails_where_om1_succeeds(void **state)
{
    (void)state;
    struct oral_game game = {.shape = {4, 2, 0}, .traitors = general_bit(3), .order = ATTACK};
    struct oral_tally tally = oral_exhaust(&game, false);
    assert_int_equal(tally.played, 16);
    assert_true(tally.ic2_broken != 0);
    game.shape.m = 1;
    tally = oral_exhaust(&game, false);
    assert_int_equal(tally.played, 4);
    assert_int_equal(tally.ic1_broken + tally.ic2_broken, 0);
}

/* OM(1) against a traitor commander and his traitor lieutenant: 7 > 2k + m, so IC2 alone holds. */
static void m_one_too_small_breaks_ic1(void **state)
{
    (void)state;
    struct oral_game game = {.shape = {7, 1, 0}, .traitors = general_bit(0) | general_bit(6)};
    struct oral_tally tally = oral_exhaust(&game, false);
    assert_int_equal(tally.played, 1024);
    assert_true(tally.ic1_broken != 0);
    game.traitors = general_bit(5) | general_bit(6);
    game.order = ATTACK;
    tally = oral_exhaust(&game, false);
    assert_int_equal(tally.ic2_broken, 0);
    const struct om_shape right = {7, 2, 0};
    assert_int_equal(oral_sample(&right, 2, 2, 200, NULL).ic1_broken, 0);
}

static void om0_breaks_with_a_traitor_commander(void **state)
{
    (void)state;
    struct oral_game game = {.shape = {4, 0, 0}, .traitors = general_bit(0)};
    struct oral_tally tally = oral_exhaust(&game, false);
    assert_int_equal(tally.played, 8);
    assert_int_equal(tally.ic1_broken, 6);
}

/* One majority of all that was told in the last round, instead of one for each path. */
static order_nr flat_majority(const struct om *om)
{
    uint64_t votes[ORDERS_MAX] = {0};
    uint64_t count = eig_path_count(om->shape.generals - 2, om->shape.m);
    for (uint64_t i = 0; i < count; i++) {
        votes[om->values[om->shape.m][i]]++;
    }
    for (unsigned order = 0; order < ORDERS_MAX; order++) {
        if (2 * votes[order] > count) {
            return (order_nr)order;
        }
    }
    return RETREAT;
}

/* Leaves out what the lieutenant was told himself. */
static order_nr majority_without_own_value(const struct om *om)
{
    order_nr resolved[GENERALS_MAX + EIG_SLACK_BYTES] = {RETREAT};
    unsigned count = 0;
    for (unsigned other = 0; other < om->shape.generals; other++) {
        if (other != om->self && other != om->shape.commander) {
            const general_id path[] = {om->shape.commander, (general_id)other};
            resolved[count++] = om_resolved(om, path, 2);
        }
    }
    return eig_majority(resolved[0], resolved + 1, count - 1);
}

/* ATTACK wins a tie for one half of the generals. */
static order_nr tie_is_no_default(const struct om *om)
{
    order_nr order = om_decide(om);
    return order == RETREAT && om->values[0][0] != RETREAT && om->self % 2 == 0 ? ATTACK : order;
}

static void check_variant_is_caught(order_nr (*decide)(const struct om *om))
{
    const struct om_shape shape = {7, 2, 0};
    struct oral_tally tally = oral_sample(&shape, 2, 2, 300, decide);
    assert_true(tally.ic1_broken + tally.ic2_broken != 0);
    tally = oral_sample(&shape, 2, 2, 300, NULL);
    assert_int_equal(tally.ic1_broken + tally.ic2_broken, 0);
}

static void flat_majority_is_caught(void **state)
{
    (void)state;
    check_variant_is_caught(flat_majority);
}

static void majority_without_own_value_is_caught(void **state)
{
    (void)state;
    check_variant_is_caught(majority_without_own_value);
}

static void ties_that_are_not_broken_alike_are_caught(void **state)
{
    (void)state;
    check_variant_is_caught(tie_is_no_default);
}

static void obeying_the_commander_alone_is_caught(void **state)
{
    (void)state;
    check_variant_is_caught(obey_the_commander_in_doubt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_generals_fail_both_ways_in_the_same_view),
        cmocka_unit_test(three_generals_fail_with_the_other_rule_too),
        cmocka_unit_test(om2_of_four_generals_fails_where_om1_succeeds),
        cmocka_unit_test(m_one_too_small_breaks_ic1),
        cmocka_unit_test(om0_breaks_with_a_traitor_commander),
        cmocka_unit_test(flat_majority_is_caught),
        cmocka_unit_test(majority_without_own_value_is_caught),
        cmocka_unit_test(ties_that_are_not_broken_alike_are_caught),
        cmocka_unit_test(obeying_the_commander_alone_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
