/* views_test.c - views that must wait: an order from the future, and a log that stands still. One
 * core, replica 0 of four, on a stage; the test is all the others. */
#include "support/stage.h"
#include "wire/digests.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

static void hold(struct stage *stage, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    stage_segment(stage, 1, 1, &encoded, &segment, tip);
    assert_int_equal(stage_client(stage, &segment), VERDICT_ACCEPTED);
    buffer_fini(&encoded);
}

/* An order of view 1 whose agreed time is so far ahead of the core's clock. */
static void make_ahead(struct stage *stage, uint64_t ahead_ns, struct stage_order *order)
{
    struct lane_tip tip;
    hold(stage, &tip);
    stage_make_order(stage, 1, NULL, &tip, order);
    order->order.time_ns = STAGE_WALL_NS + ahead_ns;
    stage_seal(order);
}

/* A traitor forwards a certificate with a good vote's signature spoiled, to one who holds that
 * vote: what is passed on then must still be what was verified. */
static void spoiled_signature_of_a_vote_that_is_held_is_not_passed_on(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct digest none = {{0}};
    struct certificate good;
    stage_make_certificate(stage, VOTE_NULLIFY, 1, &none, &good);
    struct peer_message message = {.kind = PEER_CERTIFICATE, .certificate = good};
    assert_int_equal(stage_vote(stage, 2, VOTE_NULLIFY, 1, &none), VERDICT_ACCEPTED);
    size_t spoiled = 0;
    for (size_t i = 0; i < good.count; i++) {
        if (good.signatures[i].voter == 2) {
            message.certificate.signatures[i].signature.bytes[0] ^= 1;
            spoiled++;
        }
    }
    assert_int_equal(spoiled, 1);
    assert_int_equal(stage_say(stage, 3, &message), VERDICT_ACCEPTED);
    assert_int_equal(stage_view(stage), 2);
    stage_until(stage, 300);
    const struct stage_said *said = stage_last(stage, PEER_CERTIFICATE);
    assert_non_null(said);
    const struct certificate *shared = &said->message.certificate;
    assert_int_equal(shared->kind, VOTE_NULLIFY);
    for (size_t i = 0; i < shared->count; i++) {
        struct vote vote = {.kind = VOTE_NULLIFY, .voter = shared->signatures[i].voter, .view = 1};
        stage_sign_vote(stage, &vote);
        assert_memory_equal(&vote.signature, &shared->signatures[i].signature,
                            sizeof vote.signature);
    }
    stage_free(stage);
}

static void order_that_is_too_early_is_voted_for_once_its_time_has_come(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    make_ahead(stage, STAGE_AHEAD_NS + 120 * MS, &order);
    assert_int_equal(stage_propose(stage, &order), VERDICT_ACCEPTED);
    stage_until(stage, 119);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 0);
    assert_int_equal(replica_deadline(stage->core), STAGE_BOOT_NS + 120 * MS);
    stage_until(stage, 120);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    stage_free(stage);
}

static void order_that_stays_too_early_is_nullified_in_time(void **state)
{
    (void)state;
    uint64_t const ahead[] = {STAGE_AHEAD_NS + 250 * MS, UINT64_MAX - STAGE_WALL_NS};
    for (size_t i = 0; i < 2; i++) {
        struct stage *stage = stage_new(0, 4);
        struct stage_order order;
        make_ahead(stage, ahead[i], &order);
        assert_int_equal(stage_propose(stage, &order), VERDICT_ACCEPTED);
        stage_until(stage, 199);
        assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 0);
        stage_until(stage, 200);
        assert_int_equal(stage_votes(stage, VOTE_NULLIFY, 1), 1);
        stage_until(stage, 1000);
        assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 0);
        stage_free(stage);
    }
}

/* View 1 is notarized, all others up to the end of the window are nullified, and nobody has said
 * that view 1 is final. */
static void stand_still(struct stage *stage, struct stage_order *order)
{
    struct lane_tip tip;
    hold(stage, &tip);
    stage_make_order(stage, 1, NULL, &tip, order);
    (void)stage_propose(stage, order);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, 1, &order->digest);
    for (view_nr view = 2; view <= VIEW_WINDOW; view++) {
        stage_forget(stage);
        assert_int_equal(stage_certify(stage, 1, VOTE_NULLIFY, view, NULL), VERDICT_ACCEPTED);
    }
    assert_int_equal(stage_view(stage), VIEW_WINDOW + 1);
}

