/* customer.h - a client in the simulated world: the production client core and codec, an
 * application that asks for key-value operations, and what it was told.
 *
 * The world carries its frames: it hands in what came from a replica, and takes what is to be sent.
 * Links are up or down as the world says. Honest customers use the core as the library's shell
 * does; a liar has ways of its own (enum customer_lie). */
#ifndef STRATEGOS_CLUSTER_CUSTOMER_H
#define STRATEGOS_CLUSTER_CUSTOMER_H

#include "agreement/authority.h"
#include "base/error.h"
#include "oracles/oracle.h"
#include "wire/message.h"

enum customer_lie {
    CUSTOMER_HONEST,
    CUSTOMER_TWO_FACED,    /* different requests to different replicas under one number */
    CUSTOMER_SECRETIVE,    /* withholds segments from some replicas */
    CUSTOMER_BROKEN_CHAIN, /* segments that do not continue the lane */
    CUSTOMER_FLOOD,        /* far more than the limits, to one or all */
    CUSTOMER_THIEF,        /* passes on another client's segments as its own, replays old ones */
    CUSTOMER_FORGER,       /* segments with bad signatures to some */
    CUSTOMER_REVENANT,     /* repeats what it said in sessions that are over */
    CUSTOMER_LIE_COUNT
};
/* "two-faced"; of CUSTOMER_HONEST "honest". */
const char *customer_lie_name(enum customer_lie lie);

struct customer_settings {
    size_t number; /* below 64 */
    struct digest genesis;
    struct public_key key;
    struct authority authority; /* signs for `key` */
    size_t replica_count;
    size_t fault_count;
    uint64_t delta_ns;
    uint64_t seed;
    enum customer_lie lie;
    size_t in_flight;  /* closed loop: operations at once, >= 1 */
    uint64_t think_ns; /* between a result and the next operation; open loop: between starts */
    bool is_open_loop;
    size_t burst; /* after so many operations asked for, none for pause_ns; 0: no such pauses */
    uint64_t pause_ns;
    uint64_t operations_max; /* stops asking after so many; a liar makes as many moves beside */
    /* Keys it works on, shared with other honest customers, >= 1. A liar has its own: see
     * customer_work.h, also for what is in them. */
    size_t key_count;
    size_t value_bytes_max;
    uint64_t timeout_ns; /* of an operation */
    void *context;
    /* To a replica whose link is up; the frame is borrowed. Neither may call the customer back. */
    void (*send)(void *context, size_t customer, replica_id to, struct slice frame);
    /* SENT, INVOKED, RETURNED sightings; `now_ns` is filled in, `is_loyal` says honest. Operations
     * are numbered 1, 2, ... over all sessions; what a liar makes by hand is not shown. */
    void (*see)(void *context, const struct sighting *sighting);
};

struct customer;
MUST_USE enum error customer_new(struct customer **customer,
                                 const struct customer_settings *settings, uint64_t now_ns);
void customer_free(struct customer *customer);

/* Links begin down. Time never goes back. */
void customer_on_link(struct customer *customer, replica_id replica, bool is_up, uint64_t now_ns);
void customer_on_frame(struct customer *customer, replica_id from, struct slice frame,
                       uint64_t now_ns);
/* A frame that another customer sent: for those who steal (CUSTOMER_THIEF). Sends nothing. */
void customer_overhear(struct customer *customer, struct slice frame);
/* Lets time pass: asks for more operations, sends. To be called once customer_deadline is reached,
 * which a link, a frame or a restart may have brought to now. */
void customer_turn(struct customer *customer, uint64_t now_ns);
uint64_t customer_deadline(struct customer *customer); /* UINT64_MAX: nothing to do by itself */

/* The process dies and comes back under a new session: operations under way stay unknown. Links
 * stay as the world last said. */
void customer_restart(struct customer *customer, uint64_t now_ns);
/* At most so many new operations from now on, and no lies; what is under way goes on. */
void customer_stop(struct customer *customer, uint64_t operations_more);
/* Will it ask for more, sooner or later? */
bool customer_wants_more(const struct customer *customer);
/* Operations without an end yet. */
size_t customer_open_count(const struct customer *customer);
/* Operations that ended with a result. */
uint64_t customer_done_count(const struct customer *customer);
uint64_t customer_acted(const struct customer *customer); /* lies told */
void customer_check(const struct customer *customer);     /* the core's invariants */

#endif
