/* lanes.h - the clients' lanes: which segments are held, how far each lane is decided, what a
 * commander may put into a cut and what a voter may accept.
 *
 * A lane is one client's session; its segments are numbered from 1 and chained by digest. Held
 * segments lie in a pool between being taken in and being applied. A segment is authentic to this
 * replica because it came over its client's own link, or because its signature (or that of a later
 * segment of its chain) verified, or because a certified order names it.
 *
 * Decided state (tips, floors, which sessions are kept) is a function of the decided orders alone.
 */
#ifndef STRATEGOS_REPLICA_LANES_H
#define STRATEGOS_REPLICA_LANES_H

#include "agreement/authority.h"
#include "agreement/effect.h"
#include "base/pool.h"
#include "wire/message.h"

/* Clients whose lanes are known: those configured, those of which something is decided (one order
 * may begin below the limit and end above it), and those that an open order may name. */
#define LANE_CLIENTS_MAX     (CLIENTS_MAX + CLIENTS_EVER_MAX + 2u * TIPS_PER_ORDER_MAX)
/* Lanes of one client that are not decided yet, beside the sessions that are kept: so many it may
 * always have, so many at most. */
#define LANES_UNDECIDED_MIN  4u
#define LANES_UNDECIDED_MAX  64u
#define CLIENT_BYTES_MAX     (8u << 20)
/* Of one client's segments that go on from nothing held, memory for their heads included: those of
 * all clients together stay below a quarter of the pool, whose pieces are rounded up. */
#define CLIENT_GAP_BYTES_MAX (SEGMENT_POOL_BYTES / 8u / CLIENTS_MAX)
/* Kept sessions, undecided ones, and beside those all that the next order to be decided names. */
#define LANES_PER_CLIENT     (SESSIONS_PER_CLIENT_MAX + 2u * LANES_UNDECIDED_MAX + TIPS_PER_ORDER_MAX)
/* Segments of different branches at one place of a lane, beside those that open orders name. */
#define BRANCHES_MAX         16u
/* All undecided lanes together: beyond it each client still has its few, beyond twice that peers
 * too; and the next order to be decided has what it names. */
#define LANES_UNDECIDED_ALL  2048u
#define LANES_UNDECIDED_CAP                                                                        \
    (2u * LANES_UNDECIDED_ALL + LANE_CLIENTS_MAX * LANES_UNDECIDED_MIN + TIPS_PER_ORDER_MAX)

struct held_segment {
    /* Segments of other branches, if the client signed several: an order that is open yet may have
     * named them, and this replica may have voted for it. */
    struct held_segment *other;
    uint64_t sequence;
    struct digest previous;
    struct digest digest;
    struct signature signature;
    uint64_t held_at_ns;
    view_nr named_view; /* see struct lane */
    uint32_t encoded_size;
    uint32_t body_offset; /* in bytes */
    uint32_t body_size;
    bool is_verified;  /* its signature, or a later one of its chain, has been checked */
    bool is_chained;   /* goes on, by what is held, from the decided tip */
    bool is_passed_on; /* sent to all, because no order named it in time */
    uint8_t bytes[];   /* encoded */
};

struct lane {
    bool is_used;
    bool is_decided; /* known to the replicated state: tip_sequence >= 1 */
    struct lane_id id;
    uint32_t client;
    uint32_t active_index; /* in lanes->active, if pending_count > 0 */
    view_nr named_view;    /* of the last order that names it and that needs it kept */
    view_nr wanted_view;   /* of the last proposal that names it and could not be voted for yet */
    uint64_t tip_sequence; /* decided */
    height_nr advanced_at; /* the last order that did */
    struct digest tip;
    uint32_t pending_count;
    uint32_t pending_bytes;
    struct held_segment *pending[LANE_SEGMENTS_MAX]; /* by sequence modulo; NULL: not held */
};

struct lane_client {
    struct public_key key;
    uint64_t floor; /* sessions up to this are over for ever */
    uint32_t decided_count;
    uint32_t undecided_count;
    uint64_t pending_bytes;
    uint64_t gap_bytes; /* CLIENT_GAP_BYTES_MAX */
    bool may_send;
    bool is_decided; /* known to the replicated state: it has a decided session, or had one */
    bool is_touched; /* has new sessions by the order that is being decided */
    uint32_t slots[LANES_PER_CLIENT]; /* its lanes: decided_count + undecided_count of them */
};

#define LANE_SLOTS (4u * LANES_MAX) /* open addressing, never more than three quarters full */
_Static_assert(LANES_MAX + TIPS_PER_ORDER_MAX + LANES_UNDECIDED_CAP <= LANE_SLOTS / 4u * 3u,
               "a free slot ends every search");

