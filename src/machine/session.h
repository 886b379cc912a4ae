/* session.h - one client session in the replicated state: how far its lane has come and the results
 * that it may still ask for.
 *
 * Results are kept for a run of consecutive requests that ends with the newest one: acknowledged
 * ones go at once, then the oldest where a bound of limits.h would be passed; the newest always
 * stays. All of it depends on nothing but the decided segments. */
#ifndef STRATEGOS_MACHINE_SESSION_H
#define STRATEGOS_MACHINE_SESSION_H

#include "base/buffer.h"
#include "base/error.h"
#include "wire/message.h"

#define SESSION_INLINE_BYTES 8u

struct kept_reply {
    uint32_t size;
    uint8_t outcome;
    union {
        uint8_t bytes[SESSION_INLINE_BYTES]; /* where size allows */
        uint8_t *block;
    };
};

struct session {
    struct lane_tip tip;
    uint64_t next;           /* number of the next request, from 1 */
    uint64_t acknowledged;   /* highest that the client said it has; below next */
    uint64_t kept_from;      /* results of kept_from .. next - 1 are here; may be none */
    uint64_t kept_bytes;     /* of results */
    struct kept_reply *ring; /* request k at k modulo capacity; NULL at first */
    uint64_t ring_capacity;  /* a power of two */
    bool is_changed;         /* since its record was last written to the state */
    struct session *next_changed;
};

/* A lane's beginning. */
struct session *session_new(const struct lane_id *lane, const struct digest *genesis);
void session_free(struct session *session);

/* Results up to `number` need no keeping; a number the session has not come to counts as the
 * newest. */
void session_acknowledge(struct session *session, uint64_t number);

/* The result of request session->next, which then grows. */
void session_push(struct session *session, enum outcome outcome, struct slice result);

/* kept_from <= number < next. Borrowed until the next push or acknowledge. */
struct reply session_reply(const struct session *session, uint64_t number);

/* The record that stands for the session in the store: appended to `out`. */
void session_encode(const struct session *session, struct buffer *out);
/* NULL if the bytes are not such a record. */
struct session *session_decode(const struct lane_id *lane, struct slice bytes);

void session_check(const struct session *session);

#endif
