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
    uint64_t gap_bytes = held->is_chained ? 0 : lanes_gap_bytes(held->encoded_size);
    if (is_added) {
        if (lane->pending_count++ == 0) {
            lane->active_index = lanes->active_count;
            lanes->active[lanes->active_count++] = slot;
        }
        lane->pending_bytes += held->encoded_size;
        lanes->clients[lane->client].pending_bytes += held->encoded_size;
        lanes->clients[lane->client].gap_bytes += gap_bytes;
        lanes->pending_bytes += held->encoded_size;
        lanes->pending_segments++;
        return;
    }
    lane->pending_bytes -= held->encoded_size;
    lanes->clients[lane->client].pending_bytes -= held->encoded_size;
    lanes->clients[lane->client].gap_bytes -= gap_bytes;
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

/* Whole places: where a branch goes on, the others beside it stay too. */
void lanes_drop_unchained(struct lanes *lanes, struct lane *lane)
{
    for (size_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
        bool is_chained = false;
        for (const struct held_segment *held = lane->pending[i]; held != NULL; held = held->other) {
            is_chained = is_chained || held->is_chained;
        }
        if (!is_chained) {
            lanes_free_branches(lanes, lane, lane->pending[i]);
            lane->pending[i] = NULL;
        }
    }
}

/* Does a segment of this place go on from what is held, down to the decided tip? */
static bool is_chained(const struct lane *lane, uint64_t sequence, const struct digest *previous)
{
    if (sequence == lane->tip_sequence + 1) {
        return digest_is_equal(previous, &lane->tip);
    }
    const struct held_segment *held = lanes_held(lane, sequence - 1);
    while (held != NULL && !(held->is_chained && digest_is_equal(&held->digest, previous))) {
        held = held->other;
    }
    return held != NULL;
}

