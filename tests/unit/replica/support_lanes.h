/* support_lanes.h - lanes alone, with ideal signatures and a count of what they emit. */
#ifndef STRATEGOS_TESTS_UNIT_REPLICA_SUPPORT_LANES_H
#define STRATEGOS_TESTS_UNIT_REPLICA_SUPPORT_LANES_H

#include "replica/lanes.h"
#include "support/world.h"

struct lanes_fixture {
    struct lanes *lanes;
    uint8_t *memory;
    size_t size;
    struct public_key clients[3];
    size_t persisted;
    size_t forgotten;
    size_t busy;
    size_t gone;
    struct lane_id evicted[TIPS_PER_ORDER_MAX]; /* by the last lanes_decide_tips */
};

/* Clients 0 .. client_count - 1 are configured. */
void lanes_begin(struct lanes_fixture *fixture, size_t client_count);
void lanes_end(struct lanes_fixture *fixture);

struct lane_tip lanes_tip(size_t client, uint64_t session, uint64_t sequence);

/* The segment of this place (tip->lane, tip->sequence), which goes on from `previous` (NULL: digest
 * 0); `encoded` is the caller's. Fills tip->digest. */
void lanes_make(const struct lanes_fixture *fixture, const struct digest *previous,
                const char *text, struct buffer *encoded, struct segment *segment,
                struct lane_tip *tip);

/* Gives one to the lanes. */
enum verdict lanes_give(struct lanes_fixture *fixture, size_t client, uint64_t session,
                        uint64_t sequence, const struct digest *previous, const char *text,
                        enum segment_origin origin, struct lane_tip *tip);

/* Decides an order with these tips, as the replica does: the segments are its own then. */
void lanes_decide_tips(struct lanes_fixture *fixture, const struct lane_tip *tips, size_t count,
                       size_t *evicted_count);
void lanes_decide_tip(struct lanes_fixture *fixture, const struct lane_tip *tip,
                      size_t *evicted_count);

#endif
