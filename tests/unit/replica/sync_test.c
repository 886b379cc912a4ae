/* sync_test.c - catching up by blocks: from honest peers, from liars, across runs without
 * certificates; and decisions that wait until those before were applied. One core, replica 0 of
 * four, on a stage. */
#include "support/stage.h"

#include "replica/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#define BLOCKS   6u
#define DELTA_MS (STAGE_DELTA_NS / MS)

/* A decided log that the core knows nothing of: one segment a block. */
struct history {
    struct stage_order orders[BLOCKS];
    struct buffer encoded[BLOCKS];
    struct segment segments[BLOCKS];
};

static void make_history(const struct stage *stage, struct history *history)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        struct lane_tip tip;
        history->encoded[i] = (struct buffer){0};
        stage_segment(stage, 1, i + 1, &history->encoded[i], &history->segments[i], &tip);
        stage_make_order(stage, i + 1, i == 0 ? NULL : &history->orders[i - 1], &tip,
                         &history->orders[i]);
        history->orders[i].order.time_ns = STAGE_WALL_NS + i; /* whenever it is made */
        if (i > 0) {
            history->orders[i].order.parent = history->orders[i - 1].digest;
        }
        stage_seal(&history->orders[i]);
    }
}

static void free_history(struct history *history)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        buffer_fini(&history->encoded[i]);
    }
}

static enum verdict send_block(struct stage *stage, replica_id from, const struct history *history,
                               size_t index, bool has_certificate)
{
    struct peer_message message = {.kind = PEER_BLOCK};
    message.block = (struct block){.order = history->orders[index].order,
                                   .segment_count = 1,
                                   .segments = &history->segments[index]};
    if (has_certificate) {
        message.block.has_certificate = true;
        stage_make_certificate(stage, VOTE_FINALIZE, index + 1, &history->orders[index].digest,
                               &message.block.certificate);
    }
    return stage_say(stage, from, &message);
}

/* Until the core asks somebody for blocks; whom? */
static replica_id wait_for_question(struct stage *stage, height_nr *from)
{
    stage_forget(stage);
    for (uint64_t end = stage->now_ms + 100 * DELTA_MS; stage->now_ms < end;) {
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        if (said != NULL) {
            *from = said->message.ask_blocks.from;
            return said->to;
        }
        stage_at(stage, stage->now_ms + 5);
    }
    fail_msg("no question");
    return 0;
}

static struct stage *stage_behind(struct history *history)
{
    struct stage *stage = stage_new(0, 4);
    make_history(stage, history);
    for (replica_id i = 1; i <= 3; i++) {
        (void)stage_beat(stage, i, BLOCKS + 1, BLOCKS);
    }
    return stage;
}

static void behind_core_asks_one_peer_and_follows(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    replica_id asked = wait_for_question(stage, &from);
    assert_int_equal(from, 1);
    for (size_t i = 0; i < BLOCKS; i++) {
        assert_int_equal(send_block(stage, asked, &history, i, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), i + 1);
    }
    assert_int_equal(stage_sends(stage, PEER_ASK_BLOCKS), 1); /* one answer, one question */
    free_history(&history);
    stage_free(stage);
}

static void run_without_certificates_is_followed(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    for (size_t round = 0; round < 10 && stage_height(stage) < BLOCKS; round++) {
        replica_id asked = wait_for_question(stage, &from);
        for (size_t i = from - 1; i < BLOCKS; i++) {
            (void)send_block(stage, asked, &history, i, i == BLOCKS - 1);
        }
    }
    assert_int_equal(stage_height(stage), BLOCKS);
    free_history(&history);
    stage_free(stage);
}

/* The newest finalization is known at once, by heartbeats' answers; that must not keep the blocks
 * below it from being decided. */
static void high_finalization_does_not_block_those_below(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    (void)stage_certify(stage, 1, VOTE_FINALIZE, BLOCKS, &history.orders[BLOCKS - 1].digest);
    height_nr from = 1;
    replica_id asked = wait_for_question(stage, &from);
    for (size_t i = 0; i < BLOCKS; i++) {
        assert_int_equal(send_block(stage, asked, &history, i, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), i + 1);
    }
    free_history(&history);
    stage_free(stage);
}

