/* om_test.c - OM(m): the rules of OM(0), what counts as missing, what a packet holds, and how many
 * messages there are. */
#include "support_oral.h"

#include "agreement/eig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct om_shape alone = {.generals = 4, .m = 0, .commander = 2};
static const struct om_shape one_traitor = {.generals = 4, .m = 1, .commander = 0};

struct four {
    struct om oms[4];
    uint8_t memory[4][64];
};

static void four_init(struct four *four, const struct om_shape *shape, order_nr order)
{
    assert_true(om_memory_bytes(shape->generals, shape->m) <= sizeof four->memory[0]);
    for (unsigned self = 0; self < 4; self++) {
        om_init(&four->oms[self], shape, (general_id)self, four->memory[self]);
    }
    om_set_order(&four->oms[shape->commander], order);
}

static order_nr loyal_lie(void *context, const general_id *path, unsigned count, general_id to,
                          order_nr due)
{
    (void)context, (void)path, (void)count, (void)to;
    return due;
}

static void om0_lieutenant_obeys_what_he_receives(void **state)
{
    (void)state;
    struct four four;
    four_init(&four, &alone, 7);
    for (unsigned to = 0; to < 4; to++) {
        order_nr packet[1] = {ORDER_ABSENT};
        om_pack(&four.oms[2], 1, (general_id)to, packet);
        om_take(&four.oms[to], 1, 2, packet);
        assert_int_equal(om_decide(&four.oms[to]), 7);
        assert_int_equal(packet[0], to == 2 ? ORDER_ABSENT : 7);
    }
}

static void om0_lieutenant_who_receives_nothing_retreats(void **state)
{
    (void)state;
    struct four four;
    four_init(&four, &alone, ATTACK);
    assert_int_equal(om_decide(&four.oms[0]), RETREAT);
    const order_nr absent = ORDER_ABSENT;
    om_take(&four.oms[1], 1, 2, &absent);
    assert_int_equal(om_decide(&four.oms[1]), RETREAT);
    assert_int_equal(om_decide(&four.oms[2]), ATTACK);
}

static void om_lieutenant_relays_what_he_was_told(void **state)
{
    (void)state;
    struct four four;
    four_init(&four, &one_traitor, RETREAT);
    const order_nr told = 9;
    om_take(&four.oms[1], 1, 0, &told);
    order_nr packet = RETREAT;
    om_pack(&four.oms[1], 2, 3, &packet);
    assert_int_equal(packet, 9);
    om_pack(&four.oms[2], 2, 3, &packet); /* was told nothing, so relays the default */
    assert_int_equal(packet, RETREAT);
}

static void om1_lieutenant_obeys_the_majority_of_three(void **state)
{
    (void)state;
    for (unsigned votes = 0; votes < 8; votes++) {
        struct four four;
        four_init(&four, &one_traitor, RETREAT);
        unsigned attacks = 0;
        for (unsigned from = 0; from < 3; from++) {
            const order_nr told = votes >> from & 1;
            om_take(&four.oms[3], from == 0 ? 1 : 2, (general_id)from, &told);
            attacks += told;
        }
        assert_int_equal(om_decide(&four.oms[3]), attacks >= 2 ? ATTACK : RETREAT);
    }
}

static void om1_lieutenant_without_a_majority_retreats(void **state)
{
    (void)state;
    struct four four;
    four_init(&four, &one_traitor, RETREAT);
    const order_nr told[3] = {5, 6, 7};
    om_take(&four.oms[1], 1, 0, &told[0]);
    om_take(&four.oms[1], 2, 2, &told[1]);
    om_take(&four.oms[1], 2, 3, &told[2]);
    assert_int_equal(om_decide(&four.oms[1]), RETREAT);
    om_take(&four.oms[1], 2, 3, &told[1]);
    assert_int_equal(om_decide(&four.oms[1]), 6);
}

