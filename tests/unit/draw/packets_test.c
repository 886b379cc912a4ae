/* packets_test.c - messages come together as they travel, and two tongues are found. */
#include "draw/packets.h"
#include "support_game.h"

static void packets_of_a_game_are_as_many_as_it_counted(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    struct play *play = game_play(&scenario);
    struct packets packets;
    packets_init(&packets, play, 0);
    assert_int_equal(packets.count, play->packet_count);
    assert_int_equal(packets.message_count, play->message_count);
    assert_int_equal(packets.rounds, 3);
    size_t messages = 0;
    for (size_t i = 0; i < packets.count; i++) {
        const struct packet *packet = &packets.items[i];
        messages += packet->count;
        assert_int_equal(packet->count, packet->round == 3 ? 4 : 1);
        assert_int_equal(packet->fates[FATE_LOYAL], packet->count);
        assert_false(packet->is_mixed || packet->refused > 0);
        assert_int_equal(packet->order, ATTACK);
        for (uint32_t k = 0; k < packet->count; k++) {
            const struct message *message = packet_message(&packets, packet, k);
            assert_int_equal(message->from, packet->from);
            assert_int_equal(message->to, packet->to);
            assert_int_equal(message->round, packet->round);
        }
    }
    assert_int_equal(messages, play->message_count);
    for (size_t r = 0; r < ROUNDS_MAX; r++) {
        assert_int_equal(packets.two_faced[r], 0);
    }
    packets_fini(&packets);
    play_free(play);
}

static general_set two_faced_of(struct scenario *scenario, unsigned round)
{
    struct play *play = game_play(scenario);
    struct packets packets;
    packets_init(&packets, play, 0);
    general_set found = packets.two_faced[round - 1];
    packets_fini(&packets);
    play_free(play);
    return found;
}

static void split_commander_is_two_faced(void **state)
{
    (void)state;
    struct scenario oral = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&oral, 0, STRATEGY_SPLIT);
    assert_int_equal(two_faced_of(&oral, 1), general_bit(0));
    struct scenario is_signed = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&is_signed, 0, STRATEGY_SPLIT);
    assert_int_equal(two_faced_of(&is_signed, 1), general_bit(0));
}

static void loyal_relays_of_two_orders_are_not_two_faced(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 5, 2);
    game_betray(&scenario, 0, STRATEGY_SPLIT);
    assert_int_equal(two_faced_of(&scenario, 2), 0);
}

static void one_lie_to_all_is_not_two_faced(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, 0, STRATEGY_LIE);
    assert_int_equal(two_faced_of(&scenario, 1), 0);
}

static void garbage_and_silence_carry_no_order(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, 2, STRATEGY_GARBAGE);
    struct play *play = game_play(&scenario);
    struct packets packets;
    packets_init(&packets, play, 0);
    unsigned seen = 0;
    for (size_t i = 0; i < packets.count; i++) {
        const struct packet *packet = &packets.items[i];
        if (packet->from == 2) {
            assert_int_equal(packet->order, ORDER_ABSENT);
            assert_int_equal(packet->fates[FATE_GARBAGE], 1);
            seen++;
        }
    }
    assert_int_equal(seen, 2);
    packets_fini(&packets);
    play_free(play);
}

static void pieces_of_few_values_come_in_turn_and_of_many_by_order(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    game_betray(&scenario, 0, STRATEGY_RANDOM);
    game_betray(&scenario, 3, STRATEGY_RANDOM);
    struct play *play = game_play(&scenario);
    struct packets packets;
    packets_init(&packets, play, 0);
    bool is_shorter = false;
    for (size_t i = 0; i < packets.count; i++) {
        const struct packet *packet = &packets.items[i];
        struct piece few[PIECES_MAX];
        struct piece many[PIECES_MAX];
        unsigned few_count = packet_pieces(&packets, packet, END_SENT, 8, few);
        unsigned many_count = packet_pieces(&packets, packet, END_SENT, 0, many);
        uint32_t at = 0;
        for (unsigned k = 0; k < few_count; k++) {
            for (uint32_t left = few[k].count; left > 0; left--) {
                const struct message *message = packet_message(&packets, packet, at++);
                assert_int_equal(message_colour(play, message), few[k].order);
            }
        }
        assert_int_equal(at, packet->count);
        uint32_t sum = 0;
        for (unsigned k = 0; k < many_count; k++) {
            sum += many[k].count;
            assert_true(k == 0 || many[k - 1].order < many[k].order);
        }
        assert_int_equal(sum, packet->count);
        assert_int_equal(many_count > 1, packet->is_mixed);
        assert_true(many_count <= few_count);
        is_shorter = is_shorter || many_count < few_count;
    }
    assert_true(is_shorter);
    packets_fini(&packets);
    play_free(play);
}

static void what_is_refused_was_sent_but_not_heard(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    game_betray(&scenario, 2, STRATEGY_FORGE);
    struct play *play = game_play(&scenario);
    struct packets packets;
    packets_init(&packets, play, 0);
    uint32_t refused = 0;
    for (size_t i = 0; i < packets.count; i++) {
        const struct packet *packet = &packets.items[i];
        struct piece sent[PIECES_MAX];
        struct piece heard[PIECES_MAX];
        packet_pieces(&packets, packet, END_SENT, 8, sent);
        unsigned count = packet_pieces(&packets, packet, END_HEARD, 8, heard);
        uint32_t lost = 0;
        for (unsigned k = 0; k < count; k++) {
            lost += heard[k].order == ORDER_ABSENT ? heard[k].count : 0;
        }
        assert_int_equal(lost, packet->refused);
        assert_int_not_equal(sent[0].order, ORDER_ABSENT);
        refused += lost;
    }
    assert_int_equal(refused, 2);
    packets_fini(&packets);
    play_free(play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_of_a_game_are_as_many_as_it_counted),
        cmocka_unit_test(split_commander_is_two_faced),
        cmocka_unit_test(loyal_relays_of_two_orders_are_not_two_faced),
        cmocka_unit_test(one_lie_to_all_is_not_two_faced),
        cmocka_unit_test(pieces_of_few_values_come_in_turn_and_of_many_by_order),
        cmocka_unit_test(what_is_refused_was_sent_but_not_heard),
        cmocka_unit_test(garbage_and_silence_carry_no_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
