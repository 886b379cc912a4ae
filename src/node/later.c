/* later.c - see later.h. */
#include "node/later.h"

#include "base/assert.h"

#include <string.h>

void later_on_order(struct later *later, size_t lane_count)
{
    ASSERT(lane_count <= TIPS_PER_ORDER_MAX);
    later->lanes_16 -= later->lanes_16 / 16;
    later->lanes_16 += (uint32_t)lane_count;
}

bool later_is_worth_it(const struct later *later)
{
    return later->lanes_16 >= 16 * LATER_CROWD && later->count < LATER_MAX;
}

bool later_is_turn(const struct lane_id *lane, replica_id self, size_t replica_count,
                   size_t fault_count, uint32_t alive)
{
    uint64_t spread = lane->session ^ get_u64(lane->client.bytes);
    spread = (spread ^ (spread >> 29)) * UINT64_C(0xbf58476d1ce4e5b9); /* clocks end in zeros */
    replica_id first = (replica_id)((spread >> 32) % replica_count);
    size_t before = 0;
    for (size_t i = 0; i < replica_count; i++) {
        replica_id replica = (replica_id)((first + i) % replica_count);
        if (replica == self) {
            return before <= fault_count;
        }
        before += (alive >> replica & 1) != 0 ? 1 : 0;
    }
    return true;
}

void later_add(struct later *later, const struct lane_id *lane, uint64_t first, uint64_t last,
               uint64_t now_ns)
{
    ASSERT(later->count < LATER_MAX);
    later->queue[(later->head + later->count) % LATER_MAX] = (struct later_entry){
        .lane = *lane, .first = first, .last = last, .due_ns = now_ns + LATER_NS};
    later->count++;
}

bool later_take(struct later *later, uint64_t now_ns, struct later_entry *entry)
{
    if (later->count == 0 || later->queue[later->head].due_ns > now_ns) {
        return false;
    }
    *entry = later->queue[later->head];
    later->head = (later->head + 1) % LATER_MAX;
    later->count--;
    return true;
}

uint64_t later_deadline(const struct later *later)
{
    return later->count == 0 ? UINT64_MAX : later->queue[later->head].due_ns;
}
