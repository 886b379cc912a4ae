/* usage.c - the oracle of bounds: what a loyal replica holds stays within limits.h, whatever
 * traitors, liars and outages do.
 *
 * Queues: of each peer PEER_QUEUE_BYTES_MAX, of each client CLIENT_QUEUE_BYTES_MAX. Segments: they
 * share SEGMENT_POOL_BYTES, and none is shorter than its client's key, its parent's digest and its
 * signature. */
#include "oracles/kind.h"

#define SEGMENT_BYTES_MIN (PUBLIC_KEY_BYTES + DIGEST_BYTES + SIGNATURE_BYTES)
#define SEGMENTS_HELD_MAX (SEGMENT_POOL_BYTES / SEGMENT_BYTES_MIN)

struct usage {
    struct oracle_self self;
};

static void see(void *self, const struct sighting *sighting)
{
    struct usage *usage = self;
    const struct oracle_history *history = usage->self.history;
    const struct oracle_world *world = &history->world;
    uint64_t bytes_max = (uint64_t)world->replica_count * PEER_QUEUE_BYTES_MAX +
                         (uint64_t)world->client_count * CLIENT_QUEUE_BYTES_MAX;
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->bytes > bytes_max) {
        oracle_finding_note(
            &usage->self.finding, "replica %u holds %llu bytes in queues, of %llu at most",
            sighting->replica, (unsigned long long)sighting->bytes, (unsigned long long)bytes_max);
    }
    if (sighting->count > SEGMENTS_HELD_MAX) {
        oracle_finding_note(&usage->self.finding, "replica %u holds %llu segments, of %llu at most",
                            sighting->replica, (unsigned long long)sighting->count,
                            (unsigned long long)SEGMENTS_HELD_MAX);
    }
}

const struct oracle_kind oracle_usage = {
    .name = "usage",
    .says = "queues and held segments of a loyal replica stay within their limits",
    .property = PROPERTY_INVARIANT,
    .sights = ORACLE_SIGHT(SIGHT_USAGE),
    .self_bytes = sizeof(struct usage),
    .see = see,
};
