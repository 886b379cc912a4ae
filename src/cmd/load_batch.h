/* load_batch.h - makes the requests of a load from the pairs of a file: one put, or a batch of
 * them. */
#ifndef STRATEGOS_CMD_LOAD_BATCH_H
#define STRATEGOS_CMD_LOAD_BATCH_H

#include "cmd/progress.h"

struct load_batch {
    struct pairs *pairs;                                /* borrowed */
    uint64_t pairs_max;                                 /* in one request */
    void *context;                                      /* of on_skip */
    void (*on_skip)(void *context, const char *reason); /* NULL: a bad line ends it */

    struct buffer request; /* the command made last */
    uint64_t count;        /* pairs in it */
    uint64_t first_line;
    struct progress_mark mark; /* behind it */

    struct progress_mark read; /* behind what was read */
    struct buffer ahead;       /* a pair that was read and did not fit any more */
    size_t ahead_key_size;
    uint64_t ahead_line;
    enum pairs_result trouble; /* met behind pairs that were to be sent first; or PAIRS_READ */
    struct error_text reason;
};

/* `mark` is where `pairs` stands. */
void load_batch_init(struct load_batch *batch, struct pairs *pairs, uint64_t pairs_max,
                     const struct progress_mark *mark);
void load_batch_fini(struct load_batch *batch);

/* Makes the next request. PAIRS_READ: it is in `request`. All other results are the last: END, or
 * BAD and FAILED with `reason`; everything before the trouble has been handed out then. */
enum pairs_result load_batch_next(struct load_batch *batch);

#endif
