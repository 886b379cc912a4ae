/* simplex_rules_test.c - a test for each sentence of rules 1, 2, 3, 5 and 6. The core is replica 0
 * of four; commanders of views 1, 2, 3 are replicas 1, 2, 3, of view 4 it is the core itself. */
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Segment 1 of a lane, held by the core; its tip. */
static void hold_segment(struct stage *stage, uint64_t sequence, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    stage_segment(stage, 1, sequence, &encoded, &segment, tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
}

static void notarize(struct stage *stage, const struct stage_order *order)
{
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, order->order.view, &order->digest);
}

static void nullify(struct stage *stage, view_nr view)
{
    assert_int_equal(stage_certify(stage, 1, VOTE_NULLIFY, view, NULL), VERDICT_ACCEPTED);
}

static void rule1_enters_on_notarization(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    for (replica_id voter = 1; voter <= 3; voter++) {
        assert_int_equal(stage_view(stage), 1);
        assert_int_equal(stage_vote(stage, voter, VOTE_NOTARIZE, 1, &order.digest),
                         VERDICT_ACCEPTED);
    }
    assert_int_equal(stage_view(stage), 2);
    stage_free(stage);
}

static void rule1_enters_on_nullification(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    for (replica_id voter = 1; voter <= 3; voter++) {
        assert_int_equal(stage_view(stage), 1);
        (void)stage_vote(stage, voter, VOTE_NULLIFY, 1, NULL);
    }
    assert_int_equal(stage_view(stage), 2);
    stage_free(stage);
}

static void rule1_jumps_on_a_later_certificate(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    nullify(stage, 40);
    assert_int_equal(stage_view(stage), 41);
    nullify(stage, 7); /* never back */
    assert_int_equal(stage_view(stage), 41);
    stage_free(stage);
}

static void rule1_forwards_the_certificate(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    nullify(stage, 1);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    assert_int_equal(said->to, REPLICA_ALL);
    assert_int_equal(said->message.certificate.kind, VOTE_NULLIFY);
    assert_int_equal(said->message.certificate.view, 1);
    assert_int_equal(said->message.certificate.count, 3);
    stage_free(stage);
}

static void rule1_starts_the_view_timer(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    hold_segment(stage, 1, &tip);
    stage_until(stage, 150);
    nullify(stage, 1);
    stage_until(stage, 349);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 2), 0);
    stage_until(stage, 350);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 2), 1);
    stage_free(stage);
}

static void rule2_parent_is_highest_notarized(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order second;
    struct lane_tip tip;
    stage_make_order(stage, 1, NULL, NULL, &first);
    stage_make_order(stage, 2, &first, NULL, &second);
    (void)stage_propose(stage, &first);
    notarize(stage, &first);
    (void)stage_propose(stage, &second);
    notarize(stage, &second);
    nullify(stage, 3);
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0); /* nothing to order yet */
    hold_segment(stage, 1, &tip);
    stage_until(stage, 10); /* a little content waits a little for the orders before */
    const struct stage_said *said = stage_last(stage, PEER_PROPOSAL);
    assert_non_null(said);
    assert_int_equal(said->to, REPLICA_ALL);
    assert_int_equal(said->order.view, 4);
    assert_int_equal(said->order.parent_view, 2);
    assert_true(digest_is_equal(&said->order.parent, &second.digest));
    assert_int_equal(said->order.height, 3);
    assert_int_equal(said->order.tip_count, 1);
    stage_free(stage);
}

static void rule2_asks_for_missing_certificates_every_delta(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    hold_segment(stage, 1, &tip);
    nullify(stage, 3); /* its own view is 4, and views 1 and 2 are unknown */
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0);
    stage_until(stage, 110);
    const struct stage_said *said = stage_last(stage, PEER_ASK_VIEW);
    assert_non_null(said);
    assert_int_equal(said->to, REPLICA_ALL);
    assert_int_equal(said->message.ask_view.from, 1);
    assert_int_equal(said->message.ask_view.to, 2);
    size_t once = stage_sends(stage, PEER_ASK_VIEW);
    stage_until(stage, 190);
    assert_int_equal(stage_sends(stage, PEER_ASK_VIEW), once);
    nullify(stage, 2);
    stage_forget(stage);
    nullify(stage, 1);
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 1);
    stage_free(stage);
}

