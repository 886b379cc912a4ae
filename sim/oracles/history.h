/* history.h - what happened so far, worked out once for all oracles that need it: operations and
 * requests of clients, the decided log with what the reference machine answers, who is loyal, and
 * what replicas really said. Judges nothing.
 *
 *     history.c           loyalty and dispatch
 *     history_clients.c   lanes, requests formed, operations
 *     history_log.c       orders: decided, for good, executed
 *     history_said.c      statements that left
 *     history_voted.c     orders that were voted for
 *     history_sessions.c  sessions that began, and which are over
 *
 * A decision is for good once its replica has synced or applied it (or restored it after a crash):
 * before that, it may rest on an own Finalize that a crash takes back, and with it the decision.
 *
 * `oracle_history_see` comes before the oracles: what a sighting brought lies in the fields below
 * "Of this sighting" until the next one. */
#ifndef STRATEGOS_ORACLES_HISTORY_H
#define STRATEGOS_ORACLES_HISTORY_H

#include "oracles/map.h"
#include "oracles/oracle.h"
#include "oracles/pages.h"
#include "oracles/reference.h"
#include "oracles/shelf.h"
#include "oracles/topic.h"

#include "base/arena.h"

#define ORACLE_NONE UINT64_MAX

/* What an application asked for. */
struct oracle_operation {
    size_t client;
    uint64_t number;
    struct slice request;
    uint64_t invoked_ns;
    uint64_t invoked_step; /* what is seen is counted in steps, from 1 */
    uint64_t returned_step;
    bool is_returned;
    bool is_known;
    enum outcome outcome;
    struct oracle_mark result;
    size_t result_bytes;
    bool is_sent; /* in a segment, as request `request_number` of lane `lane` */
    size_t lane;
    uint64_t request_number;
    uint64_t sent_ns;
    uint64_t place; /* in the log, requests counted from 1; 0: not in it */
    height_nr height;
    enum outcome log_outcome;
    struct oracle_mark log_result;
    size_t log_result_bytes;
};

/* A client's session, honest or not. */
struct oracle_lane {
    struct lane_id id;
    size_t client; /* ORACLE_CLIENTS_MAX or more: no client that is known */
    bool is_honest;
    struct oracle_request {
        struct slice bytes;
        uint64_t operation; /* index, or ORACLE_NONE */
    } * sent;               /* request k at k - 1 */
    size_t sent_count;
    size_t sent_capacity;
    uint64_t decided; /* requests */
};

struct oracle_segment {
    size_t lane;
    uint64_t sequence;
    struct digest previous;
    struct digest digest;
    struct slice body;
};

struct oracle_tip {
    size_t lane;
    uint64_t sequence;
    struct digest digest;
};

/* An order that a loyal replica decided, by height and digest. */
struct oracle_order {
    height_nr height;
    view_nr view;
    uint64_t time_ns;
    struct digest digest;
    replica_id first;            /* who decided it first */
    struct oracle_mark contents; /* of the segments that it got with it */
    struct oracle_order *next;   /* another one of this height */
    /* Until it has been executed: */
    size_t tip_count;
    struct oracle_tip *tips;
    size_t segment_count;
    struct oracle_segment *segments;
    uint8_t *bytes;
};

/* A request of the log, while its order is executed. */
struct oracle_placed {
    size_t lane;
    size_t segment; /* of its order */
    uint64_t number;
    bool is_as_sent;    /* by an honest client: number and bytes are those of a request it formed */
    uint64_t operation; /* index, or ORACLE_NONE */
    uint64_t place;
};

/* A replica decided an order for good. */
struct oracle_commit {
    replica_id replica;
    struct oracle_order *order;
    bool is_new;        /* first of its height: has been executed */
    size_t placed_from; /* its requests */
    size_t placed_to;
};

/* A replica's word: a vote, alone, as a proposal's signature or inside a certificate. */
struct oracle_statement {
    enum vote_kind kind;
    view_nr view;
    struct digest digest;
    bool is_proposal;
    uint32_t to; /* peers to whom it has not left yet */
};

/* An order, as the loyal replicas that notarized it had it. */
struct oracle_candidate {
    view_nr view;
    view_nr parent_view;
    struct digest parent;
    struct digest digest;
    height_nr height;
    uint64_t time_ns;
    size_t next; /* one more of this view that was voted for before: index + 1, 0: none */
};

/* A vote, by kind, view and digest. */
struct oracle_ballot {
    enum vote_kind kind;
    uint32_t voters; /* bit r: has cast it while it was loyal */
    struct digest digest;
    size_t next; /* one more of this view that was cast before: index + 1, 0: none */
};

/* What was voted for in a view: index + 1 of the newest; 0: none. */
struct oracle_view {
    size_t candidates;
    size_t ballots;
};

/* Of a client: those that have begun in the log, the newest of them. */
struct oracle_client_sessions {
    uint64_t newest[SESSIONS_PER_CLIENT_MAX]; /* descending */
    size_t count;
};

struct oracle_queue { /* a client's operations, as they were asked for */
    uint64_t *operations;
    size_t count;
    size_t capacity;
    size_t first;                  /* all before have been sent or have ended */
    struct oracle_pages by_number; /* index + 1 */
};

struct oracle_pending { /* decided, not yet for good */
    struct oracle_order **orders;
    size_t count;
    size_t capacity;
};

struct oracle_said {
    struct oracle_statement *waiting;
    size_t count;
    size_t capacity;
};

