/* shell.h - the parts of a running replica and what the files of this layer do for each other. Only
 * for them.
 *
 * A turn of the loop: take in frames (inbound.c, clients.c), let the core draw its conclusions,
 * carry out its effects (effects.c), serve blocks (serve.c), sync once if something that leaves
 * needs it and flush (durable.c), apply what was decided (execute.c), answer clients. One turn's
 * work is bounded everywhere by the numbers below, and what is left over is done in the next. */
#ifndef STRATEGOS_NODE_SHELL_H
#define STRATEGOS_NODE_SHELL_H

#include "base/arena.h"
#include "base/log.h"
#include "machine/executor.h"
#include "node/answers.h"
#include "node/later.h"
#include "node/node.h"
#include "node/outbound.h"
#include "node/ports.h"
#include "node/routes.h"
#include "node/tally.h"
#include "replica/replica.h"
#include "storage/archive.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

/* Of one turn. */
#define TURN_FRAMES_MAX     256u            /* taken from peers, and as many from clients */
#define TURN_INPUT_NS       (4 * NS_PER_MS) /* spent on taking in frames of either */
#define TURN_LINK_BYTES_MAX LANE_BYTES_MAX  /* of segments from one client link */
#define TURN_LINK_ASKS_MAX  64u             /* queries and the like from one client link */
#define TURN_BLOCKS_MAX     16u             /* applied */
#define TURN_EXECUTE_NS     (8 * NS_PER_MS)
#define TURN_SERVE_BYTES    (4u << 20)  /* of blocks to peers that are behind */
#define EXECUTE_QUEUE_MAX   128u        /* decided, not yet applied */
#define EXECUTE_LIGHT_BYTES (16u << 10) /* of segments: applied before the sync */
#define EXECUTE_BACKLOG     32u         /* no more input while more than this wait */

/* When. */
#define SYNC_AFTER_NS     (200 * NS_PER_MS) /* what nobody waits for is on disk this soon */
#define SYNC_AFTER_BYTES  (1u << 20)
#define FULL_RETRY_NS     (1 * NS_PER_S)
#define DISK_CHECK_NS     (5 * NS_PER_S)
#define DIGEST_QUIET_NS   (1 * NS_PER_S) /* without a decided order: its digest is folded now */
#define DIGEST_BUDGET     512u
#define SYNC_SAMPLES      64u
#define SERVE_BYTES_PER_S (32u << 20) /* to one peer, in the long run */

/* Ledger syncs, and the pause while the disk is full. */
struct durable {
    bool is_paused;
    uint64_t retry_ns;       /* while paused */
    uint64_t dirty_since_ns; /* 0: all is synced */
    uint64_t synced_end;     /* ledger location */
    uint64_t finalize_end;   /* ledger location where the last own Finalize ends */
    uint64_t samples_ns[SYNC_SAMPLES];
    size_t sample_count; /* ever */
};

/* Decided orders that wait to be applied. What they point to is the core's until it is told. */
struct execute {
    struct decision queue[EXECUTE_QUEUE_MAX];
    size_t head;
    size_t count;
    height_nr told; /* what the core knows to be applied */
    uint64_t applied_ns;
    bool has_told;        /* the core has room again: it may decide more at once */
    bool is_stalled;      /* waits for the checkpoint that is under way */
    struct digest digest; /* of the state at digest_height */
    height_nr digest_height;
    uint64_t folded_turn; /* whoever asks: once a turn */
    bool digest_is_complete;
};

enum checkpoint_state { CHECKPOINT_IDLE, CHECKPOINT_RUNNING, CHECKPOINT_RETRY };

struct checkpoint {
    enum checkpoint_state state;
    enum error result; /* the work's, read after it is finished */
    struct error_text text;
    uint64_t begun_ns;
    uint64_t retry_ns;
    bool is_full;
    height_nr height;        /* what it is of */
    uint64_t begun_requests; /* executed when it began */
    uint64_t later_bytes;    /* of segments executed since */
};

/* What each peer asked for and has not got yet. */
struct serve {
    struct {
        height_nr next;
        uint32_t left;
        uint64_t credit_bytes; /* refilled with time */
        uint64_t credit_ns;
    } peers[REPLICAS_MAX];
    bool has_asks; /* of any peer */
    struct buffer scratch;
};

/* What each client link has had of this turn; a link is found by its number's low bits. */
struct allowance {
    uint64_t link;
    uint64_t turn;
    size_t bytes;
    size_t asks;
};

