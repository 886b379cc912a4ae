/* segment.c - segments and their bodies: read in place, because they carry all payload. */
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

enum {
    SEGMENT_CLIENT = 1,
    SEGMENT_SESSION,
    SEGMENT_SEQUENCE,
    SEGMENT_PREVIOUS,
    SEGMENT_BODY,
    SEGMENT_SIGNATURE
};
enum { BODY_ACKNOWLEDGED = 1, BODY_READ_ONLY, BODY_REQUEST };

/* What comes before the requests. */
static bool walk_body_head(struct walk *walk, struct segment_body *body)
{
    uint64_t read_only;
    if (!walk_u64(walk, BODY_ACKNOWLEDGED, &body->acknowledged) ||
        !walk_u64(walk, BODY_READ_ONLY, &read_only) || read_only > 1) {
        return false;
    }
    body->read_only = read_only == 1;
    return true;
}

/* Counts the requests of a body, or returns 0 if it is not one. */
static size_t count_requests(struct slice bytes)
{
    struct segment_body head;
    struct walk walk = walk_of(bytes);
    if (bytes.size > SEGMENT_BODY_BYTES_MAX || !walk_body_head(&walk, &head)) {
        return 0;
    }
    size_t count = 0;
    while (!walk_is_at_end(&walk)) {
        struct slice request;
        if (!walk_bytes(&walk, BODY_REQUEST, &request) || request.size > REQUEST_BYTES_MAX ||
            count == SEGMENT_REQUESTS_MAX) {
            return 0;
        }
        count++;
    }
    return count;
}

bool wire_read_segment(struct slice bytes, struct segment *segment)
{
    struct walk walk = walk_of(bytes);
    segment->encoded = bytes;
    return bytes.size <= SEGMENT_BYTES_MAX &&
           walk_fixed(&walk, SEGMENT_CLIENT, segment->lane.client.bytes, PUBLIC_KEY_BYTES) &&
           walk_u64(&walk, SEGMENT_SESSION, &segment->lane.session) &&
           walk_u64(&walk, SEGMENT_SEQUENCE, &segment->sequence) && segment->sequence >= 1 &&
           walk_fixed(&walk, SEGMENT_PREVIOUS, segment->previous.bytes, DIGEST_BYTES) &&
           walk_bytes(&walk, SEGMENT_BODY, &segment->body) &&
           walk_fixed(&walk, SEGMENT_SIGNATURE, segment->signature.bytes, SIGNATURE_BYTES) &&
           walk_is_at_end(&walk) && count_requests(segment->body) != 0;
}

enum verdict wire_decode_segment(struct slice bytes, struct arena *arena, struct segment *segment)
{
    (void)arena; /* nothing is copied */
    return wire_read_segment(bytes, segment) ? VERDICT_ACCEPTED : VERDICT_MALFORMED;
}

void wire_encode_segment(struct buffer *out, const struct segment *segment)
{
    ASSERT(segment->body.size <= SEGMENT_BODY_BYTES_MAX);
    pack_bytes(out, SEGMENT_CLIENT, slice_of(segment->lane.client.bytes, PUBLIC_KEY_BYTES));
    pack_u64(out, SEGMENT_SESSION, segment->lane.session);
    pack_u64(out, SEGMENT_SEQUENCE, segment->sequence);
    pack_bytes(out, SEGMENT_PREVIOUS, digest_slice(&segment->previous));
    pack_bytes(out, SEGMENT_BODY, segment->body);
    pack_bytes(out, SEGMENT_SIGNATURE, slice_of(segment->signature.bytes, SIGNATURE_BYTES));
}

enum verdict wire_decode_segment_body(struct slice bytes, struct arena *arena,
                                      struct segment_body *body)
{
    size_t count = count_requests(bytes);
    if (count == 0) {
        return VERDICT_MALFORMED;
    }
    struct slice *requests = arena_take_array(arena, count, sizeof *requests);
    if (requests == NULL) {
        return VERDICT_MALFORMED;
    }
    struct walk walk = walk_of(bytes);
    if (!walk_body_head(&walk, body)) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < count; i++) {
        if (!walk_bytes(&walk, BODY_REQUEST, &requests[i])) {
            return VERDICT_MALFORMED;
        }
    }
    body->request_count = count;
    body->requests = requests;
    return VERDICT_ACCEPTED;
}

uint64_t wire_segment_acknowledged(struct slice body)
{
    struct segment_body head;
    struct walk walk = walk_of(body);
    return walk_body_head(&walk, &head) ? head.acknowledged : 0;
}

void wire_encode_segment_body(struct buffer *out, const struct segment_body *body)
{
    ASSERT(body->request_count >= 1 && body->request_count <= SEGMENT_REQUESTS_MAX);
    pack_u64(out, BODY_ACKNOWLEDGED, body->acknowledged);
    pack_u64(out, BODY_READ_ONLY, body->read_only ? 1 : 0);
    for (size_t i = 0; i < body->request_count; i++) {
        pack_bytes(out, BODY_REQUEST, body->requests[i]);
    }
}
