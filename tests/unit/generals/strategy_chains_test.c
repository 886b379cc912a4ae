/* strategy_chains_test.c - each strategy does to signed chains what its name says, and receivers
 * give the verdict that it deserves. */
#include "support_game.h"

/* SM(1) of four generals. */
static struct play *play_signed(general_id traitor, enum strategy strategy)
{
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&scenario, general_bit(traitor), strategy);
    return game_play(&scenario);
}

static void forged_chain_is_refused_for_its_signature(void **state)
{
    (void)state;
    for (general_id traitor = 0; traitor < 4; traitor += 3) {
        struct play *play = play_signed(traitor, STRATEGY_FORGE);
        assert_true(game_count(play, FATE_EXTRA, VERDICT_BAD_AUTHENTICATION) >= 2);
        assert_int_equal(game_count(play, FATE_EXTRA, VERDICT_ACCEPTED), 0);
        assert_true(play->ic1 && play->ic2);
        play_free(play);
    }
}

static void truncated_chain_is_refused_for_its_length(void **state)
{
    (void)state;
    struct play *play = play_signed(3, STRATEGY_TRUNCATE);
    assert_int_equal(game_count(play, FATE_GARBAGE, VERDICT_STALE), 2);
    play_free(play);
    play = play_signed(0, STRATEGY_TRUNCATE); /* nothing is left of the first */
    assert_int_equal(game_count(play, FATE_GARBAGE, VERDICT_MALFORMED), 3);
    assert_int_equal(play->decisions[1], RETREAT);
    play_free(play);
}

static void replayed_chain_is_refused_for_its_round_or_instance(void **state)
{
    (void)state;
    struct play *play = play_signed(0, STRATEGY_REPLAY);
    assert_int_equal(game_count(play, FATE_EXTRA, VERDICT_STALE), 3);
    assert_int_equal(game_count(play, FATE_EXTRA, VERDICT_BAD_AUTHENTICATION), 3);
    assert_int_equal(play->decisions[1], ATTACK);
    play_free(play);
}

static void malformed_chain_is_refused_for_its_shape(void **state)
{
    (void)state;
    struct play *play = play_signed(0, STRATEGY_GARBAGE);
    assert_int_equal(game_count(play, FATE_GARBAGE, VERDICT_MALFORMED), 3);
    assert_int_equal(play->decisions[1], RETREAT);
    play_free(play);
}

static void late_chain_is_refused_for_its_round(void **state)
{
    (void)state;
    struct play *play = play_signed(0, STRATEGY_LATE);
    assert_int_equal(game_count(play, FATE_LATE, VERDICT_STALE), 3);
    assert_int_equal(play->sent_count, 3);
    assert_int_equal(play->decisions[1], RETREAT);
    play_free(play);
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&scenario, general_bit(0), STRATEGY_LATE);
    scenario.has_round_rule = false;
    play = game_play(&scenario);
    assert_int_equal(game_count(play, FATE_LATE, VERDICT_ACCEPTED), 3);
    assert_int_equal(play->decisions[1], ATTACK);
    play_free(play);
}

static void splitting_commander_signs_both_orders(void **state)
{
    (void)state;
    struct play *play = play_signed(0, STRATEGY_SPLIT);
    assert_int_equal(game_find(play, 1, 0, 1)->sent, ATTACK);
    assert_int_equal(game_find(play, 1, 0, 2)->sent, ATTACK);
    assert_int_equal(game_find(play, 1, 0, 3)->sent, RETREAT);
    assert_int_equal(play->acted[0], 1);
    assert_int_equal(play->instances[0].sms[1].order_count, 2);
    play_free(play);
}

static void lieutenants_cannot_sign_another_order(void **state)
{
    (void)state;
    static const enum strategy withholding[] = {STRATEGY_SILENT, STRATEGY_LIE, STRATEGY_FLIP};
    for (size_t i = 0; i < sizeof withholding / sizeof withholding[0]; i++) {
        struct play *play = play_signed(3, withholding[i]);
        assert_int_equal(play->acted[3], 2);
        assert_int_equal(game_count(play, FATE_SILENT, VERDICT_ACCEPTED), 2);
        assert_true(play->ic1 && play->ic2);
        play_free(play);
    }
}

static void colluding_lieutenants_are_silent_for_a_loyal_commander(void **state)
{
    (void)state;
    struct play *play = play_signed(3, STRATEGY_COLLUDE);
    assert_int_equal(game_count(play, FATE_SILENT, VERDICT_ACCEPTED), 2);
    play_free(play);
}

