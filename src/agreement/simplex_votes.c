/* simplex_votes.c - votes, certificates and orders of the views: what is held, and when Q is
 * reached. The rules that act on it are in simplex.c. */
#include "agreement/simplex.h"
#include "base/assert.h"
#include "wire/digests.h"

static const struct digest no_digest;

static struct simplex_view *take_slot(struct simplex *simplex)
{
    struct simplex_view *slot = simplex->unused;
    if (slot != NULL) {
        simplex->unused = slot->next_unused;
        return slot;
    }
    ASSERT(simplex->begun_count < VIEW_WINDOW); /* as many as there are views inside */
    return &simplex->slots[simplex->begun_count++];
}

struct simplex_view *simplex_slot(struct simplex *simplex, view_nr view)
{
    ASSERT(simplex_is_in_window(simplex, view));
    struct simplex_view **place = &simplex->views[view % VIEW_WINDOW];
    if (*place == NULL) {
        struct simplex_view *slot = take_slot(simplex);
        for (int kind = 0; kind < VOTE_KIND_COUNT; kind++) {
            slot->boxes[kind].voters = 0;
            slot->certified[kind] = false;
            slot->sent[kind] = false;
        }
        slot->is_in_time = false;
        slot->is_fetching = false;
        slot->is_refused = false;
        slot->is_skipped = false;
        slot->order = NULL;
        slot->view = view;
        *place = slot;
        if (view > simplex->highest_seen) {
            simplex->highest_seen = view;
        }
    }
    return *place;
}

void simplex_forget(struct simplex *simplex, view_nr view)
{
    struct simplex_view **place = &simplex->views[view % VIEW_WINDOW];
    struct simplex_view *slot = *place;
    if (slot != NULL) {
        ASSERT(slot->view == view);
        pool_free(&simplex->orders, slot->order);
        slot->next_unused = simplex->unused;
        simplex->unused = slot;
        *place = NULL;
    }
}

bool simplex_is_notarized(struct simplex *simplex, view_nr view, const struct digest *digest)
{
    if (view == simplex->base.view) {
        return digest_is_equal(digest, &simplex->base.digest);
    }
    const struct simplex_view *slot = simplex_find(simplex, view);
    if (slot == NULL) {
        return false;
    }
    /* A finalization stands on a notarization, held or not. */
    return (slot->certified[VOTE_NOTARIZE] &&
            digest_is_equal(digest, &slot->certified_digest[VOTE_NOTARIZE])) ||
           (slot->certified[VOTE_FINALIZE] &&
            digest_is_equal(digest, &slot->certified_digest[VOTE_FINALIZE]));
}

static size_t count_votes(const struct simplex *simplex, const struct vote_box *box,
                          const struct digest *digest)
{
    size_t count = 0;
    for (replica_id i = 0; i < simplex->settings.replica_count; i++) {
        if ((box->voters >> i & 1) != 0 && digest_is_equal(&box->digest[i], digest)) {
            count++;
        }
    }
    return count;
}

void simplex_gather(const struct simplex *simplex, const struct simplex_view *slot,
                    enum vote_kind kind, struct certificate *certificate)
{
    const struct vote_box *box = &slot->boxes[kind];
    ASSERT(slot->certified[kind]);
    certificate->kind = kind;
    certificate->view = slot->view;
    certificate->digest = slot->certified_digest[kind];
    certificate->count = 0;
    for (replica_id i = 0; i < simplex->settings.replica_count; i++) {
        if (certificate->count < simplex->quorum && (box->voters >> i & 1) != 0 &&
            digest_is_equal(&box->digest[i], &certificate->digest)) {
            certificate->signatures[certificate->count].voter = i;
            certificate->signatures[certificate->count].signature = box->signature[i];
            certificate->count++;
        }
    }
    ASSERT(certificate->count == simplex->quorum);
}

