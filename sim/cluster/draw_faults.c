/* draw_faults.c - which faults a run has: first which kinds at all, then each with time and
 * strength.
 *
 * What may make a replica say things that contradict each other, or never come back, counts among
 * the traitors; all else may befall anybody, any number of times. */
#include "cluster/draw_faults.h"

#include "traitors/traitor.h"

#include <stdio.h>
#include <stdlib.h>

static struct fault *add(struct plan *plan, enum fault_kind kind, uint64_t at_ns)
{
    if (plan->fault_total == PLAN_FAULTS_MAX) {
        plan->fault_total--; /* the last one makes room */
    }
    struct fault *fault = &plan->faults[plan->fault_total++];
    *fault = (struct fault){.kind = kind, .at_ns = at_ns};
    return fault;
}

static uint64_t some_time(const struct plan *plan, struct prng *prng)
{
    return 10 * PLAN_MS + prng_below(prng, plan->faults_until_ns - 10 * PLAN_MS);
}

static uint32_t some_set(const struct plan *plan, struct prng *prng)
{
    uint32_t all =
        plan->replica_count == 32 ? UINT32_MAX : (UINT32_C(1) << plan->replica_count) - 1;
    return (uint32_t)prng_next(prng) & all;
}

/* Of those that are slowed there are none, more often than not. */
static uint32_t some_customers(const struct plan *plan, enum fault_kind kind, struct prng *prng)
{
    bool is_split = kind == FAULT_PARTITION || kind == FAULT_ONE_WAY;
    bool is_slowed = kind == FAULT_SLOW || kind == FAULT_CLOG || kind == FAULT_NARROW;
    uint32_t all = (uint32_t)((UINT64_C(1) << plan->customer_count) - 1);
    if (!is_split && (!is_slowed || prng_below(prng, 3) != 0)) {
        return 0;
    }
    return (uint32_t)prng_next(prng) & all;
}

static int64_t strength(enum fault_kind kind, struct prng *prng)
{
    switch ((unsigned)kind) {
    case FAULT_CRASH:
    case FAULT_CRASH_ALL:
        return (int64_t)prng_below(prng, 5);
    case FAULT_CRASH_AT_CALL:
        return (int64_t)(1 + prng_below(prng, 60));
    case FAULT_CRASH_AT_SEND:
        return (int64_t)prng_below(prng, 60);
    case FAULT_CLOCK_JUMP:
    case FAULT_CLOCK_DRIFT:
        return (int64_t)prng_below(prng, 4000) - 2000;
    case FAULT_SLOW:
        return (int64_t)(1 + prng_below(prng, 300));
    case FAULT_LOSSY:
        return (int64_t)(1 + prng_below(prng, 40));
    case FAULT_NARROW:
        return (int64_t)(2 + prng_below(prng, 500));
    case FAULT_DISK_SLOW:
        return (int64_t)(1 + prng_below(prng, 80));
    case FAULT_DISK_READ:
        return (int64_t)(1 + prng_below(prng, 30));
    default:
        return (int64_t)(prng_next(prng) >> 1);
    }
}

/* One that anybody may have. */
static void draw_one(struct plan *plan, enum fault_kind kind, struct prng *prng)
{
    struct fault *fault = add(plan, kind, some_time(plan, prng));
    fault->length_ns = (5 + prng_below(prng, prng_below(prng, 4) == 0 ? 1500 : 250)) * PLAN_MS;
    fault->length_ns *= kind == FAULT_DISK_FULL ? 4 : 1; /* somebody must come and make room */
    fault->value = strength(kind, prng);
    fault->who = (uint32_t)prng_below(prng, plan->replica_count);
    fault->whom = some_set(plan, prng);
    fault->customers = some_customers(plan, kind, prng);
    if (kind == FAULT_CUSTOMER_CUT || kind == FAULT_CUSTOMER_RESTART) {
        fault->who = (uint32_t)prng_below(prng, plan->customer_count);
    }
    if (kind == FAULT_CLOCK_JUMP || kind == FAULT_CLOCK_DRIFT || kind == FAULT_CUSTOMER_RESTART ||
        kind == FAULT_DISK_READ) {
        fault->length_ns = 0;
    }
    if (kind != FAULT_FLAP) {
        return;
    }
    uint64_t each_ns = fault->length_ns / 6 + PLAN_MS;
    struct fault down = *fault;
    fault->length_ns = each_ns;
    for (uint64_t i = 1; i < 4; i++) {
        struct fault *again = add(plan, kind, down.at_ns + 2 * i * each_ns);
        again->who = down.who;
        again->length_ns = each_ns;
    }
}

