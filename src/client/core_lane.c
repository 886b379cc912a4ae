/* core_lane.c - waiting requests become signed segments of the lane. See core.h, "Batching". */
#include "client/core_state.h"

#include "base/assert.h"
#include "wire/digests.h"

/* With so much waiting, moving the bytes costs more than a signature: no use in waiting on. */
#define SEGMENT_GOOD_BYTES (64u << 10)
/* A waiting request goes once those waiting are at least 1/SHARE of those under way. */
#define SHARE              4u
#define HOLD_SHARE         8u /* of the round trip, that a request is held back at most */
#define HOLD_NS_MIN        (MILLISECOND_NS / 4)
#define HOLD_NS_MAX        (4 * MILLISECOND_NS)
#define ROUND_TRIP_WEIGHT  8u /* a new sample counts for 1/8 */

/* How long a request may be held back that began to wait at `since_ns`. While the smoothed round
 * trip is behind the times, the age of the oldest segment is the better measure: waiting for an
 * eighth of what that age will be in the end is waiting for a seventh of what it was then. */
static uint64_t hold_ns(struct client_core *core, uint64_t since_ns)
{
    uint64_t hold = core->round_trip_ns / HOLD_SHARE;
    uint64_t formed_ns = client_core_segment(core, core->front)->formed_ns;
    if (since_ns > formed_ns && (since_ns - formed_ns) / (HOLD_SHARE - 1) > hold) {
        hold = (since_ns - formed_ns) / (HOLD_SHARE - 1);
    }
    if (hold < HOLD_NS_MIN) {
        return HOLD_NS_MIN;
    }
    return hold > HOLD_NS_MAX ? HOLD_NS_MAX : hold;
}

uint64_t client_core_batch_due_ns(struct client_core *core)
{
    ASSERT(core->waiting_live > 0);
    if (core->unfinished == 0 || core->waiting_live >= SEGMENT_REQUESTS_MAX ||
        core->waiting_cost >= SEGMENT_GOOD_BYTES ||
        core->waiting_live * SHARE >= core->unfinished) {
        return 0;
    }
    /* The first is never a dropped one: those leave at once. */
    uint64_t since_ns = client_core_waiting(core, core->waiting_first)->submitted_ns;
    return since_ns + hold_ns(core, since_ns);
}

/* How many waiting entries, dropped ones included, go into the next segment. */
static size_t choose_requests(struct client_core *core, size_t *request_count, size_t *body_size)
{
    size_t entries = 0;
    size_t count = 0;
    size_t size = BODY_OVERHEAD_BYTES;
    size_t room = core->ring_size - (size_t)(core->next_number - core->oldest);
    for (uint64_t i = core->waiting_first; i < core->waiting_end; i++) {
        const struct waiting *waiting = client_core_waiting(core, i);
        if (!waiting->dropped) {
            size_t cost = waiting->size + REQUEST_OVERHEAD_BYTES;
            if (count == SEGMENT_REQUESTS_MAX || count == room ||
                size + cost > SEGMENT_BODY_BYTES_MAX) {
                break;
            }
            core->body_requests[count] =
                slice_of(core->waiting_bytes.memory + waiting->offset, waiting->size);
            count++;
            size += cost;
        }
        entries++;
    }
    *request_count = count;
    *body_size = size;
    return entries;
}

/* The first `entries` waiting ones are now requests under way. */
static void move_requests(struct client_core *core, size_t entries, uint64_t sequence)
{
    for (size_t i = 0; i < entries; i++) {
        const struct waiting *waiting = client_core_waiting(core, core->waiting_first);
        if (!waiting->dropped) {
            *client_core_request(core, core->next_number) = (struct request){
                .number = core->next_number,
                .tag = waiting->tag,
                .deadline_ns = waiting->deadline_ns,
                .segment = (uint8_t)(sequence % LANE_SEGMENTS_MAX),
            };
            core->next_number++;
            core->unfinished++;
            core->untold++;
        }
        client_core_release_waiting(core);
    }
}

