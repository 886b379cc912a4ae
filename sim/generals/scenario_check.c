/* scenario_check.c - whether a scenario can be played, and why not: each refusal names the value,
 * its bound and the reason. Memory is reckoned before any is taken. */
#include "base/plural.h"
#include "generals/play.h"
#include "generals/play_om_graph.h"
#include "generals/play_sm.h"
#include "generals/scenario_lies.h"

#include <inttypes.h>
#include <stdio.h>

#define BYTES_TEXT_BYTES 32u

/* "98.9 TiB", cut off after one digit. */
static void bytes_to_text(uint64_t bytes, char text[BYTES_TEXT_BYTES])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;
    uint64_t tenths = 0;
    while (bytes >= 1024) {
        tenths = bytes % 1024 * 10 / 1024;
        bytes /= 1024;
        unit++;
    }
    if (unit == 0) {
        (void)snprintf(text, BYTES_TEXT_BYTES, "%" PRIu64 " bytes", bytes);
    } else {
        (void)snprintf(text, BYTES_TEXT_BYTES, "%" PRIu64 ".%" PRIu64 " %s", bytes, tenths,
                       units[unit]);
    }
}

static const char *title_of(const struct scenario *scenario)
{
    return scenario->algorithm == ALGORITHM_OM ? "OM" : "SM";
}

static enum error check_generals(const struct scenario *scenario, struct error_text *text)
{
    if (scenario->generals < 2 || scenario->generals > GENERALS_MAX) {
        return error_set(text, ERROR_INVALID, "generals = %u: it takes 2 to %u", scenario->generals,
                         GENERALS_MAX);
    }
    if (scenario->commander >= scenario->generals) {
        return error_set(text, ERROR_INVALID,
                         "commander = %d: of %u generals the last has the number %u",
                         scenario->commander, scenario->generals, scenario->generals - 1);
    }
    if ((scenario->traitors & ~generals_all(scenario->generals)) != 0) {
        general_set outside = scenario->traitors & ~generals_all(scenario->generals);
        return error_set(text, ERROR_INVALID,
                         "traitor %d: of %u generals the last has the number %u",
                         __builtin_ctzll(outside), scenario->generals, scenario->generals - 1);
    }
    return OK;
}

static enum error check_orders(const struct scenario *scenario, struct error_text *text)
{
    unsigned count = scenario->order_count;
    if (count < 2 || count > SCENARIO_ORDERS_MAX) {
        return error_set(text, ERROR_INVALID, "%u orders: there are 2 to %u", count,
                         SCENARIO_ORDERS_MAX);
    }
    if (scenario->order >= count || scenario->lie_order >= count) {
        return error_set(text, ERROR_INVALID, "order number %d: of %u orders the last is %u",
                         scenario->order >= count ? scenario->order : scenario->lie_order, count,
                         count - 1);
    }
    for (unsigned g = 0; g < scenario->generals; g++) {
        if (scenario->private_orders[g] >= count) {
            return error_set(text, ERROR_INVALID,
                             "general %u's order has the number %d: of %u orders the last is %u", g,
                             scenario->private_orders[g], count, count - 1);
        }
    }
    return OK;
}

/* m against n, and traitors against m (LSP82 theorems 1 and 2). The naive algorithm has no m. */
static enum error check_bounds(const struct scenario *scenario, struct error_text *text)
{
    const char *title = title_of(scenario);
    unsigned m = scenario->m;
    unsigned generals = scenario->generals;
    unsigned traitors = (unsigned)__builtin_popcountll(scenario->traitors);
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return OK;
    }
    if (m > generals - 2) {
        return error_set(text, ERROR_INVALID,
                         "m = %u: of %u generals at most %u, because with fewer than two loyal "
                         "generals there is nothing to agree on",
                         m, generals, generals - 2);
    }
    if (m > ROUNDS_MAX - 1) {
        return error_set(text, ERROR_INVALID, "m = %u: at most %u, because it takes m + 1 rounds",
                         m, ROUNDS_MAX - 1);
    }
    if (scenario->is_beyond) {
        return OK;
    }
    if (scenario->algorithm == ALGORITHM_OM && generals <= 3 * m) {
        return error_set(text, ERROR_INVALID,
                         "OM(%u) needs at least %u generals: %u are given; --beyond plays it all "
                         "the same",
                         m, 3 * m + 1, generals);
    }
    if (traitors > m) {
        return error_set(text, ERROR_INVALID,
                         "%s(%u) holds against at most %u traitor%s: %u are given; --beyond plays "
                         "it all the same",
                         title, m, m, plural(m), traitors);
    }
    return OK;
}

/* Strategies of chains that mean nothing where everybody says one thing once. */
static bool fits(enum algorithm algorithm, enum strategy strategy)
{
    return algorithm != ALGORITHM_NAIVE ||
           (strategy != STRATEGY_FORGE && strategy != STRATEGY_TRUNCATE &&
            strategy != STRATEGY_REPLAY);
}