bool simplex_certificate(struct simplex *simplex, enum vote_kind kind, view_nr view,
                         struct certificate *certificate)
{
    const struct simplex_view *slot = simplex_find(simplex, view);
    if (slot == NULL || !slot->certified[kind]) {
        return false;
    }
    simplex_gather(simplex, slot, kind, certificate);
    return true;
}

/* Q votes for `digest`: the certificate is kept through restarts and forwarded to all (rules 1, 6).
 */
static void certify(struct simplex *simplex, struct simplex_view *slot, enum vote_kind kind,
                    const struct digest *digest)
{
    slot->certified[kind] = true;
    slot->certified_digest[kind] = *digest;
    simplex->is_unsettled = true;
    if (kind != VOTE_NULLIFY) {
        if (slot->view > simplex->notarized_highest) {
            simplex->notarized_highest = slot->view;
        }
        if (slot->order != NULL && !digest_is_equal(&slot->order->digest, digest)) {
            pool_free(&simplex->orders, slot->order); /* the commander had two orders */
            slot->order = NULL;
        }
    }
    if (simplex->is_restoring) {
        return;
    }
    struct peer_message message;
    message.kind = PEER_CERTIFICATE;
    simplex_gather(simplex, slot, kind, &message.certificate);
    struct effect effect = {.kind = EFFECT_PERSIST_CERTIFICATE,
                            .certificate = &message.certificate};
    simplex->settings.effects.emit(simplex->settings.effects.context, &effect);
    simplex_send(simplex, REPLICA_ALL, &message, false, true);
    if (kind == VOTE_FINALIZE) {
        simplex_helped_all(simplex); /* votes for it that are under way need no answer */
    }
}

/* A vote that is held keeps the signature that was verified: one that comes again, in a
 * certificate, was not. */
static void add_vote(struct simplex *simplex, struct simplex_view *slot, enum vote_kind kind,
                     replica_id voter, const struct digest *digest,
                     const struct signature *signature)
{
    struct vote_box *box = &slot->boxes[kind];
    if ((box->voters >> voter & 1) != 0 && digest_is_equal(&box->digest[voter], digest)) {
        return;
    }
    box->voters |= UINT32_C(1) << voter;
    box->digest[voter] = *digest;
    box->signature[voter] = *signature;
    if (!slot->certified[kind] && count_votes(simplex, box, digest) >= simplex->quorum) {
        certify(simplex, slot, kind, digest);
    }
}

/* What a vote's signature signs. Whole quorums sign the same: the last one is remembered. */
static const struct digest *statement_of(struct simplex *simplex, enum vote_kind kind, view_nr view,
                                         const struct digest *digest)
{
    struct simplex_statement *last = &simplex->statement;
    if (last->view != view || last->kind != kind || !digest_is_equal(&last->digest, digest)) {
        *last = (struct simplex_statement){.kind = kind, .view = view, .digest = *digest};
        vote_sign_digest(&simplex->settings.genesis, kind, view, digest, &last->message);
    }
    return &last->message;
}

static bool verify_vote(struct simplex *simplex, enum vote_kind kind, view_nr view,
                        const struct digest *digest, replica_id voter,
                        const struct signature *signature)
{
    const struct authority *authority = &simplex->settings.authority;
    return authority->verify(authority->context, &simplex->settings.replica_keys[voter],
                             statement_of(simplex, kind, view, digest), signature);
}

