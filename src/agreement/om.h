/* om.h - OM(m), the oral messages algorithm (LSP82 §3), for one general, as exponential information
 * gathering (Bar-Noy, Dolev, Dwork, Strong 1987): no recursion, one flat array per round.
 *
 * In round 1 the commander sends his order to every lieutenant. In round r + 1 every lieutenant
 * relays to every other one what he was told in round r. After round m + 1 each resolves his tree
 * from the leaves to the root by strict majority; ties and what is missing are RETREAT.
 *
 * A *path* is what a value went through: `path[0]` is the commander, the last one the general who
 * said it; all differ. In round r a lieutenant is told one value for each path of r generals that
 * does not hold himself. All values of one round from one general to another are one *packet*: one
 * value for each path of r generals that ends with the sender and does not hold the receiver, in
 * the order of eig.h. A packet that is not taken counts as all RETREAT.
 *
 * Rounds come in order: a packet of round r + 1 is made of what was taken in round r. A lieutenant
 * stores one byte for each message that is meant for him and little else: ranks are reckoned on the
 * way, so there are no tables, and trees are resolved as they are read.
 *
 * Pure: the caller gives the memory and carries the packets. */
#ifndef STRATEGOS_AGREEMENT_OM_H
#define STRATEGOS_AGREEMENT_OM_H

#include "agreement/general.h"

#include <stdbool.h>
#include <stddef.h>

struct om_shape {
    unsigned generals; /* 2 .. GENERALS_MAX */
    unsigned m;        /* rounds are m + 1; m <= generals - 2 */
    general_id commander;
};

struct om {
    struct om_shape shape;
    general_id self;
    order_nr order;               /* the commander's own */
    order_nr *values[ROUNDS_MAX]; /* of a lieutenant: values[r - 1] is what he was told in round r,
                                   * by the rank of the path (after the commander, without self) */
};

/* Whole numbers of the algorithm, for any numbers of generals and m; UINT64_MAX where they would
 * overflow. */
uint64_t om_message_count(unsigned generals, unsigned m); /* values sent, by all loyal generals */
uint64_t om_packet_count(unsigned generals, unsigned m);
uint64_t om_value_count(unsigned generals, unsigned m);  /* values stored by one lieutenant */
uint64_t om_memory_bytes(unsigned generals, unsigned m); /* what om_init wants, for one general */

/* `memory`: om_memory_bytes of it (no UINT64_MAX), borrowed until the end, cleared here. The
 * commander stores nothing: his may be NULL. */
void om_init(struct om *om, const struct om_shape *shape, general_id self, void *memory);

/* The commander's own order, RETREAT until then. */
void om_set_order(struct om *om, order_nr order);

/* Values in one packet of `round` (1 .. m + 1); 0 if `from` has nothing to say to `to` in it. */
size_t om_packet_values(const struct om_shape *shape, unsigned round, general_id from,
                        general_id to);

/* The packet that a loyal general sends `to` in `round`: om_packet_values of them (where that is 0,
 * this and om_take do nothing). */
void om_pack(const struct om *om, unsigned round, general_id to, order_nr *packet);

/* What came from `from` in `round`; what is no order (ORDER_ABSENT too) becomes RETREAT. */
void om_take(struct om *om, unsigned round, general_id from, const order_nr *packet);

/* The path of the index-th value of a packet; `path` gets `round` generals, the last is `from`. */
void om_packet_path(const struct om_shape *shape, unsigned round, general_id from, general_id to,
                    size_t index, general_id *path);

/* After round m + 1: what this general obeys (the commander: his own order). */
order_nr om_decide(const struct om *om);

/* For those who look on: what this lieutenant was told along a path of `count` (1 .. m + 1)
 * generals that begins with the commander and does not hold himself, and what that comes to with
 * all that others said of it (what he was told, where the path is longest). */
order_nr om_stored(const struct om *om, const general_id *path, unsigned count);
order_nr om_resolved(const struct om *om, const general_id *path, unsigned count);

#endif
