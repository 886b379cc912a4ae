/* retention_test.c - what a core must not forget, whom it must not wait for, and how bad clients
 * stall nobody but themselves. One core, replica 0 of four, on a stage. */
#include "support/stage.h"

#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void hold(struct stage *stage, uint64_t session, uint64_t sequence, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    stage_segment(stage, session, sequence, &encoded, &segment, tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
}

static void finalize(struct stage *stage, const struct stage_order *order)
{
    if (order->order.view % 4 != 0) {
        (void)stage_propose(stage, order);
    }
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, order->order.view, &order->digest);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, order->order.view, &order->digest);
}

/* A view of another commander than the core. */
static view_nr next_view(struct stage *stage)
{
    view_nr view = stage_view(stage);
    if (view % 4 == 0) {
        (void)stage_certify(stage, 1, VOTE_NULLIFY, view, NULL);
        view++;
    }
    return view;
}

/* Sessions first .. last of client 0, one segment each, are decided. */
static void decide_sessions(struct stage *stage, uint64_t first, uint64_t last,
                            struct stage_order *order)
{
    for (uint64_t session = first; session <= last; session++) {
        struct lane_tip tip;
        struct stage_order next;
        view_nr view = next_view(stage);
        hold(stage, session, 1, &tip);
        stage_make_order(stage, view, order->order.view == 0 ? NULL : order, &tip, &next);
        height_nr before = stage_height(stage);
        finalize(stage, &next);
        assert_int_equal(stage_height(stage), before + 1);
        *order = next;
        stage_forget(stage);
    }
}

static void sessions_beyond_the_limit_push_out_the_oldest(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order = {.order = {.view = 0}};
    struct buffer encoded = {0};
    struct segment segment;
    struct lane_tip tip;
    decide_sessions(stage, 10, 10 + SESSIONS_PER_CLIENT_MAX, &order);
    stage_segment(stage, 10, 2, &encoded, &segment, &tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_STALE);
    assert_int_equal(stage_count(stage, EFFECT_SESSION_GONE), 1);
    buffer_clear(&encoded);
    stage_segment(stage, 11, 2, &encoded, &segment, &tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
    stage_free(stage);
}

/* Held here, decided nowhere, and now below the sessions that are kept: nobody would ever vote for
 * an order that names it, so it must neither be offered nor keep the group awake. */
static void held_session_that_is_over_blocks_nobody(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order = {.order = {.view = 0}};
    struct lane_tip old;
    decide_sessions(stage, 10, 10 + SESSIONS_PER_CLIENT_MAX - 2, &order);
    hold(stage, 5, 1, &old);
    decide_sessions(stage, 100, 101, &order);
    struct replica_view view;
    replica_look(stage->core, &view);
    assert_int_equal(view.pending_segments, 0);
    stage_until(stage, stage->now_ms + 1000);
    replica_look(stage->core, &view);
    assert_false(view.is_awake);
    replica_check(stage->core, true);
    stage_free(stage);
}

static void order_that_names_a_session_below_all_kept_is_void_there(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order = {.order = {.view = 0}};
    struct stage_order next;
    struct buffer encoded = {0};
    struct segment segment;
    struct lane_tip old;
    decide_sessions(stage, 10, 10 + SESSIONS_PER_CLIENT_MAX - 1, &order);
    stage_segment(stage, 5, 1, &encoded, &segment, &old);
    assert_int_equal(stage_client(stage, &segment), VERDICT_STALE);
    view_nr view = next_view(stage);
    stage_make_order(stage, view, &order, &old, &next);
    stage_forget(stage);
    finalize(stage, &next); /* its commander did not know yet that 64 are decided */
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, view), 1);
    assert_int_equal(stage_height(stage), next.order.height);
    assert_int_equal(stage_count(stage, EFFECT_DECIDED), 1);
    for (size_t i = 0; i < stage->said_count; i++) {
        assert_true(stage->said[i].kind != EFFECT_DECIDED || stage->said[i].segment_count == 0);
    }
    buffer_fini(&encoded);
    stage_free(stage);
}

/* Segment 2 of session 1 whose signature is not its client's. */
static void badly_signed(struct stage *stage, struct buffer *encoded, struct segment *segment,
                         struct lane_tip *tip)
{
    struct buffer copy = {0};
    stage_segment(stage, 1, 2, encoded, segment, tip);
    segment->signature.bytes[0] ^= 1;
    wire_encode_segment(&copy, segment);
    buffer_clear(encoded);
    buffer_append(encoded, buffer_slice(&copy));
    buffer_fini(&copy);
    assert_int_equal(wire_decode_segment(buffer_slice(encoded), NULL, segment), VERDICT_ACCEPTED);
}