static void rule2_empty_order_waits_for_delta(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    stage_make_order(stage, 1, NULL, NULL, &first);
    (void)stage_propose(stage, &first);
    notarize(stage, &first);
    nullify(stage, 2);
    nullify(stage, 3);
    stage_until(stage, 99);
    assert_int_equal(stage_sends(stage, PEER_PROPOSAL), 0);
    stage_until(stage, 100);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 4), 1);
    assert_int_equal(stage_last(stage, PEER_PROPOSAL)->order.tip_count, 0);
    stage_free(stage);
}

static void rule2_proposal_is_persisted_with_its_vote(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    hold_segment(stage, 1, &tip);
    for (view_nr view = 1; view <= 3; view++) {
        nullify(stage, view);
    }
    size_t order = 0;
    size_t vote = 0;
    size_t sent = 0;
    for (size_t i = 0; i < stage->said_count; i++) {
        const struct stage_said *said = &stage->said[i];
        order = said->kind == EFFECT_PERSIST_PROPOSAL ? i : order;
        vote = said->kind == EFFECT_PERSIST_VOTE && said->vote.kind == VOTE_NOTARIZE ? i : vote;
        if (said->kind == EFFECT_SEND && said->message.kind == PEER_PROPOSAL) {
            assert_true(said->durable);
            sent = i;
        }
    }
    assert_true(order != 0 && vote != 0 && order < sent && vote < sent);
    stage_free(stage);
}

static void rule3_votes_once(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order second;
    stage_make_order(stage, 1, NULL, NULL, &first);
    second = first;
    second.order.time_ns++;
    stage_seal(&second);
    assert_int_equal(stage_propose(stage, &first), VERDICT_ACCEPTED);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    assert_int_equal(stage_propose(stage, &second), VERDICT_EQUIVOCATION);
    assert_int_equal(stage_propose(stage, &first), VERDICT_DUPLICATE);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    const struct stage_said *said = stage_last(stage, PEER_VOTE);
    assert_int_equal(said->to, REPLICA_ALL);
    assert_true(said->durable);
    assert_true(digest_is_equal(&said->message.vote.digest, &first.digest));
    stage_free(stage);
}

static void rule3_no_vote_after_nullify(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    struct stage_order order;
    hold_segment(stage, 1, &tip);
    stage_until(stage, 210);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 1);
    stage_make_order(stage, 1, NULL, &tip, &order);
    assert_int_equal(stage_propose(stage, &order), VERDICT_ACCEPTED);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 0);
    stage_free(stage);
}

static void rule3_refuses_parent_not_notarized(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order second;
    stage_make_order(stage, 1, NULL, NULL, &first);
    stage_make_order(stage, 2, &first, NULL, &second);
    (void)stage_propose(stage, &first);
    nullify(stage, 1);
    (void)stage_propose(stage, &second);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 0);
    const struct stage_said *said = stage_last(stage, PEER_ASK_VIEW); /* the commander must know */
    assert_non_null(said);
    assert_int_equal(said->to, 2);
    assert_int_equal(said->message.ask_view.from, 1);
    notarize(stage, &first);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 1);
    stage_free(stage);
}

static void rule3_refuses_parent_beside_the_notarized_one(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order other;
    struct stage_order second;
    stage_make_order(stage, 1, NULL, NULL, &first);
    other = first;
    other.order.time_ns++;
    stage_seal(&other);
    stage_make_order(stage, 2, &other, NULL, &second);
    (void)stage_propose(stage, &first);
    notarize(stage, &first);
    (void)stage_propose(stage, &second);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 0);
    assert_int_equal(stage_sends(stage, PEER_ASK_VIEW), 0);
    stage_free(stage);
}

static void rule3_refuses_views_between_not_nullified(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    nullify(stage, 2);
    stage_make_order(stage, 3, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 3), 0);
    const struct stage_said *said = stage_last(stage, PEER_ASK_VIEW);
    assert_non_null(said);
    assert_int_equal(said->to, 3);
    assert_int_equal(said->message.ask_view.from, 1);
    assert_int_equal(said->message.ask_view.to, 1);
    nullify(stage, 1);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 3), 1);
    stage_free(stage);
}

