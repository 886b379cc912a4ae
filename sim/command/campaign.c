/* campaign.c - `strategos-sim campaign`: many seeds, what they found and what they reached. */
#include "campaign/pool.h"
#include "campaign/sum.h"
#include "command/campaign_print.h"
#include "command/command.h"
#include "command/run_options.h"
#include "console/interrupt.h"
#include "console/ticks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOW_EVERY_NS UINT64_C(500000000)
#define TELL_EVERY_NS UINT64_C(10000000000)

static const char exit_status[] =
    "       0  all held, and all that was declared has happened (--all)\n"
    "       1  the runs could not be played\n"
    "       2  wrong usage\n"
    "       10 a safety property was violated\n"
    "       11 liveness: something never came about, and nothing worse\n"
    "       12 an invariant was broken, or a run crashed\n"
    "       13 a declared state, fault, lie or strategy never happened (--all)\n";

static const char ending[] =
    "EXAMPLES\n"
    "       strategos-sim campaign --seeds 1000\n"
    "       strategos-sim campaign --seeds 100000 --shard 3/16 --json > 3.json\n"
    "       strategos-sim campaign --seeds 100 --replicas 4 --traitors 2 --beyond    # must fail\n";

struct request {
    struct run_options run;
    uint64_t seeds;
    uint64_t from;
    uint64_t jobs;
    const char *shard;
    bool json;
    bool all;
};

struct show {
    struct request request;
    struct campaign_sum sum;
    bool is_screen;
    uint64_t begun_ns;
    uint64_t shown_ns;
    uint64_t wanted;
};

static void show_progress(struct show *show)
{
    uint64_t now_ns = ticks_now_ns();
    uint64_t every_ns = show->is_screen ? SHOW_EVERY_NS : TELL_EVERY_NS;
    if (now_ns - show->shown_ns < every_ns) {
        return;
    }
    double seconds = (double)(now_ns - show->begun_ns) / 1e9;
    show->shown_ns = now_ns;
    (void)fprintf(stderr, "%s%" PRIu64 " of %" PRIu64 " runs, %.0f/s, %zu failed%s",
                  show->is_screen ? "\r" : "", show->sum.runs, show->wanted,
                  (double)show->sum.runs / seconds, show->sum.failure_count,
                  show->is_screen ? " \x1b[K" : "\n");
}

static void on_run(void *context, uint64_t seed, bool has_crashed,
                   const struct world_outcome *outcome)
{
    struct show *show = context;
    size_t before = show->sum.failure_count;
    campaign_sum_add(&show->sum, seed, has_crashed, outcome);
    if (show->sum.failure_count != before && !show->request.json) {
        (void)fprintf(stderr, "%sseed %" PRIu64 ": %s: %s\n", show->is_screen ? "\r\x1b[K" : "",
                      seed, has_crashed ? "crash" : outcome->oracle,
                      has_crashed ? "the run took its process with it" : outcome->text);
    }
    show_progress(show);
}

static bool is_stop_wanted(void *context)
{
    (void)context;
    return interrupt_is_caught();
}

/* "i/k", i from 1. */
static bool read_shard(const char *text, unsigned *shard, unsigned *shards)
{
    char *end = NULL;
    *shard = 0;
    *shards = 1;
    if (text == NULL) {
        return true;
    }
    unsigned long i = strtoul(text, &end, 10);
    if (end == text || *end != '/') {
        return false;
    }
    const char *rest = end + 1;
    unsigned long k = strtoul(rest, &end, 10);
    if (end == rest || *end != '\0' || i < 1 || k < i || k > 1000000) {
        return false;
    }
    *shard = (unsigned)(i - 1);
    *shards = (unsigned)k;
    return true;
}

static int exit_code_of(const struct show *show)
{
    const struct campaign_sum *sum = &show->sum;
    if (sum->safety != 0) {
        return EXIT_SAFETY;
    }
    if (sum->crashes != 0) {
        return EXIT_CRASH;
    }
    if (sum->liveness != 0) {
        return EXIT_LIVENESS;
    }
    return show->request.all && campaign_print_missing(sum, NULL) != 0 ? EXIT_NEVER : EXIT_DONE;
}

