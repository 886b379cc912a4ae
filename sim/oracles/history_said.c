/* history_said.c - what replicas said of themselves, and when it left: see history.h.
 *
 * A frame to a peer carries away all that waits for him. A word that has left once is said; repeats
 * are said again, and change nothing. */
#include "oracles/history.h"

#include "wire/digests.h"

static bool is_of(const struct certificate *certificate, replica_id replica)
{
    for (size_t i = 0; i < certificate->count; i++) {
        if (certificate->signatures[i].voter == replica) {
            return true;
        }
    }
    return false;
}

/* False: the message says nothing of the replica's own. */
static bool statement_of(const struct oracle_history *history, replica_id replica,
                         const struct peer_message *message, struct oracle_statement *statement)
{
    if (message->kind == PEER_VOTE && message->vote.voter == replica) {
        *statement = (struct oracle_statement){
            .kind = message->vote.kind, .view = message->vote.view, .digest = message->vote.digest};
        return true;
    }
    if (message->kind == PEER_PROPOSAL &&
        oracle_commander(history, message->proposal.order.view) == replica) {
        *statement = (struct oracle_statement){
            .kind = VOTE_NOTARIZE, .view = message->proposal.order.view, .is_proposal = true};
        order_digest(&message->proposal.order, &statement->digest);
        return true;
    }
    if (message->kind == PEER_CERTIFICATE && is_of(&message->certificate, replica)) {
        *statement = (struct oracle_statement){.kind = message->certificate.kind,
                                               .view = message->certificate.view,
                                               .digest = message->certificate.digest};
        return true;
    }
    return false;
}

void oracle_history_spoken(struct oracle_history *history, const struct sighting *sighting)
{
    replica_id replica = sighting->replica;
    const struct effect *effect = sighting->effect;
    struct oracle_said *said = &history->said[replica];
    if (!statement_of(history, replica, effect->message, &history->spoken)) {
        return;
    }
    uint32_t all = (UINT32_C(1) << history->world.replica_count) - 1;
    history->has_spoken = true;
    history->spoken.to =
        effect->to == REPLICA_ALL ? all & ~(UINT32_C(1) << replica) : UINT32_C(1) << effect->to;
    said->waiting = oracle_grow(said->waiting, said->count, &said->capacity, sizeof *said->waiting);
    said->waiting[said->count++] = history->spoken;
}

void oracle_history_left(struct oracle_history *history, const struct sighting *sighting)
{
    struct oracle_said *said = &history->said[sighting->replica];
    size_t kept = 0;
    for (size_t i = 0; i < said->count; i++) {
        if ((said->waiting[i].to >> sighting->peer & 1) == 0) {
            said->waiting[kept++] = said->waiting[i];
            continue;
        }
        history->left = oracle_grow(history->left, history->left_count, &history->left_capacity,
                                    sizeof *history->left);
        history->left[history->left_count++] = said->waiting[i];
    }
    said->count = kept;
}
