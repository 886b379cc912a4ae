/* core_state.h - the inside of the client core, shared by its files only.
 *
 *     core.c          memory, sessions, submission, deadlines
 *     core_lane.c     waiting requests become segments: batching and the window
 *     core_replies.c  what replicas say: the f+1 rule
 *     core_send.c     what to send to each replica, and when again
 *
 * Invariants (client_core_check):
 * - requests `oldest` .. `next_number` - 1 are in a segment; all below `oldest` are finished;
 *   `oldest` itself is not.
 * - segments `front` .. `next_sequence` - 1 are kept; `front` is not finished. */
#ifndef STRATEGOS_CLIENT_CORE_STATE_H
#define STRATEGOS_CLIENT_CORE_STATE_H

#include "base/pool.h"
#include "base/prng.h"
#include "client/core.h"

#define NEVER_NS            UINT64_MAX
#define MILLISECOND_NS      UINT64_C(1000000)
#define INLINE_RESULT_BYTES DIGEST_BYTES
#define RESULT_POOL_BYTES   (2u << 20)

/* Encoded around a body: client, session, sequence, previous digest, signature, their tags, and the
 * tag and length of the message itself. */
#define SEGMENT_OVERHEAD_BYTES (CLIENT_SEND_BYTES_MIN - SEGMENT_BODY_BYTES_MAX)
/* Encoded around a request, and around all of them. */
#define REQUEST_OVERHEAD_BYTES 4u
#define BODY_OVERHEAD_BYTES    16u

/* Bytes of variable-sized pieces that are freed in the order in which they were taken. */
struct byte_ring {
    uint8_t *memory;
    size_t size;
    size_t head; /* the oldest piece */
    size_t tail; /* behind the newest piece */
    size_t pieces;
    bool wrapped; /* tail has started again at 0, head has not */
};

/* A request that is not in a segment yet. */
struct waiting {
    void *tag;
    uint64_t deadline_ns;
    uint64_t submitted_ns;
    size_t offset; /* into waiting_bytes */
    uint32_t size;
    bool dropped; /* its caller was told; takes up room until it is first */
};

/* A request in a segment. */
struct request {
    uint64_t number; /* 0: the slot was never used in this session */
    void *tag;
    uint64_t deadline_ns;
    uint32_t spoke;  /* bit r: replica r's first reply came */
    uint8_t segment; /* index into segments */
    uint8_t candidate_count;
    uint8_t accepted; /* index of the accepted candidate, or UINT8_MAX: its result is lost */
    bool finished;
    bool told; /* the caller was, of a result or of a timeout */
};

/* One answer that somebody gave, and who did. The result is kept as it is while there is room, else
 * as its digest; once the request is finished a long one is forgotten but for its size: then a late
 * reply that lies is only found out where that is cheap. */
enum kept { KEPT_INLINE, KEPT_STORED, KEPT_DIGEST, KEPT_NOT };
struct candidate {
    uint32_t who;
    uint32_t size;
    uint8_t outcome;
    uint8_t kept; /* enum kept */
    union {
        uint8_t bytes[INLINE_RESULT_BYTES];
        uint8_t *stored; /* in the result pool */
        struct digest digest;
    };
};

struct lane_part {
    uint64_t first; /* request number */
    uint32_t count;
    uint32_t unfinished;
    size_t offset; /* into segment_bytes */
    size_t size;
    uint64_t formed_ns;
    bool repeated; /* sent more than once: no measure of the round trip */
};

/* What the last client_core_outgoing offered. */
struct staged {
    uint64_t next_send;
    uint64_t resend_end; /* segments below were offered again; 0 none */
    unsigned resend_count;
    bool resend;
    bool ask;
};

struct peer {
    bool linked;
    uint64_t next_send;     /* the first segment not sent on this link */
    uint64_t answered;      /* it answered all that matters up to here, without a gap */
    uint64_t highest;       /* the highest request that it answered */
    uint64_t run_first;     /* it answered all from here to the highest */
    uint64_t resend_due_ns; /* NEVER_NS: nothing is awaited */
    uint64_t resend_wait_ns;
    uint64_t ask_due_ns; /* NEVER_NS: no gap */
    uint64_t ask_wait_ns;
    uint64_t busy_until_ns;
    uint64_t hold_until_ns; /* the socket took nothing */
    unsigned busy_streak;
    uint64_t gone_before; /* 0: it never said */
    struct staged staged;
    uint64_t verdicts[VERDICT_COUNT];
};

struct client_core {
    struct client_core_settings settings;
    struct prng prng;
    size_t ring_size; /* of waiting and requests: a power of two */

