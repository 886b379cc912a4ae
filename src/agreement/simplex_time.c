/* simplex_time.c - what depends on time: rule 4 (nullify, back-off), idleness, rebroadcasts on
 * lossy links, and help for peers that are behind. */
#include "agreement/simplex.h"
#include "base/assert.h"

/* Own votes of at most so many views are repeated in one rebroadcast: the oldest undecided ones, on
 * which commits wait, and the newest. */
#define REBROADCAST_VIEWS_MAX 8u
/* Certificates in one answer. */
#define HELP_VIEWS_MAX        16u
/* A commander that was silent for so many Δ of running timers gives no sign of life. */
#define SILENCE_DELTAS        10u

/* Rule 4, back-off: Δ doubles from the (f+1)-th consecutive nullified view on. */
uint64_t simplex_delta_ns(const struct simplex *simplex)
{
    size_t allowed = simplex->settings.fault_count;
    size_t doublings = simplex->failed_views > allowed ? simplex->failed_views - allowed : 0;
    if (doublings > BACKOFF_DOUBLINGS_MAX) {
        doublings = BACKOFF_DOUBLINGS_MAX;
    }
    return simplex->settings.delta_ns << doublings;
}

bool simplex_is_at_a_standstill(const struct simplex *simplex)
{
    size_t allowed = simplex->settings.fault_count;
    return simplex->failed_views > 2 * allowed + BACKOFF_DOUBLINGS_MAX;
}

/* T_v: timers count from entering the view or from waking, whichever was later. */
uint64_t simplex_view_age_ns(const struct simplex *simplex)
{
    uint64_t since = simplex->entered_at_ns;
    if (simplex->awake_since_ns > since) {
        since = simplex->awake_since_ns;
    }
    return simplex->is_awake && simplex->now_ns > since ? simplex->now_ns - since : 0;
}

void simplex_on_heard(struct simplex *simplex, replica_id from)
{
    simplex->heard_active_ns[from] = simplex->active_ns;
    simplex->is_heard |= UINT32_C(1) << from;
}

/* Timers have run for 10Δ in which frames came from Q replicas and none from this one. */
static bool is_silent(const struct simplex *simplex, replica_id replica)
{
    uint64_t span = SILENCE_DELTAS * simplex->settings.delta_ns;
    if (replica == simplex->settings.self || simplex->active_ns < span) {
        return false;
    }
    size_t heard = 1; /* oneself */
    for (replica_id i = 0; i < simplex->settings.replica_count; i++) {
        bool is_recent = (simplex->is_heard >> i & 1) != 0 &&
                         simplex->active_ns - simplex->heard_active_ns[i] < span;
        if (i == replica && is_recent) {
            return false;
        }
        heard += i != simplex->settings.self && is_recent ? 1 : 0;
    }
    return heard >= simplex->quorum;
}

static size_t count_nullify(const struct simplex_view *slot)
{
    return (size_t)__builtin_popcount(slot->boxes[VOTE_NULLIFY].voters);
}

bool simplex_has_work(struct simplex *simplex)
{
    if (simplex->notarized_highest > simplex->base.view) {
        return true;
    }
    const struct simplex_view *slot = simplex_find(simplex, simplex->current);
    return slot != NULL && ((slot->order != NULL && slot->order->is_signed) ||
                            count_nullify(slot) > simplex->settings.fault_count);
}

/* Rule 4: a proposal that came in time and had to wait for a fetch has 2Δ more, for the votes on it
 * too. */
static uint64_t extension(struct simplex *simplex)
{
    const struct simplex_view *slot = simplex_find(simplex, simplex->current);
    bool is_extended = slot != NULL && slot->is_fetching && !slot->is_refused;
    return is_extended ? 2 * simplex_delta_ns(simplex) : 0;
}

/* Rule 4. */
static void nullify_if_due(struct simplex *simplex)
{
    const struct simplex_view *slot = simplex_find(simplex, simplex->current);
    bool has_voted = slot != NULL && slot->sent[VOTE_NOTARIZE];
    if (simplex->current - simplex->base.view > VIEW_WINDOW ||
        (slot != NULL && (slot->sent[VOTE_NULLIFY] || slot->sent[VOTE_FINALIZE]))) {
        return;
    }
    uint64_t age = simplex_view_age_ns(simplex);
    uint64_t delta = simplex_delta_ns(simplex);
    uint64_t more = extension(simplex);
    if (age >= 3 * delta + more || (!has_voted && age >= 2 * delta + more)) {
        simplex_nullify(simplex, false);
    } else if (!has_voted && simplex_candidate(simplex) == NULL &&
               is_silent(simplex, simplex_commander(simplex, simplex->current))) {
        simplex_nullify(simplex, true);
    }
}

static void rebroadcast_view(struct simplex *simplex, const struct simplex_view *slot)
{
    replica_id self = simplex->settings.self;
    for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
        if (!slot->sent[kind]) {
            continue;
        }
        const struct vote_box *box = &slot->boxes[kind];
        if (kind == VOTE_NOTARIZE && simplex_commander(simplex, slot->view) == self &&
            slot->order != NULL && slot->order->is_signed) {
            simplex_send_order(simplex, REPLICA_ALL, slot->order, true);
            continue;
        }
        struct vote vote = {.kind = kind,
                            .voter = self,
                            .view = slot->view,
                            .digest = box->digest[self],
                            .signature = box->signature[self]};
        simplex_send_vote(simplex, &vote);
    }
}

/* Lossy links: own votes of undecided views and the best entry certificate, every Δ; and questions
 * for the certificates that are missing between the highest notarized view and one's own. */
