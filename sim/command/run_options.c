/* run_options.c - see run_options.h. */
#include "command/run_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void run_options_init(struct run_options *options)
{
    *options = (struct run_options){.traitors = UINT64_MAX};
}

void run_options_table(struct run_options *options, struct argument_option *rows)
{
    const struct argument_option table[RUN_OPTIONS] = {
        {.name = "replicas",
         .kind = ARGUMENT_NUMBER,
         .value = &options->replicas,
         .placeholder = "N",
         .minimum = 4,
         .maximum = REPLICAS_MAX,
         .help = "Size of the group (default: drawn)."},
        {.name = "faults",
         .kind = ARGUMENT_NUMBER,
         .value = &options->faults,
         .placeholder = "F",
         .minimum = 1,
         .maximum = 10,
         .help = "The f that the group is configured for."},
        {.name = "traitors",
         .kind = ARGUMENT_NUMBER,
         .value = &options->traitors,
         .placeholder = "K",
         .minimum = 0,
         .maximum = REPLICAS_MAX - 1,
         .help = "How many replicas betray (default: drawn, up to f)."},
        {.name = "strategy",
         .kind = ARGUMENT_TEXT,
         .value = &options->strategy,
         .placeholder = "NAME",
         .help =
             "What all traitors do (default: drawn for each), if there are any. \"list\" prints "
             "all there are."},
        {.name = "network",
         .kind = ARGUMENT_TEXT,
         .value = &options->network,
         .placeholder = "NAME",
         .help = "lan, metro, wan, lossy or wild (default: drawn)."},
        {.name = "seconds",
         .kind = ARGUMENT_SECONDS,
         .value = &options->length_ns,
         .placeholder = "VIRTUAL",
         .minimum = PLAN_MS * 100,
         .maximum = PLAN_S * 100000,
         .help = "Virtual length; faults come in the first half of it (default: drawn)."},
        {.name = "beyond",
         .kind = ARGUMENT_FLAG,
         .value = &options->beyond,
         .help =
             "Allow --traitors more than the group bears: the oracles should then find something."},
        {.name = "without",
         .kind = ARGUMENT_TEXT,
         .value = &options->without,
         .placeholder = "I,J,...",
         .help = "Leave out these faults of a run, as shrink prints them."},
        {.name = "until",
         .kind = ARGUMENT_SECONDS,
         .value = &options->until_ns,
         .placeholder = "VIRTUAL",
         .minimum = 1,
         .maximum = PLAN_S * 100000,
         .help = "Faults of a run end at this virtual time, as shrink prints it."},
        {.name = NULL},
    };
    memcpy(rows, table, sizeof table);
}

struct argument_option run_options_json(bool *json)
{
    return (struct argument_option){
        .name = "json", .kind = ARGUMENT_FLAG, .value = json, .help = "Print the outcome as JSON."};
}

bool run_options_read_seed(struct run_options *options, const char *text)
{
    char *end = NULL;
    errno = 0;
    options->seed = strtoull(text, &end, 0);
    return end != text && *end == '\0' && errno == 0 && text[0] != '-';
}

static enum error print_strategies(struct error_text *text)
{
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        (void)printf("%-22s %s\n", traitor_strategy(i)->name, traitor_strategy(i)->says);
    }
    return error_set(text, ERROR_EXISTS, "listed");
}

enum error run_options_read(const struct run_options *options, struct plan_options *plan,
                            struct error_text *text)
{
    plan_options_init(plan, options->seed);
    plan->replica_count = (size_t)options->replicas;
    plan->fault_count = (size_t)options->faults;
    plan->traitor_count = options->traitors == UINT64_MAX ? SIZE_MAX : (size_t)options->traitors;
    plan->network = options->network;
    plan->length_ns = options->length_ns;
    plan->beyond = options->beyond;
    if (options->strategy != NULL) {
        if (strcmp(options->strategy, "list") == 0) {
            return print_strategies(text);
        }
        if (options->traitors == 0) {
            return error_set(text, ERROR_INVALID,
                             "--strategy %s: with --traitors 0 there is nobody to follow it",
                             options->strategy);
        }
        plan->strategy = traitor_strategy_find(options->strategy);
        if (plan->strategy == SIZE_MAX) {
            return error_set(text, ERROR_INVALID,
                             "--strategy \"%s\": there is no such strategy; --strategy list names "
                             "them",
                             options->strategy);
        }
    }
    return OK;
}

