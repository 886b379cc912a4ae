/* core.h - the client, pure: one session (one lane) of numbered requests, from submission to the
 * result that f+1 replicas agree on.
 *
 * No I/O, clock, randomness beyond a seed, or allocation after init. The shell owns sockets, keys
 * and codec, and drives the core in turns:
 *
 *     client_core_on_*        what came in: replies, busy, session gone, links up and down
 *     client_core_submit      new requests
 *     client_core_turn        deadlines pass, waiting requests become segments
 *     client_core_outgoing    per linked replica: what to send it now, one frame at a time
 *     client_core_sent        it was handed to the socket, or the socket took nothing
 *     client_core_next_ns     when to come back if nothing else happens
 *
 * Protocol: a request's number is its place in the lane. Requests of one turn share a segment,
 * which is signed once, encoded once and sent to every replica. A result is accepted on f+1 equal
 * replies from distinct replicas, the first reply of each replica counting: at least one of f+1 is
 * loyal, so no f liars can make a result, and none is ever guessed.
 *
 * A deadline that passes is an answer to the caller only. If the request was in a segment its
 * outcome is unknown and its place in the lane stays, because later segments chain on it: it is
 * retransmitted until it has a result. If it was still waiting it is dropped and never sent.
 *
 * Batching (client_core_turn): a waiting request goes at once when nothing is under way, when a
 * segment is full, or when the waiting ones number a quarter of those under way; else after an
 * eighth of the smoothed round trip, 0.5 to 4 ms. So a lone request is never delayed, batching
 * adds at most an eighth to any latency, and under load a round trip carries about eight segments
 * however many requests: with 4096 under way each signature serves hundreds. */
#ifndef STRATEGOS_CLIENT_CORE_H
#define STRATEGOS_CLIENT_CORE_H

#include "wire/message.h"

#define CLIENT_IN_FLIGHT_MAX     REPLIES_PER_SESSION_MAX  /* beyond it replicas forget replies */
#define CLIENT_SEGMENTS_MAX      (LANE_SEGMENTS_MAX - 4u) /* under way at once */
#define CLIENT_SENDS_MAX         (LANE_SEGMENTS_MAX + 1u) /* messages of one frame */
#define CLIENT_RETRY_NS_MAX      (5000u * UINT64_C(1000000))
#define CLIENT_GAP_WAIT_NS       (20u * UINT64_C(1000000)) /* before asking for lost replies */
#define CLIENT_RETRANSMIT_BYTES  (128u << 10)              /* of segments, at one retry */
#define CLIENT_SEND_BYTES_MIN    (SEGMENT_BYTES_MAX + 16u) /* the largest message fits */
#define CLIENT_WAITING_BYTES_MIN (REQUEST_BYTES_MAX << 1)

enum client_status {
    CLIENT_RESULT,       /* f+1 replicas agree: outcome and result are set */
    CLIENT_TIMED_OUT,    /* outcome unknown, it may yet be executed */
    CLIENT_NOT_SENT,     /* timed out or dropped before it was sent: it never will be executed */
    CLIENT_SESSION_LOST, /* f+1 replicas no longer know the session: outcome unknown */
    CLIENT_RESULT_LOST,  /* executed, but f+1 replicas no longer keep the result */
};

/* What became of one request. `tag` is the caller's; `result` is borrowed for the call. */
struct client_result {
    void *tag;
    enum client_status status;
    enum outcome outcome;
    struct slice result;
};

/* What the shell does for the core. Encoders return the size written, at most `capacity`. */
struct client_core_ops {
    void *context;
    size_t (*encode_body)(void *context, const struct segment_body *body, uint8_t *out,
                          size_t capacity);
    /* Signs the digest with the client's key. */
    void (*sign)(void *context, const struct digest *digest, struct signature *signature);
    /* The segment as one whole CLIENT_SEGMENT message. */
    size_t (*encode_segment)(void *context, const struct segment *segment, uint8_t *out,
                             size_t capacity);
    /* Exactly once per request submitted. May submit; must call nothing else of the core. */
    void (*on_result)(void *context, const struct client_result *result);
};

