/* sum.h - what a campaign has seen so far; sums of shards add up. */
#ifndef STRATEGOS_CAMPAIGN_SUM_H
#define STRATEGOS_CAMPAIGN_SUM_H

#include "cluster/world.h"

#define SUM_FAILURES_MAX 256u

struct sum_failure {
    uint64_t seed;
    bool has_crashed;
    enum property property;
    char oracle[32];
    char text[ORACLE_TEXT_BYTES];
};

struct campaign_sum {
    uint64_t runs;
    uint64_t safety;
    uint64_t liveness;
    uint64_t crashes;                              /* and broken invariants */
    size_t failure_count;                          /* of these kept */
    struct sum_failure failures[SUM_FAILURES_MAX]; /* the lowest seeds */
    uint64_t frames;
    uint64_t operations;
    uint64_t orders;
    uint64_t virtual_ns;
    uint64_t acted[STRATEGIES_MAX]; /* how often each strategy did something */
    uint64_t fault_counts[FAULT_KIND_COUNT];
    uint64_t lie_counts[CUSTOMER_LIE_COUNT];
    uint64_t sometimes[SOMETIMES_COUNT]; /* how often each declared state came about */
};

void campaign_sum_add(struct campaign_sum *sum, uint64_t seed, bool has_crashed,
                      const struct world_outcome *outcome);

#endif
