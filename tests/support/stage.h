/* stage.h - one core alone on a stage: the test plays all its peers and its clients, says what time
 * it is, and looks at what the core said. Four replicas unless told otherwise; Δ is 100 ms. */
#ifndef STRATEGOS_TESTS_SUPPORT_STAGE_H
#define STRATEGOS_TESTS_SUPPORT_STAGE_H

#include "replica/replica.h"
#include "support/world.h"

#define STAGE_SAID_MAX 4096u
#define STAGE_TIPS_MAX 8u
#define STAGE_WALL_NS  (UINT64_C(1700000000) * 1000 * MS)
#define STAGE_DELTA_NS (100 * MS)
#define STAGE_AHEAD_NS (500 * MS)
#define STAGE_BOOT_NS  (5000 * MS) /* of the monotonic clock at time 0 */

struct stage_said {
    enum effect_kind kind;
    replica_id to;
    bool durable;
    struct peer_message message; /* of a SEND; orders without their tips */
    struct vote vote;            /* of a PERSIST_VOTE */
    struct order order;          /* of a PERSIST_PROPOSAL or DECIDED; or of a proposal sent */
    struct lane_tip tips[STAGE_TIPS_MAX];
    size_t segment_count;
    uint64_t number; /* of a BUSY or SESSION_GONE: the sequence; of SERVE_BLOCKS: the height */
};

struct stage {
    struct replica_settings settings;
    void *memory;
    struct replica *core;
    uint64_t now_ms;
    struct stage_said said[STAGE_SAID_MAX];
    size_t said_count;
    struct public_key clients[2];
    /* A ledger: PERSIST records, encoded; for restarts. */
    struct buffer records[STAGE_SAID_MAX];
    enum effect_kind record_kinds[STAGE_SAID_MAX];
    size_t record_count;
    height_nr decided;
    bool is_applying;
};

/* An order that the test made. */
struct stage_order {
    struct order order;
    struct lane_tip tips[STAGE_TIPS_MAX];
    struct digest digest;
};

struct stage *stage_new(replica_id self, size_t replica_count);
void stage_free(struct stage *stage);
/* Everything in memory is gone; comes back from `record_count` records. */
void stage_restart(struct stage *stage, size_t record_count);

struct replica_time stage_time(const struct stage *stage);
/* A turn at this time. */
void stage_at(struct stage *stage, uint64_t ms);
/* Turns whenever the core wants one, up to this time. */
void stage_until(struct stage *stage, uint64_t ms);
void stage_forget(struct stage *stage); /* what was said so far */

view_nr stage_view(const struct stage *stage);
height_nr stage_height(const struct stage *stage);

/* Each of these gives the core a turn, too. */
enum verdict stage_say(struct stage *stage, replica_id from, const struct peer_message *message);
enum verdict stage_vote(struct stage *stage, replica_id voter, enum vote_kind kind, view_nr view,
                        const struct digest *digest);
/* By the Q highest replicas; `from` sends it. */
enum verdict stage_certify(struct stage *stage, replica_id from, enum vote_kind kind, view_nr view,
                           const struct digest *digest);
enum verdict stage_propose(struct stage *stage, const struct stage_order *order);
enum verdict stage_beat(struct stage *stage, replica_id from, view_nr view, height_nr height);
enum verdict stage_client(struct stage *stage, const struct segment *segment);

void stage_sign_vote(const struct stage *stage, struct vote *vote);
void stage_make_certificate(const struct stage *stage, enum vote_kind kind, view_nr view,
                            const struct digest *digest, struct certificate *certificate);
/* A child of `parent` (NULL: genesis) with a tip if `tip` is not NULL. */
void stage_make_order(const struct stage *stage, view_nr view, const struct stage_order *parent,
                      const struct lane_tip *tip, struct stage_order *made);
/* After its fields were changed. */
void stage_seal(struct stage_order *made);

/* Segment `sequence` of client 0's session 1 (requests "1", "2", ...); `encoded` is the caller's.
 */
void stage_segment(const struct stage *stage, uint64_t session, uint64_t sequence,
                   struct buffer *encoded, struct segment *segment, struct lane_tip *tip);

/* How often it said so. */
size_t stage_votes(const struct stage *stage, enum vote_kind kind, view_nr view);
size_t stage_count(const struct stage *stage, enum effect_kind kind);
size_t stage_sends(const struct stage *stage, enum peer_message_kind kind);
/* The last one said; NULL: none. */
const struct stage_said *stage_last(const struct stage *stage, enum peer_message_kind kind);

#endif
