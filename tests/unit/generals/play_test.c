/* play_test.c - counts, formulas, records and bounds of a game; that the same scenario gives the
 * same record; and what a sentence of the verdict says. */
#include "support_game.h"

#include <stdlib.h>
#include <string.h>

static void assert_formulas(const struct scenario *scenario, uint64_t messages, uint64_t packets)
{
    struct play *play = game_play(scenario);
    assert_int_equal(play->messages_formula, messages);
    assert_int_equal(play->packets_formula, packets);
    assert_int_equal(play->sent_count, messages);
    assert_int_equal(play->packet_count, packets);
    assert_int_equal(play->message_count, play->is_recorded ? messages : 0);
    assert_true(play->ic1 && play->has_ic2 && play->ic2);
    play_free(play);
}

static void om_all_loyal_sends_what_the_formula_says(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m;
        uint64_t messages, packets;
    } cases[] = {{2, 0, 1, 1},
                 {4, 0, 3, 3},
                 {4, 1, 9, 9},
                 {7, 2, 156, 66},
                 {10, 3, 3609, 225},
                 {13, 4, 108384, 540},
                 {5, 3, 4 + 12 + 24 + 24, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario = game_of(ALGORITHM_OM, cases[i].generals, cases[i].m);
        scenario.is_beyond = true;
        assert_formulas(&scenario, cases[i].messages, cases[i].packets);
    }
}

static void sm_all_loyal_sends_what_the_formula_says(void **state)
{
    (void)state;
    static const struct {
        unsigned generals, m;
        uint64_t messages;
    } cases[] = {{2, 0, 1}, {4, 0, 3}, {4, 1, 9}, {7, 2, 36}, {10, 3, 81}, {16, 5, 225}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario scenario = game_of(ALGORITHM_SM, cases[i].generals, cases[i].m);
        assert_formulas(&scenario, cases[i].messages, cases[i].messages);
    }
}

static void interactive_and_naive_send_what_the_formulas_say(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    scenario.is_interactive = true;
    assert_formulas(&scenario, UINT64_C(7) * 156, UINT64_C(7) * 66);
    scenario = game_of(ALGORITHM_SM, 4, 1);
    scenario.is_interactive = true;
    assert_formulas(&scenario, UINT64_C(4) * 9, UINT64_C(4) * 9);
    scenario = game_of(ALGORITHM_NAIVE, 9, 0);
    assert_formulas(&scenario, 72, 72);
}

static void signatures_are_counted(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->signature_count, 1 + 3); /* the commander's, and each lieutenant's */
    assert_int_equal(play->verify_count, 3);        /* what is known already is not looked at */
    assert_int_equal(game_count(play, FATE_LOYAL, VERDICT_DUPLICATE), 6);
    play_free(play);
}

static void silent_packet_is_not_counted(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(3), STRATEGY_SILENT);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->sent_count, 9 - 2);
    assert_int_equal(play->packet_count, 9 - 2);
    assert_int_equal(play->message_count, 9); /* what was kept back is written down */
    assert_int_equal(play->acted[3], 2);
    play_free(play);
}

static void chains_of_one_round_travel_together(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&scenario, general_bit(0), STRATEGY_SCRIPT);
    game_lie(&scenario, 0, 1, ATTACK, (general_id[]){0}, 1);
    game_lie(&scenario, 0, 1, RETREAT, (general_id[]){0}, 1);
    struct play *play = game_play(&scenario);
    assert_int_equal(play->sent_count, 4 + 4 + 2 + 2); /* lieutenant 1 relays both orders */
    assert_int_equal(play->packet_count, 3 + 2 + 2 + 2);
    play_free(play);
    scenario_fini(&scenario);
}