struct oracle_history {
    struct oracle_world world;
    uint64_t step;
    uint32_t traitors; /* bit r: was corrupted or lost its disk */
    uint32_t running;  /* bit r: started and not crashed */
    struct oracle_shelf shelf;
    struct oracle_map clients;    /* mark of the key -> index */
    size_t client_count;          /* those who are not known included */
    struct oracle_map lane_index; /* mark of key and session -> index */
    struct oracle_lane *lanes;
    size_t lane_count;
    size_t lane_capacity;
    uint64_t newest_session[ORACLE_CLIENTS_MAX];
    struct oracle_operation *operations;
    size_t operation_count;
    size_t operation_capacity;
    struct oracle_queue queues[ORACLE_CLIENTS_MAX];
    struct oracle_pages heights; /* struct oracle_order *: the first of each height */
    struct oracle_order **orders;
    size_t order_count;
    size_t order_capacity;
    struct oracle_pending pending[REPLICAS_MAX];
    struct oracle_order **log; /* height h at h - 1 */
    size_t log_count;
    size_t log_capacity;
    uint64_t placed_total;
    struct oracle_reference reference;
    struct arena arena;
    struct oracle_said said[REPLICAS_MAX];
    struct oracle_candidate candidates[REPLICAS_MAX]; /* that each stored last */
    struct oracle_pages views;                        /* struct oracle_view */
    struct oracle_candidate *voted;
    size_t voted_count;
    size_t voted_capacity;
    struct oracle_ballot *ballots;
    size_t ballot_count;
    size_t ballot_capacity;
    struct oracle_client_sessions *sessions; /* by client */
    size_t sessions_count;
    size_t sessions_capacity;
    height_nr begun_height;

    /* Of this sighting. */
    uint64_t operation;            /* of SENT, INVOKED, RETURNED: index, or ORACLE_NONE */
    struct oracle_order *decision; /* of a loyal replica's DECIDED; its first sight or not */
    struct oracle_mark decision_contents;
    const struct oracle_order *begun; /* the decision, if it is the first of its height: its
                                         sessions begin with the next sighting */
    struct oracle_commit *commits;
    size_t commit_count;
    size_t commit_capacity;
    struct oracle_placed *placed;
    size_t placed_count;
    size_t placed_capacity;
    bool has_spoken; /* the effect holds an own statement of its replica: */
    struct oracle_statement spoken;
    bool has_voted; /* `spoken` is a vote that the replica never cast before */
    const struct oracle_candidate *choice; /* the order, if that is a Notarize; NULL: not known */
    struct oracle_statement *left;         /* what the frame carried away for the first time */
    size_t left_count;
    size_t left_capacity;
};

/* What it takes something from; of others it need not know. */
#define ORACLE_HISTORY_SIGHTS                                                                      \
    (ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_CRASHED) | ORACLE_SIGHT(SIGHT_CORRUPTED) |   \
     ORACLE_SIGHT(SIGHT_DISK_LOST) | ORACLE_SIGHT(SIGHT_SYNCED) | ORACLE_SIGHT(SIGHT_FRAME) |      \
     ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_SIGHT(SIGHT_SENT) | ORACLE_SIGHT(SIGHT_INVOKED) |        \
     ORACLE_SIGHT(SIGHT_RETURNED) | ORACLE_EFFECT(EFFECT_PERSIST_PROPOSAL) |                       \
     ORACLE_EFFECT(EFFECT_SEND) | ORACLE_EFFECT(EFFECT_DECIDED))

/* NULL: no memory. */
struct oracle_history *oracle_history_new(const struct oracle_world *world);
void oracle_history_free(struct oracle_history *history);
void oracle_history_see(struct oracle_history *history, const struct sighting *sighting);

/* Of a replica's sighting: does it count? */
static inline bool oracle_is_loyal(const struct oracle_history *history,
                                   const struct sighting *sighting)
{
    return sighting->is_loyal && (history->traitors >> sighting->replica & 1) == 0;
}

static inline bool oracle_is_honest(const struct oracle_history *history, size_t client)
{
    return client < ORACLE_CLIENTS_MAX && (history->world.honest_clients >> client & 1) != 0;
}

/* NULL: no loyal replica notarized it. */
const struct oracle_candidate *oracle_history_candidate(const struct oracle_history *history,
                                                        view_nr view, const struct digest *digest);
/* Of a loyal replica that has decided no more than what was shown before this sighting. */
bool oracle_history_is_over(const struct oracle_history *history, const struct lane_id *id);
/* The orders of a view that were notarized, as a list by `next`: index + 1; 0: none. */
size_t oracle_history_candidates(const struct oracle_history *history, view_nr view);
/* Bit r: r is a traitor, or has cast this vote while it was loyal. */
uint32_t oracle_history_voters(const struct oracle_history *history, enum vote_kind kind,
                               view_nr view, const struct digest *digest);

static inline replica_id oracle_commander(const struct oracle_history *history, view_nr view)
{
    return (replica_id)(view % history->world.replica_count);
}

/* The parts of oracle_history_see. */
size_t oracle_history_lane(struct oracle_history *history, const struct lane_id *id);
void oracle_history_client(struct oracle_history *history, const struct sighting *sighting);
void oracle_history_decided(struct oracle_history *history, const struct sighting *sighting);
/* Decisions up to `height` are for good; those above are forgotten where `is_start`. */
void oracle_history_commit(struct oracle_history *history, replica_id replica, height_nr height,
                           bool is_start);
void oracle_history_spoken(struct oracle_history *history, const struct sighting *sighting);
void oracle_history_left(struct oracle_history *history, const struct sighting *sighting);
void oracle_history_begin_sessions(struct oracle_history *history);
void oracle_history_stored(struct oracle_history *history, const struct sighting *sighting);
/* After oracle_history_spoken. */
void oracle_history_voted(struct oracle_history *history, const struct sighting *sighting);

#endif
