/* acts.c - see acts.h: finds the acts, and turns choices into scripts. */
#include "prove/acts.h"

#include "generals/play_sm.h"

#include <stdlib.h>
#include <string.h>

static enum error add_act(struct acts *acts, const struct act *act, struct error_text *text)
{
    if (acts->count >= ACTS_MAX) {
        return error_set(text, ERROR_LIMIT, "the traitors have more than %u occasions to lie",
                         ACTS_MAX);
    }
    acts->items[acts->count++] = *act;
    return OK;
}

static bool is_same(const struct act *a, const struct act *b)
{
    return a->from == b->from && a->to == b->to && a->path_count == b->path_count &&
           memcmp(a->path, b->path, a->path_count) == 0;
}

/* Values: whatever traitors sent to loyal generals when they did as they should. */
static enum error list_values(struct acts *acts, const struct play *play, struct error_text *text)
{
    if (!play->is_recorded) {
        return error_set(text, ERROR_LIMIT,
                         "there are too many messages to search for what traitors could make of "
                         "them");
    }
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        struct act act = {
            .from = message->from, .to = message->to, .path_count = message->path_count};
        if (!general_is_in(play->scenario.traitors, message->from) ||
            general_is_in(play->scenario.traitors, message->to) ||
            message->path_count > ROUNDS_MAX) {
            continue;
        }
        memcpy(act.path, message_path(play, message), message->path_count);
        bool is_known = false;
        for (size_t j = 0; j < acts->count && !is_known; j++) {
            is_known = is_same(&acts->items[j], &act);
        }
        if (!is_known) {
            TRY(add_act(acts, &act, text));
        }
    }
    return OK;
}

/* Who of the traitors can hand a chain that ends with `last` to `to`: himself, if they are
 * neighbours. */
static bool find_sender(const struct scenario *scenario, general_id last, general_id to,
                        general_id *from)
{
    general_set near = scenario->graph.neighbours[to] & scenario->traitors;
    if (near == 0) {
        return false;
    }
    *from = general_is_in(near, last) ? last : general_lowest(near);
    return true;
}

/* All receivers of one chain that ends with a traitor. */
static enum error add_chain(struct acts *acts, const struct scenario *scenario,
                            const general_id *chain, unsigned count, struct error_text *text)
{
    general_set signers = 0;
    for (unsigned i = 0; i < count; i++) {
        signers |= general_bit(chain[i]);
    }
    if (!general_is_in(scenario->traitors, chain[count - 1])) {
        return OK;
    }
    general_set rest = generals_all(scenario->generals) & ~signers & ~scenario->traitors;
    for (; rest != 0; rest &= rest - 1) {
        struct act act = {.to = general_lowest(rest), .path_count = (uint8_t)count};
        memcpy(act.path, chain, count);
        if (find_sender(scenario, chain[count - 1], act.to, &act.from)) {
            TRY(add_act(acts, &act, text));
        }
    }
    return OK;
}

/* On a complete graph a chain with a loyal lieutenant's name is of no use (sm_proof.h). */
static bool may_sign(const struct scenario *scenario, general_id general)
{
    return !graph_is_complete(&scenario->graph) || general_is_in(scenario->traitors, general);
}

/* Chains in the order of a depth-first walk over sequences of different generals. */
static enum error list_chains(struct acts *acts, const struct scenario *scenario,
                              general_id commander, struct error_text *text)
{
    general_id chain[ROUNDS_MAX] = {commander};
    unsigned rounds = play_sm_rounds(scenario);
    unsigned count = 1;
    general_set on_chain = general_bit(commander);
    unsigned next = 0; /* who may come after the chain */
    TRY(add_chain(acts, scenario, chain, count, text));
    for (;;) {
        if (count < rounds && next < scenario->generals) {
            general_id general = (general_id)next++;
            if (!general_is_in(on_chain, general) && may_sign(scenario, general)) {
                chain[count++] = general;
                on_chain |= general_bit(general);
                next = 0;
                TRY(add_chain(acts, scenario, chain, count, text));
            }
        } else if (count == 1) {
            return OK;
        } else {
            next = chain[--count] + 1u;
            on_chain &= ~general_bit(chain[count]);
        }
    }
}

static enum error list_acts(struct acts *acts, const struct scenario *scenario,
                            struct error_text *text)
{
    if (scenario->algorithm == ALGORITHM_SM) {
        for (unsigned number = 0; number < scenario->generals; number++) {
            general_id general = (general_id)number;
            if (scenario->is_interactive || general == scenario->commander) {
                TRY(list_chains(acts, scenario, general, text));
            }
        }
        return OK;
    }
    struct play *play;
    TRY(play_run(scenario, &play, text));
    enum error error = list_values(acts, play, text);
    play_free(play);
    return error;
}

static void set_strategies(struct scenario *scenario, enum strategy strategy)
{
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general)) {
            scenario->strategies[general] = strategy;
        }
    }
}

enum error acts_init(struct acts *acts, const struct scenario *scenario, struct error_text *text)
{
    struct scenario loyal = *scenario;
    loyal.lies = NULL;
    loyal.lie_count = 0;
    set_strategies(&loyal, STRATEGY_LOYAL);
    bool is_signed = scenario->algorithm == ALGORITHM_SM;
    *acts = (struct acts){.one = scenario->order != RETREAT ? scenario->order : ATTACK,
                          .bits_per_act = is_signed ? 2 : 1};
    TRY(scenario_check(&loyal, text));
    acts->items = calloc(ACTS_MAX, sizeof *acts->items);
    if (acts->items == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for what traitors can do");
    }
    enum error error = list_acts(acts, &loyal, text);
    if (error != OK) {
        acts_fini(acts);
    }
    return error;
}

void acts_fini(struct acts *acts)
{
    free(acts->items);
    *acts = (struct acts){.count = 0};
}

static enum error add_lie(const struct act *act, order_nr order, struct scenario *scenario,
                          struct error_text *text)
{
    struct lie lie = {
        .from = act->from, .to = act->to, .order = order, .path_count = act->path_count};
    memcpy(lie.path, act->path, act->path_count);
    return scenario_add_lie(scenario, &lie, text);
}

enum error acts_write(const struct acts *acts, const uint8_t *choices, struct scenario *scenario,
                      struct error_text *text)
{
    scenario->lie_count = 0;
    set_strategies(scenario, STRATEGY_SCRIPT);
    for (size_t i = 0; i < acts->count; i++) {
        const struct act *act = &acts->items[i];
        unsigned choice = choices[i];
        if (acts->bits_per_act == 1) {
            TRY(add_lie(act, choice == 1 ? acts->one : RETREAT, scenario, text));
            continue;
        }
        if ((choice & 1) != 0) {
            TRY(add_lie(act, acts->one, scenario, text));
        }
        if ((choice & 2) != 0) {
            TRY(add_lie(act, RETREAT, scenario, text));
        }
        if (choice == 0) {
            TRY(add_lie(act, ORDER_ABSENT, scenario, text));
        }
    }
    return OK;
}

enum error acts_play(const struct scenario *scenario, bool *ic1, bool *ic2, struct error_text *text)
{
    struct play *play;
    TRY(play_run(scenario, &play, text));
    *ic1 = play->ic1;
    *ic2 = play->ic2;
    play_free(play);
    return OK;
}
