/* sum.c - see sum.h. */
#include "campaign/sum.h"

#include <string.h>

/* Kept by seed, the highest pushed out. */
static void keep(struct campaign_sum *sum, const struct sum_failure *failure)
{
    size_t place = sum->failure_count;
    if (place == SUM_FAILURES_MAX) {
        if (sum->failures[place - 1].seed < failure->seed) {
            return;
        }
        place--;
        sum->failure_count--;
    }
    while (place > 0 && sum->failures[place - 1].seed > failure->seed) {
        sum->failures[place] = sum->failures[place - 1];
        place--;
    }
    sum->failures[place] = *failure;
    sum->failure_count++;
}

static void count_failure(struct campaign_sum *sum, uint64_t seed, bool has_crashed,
                          const struct world_outcome *outcome)
{
    struct sum_failure failure = {.seed = seed, .has_crashed = has_crashed};
    if (has_crashed) {
        sum->crashes++;
        memcpy(failure.oracle, "crash", sizeof "crash");
        memcpy(failure.text, "the program crashed", sizeof "the program crashed");
    } else {
        failure.property = outcome->property;
        memcpy(failure.oracle, outcome->oracle, sizeof failure.oracle);
        memcpy(failure.text, outcome->text, sizeof failure.text);
        sum->safety += outcome->property == PROPERTY_SAFETY ? 1 : 0;
        sum->liveness += outcome->property == PROPERTY_LIVENESS ? 1 : 0;
        sum->crashes += outcome->property == PROPERTY_INVARIANT ? 1 : 0;
    }
    keep(sum, &failure);
}

void campaign_sum_add(struct campaign_sum *sum, uint64_t seed, bool has_crashed,
                      const struct world_outcome *outcome)
{
    sum->runs++;
    if (has_crashed || outcome->has_finding) {
        count_failure(sum, seed, has_crashed, outcome);
    }
    sum->frames += outcome->stats.frames;
    sum->operations += outcome->stats.operations;
    sum->orders += outcome->stats.orders;
    sum->virtual_ns += outcome->stats.virtual_ns;
    for (size_t i = 0; i < STRATEGIES_MAX; i++) {
        sum->acted[i] += outcome->acted[i];
    }
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++) {
        sum->fault_counts[i] += outcome->fault_counts[i];
    }
    for (size_t i = 0; i < CUSTOMER_LIE_COUNT; i++) {
        sum->lie_counts[i] += outcome->lie_counts[i];
    }
    for (size_t i = 0; i < SOMETIMES_COUNT; i++) {
        sum->sometimes[i] += outcome->sometimes[i];
    }
}
