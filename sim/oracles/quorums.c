/* quorums.c - the oracle of certificates: what a loyal replica does because Q replicas have voted,
 * they have voted for.
 *
 * Simplex, by the votes that were cast and not by what any replica holds:
 *   rule 1  view v is entered if view v - 1 is nullified or an order of it is notarized;
 *   rule 3  an order is notarized if its parent is, the views between are nullified, and its height
 *           is the parent's + 1;
 *   rule 5  Finalize(v, d) is said if (v, d) is notarized;
 *   rule 6  an order is decided if it is finalized, or a descendant of it;
 * and a certificate that is stored holds Q votes of different replicas, each cast by its voter. A
 * traitor may have cast any vote. So these are necessary: whoever breaks one acts on what was never
 * said. */
#include "oracles/kind.h"

#include <stdlib.h>

struct quorums {
    struct oracle_self self;
    bool *finalized; /* as history->voted: it, or a descendant */
    size_t count;
    size_t capacity;
};

static size_t quorum_of(const struct oracle_history *history)
{
    return history->world.replica_count - history->world.fault_count;
}

static size_t count_voters(const struct oracle_history *history, enum vote_kind kind, view_nr view,
                           const struct digest *digest)
{
    return (size_t)__builtin_popcount(oracle_history_voters(history, kind, view, digest));
}

static bool is_certified(const struct oracle_history *history, enum vote_kind kind, view_nr view,
                         const struct digest *digest)
{
    return count_voters(history, kind, view, digest) >= quorum_of(history);
}

static bool is_nullified(const struct oracle_history *history, view_nr view)
{
    static const struct digest none;
    return is_certified(history, VOTE_NULLIFY, view, &none);
}

static void judge_entry(struct quorums *quorums, const struct sighting *sighting)
{
    const struct oracle_history *history = quorums->self.history;
    view_nr before = sighting->view - 1;
    if (sighting->view <= 1 || is_nullified(history, before)) {
        return;
    }
    for (size_t i = oracle_history_candidates(history, before); i != 0;
         i = history->voted[i - 1].next) {
        if (is_certified(history, VOTE_NOTARIZE, before, &history->voted[i - 1].digest)) {
            return;
        }
    }
    oracle_finding_note(&quorums->self.finding,
                        "replica %u entered view %llu, but %zu replicas have not voted to leave "
                        "the view before",
                        sighting->replica, (unsigned long long)sighting->view, quorum_of(history));
}

static void judge_parent(struct quorums *quorums, replica_id replica,
                         const struct oracle_candidate *choice)
{
    const struct oracle_history *history = quorums->self.history;
    const struct oracle_candidate *parent =
        oracle_history_candidate(history, choice->parent_view, &choice->parent);
    height_nr height = parent == NULL ? 0 : parent->height;
    bool is_genesis =
        choice->parent_view == 0 && digest_is_equal(&choice->parent, &history->world.genesis);
    if (!is_genesis &&
        (parent == NULL || !is_certified(history, VOTE_NOTARIZE, parent->view, &parent->digest))) {
        oracle_finding_note(&quorums->self.finding,
                            "replica %u notarized %s.. of view %llu, whose parent %s.. of view "
                            "%llu is not notarized",
                            replica, oracle_hex_of(&choice->digest).text,
                            (unsigned long long)choice->view, oracle_hex_of(&choice->parent).text,
                            (unsigned long long)choice->parent_view);
    } else if (choice->height != height + 1) {
        oracle_finding_note(&quorums->self.finding,
                            "replica %u notarized %s.. of view %llu at height %llu, whose parent "
                            "is at height %llu",
                            replica, oracle_hex_of(&choice->digest).text,
                            (unsigned long long)choice->view, (unsigned long long)choice->height,
                            (unsigned long long)height);
    }
}

static void judge_notarize(struct quorums *quorums, replica_id replica,
                           const struct oracle_candidate *choice)
{
    judge_parent(quorums, replica, choice);
    for (view_nr view = choice->parent_view + 1; view < choice->view; view++) {
        if (!is_nullified(quorums->self.history, view)) {
            oracle_finding_note(&quorums->self.finding,
                                "replica %u notarized %s.. of view %llu on an order of view %llu, "
                                "but view %llu is not nullified",
                                replica, oracle_hex_of(&choice->digest).text,
                                (unsigned long long)choice->view,
                                (unsigned long long)choice->parent_view, (unsigned long long)view);
            return;
        }
    }
}

static void judge_vote(struct quorums *quorums, const struct sighting *sighting)
{
    const struct oracle_history *history = quorums->self.history;
    const struct oracle_statement *vote = &history->spoken;
    if (vote->kind == VOTE_NOTARIZE && history->choice != NULL) {
        judge_notarize(quorums, sighting->replica, history->choice);
    }
    if (vote->kind == VOTE_FINALIZE &&
        !is_certified(history, VOTE_NOTARIZE, vote->view, &vote->digest)) {
        oracle_finding_note(
            &quorums->self.finding,
            "replica %u said Finalize(%llu, %s..), which %zu replicas have "
            "notarized, of %zu at least",
            sighting->replica, (unsigned long long)vote->view, oracle_hex_of(&vote->digest).text,
            count_voters(history, VOTE_NOTARIZE, vote->view, &vote->digest), quorum_of(history));
    }
}

