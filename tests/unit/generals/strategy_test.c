/* strategy_test.c - each strategy acts, and does what its name says: to values, and to chains. */
#include "support_game.h"

#include "generals/strategy.h"

/* OM(2) of seven generals; 6 is the traitor, told attack. */
struct stage {
    struct scenario scenario;
    struct plot plot;
    general_id path[3];
    struct occasion occasion;
};

static void stage_set(struct stage *stage, enum strategy strategy)
{
    stage->scenario = game_of(ALGORITHM_OM, 7, 2);
    game_betray(&stage->scenario, general_bit(6), strategy);
    assert_int_equal(plot_init(&stage->plot, &stage->scenario), OK);
    stage->path[0] = 0;
    stage->path[1] = 3;
    stage->path[2] = 6;
    stage->occasion = (struct occasion){.round = 3,
                                        .rounds = 3,
                                        .from = 6,
                                        .to = 1,
                                        .path = stage->path,
                                        .path_count = 3,
                                        .due = ATTACK,
                                        .first = RETREAT};
}

static void stage_clear(struct stage *stage)
{
    plot_fini(&stage->plot);
    scenario_fini(&stage->scenario);
}

static void assert_choice(const struct stage *stage, enum fate fate, order_nr sent, order_nr heard)
{
    struct choice choice = strategy_choose(&stage->plot, &stage->occasion);
    assert_int_equal(choice.fate, fate);
    assert_int_equal(choice.sent, sent);
    assert_int_equal(choice.heard, heard);
}

static void loyal_traitor_says_what_is_due(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_LOYAL);
    assert_choice(&stage, FATE_LOYAL, ATTACK, ATTACK);
    stage_clear(&stage);
}

static void silent_says_nothing(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_SILENT);
    assert_choice(&stage, FATE_SILENT, ORDER_ABSENT, ORDER_ABSENT);
    stage_clear(&stage);
}

static void lie_says_one_order_even_where_it_is_true(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_LIE);
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage.occasion.due = RETREAT;
    assert_choice(&stage, FATE_LOYAL, RETREAT, RETREAT);
    stage_clear(&stage);
}

static void flip_says_the_next_order(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_FLIP);
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage.scenario.order_count = 3;
    assert_choice(&stage, FATE_LIE, 2, 2);
    stage.occasion.due = 2;
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage_clear(&stage);
}

static void forge_of_values_is_flip(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_FORGE);
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage_clear(&stage);
}

static void split_tells_halves_apart(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_SPLIT);
    for (general_id to = 1; to < 6; to++) { /* five others: three of them are the first half */
        stage.occasion.to = to;
        assert_choice(&stage, to <= 3 ? FATE_LOYAL : FATE_LIE, to <= 3 ? ATTACK : RETREAT,
                      to <= 3 ? ATTACK : RETREAT);
    }
    stage_clear(&stage);
}

static void random_depends_on_the_occasion_alone(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_RANDOM);
    unsigned seen[3] = {0};
    for (unsigned seed = 1; seed <= 300; seed++) {
        stage.scenario.seed = seed;
        struct choice choice = strategy_choose(&stage.plot, &stage.occasion);
        struct choice again = strategy_choose(&stage.plot, &stage.occasion);
        assert_int_equal(choice.sent, again.sent);
        seen[choice.sent == ORDER_ABSENT ? 2 : choice.sent]++;
    }
    for (int i = 0; i < 3; i++) {
        assert_true(seen[i] > 60 && seen[i] < 140); /* about a third each */
    }
    stage_clear(&stage);
}

static void dice_fall_anew_for_each_part_of_an_occasion(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_RANDOM);
    uint64_t dice = strategy_dice(&stage.plot, &stage.occasion);
    struct occasion other = stage.occasion;
    other.to = 2;
    assert_true(strategy_dice(&stage.plot, &other) != dice);
    other = stage.occasion;
    other.instance = 1;
    assert_true(strategy_dice(&stage.plot, &other) != dice);
    other = stage.occasion;
    other.round = 2;
    assert_true(strategy_dice(&stage.plot, &other) != dice);
    stage.path[1] = 4;
    assert_true(strategy_dice(&stage.plot, &stage.occasion) != dice);
    stage.path[1] = 3;
    assert_true(strategy_dice(&stage.plot, &stage.occasion) == dice);
    stage.scenario.seed = 2;
    assert_true(strategy_dice(&stage.plot, &stage.occasion) != dice);
    stage_clear(&stage);
}

