/* simplex_time_test.c - rule 4 (nullify, back-off), idleness and lossy links. The core is replica 0
 * of four; Δ is 100 ms. */
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void hold_segment(struct stage *stage, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    stage_segment(stage, 1, 1, &encoded, &segment, tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
}

static struct stage *awake_stage(struct lane_tip *tip)
{
    struct stage *stage = stage_new(0, 4);
    hold_segment(stage, tip);
    return stage;
}

/* When, in ms, does the core nullify `view`? */
static uint64_t nullified_at(struct stage *stage, view_nr view, uint64_t limit_ms)
{
    stage_forget(stage);
    for (uint64_t ms = stage->now_ms + 1; ms <= limit_ms; ms++) {
        stage_at(stage, ms);
        if (stage_votes(stage, VOTE_NULLIFY, view) != 0) {
            return ms;
        }
    }
    return 0;
}

static void rule4_nullifies_at_2_delta_without_proposal(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    assert_int_equal(nullified_at(stage, 1, 1000), 200);
    const struct stage_said *said = stage_last(stage, PEER_VOTE);
    assert_true(said->durable && said->to == REPLICA_ALL);
    stage_free(stage);
}

static void rule4_nullifies_at_3_delta_without_certificate(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, &tip, &order);
    stage_until(stage, 50);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    assert_int_equal(nullified_at(stage, 1, 1000), 300);
    stage_free(stage);
}

static void rule4_deadline_wakes_the_core_in_time(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    stage_until(stage, 199);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 0);
    stage_until(stage, 201);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 1);
    stage_free(stage);
}

/* A proposal of view 1 that needs segment 2, which the core lacks. */
static void propose_unheld(struct stage *stage, struct buffer *encoded, struct segment *segment)
{
    struct stage_order order;
    struct lane_tip tip;
    stage_segment(stage, 1, 2, encoded, segment, &tip);
    stage_make_order(stage, 1, NULL, &tip, &order);
    assert_int_equal(stage_propose(stage, &order), VERDICT_ACCEPTED);
}

static void rule4_fetching_extends(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct buffer encoded = {0};
    struct segment segment;
    struct stage *stage = awake_stage(&tip);
    stage_until(stage, 60);
    propose_unheld(stage, &encoded, &segment);
    assert_int_equal(nullified_at(stage, 1, 1000), 400);
    buffer_fini(&encoded);
    stage_free(stage);
}

static void rule4_fetching_extends_the_vote_too(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct buffer encoded = {0};
    struct segment segment;
    struct stage *stage = awake_stage(&tip);
    propose_unheld(stage, &encoded, &segment);
    stage_until(stage, 350);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 0); /* or the fetch was for nothing */
    assert_int_equal(nullified_at(stage, 1, 1000), 500);
    buffer_fini(&encoded);
    stage_free(stage);
}

static void rule4_late_proposal_extends_nothing(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    struct stage_order order;
    stage_at(stage, 199);
    struct replica_time late = stage_time(stage);
    late.monotonic_ns += 20 * MS;
    struct buffer encoded = {0};
    struct segment segment;
    struct lane_tip unheld;
    stage_segment(stage, 1, 2, &encoded, &segment, &unheld);
    stage_make_order(stage, 1, NULL, &unheld, &order);
    stage->now_ms = 219; /* no turn since */
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 1);
    buffer_fini(&encoded);
    stage_free(stage);
}

static void rule4_invalid_proposal_extends_nothing(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, &tip, &order);
    order.order.height = 9;
    stage_seal(&order);
    (void)stage_propose(stage, &order);
    assert_int_equal(nullified_at(stage, 1, 1000), 200);
    stage_free(stage);
}

static void rule4_tie_is_a_vote(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, &tip, &order);
    stage_at(stage, 199);
    stage->now_ms = 200;
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 0);
    stage_free(stage);
}

/* Views 1 .. count fail, in 2 or more Δ each, and all replicas are heard. */
static void fail_views(struct stage *stage, view_nr count)
{
    for (view_nr view = 1; view <= count; view++) {
        assert_int_not_equal(nullified_at(stage, view, stage->now_ms + 20000), 0);
        for (replica_id i = 1; i <= 3; i++) {
            (void)stage_beat(stage, i, view, 0);
        }
        (void)stage_certify(stage, 1, VOTE_NULLIFY, view, NULL);
        assert_int_equal(stage_view(stage), view + 1);
    }
}

