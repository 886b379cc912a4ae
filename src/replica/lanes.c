/* lanes.c - see lanes.h. */
#include "replica/lanes.h"

#include "base/assert.h"
#include "wire/digests.h"

#define NO_CLIENT UINT32_MAX

size_t lanes_pool_memory(void)
{
    return pool_memory_size(SEGMENT_POOL_BYTES);
}

static uint32_t find_client(const struct lanes *lanes, const struct public_key *key)
{
    for (uint32_t i = 0; i < lanes->client_count; i++) {
        if (public_key_is_equal(&lanes->clients[i].key, key)) {
            return i;
        }
    }
    return NO_CLIENT;
}

static uint32_t find_or_add_client(struct lanes *lanes, const struct public_key *key)
{
    uint32_t client = find_client(lanes, key);
    if (client == NO_CLIENT && lanes->client_count < LANE_CLIENTS_MAX) {
        client = lanes->client_count++;
        lanes->clients[client] = (struct lane_client){.key = *key};
    }
    return client;
}

void lanes_init(struct lanes *lanes, const struct digest *genesis,
                const struct authority *authority, const struct effects *effects,
                const struct public_key *clients, size_t client_count, void *pool_memory)
{
    ASSERT(client_count <= CLIENTS_MAX);
    lanes->genesis = *genesis;
    lanes->authority = *authority;
    lanes->effects = *effects;
    for (size_t i = 0; i < client_count; i++) {
        uint32_t client = find_or_add_client(lanes, &clients[i]);
        lanes->clients[client].may_send = true;
    }
    pool_init(&lanes->pool, pool_memory, SEGMENT_POOL_BYTES);
}

