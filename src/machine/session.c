/* session.c - see session.h. */
#include "machine/session.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdio.h>
#include <stdlib.h>

#define RING_CAPACITY_MIN  16u
#define RECORD_HEAD_BYTES  (8u + DIGEST_BYTES + 3u * 8u)
#define RECORD_REPLY_BYTES (1u + 4u)

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        (void)fprintf(stderr, "out of memory: %zu bytes of a session\n", count * size);
        abort();
    }
    return memory;
}

struct session *session_new(const struct lane_id *lane, const struct digest *genesis)
{
    struct session *session = take(1, sizeof *session);
    session->tip.lane = *lane;
    lane_digest_zero(genesis, lane, &session->tip.digest);
    session->next = 1;
    session->kept_from = 1;
    return session;
}

static struct kept_reply *kept_at(const struct session *session, uint64_t number)
{
    return session->ring + (number & (session->ring_capacity - 1));
}

static void drop_oldest(struct session *session)
{
    struct kept_reply *kept = kept_at(session, session->kept_from);
    session->kept_bytes -= kept->size;
    if (kept->size > SESSION_INLINE_BYTES) {
        free(kept->block);
    }
    session->kept_from++;
}

void session_free(struct session *session)
{
    while (session->kept_from < session->next) {
        drop_oldest(session);
    }
    free(session->ring);
    free(session);
}

static void ring_resize(struct session *session, uint64_t capacity)
{
    struct kept_reply *ring = take(capacity, sizeof *ring);
    for (uint64_t number = session->kept_from; number < session->next; number++) {
        ring[number & (capacity - 1)] = *kept_at(session, number);
    }
    free(session->ring);
    session->ring = ring;
    session->ring_capacity = capacity;
}

void session_acknowledge(struct session *session, uint64_t number)
{
    if (number >= session->next) {
        number = session->next - 1;
    }
    if (number > session->acknowledged) {
        session->acknowledged = number;
    }
    while (session->kept_from <= session->acknowledged) {
        drop_oldest(session);
    }
    /* An idle session shall not hold what a busy one needed. */
    uint64_t capacity = session->ring_capacity;
    while (capacity > RING_CAPACITY_MIN && session->next - session->kept_from < capacity / 16) {
        capacity /= 4;
    }
    if (capacity < session->ring_capacity) {
        ring_resize(session, capacity);
    }
}

void session_push(struct session *session, enum outcome outcome, struct slice result)
{
    ASSERT(result.size <= REPLY_BYTES_MAX);
    uint64_t count = session->next - session->kept_from;
    while (count > 0 && (count >= REPLIES_PER_SESSION_MAX ||
                         session->kept_bytes + result.size > REPLY_CACHE_BYTES_MAX)) {
        drop_oldest(session);
        count--;
    }
    if (count == session->ring_capacity) {
        ring_resize(session, count == 0 ? RING_CAPACITY_MIN : 2 * count);
    }
    struct kept_reply *kept = kept_at(session, session->next);
    kept->outcome = (uint8_t)outcome;
    kept->size = (uint32_t)result.size;
    uint8_t *to = kept->bytes;
    if (result.size > SESSION_INLINE_BYTES) {
        to = take(1, result.size);
        kept->block = to;
    }
    bytes_copy(to, result.data, result.size);
    session->kept_bytes += result.size;
    session->next++;
}

struct reply session_reply(const struct session *session, uint64_t number)
{
    ASSERT(number >= session->kept_from && number < session->next);
    const struct kept_reply *kept = kept_at(session, number);
    const uint8_t *bytes = kept->size > SESSION_INLINE_BYTES ? kept->block : kept->bytes;
    return (struct reply){.outcome = (enum outcome)kept->outcome,
                          .result = slice_of(bytes, kept->size)};
}

/* Record: tip sequence u64, tip digest, next u64, acknowledged u64, kept_from u64; then each
 * result: outcome u8, size u32, bytes. */
