/* strategos/kv.h - the commands and replies of the built-in machine `kv`, for clients.
 *
 * Keys and values are any bytes: a key has 1 .. STRATEGOS_KEY_BYTES_MAX, a value any length that
 * fits a request with its key. A command is what a client submits (or asks as a query, if it only
 * reads); a reply is what comes back. All numbers are little-endian.
 *
 * Encoders write the command to `out` if `capacity` is enough, and always return its size; 0 if an
 * argument is out of bounds. The size is at most STRATEGOS_KV_COMMAND_BYTES_MAX. Decoders take a
 * reply of outcome DONE and return false if it is not one of that command; slices they return point
 * into it. */
#ifndef STRATEGOS_KV_H
#define STRATEGOS_KV_H

#include "strategos/machine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STRATEGOS_KV_COMMAND_BYTES_MAX (256u << 10)
#define STRATEGOS_KV_SCAN_MAX          4096u /* entries in one reply */

/* First byte of a command, and what follows it. `sized` bytes are preceded by their length, u32. */
enum strategos_kv_op {
    STRATEGOS_KV_GET = 1,   /* key                                    reads */
    STRATEGOS_KV_PUT = 2,   /* sized key, value */
    STRATEGOS_KV_DEL = 3,   /* key */
    STRATEGOS_KV_CAS = 4,   /* sized key, 0 | 1 sized expected, value */
    STRATEGOS_KV_INCR = 5,  /* i64 by, key */
    STRATEGOS_KV_SCAN = 6,  /* u32 limit, sized prefix, 0 | 1 after   reads */
    STRATEGOS_KV_BATCH = 7, /* any number of: 2, sized key, sized value | 3, sized key */
};

/* True for commands that change nothing: those may also be asked as a query. */
bool strategos_kv_command_is_read(struct strategos_slice command);

/* get: the value of a key. Reply: 0 | 1 value. */
size_t strategos_kv_get(void *out, size_t capacity, struct strategos_slice key);
bool strategos_kv_get_reply(struct strategos_slice reply, bool *found,
                            struct strategos_slice *value);

/* put: sets a key. Reply: empty. */
size_t strategos_kv_put(void *out, size_t capacity, struct strategos_slice key,
                        struct strategos_slice value);

/* del: removes a key. Reply: 1 if it was there, else 0. */
size_t strategos_kv_del(void *out, size_t capacity, struct strategos_slice key);
bool strategos_kv_del_reply(struct strategos_slice reply, bool *was_there);

/* cas: sets a key if its value is `expected`, or if it is absent where `expected` is NULL.
 * Reply: empty; otherwise it is refused with STRATEGOS_KV_OTHER_VALUE. */
size_t strategos_kv_cas(void *out, size_t capacity, struct strategos_slice key,
                        const struct strategos_slice *expected, struct strategos_slice value);

/* incr: adds to a decimal number (an absent key counts as 0). Values are the text of an i64: an
 * optional '-' and digits, with no zero before others. Reply: the new value, such text.
 * Refused with STRATEGOS_KV_NOT_A_NUMBER or STRATEGOS_KV_OVERFLOW. */
size_t strategos_kv_incr(void *out, size_t capacity, struct strategos_slice key, int64_t by);
bool strategos_kv_incr_reply(struct strategos_slice reply, int64_t *value);

/* scan: keys that start with `prefix`, ascending, at most `limit` (0 or more than
 * STRATEGOS_KV_SCAN_MAX: that), only keys > `after` where it is not NULL; it must start with the
 * prefix too. A reply ends early where it would get too long.
 * Reply: entries: sized key, sized value; then 1 if there is more, else 0. A value too long for any
 * reply beside its key is left out: its length says UINT32_MAX, ask for it by get. */
size_t strategos_kv_scan(void *out, size_t capacity, struct strategos_slice prefix, uint32_t limit,
                         const struct strategos_slice *after);
/* To go on, scan again with `after` = the last key. */
bool strategos_kv_scan_reply(struct strategos_slice reply, bool *more,
                             struct strategos_slice *entries);
/* Takes the first entry off `entries`; false at the end, or if what is left is no entry. A value
 * left out has data NULL and size SIZE_MAX. */
bool strategos_kv_scan_next(struct strategos_slice *entries, struct strategos_slice *key,
                            struct strategos_slice *value);

/* batch: several puts and dels, all or none, in order. Begin, then append: each returns the new
 * size, or 0 (nothing written) if an argument is out of bounds or capacity would be passed.
 * Reply: empty. */
size_t strategos_kv_batch_begin(void *out, size_t capacity);
size_t strategos_kv_batch_put(void *out, size_t size, size_t capacity, struct strategos_slice key,
                              struct strategos_slice value);
size_t strategos_kv_batch_del(void *out, size_t size, size_t capacity, struct strategos_slice key);

/* Why a command was refused: first byte of a reply of outcome REFUSED. */
enum strategos_kv_refusal {
    STRATEGOS_KV_OTHER_VALUE = 1, /* followed by 0, or 1 and the present value */
    STRATEGOS_KV_NOT_A_NUMBER = 2,
    STRATEGOS_KV_OVERFLOW = 3,
};

/* 0 if the reply is no refusal of kv. `found` and `value` (may be NULL) get the present value of
 * OTHER_VALUE. */
int strategos_kv_refusal(struct strategos_slice reply, bool *found, struct strategos_slice *value);
/* A sentence without a full stop. */
const char *strategos_kv_refusal_text(int refusal);

#ifdef __cplusplus
}
#endif

#endif
