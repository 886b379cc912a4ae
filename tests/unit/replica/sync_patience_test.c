/* sync_patience_test.c - how long a source of blocks is waited for: it is left where it drips,
 * repeats or never ends, and has more time where all are slow. One core, replica 0 of four, on a
 * stage. */
#include "support_history.h"

#include "replica/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

/* Somebody else is asked, soon. */
static void expect_left(struct stage *stage, replica_id source, uint64_t asked_ms)
{
    const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
    assert_non_null(said);
    assert_int_not_equal(said->to, source);
    assert_true(stage->now_ms - asked_ms < 2 * DELTA_MS);
}

/* A source that brings one small block after the other, each just in time, is not waited for. */
static void source_that_drips_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    replica_id slow = history_wait_for_question(stage, &from);
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    for (size_t i = 0; i < HISTORY_BLOCKS && stage_last(stage, PEER_ASK_BLOCKS) == NULL; i++) {
        uint64_t const due_ms = stage->now_ms + DELTA_MS / 10 * 9;
        while (stage->now_ms < due_ms && stage_last(stage, PEER_ASK_BLOCKS) == NULL) {
            stage_at(stage, stage->now_ms + 5);
        }
        (void)history_send(stage, slow, &history, i, true);
    }
    expect_left(stage, slow, asked_ms);
    assert_true(stage_height(stage) > 0); /* what it brought counts */
    history_free(&history);
    stage_free(stage);
}

/* Nor is one that brings the same unproven block again and again. */
static void source_that_repeats_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    replica_id slow = history_wait_for_question(stage, &from);
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    while (stage->now_ms < asked_ms + 4 * DELTA_MS && stage_last(stage, PEER_ASK_BLOCKS) == NULL) {
        (void)history_send(stage, slow, &history, stage->now_ms % 2, false);
        stage_at(stage, stage->now_ms + 5);
    }
    expect_left(stage, slow, asked_ms);
    history_free(&history);
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
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    replica_id liar = history_wait_for_question(stage, &from);
    replica_id asked = liar;
    for (size_t round = 0; round < 4 && asked == liar; round++) {
        stage_forget(stage);
        for (height_nr i = 0; i < BLOCKS_PER_ANSWER_MAX; i++) {
            send_unproven(stage, liar, from + i, &history.orders[0].order.parent);
        }
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        asked = said != NULL ? said->to : history_wait_for_question(stage, &from);
        from = said != NULL ? said->message.ask_blocks.from : from;
    }
    assert_int_not_equal(asked, liar);
    assert_int_equal(from, 1);
    history_free(&history);
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
        replica_id asked = said != NULL ? said->to : history_wait_for_question(stage, &from);
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
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    size_t in_a_row = 0;
    for (size_t round = 0; round < 30 && in_a_row < 3; round++) {
        replica_id asked = history_wait_for_question(stage, &from);
        stage_forget(stage);
        in_a_row = 0;
        for (size_t i = 0; i < 3 && stage_last(stage, PEER_ASK_BLOCKS) == NULL; i++) {
            stage_at(stage, stage->now_ms + DELTA_MS / 10 * 9);
            (void)history_send(stage, asked, &history, i, false);
            in_a_row += stage_last(stage, PEER_ASK_BLOCKS) == NULL ? 1 : 0;
        }
    }
    assert_int_equal(in_a_row, 3);
    history_free(&history);
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
            for (size_t k = slow->from[i] - 1; k < HISTORY_BLOCKS; k++) {
                (void)history_send(stage, i, history, k, true);
            }
        }
    }
}

/* Question and answer may take Δ each: the next peer's answer would come just as late. */
static void answers_that_take_longer_than_delta_are_waited_for(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    struct slow_peers slow = {.after_ms = DELTA_MS / 10 * 15};
    stage_forget(stage);
    uint64_t const end_ms = stage->now_ms + 30 * DELTA_MS;
    while (stage->now_ms < end_ms && stage_height(stage) < HISTORY_BLOCKS) {
        stage_at(stage, stage->now_ms + 5);
        slow_peers_turn(stage, &slow, &history);
    }
    assert_int_equal(stage_height(stage), HISTORY_BLOCKS);
    history_free(&history);
    stage_free(stage);
}

/* Nobody is heard at all: that says nothing of how fast they are when they are back. */
static void patience_does_not_grow_while_nobody_is_heard(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    stage_until(stage, stage->now_ms + 200 * DELTA_MS);
    stage_forget(stage);
    stage_until(stage, stage->now_ms + 10 * DELTA_MS);
    assert_in_range(stage_sends(stage, PEER_ASK_BLOCKS), 9, 11);
    history_free(&history);
    stage_free(stage);
}

