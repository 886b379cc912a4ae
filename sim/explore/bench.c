/* bench.c - see bench.h. */
#include "explore/bench.h"

#include "base/assert.h"

#include <stdlib.h>

#define DELTA_NS   100u
/* Longer than all of rule 4's limits together. */
#define LONG_NS    (UINT64_C(10) * DELTA_NS)
/* More rounds than a turn can need: each enters a view, decides, or votes. */
#define ROUNDS_MAX 64u

static void note_said(struct bench *bench, enum vote_kind kind, const struct vote *vote)
{
    const struct scope *scope = bench->scope;
    unsigned view = (unsigned)vote->view;
    unsigned number = kind == VOTE_NULLIFY ? view : scope_find_order(scope, &vote->digest);
    unsigned fact = scope_fact(scope, kind, number);
    fact_set bit = UINT64_C(1) << fact;
    if ((bench->said & bit) != 0) {
        return; /* repeated */
    }
    bool has_nullified = (bench->said >> scope_fact(scope, VOTE_NULLIFY, view) & 1) != 0;
    fact_set finalized = scope->notarize_of_view[view] << (scope->order_count - 1);
    if (kind == VOTE_NOTARIZE && (bench->said & scope->notarize_of_view[view]) != 0) {
        bench->breach = BREACH_TWO_NOTARIZE;
    } else if (kind == VOTE_NOTARIZE && has_nullified) {
        bench->breach = BREACH_NOTARIZE_AFTER_NULLIFY;
    } else if ((kind == VOTE_FINALIZE && has_nullified) ||
               (kind == VOTE_NULLIFY && (bench->said & finalized) != 0)) {
        bench->breach = BREACH_NULLIFY_AND_FINALIZE;
    }
    bench->said |= bit;
}

static void emit(void *context, const struct effect *effect)
{
    struct bench *bench = context;
    if (effect->kind == EFFECT_PERSIST_VOTE && effect->vote->view <= bench->scope->views) {
        note_said(bench, effect->vote->kind, effect->vote);
    }
    if (bench->watch != NULL) {
        bench->watch(bench->context, effect);
    }
}

/* A fresh core whose log ends at `base`. */
static void init_simplex(struct bench *bench, order_number base)
{
    const struct scope_order *from = &bench->scope->orders[base];
    struct simplex_settings settings = {.replica_count = SCOPE_REPLICAS,
                                        .fault_count = SCOPE_FAULTS,
                                        .self = bench->self,
                                        .genesis = bench->scope->genesis,
                                        .delta_ns = DELTA_NS,
                                        .replica_keys = bench->scope->keys,
                                        .authority = ideal_authority(&bench->signer),
                                        .effects = {.context = bench, .emit = emit}};
    struct simplex_base at = {.view = from->order.view,
                              .height = from->order.height,
                              .time_ns = from->order.time_ns,
                              .digest = from->digest};
    simplex_init(bench->simplex, &settings, &at, bench->pool_memory);
}

enum error bench_init(struct bench *bench, const struct scope *scope, replica_id self,
                      bool is_exact)
{
    *bench = (struct bench){.scope = scope, .self = self, .is_exact = is_exact};
    bench->signer = scope->signers[self];
    bench->simplex = calloc(1, sizeof *bench->simplex);
    bench->pool_memory = calloc(1, simplex_pool_memory());
    if (bench->simplex == NULL || bench->pool_memory == NULL) {
        bench_fini(bench);
        return ERROR_MEMORY;
    }
    init_simplex(bench, 0);
    return OK;
}

void bench_fini(struct bench *bench)
{
    free(bench->simplex);
    free(bench->pool_memory);
    bench->simplex = NULL;
    bench->pool_memory = NULL;
}

void bench_first(struct bench *bench, struct local *local)
{
    simplex_start(bench->simplex, 0);
    local_from(local, bench->scope, bench->simplex, bench->is_exact);
}

void bench_load(struct bench *bench, const struct local *local)
{
    local_restore(local, bench->scope, bench->simplex);
    bench->said = local->said;
    bench->breach = (enum breach)local->breach;
}

