/* pool.h - many runs on all cores: each in a worker process of its own kind, so that a run that
 * crashes is a result and not the end of the campaign. */
#ifndef STRATEGOS_CAMPAIGN_POOL_H
#define STRATEGOS_CAMPAIGN_POOL_H

#include "cluster/world.h"

struct pool_settings {
    struct plan_options options; /* of every run but its seed */
    uint64_t from;               /* seeds from, from + 1, ... */
    uint64_t count;
    unsigned jobs;
    unsigned shard; /* of the seeds only those with (seed - from) % shards == shard */
    unsigned shards;
    void *context;
    /* A run is done, in any order; `has_crashed`: it took its worker with it, `outcome` is zeros.
     */
    void (*on_run)(void *context, uint64_t seed, bool has_crashed,
                   const struct world_outcome *outcome);
    /* Asked between runs: stop now? */
    bool (*is_stop_wanted)(void *context);
};

MUST_USE enum error pool_run(const struct pool_settings *settings, struct error_text *text);

/* One run in a process of its own. `has_crashed` as above. */
MUST_USE enum error pool_run_one(const struct plan *plan, bool *has_crashed,
                                 struct world_outcome *outcome, struct error_text *text);

#endif
