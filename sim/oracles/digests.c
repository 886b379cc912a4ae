/* digests.c - the oracle of states: replicas that have applied the same height have the same state.
 *
 * The log being the same, this judges execution: the machine, sessions, checkpoints; and, because
 * the state that a replica had when it crashed and the one that it replays at its start are shown
 * too, what a restart makes of them. */
#include "oracles/kind.h"

#include <stdlib.h>

struct first_digest {
    struct digest digest;
    replica_id replica;
};

struct digests {
    struct oracle_self self;
    struct oracle_map index; /* height -> index */
    struct first_digest *firsts;
    size_t count;
    size_t capacity;
};

static void see(void *self, const struct sighting *sighting)
{
    struct digests *digests = self;
    bool is_new;
    if (!oracle_is_loyal(digests->self.history, sighting)) {
        return;
    }
    uint64_t *index = oracle_map_at(&digests->index, sighting->height, 0, &is_new);
    if (is_new) {
        digests->firsts = oracle_grow(digests->firsts, digests->count, &digests->capacity,
                                      sizeof *digests->firsts);
        *index = digests->count;
        digests->firsts[digests->count++] =
            (struct first_digest){.digest = sighting->digest, .replica = sighting->replica};
        return;
    }
    const struct first_digest *first = &digests->firsts[*index];
    if (!digest_is_equal(&first->digest, &sighting->digest)) {
        oracle_finding_note(&digests->self.finding,
                            "at height %llu the state of replica %u is %s.., that of replica %u "
                            "was %s..",
                            (unsigned long long)sighting->height, sighting->replica,
                            oracle_hex_of(&sighting->digest).text, first->replica,
                            oracle_hex_of(&first->digest).text);
    }
}

static void fini(void *self)
{
    struct digests *digests = self;
    oracle_map_fini(&digests->index);
    free(digests->firsts);
}

const struct oracle_kind oracle_digests = {
    .name = "digests",
    .says = "loyal replicas that have applied the same height have the same state",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STATE),
    .self_bytes = sizeof(struct digests),
    .see = see,
    .fini = fini,
};
