/* strategos/machine.h - write a replicated state machine.
 *
 * A machine is a function of a transactional key-value store and a command. Strategos gives it
 * durability, ordering, exactly-once execution, snapshots and digests. Build it as a shared object
 * that exports one symbol, `const struct strategos_machine strategos_machine`, name the file and
 * its digest in the group file, and every replica runs it.
 *
 * `apply` must be deterministic: the same store and command give the same writes and reply on every
 * replica. No clock, randomness, files, threads, floating point that depends on the platform, or
 * state outside the store. Use context->time_ns for time.
 *
 * A command's writes take effect only if `apply` returns STRATEGOS_DONE. */
#ifndef STRATEGOS_MACHINE_H
#define STRATEGOS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STRATEGOS_MACHINE_ABI 1u

/* Bounds on what a machine may store and answer. */
#define STRATEGOS_KEY_BYTES_MAX   500u
#define STRATEGOS_VALUE_BYTES_MAX (256u << 10)
#define STRATEGOS_REPLY_BYTES_MAX (256u << 10)

/* Borrowed bytes. */
struct strategos_slice {
    const void *data;
    size_t size;
};

enum strategos_outcome {
    STRATEGOS_DONE = 0,      /* writes are kept */
    STRATEGOS_REFUSED = 1,   /* writes are dropped; the reply says why */
    STRATEGOS_MALFORMED = 2, /* not a command of this machine; writes are dropped */
};

struct strategos_context {
    uint64_t index;           /* position of the order in the log, from 1 */
    uint64_t time_ns;         /* agreed time of the order, since 1970; grows from order to order */
    unsigned char client[32]; /* Ed25519 public key of who sent the command */
};

/* The store as one command sees it. Slices returned live until the next write through the same
 * store, or until apply or query returns. In `query`, put and del fail. */
struct strategos_store {
    const struct strategos_store_ops *ops;
};

struct strategos_store_ops {
    /* False if there is no such key. */
    bool (*get)(struct strategos_store *store, struct strategos_slice key,
                struct strategos_slice *value);
    /* False if key (1 .. STRATEGOS_KEY_BYTES_MAX) or value is out of bounds, or in a query. */
    bool (*put)(struct strategos_store *store, struct strategos_slice key,
                struct strategos_slice value);
    /* True if the key was there. */
    bool (*del)(struct strategos_store *store, struct strategos_slice key);
    /* The first entry whose key is > `after` (>= if `inclusive`) in byte order. */
    bool (*next)(struct strategos_store *store, struct strategos_slice after, bool inclusive,
                 struct strategos_slice *key, struct strategos_slice *value);
};

/* Where the answer goes. Appending past STRATEGOS_REPLY_BYTES_MAX fails and changes nothing. */
struct strategos_reply {
    const struct strategos_reply_ops *ops;
};

struct strategos_reply_ops {
    bool (*append)(struct strategos_reply *reply, struct strategos_slice bytes);
};

struct strategos_machine {
    uint32_t abi;     /* STRATEGOS_MACHINE_ABI */
    uint32_t version; /* the machine's own; part of the group's identity */
    const char *name; /* likewise; at most 63 bytes */
    enum strategos_outcome (*apply)(struct strategos_store *store,
                                    const struct strategos_context *context,
                                    struct strategos_slice command, struct strategos_reply *reply);
    /* Read-only, answered by one replica without ordering. NULL: every query is malformed. */
    enum strategos_outcome (*query)(struct strategos_store *store,
                                    const struct strategos_context *context,
                                    struct strategos_slice command, struct strategos_reply *reply);
};

/* What a shared object exports. */
extern const struct strategos_machine strategos_machine;

/* Shorthands. */
static inline struct strategos_slice strategos_slice(const void *data, size_t size)
{
    struct strategos_slice slice = {data, size};
    return slice;
}

static inline bool strategos_get(struct strategos_store *store, struct strategos_slice key,
                                 struct strategos_slice *value)
{
    return store->ops->get(store, key, value);
}

static inline bool strategos_put(struct strategos_store *store, struct strategos_slice key,
                                 struct strategos_slice value)
{
    return store->ops->put(store, key, value);
}

static inline bool strategos_del(struct strategos_store *store, struct strategos_slice key)
{
    return store->ops->del(store, key);
}

static inline bool strategos_next(struct strategos_store *store, struct strategos_slice after,
                                  bool inclusive, struct strategos_slice *key,
                                  struct strategos_slice *value)
{
    return store->ops->next(store, after, inclusive, key, value);
}

static inline bool strategos_reply_append(struct strategos_reply *reply,
                                          struct strategos_slice bytes)
{
    return reply->ops->append(reply, bytes);
}

#ifdef __cplusplus
}
#endif

#endif
