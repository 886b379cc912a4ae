/* worst.c - see worst.h. */
#include "prove/worst.h"

#include "agreement/sm_graph.h"
#include "base/plural.h"
#include "generals/play_om_graph.h"
#include "generals/play_sm.h"
#include "prove/acts.h"
#include "prove/om_lies.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PLAYS_ALL  70000u /* strategies that are all played */
#define PLAYS_SOME 4000u  /* those that are tried where there are more */

static void set_strategies(struct scenario *scenario, enum strategy strategy)
{
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general)) {
            scenario->strategies[general] = strategy;
        }
    }
}

static unsigned traitor_count(const struct scenario *scenario)
{
    return general_count(scenario->traitors);
}

/* OM among all, one commander. More orders than two give traitors nothing (outcomes.h): `one` is
 * any that is not RETREAT, and a loyal commander's own. */
static enum error find_om_of(struct scenario *scenario, general_id commander, order_nr order,
                             bool *is_found, struct error_text *text)
{
    bool is_loyal = !general_is_in(scenario->traitors, commander);
    struct om_question question = {scenario->generals, scenario->m, traitor_count(scenario)};
    order_nr one = order == RETREAT ? ATTACK : order;
    struct om_proof proof = {.ic1 = true, .ic2 = true};
    struct cell root;
    struct outcomes outcomes;
    if (!om_proof_root(&question, is_loyal, &root)) {
        return OK;
    }
    TRY(outcomes_init(&outcomes, &root, is_loyal, OUTCOMES_DECIDE, text));
    *is_found = om_proof_find(&outcomes, order != RETREAT, &proof);
    outcomes_fini(&outcomes);
    if (!*is_found) {
        return OK;
    }
    proof = (struct om_proof){.ic1 = true, .ic2 = true};
    TRY(outcomes_init(&outcomes, &root, is_loyal, om_proof_goal(scenario->generals), text));
    (void)om_proof_find(&outcomes, order != RETREAT, &proof);
    enum error error = om_lies_add(scenario, &outcomes, commander, order != RETREAT,
                                   proof.cheapest.weight, one, text);
    outcomes_fini(&outcomes);
    return error;
}

/* SM among all: a chain of m + 1 traitors, the commander first, is shown to one lieutenant in the
 * last round. */
static enum error find_sm_of(struct scenario *scenario, general_id commander, order_nr order,
                             bool *is_found, struct error_text *text)
{
    general_set loyal = generals_all(scenario->generals) & ~scenario->traitors;
    general_set others = scenario->traitors & ~general_bit(commander);
    if (!general_is_in(scenario->traitors, commander) || general_count(loyal) < 2) {
        return OK;
    }
    if (traitor_count(scenario) <= scenario->m) {
        *is_found = !scenario->has_round_rule;
        return OK;
    }
    struct lie lie = {.from = commander,
                      .to = general_lowest(loyal),
                      .order = order == RETREAT ? ATTACK : RETREAT,
                      .path_count = (uint8_t)(scenario->m + 1),
                      .path = {commander}};
    for (unsigned i = 1; i <= scenario->m; i++) {
        lie.path[i] = general_lowest(others);
        lie.from = lie.path[i];
        others &= others - 1;
    }
    *is_found = true;
    TRY(scenario_add_lie(scenario, &lie, text));
    if (order == RETREAT && scenario->m > 0) {
        /* RETREAT and ATTACK together are RETREAT, which the others must not obey, too: all are
         * told ATTACK first, traitors too, who would pass RETREAT on. */
        scenario->lies[scenario->lie_count - 1].order = RETREAT;
        for (unsigned to = 0; to < scenario->generals; to++) {
            if (to != commander) {
                lie = (struct lie){.from = commander,
                                   .to = (general_id)to,
                                   .order = ATTACK,
                                   .path_count = 1,
                                   .path = {commander}};
                TRY(scenario_add_lie(scenario, &lie, text));
            }
        }
    }
    return OK;
}

/* One commander after the other until one's game can be broken. */
static enum error find_complete(struct scenario *scenario, bool *is_found, struct error_text *text)
{
    for (unsigned general = 0; general < scenario->generals && !*is_found; general++) {
        general_id commander = (general_id)general;
        order_nr order =
            scenario->is_interactive ? scenario->private_orders[general] : scenario->order;
        if (!scenario->is_interactive && commander != scenario->commander) {
            continue;
        }
        TRY(scenario->algorithm == ALGORITHM_SM
                ? find_sm_of(scenario, commander, order, is_found, text)
                : find_om_of(scenario, commander, order, is_found, text));
    }
    if (!*is_found && scenario->algorithm == ALGORITHM_SM) {
        (void)error_set(text, OK,
                        "SM(%u) of %u generals holds against %u of them (LSP82 Theorem 2), or "
                        "too few loyal generals are left to disagree",
                        scenario->m, scenario->generals, traitor_count(scenario));
    } else if (!*is_found) {
        (void)error_set(text, OK,
                        "OM(%u) of %u generals holds against all that %s could do: every strategy "
                        "is covered",
                        scenario->m, scenario->generals,
                        traitor_count(scenario) == 1 ? "this traitor" : "these traitors");
    }
    return OK;
}