static enum error check_strategies(const struct scenario *scenario, struct error_text *text)
{
    for (unsigned g = 0; g < scenario->generals; g++) {
        enum strategy strategy = scenario->strategies[g];
        if ((unsigned)strategy >= STRATEGY_COUNT) {
            return error_set(text, ERROR_INVALID, "general %u has no strategy that is known", g);
        }
        if (strategy != STRATEGY_LOYAL && !general_is_in(scenario->traitors, (general_id)g)) {
            return error_set(text, ERROR_INVALID, "general %u is no traitor and cannot play %s", g,
                             strategy_name(strategy));
        }
        if (strategy == STRATEGY_WORST) {
            return error_set(text, ERROR_INVALID,
                             "traitor %u: the worst that he can do must be searched for before it "
                             "is played",
                             g);
        }
        if (!fits(scenario->algorithm, strategy)) {
            return error_set(text, ERROR_INVALID,
                             "traitor %u cannot play %s: the naive algorithm has one round and no "
                             "signatures",
                             g, strategy_name(strategy));
        }
    }
    return OK;
}

static enum error check_graph(const struct scenario *scenario, struct error_text *text)
{
    const struct graph *graph = &scenario->graph;
    if (graph->count != scenario->generals) {
        return error_set(text, ERROR_INVALID, "the graph has %u vertices for %u generals",
                         graph->count, scenario->generals);
    }
    if (scenario->p >= scenario->generals) {
        return error_set(text, ERROR_INVALID, "p = %u: no general has more than %u neighbours",
                         scenario->p, scenario->generals - 1);
    }
    if (graph_is_complete(graph)) {
        return OK;
    }
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return error_set(text, ERROR_INVALID,
                         "the naive algorithm needs a complete graph: every general tells every "
                         "other his order");
    }
    general_set reached = 1;
    for (unsigned step = 0; step < scenario->generals; step++) {
        for (general_set left = reached; left != 0; left &= left - 1) {
            reached |= graph->neighbours[__builtin_ctzll(left)];
        }
    }
    general_set cut_off = generals_all(scenario->generals) & ~reached;
    if (cut_off != 0) {
        return error_set(text, ERROR_INVALID,
                         "the graph is not connected: general 0 cannot reach general %d",
                         __builtin_ctzll(cut_off));
    }
    return OK;
}

/* LSP82 theorem 4: signatures help only those who can reach each other past the traitors. */
static enum error check_sm(const struct scenario *scenario, struct error_text *text)
{
    general_set loyal = generals_all(scenario->generals) & ~scenario->traitors;
    unsigned rounds = play_sm_rounds(scenario);
    if (!scenario->is_beyond && !graph_is_connected(&scenario->graph, loyal)) {
        return error_set(text, ERROR_INVALID,
                         "the loyal generals are not connected among themselves, so that traitors "
                         "stand between them; --beyond plays it all the same");
    }
    if (rounds > ROUNDS_MAX) {
        return error_set(text, ERROR_INVALID,
                         "SM on this graph takes %u rounds (m + d, d being the diameter of the "
                         "loyal generals' part): at most %u",
                         rounds, ROUNDS_MAX);
    }
    return OK;
}

static enum error check_memory(const struct scenario *scenario, struct error_text *text)
{
    uint64_t bytes = play_memory(scenario);
    if (bytes <= scenario->memory_bytes_max) {
        return OK;
    }
    char needed[BYTES_TEXT_BYTES];
    char bound[BYTES_TEXT_BYTES];
    bytes_to_text(bytes, needed);
    bytes_to_text(scenario->memory_bytes_max, bound);
    const char *more = bytes == UINT64_MAX ? "more than " : "";
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return error_set(text, ERROR_LIMIT,
                         "a game of %u generals takes %s of memory: the bound is %s",
                         scenario->generals, needed, bound);
    }
    return error_set(text, ERROR_LIMIT,
                     "%s(%u) of %u generals takes %s%s of memory: the bound is %s",
                     title_of(scenario), scenario->m, scenario->generals, more, needed, bound);
}

enum error scenario_check(const struct scenario *scenario, struct error_text *text)
{
    if (scenario->algorithm != ALGORITHM_OM && scenario->algorithm != ALGORITHM_SM &&
        scenario->algorithm != ALGORITHM_NAIVE) {
        return error_set(text, ERROR_INVALID, "the algorithm is none of om, sm, naive");
    }
    TRY(check_generals(scenario, text));
    TRY(check_orders(scenario, text));
    TRY(check_bounds(scenario, text));
    TRY(check_strategies(scenario, text));
    TRY(check_graph(scenario, text));
    if (scenario->algorithm == ALGORITHM_SM) {
        TRY(check_sm(scenario, text));
    }
    if (scenario->algorithm == ALGORITHM_OM && !graph_is_complete(&scenario->graph)) {
        TRY(play_om_graph_check(scenario, text));
    }
    TRY(check_memory(scenario, text));
    return scenario_check_lies(scenario, text);
}
