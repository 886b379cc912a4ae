/* support_customer.c - see support_customer.h. */
#include "support_customer.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

#define CUSTOMER_NUMBER 3u
#define IDLE_TURNS_MAX  2u
#define HASH_MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

static void hash_u64(struct desk *desk, uint64_t value)
{
    desk->hash = (desk->hash ^ value) * HASH_MULTIPLIER;
    desk->hash ^= desk->hash >> 29;
}

static void hash_bytes(struct desk *desk, struct slice bytes)
{
    hash_u64(desk, bytes.size);
    for (; bytes.size >= 8; bytes = slice_of(bytes.data + 8, bytes.size - 8)) {
        hash_u64(desk, get_u64(bytes.data));
    }
    for (size_t i = 0; i < bytes.size; i++) {
        hash_u64(desk, bytes.data[i]);
    }
}

/* ---- replicas ---- */

static void answer(struct desk *desk, replica_id from, uint64_t session, uint64_t first,
                   uint64_t count)
{
    struct reply list[SEGMENT_REQUESTS_MAX];
    ASSERT(count <= SEGMENT_REQUESTS_MAX);
    for (uint64_t i = 0; i < count; i++) {
        list[i] = (struct reply){.outcome = OUTCOME_DONE, .result = slice_of_text("1")};
    }
    struct replica_message message = {
        .kind = REPLICA_REPLIES,
        .replies = {.session = session, .first = first, .count = (size_t)count, .replies = list}};
    wire_encode_replica_message(&desk->answer[from], &message);
}

static uint64_t count_requests(const struct segment *segment, struct arena *arena)
{
    struct segment_body body;
    enum verdict verdict = wire_decode_segment_body(segment->body, arena, &body);
    ASSERT(verdict == VERDICT_ACCEPTED);
    return body.request_count;
}

static void on_segment(struct desk *desk, replica_id to, const struct segment *segment,
                       struct arena *arena)
{
    ASSERT(desk->segment_count < DESK_SEGMENTS);
    struct desk_segment *kept = &desk->segments[desk->segment_count++];
    *kept = (struct desk_segment){.to = to,
                                  .lane = segment->lane,
                                  .sequence = segment->sequence,
                                  .previous = segment->previous};
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                     &kept->digest);
    struct digest signed_digest;
    lane_sign_digest(&desk->settings.genesis, &segment->lane, segment->sequence, &kept->digest,
                     &signed_digest);
    const struct authority *authority = &desk->settings.authority;
    kept->is_signed = authority->verify(authority->context, &segment->lane.client, &signed_digest,
                                        &segment->signature);
    kept->request_count = count_requests(segment, arena);
    struct desk_replica *replica = &desk->replicas[to];
    if (desk->answers && segment->lane.session > replica->session) {
        *replica = (struct desk_replica){.session = segment->lane.session};
    }
    if (desk->answers && segment->lane.session == replica->session &&
        segment->sequence == replica->sequence + 1) {
        answer(desk, to, replica->session, replica->executed + 1, kept->request_count);
        replica->executed += kept->request_count;
        replica->sequence++;
    }
}

static void on_send(void *context, size_t customer, replica_id to, struct slice frame)
{
    struct desk *desk = context;
    ASSERT(customer == CUSTOMER_NUMBER && to < DESK_REPLICAS);
    ASSERT(frame.size > 0 && frame.size <= FRAME_BYTES_MAX);
    hash_u64(desk, to);
    hash_bytes(desk, frame);
    desk->is_silent = false;
    desk->frames++;
    desk->frame_bytes += frame.size;
    desk->seen_bytes_equal += slice_is_equal(frame, desk->watched);
    struct arena arena;
    arena_init(&arena, desk->arena_memory, DECODE_BYTES_MAX);
    struct client_message *messages = NULL;
    size_t count = 0;
    enum verdict verdict = wire_decode_client_frame(frame, &arena, &messages, &count);
    ASSERT(verdict == VERDICT_ACCEPTED);
    desk->messages += count;
    for (size_t i = 0; i < count; i++) {
        if (messages[i].kind == CLIENT_SEGMENT) {
            on_segment(desk, to, &messages[i].segment, &arena);
        }
    }
}

static void on_see(void *context, const struct sighting *sighting)
{
    struct desk *desk = context;
    ASSERT(desk->sighting_count < DESK_SIGHTINGS);
    ASSERT(sighting->now_ns == desk->now_ns && sighting->client == CUSTOMER_NUMBER);
    desk->is_silent = false;
    struct slice bytes = sighting->kind == SIGHT_RETURNED ? sighting->result : sighting->request;
    struct desk_sighting *kept = &desk->sightings[desk->sighting_count++];
    *kept = (struct desk_sighting){.kind = sighting->kind,
                                   .now_ns = sighting->now_ns,
                                   .session = sighting->session,
                                   .number = sighting->number,
                                   .is_known = sighting->is_known,
                                   .outcome = sighting->outcome,
                                   .size = bytes.size};
    bytes_copy(&kept->bytes, bytes.data, bytes.size < 8 ? bytes.size : 8);
    hash_u64(desk, (uint64_t)kept->kind);
    hash_u64(desk, kept->now_ns);
    hash_u64(desk, kept->session);
    hash_u64(desk, kept->number);
    hash_bytes(desk, bytes);
}

