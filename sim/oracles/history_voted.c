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

static const struct oracle_view *view_of(const struct oracle_history *history, view_nr view)
{
    static const struct oracle_view none;
    const struct oracle_view *found =
        oracle_pages_find(&history->views, view, sizeof(struct oracle_view));
    return found == NULL ? &none : found;
}

size_t oracle_history_candidates(const struct oracle_history *history, view_nr view)
{
    return view_of(history, view)->candidates;
}

const struct oracle_candidate *oracle_history_candidate(const struct oracle_history *history,
                                                        view_nr view, const struct digest *digest)
{
    size_t at = oracle_history_candidates(history, view);
    while (at != 0 && !digest_is_equal(&history->voted[at - 1].digest, digest)) {
        at = history->voted[at - 1].next;
    }
    return at == 0 ? NULL : &history->voted[at - 1];
}

/* Index + 1; 0: nobody cast this vote. */
static size_t find_ballot(const struct oracle_history *history, const struct oracle_view *view,
                          enum vote_kind kind, const struct digest *digest)
{
    size_t at = view->ballots;
    while (at != 0 && (history->ballots[at - 1].kind != kind ||
                       !digest_is_equal(&history->ballots[at - 1].digest, digest))) {
        at = history->ballots[at - 1].next;
    }
    return at;
}

uint32_t oracle_history_voters(const struct oracle_history *history, enum vote_kind kind,
                               view_nr view, const struct digest *digest)
{
    size_t at = find_ballot(history, view_of(history, view), kind, digest);
    return history->traitors | (at == 0 ? 0 : history->ballots[at - 1].voters);
}

static struct oracle_ballot *ballot_at(struct oracle_history *history, struct oracle_view *view,
                                       enum vote_kind kind, const struct digest *digest)
{
    size_t at = find_ballot(history, view, kind, digest);
    if (at == 0) {
        history->ballots = oracle_grow(history->ballots, history->ballot_count,
                                       &history->ballot_capacity, sizeof *history->ballots);
        history->ballots[history->ballot_count++] =
            (struct oracle_ballot){.kind = kind, .digest = *digest, .next = view->ballots};
        view->ballots = at = history->ballot_count;
    }
    return &history->ballots[at - 1];
}

static void note_choice(struct oracle_history *history, struct oracle_view *view,
                        const struct oracle_candidate *candidate)
{
    const struct digest *digest = &history->spoken.digest;
    history->choice = oracle_history_candidate(history, candidate->view, digest);
    if (history->choice == NULL) {
        history->voted = oracle_grow(history->voted, history->voted_count, &history->voted_capacity,
                                     sizeof *history->voted);
        struct oracle_candidate *kept = &history->voted[history->voted_count++];
        *kept = *candidate;
        kept->digest = *digest;
        kept->next = view->candidates;
        view->candidates = history->voted_count;
        history->choice = kept;
    }
}

void oracle_history_voted(struct oracle_history *history, const struct sighting *sighting)
{
    const struct peer_message *message = sighting->effect->message;
    const struct oracle_statement *spoken = &history->spoken;
    if (!history->has_spoken || message->kind == PEER_CERTIFICATE) {
        return;
    }
    struct oracle_view *view = oracle_pages_at(&history->views, spoken->view, sizeof *view);
    struct oracle_ballot *ballot = ballot_at(history, view, spoken->kind, &spoken->digest);
    uint32_t bit = UINT32_C(1) << sighting->replica;
    history->has_voted = (ballot->voters & bit) == 0;
    ballot->voters |= bit;
    if (!history->has_voted || spoken->kind != VOTE_NOTARIZE) {
        return;
    }
    struct oracle_candidate candidate = history->candidates[sighting->replica];
    if (spoken->is_proposal) {
        candidate = candidate_of(&message->proposal.order);
    }
    if (candidate.view == spoken->view) {
        note_choice(history, view, &candidate);
    }
}