static void rule4_backoff_doubles_from_the_f_plus_first(void **state)
{
    (void)state;
    /* f = 1: the first failure changes nothing, the second doubles, the third doubles again. */
    uint64_t const ages[] = {200, 200, 400, 800, 1600};
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    for (view_nr view = 1; view <= 3; view++) { /* view 4 is the core's own */
        uint64_t entered = stage->now_ms;
        assert_int_equal(nullified_at(stage, view, entered + 20000) - entered, ages[view - 1]);
        for (replica_id i = 1; i <= 3; i++) {
            (void)stage_beat(stage, i, view, 0);
        }
        (void)stage_certify(stage, 1, VOTE_NULLIFY, view, NULL);
    }
    stage_free(stage);
}

static void rule4_backoff_extends_with_the_back_off(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    fail_views(stage, 2);
    uint64_t entered = stage->now_ms; /* view 3, Δ is 200 ms now */
    stage_until(stage, entered + 300);
    struct buffer encoded = {0};
    struct segment segment;
    struct lane_tip unheld;
    struct stage_order order;
    stage_segment(stage, 1, 2, &encoded, &segment, &unheld);
    stage_make_order(stage, 3, NULL, &unheld, &order);
    (void)stage_propose(stage, &order); /* in time: before 400 ms */
    assert_int_equal(nullified_at(stage, 3, entered + 5000) - entered, 800);
    buffer_fini(&encoded);
    stage_free(stage);
}

static void rule4_backoff_is_capped(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    fail_views(stage, 9);
    uint64_t entered = stage->now_ms;
    assert_int_equal(nullified_at(stage, 10, entered + 40000) - entered, 2 * 64 * 100);
    stage_free(stage);
}

static void rule4_backoff_ends_with_a_finalization(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    struct stage_order order;
    fail_views(stage, 4);
    stage_make_order(stage, 5, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, 5, &order.digest);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 5, &order.digest);
    assert_int_equal(stage_height(stage), 1);
    uint64_t entered = stage->now_ms;
    assert_int_equal(nullified_at(stage, 6, entered + 20000) - entered, 200);
    stage_free(stage);
}

/* The core has been awake for `ms`, has heard 1 and 2 (Q with itself) and never 3. */
static void hear_all_but_3(struct stage *stage, uint64_t ms)
{
    while (stage->now_ms < ms) {
        (void)stage_beat(stage, 1, 1, 0);
        (void)stage_beat(stage, 2, 1, 0);
        stage_at(stage, stage->now_ms + 50);
    }
}

static void rule4_at_once_for_a_silent_commander(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    hear_all_but_3(stage, 1100);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 1, NULL);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 2), 0); /* its commander was heard */
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 2, NULL);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 3), 1);
    stage_free(stage);
}

static void rule4_not_at_once_before_10_delta(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    hear_all_but_3(stage, 900);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 2, NULL);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 3), 0);
    stage_free(stage);
}

static void rule4_not_at_once_while_fewer_than_quorum_are_heard(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    while (stage->now_ms < 1200) { /* cut off with one other: everybody is silent to us */
        (void)stage_beat(stage, 1, 1, 0);
        stage_at(stage, stage->now_ms + 50);
    }
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 2, NULL);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 3), 0);
    stage_free(stage);
}

static void rule4_first_frame_ends_silence(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    hear_all_but_3(stage, 1100);
    (void)stage_beat(stage, 3, 1, 0);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 2, NULL);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 3), 0);
    stage_free(stage);
}

static void rule4_skipped_views_do_not_back_off(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    hear_all_but_3(stage, 1100);
    view_nr const own_or_silent[] = {3, 7, 11, 15, 19};
    for (size_t i = 0; i < 5; i++) { /* enter its views, see them fail, leave again */
        view_nr view = own_or_silent[i];
        (void)stage_certify(stage, 1, VOTE_NULLIFY, view - 1, NULL);
        assert_int_equal(stage_votes(stage, VOTE_NULLIFY, view), 1);
        (void)stage_certify(stage, 1, VOTE_NULLIFY, view, NULL);
    }
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 20, NULL);
    uint64_t entered = stage->now_ms;
    assert_int_equal(stage_view(stage), 21);
    assert_int_equal(nullified_at(stage, 21, entered + 20000) - entered, 200);
    stage_free(stage);
}

static void idle_group_is_silent(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    stage_forget(stage);
    stage_until(stage, 60000);
    assert_int_equal(stage->said_count, stage_sends(stage, PEER_HEARTBEAT));
    assert_in_range(stage->said_count, 50, 65); /* one in 10Δ */
    stage_free(stage);
}

static void idle_core_wakes_on_f_plus_1_nullify(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    (void)stage_vote(stage, 1, VOTE_NULLIFY, 1, NULL);
    stage_until(stage, 1000);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 0); /* one may be a traitor's */
    (void)stage_vote(stage, 2, VOTE_NULLIFY, 1, NULL);
    assert_int_equal(nullified_at(stage, 1, 3000), 1200); /* timers count from waking */
    stage_free(stage);
}