enum verdict simplex_on_vote(struct simplex *simplex, const struct vote *vote)
{
    if (vote->voter >= simplex->settings.replica_count) {
        return VERDICT_UNKNOWN_SENDER;
    }
    if (vote->view <= simplex->base.view) {
        return VERDICT_STALE;
    }
    if (!simplex_is_in_window(simplex, vote->view) ||
        vote->view > simplex->current + VIEWS_AHEAD_MAX) {
        return VERDICT_EARLY;
    }
    struct simplex_view *slot = simplex_slot(simplex, vote->view);
    const struct vote_box *box = &slot->boxes[vote->kind];
    if ((box->voters >> vote->voter & 1) != 0) {
        if (digest_is_equal(&box->digest[vote->voter], &vote->digest)) {
            return VERDICT_DUPLICATE;
        }
        return verify_vote(simplex, vote->kind, vote->view, &vote->digest, vote->voter,
                           &vote->signature)
                   ? VERDICT_EQUIVOCATION
                   : VERDICT_BAD_AUTHENTICATION;
    }
    if (slot->certified[vote->kind]) {
        return VERDICT_STALE; /* true or not, it changes nothing: not worth verifying */
    }
    if (!verify_vote(simplex, vote->kind, vote->view, &vote->digest, vote->voter,
                     &vote->signature)) {
        return VERDICT_BAD_AUTHENTICATION;
    }
    add_vote(simplex, slot, vote->kind, vote->voter, &vote->digest, &vote->signature);
    return VERDICT_ACCEPTED;
}

enum verdict simplex_on_certificate(struct simplex *simplex, const struct certificate *certificate)
{
    if (certificate->view <= simplex->base.view) {
        return VERDICT_STALE;
    }
    if (!simplex_is_in_window(simplex, certificate->view)) {
        return VERDICT_EARLY;
    }
    struct simplex_view *slot = simplex_slot(simplex, certificate->view);
    if (slot->certified[certificate->kind]) {
        return VERDICT_DUPLICATE;
    }
    if (certificate->count < simplex->quorum) {
        return VERDICT_INVALID;
    }
    const struct vote_box *box = &slot->boxes[certificate->kind];
    uint32_t seen = 0;
    for (size_t i = 0; i < certificate->count; i++) {
        replica_id voter = certificate->signatures[i].voter;
        if (voter >= simplex->settings.replica_count || (seen >> voter & 1) != 0) {
            return VERDICT_INVALID; /* a signer counts once */
        }
        seen |= UINT32_C(1) << voter;
        bool is_held = (box->voters >> voter & 1) != 0 &&
                       digest_is_equal(&box->digest[voter], &certificate->digest);
        if (!is_held &&
            !verify_vote(simplex, certificate->kind, certificate->view, &certificate->digest, voter,
                         &certificate->signatures[i].signature)) {
            return VERDICT_BAD_AUTHENTICATION;
        }
    }
    /* A traitor's other vote gives way: together with these it is Q for one digest. Own votes are
     * what they were. */
    for (size_t i = 0; i < certificate->count && !slot->certified[certificate->kind]; i++) {
        replica_id voter = certificate->signatures[i].voter;
        add_vote(simplex, slot, certificate->kind, voter, &certificate->digest,
                 &certificate->signatures[i].signature);
    }
    return VERDICT_ACCEPTED;
}

/* Keeps an order's bytes in the slot; what was there goes. */
static bool store_order(struct simplex *simplex, struct simplex_view *slot,
                        const struct order *order, const struct digest *digest,
                        const struct signature *signature)
{
    size_t size = sizeof(struct stored_order) + order->tip_count * sizeof(struct lane_tip);
    struct stored_order *stored = pool_take(&simplex->orders, size);
    if (stored == NULL) {
        return false;
    }
    pool_free(&simplex->orders, slot->order);
    stored->order = *order;
    stored->order.tips = stored->tips;
    bytes_copy(stored->tips, order->tips, order->tip_count * sizeof(struct lane_tip));
    stored->digest = *digest;
    stored->is_signed = signature != NULL;
    if (signature != NULL) {
        stored->signature = *signature;
    }
    slot->order = stored;
    return true;
}

/* The digest that this view's order must have, if a certificate says so. */
static const struct digest *certified_order(const struct simplex_view *slot)
{
    if (slot->certified[VOTE_FINALIZE]) {
        return &slot->certified_digest[VOTE_FINALIZE];
    }
    return slot->certified[VOTE_NOTARIZE] ? &slot->certified_digest[VOTE_NOTARIZE] : NULL;
}

