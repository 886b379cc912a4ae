/* usage.c - the oracle of bounds: what a loyal replica holds stays within limits.h, whatever
 * traitors, liars and outages do.
 *
 * Segments that are not decided share SEGMENT_POOL_BYTES, and none is shorter than its client's
 * key, its parent's digest and its signature. */
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
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->bytes > SEGMENT_POOL_BYTES) {
        oracle_finding_note(&usage->self.finding,
                            "replica %u holds %llu bytes of segments, of %llu at most",
                            sighting->replica, (unsigned long long)sighting->bytes,
                            (unsigned long long)SEGMENT_POOL_BYTES);
    }
    if (sighting->count > SEGMENTS_HELD_MAX) {
        oracle_finding_note(&usage->self.finding, "replica %u holds %llu segments, of %llu at most",
                            sighting->replica, (unsigned long long)sighting->count,
                            (unsigned long long)SEGMENTS_HELD_MAX);
    }
}

const struct oracle_kind oracle_usage = {
    .name = "usage",
    .says = "the segments that a loyal replica holds stay within their limits",
    .property = PROPERTY_INVARIANT,
    .sights = ORACLE_SIGHT(SIGHT_USAGE),
    .self_bytes = sizeof(struct usage),
    .see = see,
};