/* Simplex, rule 6. */
static bool decide(struct bench *bench)
{
    bool has_decided = false;
    for (;;) {
        struct simplex *simplex = bench->simplex;
        const struct stored_order *stored =
            simplex_next_decided(simplex, &bench->is_lacking, &bench->lack);
        if (stored == NULL) {
            return has_decided;
        }
        struct order order = stored->order; /* its memory goes with the decision */
        struct digest digest = stored->digest;
        simplex_decided(simplex, &order, &digest);
        if (bench->decided != NULL) {
            bench->decided(bench->context, &order, &digest);
        }
        has_decided = true;
    }
}

/* Simplex, rule 3, as the replica does it with content that is valid and held. */
static bool vote_on_candidate(struct bench *bench)
{
    struct simplex *simplex = bench->simplex;
    const struct stored_order *stored = simplex_candidate(simplex);
    if (stored == NULL) {
        return false;
    }
    const struct order *order = &stored->order;
    bench->parent = simplex_check_parent(simplex, order, &bench->parent_lack);
    if (bench->parent == PARENT_INVALID) {
        simplex_refuse_candidate(simplex);
        return false;
    }
    if (bench->parent != PARENT_READY) {
        simplex_wait_for_candidate(simplex);
        return false;
    }
    simplex_notarize_candidate(simplex);
    return true;
}

bool bench_turn(struct bench *bench)
{
    bool has_changed = true;
    bench->parent = PARENT_READY;
    for (unsigned round = 0; has_changed; round++) {
        if (round == ROUNDS_MAX) {
            return false;
        }
        has_changed = simplex_advance(bench->simplex);
        has_changed = decide(bench) || has_changed;
        has_changed = vote_on_candidate(bench) || has_changed;
    }
    return true;
}

bool bench_propose(struct bench *bench)
{
    struct order order;
    uint64_t parent_time_ns;
    if (!simplex_may_propose(bench->simplex, &order, &parent_time_ns)) {
        return false;
    }
    order.time_ns = parent_time_ns + 1;
    return simplex_propose(bench->simplex, &order);
}

static void give_votes(struct bench *bench, const struct event *event)
{
    struct vote vote;
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        if ((event->from >> i & 1) != 0) {
            scope_vote(bench->scope, event->fact, i, &vote);
            (void)simplex_on_vote(bench->simplex, &vote);
        }
    }
}

static void give_certificate(struct bench *bench, const struct event *event)
{
    struct certificate certificate;
    uint32_t voters = event->from;
    if ((bench->said >> event->fact & 1) != 0) {
        voters |= UINT32_C(1) << bench->self;
    }
    scope_certificate(bench->scope, event->fact, voters, &certificate);
    if (__builtin_popcount(voters) < (int)SCOPE_QUORUM) { /* once as short as it is */
        size_t count = certificate.count;
        certificate.count = (size_t)__builtin_popcount(voters);
        (void)simplex_on_certificate(bench->simplex, &certificate);
        certificate.count = count;
    }
    (void)simplex_on_certificate(bench->simplex, &certificate);
}

/* What is due for `fact` of everybody, but signed by the traitor alone. */
static void give_forgery(struct bench *bench, const struct event *event)
{
    const struct scope *scope = bench->scope;
    struct fact fact = scope_fact_of(scope, event->fact);
    const struct signature *signature = &scope->signatures[event->fact][scope->traitor];
    struct certificate certificate;
    struct vote vote;
    scope_certificate(scope, event->fact, ~(UINT32_C(1) << bench->self), &certificate);
    for (size_t i = 0; i < certificate.count; i++) {
        certificate.signatures[i].signature = *signature;
    }
    (void)simplex_on_certificate(bench->simplex, &certificate);
    if (fact.kind == VOTE_NOTARIZE && scope_commander(fact.view) != scope->traitor) {
        struct proposal proposal = {.order = scope->orders[fact.order].order,
                                    .signature = *signature};
        (void)simplex_on_proposal(bench->simplex, &proposal);
    }
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        if (i != bench->self && i != scope->traitor) {
            scope_vote(scope, event->fact, i, &vote);
            vote.signature = *signature;
            (void)simplex_on_vote(bench->simplex, &vote);
        }
    }
}

static void give_proposal(struct bench *bench, const struct event *event)
{
    const struct scope *scope = bench->scope;
    struct fact fact = scope_fact_of(scope, event->fact);
    struct proposal proposal = {.order = scope->orders[fact.order].order,
                                .signature =
                                    scope->signatures[event->fact][scope_commander(fact.view)]};
    (void)simplex_on_proposal(bench->simplex, &proposal);
}

