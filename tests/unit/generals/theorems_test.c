/* theorems_test.c - what Lamport, Shostak and Pease proved, tried by playing: many traitors, seeds
 * and strategies within the bounds, and beyond them at least one game that breaks. */
#include "support_game.h"

/* What of a batch of games held. */
struct tally {
    unsigned games;
    unsigned ic1_broken;
    unsigned ic2_broken;
    unsigned acted;
};

static void tally_game(struct tally *tally, const struct scenario *scenario)
{
    struct play *play = game_play(scenario);
    tally->games++;
    tally->ic1_broken += play->ic1 ? 0 : 1;
    tally->ic2_broken += play->ic2 ? 0 : 1;
    tally->acted += game_acts(play) != 0 ? 1 : 0;
    play_free(play);
}

/* The next set with as many members (Gosper). */
static general_set next_subset(general_set set)
{
    general_set low = set & (~set + 1);
    general_set carried = set + low;
    return carried | ((set ^ carried) / low >> 2);
}

static bool is_playable(enum strategy strategy)
{
    return strategy != STRATEGY_SCRIPT && strategy != STRATEGY_WORST;
}

/* Every set of `k` traitors, every strategy, both orders, some seeds. */
static struct tally try_all(struct scenario *scenario, unsigned k, unsigned seeds)
{
    struct tally tally = {0};
    general_set end = general_bit((general_id)scenario->generals);
    for (general_set traitors = generals_all(k); traitors < end; traitors = next_subset(traitors)) {
        for (unsigned s = STRATEGY_SILENT; s < STRATEGY_COUNT; s++) {
            if (!is_playable((enum strategy)s)) {
                continue;
            }
            game_betray(scenario, traitors, (enum strategy)s);
            for (unsigned seed = 1; seed <= (s == STRATEGY_RANDOM ? seeds : 1); seed++) {
                scenario->seed = seed;
                scenario->order = seed % 2 == 1 ? ATTACK : RETREAT;
                scenario->lie_order = scenario->order == ATTACK ? RETREAT : ATTACK;
                tally_game(&tally, scenario);
            }
        }
    }
    return tally;
}

/* Each traitor a strategy of his own, drawn by the seed. */
static struct tally try_mixed(struct scenario *scenario, unsigned k, unsigned games)
{
    struct tally tally = {0};
    for (unsigned seed = 1; seed <= games; seed++) {
        unsigned strategy = seed;
        scenario->seed = seed;
        scenario->order = seed % 3 == 0 ? RETREAT : ATTACK;
        game_betray(scenario, 0, STRATEGY_LOYAL);
        scenario_draw_traitors(scenario, k);
        for (unsigned g = 0; g < scenario->generals; g++) {
            if (general_is_in(scenario->traitors, (general_id)g)) {
                strategy = strategy * 7 + 3 + g;
                scenario->strategies[g] = (enum strategy)(strategy % STRATEGY_SCRIPT);
            }
        }
        tally_game(&tally, scenario);
    }
    return tally;
}

static void assert_all_hold(const struct tally *tally)
{
    assert_true(tally->games > 0 && tally->acted > tally->games / 2);
    assert_int_equal(tally->ic1_broken, 0);
    assert_int_equal(tally->ic2_broken, 0);
}

static void lemma_1_ic2_holds_for_more_than_2k_plus_m_generals(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m, k;
    } cases[] = {{6, 1, 2}, {8, 1, 3}, {8, 3, 2}, {9, 2, 3}, {5, 2, 1}, {5, 0, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario = game_of(ALGORITHM_OM, cases[i].generals, cases[i].m);
        scenario.is_beyond = true;
        struct tally tally = try_all(&scenario, cases[i].k, 3);
        assert_int_equal(tally.ic2_broken, 0);
        assert_true(tally.acted > 0);
    }
}

static void lemma_1_ic2_fails_for_2k_plus_m_generals(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m, k;
    } cases[] = {{5, 1, 2}, {6, 2, 2}, {3, 1, 1}, {4, 2, 1}, {7, 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario = game_of(ALGORITHM_OM, cases[i].generals, cases[i].m);
        scenario.is_beyond = true;
        struct tally tally = try_all(&scenario, cases[i].k, 3);
        assert_true(tally.ic2_broken > 0);
    }
}

static void lemma_1_alone_does_not_give_ic1(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 6, 1);
    scenario.is_beyond = true;
    struct tally tally = try_all(&scenario, 2, 5);
    assert_int_equal(tally.ic2_broken, 0);
    assert_true(tally.ic1_broken > 0);
}

