/* links.c - see links.h. */
#include "cluster/links.h"

#include "base/assert.h"
#include "cluster/state.h"

bool links_are_befallen(enum fault_kind kind)
{
    switch ((unsigned)kind) {
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
    case FAULT_FLAP:
    case FAULT_SLOW:
    case FAULT_CLOG:
    case FAULT_LOSSY:
    case FAULT_NARROW:
    case FAULT_CUSTOMER_CUT:
        return true;
    default:
        return false;
    }
}

/* ---- which links a fault befalls ---- */

static bool is_customer(uint32_t end)
{
    return end >= WORLD_PROCESSES_MAX;
}

/* Is this end in the fault's sets? */
static bool is_in(const struct world *world, const struct fault *fault, uint32_t end)
{
    return is_customer(end) ? (fault->customers >> (end - WORLD_PROCESSES_MAX) & 1) != 0
                            : (fault->whom >> world->processes[end].id & 1) != 0;
}

/* Is this end the replica that the fault is about, or one of the customers? */
static bool is_about(const struct world *world, const struct fault *fault, uint32_t end)
{
    return is_customer(end) ? is_in(world, fault, end) : world->processes[end].id == fault->who;
}

static bool is_between(const struct world *world, const struct fault *fault, uint32_t customer,
                       uint32_t process)
{
    return customer == WORLD_CUSTOMER(fault->who) && !is_customer(process) &&
           (fault->whom >> world->processes[process].id & 1) == 0;
}

static bool befalls(const struct world *world, const struct fault *fault, uint32_t from,
                    uint32_t to)
{
    switch ((unsigned)fault->kind) {
    case FAULT_PARTITION:
        return is_in(world, fault, from) != is_in(world, fault, to);
    case FAULT_ONE_WAY:
        return is_in(world, fault, from) && !is_in(world, fault, to);
    case FAULT_FLAP:
        return is_about(world, fault, from) != is_about(world, fault, to);
    case FAULT_SLOW:
    case FAULT_CLOG:
        return is_about(world, fault, to);
    case FAULT_NARROW:
        return is_about(world, fault, from);
    case FAULT_CUSTOMER_CUT:
        return is_between(world, fault, from, to) || is_between(world, fault, to, from);
    default:
        return true; /* FAULT_LOSSY: all */
    }
}

static bool is_cut_by(enum fault_kind kind)
{
    return kind == FAULT_PARTITION || kind == FAULT_ONE_WAY || kind == FAULT_FLAP;
}

/* ---- links ---- */

static void add(struct network_link *link, const struct fault *fault, uint64_t until_ns)
{
    uint64_t bytes_per_s = (uint64_t)fault->value * 1000;
    switch ((unsigned)fault->kind) {
    case FAULT_SLOW:
        link->slower_ns += (uint64_t)fault->value * PLAN_MS;
        return;
    case FAULT_CLOG:
        link->clogged_until_ns =
            until_ns > link->clogged_until_ns ? until_ns : link->clogged_until_ns;
        return;
    case FAULT_NARROW:
        link->bytes_per_s = link->bytes_per_s == 0 || bytes_per_s < link->bytes_per_s
                                ? bytes_per_s
                                : link->bytes_per_s;
        return;
    default:
        link->cuts += is_cut_by(fault->kind) ? 1 : 0;
        return;
    }
}

static bool are_twins_apart(const struct world *world, uint32_t from, uint32_t to)
{
    return !is_customer(from) && !is_customer(to) &&
           ((world->processes[from].deaf_to >> to & 1) != 0 ||
            (world->processes[to].deaf_to >> from & 1) != 0);
}

static void renew(struct world *world, uint32_t from, uint32_t to)
{
    struct network_link *link = network_link(&world->network, from, to);
    link->cuts = are_twins_apart(world, from, to) ? 1 : 0;
    link->slower_ns = 0;
    link->clogged_until_ns = 0;
    link->bytes_per_s = 0;
    for (size_t i = 0; i < world->links.count; i++) {
        const struct fault *fault = &world->plan->faults[world->links.on[i].index];
        if (befalls(world, fault, from, to)) {
            add(link, fault, world->links.on[i].until_ns);
        }
    }
}

