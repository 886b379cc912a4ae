/* plan.h - everything that a seed decides about one run, drawn before it begins: the group, the
 * network, the clients, and each fault with its time. A run is a function of its plan; a failing
 * plan is made small by taking faults out of it. */
#ifndef STRATEGOS_CLUSTER_PLAN_H
#define STRATEGOS_CLUSTER_PLAN_H

#include "base/error.h"
#include "cluster/customer.h"
#include "machine/executor.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_FAULTS_MAX    256u
#define PLAN_CUSTOMERS_MAX 32u

#define PLAN_US UINT64_C(1000)
#define PLAN_MS UINT64_C(1000000)
#define PLAN_S  UINT64_C(1000000000)

enum fault_kind {
    /* Processes. `who`: a replica. */
    FAULT_CRASH, /* comes back after `length_ns`; `value`: what the disk loses (faulty_loss) */
    FAULT_CRASH_AT_CALL, /* crashes in the midst of the value-th disk call from now; as above */
    FAULT_CRASH_AT_SEND, /* crashes just before the value-th frame from now leaves: often between a
                            sync and the sends that rest on it */
    FAULT_CRASH_ALL,     /* the power fails for the whole group */
    FAULT_PAUSE,         /* stops and goes on after `length_ns` */
    /* Clocks. */
    FAULT_CLOCK_JUMP,  /* the wall clock moves by `value` ms (signed) */
    FAULT_CLOCK_DRIFT, /* both clocks run `value` ppm (signed) fast from now on */
    /* Network, for length_ns. `whom`: a set of replicas, bit by id; `customers`: one of customers.
     * They last side by side: what two of them do to a link, it bears until both have ended. */
    FAULT_PARTITION,    /* between `whom` with `customers` and the others, both ways */
    FAULT_ONE_WAY,      /* from `whom` with `customers` to the others only */
    FAULT_FLAP,         /* cuts off `who`; drawn as several short ones in a row */
    FAULT_SLOW,         /* frames to `who` and `customers` take `value` ms longer */
    FAULT_CLOG,         /* frames to `who` and `customers` come all at once at the end */
    FAULT_LOSSY,        /* every link loses `value` percent */
    FAULT_NARROW,       /* links from `who` and `customers` carry `value` KB/s each */
    FAULT_CUSTOMER_CUT, /* customer `who` has sessions with `whom` only */
    /* Disks. */
    FAULT_DISK_FULL, /* of `who`, for length_ns: no new file if `value` is even, no write either if
                        it is odd */
    FAULT_DISK_SLOW, /* a sync takes `value` ms, for length_ns */
    FAULT_DISK_READ, /* the value-th read from now fails */
    FAULT_STORE_DAMAGED, /* crashes, and its store is found damaged and set aside at the next start
                          */
    FAULT_DISK_FLIP,     /* a bit of what was synced flips, found at the next start at the latest */
    FAULT_DISK_MISDIRECT, /* a write lands elsewhere; counts among the f if it was a lost write */
    FAULT_DISK_LIES,      /* syncs do nothing; counts among the f */
    FAULT_DISK_LOST,      /* crashes, and its disk is gone for good; counts among the f */
    /* Customers. `who`: a customer. */
    FAULT_CUSTOMER_RESTART,
    /* Treason. */
    FAULT_CORRUPT, /* `who` becomes a traitor with strategy `value`, without a restart */
    FAULT_TWINS,   /* `who` runs twice from now on; `value`: seed of who hears which */
    FAULT_AMNESIA, /* `who`, a traitor, restarts with the disk it had when it became one */
    FAULT_KIND_COUNT
};

struct fault {
    uint64_t at_ns;
    uint64_t length_ns;
    int64_t value;
    enum fault_kind kind;
    uint32_t who;
    uint32_t whom;
    uint32_t customers;
};

struct plan_network {
    char name[16];             /* "lan", "wan", "lossy" ... */
    uint64_t delay_min_ns;     /* one way */
    uint64_t delay_typical_ns; /* most frames: min + a skewed draw around this */
    uint64_t delay_max_ns;
    uint32_t loss_permille;
    uint32_t duplicate_permille; /* by the network: the link's counters refuse them */
    bool reorders;               /* each frame has a delay of its own; else first come first */
};

struct plan {
    uint64_t seed;
    size_t replica_count;
    size_t fault_count;   /* f of the configuration */
    size_t traitor_count; /* that there will be, lost and lying disks included */
    uint64_t delta_ns;
    struct plan_network network;
    uint64_t sync_ns;      /* a sync's usual time */
    uint64_t ledger_bytes; /* of each ledger file */
    uint64_t frame_ns;     /* a replica's work for one frame */
    uint64_t digest_every; /* orders: the states' digests are compared after so many */
    struct checkpoint_limits checkpoint;
    uint64_t checkpoint_ns; /* to write one, on a disk that is not slow */
    size_t customer_count;
    struct plan_customer {
        enum customer_lie lie;
        size_t in_flight;
        uint64_t think_ns;
        size_t burst;
        uint64_t pause_ns;
        bool is_open_loop;
        uint64_t operations_max;
        uint64_t operations_late; /* of them in the calm */
        size_t key_count;
        size_t value_bytes_max;
        uint64_t timeout_ns;
    } customers[PLAN_CUSTOMERS_MAX];
    uint64_t faults_until_ns; /* then the calm begins: everything heals */
    size_t fault_total;
    struct fault faults[PLAN_FAULTS_MAX]; /* by time */
};

/* What a user may fix; the rest is drawn. Zero or SIZE_MAX: drawn. */
struct plan_options {
    uint64_t seed;
    size_t replica_count;
    size_t fault_count;
    size_t traitor_count; /* SIZE_MAX: drawn, 0 .. f */
    size_t strategy;      /* of all traitors; SIZE_MAX: drawn */
    const char *network;  /* NULL: drawn */
    uint64_t length_ns;
    bool beyond; /* more traitors than f are allowed: the oracles must then find something */
};
void plan_options_init(struct plan_options *options, uint64_t seed);

/* ERROR_INVALID with a text that names option, value and bound. */
MUST_USE enum error plan_draw(struct plan *plan, const struct plan_options *options,
                              struct error_text *text);

const char *fault_name(enum fault_kind kind);
/* One line about a fault: "replica 2: crash, unsynced torn, for 300 ms". */
void fault_describe(const struct fault *fault, char *line, size_t room);
/* Names of networks for help; NULL after the last. */
const char *plan_network_name(size_t index);

#endif
