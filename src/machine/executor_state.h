/* executor_state.h - inside the executor: shared by its files, by nobody else. */
#ifndef STRATEGOS_MACHINE_EXECUTOR_STATE_H
#define STRATEGOS_MACHINE_EXECUTOR_STATE_H

#include "base/arena.h"
#include "machine/executor.h"
#include "machine/sessions.h"
#include "machine/transaction.h"

/* Results go to the sink when a segment ends or this much has collected. */
#define EXECUTOR_RESULT_BYTES (256u << 10)

/* Where a machine appends its reply: behind the results before it. */
struct result_writer {
    struct strategos_reply interface; /* first: the machine gets a pointer to it */
    struct buffer bytes;
    size_t start; /* of the present reply */
};

/* Results of one lane on their way to the sink. */
struct result_batch {
    uint64_t first; /* request number of the first */
    size_t count;
    enum outcome outcomes[SEGMENT_REQUESTS_MAX];
    size_t ends[SEGMENT_REQUESTS_MAX]; /* in the writer's bytes */
    struct reply replies[SEGMENT_REQUESTS_MAX];
};

struct executor {
    struct store store;
    const struct strategos_machine *machine;
    struct state state;
    struct sessions sessions;

    /* The last applied order, as the next checkpoint's meta will have it. */
    struct store_meta at;

    struct transaction command;
    struct transaction view; /* for queries */
    struct result_writer results;
    struct result_writer query_result;
    struct result_batch batch;
    struct arena arena;
    enum error failure; /* sticky: what is in memory cannot be trusted any more */

    /* Checkpoints. */
    struct checkpoint_limits limits;
    uint64_t frozen_requests; /* executed when the last one was begun */
    struct store_meta checkpoint;
    bool checkpoint_is_done;

    /* The last digest that was complete. */
    struct digest digest;
    height_nr digest_height;
};

#endif
