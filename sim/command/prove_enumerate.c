/* prove_enumerate.c - OM(m) on a complete graph, one strategy after the other: progress, state
 * file, shards, and their sum. */
#include "command/prove_result.h"
#include "console/interrupt.h"
#include "console/meter.h"
#include "console/ticks.h"
#include "prove/enumerate.h"

#include <stdio.h>

#define SAVE_EVERY_NS (10 * TICKS_SECOND)

/* One run. */
struct run {
    const struct prove_settings *settings;
    struct enumeration enumeration;
    struct tally tally;
    struct meter meter;
    uint64_t begin_strategies;
    uint64_t saved_ns;
    uint32_t shard_chunks;
    enum error save_error;
    struct error_text text;
};

static bool watch(void *context, const struct tally *tally, uint32_t left)
{
    struct run *run = context;
    uint64_t now_ns = ticks_now_ns();
    meter_update(&run->meter, run->shard_chunks - left, tally->strategies - run->begin_strategies,
                 now_ns);
    if (run->settings->resume != NULL && now_ns >= run->saved_ns + SAVE_EVERY_NS) {
        run->save_error = tally_write(tally, run->settings->resume, &run->text);
        run->saved_ns = now_ns;
    }
    return run->save_error == OK && !interrupt_is_caught();
}

/* The state of an earlier run, or a fresh one. */
static enum error load(struct run *run)
{
    const struct om_question *question = &run->enumeration.question;
    const char *path = run->settings->resume;
    if (path != NULL) {
        enum error error = tally_read(&run->tally, path, &run->text);
        if (error == OK) {
            return OK; /* whose question it is, enumeration_run checks */
        }
        if (error != ERROR_MISSING) {
            return error;
        }
    }
    tally_init(&run->tally, question, run->enumeration.chunk_count);
    return OK;
}

static void begin_meter(struct run *run)
{
    uint32_t first;
    uint32_t end;
    uint32_t done = 0;
    const struct prove_settings *settings = run->settings;
    tally_shard(&run->tally, settings->shard_index, settings->shard_count, &first, &end);
    for (uint32_t chunk = first; chunk < end; chunk++) {
        done += tally_is_done(&run->tally, chunk);
    }
    run->shard_chunks = end - first;
    run->begin_strategies = run->tally.strategies;
    run->saved_ns = ticks_now_ns();
    meter_init(&run->meter, done, run->shard_chunks, settings->quiet, run->saved_ns);
    run->meter.unit = "strategies";
}

static enum error enumerate(struct run *run)
{
    const struct prove_settings *settings = run->settings;
    struct enumeration_work work = {.jobs = settings->jobs,
                                    .shard_index = settings->shard_index,
                                    .shard_count = settings->shard_count,
                                    .watch = watch,
                                    .context = run};
    TRY(load(run));
    if (run->tally.chunk_count == run->enumeration.chunk_count) {
        begin_meter(run);
    }
    interrupt_catch();
    TRY(enumeration_run(&run->enumeration, &work, &run->tally, &run->text));
    meter_erase(&run->meter);
    TRY(run->save_error);
    return settings->resume == NULL ? OK : tally_write(&run->tally, settings->resume, &run->text);
}

static int show(struct run *run)
{
    const struct om_question *question = &run->enumeration.question;
    const struct tally *tally = &run->tally;
    struct prove_settings settings = *run->settings;
    struct scenario scenario;
    char title[96];
    unsigned n = question->generals;
    unsigned k = question->traitors;
    settings.algorithm = ALGORITHM_OM;
    settings.method = PROVE_ENUMERATE;
    settings.generals = n;
    settings.m = question->m;
    settings.traitors = k;
    (void)snprintf(title, sizeof title, "OM(%u), %u generals, %u %s", question->m, n, k,
                   k == 1 ? "traitor" : "traitors");
    struct prove_result result = {
        .title = title,
        .is_complete = tally->done_count == tally->chunk_count,
        .ic1_violated = tally->ic1_broken != 0,
        .ic2_violated = tally->ic2_broken != 0,
        .examined = tally->strategies,
        .ic1_broken = tally->ic1_broken,
        .ic2_broken = tally->ic2_broken,
        .parts_done = tally->done_count,
        .parts = tally->chunk_count,
        .has_formula = k >= 1 && question->m >= 1 && n >= k + 2,
        .formula_holds = om_formula_holds(question),
    };
    if (k >= 1) {
        strategies_add(&result.strategies, binomial(n - 1, k - 1),
                       om_choice_count(question, false));
    }
    strategies_add(&result.strategies, 2 * binomial(n - 1, k), om_choice_count(question, true));
    scenario_init(&scenario);
    enum error error = OK;
    if (tally->has_first) {
        error = enumeration_scenario(&run->enumeration, tally, &scenario, &run->text);
        result.counterexample = &scenario;
    }
    int exit_code = error == OK ? prove_result_show(&settings, &result)
                                : prove_fail(&settings, error, &run->text);
    scenario_fini(&scenario);
    return exit_code;
}

int prove_om_enumerate(const struct prove_settings *settings)
{
    static struct run run; /* a tally is large */
    struct om_question question = {settings->generals, settings->m, settings->traitors};
    run = (struct run){.settings = settings};
    enum error error = enumeration_init(&run.enumeration, &question, &run.text);
    if (error != OK) {
        return prove_fail(settings, error, &run.text);
    }
    error = enumerate(&run);
    int exit_code = error == OK ? show(&run) : prove_fail(settings, error, &run.text);
    enumeration_fini(&run.enumeration);
    if (error == OK && interrupt_is_caught()) {
        (void)fprintf(stderr, "%s: stopped%s%s\n", settings->command.name,
                      settings->resume == NULL ? "" : "; go on with --resume ",
                      settings->resume == NULL ? "" : settings->resume);
        return EXIT_REFUSED;
    }
    return exit_code;
}

int prove_om_merge(const struct prove_settings *settings)
{
    static struct run run;
    static struct tally part;
    const struct arguments *files = &settings->arguments;
    run = (struct run){.settings = settings};
    enum error error = tally_read(&run.tally, files->operands[0], &run.text);
    for (size_t i = 1; error == OK && i < files->operand_count; i++) {
        struct error_text reason = {""};
        error = tally_read(&part, files->operands[i], &run.text);
        if (error == OK) {
            error = tally_add(&run.tally, &part, &reason);
            if (error != OK) {
                (void)error_set(&run.text, error, "%s: %s", files->operands[i], reason.text);
            }
        }
    }
    if (error == OK) {
        const struct om_question *question = &run.tally.question;
        if (question->generals < 2 || question->generals >= PROVE_GENERALS_MAX ||
            question->m > question->generals - 2 || question->traitors > question->generals) {
            error = error_set(&run.text, ERROR_INVALID, "%s: no question that could be asked",
                              files->operands[0]);
        } else {
            error = enumeration_init(&run.enumeration, question, &run.text);
        }
    }
    if (error == OK && run.enumeration.chunk_count != run.tally.chunk_count) {
        error = error_set(&run.text, ERROR_FOREIGN, "%s: cut into parts in another way",
                          files->operands[0]);
    }
    int exit_code = error == OK ? show(&run) : prove_fail(settings, error, &run.text);
    bool is_short = error == OK && run.tally.done_count < run.tally.chunk_count;
    enumeration_fini(&run.enumeration);
    if (is_short) {
        (void)fprintf(stderr, "%s: %u of %u parts are not covered by these files\n",
                      settings->command.name, run.tally.chunk_count - run.tally.done_count,
                      run.tally.chunk_count);
        return EXIT_REFUSED;
    }
    return exit_code;
}