static void rule3_refuses_cut_going_backwards(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    struct stage_order first;
    struct stage_order second;
    hold_segment(stage, 1, &tip);
    stage_make_order(stage, 1, NULL, &tip, &first);
    (void)stage_propose(stage, &first);
    notarize(stage, &first);
    stage_make_order(stage, 2, &first, &tip, &second); /* the same tip again */
    (void)stage_propose(stage, &second);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 0);
    stage_free(stage);
}

static void rule3_waits_until_content_is_held(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct buffer encoded = {0};
    struct peer_message message = {.kind = PEER_SEGMENT};
    struct lane_tip tip;
    struct stage_order order;
    stage_segment(stage, 1, 1, &encoded, &message.segment, &tip);
    stage_make_order(stage, 1, NULL, &tip, &order);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 0);
    stage_until(stage, 20);
    const struct stage_said *said = stage_last(stage, PEER_ASK_SEGMENTS);
    assert_non_null(said);
    assert_int_equal(said->to, 1); /* the commander first */
    assert_int_equal(stage_say(stage, 2, &message), VERDICT_ACCEPTED);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    /* On disk before the vote is said. */
    bool has_segment = false;
    for (size_t i = 0; i < stage->said_count; i++) {
        has_segment = has_segment || stage->said[i].kind == EFFECT_PERSIST_SEGMENT;
        assert_true(stage->said[i].kind != EFFECT_PERSIST_VOTE || has_segment);
    }
    buffer_fini(&encoded);
    stage_free(stage);
}

/* Does the core vote for an order of view 1 with this time, height and tip count? */
static bool votes_for(uint64_t time_ns, height_nr height)
{
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    order.order.time_ns = time_ns;
    order.order.height = height;
    stage_seal(&order);
    (void)stage_propose(stage, &order);
    bool has_voted = stage_votes(stage, VOTE_NOTARIZE, 1) == 1;
    stage_free(stage);
    return has_voted;
}

static void rule3_time_is_later_than_the_parents(void **state)
{
    (void)state;
    assert_false(votes_for(0, 1)); /* genesis has time 0 */
    assert_true(votes_for(1, 1));  /* one tick */
    assert_true(votes_for(2, 1));
}

static void rule3_time_is_at_most_own_clock_and_bound(void **state)
{
    (void)state;
    assert_true(votes_for(STAGE_WALL_NS + STAGE_AHEAD_NS, 1));
    assert_false(votes_for(STAGE_WALL_NS + STAGE_AHEAD_NS + 1, 1));
    assert_false(votes_for(UINT64_MAX, 1));
}

static void rule3_time_one_tick_after_the_parent_is_always_valid(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order second;
    stage_make_order(stage, 1, NULL, NULL, &first);
    first.order.time_ns = STAGE_WALL_NS + 100 * STAGE_AHEAD_NS; /* others had such clocks */
    stage_seal(&first);
    (void)stage_propose(stage, &first);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 0);
    notarize(stage, &first);
    stage_make_order(stage, 2, &first, NULL, &second);
    assert_int_equal(second.order.time_ns, first.order.time_ns + 1);
    (void)stage_propose(stage, &second);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 2), 1);
    stage_free(stage);
}

static void rule3_height_follows_the_parents(void **state)
{
    (void)state;
    assert_true(votes_for(STAGE_WALL_NS, 1));
    assert_false(votes_for(STAGE_WALL_NS, 2));
    assert_false(votes_for(STAGE_WALL_NS, 0));
}

static void rule5_finalizes_on_notarization(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    notarize(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_FINALIZE, 1), 1);
    const struct stage_said *said = stage_last(stage, PEER_VOTE);
    assert_true(said->durable && said->message.vote.kind == VOTE_FINALIZE);
    stage_free(stage);
}

static void rule5_no_finalize_after_nullify(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    struct stage_order order;
    hold_segment(stage, 1, &tip);
    stage_make_order(stage, 1, NULL, &tip, &order);
    stage_until(stage, 210);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 1);
    notarize(stage, &order);
    assert_int_equal(stage_view(stage), 2);
    assert_int_equal(stage_votes(stage, VOTE_FINALIZE, 1), 0);
    stage_free(stage);
}

