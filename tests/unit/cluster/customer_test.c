/* An honest customer: what it asks for, when, and what it believes. */
#include "support_customer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct desk *begin(struct customer_settings settings)
{
    return desk_new(&settings);
}

static uint64_t first_session(const struct desk *desk)
{
    return desk_sighting(desk, SIGHT_SENT, 0)->session;
}

/* ---- results ---- */

static void result_needs_f_plus_one_equal_replies(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    desk_turn(desk);
    uint64_t session = first_session(desk);
    desk_reply(desk, 0, session, 1, "yes");
    desk_reply(desk, 0, session, 1, "yes"); /* the same one again */
    desk_reply(desk, 1, session, 1, "no");
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 0);
    assert_int_equal(customer_open_count(desk->customer), 1);
    desk_reply(desk, 2, session, 1, "yes");
    const struct desk_sighting *returned = desk_sighting(desk, SIGHT_RETURNED, 0);
    assert_true(returned->is_known && returned->number == 1);
    assert_int_equal(returned->outcome, OUTCOME_DONE);
    assert_int_equal(returned->size, 3);
    assert_memory_equal(&returned->bytes, "yes", 3);
    assert_int_equal(customer_done_count(desk->customer), 1);
    desk_free(desk);
}

static void reply_of_another_session_is_not_believed(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    desk_turn(desk);
    for (replica_id id = 0; id < DESK_REPLICAS; id++) {
        desk_reply(desk, id, first_session(desk) - 1, 1, "yes");
    }
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 0);
    desk_free(desk);
}

static void operation_without_replies_ends_as_unknown_at_its_timeout(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    desk_turn(desk);
    uint64_t asked_ns = desk->now_ns;
    desk_run(desk, 1000 * MS - 1);
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 0);
    desk_run(desk, 1);
    const struct desk_sighting *returned = desk_sighting(desk, SIGHT_RETURNED, 0);
    assert_false(returned->is_known);
    assert_int_equal(returned->now_ns, asked_ns + 1000 * MS);
    assert_int_equal(customer_done_count(desk->customer), 0);
    assert_int_equal(customer_open_count(desk->customer), 1); /* the next one */
    desk_free(desk);
}

static void damaged_frame_changes_nothing(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    desk_turn(desk);
    uint64_t hash = desk->hash;
    customer_on_frame(desk->customer, 0, slice_of_text("no frame"), desk->now_ns);
    customer_check(desk->customer);
    assert_true(hash == desk->hash);
    desk_free(desk);
}

/* ---- sessions ---- */

static void restart_opens_a_larger_session_and_ends_operations_as_unknown(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.in_flight = 3;
    struct desk *desk = begin(settings);
    desk_turn(desk);
    uint64_t session = first_session(desk);
    customer_restart(desk->customer, desk->now_ns);
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 3);
    for (size_t k = 0; k < 3; k++) {
        assert_false(desk_sighting(desk, SIGHT_RETURNED, k)->is_known);
    }
    assert_int_equal(customer_open_count(desk->customer), 0);
    desk_turn(desk);
    const struct desk_sighting *sent = desk_sighting(desk, SIGHT_SENT, 3);
    assert_true(sent->session > session);
    assert_int_equal(sent->number, 1);
    assert_int_equal(desk_sighting(desk, SIGHT_INVOKED, 3)->number, 4);
    desk_reply(desk, 0, session, 1, "yes"); /* too late */
    desk_reply(desk, 1, session, 1, "yes");
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 3);
    desk_free(desk);
}

static void session_that_f_plus_one_call_gone_is_replaced_by_a_larger_one(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    desk_turn(desk);
    uint64_t session = first_session(desk);
    desk_gone(desk, 0, session);
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 0);
    desk_gone(desk, 3, session);
    assert_false(desk_sighting(desk, SIGHT_RETURNED, 0)->is_known);
    desk_turn(desk);
    assert_true(desk_sighting(desk, SIGHT_SENT, 1)->session > session);
    desk_free(desk);
}

/* ---- how much, and when ---- */

static void closed_loop_keeps_in_flight_operations_open(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.in_flight = 5;
    struct desk *desk = begin(settings);
    desk_run(desk, 100 * MS);
    assert_int_equal(desk_count(desk, SIGHT_INVOKED), 5);
    assert_int_equal(customer_open_count(desk->customer), 5);
    desk_reply(desk, 0, first_session(desk), 2, "yes");
    desk_reply(desk, 1, first_session(desk), 2, "yes");
    desk_run(desk, 100 * MS);
    assert_int_equal(desk_count(desk, SIGHT_INVOKED), 6);
    assert_int_equal(customer_open_count(desk->customer), 5);
    desk_free(desk);
}

static void closed_loop_thinks_between_operations(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.think_ns = 10 * MS;
    struct desk *desk = begin(settings);
    desk->answers = true;
    desk_run(desk, 1000 * MS);
    size_t count = desk_count(desk, SIGHT_INVOKED);
    assert_in_range(count, 100, 101);
    for (size_t k = 1; k < count; k++) {
        assert_int_equal(desk_sighting(desk, SIGHT_INVOKED, k)->now_ns,
                         desk_sighting(desk, SIGHT_RETURNED, k - 1)->now_ns + 10 * MS);
    }
    desk_free(desk);
}

