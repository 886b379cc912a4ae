/* support_core.c - see support_core.h. */
#include "support_core.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdlib.h>

#define SEGMENT_HEAD_BYTES (8u + 8u + DIGEST_BYTES)

static size_t encode_body(void *context, const struct segment_body *body, uint8_t *out,
                          size_t capacity)
{
    (void)context;
    size_t size = 12;
    ASSERT(capacity >= size);
    put_u64(out, body->acknowledged);
    put_u32(out + 8, (uint32_t)body->request_count);
    for (size_t i = 0; i < body->request_count; i++) {
        struct slice request = body->requests[i];
        ASSERT(capacity - size >= 4 + request.size);
        put_u32(out + size, (uint32_t)request.size);
        bytes_copy(out + size + 4, request.data, request.size);
        size += 4 + request.size;
    }
    return size;
}

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    struct world *world = context;
    world->signatures++;
    memset(signature, 0, sizeof *signature);
    memcpy(signature->bytes, digest->bytes, sizeof digest->bytes);
}

static size_t encode_segment(void *context, const struct segment *segment, uint8_t *out,
                             size_t capacity)
{
    const struct world *world = context;
    (void)world;
    ASSERT(capacity >= SEGMENT_HEAD_BYTES + segment->body.size);
    put_u64(out, segment->lane.session);
    put_u64(out + 8, segment->sequence);
    memcpy(out + 16, segment->previous.bytes, DIGEST_BYTES);
    memcpy(out + SEGMENT_HEAD_BYTES, segment->body.data, segment->body.size);
    return SEGMENT_HEAD_BYTES + segment->body.size;
}

static void on_result(void *context, const struct client_result *result)
{
    struct world *world = context;
    uintptr_t tag = (uintptr_t)result->tag;
    ASSERT(tag < TEST_TAGS_MAX);
    struct told *told = &world->told[tag];
    told->times++;
    told->status = result->status;
    told->outcome = result->outcome;
    told->size = result->result.size;
    size_t kept = told->size < TEST_RESULT_BYTES ? told->size : TEST_RESULT_BYTES;
    bytes_copy(told->bytes, result->result.data, kept);
    world->told_count++;
    if (world->resubmit > 0) {
        world->resubmit--;
        world_submit(world, world->resubmit_tag++, "again", 1000 * MS);
    }
}

void world_init(struct world *world, size_t replicas, size_t faults, size_t in_flight_max)
{
    *world = (struct world){.now_ns = 1};
    struct client_core_settings settings = {
        .replica_count = replicas,
        .faults = faults,
        .in_flight_max = in_flight_max,
        .waiting_bytes_max = 2u << 20,
        .retry_ns = TEST_RETRY_NS,
        .seed = 7,
        .ops = {.context = world,
                .encode_body = encode_body,
                .sign = sign,
                .encode_segment = encode_segment,
                .on_result = on_result},
    };
    world->memory = malloc(client_core_memory_size(&settings));
    world->told = calloc(TEST_TAGS_MAX, sizeof *world->told);
    ASSERT(world->memory != NULL && world->told != NULL);
    world->core = client_core_init(&settings, world->memory);
    for (size_t i = 0; i < replicas; i++) {
        client_core_on_link_up(world->core, (replica_id)i);
    }
}

void world_fini(struct world *world)
{
    free(world->memory);
    free(world->told);
}

void world_start(struct world *world)
{
    client_core_open_session(world->core, TEST_SESSION);
}

enum client_submit world_try_submit(struct world *world, uintptr_t tag, struct slice request,
                                    uint64_t timeout_ns)
{
    /* The tag is a number that never is a pointer. */
    return client_core_submit(world->core, request,
                              (void *)tag, // NOLINT(performance-no-int-to-ptr)
                              world->now_ns + timeout_ns, world->now_ns);
}

void world_submit(struct world *world, uintptr_t tag, const char *request, uint64_t timeout_ns)
{
    enum client_submit taken = world_try_submit(world, tag, slice_of_text(request), timeout_ns);
    ASSERT(taken == CLIENT_SUBMITTED);
}

void world_turn(struct world *world, uint64_t ns)
{
    world->now_ns += ns;
    client_core_turn(world->core, world->now_ns);
    client_core_check(world->core);
}

