/* lists.h - lists as options and scenario files write them: generals, paths, orders, strategies,
 * edges. Items are separated by commas, spaces around them do not count.
 *
 * Refusals are ERROR_INVALID or ERROR_LIMIT; `text` then has the item, what is wrong with it and
 * its bound, but not where the list stands. */
#ifndef STRATEGOS_GENERALS_LISTS_H
#define STRATEGOS_GENERALS_LISTS_H

#include "generals/scenario.h"

/* "2,5" or "0-3,7": each general below `generals`, once. */
MUST_USE enum error list_generals(const char *list, unsigned generals, general_set *set,
                                  struct error_text *text);

/* "0,2,1": generals in order, each once, 1 to ROUNDS_MAX of them. */
MUST_USE enum error list_path(const char *list, unsigned generals, general_id *path, uint8_t *count,
                              struct error_text *text);

/* "silent", or "5=silent,2=split", or a strategy for all others first: "flip,2=split". `*named` are
 * the generals with a strategy of their own; `*others` is LOYAL if there is none for them. */
MUST_USE enum error list_strategies(const char *list, unsigned generals,
                                    enum strategy strategies[GENERALS_MAX], general_set *named,
                                    enum strategy *others, struct error_text *text);

/* Exactly `count` orders by name; new names are added to the scenario's unless `is_closed`. */
MUST_USE enum error list_orders(struct scenario *scenario, bool is_closed, const char *list,
                                unsigned count, order_nr *orders, struct error_text *text);

/* One order by name; "nothing" is ORDER_ABSENT if `may_be_absent`. */
MUST_USE enum error list_order(struct scenario *scenario, bool is_closed, bool may_be_absent,
                               const char *name, order_nr *order, struct error_text *text);

/* The names of all orders of a scenario, in place of those that it has: at least two, all
 * different. */
MUST_USE enum error list_order_names(struct scenario *scenario, const char *list,
                                     struct error_text *text);

/* "0-1,1-2": connects them. */
MUST_USE enum error list_edges(const char *list, struct graph *graph, struct error_text *text);

#endif
