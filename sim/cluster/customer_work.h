/* customer_work.h - what a customer's application asks for: a seeded stream of key-value
 * operations over a few shared keys, batches among them.
 *
 * Values say who wrote them: no two operations of a run write the same one to a key. On text keys a
 * value is "c<customer>.<operation>" and filler; every fourth key holds numbers, of which one that
 * is put is operation * WORK_CUSTOMERS + customer, and the others are sums that incr made. A share
 * of the operations is refused: cas by an outdated value, incr of a text, overflow. A share of the
 * batches is malformed: what comes last in them is cut short.
 *
 * Honest customers share the keys "k<index>". A liar has keys of its own, "x<customer>.<index>", so
 * that nothing that liars do can show in what an honest customer reads. */
#ifndef STRATEGOS_CLUSTER_CUSTOMER_WORK_H
#define STRATEGOS_CLUSTER_CUSTOMER_WORK_H

#include "base/prng.h"
#include "strategos/kv.h"
#include "wire/message.h"

#define WORK_CUSTOMERS       64u /* numbers of customers are below */
#define WORK_KEY_BYTES_MAX   32u
#define WORK_KNOWN           16u /* keys of which the last value seen is remembered */
#define WORK_KNOWN_BYTES     96u /* longer values are not */
#define WORK_VALUE_BYTES_MAX (REQUEST_BYTES_MAX - 1024u)

struct work_settings {
    size_t customer;
    bool is_own;            /* a liar's: its own keys */
    size_t key_count;       /* >= 1 */
    size_t value_bytes_max; /* more than WORK_VALUE_BYTES_MAX counts as that */
    uint64_t seed;
};

/* What an operation is about: enough to learn from its result. */
struct work_note {
    enum strategos_kv_op op;
    uint32_t key;
    uint32_t value_size; /* of the value that it writes */
    uint64_t number;
};

struct work_known {
    bool is_used;
    uint32_t key;
    size_t size;
    uint8_t value[WORK_KNOWN_BYTES];
};

struct work {
    struct work_settings settings;
    struct prng prng;
    struct work_known known[WORK_KNOWN]; /* by key modulo WORK_KNOWN */
    uint8_t *command;                    /* STRATEGOS_KV_COMMAND_BYTES_MAX */
    uint8_t *value;                      /* WORK_VALUE_BYTES_MAX */
};

MUST_USE enum error work_init(struct work *work, const struct work_settings *settings);
void work_fini(struct work *work);

/* Operation `number`, as a kv command that lives until the next call. */
struct slice work_next(struct work *work, uint64_t number, struct work_note *note);
/* The operation had this result. */
void work_learn(struct work *work, const struct work_note *note, enum outcome outcome,
                struct slice result);
/* The process lost its memory. */
void work_forget(struct work *work);

/* A text value of at least `size` bytes, more if it takes more to name its writer (at most
 * WORK_TAG_BYTES_MAX). Returns its size. */
#define WORK_TAG_BYTES_MAX 48u
size_t work_write_value(size_t customer, uint64_t number, size_t size, uint8_t *out);
size_t work_write_key(const struct work_settings *settings, uint64_t key,
                      uint8_t out[WORK_KEY_BYTES_MAX]);

#endif