size_t world_take(struct world *world, replica_id to, struct client_send *sends)
{
    size_t count = client_core_outgoing(world->core, to, world->now_ns, FRAME_BYTES_MAX, sends);
    if (count > 0) {
        client_core_sent(world->core, to, true, world->now_ns);
    }
    client_core_check(world->core);
    return count;
}

size_t world_take_all(struct world *world)
{
    struct client_send sends[CLIENT_SENDS_MAX];
    size_t total = 0;
    for (replica_id to = 0; to < REPLICAS_MIN; to++) {
        total += world_take(world, to, sends);
    }
    return total;
}

size_t count_asks(const struct client_send *sends, size_t count)
{
    size_t asks = 0;
    for (size_t i = 0; i < count; i++) {
        asks += sends[i].encoded.size == 0;
    }
    return asks;
}

size_t count_segments(const struct client_send *sends, size_t count)
{
    return count - count_asks(sends, count);
}

void decode_segment(struct slice encoded, struct test_segment *segment)
{
    ASSERT(encoded.size >= SEGMENT_HEAD_BYTES + 12);
    segment->session = get_u64(encoded.data);
    segment->sequence = get_u64(encoded.data + 8);
    memcpy(segment->previous.bytes, encoded.data + 16, DIGEST_BYTES);
    segment->body = slice_of(encoded.data + SEGMENT_HEAD_BYTES, encoded.size - SEGMENT_HEAD_BYTES);
    const uint8_t *at = segment->body.data;
    segment->acknowledged = get_u64(at);
    segment->count = get_u32(at + 8);
    ASSERT(segment->count <= SEGMENT_REQUESTS_MAX);
    at += 12;
    for (size_t i = 0; i < segment->count; i++) {
        segment->requests[i] = slice_of(at + 4, get_u32(at));
        at += 4 + segment->requests[i].size;
    }
    ASSERT(at == encoded.data + encoded.size);
}

enum verdict world_reply(struct world *world, replica_id from, uint64_t first, size_t count,
                         const char *text)
{
    static struct reply list[CLIENT_IN_FLIGHT_MAX];
    ASSERT(count <= CLIENT_IN_FLIGHT_MAX);
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct reply){.outcome = OUTCOME_DONE, .result = slice_of_text(text)};
    }
    struct replies replies = {
        .session = TEST_SESSION, .first = first, .count = count, .replies = list};
    enum verdict verdict = client_core_on_replies(world->core, from, &replies, world->now_ns);
    client_core_check(world->core);
    return verdict;
}

enum verdict world_reply_outcome(struct world *world, replica_id from, uint64_t first,
                                 enum outcome outcome, struct slice result)
{
    struct reply reply = {.outcome = outcome, .result = result};
    struct replies replies = {
        .session = TEST_SESSION, .first = first, .count = 1, .replies = &reply};
    enum verdict verdict = client_core_on_replies(world->core, from, &replies, world->now_ns);
    client_core_check(world->core);
    return verdict;
}

enum verdict world_gone(struct world *world, replica_id from, uint64_t before)
{
    struct session_gone gone = {.session = TEST_SESSION, .before = before};
    return client_core_on_session_gone(world->core, from, &gone, world->now_ns);
}

enum verdict world_busy(struct world *world, replica_id from, uint64_t sequence,
                        uint32_t retry_after_ms)
{
    struct busy busy = {
        .session = TEST_SESSION, .sequence = sequence, .retry_after_ms = retry_after_ms};
    return client_core_on_busy(world->core, from, &busy, world->now_ns);
}

void expect_status(const struct world *world, uintptr_t tag, enum client_status status)
{
    ASSERT(world->told[tag].times == 1);
    ASSERT(world->told[tag].status == status);
}

void expect_result(const struct world *world, uintptr_t tag, const char *text)
{
    expect_status(world, tag, CLIENT_RESULT);
    const struct told *told = &world->told[tag];
    ASSERT(slice_is_equal(slice_of(told->bytes, told->size), slice_of_text(text)));
}

void expect_nothing(const struct world *world, uintptr_t tag)
{
    ASSERT(world->told[tag].times == 0);
}
