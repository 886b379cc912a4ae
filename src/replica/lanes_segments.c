/* lanes_segments.c - the segments that lanes hold: what is taken in, branches side by side, and
 * what goes. */
#include "replica/lanes_state.h"

#include "base/assert.h"
#include "wire/digests.h"

struct held_segment *lanes_held(const struct lane *lane, uint64_t sequence)
{
    if (sequence <= lane->tip_sequence || sequence - lane->tip_sequence > LANE_SEGMENTS_MAX) {
        return NULL;
    }
    return lane->pending[sequence % LANE_SEGMENTS_MAX];
}

void lanes_count_pending(struct lanes *lanes, struct lane *lane, const struct held_segment *held,
                         bool is_added)
{
    uint32_t slot = (uint32_t)(lane - lanes->slots);
    if (is_added) {
        if (lane->pending_count++ == 0) {
            lane->active_index = lanes->active_count;
            lanes->active[lanes->active_count++] = slot;
        }
        lane->pending_bytes += held->encoded_size;
        lanes->clients[lane->client].pending_bytes += held->encoded_size;
        lanes->pending_bytes += held->encoded_size;
        lanes->pending_segments++;
        return;
    }
    lane->pending_bytes -= held->encoded_size;
    lanes->clients[lane->client].pending_bytes -= held->encoded_size;
    lanes->pending_bytes -= held->encoded_size;
    lanes->pending_segments--;
    if (--lane->pending_count == 0) {
        uint32_t last = lanes->active[--lanes->active_count];
        lanes->active[lane->active_index] = last;
        lanes->slots[last].active_index = lane->active_index;
    }
}

/* Never decided, or not this one: forgets a list of branches. */
void lanes_free_branches(struct lanes *lanes, struct lane *lane, struct held_segment *held)
{
    while (held != NULL) {
        struct held_segment *next = held->other;
        struct effect effect = {.kind = EFFECT_FORGET_SEGMENT, .digest = &held->digest};
        lanes->effects.emit(lanes->effects.context, &effect);
        lanes_count_pending(lanes, lane, held, false);
        pool_free(&lanes->pool, held);
        held = next;
    }
}

/* What is in front at its place goes; another branch comes in front. */
static void drop_held(struct lanes *lanes, struct lane *lane, struct held_segment *held)
{
    lane->pending[held->sequence % LANE_SEGMENTS_MAX] = held->other;
    held->other = NULL;
    lanes_free_branches(lanes, lane, held);
}

void lanes_drop_from(struct lanes *lanes, struct lane *lane, uint64_t sequence)
{
    for (uint64_t i = 1; i <= LANE_SEGMENTS_MAX; i++) {
        struct held_segment *held = lanes_held(lane, lane->tip_sequence + i);
        if (held != NULL && held->sequence >= sequence) {
            drop_held(lanes, lane, held);
        }
    }
}

void lanes_drop_all(struct lanes *lanes, struct lane *lane)
{
    for (size_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
        lanes_free_branches(lanes, lane, lane->pending[i]);
        lane->pending[i] = NULL;
    }
}

static enum verdict refuse(struct lanes *lanes, enum segment_origin origin,
                           const struct segment *segment, enum effect_kind kind,
                           enum verdict verdict)
{
    if (origin == SEGMENT_FROM_CLIENT) {
        struct effect effect = {
            .kind = kind, .lane = &segment->lane, .sequence = segment->sequence};
        lanes->effects.emit(lanes->effects.context, &effect);
    }
    return verdict;
}

static bool verify_segment(const struct lanes *lanes, const struct lane_id *id, uint64_t sequence,
                           const struct digest *digest, const struct signature *signature)
{
    struct digest message;
    lane_sign_digest(&lanes->genesis, id, sequence, digest, &message);
    return lanes->authority.verify(lanes->authority.context, &id->client, &message, signature);
}

/* Is there room for it by the limits of its lane and client, and in the pool? What an order names
 * may use more, and what was held before a restart is held. */
static bool has_room(const struct lanes *lanes, const struct lane *lane, size_t size,
                     enum segment_origin origin)
{
    uint64_t client_bytes = lanes->clients[lane->client].pending_bytes + size;
    switch (origin) {
    case SEGMENT_FROM_CLIENT:
    case SEGMENT_PASSED_ON:
        return lane->pending_bytes + size <= LANE_BYTES_MAX && client_bytes <= CLIENT_BYTES_MAX &&
               lanes->pool.used + 2 * size <= (size_t)SEGMENT_POOL_BYTES / 4 * 3;
    case SEGMENT_NAMED:
    case SEGMENT_CHAINED:
        return client_bytes <= UINT64_C(2) * CLIENT_BYTES_MAX;
    case SEGMENT_RESTORED:
        break;
    }
    return true;
}

