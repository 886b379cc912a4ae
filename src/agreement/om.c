/* om.c - OM(m) for one general: what to say, where to keep what was said, what to make of it.
 *
 * A lieutenant's paths after the commander are those of eig.h over the others, the generals - 2 who
 * are neither the commander nor himself. A packet's are those over the generals - 3 who are not the
 * commander, the sender or the receiver: the same order with one general left out, on both sides.
 * So packing skips the receiver in the sender's array, and taking steps through the receiver's with
 * the sender at the end of each path. */
#include "agreement/om.h"

#include "agreement/eig.h"
#include "base/assert.h"

#include <string.h>

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* One value for each path of 1 .. m + 1 generals that begins with the commander. */
uint64_t om_value_count(unsigned generals, unsigned m)
{
    if (generals < 2) {
        return 0;
    }
    uint64_t values = 0;
    for (unsigned after = 0; after <= m && after <= generals - 2 && values != UINT64_MAX; after++) {
        values = add(values, eig_path_count(generals - 2, after));
    }
    return values;
}

/* Each message is stored by the lieutenant who gets it. */
uint64_t om_message_count(unsigned generals, unsigned m)
{
    return generals < 2 ? 0 : multiply(generals - 1, om_value_count(generals, m));
}

uint64_t om_packet_count(unsigned generals, unsigned m)
{
    if (generals < 2) {
        return 0;
    }
    uint64_t relaying_rounds = m < generals - 2 ? m : generals - 2;
    uint64_t pairs = multiply(generals - 1, generals - 2);
    return add(generals - 1, multiply(relaying_rounds, pairs));
}

uint64_t om_memory_bytes(unsigned generals, unsigned m)
{
    return add(om_value_count(generals, m), EIG_SLACK_BYTES);
}

/* Those whom a path may hold beside the commander. */
static general_set others_of(const struct om_shape *shape, general_id self)
{
    return generals_all(shape->generals) & ~general_bit(shape->commander) & ~general_bit(self);
}

void om_init(struct om *om, const struct om_shape *shape, general_id self, void *memory)
{
    ASSERT(shape->generals >= 2 && shape->generals <= GENERALS_MAX);
    ASSERT(shape->m <= shape->generals - 2 && shape->m < ROUNDS_MAX);
    ASSERT(shape->commander < shape->generals && self < shape->generals);
    *om = (struct om){.shape = *shape, .self = self, .order = RETREAT};
    if (self == shape->commander) {
        return;
    }
    uint64_t bytes = om_memory_bytes(shape->generals, shape->m);
    ASSERT(memory != NULL && bytes < SIZE_MAX);
    memset(memory, RETREAT, (size_t)bytes);
    order_nr *values = memory;
    for (unsigned after = 0; after <= shape->m; after++) {
        om->values[after] = values;
        values += eig_path_count(shape->generals - 2, after);
    }
}

void om_set_order(struct om *om, order_nr order)
{
    ASSERT(om->self == om->shape.commander && order < ORDERS_MAX);
    om->order = order;
}

size_t om_packet_values(const struct om_shape *shape, unsigned round, general_id from,
                        general_id to)
{
    if (from >= shape->generals || to >= shape->generals || from == to || to == shape->commander ||
        round == 0 || round > shape->m + 1) {
        return 0;
    }
    if (from == shape->commander || round == 1) {
        return from == shape->commander && round == 1 ? 1 : 0;
    }
    return (size_t)eig_path_count(shape->generals - 3, round - 2);
}

/* Runs are short, so a call for each would cost more than the bytes. */
static order_nr *copy_run(order_nr *to, const order_nr *from, unsigned count)
{
    for (; count >= 8; count -= 8) {
        memcpy(to, from, 8);
        to += 8;
        from += 8;
    }
    for (; count != 0; count--) {
        *to++ = *from++;
    }
    return to;
}

/* OM(m): in round r + 1 a lieutenant passes on, as commander of his own OM, what he was told in
 * round r along every path that the receiver is not on. */
void om_pack(const struct om *om, unsigned round, general_id to, order_nr *packet)
{
    if (om_packet_values(&om->shape, round, om->self, to) == 0) {
        return;
    }
    if (round == 1) {
        packet[0] = om->order;
        return;
    }
    const order_nr *values = om->values[round - 2];
    if (round == 2) {
        packet[0] = values[0];
        return;
    }
    const unsigned others = om->shape.generals - 2;
    const unsigned last_count = others - (round - 3); /* who may be last on a path */
    struct eig_walk walk;
    eig_walk_init(&walk, others, round - 3, eig_place(others_of(&om->shape, om->self), to));
    do {
        const order_nr *told = values + walk.rank * last_count;
        packet = copy_run(packet, told, walk.place);
        packet = copy_run(packet, told + walk.place + 1, last_count - walk.place - 1);
    } while (eig_walk_next(&walk));
}