static void record_names_the_instance(void **state)
{
    (void)state;
    for (unsigned algorithm = ALGORITHM_OM; algorithm <= ALGORITHM_SM; algorithm++) {
        struct scenario scenario = game_of((enum algorithm)algorithm, 4, 1);
        scenario.is_interactive = true;
        struct play *play = game_play(&scenario);
        assert_int_equal(play->message_count, 4 * 9);
        for (size_t i = 0; i < play->message_count; i++) {
            const struct message *message = &play->messages[i];
            assert_int_equal(message->instance, i / 9);
            assert_int_equal(message_path(play, message)[0], message->instance);
        }
        play_free(play);
    }
}

static void record_names_path_round_and_what_was_due(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(2), STRATEGY_FLIP);
    struct play *play = game_play(&scenario);
    const struct message *message = game_find(play, 2, 2, 3);
    assert_non_null(message);
    assert_int_equal(message->due, ATTACK);
    assert_int_equal(message->sent, RETREAT);
    assert_int_equal(message->fate, FATE_LIE);
    assert_int_equal(message->path_count, 2);
    assert_memory_equal(message_path(play, message), ((general_id[]){0, 2}), 2);
    for (size_t i = 1; i < play->message_count; i++) {
        assert_true(play->messages[i].round >= play->messages[i - 1].round);
    }
    play_free(play);
}

static void generals_stay_alive_for_onlookers(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.is_interactive = true;
    struct play *play = game_play(&scenario);
    for (general_id i = 0; i < 4; i++) {
        assert_int_equal(play->instances[i].commander, i);
        for (general_id g = 0; g < 4; g++) {
            assert_int_equal(om_decide(&play->instances[i].oms[g]),
                             play->instances[i].decisions[g]);
        }
    }
    play_free(play);
    scenario = game_of(ALGORITHM_SM, 4, 1);
    play = game_play(&scenario);
    for (general_id g = 0; g < 4; g++) {
        assert_int_equal(sm_decide(&play->instances[0].sms[g]), ATTACK);
        assert_null(play->instances[0].sms[g].settings.keys);
    }
    play_free(play);
}

/* A game that uses dice: all that happens depends on the seed. */
static uint64_t hash_of(enum algorithm algorithm, bool is_interactive, uint64_t seed)
{
    struct scenario scenario = game_of(algorithm, 7, algorithm == ALGORITHM_NAIVE ? 0 : 2);
    scenario.is_interactive = is_interactive;
    scenario.seed = seed;
    game_betray(&scenario, general_bit(0) | general_bit(5), STRATEGY_RANDOM);
    struct play *play = game_play(&scenario);
    uint64_t hash = game_hash(play);
    play_free(play);
    return hash;
}

static void same_scenario_gives_the_same_record(void **state)
{
    (void)state;
    for (unsigned algorithm = ALGORITHM_OM; algorithm <= ALGORITHM_NAIVE; algorithm++) {
        for (int is_interactive = 0; is_interactive < 2; is_interactive++) {
            uint64_t hash = hash_of((enum algorithm)algorithm, is_interactive != 0, 5);
            assert_true(hash == hash_of((enum algorithm)algorithm, is_interactive != 0, 5));
            assert_true(hash != hash_of((enum algorithm)algorithm, is_interactive != 0, 6));
        }
    }
}

/* Pinned, so that another compiler or machine that plays otherwise is found out. */
static void record_is_the_same_everywhere(void **state)
{
    (void)state;
    assert_int_equal(hash_of(ALGORITHM_OM, false, 1), UINT64_C(0xdbb8088a40c5f860));
    assert_int_equal(hash_of(ALGORITHM_SM, true, 1), UINT64_C(0x72e8c3e0e6509620));
    assert_int_equal(hash_of(ALGORITHM_NAIVE, false, 1), UINT64_C(0x34ed5bf19729c933));
}

static void too_many_messages_are_counted_but_not_kept(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 12, 5);
    scenario.is_beyond = true;
    game_betray(&scenario, general_bit(10) | general_bit(4), STRATEGY_SILENT);
    struct play *play = game_play(&scenario);
    assert_false(play->is_recorded);
    assert_null(play->messages);
    assert_int_equal(play->message_count, 0);
    assert_int_equal(play->messages_formula, 397111);
    assert_int_equal(play->sent_count, 397111 - game_acts(play));
    assert_int_equal(play->acted[4], play->acted[10]);
    play_free(play);
}