static void unsolicited_block_is_ignored(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_new(0, 4);
    make_history(stage, &history);
    assert_int_equal(send_block(stage, 1, &history, 0, true), VERDICT_STALE);
    assert_int_equal(stage_height(stage), 0);
    (void)stage_beat(stage, 1, 9, 9);
    height_nr from = 1;
    replica_id asked = wait_for_question(stage, &from);
    assert_int_equal(send_block(stage, asked == 2 ? 3 : 2, &history, 0, true), VERDICT_STALE);
    assert_int_equal(stage_height(stage), 0);
    free_history(&history);
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
        struct stage *stage = stage_behind(&truth);
        struct history lies = truth;
        for (size_t k = 0; k < BLOCKS; k++) {
            lies.orders[k].order.tips = lies.orders[k].tips;
        }
        poisons[i](&lies);
        height_nr from = 1;
        replica_id liar = wait_for_question(stage, &from);
        uint64_t before = stage->now_ms;
        stage_forget(stage);
        assert_int_not_equal(send_block(stage, liar, &lies, 0, true), VERDICT_ACCEPTED);
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        assert_non_null(said);
        assert_int_not_equal(said->to, liar);
        assert_int_equal(stage->now_ms, before);
        assert_int_equal(send_block(stage, said->to, &truth, 0, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), 1);
        free_history(&truth);
        stage_free(stage);
    }
}

static void liars_unproven_orders_do_not_keep_out_the_truth(void **state)
{
    (void)state;
    struct history truth;
    struct stage *stage = stage_behind(&truth);
    struct history lies = truth;
    for (size_t i = 0; i < BLOCKS; i++) { /* another chain from genesis, certified by nobody */
        lies.orders[i].order.time_ns += 1000;
        if (i > 0) {
            lies.orders[i].order.parent = lies.orders[i - 1].digest;
        }
        stage_seal(&lies.orders[i]);
    }
    height_nr from = 1;
    replica_id liar = wait_for_question(stage, &from);
    for (size_t i = 0; i < BLOCKS; i++) {
        (void)send_block(stage, liar, &lies, i, false);
    }
    assert_int_equal(stage_height(stage), 0);
    for (size_t round = 0; round < 20 && stage_height(stage) < BLOCKS; round++) {
        replica_id asked = wait_for_question(stage, &from);
        for (size_t i = from - 1; i < BLOCKS && asked != liar; i++) { /* the liar is silent now */
            (void)send_block(stage, asked, &truth, i, i == BLOCKS - 1);
        }
    }
    assert_int_equal(stage_height(stage), BLOCKS);
    free_history(&truth);
    stage_free(stage);
}

/* A liar who proves the end of the log and lies about its beginning, for ever. */
static void liar_with_true_certificates_is_left(void **state)
{
    (void)state;
    struct history truth;
    struct stage *stage = stage_behind(&truth);
    struct history lies = truth;
    lies.orders[0].order.time_ns += 1000;
    stage_seal(&lies.orders[0]);
    lies.orders[1].order.tips = lies.orders[1].tips;
    height_nr from = 1;
    replica_id liar = wait_for_question(stage, &from);
    for (size_t round = 0; round < 20 && stage_height(stage) < BLOCKS; round++) {
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        replica_id asked = said != NULL ? said->to : wait_for_question(stage, &from);
        stage_forget(stage);
        for (size_t i = 0; i < BLOCKS; i++) {
            (void)send_block(stage, asked, asked == liar ? &lies : &truth, i, i == 1 || i == 5);
        }
    }
    assert_int_equal(stage_height(stage), BLOCKS);
    free_history(&truth);
    stage_free(stage);
}