static void packet_not_taken_counts_as_retreat(void **state)
{
    (void)state;
    struct four four;
    four_init(&four, &one_traitor, RETREAT);
    const order_nr told = 5;
    om_take(&four.oms[1], 1, 0, &told);
    om_take(&four.oms[1], 2, 2, &told);
    assert_int_equal(om_decide(&four.oms[1]), 5);
    om_init(&four.oms[1], &one_traitor, 1, four.memory[1]);
    om_take(&four.oms[1], 1, 0, &told);
    assert_int_equal(om_decide(&four.oms[1]), RETREAT);
}

static void what_is_no_order_counts_as_retreat(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const order_nr stored = byte < ORDERS_MAX ? (order_nr)byte : RETREAT;
        const struct om_shape shape = {.generals = 5, .m = 2, .commander = 0};
        uint8_t memory[64];
        struct om om;
        order_nr packet[2] = {(order_nr)byte, (order_nr)byte};
        assert_true(om_memory_bytes(5, 2) <= sizeof memory);
        om_init(&om, &shape, 1, memory);
        om_take(&om, 1, 0, packet);
        om_take(&om, 2, 3, packet);
        om_take(&om, 3, 4, packet);
        assert_int_equal(om_stored(&om, (const general_id[]){0, 2}, 1), stored);
        assert_int_equal(om_stored(&om, (const general_id[]){0, 3}, 2), stored);
        assert_int_equal(om_stored(&om, (const general_id[]){0, 2, 4}, 3), stored);
        assert_int_equal(om_stored(&om, (const general_id[]){0, 3, 4}, 3), stored);
        assert_int_equal(om_stored(&om, (const general_id[]){0, 4, 3}, 3), RETREAT);
    }
}

static void packet_of_one_who_has_nothing_to_say_is_empty(void **state)
{
    (void)state;
    const struct om_shape shape = {.generals = 5, .m = 2, .commander = 1};
    assert_int_equal(om_packet_values(&shape, 0, 1, 2), 0);
    assert_int_equal(om_packet_values(&shape, 4, 0, 2), 0);
    assert_int_equal(om_packet_values(&shape, 1, 0, 2), 0); /* no lieutenant speaks first */
    assert_int_equal(om_packet_values(&shape, 2, 1, 2), 0); /* the commander is done */
    assert_int_equal(om_packet_values(&shape, 2, 0, 1), 0); /* nobody reports to him */
    assert_int_equal(om_packet_values(&shape, 2, 3, 3), 0);
    assert_int_equal(om_packet_values(&shape, 2, 0, 5), 0);
    assert_int_equal(om_packet_values(&shape, 2, 5, 0), 0);
    assert_int_equal(om_packet_values(&shape, 3, 0, 2), 2);
}

/* Every value that a lieutenant is meant to be told comes in exactly one packet. */
static void packets_cover_every_path_once(void **state)
{
    (void)state;
    const struct om_shape shape = {.generals = 7, .m = 3, .commander = 4};
    const general_id self = 2;
    const general_set among = generals_all(7) & ~general_bit(4) & ~general_bit(self);
    unsigned seen[4][60] = {{0}};
    for (unsigned round = 1; round <= 4; round++) {
        for (unsigned from = 0; from < 7; from++) {
            size_t values = om_packet_values(&shape, round, (general_id)from, self);
            for (size_t i = 0; i < values; i++) {
                general_id path[4];
                om_packet_path(&shape, round, (general_id)from, self, i, path);
                assert_int_equal(path[0], 4);
                assert_int_equal(path[round - 1], from);
                seen[round - 1][eig_rank(among, path + 1, round - 1)]++;
            }
        }
        for (uint64_t rank = 0; rank < 60; rank++) {
            assert_int_equal(seen[round - 1][rank], rank < eig_path_count(5, round - 1) ? 1 : 0);
        }
    }
}

/* Sum over k = 0 .. m of (n-1)(n-2) ... (n-1-k), and (n-1) + m(n-1)(n-2): counted from what the
 * packets hold. */
