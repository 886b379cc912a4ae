/* simplex.c - the rules of Simplex; votes and certificates are kept by simplex_votes.c, rule 4 and
 * everything else that depends on time is in simplex_time.c. */
#include "agreement/simplex.h"

#include "base/assert.h"

_Static_assert(sizeof(struct stored_order) + TIPS_PER_ORDER_MAX * sizeof(struct lane_tip) <=
                   ORDER_POOL_BYTES / VIEW_WINDOW,
               "there is room for an order of each view of the window");

size_t simplex_pool_memory(void)
{
    return pool_memory_size(ORDER_POOL_BYTES);
}

void simplex_init(struct simplex *simplex, const struct simplex_settings *settings,
                  const struct simplex_base *base, void *pool_memory)
{
    ASSERT(settings->replica_count <= REPLICAS_MAX);
    ASSERT(settings->replica_count >= 3 * settings->fault_count + 1);
    simplex->settings = *settings;
    simplex->quorum = settings->replica_count - settings->fault_count;
    simplex->base = *base;
    simplex->current = base->view + 1;
    simplex->notarized_highest = base->view;
    simplex->is_restoring = true;
    pool_init(&simplex->orders, pool_memory, ORDER_POOL_BYTES);
}

void simplex_send(struct simplex *simplex, replica_id to, const struct peer_message *message,
                  bool durable, bool lazy)
{
    struct effect effect = {
        .kind = EFFECT_SEND, .to = to, .message = message, .durable = durable, .lazy = lazy};
    simplex->settings.effects.emit(simplex->settings.effects.context, &effect);
}

/* A message has room for the largest certificate: only what it says is written. */
void simplex_send_vote(struct simplex *simplex, const struct vote *vote)
{
    struct peer_message message;
    message.kind = PEER_VOTE;
    message.vote = *vote;
    simplex_send(simplex, REPLICA_ALL, &message, true, false);
}

void simplex_send_order(struct simplex *simplex, replica_id to, const struct stored_order *stored,
                        bool durable)
{
    struct peer_message message;
    message.kind = PEER_PROPOSAL;
    message.proposal = (struct proposal){.order = stored->order, .signature = stored->signature};
    simplex_send(simplex, to, &message, durable, false);
}

void simplex_send_certificate(struct simplex *simplex, replica_id to, enum vote_kind kind,
                              const struct simplex_view *slot)
{
    struct peer_message message;
    message.kind = PEER_CERTIFICATE;
    simplex_gather(simplex, slot, kind, &message.certificate);
    simplex_send(simplex, to, &message, false, false);
}

void simplex_persist_order(struct simplex *simplex, const struct stored_order *stored)
{
    struct proposal proposal = {.order = stored->order, .signature = stored->signature};
    struct effect effect = {.kind = EFFECT_PERSIST_PROPOSAL, .proposal = &proposal};
    simplex->settings.effects.emit(simplex->settings.effects.context, &effect);
}

/* Rule 5: on a notarization, Finalize, unless Nullify was said. */
static void finalize_notarized(struct simplex *simplex, struct simplex_view *slot)
{
    if (slot->certified[VOTE_NOTARIZE] && !slot->sent[VOTE_NULLIFY] && !slot->sent[VOTE_FINALIZE] &&
        !slot->certified[VOTE_FINALIZE]) {
        struct digest digest = slot->certified_digest[VOTE_NOTARIZE];
        simplex_cast(simplex, slot, VOTE_FINALIZE, &digest);
    }
}

static bool is_exit(const struct simplex_view *slot)
{
    return slot->certified[VOTE_NOTARIZE] || slot->certified[VOTE_NULLIFY] ||
           slot->certified[VOTE_FINALIZE];
}

/* Rule 1: a notarization or nullification of `view` is held, so the replica is in a later one. */
static void enter_after(struct simplex *simplex, const struct simplex_view *exited)
{
    bool is_next = exited->view == simplex->current;
    bool is_failed = exited->certified[VOTE_NULLIFY] && !exited->certified[VOTE_NOTARIZE] &&
                     !exited->certified[VOTE_FINALIZE];
    if (is_next && is_failed && !exited->is_skipped) {
        simplex->failed_views++;
    }
    simplex->current = exited->view + 1;
}

bool simplex_advance(struct simplex *simplex)
{
    view_nr before = simplex->current;
    if (!simplex->is_unsettled) {
        return false;
    }
    simplex->is_unsettled = false;
    for (view_nr view = simplex->base.view + 1; view <= simplex->highest_seen; view++) {
        struct simplex_view *slot = simplex_find(simplex, view);
        if (slot == NULL) {
            continue;
        }
        finalize_notarized(simplex, slot);
        if (view >= simplex->current && is_exit(slot)) {
            enter_after(simplex, slot);
        }
    }
    if (simplex->current != before) {
        simplex->entered_at_ns = simplex->now_ns;
        return true;
    }
    return false;
}

