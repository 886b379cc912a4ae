/* parts_test.c - the small parts: timestamps, budgets, the queue, the table of sessions. */
#include "support_net.h"

#include "transport/budget.h"
#include "transport/descriptors.h"
#include "transport/link_table.h"
#include "transport/queue.h"
#include "transport/timestamps.h"

#include <sys/resource.h>

static void timestamps_that_came_before_are_refused(void **state)
{
    (void)state;
    static struct timestamps timestamps;
    for (uint64_t i = 0; i < UINT64_C(3) * TIMESTAMPS_KEPT;
         i++) { /* in pairs that swapped on the way */
        assert_true(timestamps_accept(&timestamps, 1000 + (i ^ 1)));
    }
    for (uint64_t i = 0; i < UINT64_C(3) * TIMESTAMPS_KEPT; i++) {
        assert_false(timestamps_accept(&timestamps, 1000 + i));
    }
}

static void timestamps_below_all_that_are_kept_are_refused(void **state)
{
    (void)state;
    static struct timestamps timestamps;
    for (uint64_t i = 0; i < TIMESTAMPS_KEPT; i++) {
        assert_true(timestamps_accept(&timestamps, 1000 + 2 * i));
    }
    assert_false(timestamps_accept(&timestamps, 999));
    assert_true(timestamps_accept(&timestamps, 1001));  /* late, but overtaken by fewer */
    assert_false(timestamps_accept(&timestamps, 1000)); /* it made room */
    assert_false(timestamps_accept(&timestamps, 1001));
    for (uint32_t i = 1; i < timestamps.count; i++) {
        assert_true(timestamps.kept[i - 1] < timestamps.kept[i]);
    }
}

static void timestamp_next_always_grows(void **state)
{
    (void)state;
    uint64_t last = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t before = last;
        assert_true(timestamp_next(&last) > before);
    }
    last = UINT64_MAX - 5; /* the clock was set back */
    assert_true(timestamp_next(&last) == UINT64_MAX - 4);
}

static void budget_bounds_rate_and_burst(void **state)
{
    (void)state;
    struct budget budget = budget_make(100, 5);
    uint64_t now_ns = UINT64_C(1000000000000);
    unsigned taken = 0;
    while (budget_take(&budget, now_ns)) {
        taken++;
    }
    assert_int_equal(taken, 5);
    for (int i = 0; i < 1000; i++) { /* one second */
        now_ns += 1000000;
        taken += budget_take(&budget, now_ns) ? 1 : 0;
    }
    assert_in_range(taken, 104, 106);
}

static void queue_over_its_bytes_drops_the_oldest(void **state)
{
    (void)state;
    enum { SIZE = 1024 * 1024 };
    struct queue queue = {.count = 0};
    for (uint32_t i = 0; i < 20; i++) {
        queue_push(&queue, (struct queued_frame){
                               .chunk = chunk_new(SIZE), .size = SIZE, .session_index = i});
    }
    assert_int_equal(queue.bytes, PEER_QUEUE_BYTES_MAX);
    assert_int_equal(queue.dropped_count, 12);
    for (uint32_t i = 12; i < 20; i++) {
        assert_int_equal(queue_front(&queue)->session_index, i);
        chunk_free(queue_pop(&queue));
    }
    assert_null(queue_front(&queue));
    assert_int_equal(queue.bytes, 0);
    queue_fini(&queue);
}

static void queue_over_its_frames_drops_the_oldest(void **state)
{
    (void)state;
    struct queue queue = {.count = 0};
    for (uint32_t i = 0; i < QUEUE_FRAMES_MAX + 3; i++) {
        queue_push(&queue,
                   (struct queued_frame){.chunk = chunk_new(1), .size = 1, .session_index = i});
    }
    assert_int_equal(queue.count, QUEUE_FRAMES_MAX);
    assert_int_equal(queue_front(&queue)->session_index, 3);
    queue_fini(&queue);
}

static void link_table_finds_each_use_of_a_slot_once(void **state)
{
    (void)state;
    struct link_table table;
    assert_int_equal(link_table_init(&table, 3), OK);
    uint32_t old = 0;
    for (int use = 0; use < 100; use++) {
        struct link_slot *slots[SESSIONS_PER_OWNER];
        for (uint32_t i = 0; i < SESSIONS_PER_OWNER; i++) {
            slots[i] = link_table_take(&table, 1);
            assert_ptr_equal(link_table_find(&table, slots[i]->index), slots[i]);
            assert_int_equal(slots[i]->owner, 1);
        }
        if (use > 0) {
            assert_null(link_table_find(&table, old));
        }
        old = slots[0]->index;
        for (uint32_t i = 0; i < SESSIONS_PER_OWNER; i++) {
            link_slot_free(slots[i]);
            assert_null(link_table_find(&table, old));
        }
    }
    for (uint32_t slot = 0; slot < 1u << SESSION_INDEX_BITS; slot++) { /* beyond its end too */
        assert_null(link_table_find(&table, slot));
    }
    link_table_fini(&table);
}

static void descriptors_raise_reaches_the_hard_limit(void **state)
{
    (void)state;
    struct rlimit limit;
    transport_descriptors_raise();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_cur, limit.rlim_max);
    assert_false(transport_descriptors_low());
    /* Standard input, output and error, and the folder that is read to count them. */
    struct rlimit tight = {.rlim_cur = 4, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    assert_true(transport_descriptors_low());
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamps_that_came_before_are_refused),
        cmocka_unit_test(timestamps_below_all_that_are_kept_are_refused),
        cmocka_unit_test(timestamp_next_always_grows),
        cmocka_unit_test(budget_bounds_rate_and_burst),
        cmocka_unit_test(queue_over_its_bytes_drops_the_oldest),
        cmocka_unit_test(queue_over_its_frames_drops_the_oldest),
        cmocka_unit_test(link_table_finds_each_use_of_a_slot_once),
        cmocka_unit_test(descriptors_raise_reaches_the_hard_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
