/* locals.c - see locals.h. */
#include "explore/locals.h"

#include "explore/visited.h"

#include <stdlib.h>

#define CAPACITY_FIRST 1024u

enum { COMPANY_FIRST = 1, COMPANY_SECOND = 2, PROPOSALS = LOCAL_COMPANIES };

static uint64_t hash(const struct local *local)
{
    uint64_t words[sizeof *local / 8];
    uint64_t sum = 0;
    memcpy(words, local, sizeof words);
    for (size_t i = 0; i < sizeof *local / 8; i++) {
        sum = visited_mix(sum + words[i] + i);
    }
    return sum;
}

/* Doubles an array; the new half is zeros. */
static bool enlarge(void *array_of_pointer, size_t count, size_t wanted, size_t size)
{
    void **array = array_of_pointer;
    uint8_t *grown = reallocarray(*array, wanted, size);
    if (grown == NULL) {
        return false;
    }
    memset(grown + count * size, 0, (wanted - count) * size);
    *array = grown;
    return true;
}

static uint32_t probe(const struct locals *locals, const struct local *local)
{
    uint32_t at = (uint32_t)hash(local) & (locals->index_size - 1);
    while (locals->index[at] != 0 &&
           memcmp(&locals->items[locals->index[at] - 1], local, sizeof *local) != 0) {
        at = (at + 1) & (locals->index_size - 1);
    }
    return at;
}

static enum error grow(struct locals *locals)
{
    uint32_t wanted = locals->capacity == 0 ? CAPACITY_FIRST : 2 * locals->capacity;
    if (wanted > LOCALS_MAX) {
        return ERROR_LIMIT;
    }
    size_t count = locals->capacity;
    if (!enlarge(&locals->items, count, wanted, sizeof *locals->items) ||
        !enlarge(&locals->tried, count, wanted, sizeof *locals->tried) ||
        !enlarge(&locals->first_move, count, wanted, sizeof *locals->first_move) ||
        !enlarge(&locals->is_begun, count, wanted, sizeof *locals->is_begun)) {
        return ERROR_MEMORY;
    }
    free(locals->index);
    locals->index = calloc(2 * (size_t)wanted, sizeof *locals->index);
    if (locals->index == NULL) {
        return ERROR_MEMORY;
    }
    locals->index_size = 2 * wanted;
    locals->capacity = wanted;
    for (uint32_t i = 0; i < locals->count; i++) {
        locals->index[probe(locals, &locals->items[i])] = i + 1;
    }
    return OK;
}

static enum error find(struct locals *locals, const struct local *local, uint32_t *number)
{
    if (locals->count == locals->capacity) {
        TRY(grow(locals));
    }
    uint32_t at = probe(locals, local);
    if (locals->index[at] == 0) {
        locals->items[locals->count] = *local;
        locals->first_move[locals->count] = NO_MOVE;
        locals->index[at] = ++locals->count;
    }
    *number = locals->index[at] - 1;
    return OK;
}

enum error locals_init(struct locals *locals, const struct scope *scope, unsigned seat,
                       bool has_restarts, bool is_exact)
{
    *locals = (struct locals){.scope = scope, .seat = seat, .has_restarts = has_restarts};
    for (unsigned i = 0, other = 0; i < SCOPE_SEATS; i++) {
        if (i != seat) {
            locals->others[other++] = scope->loyal[i];
        }
    }
    TRY(bench_init(&locals->bench, scope, scope->loyal[seat], is_exact));
    struct local first;
    uint32_t number;
    bench_first(&locals->bench, &first);
    enum error error = find(locals, &first, &number);
    if (error != OK) {
        locals_fini(locals);
    }
    return error;
}

void locals_fini(struct locals *locals)
{
    bench_fini(&locals->bench);
    free(locals->items);
    free(locals->tried);
    free(locals->first_move);
    free(locals->is_begun);
    free(locals->index);
    free(locals->moves);
    locals->items = NULL;
    locals->tried = NULL;
    locals->first_move = NULL;
    locals->is_begun = NULL;
    locals->index = NULL;
    locals->moves = NULL;
}

/* Votes below a quorum decide nothing (explore.h): who gets them without effect waits for more. */
static bool is_visible(const struct locals *locals, uint32_t from, const struct move *move,
                       const struct local *next)
{
    const struct local *before = &locals->items[from];
    struct local then;
    struct local now;
    if (locals->bench.is_exact || move->event.kind == EVENT_RESTART) {
        return memcmp(before, next, sizeof *next) != 0;
    }
    local_abstract(before, &then);
    local_abstract(next, &now);
    return memcmp(&then, &now, sizeof now) != 0;
}

/* Is there a move to the same state that needs no more? */
static bool is_covered(const struct locals *locals, uint32_t from, const struct move *move)
{
    for (uint32_t i = locals->first_move[from]; i != NO_MOVE; i = locals->moves[i].next) {
        const struct move *other = &locals->moves[i];
        if (other->to == move->to && (other->needs[0] & ~move->needs[0]) == 0 &&
            (other->needs[1] & ~move->needs[1]) == 0 &&
            (other->needs_any & ~move->needs_any) == 0) {
            return true;
        }
    }
    return false;
}

