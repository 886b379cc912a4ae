/* sync_test.c - catching up by blocks: from honest peers, from liars, across runs without
 * certificates; and decisions that wait until those before were applied. One core, replica 0 of
 * four, on a stage. */
#include "support_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void behind_core_asks_one_peer_and_follows(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    replica_id asked = history_wait_for_question(stage, &from);
    assert_int_equal(from, 1);
    for (size_t i = 0; i < HISTORY_BLOCKS; i++) {
        assert_int_equal(history_send(stage, asked, &history, i, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), i + 1);
    }
    assert_int_equal(stage_sends(stage, PEER_ASK_BLOCKS), 1); /* one answer, one question */
    history_free(&history);
    stage_free(stage);
}

static void run_without_certificates_is_followed(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    for (size_t round = 0; round < 10 && stage_height(stage) < HISTORY_BLOCKS; round++) {
        replica_id asked = history_wait_for_question(stage, &from);
        for (size_t i = from - 1; i < HISTORY_BLOCKS; i++) {
            (void)history_send(stage, asked, &history, i, i == HISTORY_BLOCKS - 1);
        }
    }
    assert_int_equal(stage_height(stage), HISTORY_BLOCKS);
    history_free(&history);
    stage_free(stage);
}

/* The newest finalization is known at once, by heartbeats' answers; that must not keep the blocks
 * below it from being decided. */
static void high_finalization_does_not_block_those_below(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, HISTORY_BLOCKS,
                        &history.orders[HISTORY_BLOCKS - 1].digest);
    height_nr from = 1;
    replica_id asked = history_wait_for_question(stage, &from);
    for (size_t i = 0; i < HISTORY_BLOCKS; i++) {
        assert_int_equal(history_send(stage, asked, &history, i, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), i + 1);
    }
    history_free(&history);
    stage_free(stage);
}

static void unsolicited_block_is_ignored(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_new(0, 4);
    history_make(stage, &history);
    assert_int_equal(history_send(stage, 1, &history, 0, true), VERDICT_STALE);
    assert_int_equal(stage_height(stage), 0);
    (void)stage_beat(stage, 1, 9, 9);
    height_nr from = 1;
    replica_id asked = history_wait_for_question(stage, &from);
    assert_int_equal(history_send(stage, asked == 2 ? 3 : 2, &history, 0, true), VERDICT_STALE);
    assert_int_equal(stage_height(stage), 0);
    history_free(&history);
    stage_free(stage);
}

/* Each way of poisoning a block: the liar is left at once, and the truth is followed. */
static void poison_segment(struct history *history)
{
    history->segments[0] = history->segments[1];
}

static void poison_order(struct history *history)
{
    history->orders[0].order.time_ns++; /* the certificate is of another one */
}

static void poison_parent(struct history *history)
{
    history->orders[0].order.parent.bytes[0] ^= 1;
}

static void poison_view(struct history *history)
{
    history->orders[0].order.view = 0;
}

static void lying_source_is_left(void **state)
{
    (void)state;
    void (*const poisons[])(struct history *) = {poison_segment, poison_order, poison_parent,
                                                 poison_view};
    for (size_t i = 0; i < sizeof poisons / sizeof *poisons; i++) {
        struct history truth;
        struct stage *stage = history_stage_behind(&truth);
        struct history lies = truth;
        for (size_t k = 0; k < HISTORY_BLOCKS; k++) {
            lies.orders[k].order.tips = lies.orders[k].tips;
        }
        poisons[i](&lies);
        height_nr from = 1;
        replica_id liar = history_wait_for_question(stage, &from);
        uint64_t before = stage->now_ms;
        stage_forget(stage);
        assert_int_not_equal(history_send(stage, liar, &lies, 0, true), VERDICT_ACCEPTED);
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        assert_non_null(said);
        assert_int_not_equal(said->to, liar);
        assert_int_equal(stage->now_ms, before);
        assert_int_equal(history_send(stage, said->to, &truth, 0, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), 1);
        history_free(&truth);
        stage_free(stage);
    }
}

static void liars_unproven_orders_do_not_keep_out_the_truth(void **state)
{
    (void)state;
    struct history truth;
    struct stage *stage = history_stage_behind(&truth);
    struct history lies = truth;
    for (size_t i = 0; i < HISTORY_BLOCKS;
         i++) { /* another chain from genesis, certified by nobody */
        lies.orders[i].order.time_ns += 1000;
        if (i > 0) {
            lies.orders[i].order.parent = lies.orders[i - 1].digest;
        }
        stage_seal(&lies.orders[i]);
    }
    height_nr from = 1;
    replica_id liar = history_wait_for_question(stage, &from);
    for (size_t i = 0; i < HISTORY_BLOCKS; i++) {
        (void)history_send(stage, liar, &lies, i, false);
    }
    assert_int_equal(stage_height(stage), 0);
    for (size_t round = 0; round < 20 && stage_height(stage) < HISTORY_BLOCKS; round++) {
        replica_id asked = history_wait_for_question(stage, &from);
        for (size_t i = from - 1; i < HISTORY_BLOCKS && asked != liar;
             i++) { /* the liar is silent now */
            (void)history_send(stage, asked, &truth, i, i == HISTORY_BLOCKS - 1);
        }
    }
    assert_int_equal(stage_height(stage), HISTORY_BLOCKS);
    history_free(&truth);
    stage_free(stage);
}

