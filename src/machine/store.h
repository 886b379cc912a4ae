/* store.h - where the replicated state rests between checkpoints: an ordered map of byte strings,
 * changed only by whole checkpoints. Implemented on LMDB and in memory by the storage layer.
 *
 * Reads see the snapshot chosen by the last `refresh`; returned slices live until the next one.
 * The thread that will commit reads too, before it does; reads never overlap in time.
 * `commit` may run on another thread while reads go on, one at a time; it is atomic and durable:
 * after a crash the store holds the last completed commit, whole. */
#ifndef STRATEGOS_MACHINE_STORE_H
#define STRATEGOS_MACHINE_STORE_H

#include "base/bytes.h"
#include "base/error.h"
#include "wire/message.h"

#define STORE_KEY_BYTES_MAX 511u /* LMDB's bound */
#define STORE_DIGEST_BYTES  2048u

/* What is known of a checkpoint besides its entries. */
struct store_meta {
    height_nr height;
    struct order order;                     /* the last decided order; no tips (tip_count 0) */
    struct digest order_digest;             /* the digest it had with them */
    uint64_t executed;                      /* requests since genesis */
    uint64_t ledger_scan;                   /* ledger location from which a restart reads on */
    uint8_t set_digest[STORE_DIGEST_BYTES]; /* of all entries; see set_digest.h */
};

/* One changed key. `value.data` NULL: the key is deleted; it may be absent already. */
struct store_change {
    struct slice key;
    struct slice value;
};

struct store_ops {
    /* False in *found and OK where there is none. */
    enum error (*get)(void *store, struct slice key, struct slice *value, bool *found);
    /* The first entry with a key > `after`, or >= if `inclusive`. */
    enum error (*next)(void *store, struct slice after, bool inclusive, struct slice *key,
                       struct slice *value, bool *found);
    /* Changes are strictly ascending by key. */
    enum error (*commit)(void *store, const struct store_change *changes, size_t count,
                         const struct store_meta *meta, struct error_text *text);
    /* Reads move to the newest commit. */
    enum error (*refresh)(void *store);
    /* The meta of the snapshot that reads see; height 0 and zeros in a fresh store. */
    enum error (*meta)(void *store, struct store_meta *meta);
};

struct store {
    const struct store_ops *ops;
    void *self;
};

#endif
