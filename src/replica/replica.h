/* replica.h - one replica of the ordered log, without any I/O: lanes, Simplex, block sync.
 *
 * Pure: everything it knows came in by a call below, time included; everything it wants goes out
 * as an effect (agreement/effect.h says what the shell owes it). It allocates nothing: all memory
 * is given at init. The same calls in the same order give the same effects.
 *
 * A loop turn: give it what has come (messages are taken in, nothing is decided yet), then
 * replica_on_turn, which draws all conclusions at once; sync; send; apply what was decided and say
 * so with replica_on_applied. */
#ifndef STRATEGOS_REPLICA_REPLICA_H
#define STRATEGOS_REPLICA_REPLICA_H

#include "agreement/authority.h"
#include "agreement/effect.h"
#include "wire/message.h"

struct replica;

struct replica_time {
    uint64_t monotonic_ns; /* for timers */
    uint64_t wall_ns;      /* since 1970: for the agreed time of orders, nothing else */
};

struct replica_settings {
    size_t replica_count; /* n */
    size_t fault_count;   /* f; n >= 3f + 1 */
    replica_id self;
    struct digest genesis;
    uint64_t delta_ns;
    uint64_t time_ahead_ns;
    struct public_key replica_keys[REPLICAS_MAX];
    size_t
        client_count; /* clients whose segments are taken; checked by the caller for their role */
    const struct public_key *clients; /* borrowed for init */
    struct authority authority;
    struct effects effects;
    uint64_t seed; /* spreads retries over peers */
};

/* Where the log stood at the checkpoint that the machine's state was loaded from; all zeros (and
 * the genesis digest) for a new group. */
struct replica_base {
    view_nr view;
    height_nr height;
    uint64_t time_ns;
    struct digest digest;
};

size_t replica_memory_size(void);

/* `memory` has replica_memory_size() bytes, zeroed, aligned for any type, and outlives the
 * replica. */
struct replica *replica_init(void *memory, const struct replica_settings *settings,
                             const struct replica_base *base);

/* After init, before start: what the checkpoint knew of lanes ... */
void replica_restore_lane(struct replica *replica, const struct lane_tip *tip);
void replica_restore_floor(struct replica *replica, const struct public_key *client,
                           uint64_t session);
/* ... then each block decided since, in order (its height must be one above the last), with its
 * order's digest. The caller applies it to the machine itself: no effect.
 * `evicted` gets the sessions it pushes out (at most TIPS_PER_ORDER_MAX). */
void replica_restore_block(struct replica *replica, const struct block *block,
                           const struct digest *digest, struct lane_id *evicted,
                           size_t *evicted_count);
/* ... then the records that the ledger holds from the scan location on: first all of orders, votes
 * and certificates, in order; then all segments, in order: so that those which an open order names
 * have precedence, and none that came to nothing before the restart takes their place. Records of
 * what has been decided since are ignored. Own bytes: trusted, no signatures are verified. */
void replica_restore_proposal(struct replica *replica, const struct proposal *proposal);
void replica_restore_vote(struct replica *replica, const struct vote *vote);
void replica_restore_certificate(struct replica *replica, const struct certificate *certificate);
void replica_restore_segment(struct replica *replica, const struct segment *segment);

/* Ends restoring. Called once, also for a new group. */
void replica_start(struct replica *replica, struct replica_time now);

/* A message in a frame that authenticated peer `from` sealed. */
enum verdict replica_on_peer_message(struct replica *replica, struct replica_time now,
                                     replica_id from, const struct peer_message *message);

/* A segment that came over the link of the very client that it names (the caller has checked that,
 * its role, and that the body decodes). */
enum verdict replica_on_client_segment(struct replica *replica, struct replica_time now,
                                       const struct segment *segment);

/* Draws the conclusions of what has come, and of the time. At the end of each turn, and when
 * replica_deadline is due. */
void replica_on_turn(struct replica *replica, struct replica_time now);

/* Monotonic ns at which replica_on_turn wants to be called though nothing came; UINT64_MAX: never.
 */
uint64_t replica_deadline(const struct replica *replica);

/* All decided orders up to this height have been applied; what they borrowed may be reused. */
void replica_on_applied(struct replica *replica, height_nr height);

/* Emits PERSIST effects for everything live: undecided segments, orders, certificates and own
 * votes, so that a ledger scan may start here. */
void replica_dump(struct replica *replica);

/* For `status` and for tests. */
struct replica_view {
    view_nr view;
    replica_id commander;
    height_nr height;       /* decided */
    height_nr height_known; /* highest claimed by f+1 replicas, or own */
    struct digest digest;   /* of the last decided order */
    uint64_t pending_segments;
    uint64_t pending_bytes;
    bool is_awake;
    bool is_syncing;
};
void replica_look(const struct replica *replica, struct replica_view *view);
/* The view that it is in, for those who look after every turn. */
view_nr replica_current_view(const struct replica *replica);

/* ASSERTs every invariant; `deep` walks all memory (tests and simulation). */
void replica_check(struct replica *replica, bool deep);

#endif