static void badly_signed_first_segment_is_refused(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct buffer encoded = {0};
    struct buffer copy = {0};
    struct segment segment;
    struct lane_tip tip;
    struct replica_view view;
    stage_segment(stage, 1, 1, &encoded, &segment, &tip);
    segment.signature.bytes[0] ^= 1;
    wire_encode_segment(&copy, &segment);
    assert_int_equal(wire_decode_segment(buffer_slice(&copy), NULL, &segment), VERDICT_ACCEPTED);
    assert_int_equal(stage_client(stage, &segment), VERDICT_BAD_AUTHENTICATION);
    replica_look(stage->core, &view);
    assert_int_equal(view.pending_segments, 0);
    buffer_fini(&encoded);
    buffer_fini(&copy);
    stage_free(stage);
}

static void badly_signed_segment_is_dropped_and_keeps_nobody_awake(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    struct buffer encoded = {0};
    struct segment segment;
    struct lane_tip first;
    struct lane_tip second;
    hold(stage, 1, 1, &first);
    badly_signed(stage, &encoded, &segment, &second);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    stage_make_order(stage, 1, NULL, &first, &order);
    finalize(stage, &order);
    stage_until(stage, 1500);
    struct replica_view view;
    replica_look(stage->core, &view);
    assert_int_equal(view.pending_segments, 0);
    assert_false(view.is_awake);
    buffer_fini(&encoded);
    stage_free(stage);
}

static void segment_that_was_voted_for_is_kept_though_badly_signed(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    struct buffer encoded = {0};
    struct segment segment;
    struct lane_tip tip;
    hold(stage, 1, 1, &tip);
    badly_signed(stage, &encoded, &segment, &tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    stage_make_order(stage, 1, NULL, &tip, &order);
    (void)stage_propose(stage, &order); /* by a traitor: no loyal one names what he cannot prove */
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    stage_until(stage, 1500);
    assert_int_equal(stage_count(stage, EFFECT_FORGET_SEGMENT), 0);
    finalize(stage, &order);
    assert_int_equal(stage_height(stage), 1);
    buffer_fini(&encoded);
    stage_free(stage);
}

/* Another segment 1 of session 1. */
static void other_branch(struct stage *stage, struct buffer *encoded, struct segment *segment,
                         struct lane_tip *tip)
{
    struct digest previous;
    tip->lane = (struct lane_id){.client = stage->clients[0], .session = 1};
    tip->sequence = 1;
    lane_digest_zero(&stage->settings.genesis, &tip->lane, &previous);
    world_segment(&tip->lane, 1, &previous, "other", encoded, segment, &tip->digest);
}

static void both_branches_of_an_equivocating_client_are_kept_until_decided(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order second;
    struct stage_order third;
    struct buffer encoded = {0};
    struct peer_message message = {.kind = PEER_SEGMENT};
    struct lane_tip ours;
    struct lane_tip theirs;
    hold(stage, 1, 1, &ours);
    other_branch(stage, &encoded, &message.segment, &theirs);
    stage_make_order(stage, 1, NULL, &ours, &first);
    stage_make_order(stage, 2, NULL, &theirs, &second);
    stage_make_order(stage, 3, &first, NULL, &third);
    (void)stage_propose(stage, &first);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 1, NULL);
    (void)stage_propose(stage, &second);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 0);
    assert_int_equal(stage_say(stage, 3, &message), VERDICT_ACCEPTED);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 1);
    /* After all the first order was notarized, and the chain goes on from it. */
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 2, NULL);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, 1, &first.digest);
    stage_forget(stage);
    finalize(stage, &third);
    assert_int_equal(stage_height(stage), 2);
    assert_int_equal(stage_count(stage, EFFECT_FORGET_SEGMENT), 1); /* only now */
    buffer_fini(&encoded);
    stage_free(stage);
}

static void other_branch_that_no_order_names_is_not_taken(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct buffer encoded = {0};
    struct peer_message message = {.kind = PEER_SEGMENT};
    struct lane_tip ours;
    struct lane_tip theirs;
    hold(stage, 1, 1, &ours);
    other_branch(stage, &encoded, &message.segment, &theirs);
    assert_int_equal(stage_say(stage, 3, &message), VERDICT_STALE);
    assert_int_equal(stage_client(stage, &message.segment), VERDICT_EQUIVOCATION);
    struct replica_view view;
    replica_look(stage->core, &view);
    assert_int_equal(view.pending_segments, 1);
    buffer_fini(&encoded);
    stage_free(stage);
}

/* Many sessions whose segments came to nothing, then one that was voted for, then a restart: what
 * was voted for must not be crowded out by what the records say of the others. */
