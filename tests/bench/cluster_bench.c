/* cluster_bench.c - how fast the simulated group runs: virtual time against CPU time, and messages
 * a second, with all oracles looking on. One core, no faults, ideal signatures. */
#include "base/log.h"
#include "cluster/world.h"
#include "support_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct load {
    const char *name;
    size_t customers;
    size_t in_flight;
    uint64_t think_ns;
    uint64_t operations;
    uint64_t seconds;
};

static const struct load loads[] = {
    {"light: one client, an operation a second", 1, 1, PLAN_S, 10000, 10100},
    {"light: one client, an operation every 250 ms", 1, 1, 250 * PLAN_MS, 20000, 5100},
    {"light: one client, an operation every 100 ms", 1, 1, 100 * PLAN_MS, 40000, 4100},
    {"light: four clients, one every 100 ms each", 4, 1, 100 * PLAN_MS, 10000, 1100},
    {"busy: four clients, 32 in flight each", 4, 32, 0, 25000, 300},
    {"busy: eight clients, 128 in flight each", 8, 128, 0, 25000, 300},
};

static double cpu_s(void)
{
    return (double)bench_cpu_ns() / 1e9;
}

static void make_plan(struct plan *plan, const struct load *load)
{
    memset(plan, 0, sizeof *plan);
    plan->seed = 1;
    plan->replica_count = 4;
    plan->fault_count = 1;
    plan->delta_ns = 100 * PLAN_MS;
    plan->network = (struct plan_network){.name = "lan",
                                          .delay_min_ns = 50 * PLAN_US,
                                          .delay_typical_ns = 200 * PLAN_US,
                                          .delay_max_ns = 400 * PLAN_US};
    plan->sync_ns = 300 * PLAN_US;
    plan->frame_ns = 5 * PLAN_US;
    plan->digest_every = 1024;
    plan->checkpoint = (struct checkpoint_limits){.requests = 10000, .bytes = UINT64_C(1) << 20};
    plan->checkpoint_ns = PLAN_MS;
    plan->ledger_bytes = UINT64_C(1) << 20;
    plan->customer_count = load->customers;
    for (size_t c = 0; c < load->customers; c++) {
        plan->customers[c] = (struct plan_customer){.in_flight = load->in_flight,
                                                    .think_ns = load->think_ns,
                                                    .operations_max = load->operations,
                                                    .key_count = 100,
                                                    .value_bytes_max = 40,
                                                    .timeout_ns = 60 * PLAN_S};
    }
    plan->faults_until_ns = load->seconds * PLAN_S;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        (void)printf("usage: %s: prints how fast a simulated group of four runs on one core\n",
                     argv[0]);
        return strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    struct plan *plan = malloc(sizeof *plan);
    if (plan == NULL) {
        return 1;
    }
    log_off();
    (void)printf("%-46s %10s %9s %11s %11s %12s\n", "load", "virtual s", "CPU s", "times real",
                 "messages/s", "operations/s");
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        struct world_outcome outcome;
        struct error_text text = {{0}};
        make_plan(plan, &loads[i]);
        double begun = cpu_s();
        if (world_run(plan, NULL, &outcome, &text) != OK || outcome.has_finding) {
            (void)printf("%s%s %s\n", text.text, outcome.oracle, outcome.text);
            free(plan);
            return 1;
        }
        double took = cpu_s() - begun;
        (void)printf("%-46s %10.1f %9.2f %11.0f %11.0f %12.0f\n", loads[i].name,
                     (double)outcome.stats.virtual_ns / 1e9, took,
                     (double)outcome.stats.virtual_ns / 1e9 / took,
                     (double)outcome.stats.messages / took,
                     (double)outcome.stats.operations / took);
    }
    free(plan);
    return 0;
}
