/* strategy.c - what traitors say instead of a value. */
#include "generals/strategy.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

/* The lower half of a set by number; the middle one belongs to it. */
static general_set lower_half(general_set set)
{
    unsigned count = (unsigned)__builtin_popcountll(set);
    general_set half = 0;
    for (unsigned i = 0; i < (count + 1) / 2; i++) {
        half |= set & (~set + 1);
        set &= set - 1;
    }
    return half;
}

int lie_compare(const struct lie *a, const struct lie *b)
{
    if (a->path_count != b->path_count) {
        return a->path_count < b->path_count ? -1 : 1;
    }
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    if (a->to != b->to) {
        return a->to < b->to ? -1 : 1;
    }
    return memcmp(a->path, b->path, a->path_count);
}

static int compare_for_sort(const void *left, const void *right)
{
    const struct lie *a = *(const struct lie *const *)left;
    const struct lie *b = *(const struct lie *const *)right;
    int difference = lie_compare(a, b);
    return difference != 0 ? difference : (a->order > b->order) - (a->order < b->order);
}

enum error plot_init(struct plot *plot, const struct scenario *scenario)
{
    general_set loyal = generals_all(scenario->generals) & ~scenario->traitors;
    *plot = (struct plot){.scenario = scenario, .first_half = lower_half(loyal)};
    if (scenario->lie_count == 0) {
        return OK;
    }
    plot->script = malloc(scenario->lie_count * sizeof(struct lie *));
    if (plot->script == NULL) {
        return ERROR_MEMORY;
    }
    plot->script_count = scenario->lie_count;
    for (size_t i = 0; i < scenario->lie_count; i++) {
        plot->script[i] = &scenario->lies[i];
    }
    qsort(plot->script, plot->script_count, sizeof(struct lie *), compare_for_sort);
    return OK;
}

void plot_fini(struct plot *plot)
{
    free(plot->script);
    *plot = (struct plot){0};
}

/* The first lie of the script that is not before `key`, or after it too. */
static size_t find_bound(const struct plot *plot, const struct lie *key, bool is_after)
{
    size_t low = 0;
    size_t high = plot->script_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int difference = lie_compare(plot->script[middle], key);
        if (difference < 0 || (is_after && difference == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct lie *const *plot_lies(const struct plot *plot, general_id from, general_id to,
                                   const general_id *path, unsigned path_count, size_t *count)
{
    *count = 0;
    if (plot->script_count == 0 || path_count > ROUNDS_MAX) {
        return NULL;
    }
    struct lie key = {.from = from, .to = to, .path_count = (uint8_t)path_count};
    memcpy(key.path, path, path_count);
    size_t first = find_bound(plot, &key, false);
    *count = find_bound(plot, &key, true) - first;
    return (const struct lie *const *)plot->script + first;
}

order_nr order_opposite(const struct scenario *scenario, order_nr order)
{
    return (order_nr)((order + 1u) % scenario->order_count);
}

/* The last step of splitmix64 (Steele, Lea, Flood 2014): every bit in has a say in every bit out.
 */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

uint64_t strategy_dice(const struct plot *plot, const struct occasion *occasion)
{
    uint64_t dice = mix(plot->scenario->seed);
    dice = mix(dice ^ occasion->instance);
    dice = mix(dice ^ occasion->round);
    dice = mix(dice ^ (uint64_t)occasion->from << 8 ^ occasion->to);
    for (unsigned i = 0; i < occasion->path_count; i++) {
        dice = mix(dice ^ occasion->path[i]);
    }
    return dice;
}

/* An order, or ORDER_ABSENT for nothing, said at this occasion. */
static struct choice say(const struct occasion *occasion, order_nr order)
{
    struct choice choice = choice_loyal(order);
    if (order != occasion->due) {
        choice.fate = order == ORDER_ABSENT           ? FATE_SILENT
                      : occasion->due == ORDER_ABSENT ? FATE_EXTRA
                                                      : FATE_LIE;
    }
    return choice;
}

static struct choice say_late(const struct occasion *occasion)
{
    return (struct choice){FATE_LATE, occasion->due, ORDER_ABSENT, VERDICT_STALE};
}

static struct choice say_garbage(uint64_t dice)
{
    order_nr nonsense = (order_nr)(ORDERS_MAX + dice % (ORDER_ABSENT - ORDERS_MAX));
    return (struct choice){FATE_GARBAGE, nonsense, ORDER_ABSENT, VERDICT_MALFORMED};
}

general_set strategy_first_half(const struct scenario *scenario, general_id from,
                                general_id commander)
{
    return lower_half(generals_all(scenario->generals) & ~general_bit(from) &
                      ~general_bit(commander));
}

/* What fails a loyal commander is one wrong order from all sides; what can come of a traitor's two
 * orders is that each half of the loyal generals hears its own from all of them. */
static order_nr collude(const struct plot *plot, const struct occasion *occasion)
{
    const struct scenario *scenario = plot->scenario;
    general_id commander = occasion->path[0];
    if (!general_is_in(scenario->traitors, commander)) {
        return order_opposite(scenario, scenario->is_interactive
                                            ? scenario->private_orders[commander]
                                            : scenario->order);
    }
    return general_is_in(plot->first_half, occasion->to) ? ATTACK : RETREAT;
}

static struct choice follow_script(const struct plot *plot, const struct occasion *occasion)
{
    size_t count;
    const struct lie *const *lies =
        plot_lies(plot, occasion->from, occasion->to, occasion->path, occasion->path_count, &count);
    return say(occasion, count == 0 ? occasion->due : lies[0]->order);
}

struct choice strategy_choose(const struct plot *plot, const struct occasion *occasion)
{
    const struct scenario *scenario = plot->scenario;
    ASSERT(general_is_in(scenario->traitors, occasion->from));
    order_nr const due = occasion->due;
    enum strategy strategy = scenario->strategies[occasion->from];
    if (due == ORDER_ABSENT && strategy != STRATEGY_SCRIPT) {
        return say(occasion, ORDER_ABSENT); /* what to alter is not there */
    }
    switch (strategy) {
    case STRATEGY_SILENT:
        return say(occasion, ORDER_ABSENT);
    case STRATEGY_LIE:
        return say(occasion, scenario->lie_order);
    case STRATEGY_FLIP:
    case STRATEGY_FORGE: /* nobody's name is under a value */
        return say(occasion, order_opposite(scenario, due));
    case STRATEGY_SPLIT:
        return say(occasion,
                   general_is_in(strategy_first_half(scenario, occasion->from, occasion->path[0]),
                                 occasion->to)
                       ? ATTACK
                       : RETREAT);
    case STRATEGY_RANDOM: {
        uint64_t drawn = strategy_dice(plot, occasion) % (scenario->order_count + 1);
        return say(occasion, drawn == scenario->order_count ? ORDER_ABSENT : (order_nr)drawn);
    }
    case STRATEGY_LATE:
        return say_late(occasion);
    case STRATEGY_GARBAGE:
        return say_garbage(strategy_dice(plot, occasion));
    case STRATEGY_TRUNCATE:
        return say(occasion, occasion->round == occasion->rounds ? ORDER_ABSENT : due);
    case STRATEGY_REPLAY:
        return say(occasion, occasion->first);
    case STRATEGY_COLLUDE:
        return say(occasion, collude(plot, occasion));
    case STRATEGY_SCRIPT:
        return follow_script(plot, occasion);
    case STRATEGY_LOYAL:
    case STRATEGY_WORST:
    case STRATEGY_COUNT:
        break;
    }
    return choice_loyal(due);
}
