/* core.c - the client core's memory, sessions, submission and deadlines. See core.h. */
#include "client/core_state.h"

#include "base/arena.h"
#include "base/assert.h"
#include "wire/digests.h"

#include <stdalign.h>

/* One wrapped-around piece can waste its own size at the end of the ring. */
#define SEGMENT_RING_BYTES                                                                         \
    (LANE_BYTES_MAX + ((SEGMENT_BODY_BYTES_MAX + SEGMENT_OVERHEAD_BYTES) << 1))

static size_t ring_size_for(size_t count)
{
    size_t size = 1;
    while (size < count) {
        size *= 2;
    }
    return size;
}

static size_t rounded(size_t size)
{
    size_t const align = alignof(max_align_t);
    return (size + align - 1) / align * align;
}

size_t client_core_memory_size(const struct client_core_settings *settings)
{
    size_t ring = ring_size_for(settings->in_flight_max);
    return rounded(sizeof(struct client_core)) + rounded(ring * sizeof(struct waiting)) +
           rounded(ring * sizeof(struct request)) +
           rounded(ring * (settings->faults + 1) * sizeof(struct candidate)) +
           rounded(SEGMENT_REQUESTS_MAX * sizeof(struct slice)) + rounded(SEGMENT_BODY_BYTES_MAX) +
           rounded(settings->waiting_bytes_max) + rounded(SEGMENT_RING_BYTES) +
           rounded(pool_memory_size(RESULT_POOL_BYTES));
}

/* client_core_memory_size counted it. */
static void *carve(struct arena *arena, size_t count, size_t size)
{
    void *taken = arena_take_array(arena, count, size);
    ASSERT(taken != NULL);
    return taken;
}

struct client_core *client_core_init(const struct client_core_settings *settings, void *memory)
{
    ASSERT(settings->replica_count <= REPLICAS_MAX);
    ASSERT(settings->replica_count >= 2 * settings->faults + 1);
    ASSERT(settings->in_flight_max >= 1 && settings->in_flight_max <= CLIENT_IN_FLIGHT_MAX);
    ASSERT(settings->waiting_bytes_max >= CLIENT_WAITING_BYTES_MIN);
    ASSERT(settings->retry_ns >= MILLISECOND_NS && settings->retry_ns <= CLIENT_RETRY_NS_MAX);

    struct arena arena;
    arena_init(&arena, memory, client_core_memory_size(settings));
    struct client_core *core = carve(&arena, 1, sizeof *core);
    memset(core, 0, sizeof *core);
    core->settings = *settings;
    prng_init(&core->prng, settings->seed);
    size_t ring = ring_size_for(settings->in_flight_max);
    core->ring_size = ring;
    core->waiting = carve(&arena, ring, sizeof *core->waiting);
    core->requests = carve(&arena, ring, sizeof *core->requests);
    core->candidates = carve(&arena, ring * (settings->faults + 1), sizeof *core->candidates);
    core->body_requests = carve(&arena, SEGMENT_REQUESTS_MAX, sizeof(struct slice));
    core->body = carve(&arena, 1, SEGMENT_BODY_BYTES_MAX);
    core->waiting_bytes.size = settings->waiting_bytes_max;
    core->waiting_bytes.memory = carve(&arena, 1, core->waiting_bytes.size);
    core->segment_bytes.size = SEGMENT_RING_BYTES;
    core->segment_bytes.memory = carve(&arena, 1, core->segment_bytes.size);
    core->results_memory = carve(&arena, 1, pool_memory_size(RESULT_POOL_BYTES));
    pool_init(&core->results, core->results_memory, RESULT_POOL_BYTES);
    core->earliest_deadline_ns = NEVER_NS;
    core->lost = true; /* until a session is opened */
    core->next_number = core->oldest = core->next_sequence = core->front = 1;
    return core;
}

/* Byte rings. */