static void judge_certificate(struct quorums *quorums, replica_id replica,
                              const struct certificate *certificate)
{
    const struct oracle_history *history = quorums->self.history;
    uint32_t voters =
        oracle_history_voters(history, certificate->kind, certificate->view, &certificate->digest);
    uint32_t named = 0;
    for (size_t i = 0; i < certificate->count; i++) {
        replica_id voter = certificate->signatures[i].voter;
        bool is_member = voter < history->world.replica_count;
        named |= is_member ? UINT32_C(1) << voter : 0;
        if (!is_member || (voters >> voter & 1) == 0) {
            oracle_finding_note(&quorums->self.finding,
                                "replica %u stored a certificate of view %llu with a vote of "
                                "replica %u, which it never cast",
                                replica, (unsigned long long)certificate->view, voter);
        }
    }
    if ((size_t)__builtin_popcount(named) < quorum_of(history)) {
        oracle_finding_note(&quorums->self.finding,
                            "replica %u stored a certificate of view %llu with votes of %d "
                            "replicas, of %zu at least",
                            replica, (unsigned long long)certificate->view,
                            __builtin_popcount(named), quorum_of(history));
    }
}

/* ---- rule 6 ---- */

/* NULL: nobody loyal notarized it. */
static bool *mark_of(struct quorums *quorums, const struct oracle_candidate *order)
{
    const struct oracle_history *history = quorums->self.history;
    while (quorums->count < history->voted_count) {
        quorums->finalized = oracle_grow(quorums->finalized, quorums->count, &quorums->capacity,
                                         sizeof *quorums->finalized);
        quorums->finalized[quorums->count++] = false;
    }
    return order == NULL ? NULL : &quorums->finalized[order - history->voted];
}

/* It and its ancestors, down to what was marked before. */
static void mark_finalized(struct quorums *quorums, const struct oracle_candidate *order)
{
    bool *mark = mark_of(quorums, order);
    while (mark != NULL && !*mark) {
        *mark = true;
        order = oracle_history_candidate(quorums->self.history, order->parent_view, &order->parent);
        mark = mark_of(quorums, order);
    }
}

/* The newest are looked at first, and none twice once it is marked. */
static bool is_finalized(struct quorums *quorums, const struct oracle_candidate *decided)
{
    const struct oracle_history *history = quorums->self.history;
    const bool *mark = mark_of(quorums, decided);
    for (size_t i = history->voted_count; i > 0 && mark != NULL && !*mark; i--) {
        const struct oracle_candidate *order = &history->voted[i - 1];
        if (order->view >= decided->view && !quorums->finalized[i - 1] &&
            is_certified(history, VOTE_FINALIZE, order->view, &order->digest)) {
            mark_finalized(quorums, order);
        }
    }
    return mark != NULL && *mark;
}

static void judge_decision(struct quorums *quorums, const struct sighting *sighting)
{
    const struct decision *decision = sighting->effect->decision;
    if (!is_finalized(quorums, oracle_history_candidate(quorums->self.history, decision->order.view,
                                                        &decision->digest))) {
        oracle_finding_note(&quorums->self.finding,
                            "replica %u decided %s.. of view %llu at height %llu, but neither it "
                            "nor a descendant is finalized",
                            sighting->replica, oracle_hex_of(&decision->digest).text,
                            (unsigned long long)decision->order.view,
                            (unsigned long long)decision->order.height);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct quorums *quorums = self;
    const struct oracle_history *history = quorums->self.history;
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->kind == SIGHT_VIEW) {
        judge_entry(quorums, sighting);
    } else if (history->has_voted) {
        judge_vote(quorums, sighting);
    } else if (sighting->effect->kind == EFFECT_PERSIST_CERTIFICATE) {
        judge_certificate(quorums, sighting->replica, sighting->effect->certificate);
    } else if (sighting->effect->kind == EFFECT_DECIDED) {
        judge_decision(quorums, sighting);
    }
}

static void fini(void *self)
{
    free(((struct quorums *)self)->finalized);
}

const struct oracle_kind oracle_quorums = {
    .name = "quorums",
    .says = "what a loyal replica does because enough replicas voted for it, they voted for",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_VIEW) | ORACLE_VOTED | ORACLE_EFFECT(EFFECT_PERSIST_CERTIFICATE) |
              ORACLE_EFFECT(EFFECT_DECIDED),
    .self_bytes = sizeof(struct quorums),
    .see = see,
    .fini = fini,
};