struct disk {
    uint64_t check_ns;
    uint64_t free_bytes;
    bool is_low;
    bool descriptors_low;
};

struct node {
    const struct node_settings *settings;
    const struct group *group;
    uint64_t now_ns; /* monotonic, of this turn */
    uint64_t start_ns;
    uint64_t turn;
    bool is_stopping;
    bool has_failed; /* said on the log already */
    bool is_restoring;

    struct ports ports;
    struct executor *executor;
    struct archive *archive;
    struct replica *core;
    uint64_t links_due_ns;
    bool peers_waiting; /* a budget was spent, more may be there */
    bool clients_waiting;

    struct arena arena; /* of the frame that is being taken in */
    struct arena log_arena;
    struct outbound outbound;
    struct answers answers;
    struct tally tally;
    struct durable durable;
    struct execute execute;
    struct checkpoint checkpoint;
    struct serve serve;
    struct disk disk;
    struct allowance allowances[LISTENER_LINKS_MAX];
    struct routes routes;
    struct later later;
    uint64_t heard_ns[REPLICAS_MAX]; /* when a peer's last frame came */
};

/* What time it is, by the ports. */
static inline uint64_t shell_monotonic_ns(const struct node *node)
{
    return node->ports.monotonic_ns(node->ports.self);
}

static inline struct replica_time shell_now(const struct node *node)
{
    return (struct replica_time){
        .monotonic_ns = node->ports.monotonic_ns(node->ports.self),
        .wall_ns = node->ports.wall_ns(node->ports.self),
    };
}

/* Logs; the node is over. */
__attribute__((format(printf, 3, 4))) void node_fail(struct node *node, const char *event,
                                                     const char *format, ...);

/* effects.c: what the core wants done. */
void effects_emit(void *context, const struct effect *effect);

/* durable.c */
void durable_persist(struct node *node, const struct effect *effect);
/* Syncs if it must be now, then lets frames for peers leave. */
void durable_turn(struct node *node);
/* Syncs now. OK also while paused: look at is_paused. Any other trouble fails the node. */
void durable_sync(struct node *node);
/* Is every own Finalize on disk? An order may be decided by one that is not yet: if it were lost,
 * the view could still be nullified, and what was answered would never have been. */
bool durable_has_finalized(const struct node *node);
uint64_t durable_deadline(const struct node *node);
uint64_t durable_median_ns(const struct durable *durable);

/* inbound.c: frames of peers, and verdicts about anybody. */
void inbound_take(struct node *node);
void inbound_judge(struct node *node, size_t row, const char *who, enum verdict verdict);

/* clients.c */
void clients_take(struct node *node);
/* May this segment be ordered at all, whoever passes it on? A client that may only read must say in
 * it that it does. */
bool clients_may_order(struct node *node, const struct segment *segment);
void clients_say_busy(struct node *node, const struct lane_id *lane, uint64_t sequence);
void clients_say_gone(struct node *node, const struct lane_id *lane, uint64_t before);
/* The link over which the lane's client is reached; 0 if none. */
link_nr clients_link(const struct node *node, const struct lane_id *lane);

/* execute.c */
void execute_add(struct node *node, const struct decision *decision);
/* Applies some of what waits, if it is decided for good, tells the core. */
void execute_turn(struct node *node);
void execute_fold(struct node *node);
/* So little waits that it may be applied before the sync: its clients wait less, peers hardly more.
 */
bool execute_is_light(const struct node *node);
bool execute_has_work(const struct node *node);
struct reply_sink execute_replies(struct node *node);
/* Sends what was kept back and is still not acknowledged. */
void execute_send_later(struct node *node);

/* checkpoint.c */
void checkpoint_turn(struct node *node); /* begins one that is due; retries one that failed */
/* As much again has been executed since one began, and it is not done: execution must wait. */
bool checkpoint_is_behind(const struct node *node);
void checkpoint_on_done(struct node *node);
void checkpoint_finish(struct node *node); /* waits for one that runs */
uint64_t checkpoint_deadline(const struct node *node);

/* serve.c */
void serve_ask(struct node *node, replica_id to, height_nr from, uint32_t count);
void serve_turn(struct node *node);
/* When it wants to go on; UINT64_MAX: nothing is left. */
uint64_t serve_deadline(const struct node *node);

/* disk.c */
void disk_check(struct node *node);

/* status.c */
void status_look(struct node *node, uint64_t number, struct status *status);

/* restore.c: executor, archive and core, as they were. */
MUST_USE enum error restore_all(struct node *node, struct error_text *text);
void restore_close(struct node *node);

#endif