static void window_without_a_decision_stands_still_and_answers(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    struct stage_order beyond;
    stand_still(stage, &order);
    stage_forget(stage);
    stage_make_order(stage, VIEW_WINDOW + 1, &order, NULL, &beyond);
    assert_int_equal(stage_propose(stage, &beyond), VERDICT_EARLY);
    assert_int_equal(stage_certify(stage, 1, VOTE_NULLIFY, VIEW_WINDOW + 1, NULL), VERDICT_EARLY);
    stage_until(stage, stage->now_ms + 3000);
    assert_int_equal(stage_view(stage), VIEW_WINDOW + 1);
    assert_int_equal(stage_count(stage, EFFECT_PERSIST_VOTE), 0); /* only what it had said */
    assert_true(stage_sends(stage, PEER_HEARTBEAT) > 10);
    stage_forget(stage);
    struct peer_message ask = {.kind = PEER_ASK_VIEW, .ask_view = {.from = 2, .to = 5}};
    (void)stage_say(stage, 3, &ask);
    assert_true(stage_sends(stage, PEER_CERTIFICATE) >= 4);
    replica_check(stage->core, true);
    stage_free(stage);
}

static void window_without_a_decision_goes_on_with_a_finalization(void **state)
{
    (void)state;
    for (int has_restart = 0; has_restart < 2; has_restart++) {
        struct stage *stage = stage_new(0, 4);
        struct stage_order order;
        struct stage_order next;
        stand_still(stage, &order);
        if (has_restart == 1) {
            stage_restart(stage, stage->record_count);
            assert_int_equal(stage_view(stage), VIEW_WINDOW + 1);
        }
        stage_forget(stage);
        assert_int_equal(stage_certify(stage, 1, VOTE_FINALIZE, 1, &order.digest),
                         VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), 1);
        assert_int_equal(stage_view(stage), VIEW_WINDOW + 1); /* in the window now: 513 % 4 == 1 */
        stage_make_order(stage, VIEW_WINDOW + 1, &order, NULL, &next);
        assert_int_equal(stage_propose(stage, &next), VERDICT_ACCEPTED);
        assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, VIEW_WINDOW + 1), 1);
        (void)stage_certify(stage, 1, VOTE_NOTARIZE, VIEW_WINDOW + 1, &next.digest);
        (void)stage_certify(stage, 1, VOTE_FINALIZE, VIEW_WINDOW + 1, &next.digest);
        assert_int_equal(stage_height(stage), 2);
        stage_free(stage);
    }
}

/* Nullifies what is left of the views below `view`, whose commander is this core; how many lanes
 * the order names that it then proposes. */
static size_t tips_proposed(struct stage *stage, view_nr view)
{
    stage_forget(stage);
    for (view_nr failed = stage_view(stage); failed < view; failed++) {
        assert_int_equal(stage_certify(stage, 1, VOTE_NULLIFY, failed, NULL), VERDICT_ACCEPTED);
    }
    stage_until(stage, stage->now_ms + 10);
    const struct stage_said *said = stage_last(stage, PEER_PROPOSAL);
    assert_non_null(said);
    assert_int_equal(said->order.view, view);
    return said->order.tip_count;
}

/* Every replica may be full of what it voted for in vain, each of something else: then nobody can
 * hold what another one proposes, however long it waits. */
static void standstill_ends_with_an_order_that_needs_nothing(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct lane_tip tip;
    hold(stage, &tip);
    assert_int_equal(tips_proposed(stage, 4), 1);  /* three views have failed */
    assert_int_equal(tips_proposed(stage, 8), 1);  /* seven */
    assert_int_equal(tips_proposed(stage, 12), 0); /* eleven: Δ stands at its most since the 8th */
    const struct stage_said *said = stage_last(stage, PEER_PROPOSAL);
    struct digest digest;
    order_digest(&said->order, &digest);
    assert_int_equal(stage_certify(stage, 1, VOTE_FINALIZE, 12, &digest), VERDICT_ACCEPTED);
    assert_int_equal(stage_height(stage), 1);
    assert_int_equal(tips_proposed(stage, 16), 1); /* the back-off has ended, content goes on */
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standstill_ends_with_an_order_that_needs_nothing),
        cmocka_unit_test(spoiled_signature_of_a_vote_that_is_held_is_not_passed_on),
        cmocka_unit_test(order_that_is_too_early_is_voted_for_once_its_time_has_come),
        cmocka_unit_test(order_that_stays_too_early_is_nullified_in_time),
        cmocka_unit_test(window_without_a_decision_stands_still_and_answers),
        cmocka_unit_test(window_without_a_decision_goes_on_with_a_finalization),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
