/* The f+1 rule: what is believed, and what is said of those who lie. */
#include "support_core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TIMEOUT_NS (1000 * MS)

static int set_up(void **state)
{
    static struct world world;
    world_init(&world, 4, 1, 64);
    world_start(&world);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    world_fini(*state);
    return 0;
}

/* One request, number 1, on its way. */
static void send_one(struct world *world, uintptr_t tag)
{
    world_submit(world, tag, "request", TIMEOUT_NS);
    world_turn(world, 0);
    (void)world_take_all(world);
}

static void result_at_f_plus_one_equal_replies_is_accepted(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    assert_int_equal(world_reply(world, 0, 1, 1, "yes"), VERDICT_ACCEPTED);
    expect_nothing(world, 0);
    assert_int_equal(world_reply(world, 3, 1, 1, "yes"), VERDICT_ACCEPTED);
    expect_result(world, 0, "yes");
    assert_int_equal(world_reply(world, 1, 1, 1, "yes"), VERDICT_ACCEPTED);
    assert_int_equal(world->told[0].times, 1);
}

static void result_at_f_equal_replies_is_not_accepted(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    for (int i = 0; i < 5; i++) {
        (void)world_reply(world, 2, 1, 1, "yes"); /* the same replica, again and again */
    }
    expect_nothing(world, 0);
    assert_int_equal(client_core_verdict_count(world->core, 2, VERDICT_DUPLICATE), 4);
}

static void result_with_one_liar_is_the_loyal_ones(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    (void)world_reply(world, 1, 1, 1, "lie");
    (void)world_reply(world, 0, 1, 1, "truth");
    expect_nothing(world, 0);
    (void)world_reply(world, 2, 1, 1, "truth");
    expect_result(world, 0, "truth");
    assert_int_equal(client_core_verdict_count(world->core, 1, VERDICT_INVALID), 1);
    assert_int_equal(client_core_verdict_count(world->core, 0, VERDICT_INVALID), 0);
}

static void liar_after_acceptance_is_counted(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    (void)world_reply(world, 0, 1, 1, "truth");
    (void)world_reply(world, 2, 1, 1, "truth");
    assert_int_equal(world_reply(world, 1, 1, 1, "lie"), VERDICT_INVALID);
    assert_int_equal(client_core_verdict_count(world->core, 1, VERDICT_INVALID), 1);
    expect_result(world, 0, "truth");
}

static void outcome_that_differs_makes_replies_differ(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    struct slice text = slice_of_text("text");
    (void)world_reply_outcome(world, 0, 1, OUTCOME_DONE, text);
    (void)world_reply_outcome(world, 1, 1, OUTCOME_REFUSED, text);
    expect_nothing(world, 0);
    (void)world_reply_outcome(world, 2, 1, OUTCOME_REFUSED, text);
    expect_status(world, 0, CLIENT_RESULT);
    assert_int_equal(world->told[0].outcome, OUTCOME_REFUSED);
}

static void second_reply_that_differs_is_equivocation_and_does_not_count(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    (void)world_reply(world, 1, 1, 1, "lie");
    (void)world_reply(world, 0, 1, 1, "truth");
    assert_int_equal(world_reply(world, 1, 1, 1, "truth"), VERDICT_EQUIVOCATION);
    expect_nothing(world, 0);
    assert_int_equal(client_core_verdict_count(world->core, 1, VERDICT_EQUIVOCATION), 1);
    (void)world_reply(world, 3, 1, 1, "truth");
    expect_result(world, 0, "truth");
}

static void large_results_are_compared_to_the_last_byte(void **state)
{
    struct world *world = *state;
    static uint8_t one[5000];
    static uint8_t other[5000];
    other[4999] = 1;
    send_one(world, 0);
    (void)world_reply_outcome(world, 0, 1, OUTCOME_DONE, slice_of(one, sizeof one));
    (void)world_reply_outcome(world, 1, 1, OUTCOME_DONE, slice_of(other, sizeof other));
    expect_nothing(world, 0);
    (void)world_reply_outcome(world, 2, 1, OUTCOME_DONE, slice_of(one, sizeof one));
    expect_status(world, 0, CLIENT_RESULT);
    assert_int_equal(world->told[0].size, sizeof one);
}

