/* state.h - the replicated state as it is now: the store's last checkpoint below, changes since it
 * above, and the set digest of the whole.
 *
 * Layers, newest first: `active` takes changes; `frozen` is what a checkpoint under way is writing,
 * and does not change any more; the store. The digest is a sum, kept in the same parts: `base` is
 * the store's, each layer of changes has its own difference. So the changes of a checkpoint can be
 * folded on another thread while new ones are folded here.
 *
 * Keys are the store's: one byte says whose they are. Knows nothing of machines or sessions. */
#ifndef STRATEGOS_MACHINE_STATE_H
#define STRATEGOS_MACHINE_STATE_H

#include "machine/changes.h"
#include "machine/store.h"

#include <pthread.h>

#define STATE_KEY_FLOOR   'f' /* client -> highest session evicted */
#define STATE_KEY_MACHINE 'm' /* the machine's key -> its value */
#define STATE_KEY_SESSION 's' /* client, session big-endian -> session record */

struct state_layer {
    struct changes changes;
    struct set_digest delta; /* of those folded, against what lies below */
};

struct state {
    struct store store;
    pthread_mutex_t gate; /* around store reads: a checkpoint's thread needs old values too */
    struct state_layer active;
    struct state_layer frozen;
    struct omap retired;    /* changes that are in the store by now, being freed bit by bit */
    bool is_frozen;         /* a checkpoint is under way */
    struct set_digest base; /* of the store's snapshot */
    uint64_t machine_bytes; /* of the machine's changes in `active`: equal on all replicas, however
                               often session records were brought up to date */
    enum error failure;     /* the first that the store reported while reading; sticky */
};

MUST_USE enum error state_init(struct state *state, struct store store,
                               const uint8_t set_digest[SET_DIGEST_BYTES]);
void state_fini(struct state *state);

/* Slices live until the key is changed or the checkpoint ends. A store that fails shows in
 * state->failure, and the key as absent. */
bool state_get(struct state *state, struct slice key, struct slice *value);
bool state_next(struct state *state, struct slice after, bool inclusive, struct slice *key,
                struct slice *value);

/* NULL deletes. */
void state_put(struct state *state, struct slice key, const struct slice *value);

/* Brings the digest up to date for at most `budget` active changes; false if some are left. */
bool state_fold(struct state *state, size_t budget);

/* The digest's sum; only where state_fold returned true, and no checkpoint is under way. */
void state_digest(const struct state *state, struct set_digest *sum);

/* A checkpoint: freeze, then fold_frozen and change_list (which may run on another thread), then
 * store->commit, then thaw, with the store refreshed. */
void state_freeze(struct state *state);
MUST_USE enum error state_fold_frozen(struct state *state, struct set_digest *sum);
/* The frozen changes in order; the caller frees the list. */
MUST_USE enum error state_list_frozen(const struct state *state, struct store_change **list,
                                      size_t *count);
void state_thaw(struct state *state);

/* Gives back some of the memory that the last checkpoint's changes took: all at once would be felt.
 * To be called now and then. */
void state_tidy(struct state *state);

#endif