/* Every peer but the liar takes its time for each block, and only the last one is proven. The liar
 * proves that one, too, after a beginning of his own: no reason to be less patient. */
static void liar_does_not_keep_patience_from_growing(void **state)
{
    (void)state;
    struct history truth;
    struct stage *stage = history_stage_behind(&truth);
    struct history lies = truth;
    lies.orders[0].order.time_ns += 1000;
    for (size_t i = 0; i + 1 < HISTORY_BLOCKS; i++) {
        lies.orders[i].order.parent =
            i == 0 ? truth.orders[0].order.parent : lies.orders[i - 1].digest;
        stage_seal(&lies.orders[i]);
    }
    lies.orders[HISTORY_BLOCKS - 1].order.tips = lies.orders[HISTORY_BLOCKS - 1].tips;
    height_nr from = 1;
    replica_id liar = history_wait_for_question(stage, &from);
    replica_id asked = liar;
    for (size_t round = 0; round < 60; round++) {
        stage_forget(stage);
        for (size_t i = from - 1; i < HISTORY_BLOCKS && stage_last(stage, PEER_ASK_BLOCKS) == NULL;
             i++) {
            if (asked != liar) {
                stage_at(stage, stage->now_ms + DELTA_MS / 10 * 9);
            }
            (void)history_send(stage, asked, asked == liar ? &lies : &truth, i,
                               i == HISTORY_BLOCKS - 1);
        }
        if (stage_height(stage) == HISTORY_BLOCKS) {
            break;
        }
        const struct stage_said *said = stage_last(stage, PEER_ASK_BLOCKS);
        asked = said != NULL ? said->to : history_wait_for_question(stage, &from);
        from = said != NULL ? said->message.ask_blocks.from : from;
    }
    assert_int_equal(stage_height(stage), HISTORY_BLOCKS);
    history_free(&truth);
    stage_free(stage);
}

/* He says that he has more, and sends what is refused: he is not asked again before he says so
 * again, and all of it is no reason to wait longer for others. */
static void liar_does_not_make_patience_grow(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = stage_new(0, 4);
    const struct digest wrong = {{1}};
    height_nr from = 1;
    history_make(stage, &history);
    for (size_t lie = 0; lie < 40; lie++) {
        (void)stage_beat(stage, 1, HISTORY_BLOCKS + 1, HISTORY_BLOCKS);
        assert_int_equal(history_wait_for_question(stage, &from), 1);
        stage_forget(stage);
        send_unproven(stage, 1, 1, &wrong);
        assert_null(stage_last(stage, PEER_ASK_BLOCKS));
    }
    for (replica_id i = 1; i <= 3; i++) {
        (void)stage_beat(stage, i, HISTORY_BLOCKS + 1, HISTORY_BLOCKS);
    }
    replica_id silent = history_wait_for_question(stage, &from);
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    stage_until(stage, asked_ms + DELTA_MS + DELTA_MS / 10);
    expect_left(stage, silent, asked_ms);
    history_free(&history);
    stage_free(stage);
}

/* A proven block that cannot be decided yet is worth no more when it comes again. */
static void source_that_repeats_what_cannot_be_decided_is_left(void **state)
{
    (void)state;
    struct history history;
    struct stage *stage = history_stage_behind(&history);
    height_nr from = 1;
    replica_id source = history_wait_for_question(stage, &from);
    struct pool *pool = &stage->core->decision_pool;
    for (size_t size = DECISION_POOL_BYTES; size >= 64; size /= 2) {
        while (pool_take(pool, size) != NULL) {}
    }
    uint64_t const asked_ms = stage->now_ms;
    stage_forget(stage);
    while (stage->now_ms < asked_ms + 4 * DELTA_MS && stage_last(stage, PEER_ASK_BLOCKS) == NULL) {
        assert_int_equal(history_send(stage, source, &history, 0, true), VERDICT_ACCEPTED);
        assert_int_equal(stage_height(stage), 0);
        stage_at(stage, stage->now_ms + 5);
    }
    expect_left(stage, source, asked_ms);
    history_free(&history);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_that_drips_is_left),
        cmocka_unit_test(source_that_repeats_is_left),
        cmocka_unit_test(source_of_an_endless_chain_is_left),
        cmocka_unit_test(run_longer_than_answers_is_followed),
        cmocka_unit_test(patience_grows_where_all_sources_are_slow),
        cmocka_unit_test(answers_that_take_longer_than_delta_are_waited_for),
        cmocka_unit_test(patience_does_not_grow_while_nobody_is_heard),
        cmocka_unit_test(liar_does_not_keep_patience_from_growing),
        cmocka_unit_test(liar_does_not_make_patience_grow),
        cmocka_unit_test(source_that_repeats_what_cannot_be_decided_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