static void theorem_1_om_holds_for_more_than_3m_generals(void **state)
{
    (void)state;
    for (unsigned m = 1; m <= 2; m++) {
        for (unsigned generals = 3 * m + 1; generals <= 3 * m + 2; generals++) {
            for (unsigned k = 1; k <= m; k++) {
                struct scenario scenario = game_of(ALGORITHM_OM, generals, m);
                struct tally tally = try_all(&scenario, k, 6);
                assert_all_hold(&tally);
            }
        }
    }
}

static void theorem_1_om_holds_against_mixed_strategies(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m, games;
    } cases[] = {{4, 1, 400}, {7, 2, 400}, {10, 3, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario = game_of(ALGORITHM_OM, cases[i].generals, cases[i].m);
        scenario.order_count = 3;
        struct tally tally = try_mixed(&scenario, cases[i].m, cases[i].games);
        assert_int_equal(tally.ic1_broken, 0);
        assert_int_equal(tally.ic2_broken, 0);
    }
}

static void om_fails_with_3m_generals(void **state)
{
    (void)state;
    for (unsigned m = 1; m <= 2; m++) {
        struct scenario scenario = game_of(ALGORITHM_OM, 3 * m, m);
        scenario.is_beyond = true;
        struct tally tally = try_all(&scenario, m, 6);
        assert_true(tally.ic1_broken + tally.ic2_broken > 0);
    }
}

static void om_fails_with_more_than_m_traitors(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 1);
    scenario.is_beyond = true;
    struct tally tally = try_all(&scenario, 2, 6);
    assert_true(tally.ic1_broken > 0);
}

static void theorem_2_sm_holds_for_any_number_of_generals(void **state)
{
    (void)state;
    for (unsigned m = 1; m <= 2; m++) {
        for (unsigned generals = m + 2; generals <= 5; generals++) {
            for (unsigned k = 1; k <= m; k++) {
                struct scenario scenario = game_of(ALGORITHM_SM, generals, m);
                struct tally tally = try_all(&scenario, k, 3);
                assert_all_hold(&tally);
            }
        }
    }
}

static void theorem_2_sm_holds_against_mixed_strategies(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 6, 3);
    scenario.order_count = 3;
    struct tally tally = try_mixed(&scenario, 3, 120);
    assert_int_equal(tally.ic1_broken, 0);
    assert_int_equal(tally.ic2_broken, 0);
}

static void sm_fails_with_more_than_m_traitors(void **state)
{
    (void)state;
    for (unsigned m = 0; m <= 2; m++) {
        struct scenario scenario = game_of(ALGORITHM_SM, m + 4, m);
        scenario.is_beyond = true;
        game_betray(&scenario, generals_all(m + 1), STRATEGY_COLLUDE);
        struct play *play = game_play(&scenario);
        assert_false(play->ic1);
        assert_true(game_count(play, FATE_EXTRA, VERDICT_ACCEPTED) == 1);
        play_free(play);
    }
}

static void sm_fails_without_the_round_rule(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&scenario, general_bit(0), STRATEGY_COLLUDE);
    struct play *play = game_play(&scenario);
    assert_true(play->ic1);
    assert_int_equal(game_count(play, FATE_EXTRA, VERDICT_STALE), 1);
    play_free(play);
    scenario.has_round_rule = false;
    play = game_play(&scenario);
    assert_false(play->ic1);
    assert_int_equal(game_count(play, FATE_EXTRA, VERDICT_ACCEPTED), 1);
    play_free(play);
}

/* Who can talk to whom, by differences of their numbers around a circle. */
static void make_circulant(struct scenario *scenario, unsigned reach, unsigned across)
{
    unsigned generals = scenario->generals;
    graph_init(&scenario->graph, generals);
    for (unsigned g = 0; g < generals; g++) {
        for (unsigned step = 1; step <= reach; step++) {
            graph_connect(&scenario->graph, (general_id)g, (general_id)((g + step) % generals));
        }
        if (across != 0) {
            graph_connect(&scenario->graph, (general_id)g, (general_id)((g + across) % generals));
        }
    }
}

static void theorem_3_om_holds_on_3m_regular_graphs(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 6, 1); /* K_{3,3}: 3-regular */
    make_circulant(&scenario, 1, 3);
    struct tally tally = try_all(&scenario, 1, 6);
    assert_all_hold(&tally);
    scenario = game_of(ALGORITHM_OM, 9, 2); /* C9(1,2,3): 6-regular */
    make_circulant(&scenario, 3, 0);
    tally = try_all(&scenario, 2, 2);
    assert_all_hold(&tally);
}

