/* explore.c - `strategos-sim explore`: all states of a small group that runs the production
 * Simplex.
 */
#include "explore/explore.h"

#include "command/command.h"
#include "console/arguments.h"
#include "console/interrupt.h"
#include "console/ticks.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define VIEWS_DEFAULT  2u
#define STATES_DEFAULT 30000000u
#define SETTLE_DEFAULT 2000u
#define SETTLE_MAX     1000000000u

static const char *const traitor_choices[] = {"all", "0", "1", "2", "3", NULL};

struct options {
    uint64_t replicas;
    uint64_t views;
    size_t traitor; /* index into traitor_choices */
    uint64_t states_max;
    uint64_t depth_max;
    uint64_t settle_max;
    bool has_restarts;
    bool is_exact;
    bool json;
    bool quiet;
};

struct run {
    struct options options;
    struct argument_option rows[11];
    struct argument_command command;
    uint64_t begin_ns;
    uint64_t shown_ns;
    replica_id traitor; /* being explored */
};

static const char description[] =
    "Model checking of Simplex in small scope: four replicas, one of them a traitor, and the first "
    "few views. What runs is the code of strategosd, not a model of it. Messages may come in any "
    "order, late, twice or never; timers may run out at any time; the traitor may say anything "
    "that he can sign, to anybody. All states that the three loyal replicas can come to are "
    "looked at, up to differences that provably do not matter.\n"
    "In each state: no loyal replica votes Notarize twice in a view, nor Notarize after Nullify, "
    "nor both Nullify and Finalize; it votes for an order only if its loyal commander gave it, and "
    "once the certificates that it stands on can exist; what is decided is on one chain; and no "
    "certificate can be put together that a finalization excludes: a nullification of its view, or "
    "a notarization, in its view or later, of an order that does not stand on it. From some "
    "states, spread evenly, the group is let run on without the traitor, all messages under way "
    "lost: it has to finalize a later view.\n"
    "A traitor that commands no view in scope stands for all such. Two views are explored "
    "completely, with --restarts too; three only as far as --max-states reaches, breadth first.";

static const char ending[] =
    "JSON\n"
    "       One object; its keys stand in a fixed order: replicas, views, restarts, exact, runs,\n"
    "       holds. Each run: traitor, states, transitions, endings (states without a step),\n"
    "       locals (states of each loyal replica), calls (events given to Simplex), settled\n"
    "       (states from which the group was let run on), depth, complete, breach (null: none),\n"
    "       steps (how it comes to it).\n"
    "\n"
    "EXAMPLES\n"
    "       strategos-sim explore\n"
    "       strategos-sim explore --views 3 --traitor 1 --max-states 50000000\n"
    "       strategos-sim explore --restarts --json | jq .runs[].states\n";

static const char exit_status[] =
    "       0  nothing was found, whether all states were seen or not\n"
    "       1  something is violated\n"
    "       2  wrong usage, or not enough memory\n";

