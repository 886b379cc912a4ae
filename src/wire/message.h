/* message.h - everything that replicas, clients and ledgers exchange, as plain structs.
 *
 * Slices and arrays inside are borrowed: from the received frame and its decode arena, or from the
 * sender's memory. Digests are over canonical fixed-width fields (digests.h), not over protobuf
 * bytes, so one message has one digest however it was encoded. */
#ifndef STRATEGOS_WIRE_MESSAGE_H
#define STRATEGOS_WIRE_MESSAGE_H

#include "base/verdict.h"
#include "crypto/signature.h"
#include "wire/limits.h"

typedef uint32_t replica_id; /* 0 .. n-1 */
typedef uint64_t view_nr;    /* 1, 2, ...; 0 is genesis */
typedef uint64_t height_nr;  /* an order's position in the log: 1, 2, ...; 0 is genesis */

/* A lane: one client's requests in one session. Ordered by key, then session. */
struct lane_id {
    struct public_key client;
    uint64_t session;
};

/* How far a lane has come: `sequence` segments, the last with chain digest `digest`. */
struct lane_tip {
    struct lane_id lane;
    uint64_t sequence;
    struct digest digest;
};

/* Part of a lane, as its client signed it. Digest k: see digests.h. */
struct segment {
    struct lane_id lane;
    uint64_t sequence; /* from 1 */
    struct digest previous;
    struct slice body;          /* an encoded segment_body */
    struct signature signature; /* of lane_sign_digest */
    struct slice
        encoded; /* the whole segment as received or encoded: what is stored and passed on */
};

/* What a segment's body says. */
struct segment_body {
    uint64_t acknowledged; /* the client holds results of all requests up to this number: theirs
                              need no keeping. Requests of a lane are numbered 1, 2, 3, ... */
    bool read_only; /* the requests may only read: ordered, but answered by the machine's query.
                     * All that a client with the role `read` may send. */
    size_t request_count;         /* 1 .. SEGMENT_REQUESTS_MAX */
    const struct slice *requests; /* each a command for the machine, up to REQUEST_BYTES_MAX */
};

/* A commander's order: which lanes advance to where. Carries no request bytes. */
struct order {
    view_nr view;
    view_nr parent_view;
    struct digest parent;        /* genesis digest where parent_view is 0 */
    height_nr height;            /* parent's + 1 */
    uint64_t time_ns;            /* agreed time, since 1970 */
    size_t tip_count;            /* may be 0 */
    const struct lane_tip *tips; /* strictly ascending by lane */
};

enum vote_kind { VOTE_NOTARIZE = 1, VOTE_NULLIFY = 2, VOTE_FINALIZE = 3 };
#define VOTE_KIND_COUNT 4

/* A nullify vote names no order: its digest is all zeros. */
struct vote {
    enum vote_kind kind;
    replica_id voter;
    view_nr view;
    struct digest digest;
    struct signature signature;
};

struct certificate_signature {
    replica_id voter;
    struct signature signature;
};

/* Q votes of one kind for one thing, voters strictly ascending. */
struct certificate {
    enum vote_kind kind;
    view_nr view;
    struct digest digest;
    size_t count; /* at most REPLICAS_MAX */
    struct certificate_signature signatures[REPLICAS_MAX];
};

/* The commander's order, with his own Notarize vote for it: the one signature that makes it his. */
struct proposal {
    struct order order;
    struct signature signature;
};

/* A decided order with all segments it newly covers, in execution order. */
struct block {
    struct order order;
    bool has_certificate; /* a finalization of this very order */
    struct certificate certificate;
    size_t segment_count;
    const struct segment *segments;
};

struct ask_view { /* "send me what you hold of views from..to" */
    view_nr from;
    view_nr to;
};
struct ask_order { /* "send me the order with this digest" */
    view_nr view;
    struct digest digest;
};
struct ask_segments { /* "send me these segments of a lane" */
    struct lane_id lane;
    uint64_t from;
    uint64_t to;
};
struct ask_blocks { /* "send me decided blocks from this height on" */
    height_nr from;
    uint32_t count;
};
struct heartbeat {
    view_nr view;
    height_nr height; /* last decided */
};

enum peer_message_kind {
    PEER_SEGMENT = 1,
    PEER_CERTIFICATE,
    PEER_PROPOSAL,
    PEER_VOTE,
    PEER_ASK_VIEW,
    PEER_ASK_ORDER,
    PEER_ASK_SEGMENTS,
    PEER_ASK_BLOCKS,
    PEER_BLOCK,
    PEER_HEARTBEAT
};

/* One message from a replica to a replica. A frame carries many. A proposal may be passed on
 * by anyone: its signature is its commander's. */
struct peer_message {
    enum peer_message_kind kind;
    union {
        struct segment segment;
        struct certificate certificate;
        struct proposal proposal;
        struct vote vote;
        struct ask_view ask_view;
        struct ask_order ask_order;
        struct ask_segments ask_segments;
        struct ask_blocks ask_blocks;
        struct block block;
        struct heartbeat heartbeat;
    };
};