static void hidden_order_is_none_that_a_retreat_would_cover(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 5, 1);
    scenario.is_beyond = true;
    scenario.order = RETREAT;
    game_betray(&scenario, general_bit(0) | general_bit(1), STRATEGY_COLLUDE);
    struct play *play = game_play(&scenario);
    assert_false(play->ic1);
    assert_string_equal(play->ic1_reason, "lieutenants 2 and 3 obey attack, lieutenant 4 retreat");
    play_free(play);
}

static void scripted_chains_share_keys_and_forge_the_rest(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 5, 2);
    game_betray(&scenario, general_bit(3) | general_bit(4), STRATEGY_SCRIPT);
    /* Seen from lieutenant 1, then both traitors: true. Nobody saw lieutenant 2 sign retreat. */
    game_lie(&scenario, 4, 2, ATTACK, (general_id[]){0, 1, 3}, 3);
    game_lie(&scenario, 4, 1, RETREAT, (general_id[]){0, 2, 4}, 3);
    game_lie(&scenario, 3, 1, ORDER_ABSENT, (general_id[]){0, 3}, 2);
    struct play *play = game_play(&scenario);
    const struct message *known = game_find(play, 3, 4, 2);
    const struct message *forged = game_find(play, 3, 4, 1);
    assert_non_null(known);
    assert_non_null(forged);
    assert_int_equal(known->fate, FATE_EXTRA);
    assert_int_equal(known->verdict, VERDICT_DUPLICATE);
    assert_int_equal(forged->verdict, VERDICT_BAD_AUTHENTICATION);
    assert_int_equal(game_find(play, 2, 3, 1)->fate, FATE_SILENT);
    assert_int_equal(play->acted[3], 1);
    assert_int_equal(play->acted[4], 2);
    assert_true(play->ic1 && play->ic2);
    play_free(play);
    scenario_fini(&scenario);
}

static void script_takes_a_seen_chain_further(void **state)
{
    (void)state;
    /* In a line 0 - 1 - 2 - 3 with 1 and 2 traitors, 2 passes on what only 1 was told. */
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 2);
    scenario.is_beyond = true;
    graph_init(&scenario.graph, 4);
    graph_connect(&scenario.graph, 0, 1);
    graph_connect(&scenario.graph, 1, 2);
    graph_connect(&scenario.graph, 2, 3);
    game_betray(&scenario, general_bit(1) | general_bit(2), STRATEGY_SCRIPT);
    game_lie(&scenario, 1, 2, ORDER_ABSENT, (general_id[]){0, 1}, 2);
    game_lie(&scenario, 2, 3, ATTACK, (general_id[]){0, 1, 2}, 3);
    struct play *play = game_play(&scenario);
    assert_int_equal(game_find(play, 3, 2, 3)->verdict, VERDICT_ACCEPTED);
    assert_int_equal(game_find(play, 3, 2, 3)->fate, FATE_EXTRA);
    assert_int_equal(play->decisions[3], ATTACK);
    play_free(play);
    scenario_fini(&scenario);
}

static void scripted_commander_may_tell_one_lieutenant_two_orders(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&scenario, general_bit(0), STRATEGY_SCRIPT);
    game_lie(&scenario, 0, 1, ATTACK, (general_id[]){0}, 1);
    game_lie(&scenario, 0, 1, RETREAT, (general_id[]){0}, 1);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->instances[0].sms[1].order_count, 2);
    assert_int_equal(play->acted[0], 1);
    assert_true(play->ic1);
    play_free(play);
    scenario_fini(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_chain_is_refused_for_its_signature),
        cmocka_unit_test(truncated_chain_is_refused_for_its_length),
        cmocka_unit_test(replayed_chain_is_refused_for_its_round_or_instance),
        cmocka_unit_test(malformed_chain_is_refused_for_its_shape),
        cmocka_unit_test(late_chain_is_refused_for_its_round),
        cmocka_unit_test(splitting_commander_signs_both_orders),
        cmocka_unit_test(lieutenants_cannot_sign_another_order),
        cmocka_unit_test(colluding_lieutenants_are_silent_for_a_loyal_commander),
        cmocka_unit_test(hidden_order_is_none_that_a_retreat_would_cover),
        cmocka_unit_test(scripted_chains_share_keys_and_forge_the_rest),
        cmocka_unit_test(script_takes_a_seen_chain_further),
        cmocka_unit_test(scripted_commander_may_tell_one_lieutenant_two_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
