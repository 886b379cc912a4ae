/* votes.c - the oracle of votes: a loyal replica never contradicts itself, over all its restarts.
 *
 * Simplex: never two Notarize in a view, never both Nullify(v) and Finalize(v, .); and Finalize of
 * a view names one order. A vote is said once a frame that carries it has left, alone, as the
 * signature of a proposal or inside a certificate: what a crash took back before that was never
 * said. */
#include "oracles/kind.h"

struct votes {
    struct oracle_self self;
    struct oracle_map said; /* (view, replica and kind) -> the digest's first 8 bytes */
    struct last {           /* judged, and good: the same goes to every peer */
        view_nr view;
        uint64_t bits;
    } last[REPLICAS_MAX][VOTE_KIND_COUNT];
};

static const char *kind_name(enum vote_kind kind)
{
    switch (kind) {
    case VOTE_NOTARIZE:
        return "Notarize";
    case VOTE_NULLIFY:
        return "Nullify";
    case VOTE_FINALIZE:
        return "Finalize";
    }
    return "unknown";
}

static uint64_t key_of(replica_id replica, enum vote_kind kind)
{
    return (uint64_t)replica * VOTE_KIND_COUNT + (uint64_t)kind;
}

static void judge(struct votes *votes, const struct sighting *sighting,
                  const struct oracle_statement *statement)
{
    static const enum vote_kind excluded[VOTE_KIND_COUNT] = {
        [VOTE_NULLIFY] = VOTE_FINALIZE,
        [VOTE_FINALIZE] = VOTE_NULLIFY,
    };
    bool is_new;
    uint64_t bits = get_u64(statement->digest.bytes);
    struct last *last = &votes->last[sighting->replica][statement->kind];
    if (last->view == statement->view && last->bits == bits) {
        return;
    }
    *last = (struct last){.view = statement->view, .bits = bits};
    uint64_t *said = oracle_map_at(&votes->said, statement->view,
                                   key_of(sighting->replica, statement->kind), &is_new);
    if (is_new) {
        *said = bits;
    } else if (*said != bits) {
        oracle_finding_note(&votes->self.finding,
                            "replica %u told replica %u %s(%llu, %s..) after it had said %s of "
                            "another order in that view",
                            sighting->replica, sighting->peer, kind_name(statement->kind),
                            (unsigned long long)statement->view,
                            oracle_hex_of(&statement->digest).text, kind_name(statement->kind));
    }
    enum vote_kind other = excluded[statement->kind];
    if (other != 0 &&
        oracle_map_find(&votes->said, statement->view, key_of(sighting->replica, other)) != NULL) {
        oracle_finding_note(&votes->self.finding,
                            "replica %u told replica %u %s(%llu) after it had said %s(%llu)",
                            sighting->replica, sighting->peer, kind_name(statement->kind),
                            (unsigned long long)statement->view, kind_name(other),
                            (unsigned long long)statement->view);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct votes *votes = self;
    const struct oracle_history *history = votes->self.history;
    for (size_t i = 0; i < history->left_count; i++) {
        judge(votes, sighting, &history->left[i]);
    }
}

static void fini(void *self)
{
    oracle_map_fini(&((struct votes *)self)->said);
}

const struct oracle_kind oracle_votes = {
    .name = "votes",
    .says = "no loyal replica says two votes that contradict each other",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SAID,
    .self_bytes = sizeof(struct votes),
    .see = see,
    .fini = fini,
};
