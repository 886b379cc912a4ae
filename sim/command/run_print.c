/* run_print.c - see run_print.h. */
#include "command/run_print.h"

#include "base/plural.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* With the numbers that they were drawn with, which are those that --without takes. */
static void print_faults(const struct run_options *options, const struct plan *plan, FILE *out)
{
    char line[ORACLE_TEXT_BYTES];
    bool removed[PLAN_FAULTS_MAX];
    size_t number = 0;
    (void)run_options_removed(options, PLAN_FAULTS_MAX, removed);
    for (size_t i = 0; i < plan->fault_total; i++, number++) {
        const struct fault *fault = &plan->faults[i];
        while (number + 1 < PLAN_FAULTS_MAX && removed[number]) {
            number++;
        }
        fault_describe(fault, line, sizeof line);
        (void)fprintf(out, "  %3zu  %9.6f s  %s%s\n", number, (double)fault->at_ns / 1e9, line,
                      fault->at_ns > plan->faults_until_ns ? " (in the calm: left out)" : "");
    }
}

void run_print_plan(const struct run_options *options, const struct plan *plan, void *stream)
{
    FILE *out = stream;
    (void)fprintf(out, "strategos-sim %s\nseed %" PRIu64, run_revision(), plan->seed);
    run_options_print(options, out);
    (void)fprintf(out,
                  "\n%zu replicas bear %zu traitor%s; %zu traitor%s; %zu customer%s; network %s; "
                  "delta %" PRIu64 " ms\n%zu fault%s; the calm begins at %.3f s%s\n",
                  plan->replica_count, plan->fault_count, plural(plan->fault_count),
                  plan->traitor_count, plural(plan->traitor_count), plan->customer_count,
                  plural(plan->customer_count), plan->network.name, plan->delta_ns / PLAN_MS,
                  plan->fault_total, plural(plan->fault_total), (double)plan->faults_until_ns / 1e9,
                  plan->fault_total == 0 ? "" : ":");
    print_faults(options, plan, out);
    for (size_t c = 0; c < plan->customer_count; c++) {
        if (plan->customers[c].lie != CUSTOMER_HONEST) {
            (void)fprintf(out, "       customer %zu lies: %s\n", c,
                          customer_lie_name(plan->customers[c].lie));
        }
    }
}

void run_print_outcome(const struct world_outcome *outcome, void *stream)
{
    FILE *out = stream;
    const struct world_stats *stats = &outcome->stats;
    (void)fprintf(
        out,
        "%.3f s of virtual time: %" PRIu64 " order%s, highest view %" PRIu64 ", %" PRIu64
        " operation%s done, %" PRIu64 " frame%s, %" PRIu64 " sync%s, %" PRIu64 " restart%s\n",
        (double)stats->virtual_ns / 1e9, stats->orders, plural(stats->orders), stats->view_highest,
        stats->operations, plural(stats->operations), stats->frames, plural(stats->frames),
        stats->syncs, plural(stats->syncs), stats->restarts, plural(stats->restarts));
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        if (outcome->acted[i] != 0) {
            (void)fprintf(out, "traitors acted %" PRIu64 " time%s: %s\n", outcome->acted[i],
                          plural(outcome->acted[i]), traitor_strategy(i)->name);
        }
    }
    (void)fprintf(out, "trace %016" PRIx64 "\n", outcome->trace);
    if (outcome->has_finding) {
        (void)fprintf(out, "FOUND by %s: %s\n", outcome->oracle, outcome->text);
    } else {
        (void)fprintf(out, "all properties held\n");
    }
}

void run_print_json(const struct run_options *options, const struct plan *plan,
                    const struct world_outcome *outcome, void *stream)
{
    char trace[17];
    const struct world_stats *stats = &outcome->stats;
    (void)snprintf(trace, sizeof trace, "%016" PRIx64, outcome->trace);
    char *replay = run_options_replay(options, plan->seed);
    json_t *acted = json_object();
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        if (outcome->acted[i] != 0) {
            (void)json_object_set_new(acted, traitor_strategy(i)->name,
                                      json_integer((json_int_t)outcome->acted[i]));
        }
    }
    json_t *all = json_pack(
        "{s:I, s:s, s:i, s:i, s:i, s:i, s:s, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:o, s:s, s:b, s:s?, s:s?, s:s?}",
        "seed", (json_int_t)plan->seed, "revision", run_revision(), "replicas",
        (int)plan->replica_count, "faults", (int)plan->fault_count, "traitors",
        (int)plan->traitor_count, "customers", (int)plan->customer_count, "network",
        plan->network.name, "delta_ns", (json_int_t)plan->delta_ns, "fault_events",
        (int)plan->fault_total, "virtual_ns", (json_int_t)stats->virtual_ns, "orders",
        (json_int_t)stats->orders, "view", (json_int_t)stats->view_highest, "operations",
        (json_int_t)stats->operations, "frames", (json_int_t)stats->frames, "syncs",
        (json_int_t)stats->syncs, "restarts", (json_int_t)stats->restarts, "events",
        (json_int_t)stats->events, "acted", acted, "trace", trace, "held",
        outcome->has_finding ? 0 : 1, "oracle", outcome->has_finding ? outcome->oracle : NULL,
        "finding", outcome->has_finding ? outcome->text : NULL, "replay", replay);
    (void)json_dumpf(all, stream, JSON_INDENT(2));
    (void)fprintf(stream, "\n");
    json_decref(all);
    free(replay);
}