static bool hold(struct lanes *lanes, struct lane *lane, const struct segment *segment,
                 const struct digest *digest, bool is_verified, uint64_t now_ns)
{
    struct held_segment *held =
        pool_take(&lanes->pool, sizeof(struct held_segment) + segment->encoded.size);
    if (held == NULL) {
        return false;
    }
    held->sequence = segment->sequence;
    held->previous = segment->previous;
    held->digest = *digest;
    held->signature = segment->signature;
    held->held_at_ns = now_ns;
    held->encoded_size = (uint32_t)segment->encoded.size;
    held->body_offset = (uint32_t)(segment->body.data - segment->encoded.data);
    held->body_size = (uint32_t)segment->body.size;
    held->is_verified = is_verified;
    held->is_passed_on = false;
    memcpy(held->bytes, segment->encoded.data, segment->encoded.size);
    struct held_segment **place = &lane->pending[held->sequence % LANE_SEGMENTS_MAX];
    held->other = *place;
    *place = held;
    lanes_count_pending(lanes, lane, held, true);
    return true;
}

/* The segment with this digest at its place, put in front of other branches; NULL if not held. */
static struct held_segment *choose(struct lane *lane, uint64_t sequence,
                                   const struct digest *digest)
{
    if (lanes_held(lane, sequence) == NULL) {
        return NULL;
    }
    struct held_segment **first = &lane->pending[sequence % LANE_SEGMENTS_MAX];
    for (struct held_segment **at = first; *at != NULL; at = &(*at)->other) {
        struct held_segment *held = *at;
        if (digest_is_equal(&held->digest, digest)) {
            *at = held->other;
            held->other = *first;
            *first = held;
            return held;
        }
    }
    return NULL;
}

uint64_t lanes_choose(struct lane *lane, const struct lane_tip *base, const struct lane_tip *tip,
                      struct digest *digest)
{
    uint64_t sequence = tip->sequence;
    *digest = tip->digest;
    while (sequence > base->sequence) {
        const struct held_segment *held = choose(lane, sequence, digest);
        if (held == NULL) {
            break;
        }
        *digest = held->previous;
        sequence--;
    }
    return sequence;
}

/* Of the branches at one place at most so many are held: the ones named last. */
static void limit_branches(struct lanes *lanes, struct lane *lane, struct held_segment *first)
{
    struct held_segment *held = first;
    for (size_t count = 1; held->other != NULL && count < BRANCHES_MAX; count++) {
        held = held->other;
    }
    if (held->other != NULL) {
        lanes_free_branches(lanes, lane, held->other);
        held->other = NULL;
    }
}

static enum verdict place(struct lanes *lanes, struct lane *lane, const struct segment *segment,
                          enum segment_origin origin, uint64_t now_ns)
{
    if (segment->sequence <= lane->tip_sequence) {
        return VERDICT_STALE;
    }
    if (segment->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX ||
        !has_room(lanes, lane, segment->encoded.size, origin)) {
        return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
    }
    if (segment->sequence == lane->tip_sequence + 1 &&
        !digest_is_equal(&segment->previous, &lane->tip)) {
        return VERDICT_EQUIVOCATION; /* of the client: it does not go on from what is decided */
    }
    struct digest digest;
    lane_digest_next(&segment->previous, segment->body, &digest);
    if (choose(lane, segment->sequence, &digest) != NULL) {
        return VERDICT_DUPLICATE;
    }
    bool is_new_branch = lanes_held(lane, segment->sequence) != NULL;
    if (is_new_branch && (origin == SEGMENT_FROM_CLIENT || origin == SEGMENT_PASSED_ON)) {
        return VERDICT_EQUIVOCATION; /* of the client; the first stays */
    }
    /* The first of a session is always verified: lanes that nobody could order would fill the
     * limits. */
    bool is_verified = false;
    if (origin == SEGMENT_PASSED_ON || origin == SEGMENT_NAMED ||
        (segment->sequence == 1 && origin == SEGMENT_FROM_CLIENT)) {
        if (!verify_segment(lanes, &segment->lane, segment->sequence, &digest,
                            &segment->signature)) {
            return VERDICT_BAD_AUTHENTICATION;
        }
        is_verified = true;
    }
    if (!hold(lanes, lane, segment, &digest, is_verified, now_ns)) {
        return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
    }
    struct held_segment *first = lanes_held(lane, segment->sequence);
    ASSERT(first != NULL);
    limit_branches(lanes, lane, first);
    if (origin != SEGMENT_RESTORED) {
        struct effect effect = {
            .kind = EFFECT_PERSIST_SEGMENT, .segment = segment, .digest = &digest};
        lanes->effects.emit(lanes->effects.context, &effect);
    }
    return VERDICT_ACCEPTED;
}