/* A gap may have been filled at `sequence`: what goes on from there is chained too. */
static void chain_up(struct lanes *lanes, struct lane *lane, uint64_t sequence)
{
    bool has_more = true;
    while (has_more) {
        has_more = false;
        sequence++;
        for (struct held_segment *held = lanes_held(lane, sequence); held != NULL;
             held = held->other) {
            if (!held->is_chained && is_chained(lane, sequence, &held->previous)) {
                held->is_chained = true;
                lanes->clients[lane->client].gap_bytes -= lanes_gap_bytes(held->encoded_size);
                has_more = true;
            }
        }
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

/* Is there room in the pool? What can be ordered pushes out what cannot. */
static bool has_memory(struct lanes *lanes, size_t size, bool is_orderable)
{
    size_t const limit = (size_t)SEGMENT_POOL_BYTES / 4 * 3;
    if (lanes->pool.used + 2 * size > limit && is_orderable) {
        lanes_drop_gaps(lanes);
    }
    return lanes->pool.used + 2 * size <= limit;
}

/* Is there room for it by the limits of its lane and client, and in the pool? What an order names
 * may use more, and what one named before a restart has what it had. */
static bool has_room(struct lanes *lanes, const struct lane *lane, const struct segment *segment,
                     enum segment_origin origin)
{
    const struct lane_client *client = &lanes->clients[lane->client];
    size_t size = segment->encoded.size;
    uint64_t bytes = client->pending_bytes + size;
    bool is_orderable = is_chained(lane, segment->sequence, &segment->previous);
    uint64_t gap_bytes = is_orderable ? 0 : client->gap_bytes + lanes_gap_bytes(size);
    switch (origin) {
    case SEGMENT_FROM_CLIENT:
    case SEGMENT_PASSED_ON:
    case SEGMENT_RESTORED:
        return lane->pending_bytes + size <= LANE_BYTES_MAX && bytes <= CLIENT_BYTES_MAX &&
               gap_bytes <= CLIENT_GAP_BYTES_MAX && has_memory(lanes, size, is_orderable);
    case SEGMENT_NAMED: /* from the end on: each shows what the one before is */
    case SEGMENT_CHAINED:
        return bytes <= UINT64_C(2) * CLIENT_BYTES_MAX;
    case SEGMENT_KEPT:
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
    held->named_view = 0;
    held->encoded_size = (uint32_t)segment->encoded.size;
    held->body_offset = (uint32_t)(segment->body.data - segment->encoded.data);
    held->body_size = (uint32_t)segment->body.size;
    held->is_verified = is_verified;
    held->is_chained = is_chained(lane, segment->sequence, &segment->previous);
    held->is_passed_on = false;
    memcpy(held->bytes, segment->encoded.data, segment->encoded.size);
    struct held_segment **place = &lane->pending[held->sequence % LANE_SEGMENTS_MAX];
    held->other = *place;
    *place = held;
    lanes_count_pending(lanes, lane, held, true);
    if (held->is_chained) {
        chain_up(lanes, lane, held->sequence);
    }
    return true;
}

/* The segment with this digest at its place; NULL if not held. */
static struct held_segment *find_branch(const struct lane *lane, uint64_t sequence,
                                        const struct digest *digest)
{
    struct held_segment *held = lanes_held(lane, sequence);
    while (held != NULL && !digest_is_equal(&held->digest, digest)) {
        held = held->other;
    }
    return held;
}

/* The same, put in front of other branches. */
static struct held_segment *choose(struct lane *lane, uint64_t sequence,
                                   const struct digest *digest)
{
    struct held_segment *chosen = find_branch(lane, sequence, digest);
    if (chosen == NULL) {
        return NULL;
    }
    struct held_segment **first = &lane->pending[sequence % LANE_SEGMENTS_MAX];
    struct held_segment **link = first;
    while (*link != chosen) {
        link = &(*link)->other;
    }
    *link = chosen->other;
    chosen->other = *first;
    *first = chosen;
    return chosen;
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

void lanes_name(struct lanes *lanes, const struct lane_tip *tip, view_nr view)
{
    struct lane *lane = lanes_find(lanes, &tip->lane);
    if (lane == NULL) {
        return;
    }
    lane->named_view = view > lane->named_view ? view : lane->named_view;
    struct digest digest = tip->digest;
    uint64_t sequence = tip->sequence;
    struct held_segment *held = find_branch(lane, sequence, &digest);
    while (held != NULL) { /* all of its branch, down to the decided tip */
        held->named_view = view > held->named_view ? view : held->named_view;
        digest = held->previous;
        sequence--;
        held = find_branch(lane, sequence, &digest);
    }
}

void lanes_want(struct lanes *lanes, const struct order *order)
{
    lanes->wanted_view = order->view;
    for (size_t i = 0; i < order->tip_count; i++) {
        struct lane *lane = lanes_find(lanes, &order->tips[i].lane);
        if (lane != NULL) {
            lane->wanted_view = order->view;
        }
    }
}

/* Of the branches at one place at most so many are held, the ones asked for last; and those that an
 * open order needs. */
static void limit_branches(struct lanes *lanes, struct lane *lane, struct held_segment *first)
{
    size_t count = 1;
    struct held_segment **link = &first->other;
    while (*link != NULL) {
        struct held_segment *held = *link;
        if (count < BRANCHES_MAX || held->named_view > lanes->base_view) {
            count++;
            link = &held->other;
            continue;
        }
        *link = held->other;
        held->other = NULL;
        lanes_free_branches(lanes, lane, held);
    }
}

static enum verdict place(struct lanes *lanes, struct lane *lane, const struct segment *segment,
                          enum segment_origin origin, uint64_t now_ns)
{
    if (segment->sequence <= lane->tip_sequence) {
        return VERDICT_STALE;
    }
    if (segment->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX ||
        !has_room(lanes, lane, segment, origin)) {
        return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
    }
    if (segment->sequence == lane->tip_sequence + 1 &&
        !digest_is_equal(&segment->previous, &lane->tip)) {
        return VERDICT_EQUIVOCATION; /* of the client: it does not go on from what is decided */
    }
    struct digest digest;
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, &digest);
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
    if (origin != SEGMENT_KEPT) { /* which of them are needed shows when all are here */
        limit_branches(lanes, lane, first);
    }
    if (origin != SEGMENT_RESTORED && origin != SEGMENT_KEPT) {
        struct effect effect = {
            .kind = EFFECT_PERSIST_SEGMENT, .segment = segment, .digest = &digest};
        lanes->effects.emit(lanes->effects.context, &effect);
    }
    return VERDICT_ACCEPTED;
}

/* The lane of a segment, made if there is a place for it; NULL if not. */
static struct lane *open_lane(struct lanes *lanes, const struct segment *segment, uint32_t client,
                              enum segment_origin origin)
{
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane != NULL) {
        return lane;
    }
    bool has_place =
        segment->sequence <= LANE_SEGMENTS_MAX &&
        (origin == SEGMENT_KEPT ? lanes_force_room(lanes, client, lanes->base_view)
                                : lanes_make_room(lanes, client, segment->lane.session, origin));
    return has_place ? lanes_add(lanes, &segment->lane, client) : NULL;
}

enum verdict lanes_take(struct lanes *lanes, const struct segment *segment,
                        enum segment_origin origin, uint64_t now_ns)
{
    uint32_t client = lanes_find_client(lanes, &segment->lane.client);
    bool is_known = client != LANES_NO_CLIENT;
    if (is_known ? origin == SEGMENT_FROM_CLIENT && !lanes->clients[client].may_send
                 : origin != SEGMENT_KEPT) {
        return VERDICT_UNKNOWN_SENDER;
    }
    if (lanes_is_over(lanes, &segment->lane)) {
        return refuse(lanes, origin, segment, EFFECT_SESSION_GONE, VERDICT_STALE);
    }
    if (origin == SEGMENT_KEPT) {
        client = lanes_add_client(lanes, &segment->lane.client);
        if (client == LANES_NO_CLIENT ||
            !lanes_force_memory(lanes, &segment->lane, segment->encoded.size, lanes->base_view)) {
            return VERDICT_OVER_LIMIT;
        }
    }
    bool is_needed = origin == SEGMENT_NAMED || origin == SEGMENT_CHAINED;
    if (is_needed) {
        lanes_make_bytes(lanes, client, &segment->lane, segment->encoded.size);
    }
    struct lane *lane = open_lane(lanes, segment, client, origin);
    if (lane == NULL) {
        return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
    }
    lane->wanted_view = is_needed ? lanes->wanted_view : lane->wanted_view;
    enum verdict verdict = place(lanes, lane, segment, origin, now_ns);
    if (!lane->is_decided && lane->pending_count == 0) {
        lanes_remove(lanes, lane);
    }
    return verdict;
}

bool lanes_take_certified(struct lanes *lanes, const struct segment *segment,
                          const struct digest *digest, view_nr view, uint64_t now_ns)
{
    /* It is the next to be decided: orders of lower views never will be. */
    view_nr passed_view = view - 1;
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane == NULL) {
        uint32_t client = lanes_add_client(lanes, &segment->lane.client);
        if (client == LANES_NO_CLIENT || !lanes_force_room(lanes, client, passed_view)) {
            return false;
        }
        lane = lanes_add(lanes, &segment->lane, client);
    }
    if (segment->sequence <= lane->tip_sequence ||
        segment->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX) {
        return false;
    }
    struct lane_tip tip = {.lane = segment->lane, .sequence = segment->sequence, .digest = *digest};
    if (choose(lane, segment->sequence, digest) != NULL) {
        lanes_name(lanes, &tip, view);
        return true;
    }
    if (!lanes_force_memory(lanes, &segment->lane, segment->encoded.size, passed_view)) {
        return false;
    }
    lane = lanes_find(lanes, &segment->lane); /* may have moved */
    ASSERT(lane != NULL);
    if (!hold(lanes, lane, segment, digest, true, now_ns)) {
        return false;
    }
    lanes_name(lanes, &tip, view);
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
    /* What does not go on from the decided tip never will, and its client lied about what follows
     * too. (From an order that may yet be abandoned it is another matter.) */
    if (sequence == lane->tip_sequence && lanes_held(lane, sequence + 1) != NULL) {
        lanes_drop_all(lanes, lane);
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