static void messages_of_every_small_game_are_as_the_formula_says(void **state)
{
    (void)state;
    for (unsigned generals = 2; generals <= 13; generals++) {
        uint64_t values = 0, packets = 0, expected = 0, product = 1;
        for (unsigned m = 0; m <= generals - 2; m++) {
            const struct om_shape shape = {generals, m, (general_id)(m % generals)};
            for (unsigned pair = 0; pair < generals * generals; pair++) {
                size_t count = om_packet_values(&shape, m + 1, (general_id)(pair / generals),
                                                (general_id)(pair % generals));
                values += count;
                packets += count != 0 ? 1 : 0;
            }
            product *= generals - 1 - m;
            expected += product;
            assert_int_equal(values, expected);
            assert_int_equal(packets, generals - 1 + (uint64_t)m * (generals - 1) * (generals - 2));
            assert_int_equal(om_message_count(generals, m), values);
            assert_int_equal(om_packet_count(generals, m), packets);
            assert_int_equal(om_value_count(generals, m) * (generals - 1), values);
        }
    }
}

static void messages_of_known_games_are_the_known_numbers(void **state)
{
    (void)state;
    assert_int_equal(om_message_count(4, 1), 9);
    assert_int_equal(om_message_count(7, 2), 156);
    assert_int_equal(om_message_count(10, 3), 3609);
    assert_int_equal(om_message_count(13, 4), 108384);
    assert_int_equal(om_message_count(16, 5), 3999675);
}

static void counts_that_overflow_are_the_maximum(void **state)
{
    (void)state;
    assert_true(om_message_count(64, 9) < UINT64_MAX);
    assert_true(om_message_count(64, 11) == UINT64_MAX);
    assert_true(om_message_count(64, 62) == UINT64_MAX);
    assert_true(om_value_count(64, 31) == UINT64_MAX);
    assert_true(om_memory_bytes(64, 62) == UINT64_MAX);
    assert_true(om_message_count(UINT32_MAX, UINT32_MAX) == UINT64_MAX);
    assert_true(om_packet_count(UINT32_MAX, UINT32_MAX) == UINT64_MAX);
    assert_int_equal(om_message_count(1, 0), 0);
    assert_int_equal(om_packet_count(1, 5), 0);
}

static void memory_is_a_byte_for_each_value(void **state)
{
    (void)state;
    assert_true(om_memory_bytes(7, 2) <= 2 * om_value_count(7, 2));
    assert_true(om_memory_bytes(16, 5) <= om_value_count(16, 5) + 64);
}

/* From one commander to the next and from the smallest to the deepest game. */
static void loyal_generals_obey_and_send_as_many_messages_as_the_formula_says(void **state)
{
    (void)state;
    for (unsigned generals = 2; generals <= 8; generals++) {
        for (unsigned m = 0; m <= generals - 2; m++) {
            struct oral_outcome outcome;
            const struct oral_game game = {
                .shape = {generals, m, (general_id)((generals + m) % generals)},
                .order = (order_nr)(1 + m),
                .lie = loyal_lie};
            oral_play(&game, &outcome);
            assert_true(outcome.ic1 && outcome.ic2);
            assert_int_equal(outcome.value_count, om_message_count(generals, m));
            assert_int_equal(outcome.packet_count, om_packet_count(generals, m));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(om0_lieutenant_obeys_what_he_receives),
        cmocka_unit_test(om0_lieutenant_who_receives_nothing_retreats),
        cmocka_unit_test(om_lieutenant_relays_what_he_was_told),
        cmocka_unit_test(om1_lieutenant_obeys_the_majority_of_three),
        cmocka_unit_test(om1_lieutenant_without_a_majority_retreats),
        cmocka_unit_test(packet_not_taken_counts_as_retreat),
        cmocka_unit_test(what_is_no_order_counts_as_retreat),
        cmocka_unit_test(packet_of_one_who_has_nothing_to_say_is_empty),
        cmocka_unit_test(packets_cover_every_path_once),
        cmocka_unit_test(messages_of_every_small_game_are_as_the_formula_says),
        cmocka_unit_test(messages_of_known_games_are_the_known_numbers),
        cmocka_unit_test(counts_that_overflow_are_the_maximum),
        cmocka_unit_test(memory_is_a_byte_for_each_value),
        cmocka_unit_test(loyal_generals_obey_and_send_as_many_messages_as_the_formula_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
