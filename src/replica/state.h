/* state.h - the replica's insides, shared by the files of this layer only. */
#ifndef STRATEGOS_REPLICA_STATE_H
#define STRATEGOS_REPLICA_STATE_H

#include "agreement/simplex.h"
#include "replica/cut.h"
#include "replica/lanes.h"
#include "replica/replica.h"

#define DECISION_POOL_BYTES (16u << 20)
/* Orders decided and not yet applied; no more are decided until some are. */
#define DECISIONS_MAX       64u
/* Questions that one peer may put to us within Δ. */
#define ASKS_PER_DELTA_MAX  256u

/* A decided order until it has been applied: keeps the segments where they are. */
struct decided_entry {
    struct decision decision;
    struct certificate certificate;
    struct lane_tip *tips;
    struct segment *segments;
    struct digest *digests;
    struct held_segment **held;
    struct lane_id evicted[TIPS_PER_ORDER_MAX];
};

struct peer_state {
    view_nr view;     /* as it last said */
    height_nr height; /* set by replica_on_claim alone */
    uint64_t ask_window_ns;
    uint32_t ask_count;
};

/* What is being fetched so that the candidate can be voted for, or an order decided. */
struct fetch {
    view_nr view;
    uint64_t since_ns;
    uint64_t ask_at_ns; /* not before */
    uint32_t attempt;
};

struct block_sync {
    height_nr next;           /* to ask for; 0: the one after the base */
    height_nr until;          /* the last one asked for */
    uint64_t behind_since_ns; /* 0: not behind */
    uint64_t ask_at_ns;       /* an answer to the last question is waited for until then */
    uint64_t end_ns;          /* and for what is left of it no longer than this */
    uint64_t patience_ns;     /* for its first block, and from each to the next */
    uint32_t attempt;
    uint32_t late_count; /* answers that stopped too soon, since the last decision */
    bool is_heard;       /* anybody, since the last question */
    replica_id asked;    /* blocks of no one else are taken */
};

struct replica {
    struct replica_settings settings;
    struct replica_time now;
    struct simplex simplex;
    struct lanes lanes;
    struct peer_state peers[REPLICAS_MAX]; /* oneself: nothing */
    height_nr height_claimed;              /* the highest of all peers */
    struct fetch candidate_fetch;
    uint64_t candidate_at_ns; /* when its agreed time is no longer too far ahead */
    struct cut_missing wanted[CUT_MISSING_MAX]; /* segments that the candidate names */
    size_t wanted_count;
    struct block_sync sync;
    uint64_t heartbeat_at_ns;
    uint32_t lanes_last;   /* that the last decided order advanced ... */
    uint32_t lanes_before; /* ... and the one before, but not the last */
    uint64_t decided_at_ns;
    uint64_t gather_since_ns; /* a proposal could have been made then; 0: none waits */
    uint64_t pass_on_at_ns;
    struct pool decision_pool;
    struct decided_entry *decisions[DECISIONS_MAX]; /* by height modulo */
    height_nr applied;
};

/* decide.c: rule 6. Decides all that can be decided now; true if anything was. */
bool replica_decide(struct replica *replica);
/* Moves the tips that a decided order names and pushes out old sessions. With an `entry` the held
 * segments are collected into it; without (after a restart) none are held. */
void replica_apply_cut(struct replica *replica, const struct order *order, struct lane_id *evicted,
                       size_t *evicted_count, struct decided_entry *entry);

/* fetch.c: what is missing for a vote or a decision, and passing on. */
void replica_fetch_parent(struct replica *replica, enum simplex_parent state,
                          const struct simplex_lack *lack);
void replica_fetch_segments(struct replica *replica, const struct cut_missing *missing,
                            size_t missing_count);
enum verdict replica_on_passed_segment(struct replica *replica, const struct segment *segment);
void replica_on_ask_segments(struct replica *replica, replica_id from,
                             const struct ask_segments *ask);
void replica_pass_on(struct replica *replica);

/* sync.c: blocks for a replica that is behind. */
enum verdict replica_on_block(struct replica *replica, replica_id from, const struct block *block);
void replica_sync(struct replica *replica);
/* A peer says that it has decided up to `height`. */
void replica_on_claim(struct replica *replica, replica_id from, height_nr height);
bool replica_is_behind(const struct replica *replica);

/* Another replica, spread over all by attempt. */
replica_id replica_pick_peer(const struct replica *replica, uint32_t attempt);
void replica_send(struct replica *replica, replica_id to, const struct peer_message *message);

#endif