bool byte_ring_take(struct byte_ring *ring, size_t size, size_t *offset)
{
    if (ring->wrapped) {
        if (ring->head - ring->tail < size) {
            return false;
        }
        *offset = ring->tail;
    } else if (ring->size - ring->tail >= size) {
        *offset = ring->tail;
    } else if (ring->head >= size) {
        *offset = 0;
        ring->wrapped = true;
    } else {
        return false;
    }
    ring->tail = *offset + size;
    ring->pieces++;
    return true;
}

void byte_ring_free(struct byte_ring *ring, size_t next)
{
    ASSERT(ring->pieces > 0);
    ring->pieces--;
    if (ring->pieces == 0) {
        ring->head = ring->tail = 0;
        ring->wrapped = false;
        return;
    }
    if (next < ring->head) {
        ring->wrapped = false;
    }
    ring->head = next;
}

void byte_ring_trim(struct byte_ring *ring, size_t end)
{
    ASSERT(ring->pieces > 0 && end <= ring->tail);
    ring->tail = end;
}

/* Sessions. */

static void forget_lane(struct client_core *core)
{
    memset(core->requests, 0, core->ring_size * sizeof *core->requests);
    core->next_number = core->oldest = core->next_sequence = core->front = 1;
    core->unfinished = core->untold = 0;
    pool_init(&core->results, core->results_memory, RESULT_POOL_BYTES);
    core->lane_bytes = 0;
    core->segment_bytes.head = core->segment_bytes.tail = core->segment_bytes.pieces = 0;
    core->segment_bytes.wrapped = false;
    core->window_closed = false;
    core->segment_count = 0;
}

void client_core_open_session(struct client_core *core, uint64_t session)
{
    ASSERT(session > core->lane.session);
    while (core->oldest < core->next_number) {
        struct request *request = client_core_request(core, core->oldest);
        core->oldest++; /* first, so that the callback finds room for a new request */
        if (!request->told) {
            request->told = true;
            client_core_tell(core, request->tag, CLIENT_SESSION_LOST, NULL);
        }
    }
    forget_lane(core);
    core->lane.client = core->settings.client;
    core->lane.session = session;
    core->lost = false;
    lane_digest_zero(&core->settings.genesis, &core->lane, &core->tip);
    for (size_t i = 0; i < core->settings.replica_count; i++) {
        struct peer *peer = &core->peers[i];
        peer->answered = peer->highest = peer->run_first = peer->gone_before = 0;
        client_core_restart_peer(core, peer);
    }
}

uint64_t client_core_session(const struct client_core *core)
{
    return core->lane.session;
}

bool client_core_is_lost(const struct client_core *core)
{
    return core->lost;
}

/* Submission. */

enum client_submit client_core_submit(struct client_core *core, struct slice request, void *tag,
                                      uint64_t deadline_ns, uint64_t now_ns)
{
    if (request.size > REQUEST_BYTES_MAX) {
        return CLIENT_TOO_LARGE;
    }
    uint64_t taken = (core->waiting_end - core->waiting_first) + (core->next_number - core->oldest);
    size_t offset = 0;
    if (core->cancelling || taken >= core->settings.in_flight_max ||
        !byte_ring_take(&core->waiting_bytes, request.size, &offset)) {
        return CLIENT_FULL;
    }
    bytes_copy(core->waiting_bytes.memory + offset, request.data, request.size);
    *client_core_waiting(core, core->waiting_end) = (struct waiting){
        .tag = tag,
        .deadline_ns = deadline_ns,
        .submitted_ns = now_ns,
        .offset = offset,
        .size = (uint32_t)request.size,
    };
    core->waiting_end++;
    core->waiting_live++;
    core->waiting_cost += request.size + REQUEST_OVERHEAD_BYTES;
    if (deadline_ns < core->earliest_deadline_ns) {
        core->earliest_deadline_ns = deadline_ns;
    }
    return CLIENT_SUBMITTED;
}