/* ---- life ---- */

struct customer_settings desk_settings(uint64_t seed, enum customer_lie lie)
{
    return (struct customer_settings){.number = CUSTOMER_NUMBER,
                                      .replica_count = DESK_REPLICAS,
                                      .fault_count = 1,
                                      .delta_ns = 100 * MS,
                                      .seed = seed,
                                      .lie = lie,
                                      .in_flight = 1,
                                      .operations_max = 1000000,
                                      .key_count = 8,
                                      .value_bytes_max = 64,
                                      .timeout_ns = 1000 * MS};
}

struct desk *desk_new(const struct customer_settings *settings)
{
    struct desk *desk = calloc(1, sizeof *desk);
    ASSERT(desk != NULL);
    desk->segments = calloc(DESK_SEGMENTS, sizeof *desk->segments);
    desk->sightings = calloc(DESK_SIGHTINGS, sizeof *desk->sightings);
    desk->arena_memory = malloc(DECODE_BYTES_MAX);
    ASSERT(desk->segments != NULL && desk->sightings != NULL && desk->arena_memory != NULL);
    desk->now_ns = 1000 * MS;
    ideal_init(&desk->book, 11);
    desk->signer =
        (struct ideal_signer){.book = &desk->book, .key = ideal_key(&desk->book, CUSTOMER_NUMBER)};
    desk->settings = *settings;
    desk->settings.key = desk->signer.key;
    desk->settings.authority = ideal_authority(&desk->signer);
    desk->settings.context = desk;
    desk->settings.send = on_send;
    desk->settings.see = on_see;
    enum error error = customer_new(&desk->customer, &desk->settings, desk->now_ns);
    ASSERT(error == OK);
    for (replica_id id = 0; id < DESK_REPLICAS; id++) {
        customer_on_link(desk->customer, id, true, desk->now_ns);
    }
    return desk;
}

void desk_free(struct desk *desk)
{
    customer_free(desk->customer);
    for (size_t i = 0; i < DESK_REPLICAS; i++) {
        buffer_fini(&desk->answer[i]);
    }
    free(desk->segments);
    free(desk->sightings);
    free(desk->arena_memory);
    free(desk);
}

/* ---- time ---- */

static void deliver(struct desk *desk)
{
    for (replica_id id = 0; id < DESK_REPLICAS; id++) {
        if (desk->answer[id].size > 0) {
            customer_on_frame(desk->customer, id, buffer_slice(&desk->answer[id]), desk->now_ns);
            buffer_clear(&desk->answer[id]);
        }
    }
}

void desk_turn(struct desk *desk)
{
    desk->is_silent = true;
    customer_turn(desk->customer, desk->now_ns);
    customer_check(desk->customer);
    deliver(desk);
    customer_check(desk->customer);
}

void desk_run(struct desk *desk, uint64_t duration_ns)
{
    uint64_t end_ns = desk->now_ns + duration_ns;
    unsigned idle_turns = 0;
    uint64_t due_ns = 0;
    while ((due_ns = customer_deadline(desk->customer)) <= end_ns) {
        idle_turns = due_ns <= desk->now_ns && desk->is_silent ? idle_turns + 1 : 0;
        ASSERT(idle_turns <= IDLE_TURNS_MAX);
        desk->now_ns = due_ns > desk->now_ns ? due_ns : desk->now_ns;
        desk_turn(desk);
    }
    desk->now_ns = end_ns;
}

void desk_reply(struct desk *desk, replica_id from, uint64_t session, uint64_t number,
                const char *text)
{
    struct reply reply = {.outcome = OUTCOME_DONE, .result = slice_of_text(text)};
    struct replica_message message = {
        .kind = REPLICA_REPLIES,
        .replies = {.session = session, .first = number, .count = 1, .replies = &reply}};
    wire_encode_replica_message(&desk->answer[from], &message);
    deliver(desk);
}

void desk_gone(struct desk *desk, replica_id from, uint64_t session)
{
    struct replica_message message = {.kind = REPLICA_SESSION_GONE,
                                      .session_gone = {.session = session, .before = UINT64_MAX}};
    wire_encode_replica_message(&desk->answer[from], &message);
    deliver(desk);
}

/* ---- looking ---- */

size_t desk_count(const struct desk *desk, enum sight kind)
{
    size_t count = 0;
    for (size_t i = 0; i < desk->sighting_count; i++) {
        count += desk->sightings[i].kind == kind;
    }
    return count;
}

const struct desk_sighting *desk_sighting(const struct desk *desk, enum sight kind, size_t k)
{
    for (size_t i = 0; i < desk->sighting_count; i++) {
        if (desk->sightings[i].kind == kind && k-- == 0) {
            return &desk->sightings[i];
        }
    }
    assert_fail(__FILE__, __LINE__, "there is such a sighting");
}