enum verdict simplex_on_proposal(struct simplex *simplex, const struct proposal *proposal)
{
    view_nr view = proposal->order.view;
    if (view <= simplex->base.view) {
        return VERDICT_STALE;
    }
    if (!simplex_is_in_window(simplex, view) || view > simplex->current + VIEWS_AHEAD_MAX) {
        return VERDICT_EARLY;
    }
    if (proposal->order.parent_view >= view) {
        return VERDICT_INVALID;
    }
    struct digest digest;
    order_digest(&proposal->order, &digest);
    struct simplex_view *slot = simplex_slot(simplex, view);
    const struct digest *certified = certified_order(slot);
    if (slot->order != NULL && digest_is_equal(&slot->order->digest, &digest) &&
        (slot->order->is_signed || certified != NULL)) {
        return VERDICT_DUPLICATE;
    }
    if (certified != NULL && !digest_is_equal(certified, &digest)) {
        return VERDICT_STALE;
    }
    replica_id commander = simplex_commander(simplex, view);
    if (!verify_vote(simplex, VOTE_NOTARIZE, view, &digest, commander, &proposal->signature)) {
        return VERDICT_BAD_AUTHENTICATION;
    }
    if (slot->order != NULL && slot->order->is_signed && certified == NULL) {
        return VERDICT_EQUIVOCATION; /* two orders of one commander: the first stays */
    }
    if (!store_order(simplex, slot, &proposal->order, &digest, &proposal->signature)) {
        return VERDICT_OVER_LIMIT;
    }
    if (view > simplex->current ||
        (view == simplex->current &&
         simplex_view_age_ns(simplex) <= 2 * simplex_delta_ns(simplex))) {
        slot->is_in_time = true;
    }
    if ((slot->boxes[VOTE_NOTARIZE].voters >> commander & 1) == 0 &&
        !slot->certified[VOTE_NOTARIZE]) {
        add_vote(simplex, slot, VOTE_NOTARIZE, commander, &digest, &proposal->signature);
    }
    return VERDICT_ACCEPTED;
}

/* Is it the order that a finalized one's chain leads down to, and misses? */
static bool is_lacking(struct simplex *simplex, view_nr view, const struct digest *digest)
{
    bool is_lacking_any;
    struct simplex_lack lack = {.from = 0};
    (void)simplex_next_decided(simplex, &is_lacking_any, &lack);
    return is_lacking_any && lack.from == view && digest_is_equal(&lack.digest, digest);
}

enum verdict simplex_on_block_order(struct simplex *simplex, const struct order *order,
                                    const struct digest *digest)
{
    if (order->view <= simplex->base.view) {
        return VERDICT_STALE;
    }
    if (!simplex_is_in_window(simplex, order->view)) {
        return VERDICT_EARLY;
    }
    if (order->parent_view >= order->view) {
        return VERDICT_INVALID;
    }
    struct simplex_view *slot = simplex_slot(simplex, order->view);
    const struct digest *certified = certified_order(slot);
    if (slot->order != NULL && digest_is_equal(&slot->order->digest, digest)) {
        return VERDICT_DUPLICATE;
    }
    if (certified != NULL && !digest_is_equal(certified, digest)) {
        return VERDICT_INVALID;
    }
    if (certified == NULL && slot->order != NULL && slot->order->is_signed &&
        !is_lacking(simplex, order->view, digest)) {
        return VERDICT_STALE; /* unproven: does not push out what was, or may be, voted for */
    }
    return store_order(simplex, slot, order, digest, NULL) ? VERDICT_ACCEPTED : VERDICT_OVER_LIMIT;
}