struct stored_order *simplex_candidate(struct simplex *simplex)
{
    struct simplex_view *slot = simplex_find(simplex, simplex->current);
    if (slot == NULL || slot->order == NULL || !slot->order->is_signed || slot->is_refused ||
        slot->sent[VOTE_NOTARIZE] || slot->sent[VOTE_NULLIFY]) {
        return NULL;
    }
    return slot->order;
}

/* The chain's orders from `view` down to the base: which one is not held? */
static enum simplex_parent check_chain(struct simplex *simplex, view_nr view,
                                       const struct digest *digest, struct simplex_lack *lack)
{
    const struct digest *expected = digest;
    while (view > simplex->base.view) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        if (slot == NULL || slot->order == NULL ||
            !digest_is_equal(&slot->order->digest, expected)) {
            *lack = (struct simplex_lack){.from = view, .to = view, .digest = *expected};
            return PARENT_ORDER_MISSING;
        }
        ASSERT(slot->order->order.parent_view < view); /* checked when it was taken in */
        view = slot->order->order.parent_view;
        expected = &slot->order->order.parent;
    }
    return view == simplex->base.view && digest_is_equal(expected, &simplex->base.digest)
               ? PARENT_READY
               : PARENT_INVALID; /* beside what is decided */
}

enum simplex_parent simplex_check_parent(struct simplex *simplex, const struct order *order,
                                         struct simplex_lack *lack)
{
    view_nr parent = order->parent_view;
    if (parent >= order->view || parent < simplex->base.view) {
        return PARENT_INVALID;
    }
    if (!simplex_is_notarized(simplex, parent, &order->parent)) {
        const struct simplex_view *slot = simplex_find(simplex, parent);
        if (parent == simplex->base.view || (slot != NULL && slot->certified[VOTE_NOTARIZE])) {
            return PARENT_INVALID; /* another order was notarized there */
        }
        *lack = (struct simplex_lack){.from = parent, .to = parent};
        return PARENT_CERTIFICATES_MISSING;
    }
    *lack = (struct simplex_lack){.from = 0};
    for (view_nr view = parent + 1; view < order->view; view++) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        if (slot == NULL || !slot->certified[VOTE_NULLIFY]) {
            lack->from = lack->from == 0 ? view : lack->from;
            lack->to = view;
        }
    }
    if (lack->from != 0) {
        return PARENT_CERTIFICATES_MISSING;
    }
    return check_chain(simplex, parent, &order->parent, lack);
}

struct stored_order *simplex_next_decided(struct simplex *simplex, bool *is_lacking,
                                          struct simplex_lack *lack)
{
    view_nr view = simplex_finalized(simplex);
    *is_lacking = false;
    if (view == 0) {
        return NULL;
    }
    const struct simplex_view *slot = simplex_find(simplex, view);
    ASSERT(slot != NULL);
    if (check_chain(simplex, view, &slot->certified_digest[VOTE_FINALIZE], lack) != PARENT_READY) {
        *is_lacking = true;
        return NULL;
    }
    while (slot->order->order.parent_view > simplex->base.view) {
        slot = simplex_find(simplex, slot->order->order.parent_view);
        ASSERT(slot != NULL); /* the chain is held */
    }
    return slot->order;
}

void simplex_notarize_candidate(struct simplex *simplex)
{
    struct stored_order *stored = simplex_candidate(simplex);
    ASSERT(stored != NULL);
    struct simplex_view *slot = simplex_find(simplex, simplex->current);
    simplex_persist_order(simplex, stored);
    struct digest digest = stored->digest;
    simplex_cast(simplex, slot, VOTE_NOTARIZE, &digest);
}

void simplex_wait_for_candidate(struct simplex *simplex)
{
    struct simplex_view *slot = simplex_find(simplex, simplex->current);
    ASSERT(slot != NULL);
    slot->is_fetching = slot->is_in_time;
}

void simplex_refuse_candidate(struct simplex *simplex)
{
    struct simplex_view *slot = simplex_find(simplex, simplex->current);
    ASSERT(slot != NULL);
    slot->is_refused = true;
}

bool simplex_may_propose(struct simplex *simplex, struct order *order, uint64_t *parent_time_ns)
{
    view_nr view = simplex->current;
    if (simplex_commander(simplex, view) != simplex->settings.self ||
        view - simplex->base.view > VIEW_WINDOW) {
        return false;
    }
    const struct simplex_view *slot = simplex_find(simplex, view);
    if (slot != NULL && (slot->sent[VOTE_NOTARIZE] || slot->sent[VOTE_NULLIFY])) {
        return false;
    }
    view_nr parent = simplex->notarized_highest;
    *order = (struct order){.view = view, .parent_view = parent};
    if (parent <= simplex->base.view) {
        order->parent_view = simplex->base.view;
        order->parent = simplex->base.digest;
        order->height = simplex->base.height + 1;
        *parent_time_ns = simplex->base.time_ns;
    } else {
        const struct simplex_view *held = simplex_find(simplex, parent);
        if (held == NULL || held->order == NULL ||
            !simplex_is_notarized(simplex, parent, &held->order->digest)) {
            return false; /* its bytes are still being fetched */
        }
        order->parent = held->order->digest;
        order->height = held->order->order.height + 1;
        *parent_time_ns = held->order->order.time_ns;
    }
    struct simplex_lack lack;
    return simplex_check_parent(simplex, order, &lack) == PARENT_READY;
}