/* A source that brings one small block after the other, each just in time, is not waited for. */
static void source_that_drips_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    replica_id slow = wait_for_question(stage, &from);
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    for (size_t i = 0; i < BLOCKS && stage_last(stage, PEER_ASK_BLOCKS) == NULL; i++) {
        uint64_t const due_ms = stage->now_ms + DELTA_MS / 10 * 9;
        while (stage->now_ms < due_ms && stage_last(stage, PEER_ASK_BLOCKS) == NULL) {
            stage_at(stage, stage->now_ms + 5);
        }
        (void)send_block(stage, slow, &history, i, true);
    }
    const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
    assert_non_null(said);
    assert_int_not_equal(said->to, slow);
    assert_true(stage->now_ms - asked_ms < 2 * DELTA_MS);
    assert_true(stage_height(stage) > 0); /* what it brought counts */
    free_history(&history);
    stage_free(stage);
}

/* Nor is one that brings the same unproven block again and again. */
static void source_that_repeats_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    replica_id slow = wait_for_question(stage, &from);
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    while (stage->now_ms < asked_ms + 4 * DELTA_MS && stage_last(stage, PEER_ASK_BLOCKS) == NULL) {
        (void)send_block(stage, slow, &history, stage->now_ms % 2, false);
        stage_at(stage, stage->now_ms + 5);
    }
    const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
    assert_non_null(said);
    assert_int_not_equal(said->to, slow);
    assert_true(stage->now_ms - asked_ms < 2 * DELTA_MS);
    free_history(&history);
    stage_free(stage);
}

static void send_unproven(struct stage *stage, replica_id from, height_nr height,
                          const struct digest *genesis)
{
    struct peer_message message = {.kind = PEER_BLOCK};
    message.block.order = (struct order){.view = height, /* one for each height */
                                         .parent_view = height - 1,
                                         .parent = *genesis,
                                         .height = height};
    (void)stage_say(stage, from, &message);
}

/* Nor is one whose blocks nobody finalized, however many there are: each could be the one before
 * that which proves them all. */
static void source_of_an_endless_chain_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    replica_id liar = wait_for_question(stage, &from);
    replica_id asked = liar;
    for (size_t round = 0; round < 4 && asked == liar; round++) {
        stage_forget(stage);
        for (height_nr i = 0; i < BLOCKS_PER_ANSWER_MAX; i++) {
            send_unproven(stage, liar, from + i, &history.orders[0].order.parent);
        }
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        asked = said != NULL ? said->to : wait_for_question(stage, &from);
        from = said != NULL ? said->message.ask_blocks.from : from;
    }
    assert_int_not_equal(asked, liar);
    assert_int_equal(from, 1);
    free_history(&history);
    stage_free(stage);
}

#define LONG_RUN ((size_t)BLOCKS_PER_ANSWER_MAX * 3)

/* Nothing but the last of them has a finalization: everybody's answers are like the liar's, and at
 * last one is followed to its end. */
static void run_longer_than_answers_is_followed(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order *orders = calloc(LONG_RUN, sizeof *orders);
    height_nr from = 1;
    assert_non_null(orders);
    for (size_t i = 0; i < LONG_RUN; i++) {
        stage_make_order(stage, i + 1, i == 0 ? NULL : &orders[i - 1], NULL, &orders[i]);
    }
    for (replica_id i = 1; i <= 3; i++) {
        (void)stage_beat(stage, i, LONG_RUN + 1, LONG_RUN);
    }
    for (size_t round = 0; round < 60 && stage_height(stage) < LONG_RUN; round++) {
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        replica_id asked = said != NULL ? said->to : wait_for_question(stage, &from);
        from = said != NULL ? said->message.ask_blocks.from : from;
        stage_forget(stage);
        for (size_t i = from - 1; i < from - 1 + BLOCKS_PER_ANSWER_MAX && i < LONG_RUN; i++) {
            struct peer_message message = {.kind = PEER_BLOCK};
            message.block.order = orders[i].order;
            message.block.has_certificate = i == LONG_RUN - 1;
            if (message.block.has_certificate) {
                stage_make_certificate(stage, VOTE_FINALIZE, i + 1, &orders[i].digest,
                                       &message.block.certificate);
            }
            (void)stage_say(stage, asked, &message);
        }
    }
    assert_int_equal(stage_height(stage), LONG_RUN);
    free(orders);
    stage_free(stage);
}

