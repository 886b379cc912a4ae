/* om_graph.c - see om_graph.h: what one general says, keeps and decides. */
#include "agreement/om_graph.h"

#include "agreement/eig.h"
#include "base/assert.h"

#include <string.h>

static unsigned deepest_members(const struct om_graph_plan *plan)
{
    return plan->shape.p - (plan->shape.m - 1);
}

static bool is_deepest(const struct om_graph_plan *plan, uint32_t instance)
{
    return instance >= plan->deepest_first;
}

uint64_t om_graph_bytes(unsigned generals, unsigned m, unsigned p)
{
    uint64_t instances = om_graph_instance_count(m, p);
    if (instances > OM_GRAPH_INSTANCES_MAX) {
        return UINT64_MAX;
    }
    uint64_t deepest = instances - om_graph_instance_count(m - 1, p);
    return 2 * instances + deepest * (generals + p - (m - 1));
}

void om_graph_init(struct om_graph *general, const struct om_graph_plan *plan, general_id self,
                   void *memory)
{
    ASSERT(self < plan->graph.count);
    memset(memory, RETREAT,
           (size_t)om_graph_bytes(plan->graph.count, plan->shape.m, plan->shape.p));
    general->plan = plan;
    general->self = self;
    general->order = RETREAT;
    general->told = memory;
    general->resolved = general->told + plan->instance_count;
    general->carried = general->resolved + plan->instance_count;
    general->arrived = general->carried + (size_t)plan->deepest_count * plan->graph.count;
}

void om_graph_set_order(struct om_graph *general, order_nr order)
{
    ASSERT(general->self == general->plan->shape.commander);
    general->order = order;
}

static order_nr *carried_at(const struct om_graph *general, const struct om_graph_hop *hop)
{
    const struct om_graph_plan *plan = general->plan;
    size_t row = plan->instances[hop->instance].first;
    return &general->carried[row * plan->graph.count + hop->receiver];
}

static order_nr *arrived_at(const struct om_graph *general, uint32_t instance, general_id member)
{
    const struct om_graph_plan *plan = general->plan;
    const struct om_graph_instance *at = &plan->instances[instance];
    unsigned index = general_count(at->members & (general_bit(member) - 1));
    return &general->arrived[(size_t)at->first * deepest_members(plan) + index];
}

order_nr om_graph_due(const struct om_graph *general, const struct om_graph_hop *hop)
{
    ASSERT(hop->from == general->self && hop->instance < general->plan->instance_count);
    if (hop->position == 0) {
        /* OM(m,p), 1: the commander sends his order; a member, as commander one level down, what
         * he was told. */
        return hop->instance == 0 ? general->order
                                  : general->told[general->plan->instances[hop->instance].parent];
    }
    /* OM(1,p), 2A: the member sends what he was told along his path; the others pass it on. */
    return hop->position == 1 ? general->told[hop->instance] : *carried_at(general, hop);
}

void om_graph_take(struct om_graph *general, const struct om_graph_hop *hop, order_nr order)
{
    ASSERT(hop->to == general->self && hop->instance < general->plan->instance_count);
    order_nr heard = order == ORDER_ABSENT ? RETREAT : order;
    if (hop->position == 0) {
        general->told[hop->instance] = heard;
    } else if (hop->to == hop->receiver) {
        *arrived_at(general, hop->instance, hop->member) = heard;
    } else {
        *carried_at(general, hop) = heard;
    }
}

/* OM(m,p), 3: the majority of what the members of one instance told this general. Those one level
 * down are resolved before. */
static order_nr resolve(const struct om_graph *general, uint32_t instance)
{
    const struct om_graph_instance *at = &general->plan->instances[instance];
    order_nr votes[GENERALS_MAX + EIG_SLACK_BYTES] = {RETREAT};
    unsigned count = 0;
    for (general_set left = at->members; left != 0; left &= left - 1) {
        general_id member = general_lowest(left);
        if (member == general->self) {
            votes[count++] = general->told[instance];
        } else if (is_deepest(general->plan, instance)) {
            votes[count++] = *arrived_at(general, instance, member);
        } else {
            unsigned index = general_count(at->members & (general_bit(member) - 1));
            votes[count++] = general->resolved[at->first + index];
        }
    }
    return eig_majority(votes[0], votes + 1, count - 1);
}

order_nr om_graph_decide(struct om_graph *general)
{
    const struct om_graph_plan *plan = general->plan;
    if (general->self == plan->shape.commander) {
        return general->order;
    }
    for (uint32_t i = plan->instance_count; i > 0; i--) {
        const struct om_graph_instance *at = &plan->instances[i - 1];
        if (general_is_in(at->within, general->self) && at->commander != general->self) {
            general->resolved[i - 1] = resolve(general, i - 1);
        }
    }
    return general->resolved[0];
}