static void bursts_are_followed_by_a_pause(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.in_flight = 2;
    settings.burst = 6;
    settings.pause_ns = 100 * MS;
    struct desk *desk = begin(settings);
    desk->answers = true;
    desk_run(desk, 1000 * MS);
    size_t count = desk_count(desk, SIGHT_INVOKED);
    assert_in_range(count, 54, 60);
    for (size_t k = 1; k < count; k++) {
        uint64_t since_ns = desk_sighting(desk, SIGHT_INVOKED, k)->now_ns -
                            desk_sighting(desk, SIGHT_INVOKED, k - 1)->now_ns;
        assert_int_equal(since_ns, k % 6 == 0 ? 100 * MS : 0);
    }
    desk_free(desk);
}

static void open_loop_starts_by_the_clock_whatever_comes_back(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.is_open_loop = true;
    settings.think_ns = 10 * MS;
    struct desk *desk = begin(settings);
    desk_run(desk, 500 * MS); /* nothing comes back */
    assert_in_range(desk_count(desk, SIGHT_INVOKED), 50, 51);
    for (size_t k = 1; k < 50; k++) {
        assert_int_equal(desk_sighting(desk, SIGHT_INVOKED, k)->now_ns,
                         desk_sighting(desk, SIGHT_INVOKED, k - 1)->now_ns + 10 * MS);
    }
    desk->answers = true;
    desk_run(desk, 500 * MS);
    assert_in_range(desk_count(desk, SIGHT_INVOKED), 100, 101);
    desk_free(desk);
}

static void open_loop_without_room_waits_and_catches_up(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.is_open_loop = true;
    settings.think_ns = MS / 4;
    settings.timeout_ns = 10000 * MS;
    struct desk *desk = begin(settings);
    desk_run(desk, 1000 * MS);
    size_t count = desk_count(desk, SIGHT_INVOKED);
    assert_int_equal(count, 1024); /* as many as may be open */
    desk->answers = true;
    for (replica_id id = 0; id < DESK_REPLICAS; id++) { /* so that all is sent again */
        customer_on_link(desk->customer, id, true, desk->now_ns);
    }
    desk_run(desk, 1000 * MS);
    assert_in_range(desk_count(desk, SIGHT_INVOKED), 7990, 8001);
    desk_free(desk);
}

static void timed_out_operations_fill_the_core_without_a_spin(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.in_flight = 8;
    settings.think_ns = MS;
    settings.timeout_ns = 5 * MS;
    struct desk *desk = begin(settings);
    desk_run(desk, 2000 * MS); /* asserts it */
    size_t count = desk_count(desk, SIGHT_INVOKED);
    assert_int_equal(count, desk_count(desk, SIGHT_RETURNED));
    desk_run(desk, 2000 * MS);
    assert_int_equal(count, desk_count(desk, SIGHT_INVOKED)); /* full */
    desk->answers = true;
    for (replica_id id = 0; id < DESK_REPLICAS; id++) { /* so that all is sent again */
        customer_on_link(desk->customer, id, true, desk->now_ns);
    }
    desk_run(desk, 10 * MS);
    assert_true(desk_count(desk, SIGHT_INVOKED) > count);
    customer_stop(desk->customer, 0);
    desk_run(desk, 10 * MS);
    assert_int_equal(customer_open_count(desk->customer), 0);
    desk_free(desk);
}

static void operations_end_at_operations_max(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.operations_max = 7;
    struct desk *desk = begin(settings);
    desk->answers = true;
    desk_run(desk, 10000 * MS);
    assert_int_equal(desk_count(desk, SIGHT_INVOKED), 7);
    assert_int_equal(customer_done_count(desk->customer), 7);
    assert_true(customer_deadline(desk->customer) == UINT64_MAX);
    desk_free(desk);
}

static void stopped_customer_asks_for_nothing_more(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    desk_turn(desk);
    customer_stop(desk->customer, 0);
    desk_reply(desk, 0, first_session(desk), 1, "yes");
    desk_reply(desk, 1, first_session(desk), 1, "yes");
    desk_run(desk, 10000 * MS);
    assert_int_equal(desk_count(desk, SIGHT_INVOKED), 1);
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), 1);
    assert_true(customer_deadline(desk->customer) == UINT64_MAX);
    desk_free(desk);
}

static void stopped_customer_asks_for_as_many_more_as_it_may(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.think_ns = 10 * MS;
    settings.operations_max = 40;
    struct desk *desk = begin(settings);
    desk->answers = true;
    desk_run(desk, 100 * MS);
    size_t before = desk_count(desk, SIGHT_INVOKED);
    assert_in_range(before, 10, 11);
    customer_stop(desk->customer, 5);
    desk_run(desk, 1000 * MS);
    assert_int_equal(desk_count(desk, SIGHT_INVOKED), before + 5);
    assert_int_equal(desk_count(desk, SIGHT_RETURNED), before + 5);
    assert_true(customer_deadline(desk->customer) == UINT64_MAX);
    desk_free(desk);
}

