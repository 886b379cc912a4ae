/* strategy_test.c - each strategy acts, and does to values what its name says. */
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