bool run_options_removed(const struct run_options *options, size_t total,
                         bool removed[PLAN_FAULTS_MAX])
{
    const char *place = options->without;
    memset(removed, 0, PLAN_FAULTS_MAX * sizeof *removed);
    while (place != NULL && *place != '\0') {
        char *end = NULL;
        errno = 0;
        unsigned long number = strtoul(place, &end, 10);
        if (end == place || errno != 0 || number >= total || (*end != ',' && *end != '\0')) {
            return false;
        }
        removed[number] = true;
        place = *end == ',' ? end + 1 : end;
    }
    return true;
}

static enum error leave_out(const struct run_options *options, struct plan *plan,
                            struct error_text *text)
{
    bool removed[PLAN_FAULTS_MAX];
    if (options->without != NULL && plan->fault_total == 0) {
        return error_set(text, ERROR_INVALID, "--without %s: this run has no faults",
                         options->without);
    }
    if (!run_options_removed(options, plan->fault_total, removed)) {
        return error_set(text, ERROR_INVALID,
                         "--without %s: must be numbers of this run's faults, 0 to %zu, with "
                         "commas between",
                         options->without, plan->fault_total - 1);
    }
    size_t kept = 0;
    for (size_t i = 0; i < plan->fault_total; i++) {
        if (!removed[i]) {
            plan->faults[kept++] = plan->faults[i];
        }
    }
    plan->fault_total = kept;
    return OK;
}

enum error run_options_plan(const struct run_options *options, struct plan *plan,
                            struct error_text *text)
{
    struct plan_options drawn;
    TRY(run_options_read(options, &drawn, text));
    TRY(plan_draw(plan, &drawn, text));
    TRY(leave_out(options, plan, text));
    if (options->until_ns != 0) {
        if (options->until_ns > plan->faults_until_ns) {
            return error_set(text, ERROR_INVALID,
                             "--until: the faults of this run end at %.6f s anyway",
                             (double)plan->faults_until_ns / 1e9);
        }
        plan->faults_until_ns = options->until_ns;
    }
    return OK;
}

void run_options_print(const struct run_options *options, void *stream)
{
    FILE *out = stream;
    if (options->replicas != 0) {
        (void)fprintf(out, " --replicas %" PRIu64, options->replicas);
    }
    if (options->faults != 0) {
        (void)fprintf(out, " --faults %" PRIu64, options->faults);
    }
    if (options->traitors != UINT64_MAX) {
        (void)fprintf(out, " --traitors %" PRIu64, options->traitors);
    }
    if (options->strategy != NULL) {
        (void)fprintf(out, " --strategy %s", options->strategy);
    }
    if (options->network != NULL) {
        (void)fprintf(out, " --network %s", options->network);
    }
    if (options->length_ns != 0) {
        (void)fprintf(out, " --seconds %" PRIu64 ".%03" PRIu64, options->length_ns / PLAN_S,
                      options->length_ns / PLAN_MS % 1000);
    }
    if (options->beyond) {
        (void)fprintf(out, " --beyond");
    }
    if (options->without != NULL) {
        (void)fprintf(out, " --without %s", options->without);
    }
    if (options->until_ns != 0) {
        (void)fprintf(out, " --until %" PRIu64 ".%09" PRIu64, options->until_ns / PLAN_S,
                      options->until_ns % PLAN_S);
    }
}

char *run_options_replay(const struct run_options *options, uint64_t seed)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    (void)fprintf(out, "strategos-sim replay %" PRIu64, seed);
    run_options_print(options, out);
    return fclose(out) == 0 ? text : NULL;
}

int run_exit_code(bool has_crashed, const struct world_outcome *outcome)
{
    if (has_crashed) {
        return EXIT_CRASH;
    }
    if (!outcome->has_finding) {
        return EXIT_DONE;
    }
    switch (outcome->property) {
    case PROPERTY_SAFETY:
        return EXIT_SAFETY;
    case PROPERTY_LIVENESS:
        return EXIT_LIVENESS;
    case PROPERTY_INVARIANT:
        break;
    }
    return EXIT_CRASH;
}
