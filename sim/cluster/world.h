/* world.h - a whole group in virtual time: production shells, cores, ledgers, machines and client
 * cores over a simulated network and simulated disks, as a plan says.
 *
 * Single-threaded; the only time is `now_ns`. The same plan gives the same run, byte for byte: the
 * trace hash covers every frame that was handed over and every fault. */
#ifndef STRATEGOS_CLUSTER_WORLD_H
#define STRATEGOS_CLUSTER_WORLD_H

#include "cluster/plan.h"
#include "cluster/sometimes.h"
#include "oracles/oracle.h"
#include "traitors/traitor.h"

/* What happens on the way, for traces and pictures. */
enum happening_kind {
    HAPPENING_SENT,      /* a frame left */
    HAPPENING_DELIVERED, /* it was handed over */
    HAPPENING_LOST,      /* it never will be; `text` says why */
    HAPPENING_FAULT,     /* `text` */
    HAPPENING_NOTE       /* `text` */
};

/* Ends of a frame: replicas by process (twins are two), then customers. */
#define WORLD_PROCESSES_MAX (REPLICAS_MAX + 16u)
#define WORLD_CUSTOMER(c)   ((uint32_t)(WORLD_PROCESSES_MAX + (c)))

struct happening {
    enum happening_kind kind;
    uint64_t now_ns;
    uint64_t frame; /* number of the frame */
    uint32_t from;
    uint32_t to;
    struct slice bytes; /* the frame */
    const char *text;
};

/* Looks on: everything the oracles see, and what happens on the way. */
struct watcher {
    void *context;
    void (*on_sighting)(void *context, const struct sighting *sighting);
    void (*on_happening)(void *context, const struct happening *happening);
};

struct world_stats {
    uint64_t events;
    uint64_t frames;     /* handed over, between replicas and with customers */
    uint64_t messages;   /* in them */
    uint64_t orders;     /* decided, highest height */
    uint64_t operations; /* of honest customers, with a known result */
    uint64_t restarts;
    uint64_t view_highest;
    uint64_t syncs;
    uint64_t virtual_ns;
};

struct world_outcome {
    bool has_finding;
    enum property property;
    char oracle[32];
    char text[ORACLE_TEXT_BYTES];
    uint64_t trace; /* hash */
    struct world_stats stats;
    uint64_t acted[STRATEGIES_MAX];          /* how often each traitor strategy did something */
    uint64_t fault_counts[FAULT_KIND_COUNT]; /* of those that had an effect */
    uint64_t lie_counts[CUSTOMER_LIE_COUNT];
    uint64_t sometimes[SOMETIMES_COUNT];
};

/* Runs the plan to its end or the first finding. `watcher` may be NULL. ERROR_MEMORY only. */
MUST_USE enum error world_run(const struct plan *plan, const struct watcher *watcher,
                              struct world_outcome *outcome, struct error_text *text);

#endif