/* Sixty-four results of 60 kB are more than the core keeps as they are. */
static void results_beyond_those_kept_are_compared_by_digest(void **state)
{
    struct world *world = *state;
    static uint8_t one[60000];
    static uint8_t other[60000];
    other[59999] = 1;
    for (uintptr_t tag = 0; tag < 64; tag++) {
        world_submit(world, tag, "request", TIMEOUT_NS);
    }
    world_turn(world, 0);
    for (uint64_t number = 1; number <= 64; number++) {
        (void)world_reply_outcome(world, 0, number, OUTCOME_DONE, slice_of(one, sizeof one));
        (void)world_reply_outcome(world, 1, number, OUTCOME_DONE, slice_of(other, sizeof other));
    }
    assert_int_equal(world->told_count, 0);
    assert_int_equal(world_reply_outcome(world, 1, 64, OUTCOME_DONE, slice_of(one, sizeof one)),
                     VERDICT_EQUIVOCATION);
    for (uint64_t number = 64; number >= 1; number--) {
        (void)world_reply_outcome(world, 2, number, OUTCOME_DONE, slice_of(one, sizeof one));
    }
    for (uintptr_t tag = 0; tag < 64; tag++) {
        expect_status(world, tag, CLIENT_RESULT);
        assert_int_equal(world->told[tag].bytes[0], 0);
    }
    assert_int_equal(client_core_verdict_count(world->core, 1, VERDICT_INVALID), 64);
    assert_int_equal(world_reply_outcome(world, 3, 1, OUTCOME_DONE, slice_of(one, 100)),
                     VERDICT_INVALID);
}

static void result_of_digest_length_is_not_taken_for_a_digest(void **state)
{
    struct world *world = *state;
    uint8_t large[100] = {0};
    struct digest_state digest_state;
    struct digest digest;
    digest_begin(&digest_state, DIGEST_SESSION);
    digest_add(&digest_state, slice_of(large, sizeof large));
    digest_end(&digest_state, &digest);
    send_one(world, 0);
    (void)world_reply_outcome(world, 0, 1, OUTCOME_DONE, slice_of(large, sizeof large));
    (void)world_reply_outcome(world, 1, 1, OUTCOME_DONE, digest_slice(&digest));
    expect_nothing(world, 0);
}

/* Every way in which n = 7 replicas, f = 2 of them lying in any of three ways, can be heard: the
 * wrong results never win, the right one does as soon as three said it. */
static void seven_replicas_any_two_liars_never_win(void **state)
{
    (void)state;
    static const char *const lies[] = {"lie", "another lie", "truth "};
    struct world world;
    for (unsigned a = 0; a < 7; a++) {
        for (unsigned b = a + 1; b < 7; b++) {
            for (unsigned how = 0; how < 9; how++) {
                for (unsigned start = 0; start < 7; start++) {
                    world_init(&world, 7, 2, 4);
                    world_start(&world);
                    world_submit(&world, 0, "request", TIMEOUT_NS);
                    world_turn(&world, 0);
                    unsigned truths = 0;
                    for (unsigned i = 0; i < 7; i++) {
                        unsigned r = (start + i) % 7;
                        const char *text = r == a   ? lies[how % 3]
                                           : r == b ? lies[how / 3]
                                                    : "truth";
                        (void)world_reply(&world, r, 1, 1, text);
                        truths += r != a && r != b;
                        assert_int_equal(world.told[0].times, truths >= 3);
                    }
                    expect_result(&world, 0, "truth");
                    world_fini(&world);
                }
            }
        }
    }
}

static void replies_to_what_was_never_sent_are_invalid(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    assert_int_equal(world_reply(world, 0, 2, 1, "x"), VERDICT_INVALID);
    assert_int_equal(world_reply(world, 0, 1, 2, "x"), VERDICT_INVALID);
    assert_int_equal(world_reply(world, 0, 0, 1, "x"), VERDICT_INVALID);
    assert_int_equal(world_reply(world, 0, UINT64_MAX, 2, "x"), VERDICT_INVALID);
    assert_int_equal(world_reply(world, 0, 1, 0, "x"), VERDICT_INVALID);
    expect_nothing(world, 0);
}

static void replies_of_another_session_are_stale(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    struct reply reply = {.outcome = OUTCOME_DONE, .result = slice_of_text("x")};
    struct replies replies = {
        .session = TEST_SESSION - 1, .first = 1, .count = 1, .replies = &reply};
    for (replica_id from = 0; from < 4; from++) {
        assert_int_equal(client_core_on_replies(world->core, from, &replies, world->now_ns),
                         VERDICT_STALE);
    }
    expect_nothing(world, 0);
}