/* What is recorded and what is not come to the same. */
static void bulk_play_decides_as_recorded_play(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 13, 4);
    game_betray(&scenario, general_bit(0) | general_bit(5) | general_bit(9) | general_bit(12),
                STRATEGY_RANDOM);
    struct play *recorded = game_play(&scenario);
    assert_true(recorded->is_recorded);
    scenario.is_interactive = true; /* 13 times as many */
    memset(scenario.private_orders, ATTACK, sizeof scenario.private_orders);
    struct play *bulk = game_play(&scenario);
    assert_false(bulk->is_recorded);
    assert_memory_equal(bulk->instances[0].decisions, recorded->instances[0].decisions, 13);
    assert_true(bulk->acted[5] > recorded->acted[5]);
    assert_true(bulk->ic1 && bulk->ic2 && recorded->ic1);
    play_free(recorded);
    play_free(bulk);
}

static void memory_is_reckoned_before_it_is_taken(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 31, 9);
    assert_true(play_memory(&scenario) > (uint64_t)1 << 40);
    game_is_refused(&scenario, "TiB of memory: the bound is 2.0 GiB");
    scenario = game_of(ALGORITHM_OM, 64, 21);
    assert_int_equal(play_memory(&scenario), UINT64_MAX);
    game_is_refused(&scenario, "more than 15.9 EiB");
    scenario = game_of(ALGORITHM_OM, 7, 2);
    scenario.memory_bytes_max = 1000;
    game_is_refused(&scenario, "the bound is 1000 bytes");
    scenario.memory_bytes_max = play_memory(&scenario);
    play_free(game_play(&scenario));
    scenario = game_of(ALGORITHM_NAIVE, 4, 0);
    scenario.memory_bytes_max = 1000;
    game_is_refused(&scenario, "a game of 4 generals takes");
    scenario = game_of(ALGORITHM_SM, 4, 1);
    scenario.memory_bytes_max = (uint64_t)1 << 20;
    play_free(game_play(&scenario));
}

static void reasons_name_generals_and_orders(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 3, 1);
    scenario.is_beyond = true;
    game_betray(&scenario, general_bit(2), STRATEGY_FLIP);
    struct play *play = game_play(&scenario);
    assert_string_equal(play->ic1_reason, "lieutenant 1 obeys retreat");
    assert_string_equal(play->ic2_reason,
                        "loyal commander 0 ordered attack, but lieutenant 1 obeys retreat");
    play_free(play);
    scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, general_bit(0), STRATEGY_SPLIT);
    play = game_play(&scenario);
    assert_string_equal(play->ic1_reason, "lieutenants 1, 2 and 3 obey attack");
    assert_string_equal(play->ic2_reason,
                        "commander 0 is a traitor, so no order of his binds anybody");
    play_free(play);
    scenario = game_of(ALGORITHM_OM, 14, 1);
    play = game_play(&scenario);
    assert_string_equal(play->ic1_reason,
                        "lieutenants 1, 2, 3, 4, 5, 6, 7, 8 and 5 more obey attack");
    play_free(play);
}

static void reasons_of_vectors_name_the_entry(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 3, 1);
    scenario.is_beyond = true;
    scenario.is_interactive = true;
    game_betray(&scenario, general_bit(2), STRATEGY_FLIP);
    struct play *play = game_play(&scenario);
    assert_string_equal(play->ic1_reason,
                        "of general 0, general 0 has attack and general 1 has retreat");
    assert_string_equal(play->ic2_reason,
                        "general 0 has retreat for loyal general 1, whose order is attack");
    play_free(play);
    scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.is_interactive = true;
    play = game_play(&scenario);
    assert_string_equal(play->ic1_reason, "generals 0, 1, 2 and 3 have the same vector");
    assert_string_equal(play->ic2_reason, "the vectors are exact for loyal generals 0, 1, 2 and 3");
    play_free(play);
}