static void late_counts_as_absent(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_LATE);
    assert_choice(&stage, FATE_LATE, ATTACK, ORDER_ABSENT);
    stage_clear(&stage);
}

static void garbage_is_no_order(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_GARBAGE);
    struct choice choice = strategy_choose(&stage.plot, &stage.occasion);
    assert_int_equal(choice.fate, FATE_GARBAGE);
    assert_true(choice.sent >= ORDERS_MAX && choice.sent != ORDER_ABSENT);
    assert_int_equal(choice.heard, ORDER_ABSENT);
    assert_int_equal(choice.verdict, VERDICT_MALFORMED);
    stage_clear(&stage);
}

static void truncate_of_values_is_silence_in_the_last_round(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_TRUNCATE);
    assert_choice(&stage, FATE_SILENT, ORDER_ABSENT, ORDER_ABSENT);
    stage.occasion.round = 2;
    assert_choice(&stage, FATE_LOYAL, ATTACK, ATTACK);
    stage_clear(&stage);
}

static void replay_of_values_repeats_what_was_told_first(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_REPLAY);
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage_clear(&stage);
}

static void collude_opposes_a_loyal_commander(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_COLLUDE);
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage.occasion.due = RETREAT; /* already wrong */
    assert_choice(&stage, FATE_LOYAL, RETREAT, RETREAT);
    stage_clear(&stage);
}

static void collude_helps_a_traitorous_commander_to_split_the_loyal(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_COLLUDE);
    plot_fini(&stage.plot);
    game_betray(&stage.scenario, general_bit(0) | general_bit(6), STRATEGY_COLLUDE);
    assert_int_equal(plot_init(&stage.plot, &stage.scenario), OK);
    for (general_id to = 1; to < 6; to++) { /* 1, 2, 3 and 4, 5: each traitor says so to them */
        stage.occasion.to = to;
        assert_int_equal(strategy_choose(&stage.plot, &stage.occasion).sent,
                         to <= 3 ? ATTACK : RETREAT);
    }
    stage_clear(&stage);
}

static void script_speaks_only_where_it_has_a_lie(void **state)
{
    (void)state;
    struct stage stage;
    stage_set(&stage, STRATEGY_SCRIPT);
    plot_fini(&stage.plot);
    game_lie(&stage.scenario, 6, 1, RETREAT, (general_id[]){0, 3, 6}, 3);
    game_lie(&stage.scenario, 6, 2, ORDER_ABSENT, (general_id[]){0, 3, 6}, 3);
    assert_int_equal(plot_init(&stage.plot, &stage.scenario), OK);
    assert_choice(&stage, FATE_LIE, RETREAT, RETREAT);
    stage.occasion.to = 2;
    assert_choice(&stage, FATE_SILENT, ORDER_ABSENT, ORDER_ABSENT);
    stage.occasion.to = 4;
    assert_choice(&stage, FATE_LOYAL, ATTACK, ATTACK);
    stage.occasion.to = 1;
    stage.path[1] = 2;
    assert_choice(&stage, FATE_LOYAL, ATTACK, ATTACK);
    stage_clear(&stage);
}

static void nothing_due_is_nothing_said_but_by_script(void **state)
{
    (void)state;
    for (unsigned s = STRATEGY_SILENT; s < STRATEGY_SCRIPT; s++) {
        struct stage stage;
        stage_set(&stage, (enum strategy)s);
        stage.occasion.due = ORDER_ABSENT;
        assert_choice(&stage, FATE_LOYAL, ORDER_ABSENT, ORDER_ABSENT);
        stage_clear(&stage);
    }
    struct stage stage;
    stage_set(&stage, STRATEGY_SCRIPT);
    plot_fini(&stage.plot);
    game_lie(&stage.scenario, 6, 1, RETREAT, (general_id[]){0, 3, 6}, 3);
    assert_int_equal(plot_init(&stage.plot, &stage.scenario), OK);
    stage.occasion.due = ORDER_ABSENT;
    assert_choice(&stage, FATE_EXTRA, RETREAT, RETREAT);
    stage_clear(&stage);
}

