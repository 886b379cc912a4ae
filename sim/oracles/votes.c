/* votes.c - the oracle of votes: a loyal replica never contradicts itself, over all its restarts.
 *
 * Simplex: never two Notarize in a view, never both Nullify(v) and Finalize(v, .); and Finalize of
 * a view names one order. A vote is said once a frame that carries it has left, alone, as the
 * signature of a proposal or inside a certificate: what a crash took back before that was never
 * said. */
#include "oracles/kind.h"

struct said {                       /* by a replica in a view */
    uint64_t bits[VOTE_KIND_COUNT]; /* of the digest */
    uint32_t kinds;                 /* bit k: a vote of kind k */
};

struct votes {
    struct oracle_self self;
    struct oracle_pages views; /* struct said, of each replica */
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

static struct said *said_of(struct votes *votes, view_nr view, replica_id replica)
{
    size_t count = votes->self.history->world.replica_count;
    struct said *said = oracle_pages_at(&votes->views, view, count * sizeof *said);
    return &said[replica];
}

static bool has_said(const struct said *said, enum vote_kind kind)
{
    return (said->kinds >> kind & 1) != 0;
}

static void judge(struct votes *votes, const struct sighting *sighting,
                  const struct oracle_statement *statement)
{
    static const enum vote_kind excluded[VOTE_KIND_COUNT] = {
        [VOTE_NULLIFY] = VOTE_FINALIZE,
        [VOTE_FINALIZE] = VOTE_NULLIFY,
    };
    enum vote_kind kind = statement->kind;
    uint64_t bits = oracle_bits_of_digest(&statement->digest);
    struct said *said = said_of(votes, statement->view, sighting->replica);
    if (has_said(said, kind) && said->bits[kind] != bits) {
        oracle_finding_note(&votes->self.finding,
                            "replica %u told replica %u %s(%llu, %s..) after it had said %s of "
                            "another order in that view",
                            sighting->replica, sighting->peer, kind_name(kind),
                            (unsigned long long)statement->view,
                            oracle_hex_of(&statement->digest).text, kind_name(kind));
    }
    said->bits[kind] = bits;
    said->kinds |= UINT32_C(1) << kind;
    enum vote_kind other = excluded[kind];
    if (other != 0 && has_said(said, other)) {
        oracle_finding_note(
            &votes->self.finding, "replica %u told replica %u %s(%llu) after it had said %s(%llu)",
            sighting->replica, sighting->peer, kind_name(kind), (unsigned long long)statement->view,
            kind_name(other), (unsigned long long)statement->view);
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
    oracle_pages_fini(&((struct votes *)self)->views);
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
