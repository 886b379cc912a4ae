/* scope.c - see scope.h. */
#include "explore/scope.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdio.h>

#define BOOK_SEED          1u
#define TRAITOR_VARIANTS   2u
#define FIRST_ORDER_LETTER 'a'

static void add_order(struct scope *scope, unsigned view, order_number parent, unsigned variant,
                      unsigned index)
{
    ASSERT(scope->order_count <= SCOPE_ORDERS_MAX);
    const struct scope_order *below = &scope->orders[parent];
    struct scope_order *made = &scope->orders[scope->order_count++];
    made->parent = parent;
    made->order = (struct order){.view = view,
                                 .parent_view = below->order.view,
                                 .parent = below->digest,
                                 .height = below->order.height + 1,
                                 .time_ns = below->order.time_ns + 1 + variant};
    order_digest(&made->order, &made->digest);
    made->name[0] = (char)('0' + view);
    made->name[1] = (char)(FIRST_ORDER_LETTER + index);
}

static void add_orders(struct scope *scope, unsigned view)
{
    order_number parents = scope->order_count; /* of earlier views */
    unsigned variants = scope_commander(view) == scope->traitor ? TRAITOR_VARIANTS : 1;
    unsigned index = 0;
    for (order_number parent = 0; parent < parents; parent++) {
        for (unsigned variant = 0; variant < variants; variant++) {
            add_order(scope, view, parent, variant, index++);
        }
    }
}

static bool commands_any(const struct scope *scope, replica_id replica)
{
    for (unsigned view = 1; view <= scope->views; view++) {
        if (scope_commander(view) == replica) {
            return true;
        }
    }
    return false;
}

/* Commanders first, so that twins, if there are any, sit in the last two seats. */
static void seat_loyal(struct scope *scope)
{
    unsigned seat = 0;
    unsigned idle = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
            if (i != scope->traitor && commands_any(scope, i) == (pass == 0)) {
                scope->loyal[seat++] = i;
                idle += pass;
            }
        }
    }
    ASSERT(seat == SCOPE_SEATS);
    scope->has_twins = idle >= 2;
}

/* Simplex's promise: a finalization of (v,d) excludes a nullification of v, and every other order
 * notarized in v or later has d in its chain. */
static fact_set find_excluded(const struct scope *scope, order_number finalized)
{
    fact_set excluded = 0;
    unsigned view = (unsigned)scope->orders[finalized].order.view;
    for (unsigned i = 0; i < scope->fact_count; i++) {
        struct fact fact = scope_fact_of(scope, i);
        bool is_excluded = fact.kind == VOTE_NULLIFY
                               ? fact.view == view
                               : !scope_is_on_chain(scope, finalized, fact.order);
        /* An order of an earlier view may have been notarized beside the chain: nobody built on
         * it. Finalized it may not have been. */
        bool is_earlier = fact.view < view && fact.kind == VOTE_NOTARIZE;
        if (is_excluded && !is_earlier) {
            excluded |= UINT64_C(1) << i;
        }
    }
    return excluded;
}

static fact_set find_foundation(const struct scope *scope, order_number order)
{
    const struct scope_order *made = &scope->orders[order];
    fact_set foundation = 0;
    if (made->parent != 0) {
        foundation |= UINT64_C(1) << scope_fact(scope, VOTE_NOTARIZE, made->parent);
    }
    for (view_nr view = made->order.parent_view + 1; view < made->order.view; view++) {
        foundation |= UINT64_C(1) << scope_fact(scope, VOTE_NULLIFY, (unsigned)view);
    }
    return foundation;
}

static void sign_all(struct scope *scope)
{
    for (unsigned fact = 0; fact < scope->fact_count; fact++) {
        struct vote vote;
        struct digest message;
        for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
            scope_vote(scope, fact, i, &vote);
            vote_sign_digest(&scope->genesis, vote.kind, vote.view, &vote.digest, &message);
            struct authority authority = ideal_authority(&scope->signers[i]);
            authority.sign(authority.context, &message, &scope->signatures[fact][i]);
        }
    }
}

