/* later.h - results that may never need to be sent.
 *
 * A client believes f+1 equal results, and every replica has them. With one busy client all of them
 * answer at once: the fastest f+1 count. With a crowd of clients frames are what costs most, so for
 * each session f+1 replicas, in turn, answer at once; the others keep back what they would say, and
 * drop it when the client acknowledges it with its next segment, which a busy client does within a
 * few milliseconds. What is not acknowledged in time is sent after all: a liar or a dead replica
 * among the f+1 costs its sessions LATER_NS. Results are the executor's to keep: here is only
 * whose, and when. Knows nothing of sockets. */
#ifndef STRATEGOS_NODE_LATER_H
#define STRATEGOS_NODE_LATER_H

#include "wire/message.h"

#define LATER_MAX   4096u /* waiting; beyond it results are sent at once */
#define LATER_NS    (25u * UINT64_C(1000000))
#define LATER_CROWD 6u /* lanes in a typical order, from which on this is worth it */

struct later_entry {
    struct lane_id lane;
    uint64_t first; /* request numbers */
    uint64_t last;
    uint64_t due_ns;
};

struct later {
    uint32_t lanes_16; /* lanes in the last orders, smoothed, times 16 */
    size_t head;
    size_t count;
    struct later_entry queue[LATER_MAX]; /* all wait equally long: in order of due_ns */
};

/* A zeroed `later` is empty. Each decided order says how many lanes it advanced. */
void later_on_order(struct later *later, size_t lane_count);

/* Is this replica one of the f+1 that answer this session at once? `alive` has a bit for each
 * replica that was heard of lately, oneself included: others take no turn. */
bool later_is_turn(const struct lane_id *lane, replica_id self, size_t replica_count,
                   size_t fault_count, uint32_t alive);

/* Are there so many clients that keeping back is worth it, and is there room? */
bool later_is_worth_it(const struct later *later);

void later_add(struct later *later, const struct lane_id *lane, uint64_t first, uint64_t last,
               uint64_t now_ns);

/* Takes the oldest entry if it is due; false if none is. */
bool later_take(struct later *later, uint64_t now_ns, struct later_entry *entry);

/* When the oldest is due; UINT64_MAX: there is none. */
uint64_t later_deadline(const struct later *later);

#endif
