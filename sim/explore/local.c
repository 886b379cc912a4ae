/* local.c - see local.h. */
#include "explore/local.h"

#include "base/assert.h"

_Static_assert(sizeof(struct local) == 88, "a local state has no padding");

const char *breach_text(enum breach breach)
{
    switch (breach) {
    case BREACH_NONE:
        return "nothing";
    case BREACH_TWO_NOTARIZE:
        return "a loyal replica notarizes two orders of one view";
    case BREACH_NOTARIZE_AFTER_NULLIFY:
        return "a loyal replica notarizes an order of a view that it nullified";
    case BREACH_NULLIFY_AND_FINALIZE:
        return "a loyal replica nullifies and finalizes one view";
    case BREACH_TURN_WITHOUT_END:
        return "a loyal replica draws conclusions without end";
    case BREACH_DECIDED:
        return "two loyal replicas decide orders that are not on one chain";
    case BREACH_UNPROPOSED:
        return "a loyal replica notarizes an order that its loyal commander never gave";
    case BREACH_UNFOUNDED:
        return "a loyal replica votes for an order though nobody can hold the certificates for it";
    case BREACH_CERTIFICATES:
        return "a finalization can exist, and a certificate that it excludes";
    case BREACH_STUCK:
        return "with the traitor silent, no later view is finalized";
    }
    return "";
}

static uint32_t bit_of(replica_id replica)
{
    return UINT32_C(1) << replica;
}

/* A vote names its order; Nullify names none, and is 1. */
static order_number number_of(const struct scope *scope, enum vote_kind kind,
                              const struct digest *digest)
{
    return kind == VOTE_NULLIFY ? 1 : scope_find_order(scope, digest);
}

static void view_from(struct local_view *view, const struct scope *scope,
                      const struct simplex *simplex, const struct simplex_view *slot, bool is_exact)
{
    for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
        const struct vote_box *box = &slot->boxes[kind];
        if (slot->certified[kind]) {
            view->certified[kind] = number_of(scope, kind, &slot->certified_digest[kind]);
        }
        view->sent |= (uint8_t)(slot->sent[kind] ? 1U << kind : 0);
        for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
            bool is_kept = is_exact || !slot->certified[kind] || i == simplex->settings.self;
            if (is_kept && (box->voters & bit_of(i)) != 0) {
                view->votes[kind][i] = number_of(scope, kind, &box->digest[i]);
            }
        }
    }
    if (slot->order != NULL) {
        bool is_certified = slot->certified[VOTE_NOTARIZE] || slot->certified[VOTE_FINALIZE];
        bool is_signed = slot->order->is_signed || (is_certified && !is_exact);
        view->order = scope_find_order(scope, &slot->order->digest);
        view->flags |= is_signed ? LOCAL_SIGNED : 0;
    }
    view->flags |= slot->is_refused && slot->view == simplex->current ? LOCAL_REFUSED : 0;
}

void local_from(struct local *local, const struct scope *scope, struct simplex *simplex,
                bool is_exact)
{
    memset(local, 0, sizeof *local);
    local->current = (uint8_t)simplex->current;
    local->notarized_highest = (uint8_t)simplex->notarized_highest;
    local->base = scope_find_order(scope, &simplex->base.digest);
    if (simplex->has_finalization) {
        local->finalization = scope_find_order(scope, &simplex->finalization.digest);
    }
    for (view_nr view = simplex->base.view + 1; view <= scope->views; view++) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        if (slot != NULL) {
            view_from(&local->views[view - 1], scope, simplex, slot, is_exact);
        }
    }
}

void local_clear(struct simplex *simplex)
{
    for (view_nr view = 1; view <= simplex->highest_seen; view++) {
        simplex_forget(simplex, view);
    }
    simplex->highest_seen = 0;
    simplex->has_finalization = false;
    simplex->is_restoring = false;
    simplex->is_unsettled = false;
    simplex->now_ns = 0;
    simplex->entered_at_ns = 0;
    simplex->is_awake = true;
    simplex->awake_since_ns = 0;
    simplex->active_ns = 0;
    simplex->is_heard = 0;
    simplex->failed_views = 0;
    simplex->rebroadcast_at_ns = simplex->settings.delta_ns;
    memset(simplex->helped_at_ns, 0, sizeof simplex->helped_at_ns);
}