struct lanes {
    struct digest genesis;
    struct authority authority;
    struct effects effects;
    uint32_t client_count;
    uint32_t decided_clients;
    uint32_t decided_count; /* lanes in the replicated state; between orders at most LANES_MAX */
    uint32_t undecided_count;
    uint32_t active_count;
    uint64_t pending_segments;
    uint64_t pending_bytes;
    view_nr base_view;   /* orders up to it are decided or void */
    view_nr wanted_view; /* of the proposal whose segments are being fetched */
    uint64_t rotation;   /* where the next cut begins, for fairness */
    struct pool pool;
    struct lane_client clients[LANE_CLIENTS_MAX];
    uint32_t active[LANE_SLOTS]; /* slots of lanes with pending segments */
    struct lane slots[LANE_SLOTS];
};

size_t lanes_pool_memory(void);
void lanes_init(struct lanes *lanes, const struct digest *genesis,
                const struct authority *authority, const struct effects *effects,
                const struct public_key *clients, size_t client_count, void *pool_memory);

void lanes_restore_tip(struct lanes *lanes, const struct lane_tip *tip);
void lanes_restore_floor(struct lanes *lanes, const struct public_key *client, uint64_t session);

enum segment_origin {
    SEGMENT_FROM_CLIENT, /* over the client's own link: authentic to us */
    SEGMENT_PASSED_ON,   /* by a peer: its signature is verified */
    SEGMENT_NAMED,       /* the same, and an order to be voted for names this very one */
    SEGMENT_CHAINED,     /* the same, and an authentic one that is held chains to it */
    SEGMENT_RESTORED,    /* from our own ledger */
    SEGMENT_KEPT,        /* the same, and an open order names it: has precedence over all others */
};

/* Takes a segment in. Emits PERSIST_SEGMENT; to a client also BUSY or SESSION_GONE. Beside another
 * one at its place only those that an order names are held. */
enum verdict lanes_take(struct lanes *lanes, const struct segment *segment,
                        enum segment_origin origin, uint64_t now_ns);

/* Holds a segment that the order of `view` names, which is certified and the next to be decided,
 * whatever the limits: others give way, but none that an order of a later view names. False if
 * there is no memory. */
bool lanes_take_certified(struct lanes *lanes, const struct segment *segment,
                          const struct digest *digest, view_nr view, uint64_t now_ns);

/* This proposal of `view` lacks segments that will be fetched: none of its lanes gives way to
 * another of them, and all others that no order needs do. */
void lanes_want(struct lanes *lanes, const struct order *order);
/* This replica voted for an order of `view` with this tip, or the order is certified: until the log
 * has passed the view, the lane is not given up for another, nor what is held of this branch. */
void lanes_name(struct lanes *lanes, const struct lane_tip *tip, view_nr view);

struct lane *lanes_find(struct lanes *lanes, const struct lane_id *id);

/* A lane's decided tip; sequence 0 and digest 0 for one that is not known. */
void lanes_decided_tip(struct lanes *lanes, const struct lane_id *id, struct lane_tip *tip);

/* Session pushed out, or older than all that are kept of as many as there may be, or of a client
 * beyond CLIENTS_EVER_MAX: an order that names it says nothing. By decided orders alone. */
bool lanes_is_over(struct lanes *lanes, const struct lane_id *id);

/* Is there a held segment that the decided log could go on with? */
bool lanes_has_ready(const struct lanes *lanes);

struct held_segment *lanes_held(const struct lane *lane, uint64_t sequence);

/* The last segment up to which lane is held without a gap from `base` on, each chained to the one
 * before. Segments that do not chain are dropped (their client lied). */
uint64_t lanes_contiguous(struct lanes *lanes, struct lane *lane, const struct lane_tip *base);

/* A commander convinces himself that the segment's signature, and so its chain, convinces others.
 */
bool lanes_verify(struct lanes *lanes, struct lane *lane, const struct lane_tip *base,
                  uint64_t sequence);

/* Puts the branch that ends in `tip` in front, as far down to `base` as it is held. Returns the
 * first sequence on the way down that is not, with its digest; base->sequence if all are. */
uint64_t lanes_choose(struct lane *lane, const struct lane_tip *base, const struct lane_tip *tip,
                      struct digest *digest);

void lanes_drop_from(struct lanes *lanes, struct lane *lane, uint64_t sequence);

/* Advances the decided tip. The held segments up to there are handed over: the caller frees them.
 * `tip` must be held from the decided tip on, and not be over when its order began. */
void lanes_decide(struct lanes *lanes, const struct lane_tip *tip);

/* All tips of an order are decided. Where there are more sessions than are kept, the lowest of
 * their client go: appended to `evicted`, which has room for as many as the order has tips. In the
 * worst case that is a session which this very order began. */
void lanes_end_order(struct lanes *lanes, view_nr view, struct lane_id *evicted,
                     size_t *evicted_count);

/* The segment as a message, pointing into what is held. */
void lanes_segment(const struct lane *lane, const struct held_segment *held,
                   struct segment *segment);

void lanes_check(const struct lanes *lanes, bool deep);

#endif
