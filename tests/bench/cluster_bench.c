/* cluster_bench.c - how fast the simulated group runs: virtual time against CPU time, and messages
 * a second, with all oracles looking on. One core, no faults, ideal signatures. */
#include "base/log.h"
#include "cluster/world.h"
#include "console/arguments.h"
#include "support_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_MAX 99u

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

/* False, and said, if it did not go as it must. `took_ns` is the median. */
static bool measure(struct plan *plan, uint64_t runs, struct world_outcome *outcome,
                    uint64_t *took_ns)
{
    uint64_t took[RUNS_MAX];
    for (uint64_t i = 0; i < runs; i++) {
        struct error_text text = {{0}};
        uint64_t begun_ns = bench_cpu_ns();
        if (world_run(plan, NULL, outcome, &text) != OK || outcome->has_finding) {
            (void)fprintf(stderr, "bench_cluster: %s%s %s\n", text.text, outcome->oracle,
                          outcome->text);
            return false;
        }
        took[i] = bench_cpu_ns() - begun_ns;
    }
    *took_ns = bench_median(took, (size_t)runs);
    return true;
}

static void print_line(const char *name, const struct world_outcome *outcome, uint64_t took_ns)
{
    double took = (double)took_ns / 1e9;
    double virtual_s = (double)outcome->stats.virtual_ns / 1e9;
    (void)printf("%-46s %10.1f %9.2f %11.0f %11.0f %12.0f\n", name, virtual_s, took,
                 virtual_s / took, (double)outcome->stats.messages / took,
                 (double)outcome->stats.operations / took);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *only = "";
    uint64_t runs = 3;
    uint64_t parts = 1;
    bool found = false;
    const struct argument_option options[] = {
        {.name = "only",
         .kind = ARGUMENT_TEXT,
         .value = &only,
         .placeholder = "TEXT",
         .help = "Only the loads whose name has this in it."},
        {.name = "runs",
         .kind = ARGUMENT_NUMBER,
         .value = &runs,
         .placeholder = "R",
         .help = "Runs of each, of which the median is printed (3 if not given).",
         .minimum = 1,
         .maximum = RUNS_MAX},
        {.name = "part",
         .kind = ARGUMENT_NUMBER,
         .value = &parts,
         .placeholder = "P",
         .help = "Only one P-th of the operations: for a profiler.",
         .minimum = 1,
         .maximum = 100},
        {.name = NULL}};
    const struct argument_command command = {
        .name = "bench_cluster",
        .usage = "[OPTION ...]",
        .summary = "Measures how fast a simulated group of four runs on one core.",
        .options = options};
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    struct plan *plan = malloc(sizeof *plan);
    if (plan == NULL) {
        return EXIT_REFUSED;
    }
    log_off();
    (void)printf("%-46s %10s %9s %11s %11s %12s\n", "load", "virtual s", "CPU s", "times real",
                 "messages/s", "operations/s");
    for (size_t i = 0; i < sizeof loads / sizeof loads[0] && exit_code == EXIT_DONE; i++) {
        struct load load = loads[i];
        load.operations /= parts;
        load.seconds /= parts;
        struct world_outcome outcome = {.has_finding = false};
        uint64_t took_ns = 0;
        if (strstr(load.name, only) == NULL) {
            continue;
        }
        make_plan(plan, &load);
        found = true;
        if (measure(plan, runs, &outcome, &took_ns)) {
            print_line(load.name, &outcome, took_ns);
        } else {
            exit_code = EXIT_REFUSED;
        }
    }
    free(plan);
    return found ? exit_code : arguments_refuse(&command, "no load has \"%s\" in its name", only);
}
