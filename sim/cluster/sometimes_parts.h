/* sometimes_parts.h - sometimes.c from within: what each file takes from what is seen. */
#ifndef STRATEGOS_CLUSTER_SOMETIMES_PARTS_H
#define STRATEGOS_CLUSTER_SOMETIMES_PARTS_H

#include "cluster/sometimes.h"

static inline void sometimes_met(struct sometimes_seen *seen, enum sometimes which, bool is_so)
{
    seen->counts[which] += is_so ? 1 : 0;
}

static inline uint32_t sometimes_bit(replica_id replica)
{
    return UINT32_C(1) << replica;
}

static inline replica_id sometimes_commander(const struct sometimes_seen *seen, view_nr view)
{
    return (replica_id)(view % seen->plan->replica_count);
}

static inline bool sometimes_is_traitor(const struct sometimes_seen *seen, replica_id replica)
{
    return (seen->traitors & sometimes_bit(replica)) != 0;
}

/* What was seen of a view; that of an older one gives way. */
struct sometimes_view *sometimes_view(struct sometimes_seen *seen, view_nr view);

/* sometimes_views.c: of a loyal replica. */
void sometimes_on_view(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_vote(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_certificate(struct sometimes_seen *seen, const struct sighting *sighting);

/* sometimes_orders.c: likewise. */
void sometimes_on_decided(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_send(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_serve(struct sometimes_seen *seen, const struct sighting *sighting);

/* sometimes_processes.c: of anybody. */
void sometimes_on_started(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_crashed(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_disk_lost(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_corrupted(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_persist(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_synced(struct sometimes_seen *seen, const struct sighting *sighting);
/* sometimes_checkpoints.c: of anybody. */
void sometimes_on_checkpoint(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_on_checkpoint_start(struct sometimes_seen *seen, const struct sighting *sighting);
/* What the plan does now. */
void sometimes_on_faults(struct sometimes_seen *seen, uint64_t now_ns);

#endif