/* Every strategy, of every algorithm that has it, as commander and as lieutenant: it acts. */
static void assert_acts(enum algorithm algorithm, general_id traitor, enum strategy strategy)
{
    struct scenario scenario = game_of(algorithm, 5, algorithm == ALGORITHM_NAIVE ? 0 : 1);
    game_betray(&scenario, general_bit(traitor), strategy);
    struct play *play = game_play(&scenario);
    if (play->acted[traitor] == 0) {
        fail_msg("%s: traitor %d does nothing as %s", algorithm_name(algorithm), traitor,
                 strategy_name(strategy));
    }
    assert_int_equal(play->acted[traitor], game_acts(play));
    play_free(play);
}

static void each_strategy_acts_on_lieutenants(void **state)
{
    (void)state;
    for (unsigned s = STRATEGY_SILENT; s < STRATEGY_SCRIPT; s++) {
        if (s != STRATEGY_REPLAY) { /* of values it wants two rounds of relays */
            assert_acts(ALGORITHM_OM, 3, (enum strategy)s);
        }
        assert_acts(ALGORITHM_SM, 3, (enum strategy)s);
        if (s != STRATEGY_FORGE && s != STRATEGY_TRUNCATE && s != STRATEGY_REPLAY) {
            assert_acts(ALGORITHM_NAIVE, 3, (enum strategy)s);
        }
    }
}

static void each_strategy_acts_on_commanders(void **state)
{
    (void)state;
    for (unsigned s = STRATEGY_SILENT; s < STRATEGY_SCRIPT; s++) {
        if (s != STRATEGY_REPLAY && s != STRATEGY_TRUNCATE) { /* he speaks in the first round */
            assert_acts(ALGORITHM_OM, 0, (enum strategy)s);
        }
        assert_acts(ALGORITHM_SM, 0, (enum strategy)s);
    }
}

static void replay_of_values_acts_where_orders_differ(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    game_betray(&scenario, general_bit(0) | general_bit(6), STRATEGY_REPLAY);
    scenario.strategies[0] = STRATEGY_SPLIT;
    struct play *play = game_play(&scenario);
    assert_true(play->acted[6] > 0);
    play_free(play);
}

static void traitor_who_never_acted_has_acted_0(void **state)
{
    (void)state;
    for (unsigned algorithm = ALGORITHM_OM; algorithm <= ALGORITHM_NAIVE; algorithm++) {
        struct scenario scenario = game_of((enum algorithm)algorithm, 4, 1);
        game_betray(&scenario, general_bit(2), STRATEGY_LOYAL);
        struct play *play = game_play(&scenario);
        struct scenario loyal = game_of((enum algorithm)algorithm, 4, 1);
        struct play *without = game_play(&loyal);
        assert_int_equal(game_acts(play), 0);
        assert_int_equal(play->sent_count, without->sent_count);
        play_free(play);
        play_free(without);
    }
}

/* Chains. SM(1) of four generals; the verdicts are those of the receivers. */
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
        cmocka_unit_test(loyal_traitor_says_what_is_due),
        cmocka_unit_test(silent_says_nothing),
        cmocka_unit_test(lie_says_one_order_even_where_it_is_true),
        cmocka_unit_test(flip_says_the_next_order),
        cmocka_unit_test(forge_of_values_is_flip),
        cmocka_unit_test(split_tells_halves_apart),
        cmocka_unit_test(random_depends_on_the_occasion_alone),
        cmocka_unit_test(dice_fall_anew_for_each_part_of_an_occasion),
        cmocka_unit_test(late_counts_as_absent),
        cmocka_unit_test(garbage_is_no_order),
        cmocka_unit_test(truncate_of_values_is_silence_in_the_last_round),
        cmocka_unit_test(replay_of_values_repeats_what_was_told_first),
        cmocka_unit_test(collude_opposes_a_loyal_commander),
        cmocka_unit_test(collude_helps_a_traitorous_commander_to_split_the_loyal),
        cmocka_unit_test(script_speaks_only_where_it_has_a_lie),
        cmocka_unit_test(nothing_due_is_nothing_said_but_by_script),
        cmocka_unit_test(each_strategy_acts_on_lieutenants),
        cmocka_unit_test(each_strategy_acts_on_commanders),
        cmocka_unit_test(replay_of_values_acts_where_orders_differ),
        cmocka_unit_test(traitor_who_never_acted_has_acted_0),
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
