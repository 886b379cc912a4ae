/* checkpoint.c - the executor's checkpoints and digests; see executor.h.
 *
 * While a checkpoint is under way its thread owns the notes of the frozen changes, the checkpoint's
 * meta, and nothing else; everything it shares is read-only then, or behind the state's gate. */
#include "machine/executor_state.h"

#include "base/assert.h"

#include <stdlib.h>

static void keep_digest(struct executor *executor, const struct set_digest *sum, height_nr height)
{
    set_digest_fold(sum, &executor->digest);
    executor->digest_height = height;
}

bool executor_digest(struct executor *executor, size_t budget, struct digest *digest,
                     height_nr *height)
{
    struct state *state = &executor->state;
    size_t saved = sessions_save(&executor->sessions, state, budget);
    bool is_complete = state_fold(state, budget - saved) && executor->sessions.changed == NULL &&
                       !state->is_frozen && state->failure == OK;
    if (is_complete && executor->digest_height != executor->at.height) {
        struct set_digest sum;
        state_digest(state, &sum);
        keep_digest(executor, &sum, executor->at.height);
    }
    *digest = executor->digest;
    *height = executor->digest_height;
    return executor->digest_height == executor->at.height;
}

bool executor_checkpoint_is_due(const struct executor *executor)
{
    return !executor->state.is_frozen &&
           (executor->at.executed - executor->frozen_requests >= executor->limits.requests ||
            executor->state.machine_bytes >= executor->limits.bytes);
}

void executor_checkpoint_begin(struct executor *executor, uint64_t ledger_scan)
{
    ASSERT(!executor->state.is_frozen && executor->failure == OK);
    (void)sessions_save(&executor->sessions, &executor->state, SIZE_MAX);
    state_freeze(&executor->state);
    executor->at.ledger_scan = ledger_scan;
    executor->checkpoint = executor->at;
    executor->checkpoint_is_done = false;
    executor->frozen_requests = executor->at.executed;
}

enum error executor_checkpoint_run(struct executor *executor, struct error_text *text)
{
    ASSERT(executor->state.is_frozen && !executor->checkpoint_is_done);
    struct set_digest sum;
    enum error error = state_fold_frozen(&executor->state, &sum);
    if (error != OK) {
        return error_set(text, error, "the store cannot be read for a checkpoint: %s",
                         error_name(error));
    }
    set_digest_encode(&sum, executor->checkpoint.set_digest);
    struct store_change *changes;
    size_t count;
    error = state_list_frozen(&executor->state, &changes, &count);
    if (error != OK) {
        return error_set(text, error, "no memory for a checkpoint's list of changes");
    }
    const struct store *store = &executor->store;
    error = store->ops->commit(store->self, changes, count, &executor->checkpoint, text);
    free(changes);
    executor->checkpoint_is_done = error == OK;
    return error;
}

enum error executor_checkpoint_end(struct executor *executor)
{
    ASSERT(executor->state.is_frozen && executor->checkpoint_is_done);
    TRY(executor->store.ops->refresh(executor->store.self));
    state_thaw(&executor->state);
    if (executor->digest_height < executor->checkpoint.height) {
        keep_digest(executor, &executor->state.base, executor->checkpoint.height);
    }
    return OK;
}