void session_encode(const struct session *session, struct buffer *out)
{
    size_t count = (size_t)(session->next - session->kept_from);
    size_t size = RECORD_HEAD_BYTES + count * RECORD_REPLY_BYTES + (size_t)session->kept_bytes;
    uint8_t *to = buffer_reserve(out, size);
    put_u64(to, session->tip.sequence);
    memcpy(to + 8, session->tip.digest.bytes, DIGEST_BYTES);
    put_u64(to + 8 + DIGEST_BYTES, session->next);
    put_u64(to + 16 + DIGEST_BYTES, session->acknowledged);
    put_u64(to + 24 + DIGEST_BYTES, session->kept_from);
    to += RECORD_HEAD_BYTES;
    for (uint64_t number = session->kept_from; number < session->next; number++) {
        struct reply reply = session_reply(session, number);
        to[0] = (uint8_t)reply.outcome;
        put_u32(to + 1, (uint32_t)reply.result.size);
        bytes_copy(to + RECORD_REPLY_BYTES, reply.result.data, reply.result.size);
        to += RECORD_REPLY_BYTES + reply.result.size;
    }
    out->size += size;
}

static bool decode_replies(struct session *session, uint64_t next, struct slice bytes)
{
    while (session->next < next) {
        if (bytes.size < RECORD_REPLY_BYTES || bytes.data[0] > OUTCOME_FORBIDDEN) {
            return false;
        }
        uint32_t size = get_u32(bytes.data + 1);
        if (size > bytes.size - RECORD_REPLY_BYTES || size > REPLY_BYTES_MAX) {
            return false;
        }
        uint64_t kept_from = session->kept_from;
        session_push(session, (enum outcome)bytes.data[0],
                     slice_of(bytes.data + RECORD_REPLY_BYTES, size));
        if (session->kept_from != kept_from) { /* more than is ever kept */
            return false;
        }
        bytes = slice_of(bytes.data + RECORD_REPLY_BYTES + size,
                         bytes.size - RECORD_REPLY_BYTES - size);
    }
    return bytes.size == 0;
}

struct session *session_decode(const struct lane_id *lane, struct slice bytes)
{
    if (bytes.size < RECORD_HEAD_BYTES) {
        return NULL;
    }
    uint64_t next = get_u64(bytes.data + 8 + DIGEST_BYTES);
    uint64_t acknowledged = get_u64(bytes.data + 16 + DIGEST_BYTES);
    uint64_t kept_from = get_u64(bytes.data + 24 + DIGEST_BYTES);
    if (next == 0 || kept_from > next || kept_from <= acknowledged || acknowledged >= next ||
        next - kept_from > REPLIES_PER_SESSION_MAX) {
        return NULL;
    }
    struct session *session = take(1, sizeof *session);
    session->tip.lane = *lane;
    session->tip.sequence = get_u64(bytes.data);
    memcpy(session->tip.digest.bytes, bytes.data + 8, DIGEST_BYTES);
    session->next = kept_from;
    session->kept_from = kept_from;
    session->acknowledged = acknowledged;
    if (!decode_replies(session, next,
                        slice_of(bytes.data + RECORD_HEAD_BYTES, bytes.size - RECORD_HEAD_BYTES))) {
        session_free(session);
        return NULL;
    }
    return session;
}

void session_check(const struct session *session)
{
    ASSERT(session->kept_from <= session->next && session->acknowledged < session->kept_from);
    ASSERT(session->acknowledged < session->next);
    ASSERT(session->next - session->kept_from <= REPLIES_PER_SESSION_MAX);
    uint64_t bytes = 0;
    for (uint64_t number = session->kept_from; number < session->next; number++) {
        bytes += session_reply(session, number).result.size;
    }
    ASSERT(bytes == session->kept_bytes);
    ASSERT(bytes <= REPLY_CACHE_BYTES_MAX || session->next - session->kept_from == 1);
}