/* All are slow: at last one has the time that it takes. */
static void patience_grows_where_all_sources_are_slow(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    size_t in_a_row = 0;
    for (size_t round = 0; round < 30 && in_a_row < 3; round++) {
        replica_id asked = wait_for_question(stage, &from);
        stage_forget(stage);
        in_a_row = 0;
        for (size_t i = 0; i < 3 && stage_last(stage, PEER_ASK_BLOCKS) == NULL; i++) {
            stage_at(stage, stage->now_ms + DELTA_MS / 10 * 9);
            (void)send_block(stage, asked, &history, i, false);
            in_a_row += stage_last(stage, PEER_ASK_BLOCKS) == NULL ? 1 : 0;
        }
    }
    assert_int_equal(in_a_row, 3);
    free_history(&history);
    stage_free(stage);
}

/* Peers whose answers come so long after the question. */
struct slow_peers {
    uint64_t after_ms;
    uint64_t due_ms[4];
    height_nr from[4];
};

static void slow_peers_turn(struct stage *stage, struct slow_peers *slow,
                            const struct history *history)
{
    const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
    if (said != NULL) {
        slow->due_ms[said->to] = stage->now_ms + slow->after_ms;
        slow->from[said->to] = said->message.ask_blocks.from;
        stage_forget(stage);
    }
    for (replica_id i = 1; i <= 3; i++) {
        if (slow->due_ms[i] != 0 && stage->now_ms >= slow->due_ms[i]) {
            slow->due_ms[i] = 0;
            for (size_t k = slow->from[i] - 1; k < BLOCKS; k++) {
                (void)send_block(stage, i, history, k, true);
            }
        }
    }
}

/* Question and answer may take Δ each: the next peer's answer would come just as late. */
static void answers_that_take_longer_than_delta_are_waited_for(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    struct slow_peers slow = {.after_ms = DELTA_MS / 10 * 15};
    stage_forget(stage);
    uint64_t const end_ms = stage->now_ms + 30 * DELTA_MS;
    while (stage->now_ms < end_ms && stage_height(stage) < BLOCKS) {
        stage_at(stage, stage->now_ms + 5);
        slow_peers_turn(stage, &slow, &history);
    }
    assert_int_equal(stage_height(stage), BLOCKS);
    free_history(&history);
    stage_free(stage);
}

/* Nobody is heard at all: that says nothing of how fast they are when they are back. */
static void patience_does_not_grow_while_nobody_is_heard(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    stage_until(stage, stage->now_ms + 200 * DELTA_MS);
    stage_forget(stage);
    stage_until(stage, stage->now_ms + 10 * DELTA_MS);
    assert_in_range(stage_sends(stage, PEER_ASK_BLOCKS), 9, 11);
    free_history(&history);
    stage_free(stage);
}

/* Every peer but the liar takes its time for each block, and only the last one is proven. The liar
 * proves that one, too, after a beginning of his own: no reason to be less patient. */
static void liar_does_not_keep_patience_from_growing(void **state)
{
    (void)state;
    struct history truth;
    struct stage *stage = stage_behind(&truth);
    struct history lies = truth;
    lies.orders[0].order.time_ns += 1000;
    for (size_t i = 0; i + 1 < BLOCKS; i++) {
        lies.orders[i].order.parent =
            i == 0 ? truth.orders[0].order.parent : lies.orders[i - 1].digest;
        stage_seal(&lies.orders[i]);
    }
    lies.orders[BLOCKS - 1].order.tips = lies.orders[BLOCKS - 1].tips;
    height_nr from = 1;
    replica_id liar = wait_for_question(stage, &from);
    replica_id asked = liar;
    for (size_t round = 0; round < 60; round++) {
        stage_forget(stage);
        for (size_t i = from - 1; i < BLOCKS && stage_last(stage, PEER_ASK_BLOCKS) == NULL; i++) {
            if (asked != liar) {
                stage_at(stage, stage->now_ms + DELTA_MS / 10 * 9);
            }
            (void)send_block(stage, asked, asked == liar ? &lies : &truth, i, i == BLOCKS - 1);
        }
        if (stage_height(stage) == BLOCKS) {
            break;
        }
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        asked = said != NULL ? said->to : wait_for_question(stage, &from);
        from = said != NULL ? said->message.ask_blocks.from : from;
    }
    assert_int_equal(stage_height(stage), BLOCKS);
    free_history(&truth);
    stage_free(stage);
}

