/* prove_graph.c - OM(m,p) and SM on a graph: every placement, every strategy, played. */
#include "command/prove_result.h"
#include "console/interrupt.h"
#include "console/meter.h"
#include "console/ticks.h"
#include "generals/graphs.h"
#include "prove/acts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Strategies of one placement, and of all of them together, that are played at most. */
#define BITS_MAX  20u
#define PLAYS_MAX (UINT64_C(1) << 24)

struct run {
    const struct prove_settings *settings;
    struct scenario scenario;
    struct prove_result result;
    struct meter meter;
    uint64_t played; /* in the placements before */
    uint64_t total;
    bool is_found;
    struct error_text text;
};

static bool watch(void *context, uint64_t plays, uint64_t total)
{
    struct run *run = context;
    (void)total;
    meter_update(&run->meter, run->played + plays, run->played + plays, ticks_now_ns());
    return !interrupt_is_caught();
}

/* The next set of as many generals; false after the last. */
static bool next_set(general_set *set, unsigned generals)
{
    if (*set == 0) {
        return false;
    }
    general_set lowest = *set & -*set;
    general_set ripple = *set + lowest;
    *set = ripple | (((*set ^ ripple) >> 2) / lowest);
    return (*set & ~generals_all(generals)) == 0;
}

/* How much there is to play: no placement too large, and all of them together not either. */
static enum error measure(struct run *run)
{
    general_set traitors = generals_all(run->settings->traitors);
    do {
        struct acts acts;
        run->scenario.traitors = traitors;
        TRY(acts_init(&acts, &run->scenario, &run->text));
        uint64_t bits = acts_bits(&acts);
        acts_fini(&acts);
        unsigned orders = general_is_in(traitors, run->scenario.commander) ? 1 : 2;
        if (bits > BITS_MAX) {
            return error_set(&run->text, ERROR_LIMIT,
                             "--graph '%s': a placement of %u traitors has 2^%" PRIu64
                             " strategies; up to 2^%u are played",
                             run->settings->graph, run->settings->traitors, bits, BITS_MAX);
        }
        run->total += orders * (UINT64_C(1) << bits);
    } while (next_set(&traitors, run->scenario.generals));
    if (run->total > PLAYS_MAX) {
        return error_set(&run->text, ERROR_LIMIT,
                         "--graph '%s': all placements together have %" PRIu64
                         " strategies; up to %" PRIu64 " are played",
                         run->settings->graph, run->total, PLAYS_MAX);
    }
    return OK;
}

static enum error play_placement(struct run *run, general_set traitors, order_nr order)
{
    struct acts acts;
    struct acts_search search = {
        .plays_max = UINT64_C(1) << BITS_MAX, .watch = watch, .context = run};
    run->scenario.traitors = traitors;
    run->scenario.order = order;
    TRY(acts_init(&acts, &run->scenario, &run->text));
    enum error error = acts_find(&acts, &run->scenario, &search, &run->text);
    acts_fini(&acts);
    run->played += search.plays;
    run->is_found = search.is_found;
    return error;
}

static void clear_strategies(struct scenario *scenario)
{
    for (unsigned general = 0; general < GENERALS_MAX; general++) {
        scenario->strategies[general] = STRATEGY_LOYAL;
    }
}

static enum error play_placements(struct run *run)
{
    general_set traitors = generals_all(run->settings->traitors);
    do {
        bool is_loyal = !general_is_in(traitors, run->scenario.commander);
        for (unsigned i = 0; i < (is_loyal ? 2u : 1u); i++) {
            clear_strategies(&run->scenario);
            TRY(play_placement(run, traitors, i == 0 ? ATTACK : RETREAT));
            if (run->is_found) {
                return OK;
            }
        }
    } while (next_set(&traitors, run->scenario.generals));
    return OK;
}

static enum error prepare(struct run *run)
{
    const struct prove_settings *settings = run->settings;
    struct scenario *scenario = &run->scenario;
    enum error error = graph_from_spec(settings->graph, settings->generals, 1, &scenario->graph,
                                       scenario->graph_name, &run->text);
    if (error == ERROR_MISSING) {
        return error_set(&run->text, ERROR_INVALID, "--graph '%s' needs --generals",
                         settings->graph);
    }
    TRY(error);
    scenario->algorithm = settings->algorithm;
    scenario->generals = scenario->graph.count;
    scenario->m = settings->m;
    scenario->is_beyond = true;
    scenario->has_round_rule = settings->has_round_rule;
    if (settings->traitors > scenario->generals) {
        return error_set(&run->text, ERROR_INVALID, "--traitors-count %u: there are %u generals",
                         settings->traitors, scenario->generals);
    }
    return measure(run);
}

static enum error decide(struct run *run)
{
    TRY(prepare(run));
    meter_init(&run->meter, 0, run->total, run->settings->quiet, ticks_now_ns());
    run->meter.unit = "strategies";
    interrupt_catch();
    enum error error = play_placements(run);
    meter_erase(&run->meter);
    return error;
}

/* What is broken by the strategy that was found. */
static enum error judge(struct run *run)
{
    bool ic1 = true;
    bool ic2 = true;
    struct scenario *scenario = &run->scenario;
    if (run->is_found) {
        TRY(acts_play(scenario, &ic1, &ic2, &run->text));
        scenario->expect_ic1 = ic1 ? EXPECT_HOLDS : EXPECT_VIOLATED;
        scenario->expect_ic2 = ic2 ? EXPECT_HOLDS : EXPECT_VIOLATED;
        run->result.counterexample = scenario;
    }
    run->result.ic1_violated = !ic1;
    run->result.ic2_violated = !ic2;
    run->result.is_complete = true;
    run->result.examined = run->played;
    run->result.is_first_break = run->is_found;
    run->result.ic1_broken = !ic1;
    run->result.ic2_broken = !ic2;
    strategies_add(&run->result.strategies, run->total, 0);
    return OK;
}

int prove_graph(const struct prove_settings *settings)
{
    static struct run run; /* a scenario is large */
    struct prove_settings shown = *settings;
    char title[160];
    run = (struct run){.settings = settings};
    scenario_init(&run.scenario);
    enum error error = decide(&run);
    error = error == OK ? judge(&run) : error;
    shown.generals = run.scenario.generals;
    shown.method = PROVE_ENUMERATE;
    (void)snprintf(title, sizeof title, "%s(%u) on %s, %u generals, %u %s",
                   settings->algorithm == ALGORITHM_OM ? "OM" : "SM", settings->m,
                   run.scenario.graph_name, shown.generals, settings->traitors,
                   settings->traitors == 1 ? "traitor" : "traitors");
    run.result.title = title;
    run.result.graph = settings->graph;
    int exit_code = error == OK ? prove_result_show(&shown, &run.result)
                                : prove_fail(settings, error, &run.text);
    scenario_fini(&run.scenario);
    return exit_code;
}