enum verdict lanes_take(struct lanes *lanes, const struct segment *segment,
                        enum segment_origin origin, uint64_t now_ns)
{
    uint32_t client = lanes_find_client(lanes, &segment->lane.client);
    if (client == LANES_NO_CLIENT && origin == SEGMENT_RESTORED) {
        client = lanes_add_client(lanes, &segment->lane.client);
    }
    if (client == LANES_NO_CLIENT ||
        (!lanes->clients[client].may_send && origin == SEGMENT_FROM_CLIENT)) {
        return VERDICT_UNKNOWN_SENDER;
    }
    if (lanes_is_over(lanes, &segment->lane)) {
        return refuse(lanes, origin, segment, EFFECT_SESSION_GONE, VERDICT_STALE);
    }
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane == NULL) {
        bool has_place = origin == SEGMENT_RESTORED
                             ? lanes_has_restoring_room(lanes, client)
                             : lanes_make_room(lanes, client, segment->lane.session, origin);
        if (segment->sequence > LANE_SEGMENTS_MAX || !has_place) {
            return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
        }
        lane = lanes_add(lanes, &segment->lane, client);
    }
    enum verdict verdict = place(lanes, lane, segment, origin, now_ns);
    if (!lane->is_decided && lane->pending_count == 0) {
        lanes_remove(lanes, lane);
    }
    return verdict;
}

bool lanes_take_certified(struct lanes *lanes, const struct segment *segment,
                          const struct digest *digest, uint64_t now_ns)
{
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane == NULL) {
        uint32_t client = lanes_add_client(lanes, &segment->lane.client);
        if (client == LANES_NO_CLIENT) {
            return false;
        }
        if (lanes_count_of(&lanes->clients[client]) >= LANES_PER_CLIENT) {
            lanes_drop_an_undecided(lanes, client);
        }
        lane = lanes_add(lanes, &segment->lane, client);
    }
    if (segment->sequence <= lane->tip_sequence ||
        segment->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX) {
        return false;
    }
    if (choose(lane, segment->sequence, digest) != NULL) {
        return true;
    }
    if (!hold(lanes, lane, segment, digest, true, now_ns)) {
        return false;
    }
    struct effect effect = {.kind = EFFECT_PERSIST_SEGMENT, .segment = segment, .digest = digest};
    lanes->effects.emit(lanes->effects.context, &effect);
    return true;
}

bool lanes_has_ready(const struct lanes *lanes)
{
    for (uint32_t i = 0; i < lanes->active_count; i++) {
        const struct lane *lane = &lanes->slots[lanes->active[i]];
        if (lanes_held(lane, lane->tip_sequence + 1) != NULL) {
            return true;
        }
    }
    return false;
}

/* The segment of a place that goes on from `previous`, put in front; NULL if none does. */
static struct held_segment *choose_after(struct lane *lane, uint64_t sequence,
                                         const struct digest *previous)
{
    for (struct held_segment *held = lanes_held(lane, sequence); held != NULL; held = held->other) {
        if (digest_is_equal(&held->previous, previous)) {
            return choose(lane, sequence, &held->digest);
        }
    }
    return NULL;
}

uint64_t lanes_contiguous(struct lanes *lanes, struct lane *lane, const struct lane_tip *base)
{
    struct digest previous = base->digest;
    uint64_t sequence = base->sequence;
    for (;;) {
        const struct held_segment *held = choose_after(lane, sequence + 1, &previous);
        if (held == NULL) {
            break;
        }
        previous = held->digest;
        sequence++;
    }
    /* What does not go on from the decided tip never will. (From an order that may yet be
     * abandoned it is another matter.) */
    while (sequence == lane->tip_sequence && lanes_held(lane, sequence + 1) != NULL) {
        drop_held(lanes, lane, lanes_held(lane, sequence + 1));
    }
    return sequence;
}

bool lanes_verify(struct lanes *lanes, struct lane *lane, const struct lane_tip *base,
                  uint64_t sequence)
{
    struct held_segment *held = lanes_held(lane, sequence);
    ASSERT(held != NULL);
    if (!held->is_verified &&
        !verify_segment(lanes, &lane->id, sequence, &held->digest, &held->signature)) {
        return false;
    }
    for (uint64_t i = base->sequence + 1; i <= sequence; i++) { /* it covers its chain */
        held = lanes_held(lane, i);
        ASSERT(held != NULL);
        held->is_verified = true;
    }
    return true;
}

void lanes_segment(const struct lane *lane, const struct held_segment *held,
                   struct segment *segment)
{
    *segment = (struct segment){.lane = lane->id,
                                .sequence = held->sequence,
                                .previous = held->previous,
                                .body = slice_of(held->bytes + held->body_offset, held->body_size),
                                .signature = held->signature,
                                .encoded = slice_of(held->bytes, held->encoded_size)};
}