static bool parse(struct run *run, int argc, char **argv, int *exit_code)
{
    struct options *options = &run->options;
    struct arguments arguments;
    *options = (struct options){.replicas = SCOPE_REPLICAS,
                                .views = VIEWS_DEFAULT,
                                .states_max = STATES_DEFAULT,
                                .settle_max = SETTLE_DEFAULT};
    const struct argument_option rows[] = {
        {.name = "replicas",
         .kind = ARGUMENT_NUMBER,
         .value = &options->replicas,
         .placeholder = "N",
         .help = "How many replicas there are. Only 4 is small enough.",
         .minimum = SCOPE_REPLICAS,
         .maximum = SCOPE_REPLICAS},
        {.name = "views",
         .kind = ARGUMENT_NUMBER,
         .value = &options->views,
         .placeholder = "V",
         .help = "How many views there are: 1 to 3. Default: 2.",
         .minimum = 1,
         .maximum = SCOPE_VIEWS_MAX},
        {.name = "traitor",
         .kind = ARGUMENT_CHOICE,
         .value = &options->traitor,
         .placeholder = "all|I",
         .choices = traitor_choices,
         .help = "Which replica is the traitor. Replica v commands view v. Default: all, one "
                 "after the other."},
        {.name = "restarts",
         .kind = ARGUMENT_FLAG,
         .value = &options->has_restarts,
         .help = "Loyal replicas may crash between any two turns, and restart from their "
                 "ledgers."},
        {.name = "exact",
         .kind = ARGUMENT_FLAG,
         .value = &options->is_exact,
         .help = "Leave no difference out, though it does not matter. Only one view gets done."},
        {.name = "max-states",
         .kind = ARGUMENT_NUMBER,
         .value = &options->states_max,
         .placeholder = "N",
         .help = "Stop after so many states for each traitor. One takes up to 40 bytes of memory. "
                 "Default: 30000000.",
         .minimum = 1,
         .maximum = EXPLORE_STATES_MAX},
        {.name = "depth",
         .kind = ARGUMENT_NUMBER,
         .value = &options->depth_max,
         .placeholder = "N",
         .help = "Stop so many steps from the start. Default: 0, no bound.",
         .minimum = 0,
         .maximum = UINT32_MAX},
        {.name = "settle",
         .kind = ARGUMENT_NUMBER,
         .value = &options->settle_max,
         .placeholder = "N",
         .help = "From so many states the group is let run on, and from as many of those in which "
                 "nothing can happen any more. Default: 2000.",
         .minimum = 0,
         .maximum = SETTLE_MAX},
        {.name = "json",
         .kind = ARGUMENT_FLAG,
         .value = &options->json,
         .help = "Print one JSON object."},
        {.name = "quiet",
         .kind = ARGUMENT_FLAG,
         .value = &options->quiet,
         .help = "Show no progress."},
        {.name = NULL},
    };
    _Static_assert(sizeof rows == sizeof run->rows, "all options have a place");
    memcpy(run->rows, rows, sizeof rows);
    run->command = (struct argument_command){.name = "strategos-sim explore",
                                             .usage = "[OPTION ...]",
                                             .summary = "look for what breaks Simplex in all "
                                                        "states of a small group",
                                             .description = description,
                                             .options = run->rows,
                                             .ending = ending,
                                             .exit_status = exit_status};
    return arguments_parse(&run->command, argc, argv, &arguments, exit_code);
}

/* Progress, to stderr: on a terminal one line that is rewritten, else one now and then. */
static bool watch(void *context, uint64_t states, uint64_t left)
{
    struct run *run = context;
    uint64_t now_ns = ticks_now_ns();
    bool is_screen = isatty(STDERR_FILENO) == 1;
    uint64_t interval_ns = is_screen ? TICKS_SECOND / 4 : 10 * TICKS_SECOND;
    if (!run->options.quiet && now_ns - run->shown_ns >= interval_ns) {
        uint64_t spent_ms = (now_ns - run->begin_ns) / TICKS_MS + 1;
        run->shown_ns = now_ns;
        (void)fprintf(stderr,
                      "%straitor %u: %" PRIu64 " states, %" PRIu64 " to do, %" PRIu64 " states/s%s",
                      is_screen ? "\r\033[K" : "", (unsigned)run->traitor, states, left,
                      states * 1000 / spent_ms, is_screen ? "" : "\n");
    }
    return !interrupt_is_caught();
}

static void erase_progress(const struct run *run)
{
    if (!run->options.quiet && isatty(STDERR_FILENO) == 1) {
        (void)fputs("\r\033[K", stderr);
    }
}

/* `spent_ns`: 0 where it is not to be shown: files and scripts get the same bytes every time. */
static void print_run(const struct explore_result *result, uint64_t spent_ns)
{
    const struct scope *scope = &result->scope;
    (void)printf("traitor %u: %" PRIu64 " states, %s; depth %u, %" PRIu64 " transitions\n",
                 (unsigned)scope->traitor, result->states,
                 result->breach != BREACH_NONE ? "then a breach"
                 : result->is_complete         ? "all there are"
                                               : "not all there are",
                 result->depth, result->transitions);
    (void)printf("  loyal replicas %u, %u, %u have %u, %u, %u states; Simplex was given %" PRIu64
                 " events\n",
                 (unsigned)scope->loyal[0], (unsigned)scope->loyal[1], (unsigned)scope->loyal[2],
                 result->locals[0], result->locals[1], result->locals[2], result->calls);
    (void)printf("  %" PRIu64 " states without a step; from %" PRIu64
                 " states the group was let run on\n",
                 result->endings, result->settled);
    if (spent_ns != 0) {
        uint64_t spent_ms = spent_ns / TICKS_MS + 1;
        (void)printf("  %" PRIu64 ".%03" PRIu64 " s, %" PRIu64 " states/s\n", spent_ms / 1000,
                     spent_ms % 1000, result->states * 1000 / spent_ms);
    }
    if (result->breach != BREACH_NONE) {
        (void)printf("  VIOLATED: %s\n", breach_text(result->breach));
    }
    for (uint32_t i = 0; i < result->step_count; i++) {
        char text[EXPLORE_STEP_TEXT_BYTES];
        (void)printf("  %3u. %s\n", i + 1, explore_step_text(scope, &result->steps[i], text));
    }
}

