/* play_om_graph_test.c - OM(m,p) played as a scenario: what is recorded, who is refused and why,
 * and that traitors on the way change nothing (LSP82 §5, Theorem 3). */
#include "generals/play_om_graph.h"

#include "generals/graphs.h"
#include "support_game.h"

#include <stdbool.h>
#include <string.h>

static struct scenario game_on(const char *spec, unsigned generals, unsigned m)
{
    struct scenario scenario = game_of(ALGORITHM_OM, 4, m);
    struct error_text text = {""};
    enum error error =
        graph_from_spec(spec, generals, 1, &scenario.graph, scenario.graph_name, &text);
    assert_string_equal(text.text, "");
    assert_int_equal(error, OK);
    scenario.generals = scenario.graph.count;
    return scenario;
}

static void loyal_game_is_recorded_hop_by_hop(void **state)
{
    (void)state;
    struct scenario scenario = game_on("cube", 0, 1);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->scenario.p, 3);
    assert_true(play->ic1 && play->has_ic2 && play->ic2);
    assert_true(play->is_recorded);
    assert_int_equal(play->message_count, play->sent_count);
    assert_true(play->packet_count < play->sent_count);
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        const general_id *path = message_path(play, message);
        assert_int_equal(message->path_count, message->round);
        assert_int_equal(path[0], 0);
        assert_int_equal(path[message->path_count - 1], message->from);
        assert_true(general_is_in(scenario.graph.neighbours[message->from], message->to));
        assert_true(message->due == ATTACK && message->sent == ATTACK);
        assert_true(i == 0 || message->round >= play->messages[i - 1].round);
    }
    assert_int_equal(play->messages[play->message_count - 1].round, play->rounds);
    play_free(play);
    scenario_fini(&scenario);
}

/* Every strategy that fits, every traitor. */
static void one_traitor_changes_nothing_with_p_3(void **state)
{
    (void)state;
    static const char *const specs[] = {"cube", "petersen", "prism:6", "bipartite:3,3",
                                        "dodecahedron"};
    static const enum strategy strategies[] = {STRATEGY_SILENT, STRATEGY_LIE,     STRATEGY_FLIP,
                                               STRATEGY_SPLIT,  STRATEGY_RANDOM,  STRATEGY_LATE,
                                               STRATEGY_REPLAY, STRATEGY_GARBAGE, STRATEGY_COLLUDE};
    for (unsigned i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct scenario scenario = game_on(specs[i], 0, 1);
        uint64_t acts = 0;
        for (unsigned traitor = 0; traitor < scenario.generals; traitor++) {
            for (unsigned s = 0; s < sizeof(strategies) / sizeof(strategies[0]); s++) {
                game_betray(&scenario, general_bit((general_id)traitor), strategies[s]);
                struct play *play = game_play(&scenario);
                acts += game_acts(play);
                if (!play->ic1 || !play->ic2) {
                    fail_msg("%s, general %u, %s: %s %s", specs[i], traitor,
                             strategy_name(strategies[s]), play->ic1_reason, play->ic2_reason);
                }
                play_free(play);
            }
        }
        assert_true(acts > 100);
        scenario_fini(&scenario);
    }
}

static void two_traitors_change_nothing_with_m_2(void **state)
{
    (void)state;
    struct scenario scenario = game_on("circulant:9:1,2,3", 0, 2);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        for (unsigned second = 1; second < 9; second++) {
            scenario.seed = seed;
            game_betray(&scenario,
                        general_bit((general_id)(seed % second)) | general_bit((general_id)second),
                        STRATEGY_RANDOM);
            struct play *play = game_play(&scenario);
            assert_int_equal(play->scenario.p, 6);
            assert_true(play->ic1 && play->ic2);
            assert_true(game_acts(play) > 0);
            play_free(play);
        }
    }
    scenario_fini(&scenario);
}

static void relay_on_a_ring_breaks_ic2(void **state)
{
    (void)state;
    struct scenario scenario = game_on("ring", 5, 1);
    game_betray(&scenario, general_bit(1), STRATEGY_FLIP);
    scenario.is_beyond = true;
    struct play *play = game_play(&scenario);
    assert_int_equal(play->scenario.p, 2);
    assert_false(play->ic2);
    play_free(play);
    scenario_fini(&scenario);
}

