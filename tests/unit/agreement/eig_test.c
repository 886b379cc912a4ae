/* eig_test.c - ranks of paths against their plain listing, and majorities against plain counting.
 */
#include "agreement/eig.h"
#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SCATTERED ((general_set)0x25a) /* 1, 3, 4, 6, 9 */

static bool is_avoiding(const general_id *path, unsigned count, general_id general)
{
    for (unsigned i = 0; i < count; i++) {
        if (path[i] == general) {
            return false;
        }
    }
    return true;
}

static void path_count_is_the_falling_factorial(void **state)
{
    (void)state;
    assert_int_equal(eig_path_count(5, 0), 1);
    assert_int_equal(eig_path_count(0, 0), 1);
    assert_int_equal(eig_path_count(5, 2), 20);
    assert_int_equal(eig_path_count(5, 5), 120);
    assert_int_equal(eig_path_count(5, 6), 0);
    assert_int_equal(eig_path_count(14, 5), 240240);
    assert_int_equal(eig_path_count(20, 20), UINT64_C(2432902008176640000));
}

static void path_count_that_overflows_is_the_maximum(void **state)
{
    (void)state;
    assert_int_equal(eig_path_count(20, 20), eig_path_count(20, 19));
    assert_true(eig_path_count(21, 21) == UINT64_MAX);
    assert_true(eig_path_count(62, 62) == UINT64_MAX);
    assert_int_equal(eig_path_count(62, 10), UINT64_C(390164706723052800));
    assert_true(eig_path_count(62, 11) == UINT64_MAX);
}

static void rank_of_every_path_is_its_lexicographic_position(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= 5; count++) {
        general_id before[5] = {0};
        uint64_t paths = eig_path_count(5, count);
        for (uint64_t rank = 0; rank < paths; rank++) {
            general_id path[5] = {0};
            eig_unrank(SCATTERED, count, rank, path);
            for (unsigned i = 0; i < count; i++) {
                assert_true(general_is_in(SCATTERED, path[i]));
                assert_true(is_avoiding(path, i, path[i]));
            }
            assert_true(rank == 0 || memcmp(before, path, count) < 0);
            assert_int_equal(eig_rank(SCATTERED, path, count), rank);
            memcpy(before, path, count);
        }
    }
}

static void rank_of_a_longer_path_follows_from_the_shorter_ones(void **state)
{
    (void)state;
    for (uint64_t rank = 0; rank < eig_path_count(5, 3); rank++) {
        general_id path[3];
        eig_unrank(SCATTERED, 3, rank, path);
        general_set left = SCATTERED & ~general_bit(path[0]) & ~general_bit(path[1]);
        assert_int_equal(rank, eig_rank(SCATTERED, path, 2) * 3 + eig_place(left, path[2]));
    }
}

static void rank_of_sixty_four_generals_is_exact(void **state)
{
    (void)state;
    general_id path[10];
    uint64_t last = eig_path_count(64, 10) - 1;
    eig_unrank(generals_all(64), 10, last, path);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(path[i], 63 - i);
    }
    assert_int_equal(eig_rank(generals_all(64), path, 10), last);
    assert_int_equal(eig_place(generals_all(64), 63), 63);
}

/* The walk against a listing of all paths that leaves out those with the one avoided. */
static void check_walk(unsigned among, unsigned count, unsigned place)
{
    const general_set set = generals_all(among);
    struct eig_walk walk;
    bool is_on = true;
    eig_walk_init(&walk, among, count, place);
    for (uint64_t rank = 0; rank < eig_path_count(among, count); rank++) {
        general_id path[8];
        eig_unrank(set, count, rank, path);
        if (!is_avoiding(path, count, (general_id)place)) {
            continue;
        }
        general_set left = set;
        for (unsigned i = 0; i < count; i++) {
            left &= ~general_bit(path[i]);
        }
        assert_true(is_on);
        assert_int_equal(walk.rank, rank);
        assert_int_equal(walk.place, eig_place(left, (general_id)place));
        is_on = eig_walk_next(&walk);
    }
    assert_false(is_on);
}

static void walk_visits_what_avoids_one_general_in_order(void **state)
{
    (void)state;
    for (unsigned among = 1; among <= 6; among++) {
        for (unsigned count = 0; count < among; count++) {
            for (unsigned place = 0; place < among; place++) {
                check_walk(among, count, place);
            }
        }
    }
}

static order_nr counted_majority(order_nr own, const order_nr *told, unsigned count)
{
    unsigned votes[256] = {0};
    votes[own]++;
    for (unsigned i = 0; i < count; i++) {
        votes[told[i]]++;
    }
    for (unsigned order = 0; order < 256; order++) {
        if (2 * votes[order] > count + 1) {
            return (order_nr)order;
        }
    }
    return RETREAT;
}

static void majority_of_every_few_orders_is_strict(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= 6; count++) {
        for (unsigned votes = 0; votes < 16384; votes++) {
            order_nr told[6 + EIG_SLACK_BYTES];
            order_nr own = (order_nr)(votes >> 12 & 3);
            memset(told, votes % 5 == 0 ? own : 1, sizeof told); /* nothing behind them counts */
            for (unsigned i = 0; i < count; i++) {
                told[i] = (order_nr)(votes >> (2 * i) & 3);
            }
            assert_int_equal(eig_majority(own, told, count), counted_majority(own, told, count));
        }
    }
}

static void majority_of_a_tie_is_retreat(void **state)
{
    (void)state;
    const order_nr told[3 + EIG_SLACK_BYTES] = {ATTACK, RETREAT, RETREAT};
    const order_nr others[3 + EIG_SLACK_BYTES] = {3, 2, 2};
    assert_int_equal(eig_majority(ATTACK, told, 3), RETREAT);
    assert_int_equal(eig_majority(3, others, 3), RETREAT);
    assert_int_equal(eig_majority(2, others, 3), 2);
}

/* Two orders or a few, near the middle and far from it, over every number of voters. */
static void majority_of_any_number_of_orders_is_as_counted(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 7);
    for (unsigned turn = 0; turn < 60000; turn++) {
        order_nr told[GENERALS_MAX + EIG_SLACK_BYTES];
        unsigned count = turn % (GENERALS_MAX + 1);
        uint64_t chance = prng_below(&prng, 5);
        order_nr favoured = (order_nr)prng_below(&prng, ORDERS_MAX);
        order_nr other = (order_nr)prng_below(&prng, ORDERS_MAX);
        for (size_t i = 0; i < sizeof told; i++) {
            order_nr rest = turn % 3 == 0 ? (order_nr)prng_below(&prng, ORDERS_MAX) : other;
            told[i] = prng_below(&prng, 4) < chance ? favoured : rest;
        }
        order_nr own = turn % 2 == 0 ? favoured : other;
        assert_int_equal(eig_majority(own, told, count), counted_majority(own, told, count));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_count_is_the_falling_factorial),
        cmocka_unit_test(path_count_that_overflows_is_the_maximum),
        cmocka_unit_test(rank_of_every_path_is_its_lexicographic_position),
        cmocka_unit_test(rank_of_a_longer_path_follows_from_the_shorter_ones),
        cmocka_unit_test(rank_of_sixty_four_generals_is_exact),
        cmocka_unit_test(walk_visits_what_avoids_one_general_in_order),
        cmocka_unit_test(majority_of_every_few_orders_is_strict),
        cmocka_unit_test(majority_of_a_tie_is_retreat),
        cmocka_unit_test(majority_of_any_number_of_orders_is_as_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