/* False where the window has no room for it. */
static bool form_segment(struct client_core *core, uint64_t now_ns)
{
    if (core->next_sequence - core->front >= CLIENT_SEGMENTS_MAX) {
        return false;
    }
    size_t count = 0;
    size_t body_bound = 0;
    size_t entries = choose_requests(core, &count, &body_bound);
    size_t bound = body_bound + SEGMENT_OVERHEAD_BYTES;
    size_t offset = 0;
    if (count == 0 || core->lane_bytes + bound > LANE_BYTES_MAX ||
        !byte_ring_take(&core->segment_bytes, bound, &offset)) {
        return false;
    }

    struct segment_body body = {
        .acknowledged = core->oldest - 1,
        .read_only = core->settings.read_only,
        .request_count = count,
        .requests = core->body_requests,
    };
    const struct client_core_ops *ops = &core->settings.ops;
    size_t body_size = ops->encode_body(ops->context, &body, core->body, SEGMENT_BODY_BYTES_MAX);
    ASSERT(body_size <= body_bound);
    struct segment segment = {
        .lane = core->lane,
        .sequence = core->next_sequence,
        .previous = core->tip,
        .body = slice_of(core->body, body_size),
    };
    struct digest signed_digest;
    lane_digest_next(&segment.lane, segment.sequence, &segment.previous, segment.body, &core->tip);
    lane_sign_digest(&core->settings.genesis, &core->lane, segment.sequence, &core->tip,
                     &signed_digest);
    ops->sign(ops->context, &signed_digest, &segment.signature);
    size_t size =
        ops->encode_segment(ops->context, &segment, core->segment_bytes.memory + offset, bound);
    ASSERT(size > 0 && size <= bound);
    byte_ring_trim(&core->segment_bytes, offset + size);

    *client_core_segment(core, segment.sequence) = (struct lane_part){
        .first = core->next_number,
        .count = (uint32_t)count,
        .unfinished = (uint32_t)count,
        .offset = offset,
        .size = size,
        .formed_ns = now_ns,
    };
    move_requests(core, entries, segment.sequence);
    core->next_sequence++;
    core->lane_bytes += size;
    core->segment_count++;
    return true;
}

static bool has_link(const struct client_core *core)
{
    for (size_t i = 0; i < core->settings.replica_count; i++) {
        if (core->peers[i].linked) {
            return true;
        }
    }
    return false;
}

void client_core_form_segments(struct client_core *core, uint64_t now_ns)
{
    core->window_closed = !has_link(core);
    if (core->lost || core->window_closed) {
        return; /* what never left can still be called back */
    }
    client_core_pop_dropped(core);
    while (core->waiting_live > 0 && client_core_batch_due_ns(core) <= now_ns) {
        if (!form_segment(core, now_ns)) {
            core->window_closed = true;
            return;
        }
        client_core_pop_dropped(core);
    }
}

void client_core_advance_front(struct client_core *core)
{
    while (core->front < core->next_sequence &&
           client_core_segment(core, core->front)->unfinished == 0) {
        core->lane_bytes -= client_core_segment(core, core->front)->size;
        core->front++;
        byte_ring_free(&core->segment_bytes, client_core_segment(core, core->front)->offset);
    }
}

/* A segment got its last result: how long its round trip took. One that was repeated says nothing
 * (Karn and Partridge 1987). */
void client_core_note_round_trip(struct client_core *core, const struct lane_part *segment,
                                 uint64_t now_ns)
{
    if (segment->repeated || now_ns < segment->formed_ns) {
        return;
    }
    uint64_t sample = now_ns - segment->formed_ns;
    if (core->round_trip_ns == 0) {
        core->round_trip_ns = sample;
    } else {
        core->round_trip_ns = core->round_trip_ns - core->round_trip_ns / ROUND_TRIP_WEIGHT +
                              sample / ROUND_TRIP_WEIGHT;
    }
}
