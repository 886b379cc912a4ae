/* sometimes_views.c - votes, certificates, and how views end. */
#include "cluster/sometimes_parts.h"

/* Simplex, rule 4: this many doublings make Δ eight times as long. */
#define DOUBLINGS_FEW 3u
#define JUMP_FAR      10u
#define LATE_VIEWS    3u

static bool has(uint32_t set, replica_id replica)
{
    return (set >> replica & 1) != 0;
}

static bool is_failed(const struct sometimes_view *view)
{
    return view->certified[VOTE_NULLIFY] != 0 && view->certified[VOTE_NOTARIZE] == 0 &&
           view->certified[VOTE_FINALIZE] == 0;
}

void sometimes_on_view(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    view_nr old = replica->view;
    view_nr view = sighting->view;
    replica->view = view;
    replica->entered_ns = sighting->now_ns;
    seen->view = view > seen->view ? view : seen->view;
    if (old == 0 || view <= old) {
        return; /* it starts */
    }
    sometimes_met(seen, SOMETIMES_JUMPED, view > old + 1);
    sometimes_met(seen, SOMETIMES_JUMPED_FAR, view >= old + JUMP_FAR);
    const struct sometimes_view *left = sometimes_view(seen, old);
    sometimes_met(seen, SOMETIMES_LEFT_HALF_NOTARIZED,
                  left->voters[VOTE_NOTARIZE] != 0 && left->certified[VOTE_NOTARIZE] == 0 &&
                      left->certified[VOTE_FINALIZE] == 0);
    if (view == old + 1 && is_failed(left)) {
        replica->failed_views++;
        sometimes_met(seen, SOMETIMES_BACKED_OFF,
                      replica->failed_views >= seen->plan->fault_count + DOUBLINGS_FEW);
    }
}

static void on_notarize(struct sometimes_seen *seen, struct sometimes_view *view,
                        const struct sighting *sighting)
{
    uint64_t order = get_u64(sighting->effect->vote->digest.bytes);
    if (view->voters[VOTE_NOTARIZE] == 0) {
        view->order = order;
    }
    sometimes_met(seen, SOMETIMES_SPLIT_VOTE, view->order != order);
    sometimes_met(seen, SOMETIMES_IDLE_WOKE, seen->is_woken);
    sometimes_met(seen, SOMETIMES_VOTED_AFTER_FETCH,
                  seen->replicas[sighting->replica].fetching_for == view->view);
    seen->is_woken = false;
}

/* Simplex, rule 4: before the first time-out can only be at once, for want of a sign of life. */
static void on_nullify(struct sometimes_seen *seen, const struct sometimes_view *view,
                       const struct sighting *sighting)
{
    const struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    replica_id commander = sometimes_commander(seen, view->view);
    bool is_just_entered = replica->view != 0 && view->view > replica->view;
    bool is_at_once =
        is_just_entered || (view->view == replica->view &&
                            sighting->now_ns - replica->entered_ns < seen->plan->delta_ns);
    bool has_voted = has(view->voters[VOTE_NOTARIZE], sighting->replica);
    sometimes_met(seen, SOMETIMES_NULLIFY_AFTER_NOTARIZE, has_voted);
    sometimes_met(seen, SOMETIMES_COMMANDER_GIVES_UP, has_voted && commander == sighting->replica);
    sometimes_met(seen, SOMETIMES_SKIPPED_AT_ONCE, is_at_once && !has_voted);
    sometimes_met(seen, SOMETIMES_SKIPPED_WHILE_DOWN,
                  is_at_once && !has_voted && !has(seen->running, commander));
}

