/* later_test.c - which replicas answer a session at once, and what is kept back for how long. */
#include "node/later.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct lane_id lane_of(uint64_t session)
{
    struct lane_id lane = {.session = session};
    lane.client.bytes[0] = (uint8_t)(session % 7);
    return lane;
}

static size_t count_turns(const struct lane_id *lane, size_t n, size_t f, uint32_t alive)
{
    size_t count = 0;
    for (replica_id i = 0; i < n; i++) {
        /* Who asks is alive. */
        count +=
            later_is_turn(lane, i, n, f, alive | UINT32_C(1) << i) && (alive >> i & 1) != 0 ? 1 : 0;
    }
    return count;
}

static void f_plus_one_answer_each_session(void **state)
{
    (void)state;
    for (uint64_t session = 1; session < 2000; session++) {
        struct lane_id lane = lane_of(session * 1000000);
        assert_int_equal(count_turns(&lane, 4, 1, 0xf), 2);
        assert_int_equal(count_turns(&lane, 7, 2, 0x7f), 3);
        assert_int_equal(count_turns(&lane, 31, 10, 0x7fffffff), 11);
    }
}

static void silent_replica_takes_no_turn(void **state)
{
    (void)state;
    for (uint64_t session = 1; session < 2000; session++) {
        struct lane_id lane = lane_of(session * 1000000);
        assert_int_equal(count_turns(&lane, 4, 1, 0xd), 2); /* replica 1 is silent */
        assert_int_equal(count_turns(&lane, 7, 2, 0x2f), 3);
    }
}

static void turns_are_spread_evenly(void **state)
{
    (void)state;
    size_t turns[4] = {0};
    for (uint64_t session = 1; session <= 4000; session++) {
        struct lane_id lane = lane_of(session * 1000000);
        for (replica_id i = 0; i < 4; i++) {
            turns[i] += later_is_turn(&lane, i, 4, 1, 0xf) ? 1 : 0;
        }
    }
    for (size_t i = 0; i < 4; i++) {
        assert_in_range(turns[i], 1700, 2300); /* of 2000 */
    }
}

static void worth_it_only_with_a_crowd(void **state)
{
    struct later *later = *state;
    for (int i = 0; i < 100; i++) {
        later_on_order(later, 1);
        assert_false(later_is_worth_it(later));
    }
    for (int i = 0; i < 100; i++) {
        later_on_order(later, 20);
    }
    assert_true(later_is_worth_it(later));
    for (int i = 0; i < 100; i++) {
        later_on_order(later, 1);
    }
    assert_false(later_is_worth_it(later));
}

static void entries_come_due_in_order(void **state)
{
    struct later *later = *state;
    struct later_entry entry;
    assert_true(later_deadline(later) == UINT64_MAX);
    for (uint64_t i = 0; i < 3; i++) {
        struct lane_id lane = lane_of(i + 1);
        later_add(later, &lane, 10 * i, 10 * i + 5, 1000 * i);
    }
    assert_int_equal(later_deadline(later), LATER_NS);
    assert_false(later_take(later, LATER_NS - 1, &entry));
    assert_true(later_take(later, LATER_NS + 1000, &entry));
    assert_int_equal(entry.lane.session, 1);
    assert_int_equal(entry.last, 5);
    assert_true(later_take(later, LATER_NS + 1000, &entry));
    assert_int_equal(entry.lane.session, 2);
    assert_false(later_take(later, LATER_NS + 1000, &entry));
    assert_int_equal(later_deadline(later), LATER_NS + 2000);
}

static void full_queue_is_not_worth_it(void **state)
{
    struct later *later = *state;
    struct lane_id lane = lane_of(1);
    struct later_entry entry;
    for (int i = 0; i < 100; i++) {
        later_on_order(later, 20);
    }
    for (uint64_t i = 0; i < LATER_MAX; i++) {
        assert_true(later_is_worth_it(later));
        later_add(later, &lane, i, i, 0);
    }
    assert_false(later_is_worth_it(later));
    for (uint64_t i = 0; i < LATER_MAX; i++) {
        assert_true(later_take(later, LATER_NS, &entry));
        assert_int_equal(entry.first, i);
    }
}

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct later));
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f_plus_one_answer_each_session),
        cmocka_unit_test(silent_replica_takes_no_turn),
        cmocka_unit_test(turns_are_spread_evenly),
        cmocka_unit_test_setup_teardown(worth_it_only_with_a_crowd, setup, teardown),
        cmocka_unit_test_setup_teardown(entries_come_due_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(full_queue_is_not_worth_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
