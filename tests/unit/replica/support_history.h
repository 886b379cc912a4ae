/* support_history.h - a decided log that the core on the stage knows nothing of, and peers that
 * have it: for tests of catching up. */
#ifndef STRATEGOS_TESTS_UNIT_REPLICA_SUPPORT_HISTORY_H
#define STRATEGOS_TESTS_UNIT_REPLICA_SUPPORT_HISTORY_H

#include "support/stage.h"

#define HISTORY_BLOCKS 6u
#define DELTA_MS       (STAGE_DELTA_NS / MS)

/* One segment a block. */
struct history {
    struct stage_order orders[HISTORY_BLOCKS];
    struct buffer encoded[HISTORY_BLOCKS];
    struct segment segments[HISTORY_BLOCKS];
};

void history_make(const struct stage *stage, struct history *history);
void history_free(struct history *history);
/* Makes the history and a core, replica 0 of four, whose peers say that they have all of it. */
struct stage *history_stage_behind(struct history *history);

enum verdict history_send(struct stage *stage, replica_id from, const struct history *history,
                          size_t index, bool has_certificate);
/* Until the core asks somebody for blocks, from *from on; whom? */
replica_id history_wait_for_question(struct stage *stage, height_nr *from);

#endif