/* From a client to a replica. */
struct ask_replies { /* "I lack results of this session from this request number on" */
    uint64_t session;
    uint64_t from;
};
struct query { /* answered by this one replica from its own state, not ordered */
    uint64_t number;
    struct slice request;
};
struct ask_log { /* admin only */
    uint64_t number;
    height_nr from;
    uint32_t count;
};

enum client_message_kind {
    CLIENT_SEGMENT = 1,
    CLIENT_ASK_REPLIES,
    CLIENT_QUERY,
    CLIENT_ASK_STATUS,
    CLIENT_ASK_LOG
};

struct client_message {
    enum client_message_kind kind;
    union {
        struct segment segment;
        struct ask_replies ask_replies;
        struct query query;
        struct ask_log ask_log;
        uint64_t ask_status; /* number */
    };
};

/* From a replica to a client. */

/* What became of a request. Part of the replicated result: f+1 replicas must agree on it. */
enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_REFUSED = 1,   /* the machine said no: nothing was changed; the reply says why */
    OUTCOME_MALFORMED = 2, /* the machine does not understand the command */
    OUTCOME_FORBIDDEN = 3, /* the client's role does not allow it */
};

struct reply {
    enum outcome outcome;
    struct slice result;
};

/* Results of consecutive requests of one session. */
struct replies {
    uint64_t session;
    uint64_t first; /* request number of replies[0] */
    size_t count;
    const struct reply *replies;
};

/* "Your session is over: a newer one pushed it out, or its results are no longer kept." */
struct session_gone {
    uint64_t session;
    uint64_t
        before; /* results of requests below this number are gone; UINT64_MAX: the session is */
};

/* "I cannot take more now"; nothing was kept of segments from `sequence` on. */
struct busy {
    uint64_t session;
    uint64_t sequence; /* the first segment that was not taken */
    uint32_t retry_after_ms;
};

struct query_reply {
    uint64_t number;
    height_nr height; /* of the state that answered */
    struct reply reply;
};

struct peer_status { /* what a replica thinks of another */
    replica_id id;
    bool connected;
    uint64_t verdicts[VERDICT_COUNT];
};

struct status {
    uint64_t number;
    replica_id id;
    replica_id commander;
    view_nr view;
    height_nr height;           /* last executed */
    height_nr height_known;     /* highest that any peer claimed, or own */
    height_nr digest_height;    /* height that `digest` belongs to */
    struct digest digest;       /* of the store */
    struct digest order_digest; /* of the last decided order */
    uint64_t pending;           /* requests held and not decided */
    uint64_t executed;          /* requests since genesis */
    uint64_t ledger_bytes;
    uint64_t disk_free_bytes;
    uint64_t sync_ns; /* median of recent ledger syncs; 0 unknown */
    uint64_t uptime_ns;
    uint32_t clients_connected;
    bool disk_full;
    bool disk_low;
    bool syncing; /* catching up */
    bool descriptors_low;
    char version[32];
    size_t peer_count;
    struct peer_status peers[REPLICAS_MAX];
};

struct log_entry {
    struct order order;
    struct digest digest;
    uint64_t request_count;
};

struct log_part {
    uint64_t number;
    height_nr last; /* the replica's last decided height */
    size_t count;
    const struct log_entry *entries;
};

enum replica_message_kind {
    REPLICA_REPLIES = 1,
    REPLICA_SESSION_GONE,
    REPLICA_BUSY,
    REPLICA_QUERY_REPLY,
    REPLICA_STATUS,
    REPLICA_LOG
};

struct replica_message {
    enum replica_message_kind kind;
    union {
        struct replies replies;
        struct session_gone session_gone;
        struct busy busy;
        struct query_reply query_reply;
        struct status status;
        struct log_part log_part;
    };
};

/* In the ledger: a decided order; its segments are elsewhere in the same ledger. */
struct decided {
    struct order order;
    const struct certificate *certificate; /* a finalization of this very order, or NULL */
    size_t segment_count;
    const uint64_t *locations; /* of the segments' records, in execution order */
    uint64_t request_count;    /* requests in those segments */
};

/* One decided order as the core hands it to ledger and executor. `segments` are the newly covered
 * ones in execution order (lanes ascending, sequence ascending); `evicted` are sessions that this
 * order's new sessions push out. Borrowed until the core is told that the order was applied. */
struct decision {
    struct order order;
    struct digest digest;
    const struct certificate *certificate; /* a finalization of this very order, or NULL */
    size_t segment_count;
    const struct segment *segments;
    const struct digest *segment_digests; /* chain digest of each */
    size_t evicted_count;
    const struct lane_id *evicted;
};

int lane_id_compare(const struct lane_id *a, const struct lane_id *b);

static inline bool lane_id_is_equal(const struct lane_id *a, const struct lane_id *b)
{
    return a->session == b->session && public_key_is_equal(&a->client, &b->client);
}

#endif
