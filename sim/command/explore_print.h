/* explore_print.h - what `strategos-sim explore` says of one traitor, for people and as JSON. */
#ifndef STRATEGOS_COMMAND_EXPLORE_PRINT_H
#define STRATEGOS_COMMAND_EXPLORE_PRINT_H

#include "explore/explore.h"

#include <jansson.h>
#include <stdio.h>

/* `spent_ns`: 0 where it is not to be shown: files and scripts get the same bytes every time. */
void explore_print(const struct explore_result *result, uint64_t spent_ns, FILE *out);

/* The caller's to end. */
json_t *explore_json(const struct explore_result *result);

#endif
