/* state.h - the simulated world from within. Only for this layer. */
#ifndef STRATEGOS_CLUSTER_STATE_H
#define STRATEGOS_CLUSTER_STATE_H

#include "cluster/agenda.h"
#include "cluster/links.h"
#include "cluster/network.h"
#include "cluster/process.h"
#include "cluster/sometimes.h"

#define WORLD_WALL_NS UINT64_C(1700000000000000000) /* the wall clock when the world begins */

enum event_kind {
    EVENT_FRAME,      /* parcel, for a replica's process */
    EVENT_REQUEST,    /* parcel, from a customer to a process */
    EVENT_ANSWER,     /* parcel, to a customer */
    EVENT_WAKE,       /* process `who`; counts if `tag` is its wake_ns */
    EVENT_CUSTOMER,   /* customer `who`, likewise */
    EVENT_FAULT,      /* index `tag` of the plan begins */
    EVENT_FAULT_ENDS, /* likewise */
    EVENT_START,      /* process `who` comes back, if `tag` is its life */
    EVENT_LINK,       /* customer `who` reaches process `tag`, or does not any more */
    EVENT_CALM,
    EVENT_END
};

static inline bool event_has_parcel(const struct event *event)
{
    return event->kind <= EVENT_ANSWER;
}

struct world {
    const struct plan *plan;
    uint64_t now_ns;
    struct agenda agenda;
    struct parcel_store parcels;
    struct network network;
    struct links links;
    bool fault_is_counted[PLAN_FAULTS_MAX];
    struct group group;
    struct ideal_book book;
    struct conspiracy conspiracy;
    struct process processes[WORLD_PROCESSES_MAX];
    uint32_t process_count;
    struct customer *customers[PLAN_CUSTOMERS_MAX];
    struct ideal_signer customer_signers[PLAN_CUSTOMERS_MAX];
    uint64_t customer_wakes[PLAN_CUSTOMERS_MAX];
    bool customer_is_linked[PLAN_CUSTOMERS_MAX][WORLD_PROCESSES_MAX];
    uint64_t link_number;
    struct oracles oracles;
    struct oracle_world known; /* to them */
    struct sometimes_seen sometimes;
    const struct watcher *watcher;
    struct world_stats stats;
    struct world_outcome *outcome;
    uint64_t trace;
    uint64_t frame_number;
    bool is_calm;
    bool is_over;
    char broken[ORACLE_TEXT_BYTES]; /* see world_break; empty: nothing is */
};

/* world.c */
void world_send_frame(struct world *world, struct process *from, replica_id to, struct slice frame);
void world_send_answer(struct world *world, struct process *from, link_nr link, struct slice frame);
/* Of a customer, as it says itself; `context` is the world. */
void world_send_request(void *context, size_t customer, replica_id to, struct slice frame);
void world_see_customer(void *context, const struct sighting *sighting);
/* Fills in who and when, and shows it to all. */
void world_see_replica(struct process *process, struct sighting *sighting);
void world_see(struct world *world, const struct sighting *sighting);
void world_note(struct world *world, enum happening_kind kind, const char *text);
void world_mix(struct world *world, uint64_t value); /* into the trace */
/* The process is up, down, or was refused by its own disk. */
void world_on_started(struct process *process);
void world_on_crashed(struct process *process, uint64_t back_after_ns);
void world_on_refused(struct process *process, const char *text);
/* An invariant is broken, whatever the oracles say: the run ends. */
void world_break(struct world *world, const struct process *process, const char *what,
                 const char *text);
void world_wake(struct process *process); /* enters its next WAKE if it changed */
void world_wake_customer(struct world *world, size_t customer);
/* Customer and process can or cannot talk. */
void world_link_customer(struct world *world, size_t customer, uint32_t process, bool is_up);
/* The process of a replica; of twins the first. */
struct process *world_process(struct world *world, replica_id id);

/* world_make.c */
MUST_USE enum error world_make(struct world *world, struct error_text *text);
void world_unmake(struct world *world);

/* faults.c */
void faults_begin(struct world *world, size_t fault);
void faults_end(struct world *world, size_t fault);
/* It has had an effect: counts once. */
void faults_count(struct world *world, size_t fault);
/* The process has felt the fault of that kind that waits for it: there is one. */
void faults_count_awaited(struct process *process, enum fault_kind kind);
void faults_on_started(struct process *process);
void faults_calm(struct world *world); /* everything heals, and everybody who can comes back */

/* The process has felt the fault of that kind that waits for it, if one does. */
static inline void faults_felt(struct process *process, enum fault_kind kind)
{
    if (process->awaited[kind] != 0) {
        faults_count_awaited(process, kind);
    }
}

/* disk_view.c: the process's disk, with what its calls take, and crashes in the midst of them. */
struct folder disk_view_of(struct process *process);

#endif