static void restore_box(const struct local_view *view, const struct scope *scope, unsigned number,
                        enum vote_kind kind, replica_id self, struct vote_box *box)
{
    order_number votes[SCOPE_REPLICAS];
    size_t support = 0;
    memcpy(votes, view->votes[kind], sizeof votes);
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        support += votes[i] == view->certified[kind] ? 1 : 0;
    }
    box->voters = 0;
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        if (view->certified[kind] != 0 && support < SCOPE_QUORUM && i != self) {
            votes[i] = view->certified[kind]; /* as if all others had voted so */
        }
        if (votes[i] != 0) {
            unsigned fact = scope_fact(scope, kind, kind == VOTE_NULLIFY ? number : votes[i]);
            struct vote vote;
            scope_vote(scope, fact, i, &vote);
            box->voters |= bit_of(i);
            box->digest[i] = vote.digest;
            box->signature[i] = vote.signature;
        }
    }
}

static void restore_order(const struct local_view *view, const struct scope *scope,
                          struct simplex *simplex, struct simplex_view *slot)
{
    const struct scope_order *held = &scope->orders[view->order];
    struct stored_order *stored = pool_take(&simplex->orders, sizeof *stored);
    ASSERT(stored != NULL);
    stored->order = held->order;
    stored->order.tips = stored->tips;
    stored->digest = held->digest;
    stored->is_signed = (view->flags & LOCAL_SIGNED) != 0;
    stored->signature = scope->signatures[scope_fact(scope, VOTE_NOTARIZE, view->order)]
                                         [scope_commander((unsigned)held->order.view)];
    slot->order = stored;
}

static void restore_view(const struct local_view *view, const struct scope *scope, unsigned number,
                         struct simplex *simplex)
{
    static const struct local_view nothing;
    if (memcmp(view, &nothing, sizeof nothing) == 0) {
        return;
    }
    struct simplex_view *slot = simplex_slot(simplex, number);
    for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
        slot->certified[kind] = view->certified[kind] != 0;
        slot->sent[kind] = (view->sent >> kind & 1) != 0;
        memset(&slot->certified_digest[kind], 0, sizeof slot->certified_digest[kind]);
        if (slot->certified[kind] && kind != VOTE_NULLIFY) {
            slot->certified_digest[kind] = scope->orders[view->certified[kind]].digest;
        }
        restore_box(view, scope, number, kind, simplex->settings.self, &slot->boxes[kind]);
    }
    slot->is_in_time = true;
    slot->is_fetching = false;
    slot->is_skipped = false;
    slot->is_refused = (view->flags & LOCAL_REFUSED) != 0;
    if (view->order != 0) {
        restore_order(view, scope, simplex, slot);
    }
}

void local_restore(const struct local *local, const struct scope *scope, struct simplex *simplex)
{
    const struct scope_order *base = &scope->orders[local->base];
    local_clear(simplex);
    simplex->base = (struct simplex_base){.view = base->order.view,
                                          .height = base->order.height,
                                          .time_ns = base->order.time_ns,
                                          .digest = base->digest};
    simplex->current = local->current;
    simplex->notarized_highest = local->notarized_highest;
    simplex->has_finalization = local->finalization != 0;
    if (simplex->has_finalization) {
        scope_certificate(scope, scope_fact(scope, VOTE_FINALIZE, local->finalization), UINT32_MAX,
                          &simplex->finalization);
    }
    for (unsigned number = 1; number <= scope->views; number++) {
        restore_view(&local->views[number - 1], scope, number, simplex);
    }
}

void local_abstract(const struct local *local, struct local *abstract)
{
    *abstract = *local;
    for (unsigned i = 0; i < SCOPE_VIEWS_MAX; i++) {
        struct local_view *view = &abstract->views[i];
        memset(view->votes, 0, sizeof view->votes);
        if (view->certified[VOTE_NOTARIZE] != 0 || view->certified[VOTE_FINALIZE] != 0) {
            view->flags |= view->order != 0 ? LOCAL_SIGNED : 0;
        }
    }
}

void local_exchange(struct local *local, replica_id one, replica_id two)
{
    for (unsigned i = 0; i < SCOPE_VIEWS_MAX; i++) {
        for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
            order_number *votes = local->views[i].votes[kind];
            order_number kept = votes[one];
            votes[one] = votes[two];
            votes[two] = kept;
        }
    }
}