/* A proven block that cannot be decided yet is worth no more when it comes again. */
static void source_that_repeats_what_cannot_be_decided_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    height_nr from = 1;
    replica_id source = wait_for_question(stage, &from);
    struct pool *pool = &stage->core->decision_pool;
    for (size_t size = DECISION_POOL_BYTES; size >= 64; size /= 2) {
        while (pool_take(pool, size) != NULL) {}
    }
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    while (stage->now_ms < asked_ms + 4 * DELTA_MS && stage_last(stage, PEER_ASK_BLOCKS) == NULL) {
        assert_int_equal(send_block(stage, source, &history, 0, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), 0);
        stage_at(stage, stage->now_ms + 5);
    }
    const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
    assert_non_null(said);
    assert_int_not_equal(said->to, source);
    assert_true(stage->now_ms - asked_ms < 2 * DELTA_MS);
    free_history(&history);
    stage_free(stage);
}

/* What the core voted for is not pushed out of memory by a liar's word. */
static void liar_does_not_erase_what_was_voted_for(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    make_history(stage, &history);
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    (void)stage_beat(stage, 1, 3, 3);
    height_nr from = 1;
    replica_id liar = wait_for_question(stage, &from);
    (void)send_block(stage, liar, &history, 0, false);
    stage_forget(stage);
    struct peer_message ask = {.kind = PEER_ASK_ORDER,
                               .ask_order = {.view = 1, .digest = order.digest}};
    (void)stage_say(stage, 2, &ask);
    assert_non_null(stage_last(stage, PEER_PROPOSAL));
    free_history(&history);
    stage_free(stage);
}

/* The commander made two orders: ours, which we voted for, and the one that was decided, as an
 * ancestor without a certificate of its own. */
static void decided_ancestor_replaces_what_was_voted_for(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_behind(&history);
    struct stage_order ours;
    stage_make_order(stage, 1, NULL, NULL, &ours);
    (void)stage_propose(stage, &ours);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    height_nr from = 1;
    for (size_t round = 0; round < 10 && stage_height(stage) < BLOCKS; round++) {
        replica_id asked = wait_for_question(stage, &from);
        for (size_t i = from - 1; i < BLOCKS; i++) {
            (void)send_block(stage, asked, &history, i, i == 2 || i == BLOCKS - 1);
        }
    }
    assert_int_equal(stage_height(stage), BLOCKS);
    free_history(&history);
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
        cmocka_unit_test(source_that_drips_is_left),
        cmocka_unit_test(source_that_repeats_is_left),
        cmocka_unit_test(source_of_an_endless_chain_is_left),
        cmocka_unit_test(run_longer_than_answers_is_followed),
        cmocka_unit_test(patience_grows_where_all_sources_are_slow),
        cmocka_unit_test(answers_that_take_longer_than_delta_are_waited_for),
        cmocka_unit_test(patience_does_not_grow_while_nobody_is_heard),
        cmocka_unit_test(liar_does_not_keep_patience_from_growing),
        cmocka_unit_test(source_that_repeats_what_cannot_be_decided_is_left),
        cmocka_unit_test(liar_does_not_erase_what_was_voted_for),
        cmocka_unit_test(decided_ancestor_replaces_what_was_voted_for),
        cmocka_unit_test(question_for_blocks_is_answered_from_what_is_decided),
        cmocka_unit_test(questions_of_one_peer_are_limited),
        cmocka_unit_test(decisions_wait_until_those_before_are_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