void sometimes_on_vote(struct sometimes_seen *seen, const struct sighting *sighting)
{
    const struct vote *vote = sighting->effect->vote;
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    struct sometimes_view *view = sometimes_view(seen, vote->view);
    if (vote->kind == VOTE_NOTARIZE) {
        on_notarize(seen, view, sighting);
    } else if (vote->kind == VOTE_NULLIFY) {
        on_nullify(seen, view, sighting);
    }
    view->voters[vote->kind] |= sometimes_bit(sighting->replica);
    seen->voted_ns = sighting->now_ns;
    sometimes_met(seen, SOMETIMES_VOTES_ON,
                  replica->starts > 1 && replica->view_at_crash != 0 &&
                      vote->view <= replica->view_at_crash);
    sometimes_met(seen, SOMETIMES_CHECKPOINT_MIDVIEW,
                  replica->checkpoint_view != 0 && replica->checkpoint_view == vote->view &&
                      replica->checkpoint == replica->started_from);
    sometimes_met(seen, SOMETIMES_PAUSED_BACK,
                  replica->paused_until_ns != 0 && sighting->now_ns >= replica->paused_until_ns);
    if (sighting->now_ns >= replica->paused_until_ns) {
        replica->paused_until_ns = 0;
    }
    sometimes_met(seen, SOMETIMES_SLOW_SYNC, sighting->now_ns < replica->slow_until_ns);
}

/* The first who learns that the view has no order. */
static void on_nullified(struct sometimes_seen *seen, struct sometimes_view *view)
{
    const struct sometimes_view *before = sometimes_view(seen, view->view - 1);
    replica_id commander = sometimes_commander(seen, view->view);
    view->row = is_failed(before) ? before->row + 1 : 1;
    sometimes_met(seen, SOMETIMES_NULLIFIED_TWICE, view->row >= 2);
    sometimes_met(seen, SOMETIMES_NULLIFIED_ROW, view->row >= seen->plan->fault_count + 2);
    bool is_traitor = sometimes_is_traitor(seen, commander);
    sometimes_met(seen, SOMETIMES_TRAITOR_NULLIFIED, is_traitor);
    sometimes_met(seen, SOMETIMES_LOYAL_NULLIFIED, !is_traitor && has(seen->running, commander));
}

static bool is_signed_by_traitor(const struct sometimes_seen *seen,
                                 const struct certificate *certificate)
{
    for (size_t i = 0; seen->traitors != 0 && i < certificate->count; i++) {
        if (sometimes_is_traitor(seen, certificate->signatures[i].voter)) {
            return true;
        }
    }
    return false;
}

void sometimes_on_certificate(struct sometimes_seen *seen, const struct sighting *sighting)
{
    const struct certificate *certificate = sighting->effect->certificate;
    const struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    struct sometimes_view *view = sometimes_view(seen, certificate->view);
    uint32_t self = sometimes_bit(sighting->replica);
    enum vote_kind kind = certificate->kind;
    bool is_new = (view->certified[kind] & self) == 0;
    bool is_first = view->certified[kind] == 0;
    view->certified[kind] |= self;
    if (!is_new) {
        return;
    }
    if (kind == VOTE_NULLIFY && is_first) {
        on_nullified(seen, view);
    }
    bool is_doubled = view->certified[VOTE_NULLIFY] != 0 && view->certified[VOTE_NOTARIZE] != 0;
    sometimes_met(seen, SOMETIMES_NULLIFIED_BESIDE_NOTARIZED, is_doubled);
    sometimes_met(seen, SOMETIMES_NULLIFIED_BESIDE_FINALIZE,
                  kind == VOTE_NULLIFY && view->voters[VOTE_FINALIZE] != 0);
    sometimes_met(seen, SOMETIMES_FINALIZED_BESIDE_NULLIFY,
                  kind == VOTE_FINALIZE && view->voters[VOTE_NULLIFY] != 0);
    sometimes_met(seen, SOMETIMES_TRAITOR_SIGNED,
                  kind == VOTE_FINALIZE && is_signed_by_traitor(seen, certificate));
    sometimes_met(seen, SOMETIMES_NOTARIZED_UNVOTED,
                  kind == VOTE_NOTARIZE && (view->voters[VOTE_NOTARIZE] & self) == 0);
    sometimes_met(seen, SOMETIMES_NOTARIZED_LATE,
                  kind == VOTE_NOTARIZE && certificate->view < replica->view);
    sometimes_met(seen, SOMETIMES_FINALIZED_FIRST,
                  kind == VOTE_FINALIZE && (view->certified[VOTE_NOTARIZE] & self) == 0);
    sometimes_met(seen, SOMETIMES_FINALIZED_LATE,
                  kind == VOTE_FINALIZE && certificate->view + LATE_VIEWS < replica->view);
}
