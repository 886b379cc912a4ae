/* support_history.c - see support_history.h. */
#include "support_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

void history_make(const struct stage *stage, struct history *history)
{
    for (size_t i = 0; i < HISTORY_BLOCKS; i++) {
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

void history_free(struct history *history)
{
    for (size_t i = 0; i < HISTORY_BLOCKS; i++) {
        buffer_fini(&history->encoded[i]);
    }
}

enum verdict history_send(struct stage *stage, replica_id from, const struct history *history,
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

replica_id history_wait_for_question(struct stage *stage, height_nr *from)
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

struct stage *history_stage_behind(struct history *history)
{
    struct stage *stage = stage_new(0, 4);
    history_make(stage, history);
    for (replica_id i = 1; i <= 3; i++) {
        (void)stage_beat(stage, i, HISTORY_BLOCKS + 1, HISTORY_BLOCKS);
    }
    return stage;
}