static void restart_is_not_crowded_out_by_dropped_sessions(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    struct lane_tip tip;
    for (uint64_t session = 100; session < 140; session++) {
        struct buffer encoded = {0};
        struct segment segment;
        stage_segment(stage, session, 1, &encoded, &segment, &tip);
        segment.previous.bytes[0] ^= 1; /* goes on from nothing */
        segment.sequence = session % 2 == 0 ? 1 : 2;
        struct buffer copy = {0};
        wire_encode_segment(&copy, &segment);
        assert_int_equal(wire_decode_segment(buffer_slice(&copy), NULL, &segment),
                         VERDICT_ACCEPTED);
        (void)stage_client(stage, &segment);
        buffer_fini(&encoded);
        buffer_fini(&copy);
    }
    hold(stage, 200, 1, &tip);
    stage_make_order(stage, 1, NULL, &tip, &order);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    stage_restart(stage, stage->record_count);
    finalize(stage, &order);
    assert_int_equal(stage_height(stage), 1);
    stage_free(stage);
}

/* What a record holds of a segment that was taken in once, whatever became of it. */
static void record_segment(struct stage *stage, const struct segment *segment)
{
    wire_encode_segment(&stage->records[stage->record_count], segment);
    stage->record_kinds[stage->record_count++] = EFFECT_PERSIST_SEGMENT;
}

/* The whole group restarts at once: what was voted for must be held again by those who voted, or
 * nobody has it. One lying client left many sessions in the ledger, each with a good segment and
 * one that is badly signed. */
static void restart_holds_what_was_voted_for_before_all_else(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    struct lane_tip tip;
    for (uint64_t session = 1; session <= 400; session++) {
        for (uint64_t sequence = 1; sequence <= 2; sequence++) {
            struct buffer encoded = {0};
            struct segment segment;
            stage_segment(stage, session, sequence, &encoded, &segment, &tip);
            segment.signature.bytes[0] ^= sequence == 2 ? 1 : 0;
            record_segment(stage, &segment);
            buffer_fini(&encoded);
        }
    }
    hold(stage, 1000, 1, &tip);
    hold(stage, 1000, 2, &tip);
    stage_make_order(stage, 1, NULL, &tip, &order);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    stage_restart(stage, stage->record_count);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, 1, &order.digest);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 1, &order.digest);
    assert_int_equal(stage_height(stage), 1);
    replica_check(stage->core, true);
    stage_free(stage);
}

static void session_that_was_voted_for_is_not_given_up_for_others(void **state)
{
    (void)state;
    for (int has_restart = 0; has_restart < 2; has_restart++) {
        struct stage *stage = stage_new(0, 4);
        struct stage_order order;
        struct lane_tip tip;
        hold(stage, 1000, 1, &tip);
        stage_make_order(stage, 1, NULL, &tip, &order);
        (void)stage_propose(stage, &order);
        assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
        if (has_restart == 1) {
            stage_restart(stage, stage->record_count);
        }
        for (uint64_t session = 1; session <= 60; session++) {
            struct buffer encoded = {0};
            struct peer_message message = {.kind = PEER_SEGMENT};
            stage_segment(stage, session, 1, &encoded, &message.segment, &tip);
            (void)stage_client(stage, &message.segment);
            (void)stage_say(stage, 2, &message);
            buffer_fini(&encoded);
        }
        finalize(stage, &order);
        assert_int_equal(stage_height(stage), 1);
        stage_free(stage);
    }
}

static void segment_waited_for_is_passed_on_once_after_delta(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    hold(stage, 1, 1, &tip);
    stage_until(stage, 95);
    assert_int_equal(stage_sends(stage, PEER_SEGMENT), 0);
    stage_until(stage, 400);
    assert_int_equal(stage_sends(stage, PEER_SEGMENT), 1);
    assert_int_equal(stage_last(stage, PEER_SEGMENT)->to, REPLICA_ALL);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_beyond_the_limit_push_out_the_oldest),
        cmocka_unit_test(held_session_that_is_over_blocks_nobody),
        cmocka_unit_test(order_that_names_a_session_below_all_kept_is_void_there),
        cmocka_unit_test(badly_signed_first_segment_is_refused),
        cmocka_unit_test(badly_signed_segment_is_dropped_and_keeps_nobody_awake),
        cmocka_unit_test(segment_that_was_voted_for_is_kept_though_badly_signed),
        cmocka_unit_test(both_branches_of_an_equivocating_client_are_kept_until_decided),
        cmocka_unit_test(other_branch_that_no_order_names_is_not_taken),
        cmocka_unit_test(restart_is_not_crowded_out_by_dropped_sessions),
        cmocka_unit_test(restart_holds_what_was_voted_for_before_all_else),
        cmocka_unit_test(session_that_was_voted_for_is_not_given_up_for_others),
        cmocka_unit_test(segment_waited_for_is_passed_on_once_after_delta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
