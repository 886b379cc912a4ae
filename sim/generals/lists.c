/* lists.c - see lists.h. */
#include "generals/lists.h"

#include "config/schema.h"

#include <stdio.h>
#include <string.h>

#define ITEM_BYTES 64u

/* The next item without spaces around it, and the rest of the list: NULL after the last one. What
 * is too long for an item is cut, which makes it no item of any kind. */
static const char *next_item(const char *list, char item[ITEM_BYTES])
{
    size_t length = strcspn(list, ",");
    const char *end = list + length;
    const char *rest = *end == ',' ? end + 1 : NULL;
    while (list < end && strchr(" \t\r\n", *list) != NULL) {
        list++;
    }
    while (end > list && strchr(" \t\r\n", end[-1]) != NULL) {
        end--;
    }
    length = (size_t)(end - list) < ITEM_BYTES ? (size_t)(end - list) : ITEM_BYTES - 1;
    memcpy(item, list, length);
    item[length] = '\0';
    return rest;
}

static enum error no_general(const char *item, unsigned generals, struct error_text *text)
{
    char quoted[PARAMETER_QUOTE_BYTES];
    return error_set(text, ERROR_INVALID, "%s is no general: they are 0 to %u",
                     parameter_quote(item, quoted), generals - 1);
}

/* Digits up to `end`. */
static bool read_general(const char *item, const char *end, unsigned generals, general_id *general)
{
    unsigned number = 0;
    if (item == end || end - item > 3) {
        return false;
    }
    for (; item < end; item++) {
        if (*item < '0' || *item > '9') {
            return false;
        }
        number = number * 10 + (unsigned)(*item - '0');
    }
    *general = (general_id)number;
    return number < generals;
}

/* "5" or "2-5"; "5" is from 5 to 5. */
static bool read_range(const char *item, unsigned generals, general_id *from, general_id *to)
{
    const char *end = item + strlen(item);
    const char *dash = strchr(item, '-');
    return read_general(item, dash == NULL ? end : dash, generals, from) &&
           read_general(dash == NULL ? item : dash + 1, end, generals, to);
}

enum error list_generals(const char *list, unsigned generals, general_set *set,
                         struct error_text *text)
{
    char item[ITEM_BYTES];
    *set = 0;
    while (list != NULL) {
        general_id from = 0;
        general_id to = 0;
        list = next_item(list, item);
        if (!read_range(item, generals, &from, &to)) {
            return no_general(item, generals, text);
        }
        if (from > to) {
            return error_set(text, ERROR_INVALID, "\"%s\" runs backwards", item);
        }
        for (unsigned general = from; general <= to; general++) {
            if (general_is_in(*set, (general_id)general)) {
                return error_set(text, ERROR_INVALID, "general %u is named twice", general);
            }
            *set |= general_bit((general_id)general);
        }
    }
    return OK;
}

enum error list_path(const char *list, unsigned generals, general_id *path, uint8_t *count,
                     struct error_text *text)
{
    char item[ITEM_BYTES];
    general_set seen = 0;
    *count = 0;
    while (list != NULL) {
        general_id general = 0;
        list = next_item(list, item);
        if (!read_general(item, item + strlen(item), generals, &general)) {
            return no_general(item, generals, text);
        }
        if (general_is_in(seen, general)) {
            return error_set(text, ERROR_INVALID, "general %u is named twice", general);
        }
        if (*count == ROUNDS_MAX) {
            return error_set(text, ERROR_LIMIT, "a path has at most %u generals", ROUNDS_MAX);
        }
        seen |= general_bit(general);
        path[(*count)++] = general;
    }
    return OK;
}

static enum error read_strategy(const char *name, enum strategy *strategy, struct error_text *text)
{
    char quoted[PARAMETER_QUOTE_BYTES];
    char all[256] = "";
    if (strategy_from_name(name, strategy)) {
        return OK;
    }
    for (unsigned i = 0; i < STRATEGY_COUNT; i++) {
        size_t used = strlen(all);
        (void)snprintf(all + used, sizeof all - used, "%s%s", i == 0 ? "" : ", ",
                       strategy_name((enum strategy)i));
    }
    return error_set(text, ERROR_INVALID, "%s is no strategy: must be one of %s",
                     parameter_quote(name, quoted), all);
}