/* A liar who proves the end of the log and lies about its beginning, for ever. */
static void liar_with_true_certificates_is_left(void **state)
{
    (void)state;
    struct history truth;
    struct stage *stage = history_stage_behind(&truth);
    struct history lies = truth;
    lies.orders[0].order.time_ns += 1000;
    stage_seal(&lies.orders[0]);
    lies.orders[1].order.tips = lies.orders[1].tips;
    height_nr from = 1;
    replica_id liar = history_wait_for_question(stage, &from);
    for (size_t round = 0; round < 20 && stage_height(stage) < HISTORY_BLOCKS; round++) {
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        replica_id asked = said != NULL ? said->to : history_wait_for_question(stage, &from);
        stage_forget(stage);
        for (size_t i = 0; i < HISTORY_BLOCKS; i++) {
            (void)history_send(stage, asked, asked == liar ? &lies : &truth, i, i == 1 || i == 5);
        }
    }
    assert_int_equal(stage_height(stage), HISTORY_BLOCKS);
    history_free(&truth);
    stage_free(stage);
}

/* What the core voted for is not pushed out of memory by a liar's word. */
static void liar_does_not_erase_what_was_voted_for(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    history_make(stage, &history);
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    (void)stage_beat(stage, 1, 3, 3);
    height_nr from = 1;
    replica_id liar = history_wait_for_question(stage, &from);
    (void)history_send(stage, liar, &history, 0, false);
    stage_forget(stage);
    struct peer_message ask = {.kind = PEER_ASK_ORDER,
                               .ask_order = {.view = 1, .digest = order.digest}};
    (void)stage_say(stage, 2, &ask);
    assert_non_null(stage_last(stage, PEER_PROPOSAL));
    history_free(&history);
    stage_free(stage);
}

/* The commander made two orders: ours, which we voted for, and the one that was decided, as an
 * ancestor without a certificate of its own. */
static void decided_ancestor_replaces_what_was_voted_for(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    struct stage_order ours;
    stage_make_order(stage, 1, NULL, NULL, &ours);
    (void)stage_propose(stage, &ours);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    height_nr from = 1;
    for (size_t round = 0; round < 10 && stage_height(stage) < HISTORY_BLOCKS; round++) {
        replica_id asked = history_wait_for_question(stage, &from);
        for (size_t i = from - 1; i < HISTORY_BLOCKS; i++) {
            (void)history_send(stage, asked, &history, i, i == 2 || i == HISTORY_BLOCKS - 1);
        }
    }
    assert_int_equal(stage_height(stage), HISTORY_BLOCKS);
    history_free(&history);
    stage_free(stage);
}

static void question_for_blocks_is_answered_from_what_is_decided(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message ask = {.kind = PEER_ASK_BLOCKS, .ask_blocks = {.from = 1, .count = 4}};
    (void)stage_say(stage, 1, &ask);
    assert_int_equal(stage_count(stage, EFFECT_SERVE_BLOCKS), 0);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, 1, &order.digest);
    (void)stage_say(stage, 1, &ask);
    assert_int_equal(stage_count(stage, EFFECT_SERVE_BLOCKS), 1);
    stage_free(stage);
}

static void questions_of_one_peer_are_limited(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message ask = {.kind = PEER_ASK_VIEW, .ask_view = {.from = 0, .to = UINT64_MAX}};
    size_t refused = 0;
    for (size_t i = 0; i < 1000; i++) {
        refused += stage_say(stage, 1, &ask) == VERDICT_OVER_LIMIT ? 1 : 0;
    }
    assert_true(refused > 500);
    assert_int_equal(stage_say(stage, 2, &ask), VERDICT_ACCEPTED); /* another one's own */
    stage_free(stage);
}

static void decisions_wait_until_those_before_are_applied(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage->is_applying = false;
    for (height_nr height = 1; height <= 80; height++) {
        view_nr view = stage_view(stage);
        struct stage_order next;
        if (view % 4 == 0) {
            (void)stage_certify(stage, 1, VOTE_NULLIFY, view, NULL);
            view++;
        }
        stage_make_order(stage, view, height == 1 ? NULL : &order, NULL, &next);
        (void)stage_propose(stage, &next);
        (void)stage_certify(stage, 1, VOTE_NOTARIZE, view, &next.digest);
        (void)stage_certify(stage, 1, VOTE_FINALIZE, view, &next.digest);
        order = next;
        assert_int_equal(stage_height(stage), height < 64 ? height : 64);
        stage_forget(stage);
    }
    replica_on_applied(stage->core, 10);
    stage_at(stage, stage->now_ms);
    assert_int_equal(stage_height(stage), 74);
    stage->is_applying = true;
    stage_at(stage, stage->now_ms);
    stage_at(stage, stage->now_ms);
    assert_int_equal(stage_height(stage), 80);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behind_core_asks_one_peer_and_follows),
        cmocka_unit_test(run_without_certificates_is_followed),
        cmocka_unit_test(high_finalization_does_not_block_those_below),
        cmocka_unit_test(unsolicited_block_is_ignored),
        cmocka_unit_test(lying_source_is_left),
        cmocka_unit_test(liars_unproven_orders_do_not_keep_out_the_truth),
        cmocka_unit_test(liar_with_true_certificates_is_left),
        cmocka_unit_test(liar_does_not_erase_what_was_voted_for),
        cmocka_unit_test(decided_ancestor_replaces_what_was_voted_for),
        cmocka_unit_test(question_for_blocks_is_answered_from_what_is_decided),
        cmocka_unit_test(questions_of_one_peer_are_limited),
        cmocka_unit_test(decisions_wait_until_those_before_are_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
