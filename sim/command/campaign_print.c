/* campaign_print.c - see campaign_print.h. */
#include "command/campaign_print.h"

#include "base/plural.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *seed_property(const struct sum_failure *failure)
{
    static const char *const names[] = {[PROPERTY_SAFETY] = "safety",
                                        [PROPERTY_LIVENESS] = "liveness",
                                        [PROPERTY_INVARIANT] = "invariant"};
    return failure->has_crashed ? "crash" : names[failure->property];
}

void campaign_print(const struct campaign_sum *sum, const struct run_options *run, double seconds,
                    void *stream)
{
    FILE *out = stream;
    (void)fprintf(out,
                  "%" PRIu64 " run%s in %.1f s: %.0f virtual s, %" PRIu64 " frames, %" PRIu64
                  " orders, %" PRIu64 " operations\n",
                  sum->runs, plural(sum->runs), seconds, (double)sum->virtual_ns / 1e9, sum->frames,
                  sum->orders, sum->operations);
    (void)fprintf(out, "traitors, how often they acted:\n");
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        (void)fprintf(out, "  %-24s %12" PRIu64 "%s", traitor_strategy(i)->name, sum->acted[i],
                      i % 2 == 1 ? "\n" : "");
    }
    (void)fprintf(out, "\nfaults:\n");
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++) {
        (void)fprintf(out, "  %-24s %12" PRIu64 "%s", fault_name((enum fault_kind)i),
                      sum->fault_counts[i], i % 2 == 1 ? "\n" : "");
    }
    (void)fprintf(out, "\nlying clients:\n");
    for (size_t i = 1; i < CUSTOMER_LIE_COUNT; i++) {
        (void)fprintf(out, "  %-24s %12" PRIu64 "%s", customer_lie_name((enum customer_lie)i),
                      sum->lie_counts[i], i % 2 == 0 ? "\n" : "");
    }
    size_t reached = 0;
    for (size_t i = 0; i < SOMETIMES_COUNT; i++) {
        reached += sum->sometimes[i] != 0 ? 1 : 0;
    }
    (void)fprintf(out, "\n%zu of %zu declared states reached\n", reached, (size_t)SOMETIMES_COUNT);
    for (size_t i = 0; i < sum->failure_count; i++) {
        const struct sum_failure *failure = &sum->failures[i];
        (void)fprintf(out, "FAILED %s: %s: %s\n  strategos-sim replay %" PRIu64,
                      seed_property(failure), failure->oracle, failure->text, failure->seed);
        run_options_print(run, out);
        (void)fprintf(out, "\n");
    }
    uint64_t failed = sum->safety + sum->liveness + sum->crashes;
    if (failed > sum->failure_count) {
        (void)fprintf(out, "and %" PRIu64 " more failed\n", failed - sum->failure_count);
    }
    (void)fprintf(out, "%" PRIu64 " violated safety, %" PRIu64 " liveness, %" PRIu64 " crashed\n",
                  sum->safety, sum->liveness, sum->crashes);
}

static size_t miss(FILE *out, const char *kind, const char *name, uint64_t count)
{
    if (count == 0 && out != NULL) {
        (void)fprintf(out, "NEVER HAPPENED: %s %s\n", kind, name);
    }
    return count == 0 ? 1 : 0;
}

size_t campaign_print_missing(const struct campaign_sum *sum, void *stream)
{
    size_t missing = 0;
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        missing += miss(stream, "strategy", traitor_strategy(i)->name, sum->acted[i]);
    }
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++) {
        missing += miss(stream, "fault", fault_name((enum fault_kind)i), sum->fault_counts[i]);
    }
    for (size_t i = 1; i < CUSTOMER_LIE_COUNT; i++) {
        missing += miss(stream, "lie", customer_lie_name((enum customer_lie)i), sum->lie_counts[i]);
    }
    for (size_t i = 0; i < SOMETIMES_COUNT; i++) {
        missing += miss(stream, "state", sometimes_name((enum sometimes)i), sum->sometimes[i]);
    }
    return missing;
}

static json_t *failure_json(const struct sum_failure *failure, const struct run_options *run)
{
    char *replay = run_options_replay(run, failure->seed);
    json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s?}", "seed", (json_int_t)failure->seed,
                             "property", seed_property(failure), "oracle", failure->oracle,
                             "finding", failure->text, "replay", replay);
    free(replay);
    return json;
}

void campaign_print_json(const struct campaign_sum *sum, const struct run_options *run,
                         uint64_t from, uint64_t seeds, void *stream)
{
    json_t *failures = json_array();
    json_t *acted = json_object();
    json_t *faults = json_object();
    json_t *lies = json_object();
    for (size_t i = 0; i < sum->failure_count; i++) {
        (void)json_array_append_new(failures, failure_json(&sum->failures[i], run));
    }
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        (void)json_object_set_new(acted, traitor_strategy(i)->name,
                                  json_integer((json_int_t)sum->acted[i]));
    }
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++) {
        (void)json_object_set_new(faults, fault_name((enum fault_kind)i),
                                  json_integer((json_int_t)sum->fault_counts[i]));
    }
    for (size_t i = 1; i < CUSTOMER_LIE_COUNT; i++) {
        (void)json_object_set_new(lies, customer_lie_name((enum customer_lie)i),
                                  json_integer((json_int_t)sum->lie_counts[i]));
    }
    json_t *states = json_object();
    for (size_t i = 0; i < SOMETIMES_COUNT; i++) {
        (void)json_object_set_new(states, sometimes_name((enum sometimes)i),
                                  json_integer((json_int_t)sum->sometimes[i]));
    }
    json_t *all = json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
        "revision", run_revision(), "from", (json_int_t)from, "seeds", (json_int_t)seeds, "runs",
        (json_int_t)sum->runs, "safety", (json_int_t)sum->safety, "liveness",
        (json_int_t)sum->liveness, "crashes", (json_int_t)sum->crashes, "frames",
        (json_int_t)sum->frames, "orders", (json_int_t)sum->orders, "operations",
        (json_int_t)sum->operations, "virtual_ns", (json_int_t)sum->virtual_ns, "acted", acted,
        "faults", faults, "lies", lies, "states", states, "failures", failures);
    (void)json_dumpf(all, stream, JSON_INDENT(2));
    (void)fprintf(stream, "\n");
    json_decref(all);
}