static void om_on_a_graph_of_fewer_paths_fails(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 6, 1);
    make_circulant(&scenario, 1, 0);
    game_is_refused(&scenario, "general 0");
    scenario.is_beyond = true;
    struct tally tally = try_all(&scenario, 1, 6);
    assert_true(tally.ic2_broken > 0);
}

static void theorem_4_sm_holds_where_the_loyal_are_connected(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 6, 1);
    make_circulant(&scenario, 1, 0); /* a ring */
    struct tally tally = try_all(&scenario, 1, 4);
    assert_all_hold(&tally);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->rounds, 1 + 4); /* five in a line: diameter 4 */
    play_free(play);
}

static void theorem_4_sm_fails_where_traitors_stand_between(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 6, 2);
    make_circulant(&scenario, 1, 0); /* a ring */
    game_betray(&scenario, general_bit(1) | general_bit(4), STRATEGY_SILENT);
    game_is_refused(&scenario, "not connected among themselves");
    scenario.is_beyond = true;
    struct play *play = game_play(&scenario);
    assert_false(play->ic2);
    play_free(play);
}

static void sm_in_fewer_rounds_than_the_diameter_asks_for_fails(void **state)
{
    (void)state;
    /* All loyal in a line of five: four rounds are needed, and given. */
    struct scenario scenario = game_of(ALGORITHM_SM, 5, 0);
    graph_init(&scenario.graph, 5);
    for (general_id g = 0; g < 4; g++) {
        graph_connect(&scenario.graph, g, (general_id)(g + 1));
    }
    struct play *play = game_play(&scenario);
    assert_int_equal(play->rounds, 4);
    assert_true(play->ic1 && play->ic2);
    assert_int_equal(play->instances[0].sms[4].chains[0].count, 4);
    play_free(play);
}

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

static void interactive_consistency_holds_with_all_strategies(void **state)
{
    (void)state;
    struct scenario oral = game_of(ALGORITHM_OM, 4, 1);
    struct scenario signed_one = game_of(ALGORITHM_SM, 4, 2);
    oral.is_interactive = true;
    signed_one.is_interactive = true;
    for (general_id g = 0; g < 4; g++) {
        oral.private_orders[g] = g % 2 == 0 ? ATTACK : RETREAT;
        signed_one.private_orders[g] = g % 2 == 0 ? ATTACK : RETREAT;
    }
    struct tally tally = try_all(&oral, 1, 8);
    assert_all_hold(&tally);
    tally = try_all(&signed_one, 2, 3);
    assert_all_hold(&tally);
}

static void interactive_consistency_fails_with_3m_generals(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 3, 1);
    scenario.is_interactive = true;
    scenario.is_beyond = true;
    struct tally tally = try_all(&scenario, 1, 8);
    assert_true(tally.ic2_broken > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lemma_1_ic2_holds_for_more_than_2k_plus_m_generals),
        cmocka_unit_test(lemma_1_ic2_fails_for_2k_plus_m_generals),
        cmocka_unit_test(lemma_1_alone_does_not_give_ic1),
        cmocka_unit_test(theorem_1_om_holds_for_more_than_3m_generals),
        cmocka_unit_test(theorem_1_om_holds_against_mixed_strategies),
        cmocka_unit_test(om_fails_with_3m_generals),
        cmocka_unit_test(om_fails_with_more_than_m_traitors),
        cmocka_unit_test(theorem_2_sm_holds_for_any_number_of_generals),
        cmocka_unit_test(theorem_2_sm_holds_against_mixed_strategies),
        cmocka_unit_test(sm_fails_with_more_than_m_traitors),
        cmocka_unit_test(sm_fails_without_the_round_rule),
        cmocka_unit_test(theorem_3_om_holds_on_3m_regular_graphs),
        cmocka_unit_test(om_on_a_graph_of_fewer_paths_fails),
        cmocka_unit_test(theorem_4_sm_holds_where_the_loyal_are_connected),
        cmocka_unit_test(theorem_4_sm_fails_where_traitors_stand_between),
        cmocka_unit_test(sm_in_fewer_rounds_than_the_diameter_asks_for_fails),
        cmocka_unit_test(figures_1_and_2_lieutenant_cannot_tell_who_betrays),
        cmocka_unit_test(figure_3_lieutenant_3_betrays),
        cmocka_unit_test(figure_4_commander_betrays_with_three_orders),
        cmocka_unit_test(figure_5_signed_lieutenants_know_that_the_commander_betrays),
        cmocka_unit_test(nine_generals_who_only_vote_are_split_by_one),
        cmocka_unit_test(nine_generals_who_compare_notes_are_not_split),
        cmocka_unit_test(interactive_consistency_holds_with_all_strategies),
        cmocka_unit_test(interactive_consistency_fails_with_3m_generals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
