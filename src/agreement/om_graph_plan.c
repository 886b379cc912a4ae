/* om_graph_plan.c - see om_graph.h: the table of instances, their routes, and the hops of a step.
 *
 * The routes of one deepest instance to one receiver are one block: first how many generals each
 * member's route has, then the routes one after the other, members in ascending order. They share
 * only the receiver, so all together never have more than n + p generals. */
#include "agreement/om_graph.h"

#include "agreement/om_graph_choose.h"
#include "base/assert.h"

#include <string.h>

static unsigned deepest_members(unsigned m, unsigned p)
{
    return p - (m - 1);
}

static size_t block_bytes(unsigned generals, unsigned m, unsigned p)
{
    return generals + 2 * (size_t)deepest_members(m, p);
}

/* Instances of depth `depth`. */
static uint64_t count_at(unsigned depth, unsigned p)
{
    uint64_t count = 1;
    for (unsigned d = 0; d < depth; d++) {
        uint64_t each = p > d ? p - d : 0;
        if (each != 0 && count > UINT64_MAX / each) {
            return UINT64_MAX;
        }
        count *= each;
    }
    return count;
}

uint64_t om_graph_instance_count(unsigned m, unsigned p)
{
    uint64_t sum = 0;
    for (unsigned depth = 0; depth < m && depth <= GENERALS_MAX; depth++) {
        uint64_t count = count_at(depth, p);
        if (count > UINT64_MAX - sum) {
            return UINT64_MAX;
        }
        sum += count;
    }
    return sum;
}

uint64_t om_graph_plan_bytes(unsigned generals, unsigned m, unsigned p)
{
    if (om_graph_instance_count(m, p) > OM_GRAPH_INSTANCES_MAX) {
        return UINT64_MAX;
    }
    return om_graph_instance_count(m, p) * sizeof(struct om_graph_instance) +
           count_at(m - 1, p) * generals * block_bytes(generals, m, p);
}

static general_id *block_at(const struct om_graph_plan *plan, uint32_t instance,
                            general_id receiver)
{
    unsigned generals = plan->graph.count;
    size_t row = (size_t)plan->instances[instance].first * generals + receiver;
    return plan->routes + row * block_bytes(generals, plan->shape.m, plan->shape.p);
}

/* The instances of all depths, each one's members chosen, and those below it appended. */
static void plan_instances(struct om_graph_plan *plan)
{
    const struct om_graph_shape *shape = &plan->shape;
    plan->instances[0] = (struct om_graph_instance){.commander = shape->commander,
                                                    .within = generals_all(plan->graph.count)};
    plan->instance_count = 1;
    for (uint32_t i = 0; i < plan->instance_count; i++) {
        struct om_graph_instance *at = &plan->instances[i];
        uint64_t looks = OM_GRAPH_LOOKS_MAX;
        at->members = om_graph_choose(&plan->graph, at->within, at->commander, shape->m - at->depth,
                                      shape->p - at->depth, &looks);
        ASSERT(at->members != 0);
        if (at->depth + 1u == shape->m) {
            plan->deepest_first = plan->deepest_count == 0 ? i : plan->deepest_first;
            at->first = plan->deepest_count++;
            continue;
        }
        at->first = plan->instance_count;
        for (general_set left = at->members; left != 0; left &= left - 1) {
            plan->instances[plan->instance_count++] =
                (struct om_graph_instance){.commander = general_lowest(left),
                                           .depth = (uint8_t)(at->depth + 1),
                                           .parent = i,
                                           .within = at->within & ~general_bit(at->commander)};
        }
    }
}

/* The routes of one deepest instance; returns the longest, in edges. */
static unsigned plan_routes(struct om_graph_plan *plan, uint32_t instance)
{
    const struct om_graph_instance *at = &plan->instances[instance];
    general_set within = at->within & ~general_bit(at->commander);
    unsigned members = general_count(at->members);
    unsigned longest = 0;
    for (general_set left = within; left != 0; left &= left - 1) {
        general_id receiver = general_lowest(left);
        struct graph_path paths[GENERALS_MAX];
        unsigned count = graph_disjoint_paths(&plan->graph, within, at->members, receiver, paths);
        ASSERT(count == members);
        general_id *lengths = block_at(plan, instance, receiver);
        general_id *next = lengths + members;
        for (unsigned i = 0; i < members; i++) {
            lengths[i] = paths[i].count;
            memcpy(next, paths[i].at, paths[i].count);
            next += paths[i].count;
            unsigned edges = paths[i].count - 1u;
            longest = edges > longest ? edges : longest;
            plan->hop_count += edges;
        }
    }
    return longest;
}