static enum error try_move(struct locals *locals, uint32_t from, struct move *move)
{
    struct local before = locals->items[from];
    struct local next;
    bench_try(&locals->bench, &before, &move->event, &next);
    if (!is_visible(locals, from, move, &next)) {
        return OK;
    }
    TRY(find(locals, &next, &move->to));
    if (is_covered(locals, from, move)) {
        return OK;
    }
    if (locals->move_count == locals->move_capacity) {
        uint32_t wanted = locals->move_capacity == 0 ? CAPACITY_FIRST : 2 * locals->move_capacity;
        if (!enlarge(&locals->moves, locals->move_capacity, wanted, sizeof *locals->moves)) {
            return ERROR_MEMORY;
        }
        locals->move_capacity = wanted;
    }
    move->next = locals->first_move[from];
    locals->moves[locals->move_count] = *move;
    locals->first_move[from] = locals->move_count++;
    return OK;
}

static enum error try_alone(struct locals *locals, uint32_t from, enum event_kind kind,
                            unsigned fact)
{
    struct move move = {.event = {.kind = (uint8_t)kind, .fact = (uint8_t)fact}};
    return try_move(locals, from, &move);
}

/* What a replica can do by itself. */
static enum error begin(struct locals *locals, uint32_t from)
{
    locals->is_begun[from] = true;
    TRY(try_alone(locals, from, EVENT_TIMEOUT, 0));
    TRY(try_alone(locals, from, EVENT_PROPOSE, 0));
    return locals->has_restarts ? try_alone(locals, from, EVENT_RESTART, 0) : OK;
}

/* Block sync: a peer, and be it the traitor, has the bytes of any order; whoever knows that
 * something is final and cannot decide it asks. */
static enum error try_blocks(struct locals *locals, uint32_t from)
{
    const struct local *local = &locals->items[from];
    bool is_behind = false;
    for (unsigned view = 0; view < locals->scope->views; view++) {
        is_behind = is_behind || local->views[view].certified[VOTE_FINALIZE] != 0;
    }
    for (order_number order = 1; is_behind && order < locals->scope->order_count; order++) {
        TRY(try_alone(locals, from, EVENT_BLOCK, scope_fact(locals->scope, VOTE_NOTARIZE, order)));
    }
    return OK;
}

/* The votes for a fact of the traitor and of a company of the others: one by one, and as a
 * certificate. */
static enum error try_votes(struct locals *locals, uint32_t from, unsigned fact, unsigned company)
{
    struct fact what = scope_fact_of(locals->scope, fact);
    uint32_t company_bits = UINT32_C(1) << locals->scope->traitor;
    uint32_t voting = company_bits;
    struct move move = {.event = {.kind = EVENT_VOTES, .fact = (uint8_t)fact}};
    for (unsigned i = 0; i < 2; i++) {
        if ((company >> i & 1) != 0) {
            move.needs[i] = UINT64_C(1) << fact;
            company_bits |= UINT32_C(1) << locals->others[i];
            /* A loyal commander's Notarize comes with his proposal, never alone. */
            bool is_proposal =
                what.kind == VOTE_NOTARIZE && scope_commander(what.view) == locals->others[i];
            voting |= is_proposal ? 0 : UINT32_C(1) << locals->others[i];
        }
    }
    struct move certificate = move;
    certificate.event.kind = EVENT_CERTIFICATE;
    certificate.event.from = (uint8_t)company_bits;
    move.event.from = (uint8_t)voting;
    if (!locals->bench.is_exact) {
        TRY(try_move(locals, from, &move));
    } else if (company != (COMPANY_FIRST | COMPANY_SECOND)) { /* one vote at a time */
        uint32_t traitor = UINT32_C(1) << locals->scope->traitor;
        move.event.from = (uint8_t)(company == 0 ? traitor : voting & ~traitor);
        TRY(try_move(locals, from, &move));
    }
    TRY(try_move(locals, from, &certificate));
    return company == 0 ? try_alone(locals, from, EVENT_FORGERY, fact) : OK;
}

enum error locals_extend(struct locals *locals, uint32_t number, fact_set first, fact_set second)
{
    const struct scope *scope = locals->scope;
    fact_set all = (UINT64_C(1) << scope->fact_count) - 1;
    fact_set said[LOCAL_COMPANIES] = {all, first, second, first & second};
    if (!locals->is_begun[number]) {
        TRY(begin(locals, number));
        TRY(try_blocks(locals, number));
    }
    for (unsigned company = 0; company < LOCAL_COMPANIES; company++) {
        fact_set fresh = said[company] & ~locals->tried[number][company];
        locals->tried[number][company] |= fresh;
        for (; fresh != 0; fresh &= fresh - 1) {
            TRY(try_votes(locals, number, (unsigned)__builtin_ctzll(fresh), company));
        }
    }
    /* Proposals are passed on by anyone. */
    fact_set proposed = 0;
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        proposed |= scope->proposed_by[i] & (i == scope->traitor ? all : first | second);
    }
    fact_set fresh = proposed & ~locals->tried[number][PROPOSALS];
    locals->tried[number][PROPOSALS] |= fresh;
    for (; fresh != 0; fresh &= fresh - 1) {
        unsigned fact = (unsigned)__builtin_ctzll(fresh);
        struct move move = {.event = {.kind = EVENT_PROPOSAL, .fact = (uint8_t)fact}};
        bool is_free = (scope->proposed_by[scope->traitor] >> fact & 1) != 0;
        move.needs_any = is_free ? 0 : UINT64_C(1) << fact;
        TRY(try_move(locals, number, &move));
    }
    return OK;
}