void links_renew(struct world *world)
{
    uint32_t customers = (uint32_t)world->plan->customer_count;
    uint32_t count = world->process_count + customers;
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < count; b++) {
            uint32_t from = a < customers ? WORLD_CUSTOMER(a) : a - customers;
            uint32_t to = b < customers ? WORLD_CUSTOMER(b) : b - customers;
            if (a != b && !(is_customer(from) && is_customer(to))) {
                renew(world, from, to);
            }
        }
    }
    world->network.lossy_permille = 0;
    for (size_t i = 0; i < world->links.count; i++) {
        const struct fault *fault = &world->plan->faults[world->links.on[i].index];
        world->network.lossy_permille +=
            fault->kind == FAULT_LOSSY ? (uint32_t)fault->value * 10 : 0;
    }
}

/* ---- sessions of customers ---- */

bool links_allow(const struct world *world, size_t customer, uint32_t process)
{
    for (size_t i = 0; i < world->links.count; i++) {
        const struct fault *fault = &world->plan->faults[world->links.on[i].index];
        if (fault->kind == FAULT_CUSTOMER_CUT &&
            is_between(world, fault, WORLD_CUSTOMER(customer), process)) {
            return false;
        }
    }
    return true;
}

static void link_customer(struct world *world, size_t customer)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        world_link_customer(world, customer, i,
                            world->processes[i].node != NULL && links_allow(world, customer, i));
    }
}

/* ---- beginnings and ends ---- */

static void meet(struct world *world, struct lasting_fault *lasting)
{
    if (!lasting->is_met) {
        lasting->is_met = true;
        world->links.unmet--;
        faults_count(world, lasting->index);
    }
}

void links_begin(struct world *world, size_t index)
{
    const struct fault *fault = &world->plan->faults[index];
    struct links *links = &world->links;
    ASSERT(links->count < PLAN_FAULTS_MAX);
    struct lasting_fault *lasting = &links->on[links->count++];
    *lasting = (struct lasting_fault){.index = index, .until_ns = world->now_ns + fault->length_ns};
    links->unmet++;
    if (fault->kind != FAULT_CUSTOMER_CUT) {
        links_renew(world);
        return;
    }
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->customer_is_linked[fault->who][i] && !links_allow(world, fault->who, i)) {
            meet(world, lasting);
        }
    }
    link_customer(world, fault->who);
}

void links_end(struct world *world, size_t index)
{
    struct links *links = &world->links;
    size_t at = 0;
    while (at < links->count && links->on[at].index != index) {
        at++;
    }
    ASSERT(at < links->count);
    links->unmet -= links->on[at].is_met ? 0 : 1;
    links->count--;
    memmove(&links->on[at], &links->on[at + 1], (links->count - at) * sizeof links->on[0]);
    const struct fault *fault = &world->plan->faults[index];
    if (fault->kind == FAULT_CUSTOMER_CUT) {
        link_customer(world, fault->who);
    } else {
        links_renew(world);
    }
}

/* ---- effects ---- */

static bool has_part_in(enum fault_kind kind, enum network_fate fate)
{
    switch (fate) {
    case NETWORK_CUT:
        return is_cut_by(kind);
    case NETWORK_LOST_MORE:
        return kind == FAULT_LOSSY;
    case NETWORK_ARRIVES:
        return kind == FAULT_SLOW || kind == FAULT_CLOG || kind == FAULT_NARROW;
    case NETWORK_LOST:
    case NETWORK_NO_SESSION:
        return false;
    }
    return false;
}

void links_meet(struct world *world, uint32_t from, uint32_t to, enum network_fate fate)
{
    for (size_t i = 0; i < world->links.count && world->links.unmet != 0; i++) {
        struct lasting_fault *lasting = &world->links.on[i];
        const struct fault *fault = &world->plan->faults[lasting->index];
        if (!lasting->is_met && has_part_in(fault->kind, fate) && befalls(world, fault, from, to)) {
            meet(world, lasting);
        }
    }
}
