/* unaccused.c - the oracle of false accusations: no loyal replica convicts a loyal one.
 *
 * A loyal replica honestly earns STALE, DUPLICATE, EARLY and OVER_LIMIT (it is late, repeats
 * itself, is ahead, asks much) and REPLAYED (the network repeats its frames). It must never earn
 *   MALFORMED       its frames decode;
 *   INVALID         its votes are its own, its certificates have Q signers, its blocks are those of
 *                   the log;
 *   NOT_PERMITTED, UNKNOWN_SENDER
 *                   it passes on only what clients of the group may send.
 * Two verdicts may hit the messenger for what somebody else signed:
 *   BAD_AUTHENTICATION  a segment, held unverified from a lying client or proven by its digest
 * alone when a traitor gave it, is sent to whoever asks for it: at most one verdict for each
 * segment that was sent, and none where all are loyal and honest; EQUIVOCATION    a proposal of a
 * traitor, asked for by its digest, meets another one of his: at most one verdict for each that was
 * passed on. */
#include "oracles/kind.h"

#define CONVICTIONS                                                                                \
    (ORACLE_VERDICT(VERDICT_MALFORMED) | ORACLE_VERDICT(VERDICT_BAD_AUTHENTICATION) |              \
     ORACLE_VERDICT(VERDICT_UNKNOWN_SENDER) | ORACLE_VERDICT(VERDICT_NOT_PERMITTED) |              \
     ORACLE_VERDICT(VERDICT_INVALID) | ORACLE_VERDICT(VERDICT_EQUIVOCATION))

struct unaccused {
    struct oracle_self self;
    uint64_t segments[REPLICAS_MAX][REPLICAS_MAX];  /* from, to: sent and not yet excused */
    uint64_t proposals[REPLICAS_MAX][REPLICAS_MAX]; /* of traitors */
};

static bool has_liar(const struct oracle_history *history)
{
    size_t count = history->world.client_count;
    uint64_t all = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
    return history->traitors != 0 || (history->world.honest_clients & all) != all;
}

static void note_sent(struct unaccused *unaccused, const struct sighting *sighting)
{
    const struct oracle_history *history = unaccused->self.history;
    const struct effect *effect = sighting->effect;
    replica_id from = sighting->replica;
    bool is_segment = effect->message->kind == PEER_SEGMENT;
    bool is_traitors =
        effect->message->kind == PEER_PROPOSAL &&
        (history->traitors >> oracle_commander(history, effect->message->proposal.order.view) &
         1) != 0;
    if (!is_segment && !is_traitors) {
        return;
    }
    for (replica_id to = 0; to < history->world.replica_count; to++) {
        if (effect->to == REPLICA_ALL || effect->to == to) {
            unaccused->segments[from][to] += is_segment ? 1 : 0;
            unaccused->proposals[from][to] += is_traitors ? 1 : 0;
        }
    }
}

static bool is_excused(struct unaccused *unaccused, replica_id by, replica_id of,
                       enum verdict verdict)
{
    uint64_t *excuses = NULL;
    if (verdict == VERDICT_BAD_AUTHENTICATION && has_liar(unaccused->self.history)) {
        excuses = &unaccused->segments[of][by];
    } else if (verdict == VERDICT_EQUIVOCATION) {
        excuses = &unaccused->proposals[of][by];
    }
    if (excuses == NULL || *excuses == 0) {
        return false;
    }
    (*excuses)--;
    return true;
}

static void see(void *self, const struct sighting *sighting)
{
    struct unaccused *unaccused = self;
    const struct oracle_history *history = unaccused->self.history;
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->kind == SIGHT_EFFECT) {
        note_sent(unaccused, sighting);
        return;
    }
    if (sighting->peer >= history->world.replica_count ||
        (history->traitors >> sighting->peer & 1) != 0) {
        return;
    }
    if (!is_excused(unaccused, sighting->replica, sighting->peer, sighting->verdict)) {
        oracle_finding_note(&unaccused->self.finding,
                            "replica %u judged something of loyal replica %u: %s",
                            sighting->replica, sighting->peer, verdict_name(sighting->verdict));
    }
}

const struct oracle_kind oracle_unaccused = {
    .name = "unaccused",
    .says = "no loyal replica is convicted of anything by a loyal one",
    .property = PROPERTY_INVARIANT,
    .sights = ORACLE_EFFECT(EFFECT_SEND) | CONVICTIONS,
    .self_bytes = sizeof(struct unaccused),
    .see = see,
};
