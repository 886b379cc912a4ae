/* session_test.c - what a session keeps, and its record. */
#include "machine/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct session *fresh(void)
{
    struct lane_id lane = {.session = 3};
    struct digest genesis = {{0}};
    return session_new(&lane, &genesis);
}

static void push_numbered(struct session *session, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[32];
        int size = snprintf(text, sizeof text, "result %llu", (unsigned long long)session->next);
        session_push(session, OUTCOME_DONE, slice_of(text, (size_t)size));
    }
}

static void assert_numbered(const struct session *session, uint64_t number)
{
    char text[32];
    int size = snprintf(text, sizeof text, "result %llu", (unsigned long long)number);
    struct slice result = session_reply(session, number).result;
    assert_true(slice_is_equal(result, slice_of(text, (size_t)size)));
}

static void results_are_kept_by_number(void **state)
{
    (void)state;
    struct session *session = fresh();
    push_numbered(session, 100);
    session_check(session);
    for (uint64_t number = 1; number <= 100; number++) {
        assert_numbered(session, number);
    }
    session_free(session);
}

static void acknowledged_results_go_first(void **state)
{
    (void)state;
    struct session *session = fresh();
    push_numbered(session, 100);
    session_acknowledge(session, 90);
    session_check(session);
    assert_int_equal(session->kept_from, 91);
    session_acknowledge(session, 10); /* nothing comes back */
    assert_int_equal(session->acknowledged, 90);
    push_numbered(session, 5000);
    session_acknowledge(session, 5000);
    session_check(session);
    for (uint64_t number = 5001; number < session->next; number++) {
        assert_numbered(session, number);
    }
    session_free(session);
}

static void acknowledging_the_future_counts_as_the_newest(void **state)
{
    (void)state;
    struct session *session = fresh();
    session_acknowledge(session, UINT64_MAX);
    assert_int_equal(session->acknowledged, 0);
    push_numbered(session, 3);
    session_acknowledge(session, UINT64_MAX);
    assert_int_equal(session->acknowledged, 3);
    push_numbered(session, 1);
    assert_numbered(session, 4);
    session_check(session);
    session_free(session);
}

static void oldest_results_go_beyond_the_count_bound(void **state)
{
    (void)state;
    struct session *session = fresh();
    push_numbered(session, REPLIES_PER_SESSION_MAX + 10);
    session_check(session);
    assert_int_equal(session->kept_from, 11);
    assert_numbered(session, 11);
    session_free(session);
}

static void newest_result_stays_beyond_the_byte_bound(void **state)
{
    (void)state;
    struct session *session = fresh();
    uint8_t *large = calloc(1, REPLY_BYTES_MAX);
    assert_non_null(large);
    push_numbered(session, 10);
    session_push(session, OUTCOME_REFUSED, slice_of(large, REPLY_BYTES_MAX));
    session_check(session);
    assert_int_equal(session->kept_from, 11);
    assert_int_equal(session_reply(session, 11).result.size, REPLY_BYTES_MAX);
    push_numbered(session, 1);
    session_check(session);
    assert_int_equal(session->kept_from, 12);
    session_free(session);
    free(large);
}

static void record_comes_back_as_it_was(void **state)
{
    (void)state;
    struct session *session = fresh();
    push_numbered(session, 20);
    session_push(session, OUTCOME_MALFORMED, slice_of(NULL, 0));
    session_push(session, OUTCOME_REFUSED, slice_of_text("short"));
    session_acknowledge(session, 7);
    session->tip.sequence = 9;
    struct buffer record = {0};
    session_encode(session, &record);
    struct session *back = session_decode(&session->tip.lane, buffer_slice(&record));
    assert_non_null(back);
    session_check(back);
    assert_memory_equal(&back->tip, &session->tip, sizeof back->tip);
    assert_int_equal(back->next, session->next);
    assert_int_equal(back->acknowledged, 7);
    assert_int_equal(back->kept_from, 8);
    assert_int_equal(session_reply(back, 21).outcome, OUTCOME_MALFORMED);
    assert_true(slice_is_equal(session_reply(back, 22).result, slice_of_text("short")));
    struct buffer again = {0};
    session_encode(back, &again);
    assert_true(slice_is_equal(buffer_slice(&record), buffer_slice(&again)));
    session_free(session);
    session_free(back);
    buffer_fini(&record);
    buffer_fini(&again);
}

static void record_cut_anywhere_is_none(void **state)
{
    (void)state;
    struct session *session = fresh();
    push_numbered(session, 5);
    struct buffer record = {0};
    session_encode(session, &record);
    for (size_t size = 0; size < record.size; size++) {
        assert_null(session_decode(&session->tip.lane, slice_of(record.data, size)));
    }
    uint8_t zero = 0;
    buffer_append(&record, slice_of(&zero, 1));
    assert_null(session_decode(&session->tip.lane, buffer_slice(&record)));
    session_free(session);
    buffer_fini(&record);
}

static void record_with_flipped_bits_is_none_or_sound(void **state)
{
    (void)state;
    struct session *session = fresh();
    push_numbered(session, 5);
    session_acknowledge(session, 2);
    struct buffer record = {0};
    session_encode(session, &record);
    for (size_t bit = 0; bit < record.size * 8; bit++) {
        record.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct session *back = session_decode(&session->tip.lane, buffer_slice(&record));
        if (back != NULL) {
            session_check(back);
            session_free(back);
        }
        record.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    session_free(session);
    buffer_fini(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_kept_by_number),
        cmocka_unit_test(acknowledged_results_go_first),
        cmocka_unit_test(acknowledging_the_future_counts_as_the_newest),
        cmocka_unit_test(oldest_results_go_beyond_the_count_bound),
        cmocka_unit_test(newest_result_stays_beyond_the_byte_bound),
        cmocka_unit_test(record_comes_back_as_it_was),
        cmocka_unit_test(record_cut_anywhere_is_none),
        cmocka_unit_test(record_with_flipped_bits_is_none_or_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
