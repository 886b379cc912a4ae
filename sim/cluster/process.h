/* process.h - one replica as a process of the simulated world: the production shell over ports that
 * lead into it, its disk, its clock, its inbox; it starts, crashes, pauses and betrays. */
#ifndef STRATEGOS_CLUSTER_PROCESS_H
#define STRATEGOS_CLUSTER_PROCESS_H

#include "cluster/parcel.h"
#include "cluster/plan.h"
#include "cluster/world.h"
#include "disk/disk.h"
#include "ideal/ideal.h"
#include "node/node.h"
#include "traitors/traitor.h"

struct world;

struct process {
    struct world *world;
    uint32_t index; /* among the world's processes */
    replica_id id;
    struct node_settings settings;
    struct ideal_signer signer;
    struct node *node;              /* NULL: down */
    struct checksum_key random_key; /* of its ledger and its index */
    struct ports outer;             /* where the gates lead */
    struct traitor *traitor;        /* NULL: loyal */
    size_t strategy;                /* of the traitor */
    bool is_gone;                   /* its disk is lost: never comes back */
    bool has_bad_disk;              /* it lied: counts among the traitors */
    bool has_read_fault;            /* one was planted since it failed last */
    bool is_doomed;       /* has crashed within this turn: nothing that it does counts any more */
    bool has_records;     /* shown as effects, and not yet that they are on disk */
    bool was_paused;      /* for want of room */
    struct disk old_disk; /* what a traitor had when it became one */
    uint64_t life;        /* counts its starts */
    uint64_t paused_until_ns;
    uint64_t busy_until_ns; /* a turn takes time */
    uint64_t wake_ns;       /* the WAKE event that counts; UINT64_MAX: none */

    struct parcel_queue frames;
    struct parcel_queue requests;
    struct parcel *open;                /* handed out by receive_*, borrowed until the next one */
    uint64_t links[PLAN_CUSTOMERS_MAX]; /* the number of each customer's link; 0: none */

    struct disk disk;
    struct folder disk_view; /* its folder's, with its times and crashes */
    struct folder inner;
    void *core_memory;
    uint64_t sync_ns; /* what a sync takes now */
    uint64_t slow_until_ns;
    uint64_t turn_ns;        /* since this turn began */
    uint64_t sends_to_crash; /* counts down to 0; UINT64_MAX: does not */
    /* For each kind the index of the fault that has not been felt yet, and 1; 0: there is none. */
    uint16_t awaited[FAULT_KIND_COUNT];
    struct process *twin; /* NULL: it runs once */
    uint64_t twin_seed;
    uint64_t twin_part;    /* how often the others were parted anew */
    uint64_t deaf_to;      /* bit i: as one of twins it has no link with process i */
    enum faulty_loss loss; /* of the next crash */
    uint64_t back_after_ns;
    void (*work)(void *context); /* a checkpoint that is being written; NULL: none */
    void *work_context;
    uint64_t work_at_ns; /* when it will be */

    int64_t wall_offset_ns;
    int64_t drift_ppm;
    uint64_t clock_base_ns;   /* monotonic time ... */
    uint64_t clock_anchor_ns; /* ... when the world's was this */

    height_nr height_seen; /* shown to the oracles */
    height_nr state_seen;  /* likewise */
    view_nr view_seen;
    uint64_t usage_at_ns;
};

/* Makes disk and ledger, as `init` does; not started. */
MUST_USE enum error process_init(struct process *process, struct world *world, uint32_t index,
                                 replica_id id, struct error_text *text);
void process_fini(struct process *process);

/* Boots it from its disk. A disk that the production code refuses is an answer, not an error: then
 * it stays down, and the reason is noted. */
void process_start(struct process *process);
/* The process dies now; its disk loses what `loss` says. Comes back after `back_after_ns`; 0: not
 * by itself. */
void process_crash(struct process *process, enum faulty_loss loss, uint64_t back_after_ns);
/* Another disk in the place of its own; only while it is down. */
void process_take_disk(struct process *process, struct disk disk);
/* A turn, if it is up and not paused. */
void process_turn(struct process *process);
/* Shows the digest of its state. It is up. */
void process_show_state(struct process *process);
/* When it wants a turn; UINT64_MAX: down. */
uint64_t process_deadline(const struct process *process);
/* From now on a traitor: its shell is the same, its ports lie. */
void process_corrupt(struct process *process, size_t strategy);

/* Shows that all its records are on disk, if they are and it is news. */
void process_show_synced(struct process *process);
/* Shows how far it has applied the log, if it is news; what of that is on disk before. */
void process_show_applied(struct process *process);

static inline bool process_is_loyal(const struct process *process)
{
    return process->traitor == NULL && !process->is_gone && !process->has_bad_disk;
}

/* Of twins, that which came later; NULL: there is none. */
static inline struct process *process_second(const struct process *process)
{
    return process->twin != NULL && process->twin->index > process->index ? process->twin : NULL;
}

/* ports.c: the world's own, and the gates to them that the shell gets. */
struct ports process_world_ports(struct process *process);
struct ports process_gates(struct process *process);
uint64_t process_monotonic_ns(const struct process *process);

#endif
