/* core_check.c - the invariants of the client core, see core_state.h. */
#include "client/core_state.h"

#include "base/assert.h"

static void check_waiting(const struct client_core *core)
{
    size_t live = 0;
    size_t cost = 0;
    ASSERT(core->waiting_end - core->waiting_first <= core->ring_size);
    ASSERT(core->waiting_end - core->waiting_first == core->waiting_bytes.pieces);
    for (uint64_t i = core->waiting_first; i < core->waiting_end; i++) {
        const struct waiting *waiting = &core->waiting[i & (core->ring_size - 1)];
        ASSERT(waiting->offset + waiting->size <= core->waiting_bytes.size);
        if (!waiting->dropped) {
            live++;
            cost += waiting->size + REQUEST_OVERHEAD_BYTES;
            ASSERT(waiting->deadline_ns >= core->earliest_deadline_ns);
        }
    }
    ASSERT(live == core->waiting_live && cost == core->waiting_cost);
}

static void check_requests(const struct client_core *core)
{
    size_t unfinished = 0;
    size_t untold = 0;
    ASSERT(core->oldest <= core->next_number);
    ASSERT(core->next_number - core->oldest <= core->settings.in_flight_max);
    for (uint64_t number = core->oldest; number < core->next_number; number++) {
        const struct request *request = &core->requests[number & (core->ring_size - 1)];
        ASSERT(request->number == number);
        ASSERT(number != core->oldest || !request->finished);
        ASSERT(!request->finished || request->told);
        ASSERT(request->candidate_count <= core->settings.faults + 1);
        ASSERT(request->told || request->deadline_ns >= core->earliest_deadline_ns);
        unfinished += !request->finished;
        untold += !request->told;
    }
    ASSERT(unfinished == core->unfinished && untold == core->untold);
}

static void check_segments(const struct client_core *core)
{
    size_t bytes = 0;
    size_t unfinished = 0;
    uint64_t number = core->next_number;
    ASSERT(core->next_sequence - core->front <= CLIENT_SEGMENTS_MAX);
    ASSERT(core->next_sequence - core->front == core->segment_bytes.pieces);
    for (uint64_t sequence = core->next_sequence; sequence-- > core->front;) {
        const struct lane_part *segment = &core->segments[sequence % LANE_SEGMENTS_MAX];
        ASSERT(segment->first + segment->count == number);
        ASSERT(segment->unfinished <= segment->count);
        ASSERT(sequence != core->front || segment->unfinished > 0);
        ASSERT(segment->offset + segment->size <= core->segment_bytes.size);
        number = segment->first;
        unfinished += segment->unfinished;
        bytes += segment->size;
    }
    ASSERT(bytes == core->lane_bytes && bytes <= LANE_BYTES_MAX);
    ASSERT(unfinished == core->unfinished);
}

void client_core_check(const struct client_core *core)
{
    check_waiting(core);
    check_requests(core);
    check_segments(core);
    for (size_t i = 0; i < core->settings.replica_count; i++) {
        const struct peer *peer = &core->peers[i];
        ASSERT(peer->next_send <= core->next_sequence);
        ASSERT(peer->answered < core->next_number && peer->highest < core->next_number);
        ASSERT(peer->run_first <= peer->highest);
        ASSERT(peer->resend_wait_ns <= CLIENT_RETRY_NS_MAX);
    }
}