static void idle_core_answers(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message ask = {.kind = PEER_ASK_VIEW, .ask_view = {.from = 1, .to = 1}};
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 1, NULL);
    stage_until(stage, 5000);
    stage_forget(stage);
    assert_int_equal(stage_say(stage, 2, &ask), VERDICT_ACCEPTED);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    assert_int_equal(said->to, 2);
    stage_free(stage);
}

static void order_not_finalized_is_work(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, 1, &order.digest);
    assert_int_equal(nullified_at(stage, 2, 1000), 200);
    stage_free(stage);
}

static void lossy_link_own_votes_are_repeated_every_delta(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, &tip, &order);
    (void)stage_propose(stage, &order);
    stage_until(stage, 99);
    assert_int_equal(stage_sends(stage, PEER_VOTE), 1);
    stage_until(stage, 101);
    assert_int_equal(stage_sends(stage, PEER_VOTE), 2);
    stage_until(stage, 201);
    assert_int_equal(stage_sends(stage, PEER_VOTE), 3);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1); /* said again, not cast again */
    stage_free(stage);
}

static void lossy_link_entry_certificate_is_repeated(void **state)
{
    (void)state;
    struct lane_tip tip;
    struct stage *stage = awake_stage(&tip);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 1, NULL);
    stage_forget(stage);
    stage_until(stage, 101);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    assert_int_equal(said->to, REPLICA_ALL);
    assert_int_equal(said->message.certificate.view, 1);
    stage_free(stage);
}

static void lossy_link_peer_behind_is_helped(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 1, NULL);
    stage_forget(stage);
    (void)stage_beat(stage, 2, 1, 0);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    assert_int_equal(said->to, 2);
    stage_forget(stage);
    (void)stage_beat(stage, 2, 1, 0); /* not for every frame */
    assert_int_equal(stage_sends(stage, PEER_CERTIFICATE), 0);
    stage_free(stage);
}

static void lossy_link_finished_view_is_answered_with_finalization(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 1, &order.digest);
    assert_int_equal(stage_height(stage), 1);
    stage_forget(stage);
    stage_at(stage, 60); /* later than a vote that was under way, and crossed the finalization */
    assert_int_equal(stage_vote(stage, 2, VOTE_NOTARIZE, 1, &order.digest), VERDICT_STALE);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    assert_int_equal(said->to, 2);
    assert_int_equal(said->message.certificate.kind, VOTE_FINALIZE);
    stage_free(stage);
}

static void lossy_link_vote_that_crossed_the_finalization_is_not_answered(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 1, &order.digest);
    assert_int_equal(stage_sends(stage, PEER_CERTIFICATE), 1); /* to all */
    assert_int_equal(stage_vote(stage, 2, VOTE_FINALIZE, 1, &order.digest), VERDICT_STALE);
    assert_int_equal(stage_sends(stage, PEER_CERTIFICATE), 1);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule4_nullifies_at_2_delta_without_proposal),
        cmocka_unit_test(rule4_nullifies_at_3_delta_without_certificate),
        cmocka_unit_test(rule4_deadline_wakes_the_core_in_time),
        cmocka_unit_test(rule4_fetching_extends),
        cmocka_unit_test(rule4_fetching_extends_the_vote_too),
        cmocka_unit_test(rule4_late_proposal_extends_nothing),
        cmocka_unit_test(rule4_invalid_proposal_extends_nothing),
        cmocka_unit_test(rule4_tie_is_a_vote),
        cmocka_unit_test(rule4_backoff_doubles_from_the_f_plus_first),
        cmocka_unit_test(rule4_backoff_extends_with_the_back_off),
        cmocka_unit_test(rule4_backoff_is_capped),
        cmocka_unit_test(rule4_backoff_ends_with_a_finalization),
        cmocka_unit_test(rule4_at_once_for_a_silent_commander),
        cmocka_unit_test(rule4_not_at_once_before_10_delta),
        cmocka_unit_test(rule4_not_at_once_while_fewer_than_quorum_are_heard),
        cmocka_unit_test(rule4_first_frame_ends_silence),
        cmocka_unit_test(rule4_skipped_views_do_not_back_off),
        cmocka_unit_test(idle_group_is_silent),
        cmocka_unit_test(idle_core_wakes_on_f_plus_1_nullify),
        cmocka_unit_test(idle_core_answers),
        cmocka_unit_test(order_not_finalized_is_work),
        cmocka_unit_test(lossy_link_own_votes_are_repeated_every_delta),
        cmocka_unit_test(lossy_link_entry_certificate_is_repeated),
        cmocka_unit_test(lossy_link_peer_behind_is_helped),
        cmocka_unit_test(lossy_link_finished_view_is_answered_with_finalization),
        cmocka_unit_test(lossy_link_vote_that_crossed_the_finalization_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