/* The first waiting request leaves the queue. */
void client_core_release_waiting(struct client_core *core)
{
    struct waiting *first = client_core_waiting(core, core->waiting_first);
    if (!first->dropped) {
        core->waiting_live--;
        core->waiting_cost -= first->size + REQUEST_OVERHEAD_BYTES;
    }
    core->waiting_first++;
    byte_ring_free(&core->waiting_bytes, client_core_waiting(core, core->waiting_first)->offset);
}

void client_core_pop_dropped(struct client_core *core)
{
    while (core->waiting_first < core->waiting_end &&
           client_core_waiting(core, core->waiting_first)->dropped) {
        client_core_release_waiting(core);
    }
}

static void drop_waiting(struct client_core *core, struct waiting *waiting)
{
    waiting->dropped = true;
    core->waiting_live--;
    core->waiting_cost -= waiting->size + REQUEST_OVERHEAD_BYTES;
    client_core_tell(core, waiting->tag, CLIENT_NOT_SENT, NULL);
}

/* Deadlines. */

/* Tells the callers of all requests whose deadline is at or before `now_ns`. A scan of everything,
 * but only when the earliest deadline known has passed, which for equal timeouts is once per
 * timeout. */
static void expire(struct client_core *core, uint64_t now_ns)
{
    if (now_ns < core->earliest_deadline_ns) {
        return;
    }
    core->earliest_deadline_ns = NEVER_NS;
    uint64_t earliest = NEVER_NS;
    uint64_t end = core->waiting_end; /* callbacks may submit more */
    for (uint64_t i = core->waiting_first; i < end; i++) {
        struct waiting *waiting = client_core_waiting(core, i);
        if (waiting->dropped) {
            continue;
        }
        if (waiting->deadline_ns <= now_ns) {
            drop_waiting(core, waiting);
        } else if (waiting->deadline_ns < earliest) {
            earliest = waiting->deadline_ns;
        }
    }
    for (uint64_t number = core->oldest; number < core->next_number; number++) {
        struct request *request = client_core_request(core, number);
        if (request->told) {
            continue;
        }
        if (request->deadline_ns <= now_ns) {
            request->told = true;
            core->untold--;
            client_core_tell(core, request->tag, CLIENT_TIMED_OUT, NULL);
        } else if (request->deadline_ns < earliest) {
            earliest = request->deadline_ns;
        }
    }
    client_core_pop_dropped(core);
    if (earliest < core->earliest_deadline_ns) {
        core->earliest_deadline_ns = earliest;
    }
}

void client_core_cancel(struct client_core *core)
{
    core->cancelling = true;
    for (uint64_t i = core->waiting_first; i < core->waiting_end; i++) {
        if (!client_core_waiting(core, i)->dropped) {
            drop_waiting(core, client_core_waiting(core, i));
        }
    }
    client_core_pop_dropped(core);
    for (uint64_t number = core->oldest; number < core->next_number; number++) {
        struct request *request = client_core_request(core, number);
        if (!request->told) {
            request->told = true;
            core->untold--;
            client_core_tell(core, request->tag, CLIENT_TIMED_OUT, NULL);
        }
    }
    core->cancelling = false;
}

void client_core_turn(struct client_core *core, uint64_t now_ns)
{
    expire(core, now_ns);
    client_core_form_segments(core, now_ns);
}

size_t client_core_open_count(const struct client_core *core)
{
    return core->waiting_live + core->untold;
}

uint64_t client_core_verdict_count(const struct client_core *core, replica_id replica,
                                   enum verdict verdict)
{
    ASSERT(replica < core->settings.replica_count && (unsigned)verdict < VERDICT_COUNT);
    return core->peers[replica].verdicts[verdict];
}

uint64_t client_core_segment_count(const struct client_core *core)
{
    return core->segment_count;
}

uint64_t client_core_retransmit_count(const struct client_core *core)
{
    return core->retransmit_count;
}
