/* cluster.c - `strategos-sim cluster` and `replay`: one run of a whole group, shown. */
#include "base/log.h"
#include "cluster/trace.h"
#include "command/command.h"
#include "command/run_print.h"
#include "console/ticks.h"
#include "draw_cluster/cluster_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char exit_status[] =
    "       0  all properties held\n"
    "       2  wrong usage, or a file cannot be written (and nothing worse)\n"
    "       10 a safety property was violated\n"
    "       11 liveness: something never came about\n"
    "       12 an invariant was broken, or the program crashed\n";

static const char ending[] =
    "EXAMPLES\n"
    "       strategos-sim cluster --seed 1\n"
    "       strategos-sim cluster --seed 7 --replicas 4 --traitors 1 --strategy silent --trace\n"
    "       strategos-sim replay 7 --replicas 4 --traitors 1 --strategy silent\n";

struct request {
    struct run_options run;
    bool trace;
    bool json;
    const char *html;
};

/* Both look on. */
struct pair {
    struct watcher first;
    struct watcher second;
};

static void pair_see(void *context, const struct sighting *sighting)
{
    const struct pair *pair = context;
    pair->first.on_sighting(pair->first.context, sighting);
    pair->second.on_sighting(pair->second.context, sighting);
}

static void pair_happen(void *context, const struct happening *happening)
{
    const struct pair *pair = context;
    pair->first.on_happening(pair->first.context, happening);
    pair->second.on_happening(pair->second.context, happening);
}

static enum error play_watched(const struct request *request, const struct plan *plan,
                               struct cluster_page *page, struct world_outcome *outcome,
                               struct error_text *text)
{
    struct trace trace;
    struct pair pair;
    struct watcher both = {.context = &pair, .on_sighting = pair_see, .on_happening = pair_happen};
    const struct watcher *watcher = NULL;
    if (request->trace) {
        trace_init(&trace, plan, stdout);
        pair.first = trace_watcher(&trace);
        watcher = &pair.first;
    }
    if (page != NULL) {
        pair.second = cluster_page_watcher(page);
        watcher = request->trace ? &both : &pair.second;
    }
    enum error error = world_run(plan, watcher, outcome, text);
    if (request->trace) {
        trace_fini(&trace);
    }
    return error;
}

static enum error write_page(const struct request *request, const struct plan *plan,
                             struct cluster_page *page, const struct world_outcome *outcome,
                             struct error_text *text)
{
    char *replay = run_options_replay(&request->run, plan->seed);
    cluster_page_set_command(page, replay == NULL ? "" : replay);
    free(replay);
    return cluster_page_write(page, outcome, request->html, text);
}

static int fail(const char *name, const struct error_text *text)
{
    (void)fprintf(stderr, "%s: %s\n", name, text->text);
    return EXIT_USAGE;
}

/* What has been shrunk is as small as it gets. */
static void print_commands(const struct run_options *options)
{
    (void)printf("again:   strategos-sim replay %" PRIu64, options->seed);
    run_options_print(options, stdout);
    if (options->without == NULL && options->until_ns == 0) {
        (void)printf("\nsmaller: strategos-sim shrink %" PRIu64, options->seed);
        run_options_print(options, stdout);
    }
    (void)printf("\n");
}

static void show_outcome(const struct request *request, const struct plan *plan,
                         const struct world_outcome *outcome, uint64_t took_ns)
{
    if (request->json) {
        run_print_json(&request->run, plan, outcome, stdout);
        return;
    }
    run_print_outcome(outcome, stdout);
    if (isatty(STDOUT_FILENO) && took_ns > 0) {
        (void)printf("in %.3f s, %.0f times as fast as it was\n", (double)took_ns / 1e9,
                     (double)outcome->stats.virtual_ns / (double)took_ns);
    }
    if (outcome->has_finding) {
        print_commands(&request->run);
    }
}

