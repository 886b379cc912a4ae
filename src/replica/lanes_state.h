/* lanes_state.h - what lanes.c, lanes_room.c and lanes_segments.c owe each other; nobody else's
 * business. */
#ifndef STRATEGOS_REPLICA_LANES_STATE_H
#define STRATEGOS_REPLICA_LANES_STATE_H

#include "replica/lanes.h"

#define LANES_NO_CLIENT UINT32_MAX

/* lanes.c. Clients by index; LANES_NO_CLIENT: not known, or no room for another one. */
uint32_t lanes_find_client(const struct lanes *lanes, const struct public_key *key);
uint32_t lanes_add_client(struct lanes *lanes, const struct public_key *key);
uint32_t lanes_count_of(const struct lane_client *client);
struct lane *lanes_add(struct lanes *lanes, const struct lane_id *id, uint32_t client);
/* Other lanes may move. */
void lanes_remove(struct lanes *lanes, struct lane *lane);

/* lanes_room.c. A place for one more undecided lane of a client, by its limits. */
bool lanes_make_room(struct lanes *lanes, uint32_t client, uint64_t session,
                     enum segment_origin origin);
/* The same for a lane that must be held, whatever the limits: undecided lanes that no order above
 * `passed_view` names give way. */
/* For a segment that the present proposal needs: spare lanes of its client give way to its bytes.
 */
void lanes_make_bytes(struct lanes *lanes, uint32_t client, const struct lane_id *id, size_t size);
bool lanes_force_room(struct lanes *lanes, uint32_t client, view_nr passed_view);
/* Memory for one more segment of `id`, likewise. Lanes may move. */
bool lanes_force_memory(struct lanes *lanes, const struct lane_id *id, size_t size,
                        view_nr passed_view);
/* Of the client that has most of them, and more than it may have by itself. */
void lanes_drop_gaps(struct lanes *lanes);

/* lanes_segments.c. `held` begins a list of branches that its lane no longer points to. */
void lanes_free_branches(struct lanes *lanes, struct lane *lane, struct held_segment *held);
void lanes_drop_all(struct lanes *lanes, struct lane *lane);
/* What a segment that goes on from nothing counts for. */
static inline uint64_t lanes_gap_bytes(size_t encoded_size)
{
    return sizeof(struct held_segment) + encoded_size;
}
void lanes_drop_unchained(struct lanes *lanes, struct lane *lane);
void lanes_count_pending(struct lanes *lanes, struct lane *lane, const struct held_segment *held,
                         bool is_added);

#endif