static void rule5_no_nullify_after_finalize(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    notarize(stage, &order);
    stage_until(stage, 2000);
    assert_int_equal(stage_votes(stage, VOTE_FINALIZE, 1), 1);
    assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 0);
    stage_free(stage);
}

static void rule6_commits_ancestors_in_order(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order orders[3];
    struct lane_tip tip;
    for (size_t i = 0; i < 3; i++) {
        hold_segment(stage, i + 1, &tip);
        stage_make_order(stage, i + 1, i == 0 ? NULL : &orders[i - 1], &tip, &orders[i]);
        (void)stage_propose(stage, &orders[i]);
        notarize(stage, &orders[i]);
    }
    assert_int_equal(stage_height(stage), 0);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 3, &orders[2].digest);
    height_nr height = 0;
    for (size_t i = 0; i < stage->said_count; i++) {
        if (stage->said[i].kind == EFFECT_DECIDED) {
            assert_int_equal(stage->said[i].order.height, ++height);
            assert_int_equal(stage->said[i].order.view, height);
            assert_int_equal(stage->said[i].segment_count, 1);
        }
    }
    assert_int_equal(height, 3);
    stage_free(stage);
}

static void rule6_forwards_finalization(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    notarize(stage, &order);
    stage_forget(stage);
    (void)stage_vote(stage, 1, VOTE_FINALIZE, 1, &order.digest);
    assert_int_equal(stage_height(stage), 0);
    (void)stage_vote(stage, 2, VOTE_FINALIZE, 1, &order.digest); /* with its own: Q */
    assert_int_equal(stage_height(stage), 1);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    assert_int_equal(said->to, REPLICA_ALL);
    assert_int_equal(said->message.certificate.kind, VOTE_FINALIZE);
    stage_free(stage);
}

static void rule6_waits_for_missing_ancestor(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order first;
    struct stage_order second;
    stage_make_order(stage, 1, NULL, NULL, &first);
    stage_make_order(stage, 2, &first, NULL, &second);
    notarize(stage, &first); /* its bytes never came */
    (void)stage_propose(stage, &second);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 2, &second.digest);
    assert_int_equal(stage_height(stage), 0);
    (void)stage_propose(stage, &first);
    assert_int_equal(stage_height(stage), 2);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule1_enters_on_notarization),
        cmocka_unit_test(rule1_enters_on_nullification),
        cmocka_unit_test(rule1_jumps_on_a_later_certificate),
        cmocka_unit_test(rule1_forwards_the_certificate),
        cmocka_unit_test(rule1_starts_the_view_timer),
        cmocka_unit_test(rule2_parent_is_highest_notarized),
        cmocka_unit_test(rule2_asks_for_missing_certificates_every_delta),
        cmocka_unit_test(rule2_empty_order_waits_for_delta),
        cmocka_unit_test(rule2_proposal_is_persisted_with_its_vote),
        cmocka_unit_test(rule3_votes_once),
        cmocka_unit_test(rule3_no_vote_after_nullify),
        cmocka_unit_test(rule3_refuses_parent_not_notarized),
        cmocka_unit_test(rule3_refuses_parent_beside_the_notarized_one),
        cmocka_unit_test(rule3_refuses_views_between_not_nullified),
        cmocka_unit_test(rule3_refuses_cut_going_backwards),
        cmocka_unit_test(rule3_waits_until_content_is_held),
        cmocka_unit_test(rule3_time_is_later_than_the_parents),
        cmocka_unit_test(rule3_time_is_at_most_own_clock_and_bound),
        cmocka_unit_test(rule3_time_one_tick_after_the_parent_is_always_valid),
        cmocka_unit_test(rule3_height_follows_the_parents),
        cmocka_unit_test(rule5_finalizes_on_notarization),
        cmocka_unit_test(rule5_no_finalize_after_nullify),
        cmocka_unit_test(rule5_no_nullify_after_finalize),
        cmocka_unit_test(rule6_commits_ancestors_in_order),
        cmocka_unit_test(rule6_forwards_finalization),
        cmocka_unit_test(rule6_waits_for_missing_ancestor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