static int run(const struct argument_command *command, const struct request *request)
{
    static struct show show;
    struct error_text text = {{0}};
    struct pool_settings settings = {
        .from = request->from,
        .count = request->seeds,
        .jobs = (unsigned)request->jobs,
        .context = &show,
        .on_run = on_run,
        .is_stop_wanted = is_stop_wanted,
    };
    if (request->run.without != NULL || request->run.until_ns != 0) {
        return arguments_refuse(command, "--without and --until are of one run: see replay");
    }
    if (!read_shard(request->shard, &settings.shard, &settings.shards)) {
        return arguments_refuse(command, "--shard %s: must be I/K with 1 <= I <= K",
                                request->shard);
    }
    static struct plan plan;
    enum error error = run_options_read(&request->run, &settings.options, &text);
    if (error == OK) { /* whatever is wrong with the options is wrong with the first plan */
        error = plan_draw(&plan, &settings.options, &text);
    }
    if (error != OK) {
        return error == ERROR_EXISTS ? EXIT_DONE : arguments_refuse(command, "%s", text.text);
    }
    show.request = *request;
    show.is_screen = isatty(STDERR_FILENO) == 1;
    show.begun_ns = ticks_now_ns();
    show.shown_ns = show.begun_ns;
    show.wanted = (request->seeds - settings.shard + settings.shards - 1) / settings.shards;
    interrupt_catch();
    if (!request->json) {
        (void)printf("strategos-sim %s\ncampaign --seeds %" PRIu64 " --from %" PRIu64,
                     run_revision(), request->seeds, request->from);
        if (request->shard != NULL) {
            (void)printf(" --shard %s", request->shard);
        }
        run_options_print(&request->run, stdout);
        (void)printf("\n");
        (void)fflush(stdout);
    }
    error = pool_run(&settings, &text);
    if (show.is_screen) {
        (void)fprintf(stderr, "\r\x1b[K");
    }
    if (error != OK) {
        (void)fprintf(stderr, "%s: %s\n", command->name, text.text);
        return EXIT_REFUSED;
    }
    double seconds = (double)(ticks_now_ns() - show.begun_ns) / 1e9;
    if (request->json) {
        campaign_print_json(&show.sum, &request->run, request->from, request->seeds, stdout);
    } else {
        campaign_print(&show.sum, &request->run, seconds, stdout);
        if (request->all) {
            (void)campaign_print_missing(&show.sum, stdout);
        }
    }
    return exit_code_of(&show);
}

int command_campaign(int argc, char **argv)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct request request = {
        .seeds = 1000, .from = 1, .jobs = cores > 0 && cores < 256 ? (uint64_t)cores : 1};
    struct argument_option shared[RUN_OPTIONS];
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    run_options_init(&request.run);
    run_options_table(&request.run, shared);
    const struct argument_option options[] = {
        {.name = "seeds",
         .kind = ARGUMENT_NUMBER,
         .value = &request.seeds,
         .placeholder = "N",
         .minimum = 1,
         .maximum = UINT64_C(1) << 40,
         .help = "How many runs (default: 1000)."},
        {.name = "from",
         .kind = ARGUMENT_NUMBER,
         .value = &request.from,
         .placeholder = "S",
         .maximum = UINT64_MAX >> 1,
         .help = "The first seed (default: 1)."},
        {.name = "jobs",
         .kind = ARGUMENT_NUMBER,
         .value = &request.jobs,
         .placeholder = "J",
         .minimum = 1,
         .maximum = 256,
         .help = "Runs at once (default: one per core)."},
        {.name = "shard",
         .kind = ARGUMENT_TEXT,
         .value = &request.shard,
         .placeholder = "I/K",
         .help = "Only every K-th seed, beginning with the I-th: for many machines."},
        {.name = "all",
         .kind = ARGUMENT_FLAG,
         .value = &request.all,
         .help = "Fail too if a declared state, fault, lie or strategy never happened."},
        run_options_json(&request.json),
        {.name = NULL},
    };
    const struct argument_command command = {
        .name = "strategos-sim campaign",
        .usage = "[OPTION ...]",
        .summary = "play many groups, each drawn from a seed of its own",
        .description =
            "Each run draws its group, network, faults, clients and traitors from its seed, and is "
            "judged by all oracles. A failing seed is printed; `strategos-sim replay SEED` shows "
            "it, `strategos-sim shrink SEED` makes it small.",
        .options = options,
        .common = shared,
        .exit_status = exit_status,
        .ending = ending,
    };
    return arguments_parse(&command, argc, argv, &arguments, &exit_code) ? run(&command, &request)
                                                                         : exit_code;
}