static void interactive_consistency_has_one_vector(void **state)
{
    (void)state;
    struct scenario scenario = game_on("petersen", 0, 1);
    scenario.is_interactive = true;
    for (unsigned g = 0; g < scenario.generals; g++) {
        scenario.private_orders[g] = g % 3 == 0 ? RETREAT : ATTACK;
    }
    game_betray(&scenario, general_bit(7), STRATEGY_SPLIT);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->instance_count, 10);
    assert_true(play->ic1 && play->ic2);
    assert_true(game_acts(play) > 0);
    play_free(play);
    scenario_fini(&scenario);
}

static void scripted_lie_on_a_route_is_told(void **state)
{
    (void)state;
    struct scenario scenario = game_on("cube", 0, 1);
    struct play *loyal = game_play(&scenario);
    /* Round 3: said by who is no member of the commander's set, or by one for another. */
    size_t at = 0;
    while (at < loyal->message_count && loyal->messages[at].round != 3) {
        at++;
    }
    assert_true(at < loyal->message_count);
    const struct message *relayed = &loyal->messages[at];
    game_betray(&scenario, general_bit(relayed->from), STRATEGY_SCRIPT);
    game_lie(&scenario, relayed->from, relayed->to, RETREAT, message_path(loyal, relayed), 3);
    struct play *play = game_play(&scenario);
    assert_true(play->acted[relayed->from] > 0);
    const struct message *lie = game_find(play, 3, relayed->from, relayed->to);
    assert_non_null(lie);
    assert_int_equal(lie->due, ATTACK);
    assert_int_equal(lie->sent, RETREAT);
    assert_int_equal(lie->fate, FATE_LIE);
    assert_true(play->ic1 && play->ic2);
    play_free(play);
    play_free(loyal);
    scenario_fini(&scenario);
}

static void refusal_names_the_general_and_the_paths(void **state)
{
    (void)state;
    struct scenario scenario = game_on("ring", 6, 1);
    game_is_refused(&scenario, "general 0 needs a regular set of 3 neighbours; he has only 2; "
                               "--beyond plays it with p = 2");
    scenario.p = 2;
    game_is_refused(&scenario, "p is 2, and must be at least 3 for m = 1");
    scenario_fini(&scenario);
    scenario = game_on("wheel", 6, 1);
    game_is_refused(&scenario,
                    "no such choice reaches all: from 1, 2 and 3 only 2 disjoint paths lead to "
                    "general 4");
    scenario.commander = 1; /* on the rim it works */
    struct play *play = game_play(&scenario);
    assert_int_equal(play->scenario.p, 3);
    play_free(play);
    scenario.is_interactive = true; /* but not for all */
    game_is_refused(&scenario, "general 0 needs a regular set of 3 neighbours");
    scenario_fini(&scenario);
    scenario = game_on("bipartite:2,6", 0, 1);
    game_is_refused(&scenario, "from all his 6 only 2 disjoint paths lead to general 2");
    scenario_fini(&scenario);
}

static void memory_is_that_of_plan_and_generals(void **state)
{
    (void)state;
    struct scenario scenario = game_on("hypercube", 64, 2);
    assert_true(play_om_graph_memory(&scenario) > 24576u); /* 64 * 64 * 6 */
    assert_true(play_om_graph_memory(&scenario) < (uint64_t)8 << 20);
    assert_int_equal(play_om_graph_p(&scenario), 6);
    scenario.p = 7;
    assert_int_equal(play_om_graph_p(&scenario), 0);
    assert_int_equal(play_om_graph_memory(&scenario), 0);
    scenario_fini(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loyal_game_is_recorded_hop_by_hop),
        cmocka_unit_test(one_traitor_changes_nothing_with_p_3),
        cmocka_unit_test(two_traitors_change_nothing_with_m_2),
        cmocka_unit_test(relay_on_a_ring_breaks_ic2),
        cmocka_unit_test(interactive_consistency_has_one_vector),
        cmocka_unit_test(scripted_lie_on_a_route_is_told),
        cmocka_unit_test(refusal_names_the_general_and_the_paths),
        cmocka_unit_test(memory_is_that_of_plan_and_generals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