void om_graph_plan_init(struct om_graph_plan *plan, const struct graph *graph,
                        const struct om_graph_shape *shape, void *memory)
{
    uint64_t bytes = om_graph_plan_bytes(graph->count, shape->m, shape->p);
    ASSERT(bytes != UINT64_MAX);
    memset(memory, 0, (size_t)bytes);
    memset(plan, 0, sizeof(*plan));
    plan->graph = *graph;
    plan->shape = *shape;
    plan->instances = memory;
    size_t instances = (size_t)om_graph_instance_count(shape->m, shape->p);
    plan->routes = (general_id *)(plan->instances + instances);
    plan_instances(plan);
    ASSERT(plan->instance_count == instances);
    unsigned longest = 0;
    for (uint32_t i = 0; i < plan->instance_count; i++) {
        plan->hop_count += general_count(plan->instances[i].members);
        if (i >= plan->deepest_first) {
            unsigned edges = plan_routes(plan, i);
            longest = edges > longest ? edges : longest;
        }
    }
    plan->steps = shape->m + longest;
}

unsigned om_graph_route(const struct om_graph_plan *plan, uint32_t instance, general_id member,
                        general_id receiver, const general_id **route)
{
    const struct om_graph_instance *at = &plan->instances[instance];
    ASSERT(instance >= plan->deepest_first && general_is_in(at->members, member));
    unsigned members = general_count(at->members);
    unsigned index = general_count(at->members & (general_bit(member) - 1));
    const general_id *lengths = block_at(plan, instance, receiver);
    const general_id *way = lengths + members;
    for (unsigned i = 0; i < index; i++) {
        way += lengths[i];
    }
    *route = way;
    return lengths[index];
}

void om_graph_walk_init(struct om_graph_walk *walk, const struct om_graph_plan *plan, unsigned step)
{
    ASSERT(step >= 1 && step <= plan->steps);
    *walk = (struct om_graph_walk){.plan = plan, .step = step};
    if (step > plan->shape.m) {
        walk->instance = plan->deepest_first;
    } else {
        while (plan->instances[walk->instance].depth + 1u < step) {
            walk->instance++;
        }
    }
    walk->members = plan->instances[walk->instance].members;
}

/* Steps 1 .. m: the commanders of one depth tell their members. */
static bool next_of_commanders(struct om_graph_walk *walk, struct om_graph_hop *hop)
{
    const struct om_graph_plan *plan = walk->plan;
    if (walk->members == 0) {
        walk->instance++;
        if (walk->instance == plan->instance_count ||
            plan->instances[walk->instance].depth + 1u != walk->step) {
            walk->instance = plan->instance_count;
            return false;
        }
        walk->members = plan->instances[walk->instance].members;
    }
    general_id member = general_lowest(walk->members);
    walk->members &= walk->members - 1;
    *hop = (struct om_graph_hop){.instance = walk->instance,
                                 .from = plan->instances[walk->instance].commander,
                                 .to = member,
                                 .member = member,
                                 .receiver = member,
                                 .position = 0};
    return true;
}

/* Steps after m: one edge of every route that is long enough. */
static bool next_of_routes(struct om_graph_walk *walk, struct om_graph_hop *hop)
{
    const struct om_graph_plan *plan = walk->plan;
    unsigned position = walk->step - plan->shape.m;
    while (walk->instance < plan->instance_count) {
        while (walk->members != 0) {
            general_id member = general_lowest(walk->members);
            walk->members &= walk->members - 1;
            const general_id *route = NULL;
            general_id receiver = (general_id)walk->receiver;
            if (om_graph_route(plan, walk->instance, member, receiver, &route) > position) {
                *hop = (struct om_graph_hop){.instance = walk->instance,
                                             .from = route[position - 1],
                                             .to = route[position],
                                             .member = member,
                                             .receiver = receiver,
                                             .position = (uint8_t)position};
                return true;
            }
        }
        if (++walk->receiver == plan->graph.count) {
            walk->receiver = 0;
            walk->instance++;
        }
        if (walk->instance < plan->instance_count) {
            walk->members = plan->instances[walk->instance].members;
        }
    }
    return false;
}

bool om_graph_walk_next(struct om_graph_walk *walk, struct om_graph_hop *hop)
{
    if (walk->instance >= walk->plan->instance_count) {
        return false;
    }
    return walk->step <= walk->plan->shape.m ? next_of_commanders(walk, hop)
                                             : next_of_routes(walk, hop);
}

unsigned om_graph_path(const struct om_graph_plan *plan, const struct om_graph_hop *hop,
                       general_id *path)
{
    unsigned commanders = plan->instances[hop->instance].depth + 1u;
    uint32_t instance = hop->instance;
    for (unsigned i = commanders; i > 0; i--) {
        path[i - 1] = plan->instances[instance].commander;
        instance = plan->instances[instance].parent;
    }
    if (hop->position == 0) {
        return commanders;
    }
    const general_id *route = NULL;
    (void)om_graph_route(plan, hop->instance, hop->member, hop->receiver, &route);
    memcpy(path + commanders, route, hop->position);
    return commanders + hop->position;
}
