/* campaign_print.h - what a campaign has found and reached. */
#ifndef STRATEGOS_COMMAND_CAMPAIGN_PRINT_H
#define STRATEGOS_COMMAND_CAMPAIGN_PRINT_H

#include "campaign/sum.h"
#include "command/run_options.h"

void campaign_print(const struct campaign_sum *sum, const struct run_options *run, double seconds,
                    void *stream);
void campaign_print_json(const struct campaign_sum *sum, const struct run_options *run,
                         uint64_t from, uint64_t seeds, void *stream);
/* Names what never happened; `stream` NULL: only counts it. */
size_t campaign_print_missing(const struct campaign_sum *sum, void *stream);

#endif