/* A block without a certificate of its own, as block sync judges it (replica/sync.c). */
static void give_block(struct bench *bench, const struct event *event)
{
    const struct scope_order *block =
        &bench->scope->orders[scope_fact_of(bench->scope, event->fact).order];
    const struct simplex_base *base = &bench->simplex->base;
    bool is_beside = block->order.height == base->height + 1 &&
                     (block->order.parent_view != base->view ||
                      !digest_is_equal(&block->order.parent, &base->digest));
    if (block->order.view > base->view && !is_beside) {
        (void)simplex_on_block_order(bench->simplex, &block->order, &block->digest);
    }
}

/* Rule 4: all limits are passed. */
static void run_out(struct bench *bench)
{
    if (bench->simplex->current <= bench->scope->views) {
        simplex_set_time(bench->simplex, LONG_NS);
        simplex_on_time(bench->simplex, true);
    }
}

/* Own votes, and the orders voted for. */
static void restore_said(struct bench *bench, fact_set said)
{
    const struct scope *scope = bench->scope;
    struct vote vote;
    for (; said != 0; said &= said - 1) {
        unsigned number = (unsigned)__builtin_ctzll(said);
        struct fact fact = scope_fact_of(scope, number);
        if (fact.kind == VOTE_NOTARIZE) {
            struct proposal proposal = {.order = scope->orders[fact.order].order,
                                        .signature =
                                            scope->signatures[number][scope_commander(fact.view)]};
            simplex_restore_proposal(bench->simplex, &proposal);
        }
        scope_vote(scope, number, bench->self, &vote);
        simplex_restore_vote(bench->simplex, &vote);
    }
}

/* Signed by the others: a replica's own vote is in it only if it said so. */
static void restore_certificate(struct bench *bench, enum vote_kind kind, unsigned order_or_view)
{
    struct certificate certificate;
    unsigned fact = scope_fact(bench->scope, kind, order_or_view);
    scope_certificate(bench->scope, fact, ~(UINT32_C(1) << bench->self), &certificate);
    simplex_restore_certificate(bench->simplex, &certificate);
}

/* Gives back what the ledger holds: the decided log, own votes and the orders voted for, and the
 * certificates. */
static void restart(struct bench *bench, const struct local *local)
{
    local_clear(bench->simplex);
    init_simplex(bench, local->base);
    if (local->finalization != 0) {
        restore_certificate(bench, VOTE_FINALIZE, local->finalization);
    }
    restore_said(bench, local->said);
    for (unsigned view = 1; view <= bench->scope->views; view++) {
        for (enum vote_kind kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
            order_number number = local->views[view - 1].certified[kind];
            if (number != 0) {
                restore_certificate(bench, kind, kind == VOTE_NULLIFY ? view : number);
            }
        }
    }
    simplex_start(bench->simplex, 0);
}

static void give(struct bench *bench, const struct local *local, const struct event *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_VOTES:
        give_votes(bench, event);
        return;
    case EVENT_CERTIFICATE:
        give_certificate(bench, event);
        return;
    case EVENT_FORGERY:
        give_forgery(bench, event);
        return;
    case EVENT_PROPOSAL:
        give_proposal(bench, event);
        return;
    case EVENT_BLOCK:
        give_block(bench, event);
        return;
    case EVENT_TIMEOUT:
        run_out(bench);
        return;
    case EVENT_PROPOSE:
        if (bench->simplex->current <= bench->scope->views) {
            (void)bench_propose(bench);
        }
        return;
    case EVENT_RESTART:
        restart(bench, local);
        return;
    }
}

void bench_try(struct bench *bench, const struct local *local, const struct event *event,
               struct local *next)
{
    bench->calls++;
    bench_load(bench, local);
    give(bench, local, event);
    if (!bench_turn(bench)) {
        bench->breach = BREACH_TURN_WITHOUT_END;
    }
    simplex_check(bench->simplex, false);
    local_from(next, bench->scope, bench->simplex, bench->is_exact);
    next->said = bench->said;
    next->breach = (uint8_t)bench->breach;
}