static json_t *json_of_run(const struct explore_result *result)
{
    json_t *locals = json_array();
    json_t *steps = json_array();
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        (void)json_array_append_new(locals, json_integer(result->locals[seat]));
    }
    for (uint32_t i = 0; i < result->step_count; i++) {
        char text[EXPLORE_STEP_TEXT_BYTES];
        (void)json_array_append_new(
            steps, json_string(explore_step_text(&result->scope, &result->steps[i], text)));
    }
    return json_pack(
        "{s:i, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:b, s:o, s:o}", "traitor",
        (int)result->scope.traitor, "states", (json_int_t)result->states, "transitions",
        (json_int_t)result->transitions, "endings", (json_int_t)result->endings, "locals", locals,
        "calls", (json_int_t)result->calls, "settled", (json_int_t)result->settled, "depth",
        (json_int_t)result->depth, "complete", (int)result->is_complete, "breach",
        result->breach == BREACH_NONE ? json_null() : json_string(breach_text(result->breach)),
        "steps", steps);
}

static void print_json(const struct options *options, json_t *runs, bool holds)
{
    json_t *all =
        json_pack("{s:I, s:I, s:b, s:b, s:O, s:b}", "replicas", (json_int_t)options->replicas,
                  "views", (json_int_t)options->views, "restarts", (int)options->has_restarts,
                  "exact", (int)options->is_exact, "runs", runs, "holds", (int)holds);
    (void)json_dumpf(all, stdout, JSON_INDENT(2));
    (void)putchar('\n');
    json_decref(all);
}

/* One traitor. */
static enum error explore_one(struct run *run, json_t *runs, bool *holds, struct error_text *text)
{
    const struct options *options = &run->options;
    const struct explore_settings settings = {.views = (unsigned)options->views,
                                              .traitor = run->traitor,
                                              .has_restarts = options->has_restarts,
                                              .is_exact = options->is_exact,
                                              .states_max = options->states_max,
                                              .depth_max = (uint32_t)options->depth_max,
                                              .settle_max = options->settle_max,
                                              .watch = watch,
                                              .context = run};
    struct explore_result *result = calloc(1, sizeof *result);
    if (result == NULL) {
        return error_set(text, ERROR_MEMORY, "not enough memory");
    }
    run->begin_ns = ticks_now_ns();
    enum error error = explore_run(&settings, result, text);
    uint64_t spent_ns = ticks_now_ns() - run->begin_ns;
    erase_progress(run);
    if (error == OK && options->json) {
        (void)json_array_append_new(runs, json_of_run(result));
    } else if (error == OK) {
        print_run(result, isatty(STDOUT_FILENO) == 1 ? spent_ns : 0);
    }
    *holds = *holds && result->breach == BREACH_NONE;
    explore_result_fini(result);
    free(result);
    return error;
}

int command_explore(int argc, char **argv)
{
    struct run run = {.shown_ns = 0};
    struct error_text text = {""};
    int exit_code = EXIT_DONE;
    bool holds = true;
    if (!parse(&run, argc, argv, &exit_code)) {
        return exit_code;
    }
    interrupt_catch();
    run.shown_ns = ticks_now_ns();
    json_t *runs = json_array();
    enum error error = OK;
    bool has_idle = false;
    for (replica_id i = 0; i < SCOPE_REPLICAS && error == OK && !interrupt_is_caught(); i++) {
        bool is_idle = i == 0 || i > run.options.views; /* commands no view */
        bool is_meant =
            run.options.traitor == 0 ? !is_idle || !has_idle : run.options.traitor == i + 1;
        has_idle = has_idle || is_idle;
        if (is_meant) {
            run.traitor = i;
            error = explore_one(&run, runs, &holds, &text);
        }
    }
    if (error != OK) {
        (void)fprintf(stderr, "%s: %s\n", run.command.name, text.text);
    } else if (run.options.json) {
        print_json(&run.options, runs, holds);
    }
    json_decref(runs);
    return error != OK ? EXIT_USAGE : holds ? EXIT_DONE : EXIT_REFUSED;
}