static void sentence_that_is_too_long_is_cut(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_NAIVE, 64, 0);
    for (unsigned i = 0; i < 14; i++) {
        order_nr order;
        char name[32];
        memset(name, 'a' + (int)i, sizeof name - 1);
        name[sizeof name - 1] = '\0';
        assert_int_equal(scenario_order(&scenario, name, &order, NULL), OK);
    }
    for (unsigned g = 0; g < 64; g++) {
        scenario.private_orders[g] = (order_nr)(g % 16);
    }
    game_betray(&scenario, ~(general_set)0 << 8, STRATEGY_RANDOM);
    struct play *play = game_play(&scenario);
    assert_true(strlen(play->ic1_reason) < PLAY_REASON_BYTES);
    play_free(play);
}

static void general_without_loyal_company_is_judged(void **state)
{
    (void)state;
    for (unsigned algorithm = ALGORITHM_OM; algorithm <= ALGORITHM_NAIVE; algorithm++) {
        for (int is_interactive = 0; is_interactive < 2; is_interactive++) {
            struct scenario scenario = game_of((enum algorithm)algorithm, 4, 1);
            scenario.is_beyond = true;
            scenario.is_interactive = is_interactive != 0;
            game_betray(&scenario, generals_all(4), STRATEGY_COLLUDE);
            struct play *play = game_play(&scenario);
            assert_true(play->ic1 && play->ic2 && !play->has_ic2);
            play_free(play);
            game_betray(&scenario, generals_all(4) & ~general_bit(0), STRATEGY_FLIP);
            play = game_play(&scenario);
            assert_true(play->ic1);
            play_free(play);
        }
    }
}

static void largest_group_is_played(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 64, 2);
    game_betray(&scenario, general_bit(63) | general_bit(0), STRATEGY_COLLUDE);
    struct play *play = game_play(&scenario);
    assert_true(play->ic1 && play->ic2);
    play_free(play);
    scenario = game_of(ALGORITHM_SM, 64, 31);
    game_betray(&scenario, generals_all(31), STRATEGY_COLLUDE);
    play = game_play(&scenario);
    assert_true(play->ic1 && game_acts(play) > 0);
    play_free(play);
}

static void fates_have_names(void **state)
{
    (void)state;
    assert_string_equal(fate_name(FATE_LOYAL), "loyal");
    assert_string_equal(fate_name(FATE_EXTRA), "extra");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(om_all_loyal_sends_what_the_formula_says),
        cmocka_unit_test(sm_all_loyal_sends_what_the_formula_says),
        cmocka_unit_test(interactive_and_naive_send_what_the_formulas_say),
        cmocka_unit_test(signatures_are_counted),
        cmocka_unit_test(silent_packet_is_not_counted),
        cmocka_unit_test(chains_of_one_round_travel_together),
        cmocka_unit_test(record_names_the_instance),
        cmocka_unit_test(record_names_path_round_and_what_was_due),
        cmocka_unit_test(generals_stay_alive_for_onlookers),
        cmocka_unit_test(same_scenario_gives_the_same_record),
        cmocka_unit_test(record_is_the_same_everywhere),
        cmocka_unit_test(too_many_messages_are_counted_but_not_kept),
        cmocka_unit_test(bulk_play_decides_as_recorded_play),
        cmocka_unit_test(memory_is_reckoned_before_it_is_taken),
        cmocka_unit_test(reasons_name_generals_and_orders),
        cmocka_unit_test(reasons_of_vectors_name_the_entry),
        cmocka_unit_test(sentence_that_is_too_long_is_cut),
        cmocka_unit_test(general_without_loyal_company_is_judged),
        cmocka_unit_test(largest_group_is_played),
        cmocka_unit_test(fates_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
