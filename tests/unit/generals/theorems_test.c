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

/* Both hold if and only if n > 2k + m and k <= m, which is more than the theorem says. */
static void om_holds_with_fewer_generals_where_few_betray(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m, k;
    } cases[] = {{5, 2, 1}, {6, 3, 1}, {8, 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario = game_of(ALGORITHM_OM, cases[i].generals, cases[i].m);
        scenario.is_beyond = true;
        struct tally tally = try_all(&scenario, cases[i].k, 4);
        assert_all_hold(&tally);
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
        cmocka_unit_test(om_holds_with_fewer_generals_where_few_betray),
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
        cmocka_unit_test(interactive_consistency_holds_with_all_strategies),
        cmocka_unit_test(interactive_consistency_fails_with_3m_generals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