view_nr simplex_finalized(struct simplex *simplex)
{
    /* The lowest, because its chain is the shortest: to catch up, orders must not wait for all
     * those above them. */
    for (view_nr view = simplex->base.view + 1; view <= simplex->notarized_highest; view++) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        if (slot != NULL && slot->certified[VOTE_FINALIZE]) {
            return view;
        }
    }
    return 0;
}

void simplex_decided(struct simplex *simplex, const struct order *order,
                     const struct digest *digest)
{
    ASSERT(order->view > simplex->base.view && order->height == simplex->base.height + 1);
    if (simplex_certificate(simplex, VOTE_FINALIZE, order->view, &simplex->finalization)) {
        simplex->has_finalization = true;
    }
    simplex->failed_views = 0; /* rule 4: a finalization ends the back-off */
    struct simplex_base base = {
        .view = order->view, .height = order->height, .time_ns = order->time_ns, .digest = *digest};
    view_nr end = order->view - simplex->base.view > VIEW_WINDOW ? simplex->base.view + VIEW_WINDOW
                                                                 : order->view;
    for (view_nr view = simplex->base.view + 1; view <= end; view++) {
        simplex_forget(simplex, view); /* may be where `order` came from */
    }
    simplex->base = base;
    if (simplex->notarized_highest < base.view) {
        simplex->notarized_highest = base.view;
    }
    if (simplex->current <= base.view) {
        simplex->current = base.view + 1;
        simplex->entered_at_ns = simplex->now_ns;
    }
}

void simplex_dump(struct simplex *simplex)
{
    struct effects *effects = &simplex->settings.effects;
    struct effect effect = {.kind = EFFECT_PERSIST_CERTIFICATE};
    if (simplex->has_finalization) {
        effect.certificate = &simplex->finalization;
        effects->emit(effects->context, &effect);
    }
    for (view_nr i = 1; i <= VIEW_WINDOW; i++) {
        struct simplex_view *slot = simplex_find(simplex, simplex->base.view + i);
        if (slot == NULL) {
            continue;
        }
        if (slot->order != NULL && slot->order->is_signed) {
            simplex_persist_order(simplex, slot->order);
        }
        for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
            const struct vote_box *box = &slot->boxes[kind];
            replica_id self = simplex->settings.self;
            if (slot->sent[kind]) {
                struct vote vote = {.kind = kind,
                                    .voter = self,
                                    .view = slot->view,
                                    .digest = box->digest[self],
                                    .signature = box->signature[self]};
                struct effect own = {.kind = EFFECT_PERSIST_VOTE, .vote = &vote};
                effects->emit(effects->context, &own);
            }
            struct certificate certificate;
            if (simplex_certificate(simplex, kind, slot->view, &certificate)) {
                effect.certificate = &certificate;
                effects->emit(effects->context, &effect);
            }
        }
    }
}

void simplex_check(struct simplex *simplex, bool deep)
{
    ASSERT(simplex->current > simplex->base.view);
    ASSERT(simplex->notarized_highest >= simplex->base.view);
    if (!deep) {
        return;
    }
    pool_check(&simplex->orders);
    size_t slot_count = 0;
    for (const struct simplex_view *slot = simplex->unused; slot != NULL;
         slot = slot->next_unused) {
        ASSERT(slot_count < simplex->begun_count); /* none twice */
        slot_count++;
    }
    for (size_t i = 0; i < VIEW_WINDOW; i++) {
        const struct simplex_view *slot = simplex->views[i];
        if (slot == NULL) {
            continue;
        }
        slot_count++;
        ASSERT(simplex_is_in_window(simplex, slot->view) && slot->view % VIEW_WINDOW == i);
        ASSERT(slot->view <= simplex->highest_seen);
        ASSERT(!(slot->sent[VOTE_NULLIFY] && slot->sent[VOTE_FINALIZE]));
        ASSERT(!is_exit(slot) || slot->view < simplex->current || simplex->is_unsettled);
        for (int kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
            bool has_own = (slot->boxes[kind].voters >> simplex->settings.self & 1) != 0;
            ASSERT(!slot->sent[kind] || has_own);
        }
    }
    ASSERT(slot_count == simplex->begun_count);
}