enum error list_strategies(const char *list, unsigned generals,
                           enum strategy strategies[GENERALS_MAX], general_set *named,
                           enum strategy *others, struct error_text *text)
{
    char item[ITEM_BYTES];
    *named = 0;
    *others = STRATEGY_LOYAL;
    for (bool is_first = true; list != NULL; is_first = false) {
        general_id general = 0;
        list = next_item(list, item);
        const char *equals = strchr(item, '=');
        if (equals == NULL && is_first) {
            TRY(read_strategy(item, others, text));
            continue;
        }
        if (equals == NULL) {
            return error_set(text, ERROR_INVALID,
                             "\"%s\" follows others, so it must be GENERAL=STRATEGY", item);
        }
        if (!read_general(item, equals, generals, &general)) {
            return no_general(item, generals, text);
        }
        if (general_is_in(*named, general)) {
            return error_set(text, ERROR_INVALID, "general %u is named twice", general);
        }
        *named |= general_bit(general);
        TRY(read_strategy(equals + 1, &strategies[general], text));
    }
    return OK;
}

static enum error check_order_name(const char *name, struct error_text *text)
{
    char quoted[PARAMETER_QUOTE_BYTES];
    size_t const longest = sizeof((struct scenario *)NULL)->order_names[0] - 1;
    if (!parameter_is_name(name) || strlen(name) > longest || strcmp(name, "-") == 0 ||
        strcmp(name, "nothing") == 0 || strcmp(name, "garbage") == 0) {
        return error_set(text, ERROR_INVALID,
                         "%s is no order: it has 1 to %zu letters, digits, '.', '_' or '-', and "
                         "is not \"nothing\" or \"garbage\"",
                         parameter_quote(name, quoted), longest);
    }
    return OK;
}

enum error list_order(struct scenario *scenario, bool is_closed, bool may_be_absent,
                      const char *name, order_nr *order, struct error_text *text)
{
    if (may_be_absent && strcmp(name, "nothing") == 0) {
        *order = ORDER_ABSENT;
        return OK;
    }
    TRY(check_order_name(name, text));
    unsigned known = scenario->order_count;
    TRY(scenario_order(scenario, name, order, text));
    if (is_closed && scenario->order_count > known) {
        scenario->order_count = known;
        return error_set(text, ERROR_INVALID, "\"%s\" is not among the orders", name);
    }
    return OK;
}

enum error list_orders(struct scenario *scenario, bool is_closed, const char *list, unsigned count,
                       order_nr *orders, struct error_text *text)
{
    char item[ITEM_BYTES];
    unsigned given = 0;
    for (; list != NULL; given++) {
        order_nr order = RETREAT;
        list = next_item(list, item);
        TRY(list_order(scenario, is_closed, false, item, &order, text));
        if (given < count) {
            orders[given] = order;
        }
    }
    return given == count
               ? OK
               : error_set(text, ERROR_INVALID,
                           "has %u orders and must have one for each of %u generals", given, count);
}

enum error list_order_names(struct scenario *scenario, const char *list, struct error_text *text)
{
    char item[ITEM_BYTES];
    scenario->order_count = 0;
    while (list != NULL) {
        order_nr order = RETREAT;
        unsigned known = scenario->order_count;
        list = next_item(list, item);
        TRY(check_order_name(item, text));
        TRY(scenario_order(scenario, item, &order, text));
        if (scenario->order_count == known) {
            return error_set(text, ERROR_INVALID, "\"%s\" is named twice", item);
        }
    }
    return scenario->order_count >= 2
               ? OK
               : error_set(text, ERROR_INVALID, "must be 2 to %u orders", SCENARIO_ORDERS_MAX);
}

enum error list_edges(const char *list, struct graph *graph, struct error_text *text)
{
    char item[ITEM_BYTES];
    char quoted[PARAMETER_QUOTE_BYTES];
    while (list != NULL) {
        general_id from = 0;
        general_id to = 0;
        list = next_item(list, item);
        if (!read_range(item, graph->count, &from, &to) || from == to) {
            return error_set(text, ERROR_INVALID,
                             "%s is no edge: it joins two generals of 0 to %u, as in \"0-1\"",
                             parameter_quote(item, quoted), graph->count - 1);
        }
        graph_connect(graph, from, to);
    }
    return OK;
}
