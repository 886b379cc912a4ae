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

static uint32_t lane_count(const struct lane_client *client)
{
    return client->decided_count + client->undecided_count;
}

bool lanes_is_over(struct lanes *lanes, const struct lane_id *id)
{
    uint32_t client = find_client(lanes, &id->client);
    if (client == NO_CLIENT) {
        return false;
    }
    const struct lane_client *owner = &lanes->clients[client];
    const struct lane *lane = lanes_find(lanes, id);
    if (id->session <= owner->floor || (lane != NULL && lane->is_decided) ||
        (owner->decided_count < SESSIONS_PER_CLIENT_MAX && lanes->decided_count < LANES_MAX)) {
        return id->session <= owner->floor;
    }
    for (uint32_t i = 0; i < lane_count(owner); i++) {
        const struct lane *other = &lanes->slots[owner->slots[i]];
        if (other->is_decided && other->id.session < id->session) {
            return false; /* which would make room */
        }
    }
    return true; /* older than all that are kept */
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

/* Never decided, or not this one: forgets a list of branches. */
static void free_branches(struct lanes *lanes, struct lane *lane, struct held_segment *held)
{
    while (held != NULL) {
        struct held_segment *next = held->other;
        struct effect effect = {.kind = EFFECT_FORGET_SEGMENT, .digest = &held->digest};
        lanes->effects.emit(lanes->effects.context, &effect);
        count_pending(lanes, lane, held, false);
        pool_free(&lanes->pool, held);
        held = next;
    }
}

/* What is in front at its place goes; another branch comes in front. */
static void drop_held(struct lanes *lanes, struct lane *lane, struct held_segment *held)
{
    lane->pending[held->sequence % LANE_SEGMENTS_MAX] = held->other;
    held->other = NULL;
    free_branches(lanes, lane, held);
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

static void drop_all(struct lanes *lanes, struct lane *lane)
{
    for (size_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
        free_branches(lanes, lane, lane->pending[i]);
        lane->pending[i] = NULL;
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
    drop_all(lanes, lane);
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

/* Undecided lanes whose session can no longer be decided go, with what they hold. */
static void drop_over(struct lanes *lanes, uint32_t client)
{
    const struct lane_client *owner = &lanes->clients[client];
    for (uint32_t i = lane_count(owner); i > 0; i--) { /* removing puts the last one in its place */
        struct lane *lane = &lanes->slots[owner->slots[i - 1]];
        if (!lane->is_decided && lanes_is_over(lanes, &lane->id)) {
            remove_lane(lanes, lane);
        }
    }
}

/* A new session of a client that already has as many undecided ones as it may: one that has nothing
 * to offer makes room, or the one with the highest number if that is higher. So replicas that took
 * in different ones first end with the same, the lowest; else none could hold what another names,
 * and all would stand still. Peers may pass on as many again, because orders may name them. */
static bool make_room(struct lanes *lanes, uint32_t client, uint64_t session,
                      enum segment_origin origin)
{
    const struct lane_client *owner = &lanes->clients[client];
    uint32_t factor = origin == SEGMENT_FROM_CLIENT ? 1 : 2;
    if (owner->undecided_count < factor * LANES_UNDECIDED_MAX &&
        (lanes->undecided_count < factor * LANES_UNDECIDED_ALL ||
         owner->undecided_count < LANES_UNDECIDED_MIN)) {
        return true;
    }
    struct lane *victim = NULL;
    for (uint32_t i = 0; i < lane_count(owner); i++) {
        struct lane *lane = &lanes->slots[owner->slots[i]];
        if (lane->is_decided) {
            continue;
        }
        if (lanes_held(lane, 1) == NULL) {
            victim = lane;
            break;
        }
        uint64_t highest = victim == NULL ? session : victim->id.session;
        victim = lane->id.session > highest ? lane : victim;
    }
    if (victim == NULL) {
        return false;
    }
    remove_lane(lanes, victim);
    return true;
}

/* Before a restart a client may have had more: what was held then is held again. */
static bool has_restoring_room(const struct lanes *lanes, uint32_t client)
{
    return lane_count(&lanes->clients[client]) < LANES_PER_CLIENT &&
           lanes->undecided_count < 2 * LANES_UNDECIDED_ALL;
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
               lanes->pool.used + 2 * size <= SEGMENT_POOL_BYTES / 4 * 3;
    case SEGMENT_NAMED:
    case SEGMENT_CHAINED:
        return client_bytes <= (uint64_t)2 * CLIENT_BYTES_MAX;
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
    count_pending(lanes, lane, held, true);
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
        free_branches(lanes, lane, held->other);
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
    uint32_t client = find_client(lanes, &segment->lane.client);
    if (client == NO_CLIENT && origin == SEGMENT_RESTORED) {
        client = find_or_add_client(lanes, &segment->lane.client);
    }
    if (client == NO_CLIENT ||
        (!lanes->clients[client].may_send && origin == SEGMENT_FROM_CLIENT)) {
        return VERDICT_UNKNOWN_SENDER;
    }
    if (lanes_is_over(lanes, &segment->lane)) {
        return refuse(lanes, origin, segment, EFFECT_SESSION_GONE, VERDICT_STALE);
    }
    struct lane *lane = lanes_find(lanes, &segment->lane);
    if (lane == NULL) {
        bool has_place = origin == SEGMENT_RESTORED
                             ? has_restoring_room(lanes, client)
                             : make_room(lanes, client, segment->lane.session, origin);
        if (segment->sequence > LANE_SEGMENTS_MAX || !has_place) {
            return refuse(lanes, origin, segment, EFFECT_BUSY, VERDICT_OVER_LIMIT);
        }
        lane = add_lane(lanes, &segment->lane, client);
    }
    enum verdict verdict = place(lanes, lane, segment, origin, now_ns);
    if (!lane->is_decided && lane->pending_count == 0) {
        remove_lane(lanes, lane);
    }
    return verdict;
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

/* A session becomes part of the replicated state; the oldest of its client may have to go: in the
 * worst case this very one, after its order. */
static void admit_session(struct lanes *lanes, struct lane *lane, struct lane_id *evicted,
                          size_t *evicted_count)
{
    uint32_t index = lane->client;
    struct lane_client *client = &lanes->clients[index];
    lane->is_decided = true;
    client->undecided_count--;
    lanes->undecided_count--;
    client->decided_count++;
    lanes->decided_count++;
    if (client->decided_count > SESSIONS_PER_CLIENT_MAX || lanes->decided_count > LANES_MAX) {
        struct lane *oldest = lane;
        for (uint32_t i = 0; i < lane_count(client); i++) {
            struct lane *other = &lanes->slots[client->slots[i]];
            if (other->is_decided && other->id.session < oldest->id.session) {
                oldest = other;
            }
        }
        client->floor = oldest->id.session;
        evicted[(*evicted_count)++] = oldest->id;
        remove_lane(lanes, oldest); /* may move `lane` to another slot */
    }
    drop_over(lanes, index);
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
    ASSERT(tip->sequence > lane->tip_sequence);
    for (uint64_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
        struct held_segment *held = lane->pending[i];
        if (held != NULL && held->sequence <= tip->sequence) {
            lane->pending[i] = NULL;
            free_branches(lanes, lane, held->other);
            held->other = NULL;
            count_pending(lanes, lane, held, false);
        }
    }
    lane->tip_sequence = tip->sequence;
    lane->tip = tip->digest;
    if (!lane->is_decided) {
        admit_session(lanes, lane, evicted, evicted_count);
    }
    return true;
}

void lanes_restore_tip(struct lanes *lanes, const struct lane_tip *tip)
{
    struct lane_id evicted[1];
    size_t evicted_count = 0;
    bool is_decided = lanes_decide(lanes, tip, evicted, &evicted_count);
    ASSERT(is_decided && evicted_count == 0);
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
            for (const struct held_segment *held = lane->pending[i]; held != NULL;
                 held = held->other) {
                ASSERT(held->sequence % LANE_SEGMENTS_MAX == i);
                ASSERT(lanes_held(lane, held->sequence) == lane->pending[i]);
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
