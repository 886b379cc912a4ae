/* lanes_room.c - who gives way to whom: places for undecided lanes, and memory for segments.
 *
 * What is decided never gives way, nor what an open order needs: a lane's named_view says so. */
#include "replica/lanes_state.h"

#include "base/assert.h"

/* May be given up: not decided, in no order above `passed_view` that this replica voted for, and
 * not in the proposal that it would vote for next. */
static bool is_spare(const struct lanes *lanes, const struct lane *lane, view_nr passed_view)
{
    bool is_wanted = lane->wanted_view != 0 && lane->wanted_view == lanes->wanted_view;
    return !lane->is_decided && lane->named_view <= passed_view && !is_wanted;
}

/* One of the client's spare lanes: one that has nothing to offer, or the one with the highest
 * number above `session`; NULL if there is none. */
static struct lane *find_victim(struct lanes *lanes, uint32_t client, uint64_t session,
                                view_nr passed_view)
{
    const struct lane_client *owner = &lanes->clients[client];
    struct lane *victim = NULL;
    uint64_t highest = session;
    for (uint32_t i = 0; i < lanes_count_of(owner); i++) {
        struct lane *lane = &lanes->slots[owner->slots[i]];
        if (!is_spare(lanes, lane, passed_view)) {
            continue;
        }
        if (lanes_held(lane, 1) == NULL) {
            return lane;
        }
        if (lane->id.session > highest) {
            victim = lane;
            highest = lane->id.session;
        }
    }
    return victim;
}

/* A client that already has as many undecided sessions as it may: one that has nothing to offer
 * makes room for a new one, or the one with the highest number if that is higher. So replicas that
 * took in different ones first end with the same, the lowest; else none could hold what another
 * names, and all would stand still. Peers may pass on as many again, because orders may name them,
 * and so many may have been held before a restart. What the present proposal names pushes out any
 * that is spare, whatever its number: else a lying client that gives each replica other sessions
 * could keep all from holding what any one of them proposes. */
bool lanes_make_room(struct lanes *lanes, uint32_t client, uint64_t session,
                     enum segment_origin origin)
{
    const struct lane_client *owner = &lanes->clients[client];
    uint32_t factor = origin == SEGMENT_FROM_CLIENT ? 1 : 2;
    if (owner->undecided_count < factor * LANES_UNDECIDED_MAX &&
        (lanes->undecided_count < factor * LANES_UNDECIDED_ALL ||
         owner->undecided_count < LANES_UNDECIDED_MIN)) {
        return true;
    }
    bool is_needed = origin == SEGMENT_NAMED || origin == SEGMENT_CHAINED;
    struct lane *victim = find_victim(lanes, client, is_needed ? 0 : session, lanes->base_view);
    if (victim == NULL) {
        return false;
    }
    lanes_remove(lanes, victim);
    return true;
}

void lanes_make_bytes(struct lanes *lanes, uint32_t client, const struct lane_id *id, size_t size)
{
    const struct lane_client *owner = &lanes->clients[client];
    while (owner->pending_bytes + size > UINT64_C(2) * CLIENT_BYTES_MAX) {
        struct lane *victim = find_victim(lanes, client, 0, lanes->base_view);
        if (victim == NULL || lane_id_is_equal(&victim->id, id)) {
            return;
        }
        lanes_remove(lanes, victim);
    }
}

bool lanes_force_room(struct lanes *lanes, uint32_t client, view_nr passed_view)
{
    struct lane *victim;
    if (lanes_count_of(&lanes->clients[client]) >= LANES_PER_CLIENT) {
        victim = find_victim(lanes, client, 0, passed_view);
        if (victim == NULL) {
            return false;
        }
        lanes_remove(lanes, victim);
    }
    if (lanes->undecided_count < LANES_UNDECIDED_CAP) {
        return true;
    }
    victim = NULL;
    for (uint32_t i = 0; i < lanes->client_count && victim == NULL; i++) {
        victim = find_victim(lanes, i, 0, passed_view);
    }
    if (victim == NULL) {
        return false;
    }
    lanes_remove(lanes, victim);
    return true;
}

/* A lane with segments that no order above `passed_view` names, of the client that holds most. */
static struct lane *find_spare_memory(struct lanes *lanes, const struct lane_id *id,
                                      view_nr passed_view)
{
    struct lane *found = NULL;
    uint64_t most = 0;
    for (uint32_t i = 0; i < lanes->active_count; i++) {
        struct lane *lane = &lanes->slots[lanes->active[i]];
        uint64_t bytes = lanes->clients[lane->client].pending_bytes;
        if (lane->named_view <= passed_view && bytes > most && !lane_id_is_equal(&lane->id, id)) {
            found = lane;
            most = bytes;
        }
    }
    return found;
}

bool lanes_force_memory(struct lanes *lanes, const struct lane_id *id, size_t size,
                        view_nr passed_view)
{
    for (;;) {
        void *piece = pool_take(&lanes->pool, sizeof(struct held_segment) + size);
        if (piece != NULL) {
            pool_free(&lanes->pool, piece);
            return true;
        }
        struct lane *spare = find_spare_memory(lanes, id, passed_view);
        if (spare == NULL) {
            return false;
        }
        if (spare->is_decided) {
            lanes_drop_all(lanes, spare);
        } else {
            lanes_remove(lanes, spare);
        }
    }
}

void lanes_drop_gaps(struct lanes *lanes)
{
    uint32_t worst = 0;
    for (uint32_t i = 1; i < lanes->client_count; i++) {
        worst = lanes->clients[i].gap_bytes > lanes->clients[worst].gap_bytes ? i : worst;
    }
    const struct lane_client *client = &lanes->clients[worst];
    if (client->gap_bytes <= CLIENT_GAP_BYTES_MAX) {
        return;
    }
    /* A lane may be left empty: it is the first to make room for another. */
    for (uint32_t i = 0; i < lanes_count_of(client); i++) {
        struct lane *lane = &lanes->slots[client->slots[i]];
        if (lane->named_view <= lanes->base_view) {
            lanes_drop_unchained(lanes, lane);
        }
    }
}
