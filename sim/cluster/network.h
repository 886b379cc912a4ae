/* network.h - when a frame arrives, if it does: delays, loss, order, cuts, bandwidth.
 *
 * Each directed pair of ends has a state of its own. A cut loses what is sent; a clog keeps what is
 * sent and lets it go when it ends. Nothing here knows what a frame says. */
#ifndef STRATEGOS_CLUSTER_NETWORK_H
#define STRATEGOS_CLUSTER_NETWORK_H

#include "base/prng.h"
#include "cluster/plan.h"
#include "cluster/world.h"

#define NETWORK_ENDS (WORLD_PROCESSES_MAX + PLAN_CUSTOMERS_MAX)

struct network_link {
    uint32_t cuts;  /* how many things cut it now */
    uint64_t up_ns; /* no session before */
    uint64_t clogged_until_ns;
    uint64_t slower_ns;   /* added to each delay */
    uint64_t bytes_per_s; /* 0: no limit */
    uint64_t free_ns;     /* when the last frame is through, with a limit */
    uint64_t last_arrival_ns;
};

struct network {
    struct plan_network settings;
    struct prng prng;
    uint32_t lossy_permille; /* more loss, by faults */
    bool is_calm;            /* timely: nothing is lost, delays at most a third of Δ */
    uint64_t calm_delay_ns;
    struct network_link links[NETWORK_ENDS][NETWORK_ENDS];
};

enum network_fate {
    NETWORK_ARRIVES,
    NETWORK_LOST,
    NETWORK_LOST_MORE, /* it would not have been but for lossy_permille */
    NETWORK_CUT,
    NETWORK_NO_SESSION
};

void network_init(struct network *network, const struct plan *plan);

/* What becomes of a frame that leaves now: when it arrives, and a second copy (0: none). */
enum network_fate network_send(struct network *network, uint32_t from, uint32_t to, size_t size,
                               uint64_t now_ns, uint64_t *arrival_ns, uint64_t *copy_ns);
/* A delay as any frame might have, for other purposes. */
uint64_t network_delay(struct network *network);
/* Everything heals. */
void network_calm(struct network *network, uint64_t delta_ns, uint64_t now_ns);

static inline struct network_link *network_link(struct network *network, uint32_t from, uint32_t to)
{
    return &network->links[from][to];
}

#endif