static void turn_before_the_deadline_does_nothing(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(5, CUSTOMER_HONEST);
    settings.in_flight = 3;
    settings.think_ns = 7 * MS;
    struct desk *desk = begin(settings);
    desk->answers = true;
    unsigned checked = 0;
    for (int i = 0; i < 300; i++) {
        uint64_t due_ns = customer_deadline(desk->customer);
        assert_true(due_ns != UINT64_MAX);
        if (due_ns > desk->now_ns + 1) {
            uint64_t hash = desk->hash;
            desk->now_ns = due_ns - 1;
            desk_turn(desk);
            assert_true(hash == desk->hash);
            checked++;
        }
        desk->now_ns = due_ns > desk->now_ns ? due_ns : desk->now_ns;
        desk_turn(desk);
    }
    assert_true(checked > 50);
    desk_free(desk);
}

static void nothing_goes_to_a_link_that_is_down(void **state)
{
    (void)state;
    struct desk *desk = begin(desk_settings(1, CUSTOMER_HONEST));
    customer_on_link(desk->customer, 2, false, desk->now_ns);
    desk_run(desk, 900 * MS);
    bool is_sent[DESK_REPLICAS] = {false};
    for (size_t i = 0; i < desk->segment_count; i++) {
        is_sent[desk->segments[i].to] = true;
    }
    assert_true(is_sent[0] && is_sent[1] && !is_sent[2] && is_sent[3]);
    customer_on_link(desk->customer, 2, true, desk->now_ns);
    desk_turn(desk);
    assert_int_equal(desk->segments[desk->segment_count - 1].to, 2);
    desk_free(desk);
}

/* ---- what it shows ---- */

static void sent_requests_are_numbered_by_session_and_were_invoked(void **state)
{
    (void)state;
    struct customer_settings settings = desk_settings(1, CUSTOMER_HONEST);
    settings.in_flight = 8;
    struct desk *desk = begin(settings);
    desk->answers = true;
    for (int i = 0; i < 50; i++) {
        desk_turn(desk);
        desk->now_ns += MS;
    }
    size_t count = desk_count(desk, SIGHT_SENT);
    assert_true(count > 100);
    for (size_t k = 0; k < count; k++) {
        const struct desk_sighting *sent = desk_sighting(desk, SIGHT_SENT, k);
        const struct desk_sighting *invoked = desk_sighting(desk, SIGHT_INVOKED, k);
        assert_true(sent->number == k + 1 && invoked->number == k + 1);
        assert_true(sent->bytes == invoked->bytes && sent->size == invoked->size);
    }
    desk_free(desk);
}

static uint64_t hash_of(uint64_t seed)
{
    struct customer_settings settings = desk_settings(seed, CUSTOMER_HONEST);
    settings.in_flight = 4;
    settings.think_ns = 3 * MS;
    struct desk *desk = begin(settings);
    desk->answers = true;
    desk_run(desk, 300 * MS);
    customer_restart(desk->customer, desk->now_ns);
    desk_run(desk, 300 * MS);
    assert_true(desk->frames > 100);
    uint64_t hash = desk->hash;
    desk_free(desk);
    return hash;
}

static void same_seed_sends_the_same_frames(void **state)
{
    (void)state;
    assert_true(hash_of(1) == hash_of(1));
    assert_true(hash_of(1) != hash_of(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(result_needs_f_plus_one_equal_replies),
        cmocka_unit_test(reply_of_another_session_is_not_believed),
        cmocka_unit_test(operation_without_replies_ends_as_unknown_at_its_timeout),
        cmocka_unit_test(damaged_frame_changes_nothing),
        cmocka_unit_test(restart_opens_a_larger_session_and_ends_operations_as_unknown),
        cmocka_unit_test(session_that_f_plus_one_call_gone_is_replaced_by_a_larger_one),
        cmocka_unit_test(closed_loop_keeps_in_flight_operations_open),
        cmocka_unit_test(closed_loop_thinks_between_operations),
        cmocka_unit_test(bursts_are_followed_by_a_pause),
        cmocka_unit_test(open_loop_starts_by_the_clock_whatever_comes_back),
        cmocka_unit_test(open_loop_without_room_waits_and_catches_up),
        cmocka_unit_test(timed_out_operations_fill_the_core_without_a_spin),
        cmocka_unit_test(operations_end_at_operations_max),
        cmocka_unit_test(stopped_customer_asks_for_nothing_more),
        cmocka_unit_test(stopped_customer_asks_for_as_many_more_as_it_may),
        cmocka_unit_test(turn_before_the_deadline_does_nothing),
        cmocka_unit_test(nothing_goes_to_a_link_that_is_down),
        cmocka_unit_test(sent_requests_are_numbered_by_session_and_were_invoked),
        cmocka_unit_test(same_seed_sends_the_same_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
