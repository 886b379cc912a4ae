/* customer_state.h - the inside of a customer, shared by its files only.
 *
 *     customer.c        its life: memory, sessions, links, restarts
 *     customer_core.c   what its core needs: codec, signatures, results
 *     customer_turn.c   one turn: asks for operations, sends
 *     customer_work.c   what it asks for
 *     customer_lies.c   what it does otherwise, if it is a liar; see customer_liar.h
 *     customer_forge.c  segments made by hand, for that */
#ifndef STRATEGOS_CLUSTER_CUSTOMER_STATE_H
#define STRATEGOS_CLUSTER_CUSTOMER_STATE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "client/core.h"
#include "cluster/customer.h"
#include "cluster/customer_work.h"

/* An operation that the application waits for. */
struct operation {
    struct work_note note;
    uint64_t session; /* when it was asked for */
    struct operation *next_free;
};

struct customer {
    struct customer_settings settings;
    uint64_t now_ns;
    uint32_t linked;       /* bit r: the link to replica r is up */
    uint64_t last_session; /* the highest that this key used */

    struct client_core *core;
    struct client_core_settings core_settings;
    void *core_memory;
    uint64_t session;     /* the core's */
    uint64_t sent_number; /* of the last request formed in it */
    struct arena arena;   /* decoding */
    void *arena_memory;
    struct buffer scratch; /* an encoding on its way to the core */
    struct buffer message;
    struct buffer frame; /* being made for one replica */

    struct work work;
    struct operation *operations; /* slot_count */
    struct operation *free_operation;
    size_t slot_count;
    /* Closed loop: when each free slot may be used, ascending; indices modulo slot_count. */
    uint64_t *ready_ns;
    uint64_t ready_first;
    uint64_t ready_end;
    uint64_t start_ns; /* open loop: of the next operation */
    uint64_t paused_until_ns;
    struct slice declined; /* the next operation, that the core had no room for */
    struct work_note declined_note;
    bool is_full;     /* no slot, or no room in the core: time alone will not help */
    bool is_stopped;  /* tells no more lies */
    uint64_t started; /* operations asked for */
    uint64_t done;    /* with a result */
    size_t open;

    struct liar *liar; /* NULL: honest */
};

/* Fills in core_settings. */
void customer_set_core(struct customer *customer);
/* Hands a frame to the world, if the link is up. */
void customer_send(struct customer *customer, replica_id to, struct slice frame);
uint64_t customer_new_session(struct customer *customer);
void customer_see(struct customer *customer, struct sighting *sighting);
/* When the next operation may be asked for; UINT64_MAX: not before something else happens. */
uint64_t customer_start_ns(const struct customer *customer);

#endif