static void draw_common(struct plan *plan, struct prng *prng)
{
    static const enum fault_kind kinds[] = {FAULT_CRASH,
                                            FAULT_CRASH_AT_CALL,
                                            FAULT_CRASH_AT_SEND,
                                            FAULT_CRASH_ALL,
                                            FAULT_PAUSE,
                                            FAULT_CLOCK_JUMP,
                                            FAULT_CLOCK_DRIFT,
                                            FAULT_PARTITION,
                                            FAULT_ONE_WAY,
                                            FAULT_FLAP,
                                            FAULT_SLOW,
                                            FAULT_CLOG,
                                            FAULT_LOSSY,
                                            FAULT_NARROW,
                                            FAULT_CUSTOMER_CUT,
                                            FAULT_DISK_FULL,
                                            FAULT_DISK_SLOW,
                                            FAULT_DISK_READ,
                                            FAULT_CUSTOMER_RESTART,
                                            FAULT_STORE_DAMAGED};
    uint64_t density = prng_below(prng, 4); /* 0: a quiet run */
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool is_on = prng_below(prng, 5) < density;
        uint64_t count = 1 + prng_below(prng, kinds[i] == FAULT_CRASH_ALL ? 1 : 4);
        for (uint64_t k = 0; is_on && k < count; k++) {
            draw_one(plan, kinds[i], prng);
        }
    }
}

static void draw_treason(struct plan *plan, size_t strategy, struct prng *prng)
{
    static const enum fault_kind disks[] = {FAULT_DISK_LOST, FAULT_DISK_LIES, FAULT_DISK_MISDIRECT,
                                            FAULT_DISK_FLIP};
    bool is_one_plan = prng_below(prng, 3) == 0;
    size_t plan_strategy = (size_t)prng_below(prng, traitor_strategy_count());
    uint32_t first = (uint32_t)prng_below(prng, plan->replica_count);
    for (size_t i = 0; i < plan->traitor_count; i++) {
        uint32_t who = (uint32_t)((first + i) % plan->replica_count);
        bool is_early = prng_below(prng, 3) != 0;
        uint64_t at_ns = is_early ? 0 : some_time(plan, prng);
        if (strategy == SIZE_MAX && prng_below(prng, 8) == 0) {
            uint64_t fails_at_ns = some_time(plan, prng);
            struct fault *fault = add(plan, disks[prng_below(prng, 4)], fails_at_ns);
            fault->who = who;
            fault->value = (int64_t)(1 + prng_below(prng, UINT64_C(1) << 40));
            continue;
        }
        struct fault *fault = add(plan, FAULT_CORRUPT, at_ns);
        fault->who = who;
        fault->value = (int64_t)prng_below(prng, traitor_strategy_count());
        if (is_one_plan) {
            fault->value = (int64_t)plan_strategy;
        }
        if (strategy != SIZE_MAX) {
            fault->value = (int64_t)strategy;
        }
        uint64_t more = prng_below(prng, 8);
        uint64_t later_ns = at_ns + prng_below(prng, plan->faults_until_ns - at_ns);
        if (more == 0 || more == 1) {
            struct fault *next = add(plan, more == 0 ? FAULT_TWINS : FAULT_AMNESIA, later_ns);
            next->who = who;
            next->value = (int64_t)(prng_next(prng) >> 1);
        }
    }
}

static int compare(const void *a, const void *b)
{
    const struct fault *left = a;
    const struct fault *right = b;
    if (left->at_ns != right->at_ns) {
        return left->at_ns < right->at_ns ? -1 : 1;
    }
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return (left->who > right->who) - (left->who < right->who);
}

void draw_faults(struct plan *plan, size_t strategy, struct prng *prng)
{
    draw_treason(plan, strategy, prng);
    draw_common(plan, prng);
    qsort(plan->faults, plan->fault_total, sizeof plan->faults[0], compare);
}
