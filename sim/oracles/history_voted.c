/* history_voted.c - the votes that loyal replicas cast, and the orders that they notarized: see
 * history.h.
 *
 * A vote is cast when it is first sent, alone or as a proposal's signature; that it is in a
 * certificate which its voter passes on says nothing new. A replica stores the order that it
 * notarizes just before; a commander's is in his proposal. */
#include "oracles/history.h"

static struct oracle_candidate candidate_of(const struct order *order)
{
    return (struct oracle_candidate){.view = order->view,
                                     .parent_view = order->parent_view,
                                     .parent = order->parent,
                                     .height = order->height,
                                     .time_ns = order->time_ns};
}

void oracle_history_stored(struct oracle_history *history, const struct sighting *sighting)
{
    history->candidates[sighting->replica] = candidate_of(&sighting->effect->proposal->order);
}

static struct oracle_mark key_of(enum vote_kind kind, const struct digest *digest)
{
    return oracle_mark_add(oracle_mark_of_digest(digest), (uint64_t)kind);
}

const struct oracle_candidate *oracle_history_candidate(const struct oracle_history *history,
                                                        const struct digest *digest)
{
    struct oracle_mark mark = oracle_mark_of_digest(digest);
    const uint64_t *index = oracle_map_find(&history->voted_index, mark.a, mark.b);
    return index == NULL ? NULL : &history->voted[*index];
}

size_t oracle_history_candidates(const struct oracle_history *history, view_nr view)
{
    const uint64_t *newest = oracle_map_find(&history->voted_views, view, 0);
    return newest == NULL ? 0 : (size_t)*newest;
}

uint32_t oracle_history_voters(const struct oracle_history *history, enum vote_kind kind,
                               view_nr view, const struct digest *digest)
{
    struct oracle_mark mark = key_of(kind, digest);
    const uint64_t *voters = oracle_map_find(&history->voters, oracle_mix(view, mark.a), mark.b);
    return history->traitors | (voters == NULL ? 0 : (uint32_t)*voters);
}

static void note_choice(struct oracle_history *history, const struct oracle_candidate *candidate)
{
    struct oracle_mark mark = oracle_mark_of_digest(&history->spoken.digest);
    bool is_new;
    uint64_t *index = oracle_map_at(&history->voted_index, mark.a, mark.b, &is_new);
    if (is_new) {
        *index = history->voted_count;
        uint64_t *newest = oracle_map_at(&history->voted_views, candidate->view, 0, &is_new);
        history->voted = oracle_grow(history->voted, history->voted_count, &history->voted_capacity,
                                     sizeof *history->voted);
        struct oracle_candidate *kept = &history->voted[history->voted_count++];
        *kept = *candidate;
        kept->digest = history->spoken.digest;
        kept->next = (size_t)*newest;
        *newest = history->voted_count;
    }
    history->choice = &history->voted[*index];
}

void oracle_history_voted(struct oracle_history *history, const struct sighting *sighting)
{
    const struct peer_message *message = sighting->effect->message;
    const struct oracle_statement *spoken = &history->spoken;
    bool is_new;
    if (!history->has_spoken || message->kind == PEER_CERTIFICATE) {
        return;
    }
    struct oracle_mark mark = key_of(spoken->kind, &spoken->digest);
    uint64_t *voters =
        oracle_map_at(&history->voters, oracle_mix(spoken->view, mark.a), mark.b, &is_new);
    uint64_t bit = UINT64_C(1) << sighting->replica;
    history->has_voted = (*voters & bit) == 0;
    *voters |= bit;
    if (!history->has_voted || spoken->kind != VOTE_NOTARIZE) {
        return;
    }
    struct oracle_candidate candidate = history->candidates[sighting->replica];
    if (spoken->is_proposal) {
        candidate = candidate_of(&message->proposal.order);
    }
    if (candidate.view == spoken->view) {
        note_choice(history, &candidate);
    }
}