static void replies_long_after_their_slot_was_reused_are_stale(void **state)
{
    struct world *world = *state;
    for (uint64_t number = 1; number <= 200; number++) {
        send_one(world, (uintptr_t)number);
        (void)world_reply(world, 0, number, 1, "yes");
        (void)world_reply(world, 1, number, 1, "yes");
        expect_result(world, (uintptr_t)number, "yes");
    }
    assert_int_equal(world_reply(world, 2, 1, 1, "no"), VERDICT_STALE);
    assert_int_equal(world_reply(world, 2, 200, 1, "no"), VERDICT_INVALID);
}

static void callback_that_submits_is_served_in_the_same_turn(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    world->resubmit = 1;
    world->resubmit_tag = 1;
    (void)world_reply(world, 0, 1, 1, "yes");
    (void)world_reply(world, 1, 1, 1, "yes");
    world_turn(world, 0);
    assert_int_equal(client_core_segment_count(world->core), 2);
    (void)world_reply(world, 2, 2, 1, "fine");
    (void)world_reply(world, 3, 2, 1, "fine");
    expect_result(world, 1, "fine");
}

static void session_gone_of_f_replicas_changes_nothing(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    (void)world_gone(world, 1, UINT64_MAX);
    (void)world_gone(world, 1, UINT64_MAX);
    assert_false(client_core_is_lost(world->core));
    (void)world_reply(world, 0, 1, 1, "yes");
    (void)world_reply(world, 2, 1, 1, "yes");
    expect_result(world, 0, "yes");
}

static void session_gone_of_f_plus_one_loses_it_and_a_new_one_goes_on(void **state)
{
    struct world *world = *state;
    send_one(world, 0);
    send_one(world, 1);
    (void)world_gone(world, 1, UINT64_MAX);
    (void)world_gone(world, 3, UINT64_MAX);
    assert_true(client_core_is_lost(world->core));
    expect_nothing(world, 0);
    world_submit(world, 2, "waits", TIMEOUT_NS);
    world_turn(world, 0);
    assert_int_equal(world_take_all(world), 0);
    client_core_open_session(world->core, TEST_SESSION + 1);
    client_core_check(world->core);
    expect_status(world, 0, CLIENT_SESSION_LOST);
    expect_status(world, 1, CLIENT_SESSION_LOST);
    expect_nothing(world, 2);

    world_turn(world, 0);
    struct client_send sends[CLIENT_SENDS_MAX];
    assert_int_equal(world_take(world, 0, sends), 1);
    struct test_segment segment;
    decode_segment(sends[0].encoded, &segment);
    assert_int_equal(segment.session, TEST_SESSION + 1);
    assert_int_equal(segment.sequence, 1);
    assert_int_equal(world_gone(world, 0, UINT64_MAX), VERDICT_STALE);
}

static void results_gone_at_f_plus_one_are_reported_lost_and_the_lane_goes_on(void **state)
{
    struct world *world = *state;
    for (uintptr_t tag = 0; tag < 3; tag++) {
        send_one(world, tag);
    }
    (void)world_gone(world, 0, 3);
    expect_nothing(world, 0);
    (void)world_gone(world, 1, 2); /* f+1 agree on requests below 2 only */
    expect_status(world, 0, CLIENT_RESULT_LOST);
    expect_nothing(world, 1);
    (void)world_gone(world, 2, 3);
    expect_status(world, 1, CLIENT_RESULT_LOST);
    expect_nothing(world, 2);
    assert_int_equal(world_gone(world, 2, 100), VERDICT_INVALID);
    (void)world_reply(world, 0, 3, 1, "yes");
    (void)world_reply(world, 1, 3, 1, "yes");
    expect_result(world, 2, "yes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(result_at_f_plus_one_equal_replies_is_accepted),
        TEST(result_at_f_equal_replies_is_not_accepted),
        TEST(result_with_one_liar_is_the_loyal_ones),
        TEST(liar_after_acceptance_is_counted),
        TEST(outcome_that_differs_makes_replies_differ),
        TEST(second_reply_that_differs_is_equivocation_and_does_not_count),
        TEST(large_results_are_compared_to_the_last_byte),
        TEST(results_beyond_those_kept_are_compared_by_digest),
        TEST(result_of_digest_length_is_not_taken_for_a_digest),
        cmocka_unit_test(seven_replicas_any_two_liars_never_win),
        TEST(replies_to_what_was_never_sent_are_invalid),
        TEST(replies_of_another_session_are_stale),
        TEST(replies_long_after_their_slot_was_reused_are_stale),
        TEST(callback_that_submits_is_served_in_the_same_turn),
        TEST(session_gone_of_f_replicas_changes_nothing),
        TEST(session_gone_of_f_plus_one_loses_it_and_a_new_one_goes_on),
        TEST(results_gone_at_f_plus_one_are_reported_lost_and_the_lane_goes_on),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
