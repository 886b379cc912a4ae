/* links.h - what the faults that last make of each link, and whether anybody has met them.
 *
 * Whenever one begins or ends, or a process comes to the world, every link is worked out anew from
 * all faults that are on. So the end of one never heals what another still does, whatever their
 * order, and twins are met by what began before them. Only for this layer. */
#ifndef STRATEGOS_CLUSTER_LINKS_H
#define STRATEGOS_CLUSTER_LINKS_H

#include "cluster/network.h"
#include "cluster/plan.h"

struct world;

/* Of the plan's faults, those that are on and befall links; in the order of their beginnings. */
struct links {
    size_t count;
    struct lasting_fault {
        size_t index; /* in the plan */
        uint64_t until_ns;
        bool is_met;
    } on[PLAN_FAULTS_MAX];
    size_t unmet; /* of them nobody has felt anything yet */
};

/* Is it a kind that befalls links, of which these functions take care? */
bool links_are_befallen(enum fault_kind kind);
void links_begin(struct world *world, size_t fault);
void links_end(struct world *world, size_t fault);
/* A process has come to the world. */
void links_renew(struct world *world);

/* Does no fault that is on keep the customer from this process? */
bool links_allow(const struct world *world, size_t customer, uint32_t process);

/* A frame has met this fate: the faults that had a part in it have had an effect. */
void links_meet(struct world *world, uint32_t from, uint32_t to, enum network_fate fate);

#endif
