/* explore.c - `strategos-sim explore`: all states of a small group that runs the production
 * Simplex.
 */
#include "explore/explore.h"

#include "command/command.h"
#include "command/explore_jobs.h"
#include "command/explore_print.h"
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
#define WIDTH_OF_THREE 50000u /* views: there are too many states for all */
#define SETTLE_MAX     1000000000u

static const char *const traitor_choices[] = {"all", "0", "1", "2", "3", NULL};

struct options {
    uint64_t replicas;
    uint64_t views;
    size_t traitor; /* index into traitor_choices */
    uint64_t states_max;
    uint64_t depth_max;
    uint64_t width_max;
    uint64_t settle_max;
    uint64_t jobs;
    bool has_restarts;
    bool is_exact;
    bool json;
    bool quiet;
};

struct run {
    struct options options;
    struct argument_option rows[13];
    struct argument_command command;
    replica_id traitors[SCOPE_REPLICAS]; /* to explore, one after the other or at once */
    unsigned traitor_count;
    json_t *runs;
    int exit_code;
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
    "completely, with --restarts too. Three have too many states: of those equally far from the "
    "start only some are followed (--width), to the end of the third view; the same ones every "
    "time.";

static const char ending[] =
    "JSON\n"
    "       One object; its keys stand in a fixed order: replicas, views, restarts, exact, runs,\n"
    "       holds. Each run: traitor, states, transitions, endings (states without a step),\n"
    "       by_view (states by the highest view that a loyal replica is in; the last: beyond the\n"
    "       scope), locals (states of each loyal replica), calls (events given to Simplex),\n"
    "       settled (states from which the group was let run on), depth, depth_whole (all states\n"
    "       within so many steps were seen), sampled (not all states farther away were followed:\n"
    "       --width), complete, breach (null: none), steps (how it comes to it).\n"
    "\n"
    "EXAMPLES\n"
    "       strategos-sim explore\n"
    "       strategos-sim explore --views 3\n"
    "       strategos-sim explore --restarts --json | jq .runs[].states\n";

static const char exit_status[] =
    "       0  nothing was found, whether all states were seen or not\n"
    "       1  something is violated\n"
    "       2  wrong usage, or not enough memory\n";

static void set_defaults(struct options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *options = (struct options){.replicas = SCOPE_REPLICAS,
                                .views = VIEWS_DEFAULT,
                                .states_max = STATES_DEFAULT,
                                .settle_max = SETTLE_DEFAULT,
                                .width_max = UINT64_MAX,
                                .jobs = cores > 0 && cores < (long)SCOPE_REPLICAS ? (uint64_t)cores
                                                                                  : SCOPE_REPLICAS};
}

static void set_rows(struct run *run)
{
    struct options *options = &run->options;
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
        {.name = "width",
         .kind = ARGUMENT_NUMBER,
         .value = &options->width_max,
         .placeholder = "N",
         .help = "Of the states that are equally many steps from the start, go on from so many "
                 "only, spread evenly: so the search gets to the end of the last view. 0: all. "
                 "Default: 0, and 50000 with three views.",
         .minimum = 0,
         .maximum = EXPLORE_STATES_MAX},
        {.name = "jobs",
         .kind = ARGUMENT_NUMBER,
         .value = &options->jobs,
         .placeholder = "J",
         .help = "Traitors explored at once, each with memory of its own. Default: one per core.",
         .minimum = 1,
         .maximum = SCOPE_REPLICAS},
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
}

static bool parse(struct run *run, int argc, char **argv, int *exit_code)
{
    struct options *options = &run->options;
    struct arguments arguments;
    set_defaults(options);
    set_rows(run);
    run->command = (struct argument_command){.name = "strategos-sim explore",
                                             .usage = "[OPTION ...]",
                                             .summary = "look for what breaks Simplex in all "
                                                        "states of a small group",
                                             .description = description,
                                             .options = run->rows,
                                             .ending = ending,
                                             .exit_status = exit_status};
    bool goes_on = arguments_parse(&run->command, argc, argv, &arguments, exit_code);
    if (options->width_max == UINT64_MAX) {
        options->width_max = options->views > VIEWS_DEFAULT ? WIDTH_OF_THREE : 0;
    }
    return goes_on;
}

/* Several at once cannot rewrite one line. */
static bool shows_on_screen(const struct run *run)
{
    bool is_alone = run->options.jobs == 1 || run->traitor_count == 1;
    return is_alone && isatty(STDERR_FILENO) == 1;
}

/* Progress, to stderr: on a terminal one line that is rewritten, else one now and then. */
static bool watch(void *context, uint64_t states, uint64_t left)
{
    struct run *run = context;
    uint64_t now_ns = ticks_now_ns();
    bool is_screen = shows_on_screen(run);
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
    if (!run->options.quiet && shows_on_screen(run)) {
        (void)fputs("\r\033[K", stderr);
    }
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

/* One traitor, in a process of its own. */
static int explore_one(void *context, unsigned number, FILE *out)
{
    struct run *run = context;
    const struct options *options = &run->options;
    struct explore_settings settings = {.views = (unsigned)options->views,
                                        .traitor = run->traitors[number],
                                        .has_restarts = options->has_restarts,
                                        .is_exact = options->is_exact,
                                        .states_max = options->states_max,
                                        .depth_max = (uint32_t)options->depth_max,
                                        .width_max = options->width_max,
                                        .settle_max = options->settle_max,
                                        .watch = watch,
                                        .context = run};
    struct error_text text = {""};
    struct explore_result result;
    run->traitor = settings.traitor;
    run->begin_ns = ticks_now_ns();
    run->shown_ns = run->begin_ns;
    enum error error = explore_run(&settings, &result, &text);
    uint64_t spent_ns = ticks_now_ns() - run->begin_ns;
    erase_progress(run);
    if (error != OK) {
        (void)fprintf(stderr, "%s: %s\n", run->command.name, text.text);
    } else if (options->json) {
        json_t *said = explore_json(&result);
        (void)json_dumpf(said, out, 0);
        json_decref(said);
    } else {
        explore_print(&result, isatty(STDOUT_FILENO) == 1 ? spent_ns : 0, out);
    }
    bool holds = result.breach == BREACH_NONE;
    explore_result_fini(&result);
    return error != OK ? EXIT_USAGE : holds ? EXIT_DONE : EXIT_REFUSED;
}

static void show(void *context, unsigned number, int exit_code, FILE *said)
{
    struct run *run = context;
    (void)number;
    run->exit_code =
        exit_code == EXIT_USAGE || run->exit_code == EXIT_DONE ? exit_code : run->exit_code;
    if (run->options.json) {
        json_t *read = json_loadf(said, 0, NULL); /* NULL: there was an error, and it was said */
        (void)json_array_append_new(run->runs, read);
        return;
    }
    for (int c = fgetc(said); c != EOF; c = fgetc(said)) {
        (void)putchar(c);
    }
    (void)fflush(stdout);
}

/* Of those that command no view in scope one is enough. */
static void choose_traitors(struct run *run)
{
    bool has_idle = false;
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        bool is_idle = i == 0 || i > run->options.views;
        bool is_meant =
            run->options.traitor == 0 ? !is_idle || !has_idle : run->options.traitor == i + 1;
        has_idle = has_idle || is_idle;
        if (is_meant) {
            run->traitors[run->traitor_count++] = i;
        }
    }
}

int command_explore(int argc, char **argv)
{
    struct run run = {.exit_code = EXIT_DONE};
    struct error_text text = {""};
    int exit_code = EXIT_DONE;
    if (!parse(&run, argc, argv, &exit_code)) {
        return exit_code;
    }
    choose_traitors(&run);
    const struct explore_jobs jobs = {.count = run.traitor_count,
                                      .jobs = (unsigned)run.options.jobs,
                                      .context = &run,
                                      .work = explore_one,
                                      .show = show,
                                      .is_stop_wanted = interrupt_is_caught};
    interrupt_catch();
    run.runs = json_array();
    if (explore_jobs_run(&jobs, &text) != OK) {
        (void)fprintf(stderr, "%s: %s\n", run.command.name, text.text);
        run.exit_code = EXIT_USAGE;
    } else if (run.options.json && run.exit_code != EXIT_USAGE) {
        print_json(&run.options, run.runs, run.exit_code == EXIT_DONE);
    } else if (run.exit_code != EXIT_USAGE) {
        (void)puts(run.exit_code == EXIT_DONE ? "nothing is violated in what was seen"
                                              : "VIOLATED: see above");
    }
    json_decref(run.runs);
    return run.exit_code;
}