/* The page comes last: where it cannot be written, what was found is said all the same. */
static int play(const char *name, const struct request *request, const struct plan *plan,
                struct cluster_page *page)
{
    struct error_text text = {{0}};
    struct world_outcome outcome;
    uint64_t begun_ns = ticks_now_ns();
    if (play_watched(request, plan, page, &outcome, &text) != OK) {
        return fail(name, &text);
    }
    show_outcome(request, plan, &outcome, ticks_now_ns() - begun_ns);
    (void)fflush(stdout);
    int exit_code = run_exit_code(false, &outcome);
    if (page != NULL && write_page(request, plan, page, &outcome, &text) != OK) {
        int failed = fail(name, &text);
        return exit_code == EXIT_DONE ? failed : exit_code;
    }
    return exit_code;
}

static int run(const char *name, const struct request *request)
{
    struct error_text text = {{0}};
    struct cluster_page *page = NULL;
    struct plan *plan = malloc(sizeof *plan);
    if (plan == NULL) {
        (void)error_set(&text, ERROR_MEMORY, "no memory");
        return fail(name, &text);
    }
    enum error error = run_options_plan(&request->run, plan, &text);
    if (error == OK && request->html != NULL && cluster_page_new(&page, plan) != OK) {
        error = error_set(&text, ERROR_MEMORY, "no memory for a page");
    }
    if (error != OK) {
        free(plan);
        return error == ERROR_EXISTS ? EXIT_DONE : fail(name, &text);
    }
    if (!request->json) {
        run_print_plan(&request->run, plan, stdout);
        (void)fflush(stdout);
    }
    log_off();
    int exit_code = play(name, request, plan, page);
    cluster_page_free(page);
    free(plan);
    return exit_code;
}

static int parse_and_run(int argc, char **argv, bool is_replay)
{
    struct request request = {.trace = false};
    struct argument_option shared[RUN_OPTIONS];
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    run_options_init(&request.run);
    run_options_table(&request.run, shared);
    const struct argument_option options[] = {
        {.name = "seed",
         .kind = ARGUMENT_NUMBER,
         .value = &request.run.seed,
         .placeholder = "S",
         .maximum = UINT64_MAX,
         .help = "Decides everything that is not given."},
        {.name = "trace",
         .kind = ARGUMENT_FLAG,
         .value = &request.trace,
         .help = "One line per event: what its columns mean stands in docs/simulation.md."},
        {.name = "html",
         .kind = ARGUMENT_TEXT,
         .value = &request.html,
         .placeholder = "FILE",
         .help = "Draw the run, or what came before a finding, as a page."},
        run_options_json(&request.json),
        {.name = NULL},
    };
    const struct argument_command command = {
        .name = is_replay ? "strategos-sim replay" : "strategos-sim cluster",
        .usage = is_replay ? "SEED [OPTION ...]" : "[OPTION ...]",
        .summary = is_replay ? "play a run again, as a campaign printed it"
                             : "play a whole group in virtual time, with faults and traitors",
        .description =
            "The replicas, their ledgers and machine, and the clients are the production code; the "
            "network, the disks, the clocks and the traitors are this program's. One seed decides "
            "everything: the same seed and options give the same run, byte for byte.",
        .options = is_replay ? options + 1 : options, /* its seed is an operand */
        .common = shared,
        .operands_min = is_replay ? 1 : 0,
        .operands_max = is_replay ? 1 : 0,
        .exit_status = exit_status,
        .ending = ending,
    };
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    if (is_replay && !run_options_read_seed(&request.run, arguments.operands[0])) {
        return arguments_refuse(&command, "'%s' is not a seed", arguments.operands[0]);
    }
    if (request.trace && request.json) {
        return arguments_refuse(&command, "--trace and --json both write to stdout: one at a time");
    }
    return run(command.name, &request);
}

int command_cluster(int argc, char **argv)
{
    return parse_and_run(argc, argv, false);
}

int command_replay(int argc, char **argv)
{
    return parse_and_run(argc, argv, true);
}
