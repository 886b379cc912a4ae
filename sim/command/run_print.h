/* run_print.h - what came out of one run, for people and for scripts. */
#ifndef STRATEGOS_COMMAND_RUN_PRINT_H
#define STRATEGOS_COMMAND_RUN_PRINT_H

#include "command/run_options.h"

/* Before anything else: seed, revision, options, and what they drew. */
void run_print_plan(const struct run_options *options, const struct plan *plan, void *stream);
void run_print_outcome(const struct world_outcome *outcome, void *stream);
/* One JSON object; the same run gives the same bytes. */
void run_print_json(const struct run_options *options, const struct plan *plan,
                    const struct world_outcome *outcome, void *stream);

#endif