static uint32_t slot_start(const struct lane_id *id)
{
    uint64_t mixed = get_u64(id->client.bytes) ^ (id->session * UINT64_C(0x9e3779b97f4a7c15));
    mixed = (mixed ^ (mixed >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(mixed >> 32) % LANE_SLOTS;
}

struct lane *lanes_find(struct lanes *lanes, const struct lane_id *id)
{
    uint32_t slot = slot_start(id);
    while (lanes->slots[slot].is_used) {
        if (lane_id_is_equal(&lanes->slots[slot].id, id)) {
            return &lanes->slots[slot];
        }
        slot = (slot + 1) % LANE_SLOTS;
    }
    return NULL;
}

void lanes_decided_tip(struct lanes *lanes, const struct lane_id *id, struct lane_tip *tip)
{
    const struct lane *lane = lanes_find(lanes, id);
    tip->lane = *id;
    if (lane != NULL) {
        tip->sequence = lane->tip_sequence;
        tip->digest = lane->tip;
        return;
    }
    tip->sequence = 0;
    lane_digest_zero(&lanes->genesis, id, &tip->digest);
}

bool lanes_is_over(struct lanes *lanes, const struct lane_id *id)
{
    uint32_t client = find_client(lanes, &id->client);
    return client != NO_CLIENT && id->session <= lanes->clients[client].floor;
}

static uint32_t lane_count(const struct lane_client *client)
{
    return client->decided_count + client->undecided_count;
}

static struct lane *add_lane(struct lanes *lanes, const struct lane_id *id, uint32_t client)
{
    ASSERT(lane_count(&lanes->clients[client]) < LANES_PER_CLIENT);
    uint32_t slot = slot_start(id);
    while (lanes->slots[slot].is_used) {
        slot = (slot + 1) % LANE_SLOTS;
    }
    struct lane *lane = &lanes->slots[slot];
    memset(lane, 0, sizeof *lane);
    lane->is_used = true;
    lane->id = *id;
    lane->client = client;
    lane_digest_zero(&lanes->genesis, id, &lane->tip);
    struct lane_client *owner = &lanes->clients[client];
    owner->slots[lane_count(owner)] = slot;
    owner->undecided_count++;
    lanes->undecided_count++;
    return lane;
}

struct held_segment *lanes_held(const struct lane *lane, uint64_t sequence)
{
    if (sequence <= lane->tip_sequence || sequence - lane->tip_sequence > LANE_SEGMENTS_MAX) {
        return NULL;
    }
    return lane->pending[sequence % LANE_SEGMENTS_MAX];
}

static void count_pending(struct lanes *lanes, struct lane *lane, const struct held_segment *held,
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

static void drop_held(struct lanes *lanes, struct lane *lane, struct held_segment *held)
{
    struct effect effect = {.kind = EFFECT_FORGET_SEGMENT, .digest = &held->digest};
    lanes->effects.emit(lanes->effects.context, &effect);
    lane->pending[held->sequence % LANE_SEGMENTS_MAX] = NULL;
    count_pending(lanes, lane, held, false);
    pool_free(&lanes->pool, held);
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

/* A lane of `client` moved from slot `from` to slot `to`, or is gone (`to` = its last one). */
static void replace_slot(struct lane_client *client, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < LANES_PER_CLIENT; i++) {
        if (client->slots[i] == from) {
            client->slots[i] = to;
            return;
        }
    }
    ASSERT(false);
}

/* Open addressing without tombstones: later entries of the run move up into the hole. */
static void remove_lane(struct lanes *lanes, struct lane *lane)
{
    lanes_drop_from(lanes, lane, 0);
    struct lane_client *client = &lanes->clients[lane->client];
    uint32_t hole = (uint32_t)(lane - lanes->slots);
    replace_slot(client, hole, client->slots[lane_count(client) - 1]);
    client->slots[lane_count(client) - 1] = LANE_SLOTS; /* none */
    if (lane->is_decided) {
        client->decided_count--;
        lanes->decided_count--;
    } else {
        client->undecided_count--;
        lanes->undecided_count--;
    }
    lane->is_used = false;
    uint32_t next = hole;
    for (;;) {
        next = (next + 1) % LANE_SLOTS;
        struct lane *moved = &lanes->slots[next];
        if (!moved->is_used) {
            return;
        }
        uint32_t distance_home = (next + LANE_SLOTS - slot_start(&moved->id)) % LANE_SLOTS;
        uint32_t distance_hole = (next + LANE_SLOTS - hole) % LANE_SLOTS;
        if (distance_home < distance_hole) {
            continue;
        }
        lanes->slots[hole] = *moved;
        moved->is_used = false;
        replace_slot(&lanes->clients[moved->client], next, hole);
        if (lanes->slots[hole].pending_count > 0) {
            lanes->active[lanes->slots[hole].active_index] = hole;
        }
        hole = next;
    }
}

/* A new session of a client that already has as many undecided ones as it may: the one that has
 * nothing to offer makes room. */
static bool make_room(struct lanes *lanes, uint32_t client)
{
    const struct lane_client *owner = &lanes->clients[client];
    if (owner->undecided_count < LANES_UNDECIDED_MAX &&
        lanes->undecided_count < LANES_UNDECIDED_ALL) {
        return true;
    }
    for (uint32_t i = 0; i < lane_count(owner); i++) {
        struct lane *lane = &lanes->slots[owner->slots[i]];
        if (!lane->is_decided && lanes_held(lane, 1) == NULL) {
            remove_lane(lanes, lane);
            return true;
        }
    }
    return false;
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

/* Is there room for it by the limits of its lane and client, and in the pool? Peers and the ledger
 * may use what clients may not: an order names it, or will. */
static bool has_room(const struct lanes *lanes, const struct lane *lane, size_t size,
                     enum segment_origin origin)
{
    if (origin != SEGMENT_FROM_CLIENT) {
        return true;
    }
    return lane->pending_bytes + size <= LANE_BYTES_MAX &&
           lanes->clients[lane->client].pending_bytes + size <= CLIENT_BYTES_MAX &&
           lanes->pool.used + 2 * size <= SEGMENT_POOL_BYTES / 4 * 3;
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
    lane->pending[held->sequence % LANE_SEGMENTS_MAX] = held;
    count_pending(lanes, lane, held, true);
    return true;
}

static enum verdict place(struct lanes *lanes, struct lane *lane, const struct segment *segment,
                          enum segment_origin origin, bool may_replace, uint64_t now_ns)
{
    if (segment->sequence <= lane->tip_sequence) {
        return VERDICT_STALE;
    }
    if (segment->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX ||
        !has_room(lanes, lane, segment->encoded.size, origin)) {
        return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
    }
    struct digest digest;
    lane_digest_next(&segment->previous, segment->body, &digest);
    struct held_segment *held = lanes_held(lane, segment->sequence);
    if (held != NULL && digest_is_equal(&held->digest, &digest)) {
        return VERDICT_DUPLICATE;
    }
    if (held != NULL && !may_replace) {
        return VERDICT_EQUIVOCATION; /* of the client; the first stays */
    }
    bool is_verified = false;
    if (origin == SEGMENT_PASSED_ON) {
        if (!verify_segment(lanes, &segment->lane, segment->sequence, &digest,
                            &segment->signature)) {
            return VERDICT_BAD_AUTHENTICATION;
        }
        is_verified = true;
    }
    if (held != NULL) {
        drop_held(lanes, lane, held);
    }
    if (!hold(lanes, lane, segment, &digest, is_verified, now_ns)) {
        return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
    }
    if (origin != SEGMENT_RESTORED) {
        struct effect effect = {
            .kind = EFFECT_PERSIST_SEGMENT, .segment = segment, .digest = &digest};
        lanes->effects.emit(lanes->effects.context, &effect);
    }
    return VERDICT_ACCEPTED;
}

enum verdict lanes_take(struct lanes *lanes, const struct segment *segment,
                        enum segment_origin origin, bool may_replace, uint64_t now_ns)
{
    uint32_t client = find_client(lanes, &segment->lane.client);
    if (client == NO_CLIENT && origin == SEGMENT_RESTORED) {
        client = find_or_add_client(lanes, &segment->lane.client);
    }
    if (client == NO_CLIENT ||
        (!lanes->clients[client].may_send && origin == SEGMENT_FROM_CLIENT)) {
        return VERDICT_UNKNOWN_SENDER;
    }
    if (segment->lane.session <= lanes->clients[client].floor) {
        return refuse(lanes, origin, segment, EFFECT_SESSION_GONE, VERDICT_STALE);
    }
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane == NULL) {
        if (segment->sequence > LANE_SEGMENTS_MAX || !make_room(lanes, client)) {
            return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
        }
        lane = add_lane(lanes, &segment->lane, client);
    }
    return place(lanes, lane, segment, origin, may_replace, now_ns);
}

static void drop_an_undecided(struct lanes *lanes, uint32_t client)
{
    const struct lane_client *owner = &lanes->clients[client];
    for (uint32_t i = 0; i < lane_count(owner); i++) {
        struct lane *lane = &lanes->slots[owner->slots[i]];
        if (!lane->is_decided) {
            remove_lane(lanes, lane);
            return;
        }
    }
    ASSERT(false);
}

bool lanes_take_certified(struct lanes *lanes, const struct segment *segment,
                          const struct digest *digest, uint64_t now_ns)
{
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane == NULL) {
        uint32_t client = find_or_add_client(lanes, &segment->lane.client);
        if (client == NO_CLIENT) {
            return false;
        }
        if (lane_count(&lanes->clients[client]) >= LANES_PER_CLIENT) {
            drop_an_undecided(lanes, client);
        }
        lane = add_lane(lanes, &segment->lane, client);
    }
    if (segment->sequence <= lane->tip_sequence ||
        segment->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX) {
        return false;
    }
    struct held_segment *held = lanes_held(lane, segment->sequence);
    if (held != NULL && digest_is_equal(&held->digest, digest)) {
        return true;
    }
    if (held != NULL) {
        drop_held(lanes, lane, held);
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

uint64_t lanes_contiguous(struct lanes *lanes, struct lane *lane, const struct lane_tip *base)
{
    struct digest previous = base->digest;
    uint64_t sequence = base->sequence;
    for (;;) {
        const struct held_segment *held = lanes_held(lane, sequence + 1);
        if (held == NULL) {
            return sequence;
        }
        if (!digest_is_equal(&held->previous, &previous)) {
            /* Not on this chain. Two segments that do not fit are their client's doing, but if the
             * base is an order that may yet be abandoned, this one may be the right one. */
            if (sequence == lane->tip_sequence) {
                lanes_drop_from(lanes, lane, sequence + 1);
            }
            return sequence;
        }
        previous = held->digest;
        sequence++;
    }
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

/* A session becomes part of the replicated state; the oldest of its client may have to go. */
static bool admit_session(struct lanes *lanes, struct lane *lane, struct lane_id *evicted,
                          size_t *evicted_count)
{
    struct lane_client *client = &lanes->clients[lane->client];
    lane->is_decided = true;
    client->undecided_count--;
    lanes->undecided_count--;
    client->decided_count++;
    lanes->decided_count++;
    if (client->decided_count <= SESSIONS_PER_CLIENT_MAX && lanes->decided_count <= LANES_MAX) {
        return true;
    }
    struct lane *oldest = lane;
    for (uint32_t i = 0; i < lane_count(client); i++) {
        struct lane *other = &lanes->slots[client->slots[i]];
        if (other->is_decided && other->id.session < oldest->id.session) {
            oldest = other;
        }
    }
    client->floor = oldest->id.session;
    bool is_kept = oldest != lane;
    evicted[(*evicted_count)++] = oldest->id; /* also a newcomer that is older than all kept */
    remove_lane(lanes, oldest); /* may move `lane` to another slot */
    return is_kept;
}

bool lanes_decide(struct lanes *lanes, const struct lane_tip *tip, struct lane_id *evicted,
                  size_t *evicted_count)
{
    struct lane *lane = lanes_find(lanes, &tip->lane);
    if (lane == NULL) { /* in a restart the segments are not held: they were applied before */
        uint32_t client = find_or_add_client(lanes, &tip->lane.client);
        if (client == NO_CLIENT || tip->lane.session <= lanes->clients[client].floor) {
            return false;
        }
        /* The undecided ones of this client are no part of the state and must not be in the way. */
        if (lane_count(&lanes->clients[client]) >= LANES_PER_CLIENT) {
            drop_an_undecided(lanes, client);
        }
        lane = add_lane(lanes, &tip->lane, client);
    }
    if (!lane->is_decided) {
        if (!admit_session(lanes, lane, evicted, evicted_count)) {
            return false;
        }
        lane = lanes_find(lanes, &tip->lane);
        ASSERT(lane != NULL);
    }
    ASSERT(tip->sequence > lane->tip_sequence);
    for (uint64_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
        struct held_segment *held = lane->pending[i];
        if (held != NULL && held->sequence <= tip->sequence) {
            lane->pending[i] = NULL;
            count_pending(lanes, lane, held, false);
        }
    }
    lane->tip_sequence = tip->sequence;
    lane->tip = tip->digest;
    return true;
}

void lanes_restore_tip(struct lanes *lanes, const struct lane_tip *tip)
{
    struct lane_id evicted[1];
    size_t evicted_count = 0;
    bool is_kept = lanes_decide(lanes, tip, evicted, &evicted_count);
    ASSERT(is_kept && evicted_count == 0);
}

void lanes_restore_floor(struct lanes *lanes, const struct public_key *client, uint64_t session)
{
    uint32_t index = find_or_add_client(lanes, client);
    ASSERT(index != NO_CLIENT);
    lanes->clients[index].floor = session;
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

void lanes_check(const struct lanes *lanes, bool deep)
{
    ASSERT(lanes->active_count <= lanes->decided_count + lanes->undecided_count);
    ASSERT(lanes->decided_count <= LANES_MAX);
    if (!deep) {
        return;
    }
    pool_check(&lanes->pool);
    uint64_t segments = 0;
    uint64_t bytes = 0;
    uint32_t used = 0;
    for (uint32_t slot = 0; slot < LANE_SLOTS; slot++) {
        const struct lane *lane = &lanes->slots[slot];
        if (!lane->is_used) {
            continue;
        }
        used++;
        ASSERT(lane->is_decided == (lane->tip_sequence > 0));
        uint32_t count = 0;
        for (uint64_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
            const struct held_segment *held = lane->pending[i];
            if (held != NULL) {
                ASSERT(held->sequence % LANE_SEGMENTS_MAX == i);
                ASSERT(lanes_held(lane, held->sequence) == held);
                count++;
                bytes += held->encoded_size;
            }
        }
        ASSERT(count == lane->pending_count);
        ASSERT(count == 0 || lanes->active[lane->active_index] == slot);
        segments += count;
    }
    ASSERT(used == lanes->decided_count + lanes->undecided_count &&
           segments == lanes->pending_segments && bytes == lanes->pending_bytes);
}