void scope_init(struct scope *scope, unsigned views, replica_id traitor)
{
    ASSERT(views >= 1 && views <= SCOPE_VIEWS_MAX && traitor < SCOPE_REPLICAS);
    memset(scope, 0, sizeof *scope);
    scope->views = views;
    scope->traitor = traitor;
    seat_loyal(scope);
    ideal_init(&scope->book, BOOK_SEED);
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        scope->keys[i] = ideal_key(&scope->book, i);
        scope->signers[i] = (struct ideal_signer){.book = &scope->book, .key = scope->keys[i]};
    }
    scope->genesis.bytes[0] = 1;
    scope->orders[0].digest = scope->genesis;
    scope->order_count = 1;
    for (unsigned view = 1; view <= views; view++) {
        add_orders(scope, view);
    }
    scope->fact_count = 2 * (scope->order_count - 1u) + views;
    for (order_number order = 1; order < scope->order_count; order++) {
        unsigned view = (unsigned)scope->orders[order].order.view;
        unsigned notarize_fact = scope_fact(scope, VOTE_NOTARIZE, order);
        fact_set notarize = UINT64_C(1) << notarize_fact;
        unsigned finalize = scope_fact(scope, VOTE_FINALIZE, order);
        scope->notarize_of_view[view] |= notarize;
        scope->proposed_by[scope_commander(view)] |= notarize;
        scope->finalizations |= UINT64_C(1) << finalize;
        scope->founded_on[notarize_fact] = find_foundation(scope, order);
        scope->founded_on[finalize] = notarize;
        scope->excluded[finalize] = find_excluded(scope, order);
    }
    sign_all(scope);
}

unsigned scope_fact(const struct scope *scope, enum vote_kind kind, unsigned order_or_view)
{
    ASSERT(order_or_view >= 1);
    unsigned orders = scope->order_count - 1u;
    unsigned first = kind == VOTE_NOTARIZE ? 0 : kind == VOTE_FINALIZE ? orders : 2 * orders;
    return first + order_or_view - 1;
}

struct fact scope_fact_of(const struct scope *scope, unsigned fact)
{
    ASSERT(fact < scope->fact_count);
    unsigned orders = scope->order_count - 1u;
    ASSERT(orders >= 1);
    if (fact >= 2 * orders) {
        return (struct fact){.kind = VOTE_NULLIFY, .view = fact - 2 * orders + 1};
    }
    struct fact made = {.kind = fact < orders ? VOTE_NOTARIZE : VOTE_FINALIZE,
                        .order = (order_number)(fact % orders + 1)};
    made.view = (unsigned)scope->orders[made.order].order.view;
    return made;
}

order_number scope_find_order(const struct scope *scope, const struct digest *digest)
{
    order_number order = 0;
    while (!digest_is_equal(&scope->orders[order].digest, digest)) {
        order++;
        ASSERT(order < scope->order_count);
    }
    return order;
}

static bool is_ancestor(const struct scope *scope, order_number old, order_number young)
{
    while (young > old) { /* a parent has a lower number */
        young = scope->orders[young].parent;
    }
    return young == old;
}

bool scope_is_on_chain(const struct scope *scope, order_number a, order_number b)
{
    return is_ancestor(scope, a, b) || is_ancestor(scope, b, a);
}

void scope_vote(const struct scope *scope, unsigned fact, replica_id voter, struct vote *vote)
{
    struct fact what = scope_fact_of(scope, fact);
    *vote = (struct vote){.kind = what.kind,
                          .voter = voter,
                          .view = what.view,
                          .signature = scope->signatures[fact][voter]};
    if (what.kind != VOTE_NULLIFY) {
        vote->digest = scope->orders[what.order].digest;
    }
}

void scope_certificate(const struct scope *scope, unsigned fact, uint32_t voters,
                       struct certificate *certificate)
{
    struct fact what = scope_fact_of(scope, fact);
    certificate->kind = what.kind;
    certificate->view = what.view;
    memset(&certificate->digest, 0, sizeof certificate->digest);
    if (what.kind != VOTE_NULLIFY) {
        certificate->digest = scope->orders[what.order].digest;
    }
    certificate->count = 0;
    for (replica_id i = 0; i < SCOPE_REPLICAS && certificate->count < SCOPE_QUORUM; i++) {
        if ((voters >> i & 1) != 0) {
            certificate->signatures[certificate->count++] =
                (struct certificate_signature){.voter = i, .signature = scope->signatures[fact][i]};
        }
    }
    ASSERT(certificate->count > 0);
    for (; certificate->count < SCOPE_QUORUM; certificate->count++) {
        certificate->signatures[certificate->count] =
            certificate->signatures[certificate->count - 1];
    }
}

const char *scope_fact_text(const struct scope *scope, unsigned fact,
                            char text[SCOPE_FACT_TEXT_BYTES])
{
    static const char *const names[VOTE_KIND_COUNT] = {
        [VOTE_NOTARIZE] = "Notarize", [VOTE_NULLIFY] = "Nullify", [VOTE_FINALIZE] = "Finalize"};
    struct fact what = scope_fact_of(scope, fact);
    if (what.kind == VOTE_NULLIFY) {
        (void)snprintf(text, SCOPE_FACT_TEXT_BYTES, "%s(%u)", names[what.kind], what.view);
    } else {
        (void)snprintf(text, SCOPE_FACT_TEXT_BYTES, "%s(%s)", names[what.kind],
                       scope->orders[what.order].name);
    }
    return text;
}