void simplex_restore_vote(struct simplex *simplex, const struct vote *vote)
{
    if (vote->voter != simplex->settings.self || !simplex_is_in_window(simplex, vote->view)) {
        return;
    }
    struct simplex_view *slot = simplex_slot(simplex, vote->view);
    slot->sent[vote->kind] = true;
    add_vote(simplex, slot, vote->kind, vote->voter, &vote->digest, &vote->signature);
}

void simplex_restore_certificate(struct simplex *simplex, const struct certificate *certificate)
{
    if (certificate->view == simplex->base.view && certificate->kind == VOTE_FINALIZE) {
        simplex->finalization = *certificate;
        simplex->has_finalization = true;
    }
    if (!simplex_is_in_window(simplex, certificate->view)) {
        return;
    }
    struct simplex_view *slot = simplex_slot(simplex, certificate->view);
    for (size_t i = 0; i < certificate->count && !slot->certified[certificate->kind]; i++) {
        add_vote(simplex, slot, certificate->kind, certificate->signatures[i].voter,
                 &certificate->digest, &certificate->signatures[i].signature);
    }
}

void simplex_restore_proposal(struct simplex *simplex, const struct proposal *proposal)
{
    if (!simplex_is_in_window(simplex, proposal->order.view)) {
        return;
    }
    struct digest digest;
    order_digest(&proposal->order, &digest);
    struct simplex_view *slot = simplex_slot(simplex, proposal->order.view);
    const struct digest *certified = certified_order(slot);
    if (certified == NULL || digest_is_equal(certified, &digest)) {
        (void)store_order(simplex, slot, &proposal->order, &digest, &proposal->signature);
    }
}

void simplex_cast(struct simplex *simplex, struct simplex_view *slot, enum vote_kind kind,
                  const struct digest *digest)
{
    /* Never both Nullify and Finalize, never two Notarize, no Notarize after Nullify. */
    ASSERT(!slot->sent[kind]);
    ASSERT(kind != VOTE_NULLIFY || !slot->sent[VOTE_FINALIZE]);
    ASSERT(kind == VOTE_NULLIFY || !slot->sent[VOTE_NULLIFY]);
    const struct authority *authority = &simplex->settings.authority;
    struct vote vote = {.kind = kind,
                        .voter = simplex->settings.self,
                        .view = slot->view,
                        .digest = digest == NULL ? no_digest : *digest};
    authority->sign(authority->context, statement_of(simplex, kind, vote.view, &vote.digest),
                    &vote.signature);
    slot->sent[kind] = true;
    struct effect persist = {.kind = EFFECT_PERSIST_VOTE, .vote = &vote};
    simplex->settings.effects.emit(simplex->settings.effects.context, &persist);
    bool is_own_order =
        kind == VOTE_NOTARIZE && simplex_commander(simplex, slot->view) == simplex->settings.self;
    if (is_own_order) { /* the proposal carries this vote as its signature */
        slot->order->signature = vote.signature;
        simplex_persist_order(simplex, slot->order);
        simplex_send_order(simplex, REPLICA_ALL, slot->order, true);
    } else {
        simplex_send_vote(simplex, &vote);
    }
    add_vote(simplex, slot, kind, vote.voter, &vote.digest, &vote.signature);
}

bool simplex_propose(struct simplex *simplex, const struct order *order)
{
    ASSERT(order->view == simplex->current);
    struct simplex_view *slot = simplex_slot(simplex, order->view);
    struct digest digest;
    struct signature unsigned_yet = {{0}};
    order_digest(order, &digest);
    if (!store_order(simplex, slot, order, &digest, &unsigned_yet)) {
        return false;
    }
    simplex_cast(simplex, slot, VOTE_NOTARIZE, &digest);
    return true;
}

void simplex_nullify(struct simplex *simplex, bool at_once)
{
    struct simplex_view *slot = simplex_slot(simplex, simplex->current);
    slot->is_skipped = at_once;
    simplex_cast(simplex, slot, VOTE_NULLIFY, NULL);
}
