/* Questions to single replicas: numbers, slots, when they are sent and when they end. */
#include "client/asks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

static int set_up(void **state)
{
    struct asks *asks = malloc(sizeof *asks);
    assert_non_null(asks);
    asks_init(asks);
    *state = asks;
    return 0;
}

static int tear_down(void **state)
{
    asks_fini(*state);
    free(*state);
    return 0;
}

static struct ask *begin(struct asks *asks, replica_id replica, uint64_t deadline_ns)
{
    struct ask *ask = asks_begin(asks, ASK_QUERY, replica, deadline_ns);
    assert_non_null(ask);
    buffer_append(&ask->encoded, slice_of("0123456789", 10));
    return ask;
}

static size_t stage(struct asks *asks, replica_id to, uint64_t now_ns, size_t bytes_max,
                    size_t count_max)
{
    struct buffer frame = {0};
    asks_stage(asks, to, now_ns, bytes_max, count_max, &frame);
    size_t size = frame.size;
    buffer_fini(&frame);
    return size;
}

static void answer_is_found_only_by_its_number_kind_and_replica(void **state)
{
    struct asks *asks = *state;
    struct ask *ask = begin(asks, 2, 100);
    assert_ptr_equal(asks_find(asks, ASK_QUERY, 2, ask->number), ask);
    assert_null(asks_find(asks, ASK_QUERY, 1, ask->number));
    assert_null(asks_find(asks, ASK_STATUS, 2, ask->number));
    assert_null(asks_find(asks, ASK_QUERY, 2, ask->number + ASKS_MAX));
    assert_null(asks_find(asks, ASK_QUERY, 2, 0));
    uint64_t number = ask->number;
    asks_end(asks, ask);
    assert_null(asks_find(asks, ASK_QUERY, 2, number));
}

static void slots_run_out_and_come_back_in_any_order(void **state)
{
    struct asks *asks = *state;
    struct ask *all[ASKS_MAX];
    for (size_t i = 0; i < ASKS_MAX; i++) {
        all[i] = begin(asks, 0, 100);
    }
    assert_null(asks_begin(asks, ASK_QUERY, 0, 100));
    for (size_t i = 0; i < ASKS_MAX; i += 3) {
        asks_end(asks, all[i]);
    }
    for (size_t i = 0; i < ASKS_MAX; i += 3) {
        struct ask *ask = begin(asks, 1, 100);
        assert_ptr_equal(asks_find(asks, ASK_QUERY, 1, ask->number), ask);
    }
    assert_null(asks_begin(asks, ASK_QUERY, 0, 100));
    assert_int_equal(asks->count, ASKS_MAX);
}

static void question_is_sent_to_its_replica_once_and_again_with_doubling_waits(void **state)
{
    struct asks *asks = *state;
    (void)begin(asks, 1, 60000 * MS);
    assert_int_equal(stage(asks, 0, 0, 1000, 10), 0);
    assert_int_equal(stage(asks, 1, 0, 1000, 10), 10);
    asks_sent(asks, 1, true, 0);
    uint64_t now_ns = 0;
    uint64_t wait_ns = 400 * MS;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(asks_next_ns(asks, 1u << 1), now_ns + wait_ns);
        assert_int_equal(stage(asks, 1, now_ns + wait_ns - 1, 1000, 10), 0);
        now_ns += wait_ns;
        assert_int_equal(stage(asks, 1, now_ns, 1000, 10), 10);
        asks_sent(asks, 1, true, now_ns);
        wait_ns = wait_ns * 2 > 5000 * MS ? 5000 * MS : wait_ns * 2;
    }
    asks_on_link_up(asks, 1);
    assert_int_equal(stage(asks, 1, now_ns, 1000, 10), 10);
}

static void question_that_the_socket_refused_is_due_again_soon(void **state)
{
    struct asks *asks = *state;
    (void)begin(asks, 0, 60000 * MS);
    assert_int_equal(stage(asks, 0, 0, 1000, 10), 10);
    asks_sent(asks, 0, false, 0);
    assert_int_equal(stage(asks, 0, 0, 1000, 10), 0);
    assert_true(asks_next_ns(asks, 1) <= 5 * MS);
}

static void frame_takes_no_more_than_its_bounds(void **state)
{
    struct asks *asks = *state;
    for (int i = 0; i < 5; i++) {
        (void)begin(asks, 0, 100);
    }
    assert_int_equal(stage(asks, 0, 0, 35, 10), 30);
    assert_int_equal(stage(asks, 0, 0, 1000, 2), 20);
}

static void deadline_ends_a_question_whether_linked_or_not(void **state)
{
    struct asks *asks = *state;
    struct ask *late = begin(asks, 0, 200);
    struct ask *early = begin(asks, 1, 100);
    assert_int_equal(asks_next_ns(asks, 0), 100);
    assert_int_equal(asks_next_ns(asks, 1), 0);
    assert_null(asks_expired(asks, 99));
    assert_ptr_equal(asks_expired(asks, 100), early);
    asks_end(asks, early);
    assert_null(asks_expired(asks, 100));
    assert_ptr_equal(asks_expired(asks, 300), late);
    asks_end(asks, late);
    assert_int_equal(asks_next_ns(asks, 3), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(answer_is_found_only_by_its_number_kind_and_replica),
        TEST(slots_run_out_and_come_back_in_any_order),
        TEST(question_is_sent_to_its_replica_once_and_again_with_doubling_waits),
        TEST(question_that_the_socket_refused_is_due_again_soon),
        TEST(frame_takes_no_more_than_its_bounds),
        TEST(deadline_ends_a_question_whether_linked_or_not),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