/* Every traitor tells `target` one order and all others another one. */
static enum error tell_naive(struct scenario *scenario, general_id target, order_nr to_target,
                             order_nr to_others, struct error_text *text)
{
    scenario->lie_count = 0;
    for (unsigned pair = 0; pair < scenario->generals * scenario->generals; pair++) {
        general_id from = (general_id)(pair / scenario->generals);
        general_id to = (general_id)(pair % scenario->generals);
        if (from == to || !general_is_in(scenario->traitors, from) ||
            general_is_in(scenario->traitors, to)) {
            continue;
        }
        struct lie lie = {.from = from,
                          .to = to,
                          .order = to == target ? to_target : to_others,
                          .path_count = 1,
                          .path = {from}};
        if (lie.order != scenario->private_orders[from]) {
            TRY(scenario_add_lie(scenario, &lie, text));
        }
    }
    return OK;
}

/* All loyal generals know the same of each other, so whom it is done to makes no difference. */
static enum error find_naive(struct scenario *scenario, bool *is_found, struct error_text *text)
{
    general_set loyal = generals_all(scenario->generals) & ~scenario->traitors;
    set_strategies(scenario, STRATEGY_SCRIPT);
    for (unsigned a = 0; a < scenario->order_count && loyal != 0; a++) {
        for (unsigned b = 0; b < scenario->order_count; b++) {
            bool ic1;
            bool ic2;
            TRY(tell_naive(scenario, general_lowest(loyal), (order_nr)a, (order_nr)b, text));
            TRY(acts_play(scenario, &ic1, &ic2, text));
            *is_found = !ic1 || !ic2;
            if (*is_found) {
                return OK;
            }
        }
    }
    (void)error_set(text, OK, "even if all traitors tell each general the same, no majority turns");
    return OK;
}

/* What a theorem says of a graph that is not complete; false: nothing. */
static bool is_safe_by_theorem(const struct scenario *scenario, struct error_text *text)
{
    general_set loyal = generals_all(scenario->generals) & ~scenario->traitors;
    unsigned k = traitor_count(scenario);
    unsigned needed = 0;
    if (scenario->algorithm == ALGORITHM_SM) {
        if (!scenario->has_round_rule || !sm_graph_m(&scenario->graph, loyal, k, &needed) ||
            needed + 1 > play_sm_rounds(scenario)) {
            return false;
        }
        (void)error_set(text, OK,
                        "the loyal generals are connected among themselves, and %u rounds are "
                        "enough against %u traitor%s (LSP82 Theorem 3)",
                        play_sm_rounds(scenario), k, plural(k));
        return true;
    }
    unsigned p = play_om_graph_p(scenario);
    if (k > scenario->m || p < 3 * scenario->m) {
        return false;
    }
    (void)error_set(text, OK,
                    "OM(%u,%u) on a graph with such regular sets holds against %u traitor%s "
                    "(LSP82 section 5)",
                    scenario->m, p, k, plural(k));
    return true;
}

static enum error find_on_graph(struct scenario *scenario, bool *is_found, struct error_text *text)
{
    struct acts acts;
    if (is_safe_by_theorem(scenario, text)) {
        return OK;
    }
    TRY(acts_init(&acts, scenario, text));
    uint64_t bits = acts_bits(&acts);
    struct acts_search search = {.plays_max = bits <= 16 ? PLAYS_ALL : PLAYS_SOME};
    enum error error = acts_find(&acts, scenario, &search, text);
    acts_fini(&acts);
    *is_found = search.is_found;
    if (error != OK || search.is_found) {
        return error;
    }
    if (!search.is_complete) {
        return error_set(text, ERROR_LIMIT,
                         "nothing breaks it among %" PRIu64
                         " strategies that were tried, but there "
                         "are 2^%" PRIu64,
                         search.plays, bits);
    }
    (void)error_set(text, OK, "all %" PRIu64 " strategies were played", search.plays);
    return OK;
}

enum error worst_find(struct scenario *scenario, bool *is_found, struct error_text *text)
{
    struct error_text own = {""};
    text = text == NULL ? &own : text;
    *is_found = false;
    scenario->lie_count = 0;
    set_strategies(scenario, STRATEGY_LOYAL);
    TRY(scenario_check(scenario, text));
    if (scenario->traitors == 0) {
        (void)error_set(text, OK, "there is no traitor");
        return OK;
    }
    bool is_complete = graph_is_complete(&scenario->graph);
    if (is_complete && scenario->algorithm == ALGORITHM_OM &&
        scenario->generals > PROVE_GENERALS_MAX) {
        return error_set(text, ERROR_LIMIT,
                         "%u generals: the worst of at most %u can be searched "
                         "for",
                         scenario->generals, PROVE_GENERALS_MAX);
    }
    enum error error = scenario->algorithm == ALGORITHM_NAIVE ? find_naive(scenario, is_found, text)
                       : is_complete ? find_complete(scenario, is_found, text)
                                     : find_on_graph(scenario, is_found, text);
    bool is_kept_back =
        scenario->algorithm == ALGORITHM_SM && is_complete && *is_found && scenario->lie_count == 0;
    set_strategies(scenario, !*is_found || error != OK ? STRATEGY_LOYAL
                             : is_kept_back            ? STRATEGY_COLLUDE
                                                       : STRATEGY_SCRIPT);
    if (!*is_found || error != OK) {
        scenario->lie_count = 0;
    }
    return error;
}
