/* lanes.c - which lanes there are: clients, sessions, what is decided. The segments that they hold
 * are in lanes_segments.c, who gives way to whom is in lanes_room.c. */
#include "replica/lanes_state.h"

#include "base/assert.h"
#include "wire/digests.h"

size_t lanes_pool_memory(void)
{
    return pool_memory_size(SEGMENT_POOL_BYTES);
}

uint32_t lanes_find_client(const struct lanes *lanes, const struct public_key *key)
{
    for (uint32_t i = 0; i < lanes->client_count; i++) {
        if (public_key_is_equal(&lanes->clients[i].key, key)) {
            return i;
        }
    }
    return LANES_NO_CLIENT;
}

/* Neither configured nor in the replicated state, and not in use: stood in an order once. */
static uint32_t find_idle_client(const struct lanes *lanes)
{
    for (uint32_t i = 0; i < lanes->client_count; i++) {
        const struct lane_client *client = &lanes->clients[i];
        if (!client->may_send && !client->is_decided && lanes_count_of(client) == 0) {
            return i;
        }
    }
    return LANES_NO_CLIENT;
}

uint32_t lanes_add_client(struct lanes *lanes, const struct public_key *key)
{
    uint32_t client = lanes_find_client(lanes, key);
    if (client != LANES_NO_CLIENT) {
        return client;
    }
    client =
        lanes->client_count < LANE_CLIENTS_MAX ? lanes->client_count++ : find_idle_client(lanes);
    if (client != LANES_NO_CLIENT) {
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
        uint32_t client = lanes_add_client(lanes, &clients[i]);
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

uint32_t lanes_count_of(const struct lane_client *client)
{
    return client->decided_count + client->undecided_count;
}

bool lanes_is_over(struct lanes *lanes, const struct lane_id *id)
{
    uint32_t client = lanes_find_client(lanes, &id->client);
    if (client == LANES_NO_CLIENT || !lanes->clients[client].is_decided) {
        return id->session == 0 || lanes->decided_clients >= CLIENTS_EVER_MAX;
    }
    const struct lane_client *owner = &lanes->clients[client];
    const struct lane *lane = lanes_find(lanes, id);
    if (id->session <= owner->floor || (lane != NULL && lane->is_decided) ||
        owner->decided_count < SESSIONS_PER_CLIENT_MAX) {
        return id->session <= owner->floor;
    }
    for (uint32_t i = 0; i < lanes_count_of(owner); i++) {
        const struct lane *other = &lanes->slots[owner->slots[i]];
        if (other->is_decided && other->id.session < id->session) {
            return false; /* which would make room */
        }
    }
    return true; /* older than all that are kept */
}

struct lane *lanes_add(struct lanes *lanes, const struct lane_id *id, uint32_t client)
{
    ASSERT(lanes_count_of(&lanes->clients[client]) < LANES_PER_CLIENT);
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
    owner->slots[lanes_count_of(owner)] = slot;
    owner->undecided_count++;
    lanes->undecided_count++;
    return lane;
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
void lanes_remove(struct lanes *lanes, struct lane *lane)
{
    lanes_drop_all(lanes, lane);
    struct lane_client *client = &lanes->clients[lane->client];
    uint32_t hole = (uint32_t)(lane - lanes->slots);
    replace_slot(client, hole, client->slots[lanes_count_of(client) - 1]);
    client->slots[lanes_count_of(client) - 1] = LANE_SLOTS; /* none */
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
    /* Removing one puts the last one in its place: from the end on. */
    for (uint32_t i = lanes_count_of(owner); i > 0; i--) {
        struct lane *lane = &lanes->slots[owner->slots[i - 1]];
        if (!lane->is_decided && lanes_is_over(lanes, &lane->id)) {
            lanes_remove(lanes, lane);
        }
    }
}

/* From here on the client is part of the replicated state, for ever. */
static void know_client(struct lanes *lanes, uint32_t client)
{
    if (!lanes->clients[client].is_decided) {
        lanes->clients[client].is_decided = true;
        lanes->decided_clients++;
    }
}

void lanes_decide(struct lanes *lanes, const struct lane_tip *tip)
{
    struct lane *lane = lanes_find(lanes, &tip->lane);
    if (lane == NULL) { /* in a restart the segments are not held: they were applied before */
        uint32_t client = lanes_add_client(lanes, &tip->lane.client);
        ASSERT(client != LANES_NO_CLIENT);
        /* The undecided ones of this client are no part of the state and must not be in the way. */
        bool has_room = lanes_force_room(lanes, client, lanes->base_view);
        ASSERT(has_room);
        lane = lanes_add(lanes, &tip->lane, client);
    }
    ASSERT(tip->sequence > lane->tip_sequence);
    for (uint64_t i = 0; i < LANE_SEGMENTS_MAX; i++) {
        struct held_segment *held = lane->pending[i];
        if (held != NULL && held->sequence <= tip->sequence) {
            lane->pending[i] = NULL;
            lanes_free_branches(lanes, lane, held->other);
            held->other = NULL;
            lanes_count_pending(lanes, lane, held, false);
        }
    }
    lane->tip_sequence = tip->sequence;
    lane->tip = tip->digest;
    if (!lane->is_decided) {
        struct lane_client *client = &lanes->clients[lane->client];
        lane->is_decided = true;
        client->is_touched = true;
        client->undecided_count--;
        lanes->undecided_count--;
        client->decided_count++;
        lanes->decided_count++;
        know_client(lanes, lane->client);
    }
}

static void evict_lowest(struct lanes *lanes, uint32_t index, struct lane_id *evicted,
                         size_t *evicted_count)
{
    struct lane_client *client = &lanes->clients[index];
    struct lane *lowest = NULL;
    for (uint32_t i = 0; i < lanes_count_of(client); i++) {
        struct lane *lane = &lanes->slots[client->slots[i]];
        if (lane->is_decided && (lowest == NULL || lane->id.session < lowest->id.session)) {
            lowest = lane;
        }
    }
    /* Not more go than are new: before the order no limit was passed. */
    ASSERT(lowest != NULL && *evicted_count < TIPS_PER_ORDER_MAX);
    client->floor = lowest->id.session;
    evicted[(*evicted_count)++] = lowest->id;
    lanes_remove(lanes, lowest);
}

/* By keys and not by places in the table, which depend on the group file. */
static uint32_t find_busiest(const struct lanes *lanes)
{
    uint32_t busiest = 0;
    for (uint32_t i = 1; i < lanes->client_count; i++) {
        const struct lane_client *client = &lanes->clients[i];
        const struct lane_client *other = &lanes->clients[busiest];
        if (client->decided_count > other->decided_count ||
            (client->decided_count == other->decided_count &&
             public_key_compare(&client->key, &other->key) < 0)) {
            busiest = i;
        }
    }
    return busiest;
}

void lanes_end_order(struct lanes *lanes, view_nr view, struct lane_id *evicted,
                     size_t *evicted_count)
{
    lanes->base_view = view;
    bool has_new = false;
    for (uint32_t i = 0; i < lanes->client_count; i++) {
        const struct lane_client *client = &lanes->clients[i];
        has_new = has_new || client->is_touched;
        while (client->is_touched && client->decided_count > SESSIONS_PER_CLIENT_MAX) {
            evict_lowest(lanes, i, evicted, evicted_count);
        }
    }
    if (!has_new) {
        return;
    }
    while (lanes->decided_count > LANES_MAX) {
        uint32_t busiest = find_busiest(lanes);
        evict_lowest(lanes, busiest, evicted, evicted_count);
        lanes->clients[busiest].is_touched = true;
    }
    for (uint32_t i = 0; i < lanes->client_count; i++) {
        struct lane_client *client = &lanes->clients[i];
        if (client->is_touched || !client->is_decided) { /* the others stand where they stood */
            drop_over(lanes, i);
        }
        client->is_touched = false;
    }
}

void lanes_restore_tip(struct lanes *lanes, const struct lane_tip *tip)
{
    lanes_decide(lanes, tip);
}

void lanes_restore_floor(struct lanes *lanes, const struct public_key *client, uint64_t session)
{
    uint32_t index = lanes_add_client(lanes, client);
    ASSERT(index != LANES_NO_CLIENT);
    lanes->clients[index].floor = session;
    know_client(lanes, index);
}

void lanes_check(const struct lanes *lanes, bool deep)
{
    ASSERT(lanes->active_count <= lanes->decided_count + lanes->undecided_count);
    ASSERT(lanes->undecided_count <= LANES_UNDECIDED_CAP);
    ASSERT(lanes->decided_count <= LANES_MAX);
    if (!deep) {
        return;
    }
    pool_check(&lanes->pool);
    uint64_t segments = 0;
    uint64_t bytes = 0;
    uint64_t gap_bytes = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < lanes->client_count; i++) {
        gap_bytes += lanes->clients[i].gap_bytes;
    }
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
                gap_bytes -= held->is_chained ? 0 : lanes_gap_bytes(held->encoded_size);
            }
        }
        ASSERT(count == lane->pending_count);
        ASSERT(count == 0 || lanes->active[lane->active_index] == slot);
        segments += count;
    }
    ASSERT(used == lanes->decided_count + lanes->undecided_count &&
           segments == lanes->pending_segments && bytes == lanes->pending_bytes && gap_bytes == 0);
}
