/* scenario.c - defaults, names, orders and traitors of a game. Whether it can be played is judged
 * in scenario_check.c; files are read in scenario_file.c. */
#include "generals/scenario.h"

#include "base/assert.h"
#include "base/prng.h"

#include <stdlib.h>
#include <string.h>

static const char *const algorithm_names[] = {
    [ALGORITHM_OM] = "om",
    [ALGORITHM_SM] = "sm",
    [ALGORITHM_NAIVE] = "naive",
};

static const char *const strategy_names[STRATEGY_COUNT] = {
    [STRATEGY_LOYAL] = "loyal",   [STRATEGY_SILENT] = "silent",
    [STRATEGY_LIE] = "lie",       [STRATEGY_FLIP] = "flip",
    [STRATEGY_SPLIT] = "split",   [STRATEGY_RANDOM] = "random",
    [STRATEGY_LATE] = "late",     [STRATEGY_GARBAGE] = "garbage",
    [STRATEGY_FORGE] = "forge",   [STRATEGY_TRUNCATE] = "truncate",
    [STRATEGY_REPLAY] = "replay", [STRATEGY_COLLUDE] = "collude",
    [STRATEGY_SCRIPT] = "script", [STRATEGY_WORST] = "worst",
};

#define ALGORITHM_COUNT (sizeof algorithm_names / sizeof algorithm_names[0])

/* `text` fits: callers check it. */
static void set_text(char *to, const char *text)
{
    memcpy(to, text, strlen(text) + 1);
}

void scenario_init(struct scenario *scenario)
{
    memset(scenario, 0, sizeof *scenario);
    scenario->algorithm = ALGORITHM_OM;
    scenario->generals = 4;
    scenario->m = 1;
    scenario->order = ATTACK;
    scenario->lie_order = RETREAT;
    scenario->order_count = 2;
    set_text(scenario->order_names[RETREAT], "retreat");
    set_text(scenario->order_names[ATTACK], "attack");
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        scenario->private_orders[g] = ATTACK;
    }
    graph_complete(&scenario->graph, scenario->generals);
    set_text(scenario->graph_name, "complete");
    scenario->has_round_rule = true;
    scenario->seed = 1;
    scenario->memory_bytes_max = PLAY_MEMORY_DEFAULT;
}

void scenario_fini(struct scenario *scenario)
{
    free(scenario->lies);
    scenario->lies = NULL;
    scenario->lie_count = 0;
}

/* The room for lies doubles at powers of two, so that their count alone says how large it is. */
static bool is_full(size_t count)
{
    return (count & (count - 1)) == 0;
}

enum error scenario_copy(struct scenario *copy, const struct scenario *scenario,
                         struct error_text *text)
{
    *copy = *scenario;
    copy->lies = NULL;
    copy->lie_count = 0;
    if (scenario->lie_count == 0) {
        return OK;
    }
    size_t capacity = 1;
    while (capacity < scenario->lie_count) {
        capacity *= 2;
    }
    copy->lies = malloc(capacity * sizeof *copy->lies);
    if (copy->lies == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for %zu lies", capacity);
    }
    memcpy(copy->lies, scenario->lies, scenario->lie_count * sizeof *copy->lies);
    copy->lie_count = scenario->lie_count;
    return OK;
}

enum error scenario_add_lie(struct scenario *scenario, const struct lie *lie,
                            struct error_text *text)
{
    size_t count = scenario->lie_count;
    if (count >= SCENARIO_LIES_MAX) {
        return error_set(text, ERROR_LIMIT, "a scenario has at most %u lies", SCENARIO_LIES_MAX);
    }
    if (is_full(count)) {
        size_t capacity = count == 0 ? 1 : 2 * count;
        struct lie *grown = realloc(scenario->lies, capacity * sizeof *grown);
        if (grown == NULL) {
            return error_set(text, ERROR_MEMORY, "no memory for %zu lies", capacity);
        }
        scenario->lies = grown;
    }
    scenario->lies[count] = *lie;
    scenario->lie_count++;
    return OK;
}

enum error scenario_order(struct scenario *scenario, const char *name, order_nr *order,
                          struct error_text *text)
{
    size_t const room = sizeof scenario->order_names[0];
    size_t length = strlen(name);
    if (length == 0 || length >= room || strcmp(name, "-") == 0) {
        return error_set(text, ERROR_INVALID,
                         "\"%s\" is no name of an order: it takes 1 to %zu characters, and \"-\" "
                         "stands for none",
                         name, room - 1);
    }
    for (unsigned i = 0; i < scenario->order_count; i++) {
        if (strcmp(scenario->order_names[i], name) == 0) {
            *order = (order_nr)i;
            return OK;
        }
    }
    if (scenario->order_count >= SCENARIO_ORDERS_MAX) {
        return error_set(text, ERROR_LIMIT, "\"%s\" is one order too many: there are at most %u",
                         name, SCENARIO_ORDERS_MAX);
    }
    *order = (order_nr)scenario->order_count;
    set_text(scenario->order_names[scenario->order_count], name);
    scenario->order_count++;
    return OK;
}

const char *scenario_order_name(const struct scenario *scenario, order_nr order)
{
    if (order == ORDER_ABSENT) {
        return "-";
    }
    return order < scenario->order_count ? scenario->order_names[order] : "garbage";
}

void scenario_draw_traitors(struct scenario *scenario, unsigned count)
{
    ASSERT(scenario->generals <= GENERALS_MAX);
    struct prng prng;
    prng_init(&prng, scenario->seed);
    general_id drawn[GENERALS_MAX];
    for (unsigned g = 0; g < scenario->generals; g++) {
        drawn[g] = (general_id)g;
    }
    scenario->traitors = 0;
    for (unsigned i = 0; i < count && i < scenario->generals; i++) {
        unsigned at = i + (unsigned)prng_below(&prng, scenario->generals - i);
        general_id traitor = drawn[at];
        drawn[at] = drawn[i];
        scenario->traitors |= general_bit(traitor);
    }
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        if (!is_traitor) {
            scenario->strategies[g] = STRATEGY_LOYAL;
        } else if (scenario->strategies[g] == STRATEGY_LOYAL) {
            scenario->strategies[g] = STRATEGY_RANDOM;
        }
    }
}

const char *algorithm_name(enum algorithm algorithm)
{
    ASSERT((size_t)algorithm < ALGORITHM_COUNT);
    return algorithm_names[algorithm];
}

bool algorithm_from_name(const char *name, enum algorithm *algorithm)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (strcmp(name, algorithm_names[i]) == 0) {
            *algorithm = (enum algorithm)i;
            return true;
        }
    }
    return false;
}

const char *strategy_name(enum strategy strategy)
{
    ASSERT(strategy < STRATEGY_COUNT);
    return strategy_names[strategy];
}

bool strategy_from_name(const char *name, enum strategy *strategy)
{
    for (size_t i = 0; i < STRATEGY_COUNT; i++) {
        if (strcmp(name, strategy_names[i]) == 0) {
            *strategy = (enum strategy)i;
            return true;
        }
    }
    return false;
}
