/* figures_test.c - the figures of LSP82, and its first example: generals who only vote. */
#include "support_game.h"

/* Three generals, one traitor, messages of one round more (LSP82 figures 1 and 2): lieutenant 1 is
 * told the same in both, and must retreat in neither or both. */
static const struct message *told(const struct play *play, unsigned round, general_id from)
{
    const struct message *message = game_find(play, round, from, 1);
    assert_non_null(message);
    return message;
}

static void figures_1_and_2_lieutenant_cannot_tell_who_betrays(void **state)
{
    (void)state;
    struct scenario first = game_of(ALGORITHM_OM, 3, 1);
    first.is_beyond = true;
    game_betray(&first, general_bit(2), STRATEGY_SCRIPT);
    game_lie(&first, 2, 1, RETREAT, (general_id[]){0, 2}, 2);
    struct scenario second = game_of(ALGORITHM_OM, 3, 1);
    second.is_beyond = true;
    game_betray(&second, general_bit(0), STRATEGY_SCRIPT);
    game_lie(&second, 0, 2, RETREAT, (general_id[]){0}, 1);
    struct play *a = game_play(&first);
    struct play *b = game_play(&second);
    assert_int_equal(told(a, 1, 0)->sent, told(b, 1, 0)->sent);
    assert_int_equal(told(a, 2, 2)->sent, told(b, 2, 2)->sent);
    assert_int_equal(a->decisions[1], b->decisions[1]);
    assert_false(a->ic2); /* he should have attacked with the loyal commander */
    assert_true(b->ic1 && !b->has_ic2);
    assert_int_equal(a->acted[2], 1);
    assert_int_equal(b->acted[0], 1);
    play_free(a);
    play_free(b);
    scenario_fini(&first);
    scenario_fini(&second);
}

static void figure_3_lieutenant_3_betrays(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(3), STRATEGY_SCRIPT);
    game_lie(&scenario, 3, 1, RETREAT, (general_id[]){0, 3}, 2);
    game_lie(&scenario, 3, 2, RETREAT, (general_id[]){0, 3}, 2);
    struct play *play = game_play(&scenario);
    assert_true(play->ic1 && play->has_ic2 && play->ic2);
    assert_int_equal(play->decisions[1], ATTACK);
    assert_int_equal(play->decisions[2], ATTACK);
    assert_int_equal(om_stored(&play->instances[0].oms[2], (general_id[]){0, 3}, 2), RETREAT);
    play_free(play);
    scenario_fini(&scenario);
}

static void figure_4_commander_betrays_with_three_orders(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    order_nr wait;
    assert_int_equal(scenario_order(&scenario, "wait", &wait, NULL), OK);
    game_betray(&scenario, general_bit(0), STRATEGY_SCRIPT);
    game_lie(&scenario, 0, 2, RETREAT, (general_id[]){0}, 1);
    game_lie(&scenario, 0, 3, wait, (general_id[]){0}, 1);
    struct play *play = game_play(&scenario);
    assert_true(play->ic1 && !play->has_ic2);
    for (general_id g = 1; g < 4; g++) {
        assert_int_equal(play->decisions[g], RETREAT); /* attack, retreat, wait: no majority */
    }
    play_free(play);
    scenario_fini(&scenario);
}

static void figure_5_signed_lieutenants_know_that_the_commander_betrays(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 3, 1);
    game_betray(&scenario, general_bit(0), STRATEGY_SCRIPT);
    game_lie(&scenario, 0, 2, RETREAT, (general_id[]){0}, 1);
    struct play *play = game_play(&scenario);
    assert_true(play->ic1);
    for (general_id g = 1; g < 3; g++) {
        assert_int_equal(play->instances[0].sms[g].order_count, 2); /* under the same name */
        assert_int_equal(play->decisions[g], RETREAT);
    }
    assert_int_equal(game_count(play, FATE_LIE, VERDICT_ACCEPTED), 1);
    play_free(play);
    scenario_fini(&scenario);
}

/* Four loyal for attack, four for retreat, and the ninth tells each side what it likes to hear. */
static struct scenario nine_generals(enum algorithm algorithm, unsigned m)
{
    struct scenario scenario = game_of(algorithm, 9, m);
    for (unsigned g = 0; g < 9; g++) {
        scenario.private_orders[g] = g < 4 ? ATTACK : RETREAT;
    }
    game_betray(&scenario, general_bit(8), STRATEGY_SPLIT);
    scenario.is_interactive = algorithm != ALGORITHM_NAIVE;
    return scenario;
}

static void nine_generals_who_only_vote_are_split_by_one(void **state)
{
    (void)state;
    struct scenario scenario = nine_generals(ALGORITHM_NAIVE, 0);
    struct play *play = game_play(&scenario);
    assert_false(play->ic1);
    assert_int_equal(play->acted[8], 4);
    assert_int_equal(play->decisions[0], ATTACK);
    assert_int_equal(play->decisions[7], RETREAT);
    assert_string_equal(play->ic1_reason,
                        "generals 0, 1, 2 and 3 obey attack, generals 4, 5, 6 and "
                        "7 retreat");
    play_free(play);
}

static void nine_generals_who_compare_notes_are_not_split(void **state)
{
    (void)state;
    for (unsigned algorithm = ALGORITHM_OM; algorithm <= ALGORITHM_SM; algorithm++) {
        struct scenario scenario = nine_generals((enum algorithm)algorithm, 1);
        struct play *play = game_play(&scenario);
        assert_true(play->ic1 && play->ic2);
        assert_true(play->acted[8] > 0);
        for (general_id g = 1; g < 8; g++) {
            assert_int_equal(play->decisions[g], play->decisions[0]);
        }
        play_free(play);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_1_and_2_lieutenant_cannot_tell_who_betrays),
        cmocka_unit_test(figure_3_lieutenant_3_betrays),
        cmocka_unit_test(figure_4_commander_betrays_with_three_orders),
        cmocka_unit_test(figure_5_signed_lieutenants_know_that_the_commander_betrays),
        cmocka_unit_test(nine_generals_who_only_vote_are_split_by_one),
        cmocka_unit_test(nine_generals_who_compare_notes_are_not_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