static order_nr order_or_retreat(order_nr order)
{
    return order < ORDERS_MAX ? order : RETREAT;
}

/* One value to each of `count` rows; returns what is left of the packet. */
static const order_nr *take_run(order_nr *to, size_t row_size, const order_nr *packet,
                                unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        to[i * row_size] = order_or_retreat(packet[i]);
    }
    return packet + count;
}

/* A row is what was told along one path of round - 1 generals, lengthened by each general who is
 * not on it; the sender's place in it moves by one where the last of the path comes before him. */
void om_take(struct om *om, unsigned round, general_id from, const order_nr *packet)
{
    if (om_packet_values(&om->shape, round, from, om->self) == 0) {
        return;
    }
    order_nr *values = om->values[round - 1];
    if (round == 1) {
        values[0] = order_or_retreat(packet[0]);
        return;
    }
    const unsigned others = om->shape.generals - 2;
    const unsigned place = eig_place(others_of(&om->shape, om->self), from);
    if (round == 2) {
        values[place] = order_or_retreat(packet[0]);
        return;
    }
    const size_t row_count = others - (round - 3);
    const size_t row_size = row_count - 1;
    struct eig_walk walk;
    eig_walk_init(&walk, others, round - 3, place);
    do {
        order_nr *rows = values + walk.rank * row_count * row_size;
        const unsigned before = walk.place;
        const unsigned after = (unsigned)row_count - before - 1;
        if (before != 0) {
            packet = take_run(rows + before - 1, row_size, packet, before);
        }
        packet = take_run(rows + (before + 1) * row_size + before, row_size, packet, after);
    } while (eig_walk_next(&walk));
}

void om_packet_path(const struct om_shape *shape, unsigned round, general_id from, general_id to,
                    size_t index, general_id *path)
{
    ASSERT(index < om_packet_values(shape, round, from, to));
    path[0] = shape->commander;
    if (round == 1) {
        return;
    }
    general_set among = others_of(shape, from) & ~general_bit(to);
    eig_unrank(among, round - 2, index, path + 1);
    path[round - 1] = from;
}

/* Majorities that wait for their siblings: one row for each round above the last but one. */
struct pending {
    order_nr orders[ROUNDS_MAX][GENERALS_MAX + EIG_SLACK_BYTES];
    unsigned count[ROUNDS_MAX];
    size_t rank[ROUNDS_MAX]; /* of the path whose row it is */
};

/* What the path of `count` generals and this rank comes to. Reads the subtree once, from its first
 * leaf to its last: a row of leaves gives a value of the row above, a full row one of the next. */
static order_nr resolve(const struct om *om, unsigned count, size_t rank)
{
    const unsigned rounds = om->shape.m + 1;
    if (count == rounds) {
        return om->values[rounds - 1][rank];
    }
    struct pending pending;
    const unsigned leaf_round = rounds - 1; /* paths whose row is of leaves */
    for (unsigned round = count; round <= leaf_round; round++) {
        memset(pending.orders[round - 1], RETREAT, sizeof pending.orders[0]);
        pending.count[round - 1] = 0;
        pending.rank[round - 1] = rank;
        rank *= om->shape.generals - 1 - round;
    }
    const unsigned leaf_count = om->shape.generals - 1 - leaf_round;
    const order_nr *leaves = om->values[rounds - 1] + rank;
    for (;;) {
        order_nr own = om->values[leaf_round - 1][pending.rank[leaf_round - 1]++];
        order_nr value = eig_majority(own, leaves, leaf_count);
        leaves += leaf_count;
        unsigned round = leaf_round;
        for (; round > count; round--) {
            const unsigned above = round - 2; /* index of the round above */
            const unsigned full = om->shape.generals - round;
            pending.orders[above][pending.count[above]++] = value;
            if (pending.count[above] < full) {
                break;
            }
            pending.count[above] = 0;
            own = om->values[above][pending.rank[above]++];
            value = eig_majority(own, pending.orders[above], full);
        }
        if (round == count) {
            return value;
        }
    }
}

order_nr om_decide(const struct om *om)
{
    return om->self == om->shape.commander ? om->order : resolve(om, 1, 0);
}

static size_t rank_of(const struct om *om, const general_id *path, unsigned count)
{
    ASSERT(om->self != om->shape.commander && path[0] == om->shape.commander);
    ASSERT(count >= 1 && count <= om->shape.m + 1);
    return (size_t)eig_rank(others_of(&om->shape, om->self), path + 1, count - 1);
}

order_nr om_stored(const struct om *om, const general_id *path, unsigned count)
{
    size_t rank = rank_of(om, path, count);
    return om->values[count - 1][rank];
}

order_nr om_resolved(const struct om *om, const general_id *path, unsigned count)
{
    return resolve(om, count, rank_of(om, path, count));
}