static void rebroadcast(struct simplex *simplex)
{
    size_t sent = 0;
    view_nr first_missing = 0;
    view_nr last_missing = 0;
    for (view_nr view = simplex->base.view + 1; view <= simplex->current; view++) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        bool is_new = simplex->current - view < REBROADCAST_VIEWS_MAX;
        if (slot != NULL && (sent < REBROADCAST_VIEWS_MAX || is_new)) {
            rebroadcast_view(simplex, slot);
            sent++;
        }
        bool is_known =
            slot != NULL && (slot->certified[VOTE_NOTARIZE] || slot->certified[VOTE_NULLIFY]);
        if (view > simplex->notarized_highest && view < simplex->current && !is_known) {
            first_missing = first_missing == 0 ? view : first_missing;
            last_missing = view;
        }
    }
    simplex_help(simplex, REPLICA_ALL, 0);
    if (first_missing != 0) {
        struct peer_message ask = {.kind = PEER_ASK_VIEW,
                                   .ask_view = {.from = first_missing, .to = last_missing}};
        simplex_send(simplex, REPLICA_ALL, &ask, false, false);
    }
}

void simplex_set_time(struct simplex *simplex, uint64_t now_ns)
{
    if (now_ns <= simplex->now_ns) {
        return;
    }
    if (simplex->is_awake) {
        simplex->active_ns += now_ns - simplex->now_ns;
    }
    simplex->now_ns = now_ns;
}

void simplex_on_time(struct simplex *simplex, bool has_work)
{
    uint64_t now_ns = simplex->now_ns;
    if (has_work && !simplex->is_awake) {
        simplex->awake_since_ns = now_ns;
        simplex->rebroadcast_at_ns = now_ns + simplex->settings.delta_ns;
    }
    simplex->is_awake = has_work;
    if (!has_work) {
        return;
    }
    nullify_if_due(simplex);
    if (now_ns >= simplex->rebroadcast_at_ns) {
        rebroadcast(simplex);
        simplex->rebroadcast_at_ns = now_ns + simplex->settings.delta_ns;
    }
}

uint64_t simplex_deadline(const struct simplex *simplex)
{
    if (!simplex->is_awake) {
        return UINT64_MAX;
    }
    uint64_t since = simplex->entered_at_ns > simplex->awake_since_ns ? simplex->entered_at_ns
                                                                      : simplex->awake_since_ns;
    uint64_t delta = simplex_delta_ns(simplex);
    uint64_t deadline = simplex->rebroadcast_at_ns;
    for (uint64_t factor = 1; factor <= 5; factor++) { /* Δ: an empty order; 2Δ..5Δ: rule 4 */
        uint64_t due = since + factor * delta;
        if (due > simplex->now_ns && due < deadline) {
            deadline = due;
        }
    }
    return deadline;
}

void simplex_helped_all(struct simplex *simplex)
{
    for (size_t i = 0; i < simplex->settings.replica_count; i++) {
        simplex->helped_at_ns[i] = simplex->now_ns + simplex->settings.delta_ns / 2;
    }
}

/* Sends a peer the certificate by which it enters our view, or the finalization of the base. */
void simplex_help(struct simplex *simplex, replica_id peer, view_nr peer_view)
{
    if (peer_view >= simplex->current) {
        return;
    }
    if (peer != REPLICA_ALL) {
        if (simplex->now_ns < simplex->helped_at_ns[peer]) {
            return;
        }
        simplex->helped_at_ns[peer] = simplex->now_ns + simplex->settings.delta_ns / 2;
    }
    if (simplex->has_finalization && peer_view <= simplex->finalization.view) {
        struct peer_message message = {.kind = PEER_CERTIFICATE,
                                       .certificate = simplex->finalization};
        simplex_send(simplex, peer, &message, false, false);
    }
    const struct simplex_view *slot = simplex_find(simplex, simplex->current - 1);
    if (slot == NULL) {
        return;
    }
    for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
        if (slot->certified[kind]) {
            simplex_send_certificate(simplex, peer, kind, slot);
        }
    }
}

void simplex_on_ask_view(struct simplex *simplex, replica_id from, const struct ask_view *ask)
{
    if (simplex->has_finalization && ask->from <= simplex->finalization.view) {
        struct peer_message message = {.kind = PEER_CERTIFICATE,
                                       .certificate = simplex->finalization};
        simplex_send(simplex, from, &message, false, false);
    }
    view_nr first = ask->from > simplex->base.view ? ask->from : simplex->base.view + 1;
    for (view_nr view = first; view <= ask->to && view - first < HELP_VIEWS_MAX; view++) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        for (enum vote_kind kind = VOTE_NOTARIZE; slot != NULL && kind <= VOTE_FINALIZE; kind++) {
            if (slot->certified[kind]) {
                simplex_send_certificate(simplex, from, kind, slot);
            }
        }
    }
}

void simplex_on_ask_order(struct simplex *simplex, replica_id from, const struct ask_order *ask)
{
    const struct simplex_view *slot = simplex_find(simplex, ask->view);
    if (slot == NULL || slot->order == NULL || !slot->order->is_signed ||
        !digest_is_equal(&slot->order->digest, &ask->digest)) {
        return;
    }
    simplex_send_order(simplex, from, slot->order, false);
}

void simplex_start(struct simplex *simplex, uint64_t now_ns)
{
    simplex->is_restoring = false;
    simplex_set_time(simplex, now_ns);
    simplex->entered_at_ns = now_ns;
    simplex->is_unsettled = true;
    (void)simplex_advance(simplex);
}