struct client_core_settings {
    struct digest genesis;
    struct public_key client;
    size_t replica_count;     /* n, at most REPLICAS_MAX */
    size_t faults;            /* f; n >= 2f+1 */
    size_t in_flight_max;     /* requests waiting or under way, 1 .. CLIENT_IN_FLIGHT_MAX */
    size_t waiting_bytes_max; /* of requests not yet in a segment, CLIENT_WAITING_BYTES_MIN up */
    uint64_t retry_ns;        /* first retransmission; doubles up to CLIENT_RETRY_NS_MAX */
    bool read_only;           /* this client's role: its requests may only read */
    uint64_t seed;            /* of the retransmission jitter */
    struct client_core_ops ops;
};

struct client_core;

/* Bytes that client_core_init needs. */
size_t client_core_memory_size(const struct client_core_settings *settings);

/* `memory` is aligned for any type, and outlives the core. No session is open yet. */
struct client_core *client_core_init(const struct client_core_settings *settings, void *memory);

/* Begins a new lane; `session` must be greater than any that this client's key used before.
 * Requests under way in an older session end as CLIENT_SESSION_LOST; waiting ones go on. */
void client_core_open_session(struct client_core *core, uint64_t session);
uint64_t client_core_session(const struct client_core *core);

/* True once f+1 replicas said the session is gone: open a new one. Nothing is sent till then. */
bool client_core_is_lost(const struct client_core *core);

enum client_submit {
    CLIENT_SUBMITTED,
    CLIENT_FULL,      /* in_flight_max or waiting_bytes_max is reached: try after a result */
    CLIENT_TOO_LARGE, /* more than REQUEST_BYTES_MAX */
};

/* Copies `request`. on_result is called once, not before this returns. */
MUST_USE enum client_submit client_core_submit(struct client_core *core, struct slice request,
                                               void *tag, uint64_t deadline_ns, uint64_t now_ns);

/* Ends every request as CLIENT_NOT_SENT or CLIENT_TIMED_OUT, for closing. */
void client_core_cancel(struct client_core *core);

/* What came from replica `from`. The verdict, counted per replica too: STALE is of another session,
 * INVALID answers what was never asked or differs from an accepted result, EQUIVOCATION differs
 * from what the same replica said before. */
enum verdict client_core_on_replies(struct client_core *core, replica_id from,
                                    const struct replies *replies, uint64_t now_ns);
enum verdict client_core_on_busy(struct client_core *core, replica_id from, const struct busy *busy,
                                 uint64_t now_ns);
enum verdict client_core_on_session_gone(struct client_core *core, replica_id from,
                                         const struct session_gone *gone, uint64_t now_ns);

/* A link is up anew: all that is under way will be sent again, in order. Links begin down. */
void client_core_on_link_up(struct client_core *core, replica_id replica);
void client_core_on_link_down(struct client_core *core, replica_id replica);

/* Deadlines and batching. */
void client_core_turn(struct client_core *core, uint64_t now_ns);

/* One message: encoded bytes, or where `encoded` is empty an ask_replies to encode. */
struct client_send {
    struct slice encoded; /* lives until the next call that is given a non-const core */
    struct ask_replies ask;
};

/* What to send to a replica now, in order, encoded bytes of at most `bytes_max` together (at least
 * CLIENT_SEND_BYTES_MIN). Changes nothing until client_core_sent. Nothing for a link that is down.
 */
size_t client_core_outgoing(struct client_core *core, replica_id to, uint64_t now_ns,
                            size_t bytes_max, struct client_send sends[CLIENT_SENDS_MAX]);

/* The last client_core_outgoing for this replica went out (`taken`), or could not and is offered
 * again a little later. */
void client_core_sent(struct client_core *core, replica_id to, bool taken, uint64_t now_ns);

/* When turn or outgoing will have something to do; UINT64_MAX: not before something comes in. */
uint64_t client_core_next_ns(struct client_core *core);

/* Requests without a callback yet, waiting or under way. */
size_t client_core_open_count(const struct client_core *core);
uint64_t client_core_verdict_count(const struct client_core *core, replica_id replica,
                                   enum verdict verdict);
/* Segments formed in this session, and retransmissions: how well batching does. */
uint64_t client_core_segment_count(const struct client_core *core);
uint64_t client_core_retransmit_count(const struct client_core *core);

/* Walks everything and asserts that it is consistent. For tests and simulation. */
void client_core_check(const struct client_core *core);

#endif