    /* Waiting requests: indices waiting_first .. waiting_end - 1, modulo ring_size. */
    struct waiting *waiting;
    uint64_t waiting_first;
    uint64_t waiting_end;
    size_t waiting_live; /* not dropped */
    size_t waiting_cost; /* what they will take of a body */
    struct byte_ring waiting_bytes;

    /* The lane. */
    struct lane_id lane;
    bool lost;
    struct digest tip; /* chain digest of segment next_sequence - 1 */
    uint64_t next_sequence;
    uint64_t front;
    struct lane_part segments[LANE_SEGMENTS_MAX]; /* by sequence modulo LANE_SEGMENTS_MAX */
    size_t lane_bytes;                            /* encoded, of the kept segments */
    struct byte_ring segment_bytes;
    bool window_closed; /* the last turn could not form what it wanted to */
    uint64_t round_trip_ns;

    /* Requests under way, by number modulo ring_size. */
    struct request *requests;
    struct candidate *candidates; /* faults + 1 per request */
    struct pool results;          /* long ones, of unfinished requests */
    void *results_memory;
    uint64_t next_number;
    uint64_t oldest;
    size_t unfinished;
    size_t untold; /* unfinished whose caller still waits */

    uint64_t earliest_deadline_ns; /* a lower bound */
    bool cancelling;
    struct peer peers[REPLICAS_MAX];
    uint64_t segment_count;
    uint64_t retransmit_count;

    struct slice *body_requests; /* SEGMENT_REQUESTS_MAX, scratch */
    uint8_t *body;               /* SEGMENT_BODY_BYTES_MAX, scratch */
};

static inline struct request *client_core_request(struct client_core *core, uint64_t number)
{
    return &core->requests[number & (core->ring_size - 1)];
}

static inline struct waiting *client_core_waiting(struct client_core *core, uint64_t index)
{
    return &core->waiting[index & (core->ring_size - 1)];
}

static inline struct lane_part *client_core_segment(struct client_core *core, uint64_t sequence)
{
    return &core->segments[sequence % LANE_SEGMENTS_MAX];
}

/* The lowest request number whose reply from this replica is missing and could still matter. */
static inline uint64_t client_core_expected(const struct client_core *core, const struct peer *peer)
{
    uint64_t number = peer->answered + 1 > core->oldest ? peer->answered + 1 : core->oldest;
    bool in_run = number >= peer->run_first && number <= peer->highest;
    return in_run ? peer->highest + 1 : number;
}

static inline bool client_core_awaits(const struct client_core *core, const struct peer *peer)
{
    return client_core_expected(core, peer) < core->next_number;
}

static inline bool client_core_has_gap(const struct client_core *core, const struct peer *peer)
{
    return client_core_expected(core, peer) <= peer->highest;
}

/* core.c: false where there is no room for `size` bytes in one piece. */
bool byte_ring_take(struct byte_ring *ring, size_t size, size_t *offset);
/* Gives back the oldest piece; the next oldest begins at `next` (ignored if there is none). */
void byte_ring_free(struct byte_ring *ring, size_t next);
/* Shortens the newest piece to end at `end`. */
void byte_ring_trim(struct byte_ring *ring, size_t end);
/* The first waiting request leaves the queue. */
void client_core_release_waiting(struct client_core *core);
/* So do those at its head that were dropped. */
void client_core_pop_dropped(struct client_core *core);

/* core_lane.c: when the first waiting request should go into a segment: 0 at once. */
uint64_t client_core_batch_due_ns(struct client_core *core);
void client_core_form_segments(struct client_core *core, uint64_t now_ns);
/* A segment got its last result. */
void client_core_note_round_trip(struct client_core *core, const struct lane_part *segment,
                                 uint64_t now_ns);
/* After `unfinished` of a segment fell. */
void client_core_advance_front(struct client_core *core);

/* core_replies.c: the request has what it will ever have. Tells the caller unless it was told. */
void client_core_finish_request(struct client_core *core, struct request *request,
                                enum client_status status, const struct reply *reply,
                                uint64_t now_ns);
void client_core_tell(struct client_core *core, void *tag, enum client_status status,
                      const struct reply *reply);

/* core_send.c: the link is new or the session is: all is to be sent, nothing is awaited. */
void client_core_restart_peer(struct client_core *core, struct peer *peer);
/* The replica answered something new. */
void client_core_note_progress(struct client_core *core, struct peer *peer, uint64_t now_ns);
/* Replies came from it: is there a gap before them that needs a question? */
void client_core_note_gap(struct client_core *core, struct peer *peer, uint64_t now_ns);
/* Nothing is under way any more. */
void client_core_note_idle(struct client_core *core);

#endif
