/* explore.c - see explore.h: breadth first, so that a breach is found by a shortest way. */
#include "explore/explore.h"

#include "base/assert.h"
#include "explore/locals.h"
#include "explore/settle.h"
#include "explore/visited.h"

#include <stdlib.h>

#define CAPACITY_FIRST 4096u
#define WATCH_STATES   65536u

/* The local states of the three seats, by number. */
struct state {
    uint32_t seats[SCOPE_SEATS];
};

struct explorer {
    const struct explore_settings *settings;
    struct explore_result *result;
    struct locals tables[SCOPE_SEATS];
    bool has_twins; /* seat 2 uses the table of seat 1 */
    bool is_beside[SCOPE_ORDERS_MAX + 1][SCOPE_ORDERS_MAX + 1];
    struct visited visited;
    uint64_t *keys; /* of all states, in the order of finding */
    uint32_t *parents;
    uint64_t count;
    uint64_t capacity;
    uint32_t *endings;
    uint64_t ending_capacity;
};

static struct locals *table_of(struct explorer *explorer, unsigned seat)
{
    return &explorer->tables[explorer->has_twins && seat == 2 ? 1 : seat];
}

static const struct local *local_of(struct explorer *explorer, const struct state *state,
                                    unsigned seat)
{
    return &table_of(explorer, seat)->items[state->seats[seat]];
}

/* The locals of a state, each of the replica in its seat. */
static void locals_of(struct explorer *explorer, const struct state *state,
                      struct local locals[SCOPE_SEATS])
{
    const struct scope *scope = &explorer->result->scope;
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        locals[seat] = *local_of(explorer, state, seat);
    }
    if (explorer->has_twins) {
        local_exchange(&locals[2], scope->loyal[1], scope->loyal[2]);
    }
}

/* Twins stand in ascending order. */
static uint64_t key_of(const struct explorer *explorer, const struct state *state)
{
    uint64_t one = state->seats[1];
    uint64_t two = state->seats[2];
    if (explorer->has_twins && one > two) {
        one = state->seats[2];
        two = state->seats[1];
    }
    return state->seats[0] | one << LOCAL_BITS | two << 2 * LOCAL_BITS;
}

static struct state state_of(uint64_t key)
{
    uint32_t mask = LOCALS_MAX - 1;
    return (struct state){{(uint32_t)key & mask, (uint32_t)(key >> LOCAL_BITS) & mask,
                           (uint32_t)(key >> 2 * LOCAL_BITS) & mask}};
}

/* What is wrong with a state, if anything is. */
static enum breach judge(struct explorer *explorer, const struct state *state)
{
    const struct scope *scope = &explorer->result->scope;
    const struct local *one = local_of(explorer, state, 0);
    const struct local *two = local_of(explorer, state, 1);
    const struct local *three = local_of(explorer, state, 2);
    if ((one->breach | two->breach | three->breach) != BREACH_NONE) {
        return one->breach != 0   ? (enum breach)one->breach
               : two->breach != 0 ? (enum breach)two->breach
                                  : (enum breach)three->breach;
    }
    if (explorer->is_beside[one->base][two->base] || explorer->is_beside[one->base][three->base] ||
        explorer->is_beside[two->base][three->base]) {
        return BREACH_DECIDED;
    }
    fact_set said = one->said | two->said | three->said;
    const struct local *const locals[SCOPE_SEATS] = {one, two, three};
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        if ((said & scope->proposed_by[scope->loyal[seat]] & ~locals[seat]->said) != 0) {
            return BREACH_UNPROPOSED;
        }
    }
    /* Q - f loyal replicas said so: with the traitor that is a certificate. */
    _Static_assert(SCOPE_QUORUM - SCOPE_FAULTS == 2, "any two of three");
    fact_set possible =
        (one->said & two->said) | (one->said & three->said) | (two->said & three->said);
    for (; said != 0; said &= said - 1) {
        if ((scope->founded_on[__builtin_ctzll(said)] & ~possible) != 0) {
            return BREACH_UNFOUNDED;
        }
    }
    for (fact_set final = possible & scope->finalizations; final != 0; final &= final - 1) {
        if ((possible & scope->excluded[__builtin_ctzll(final)]) != 0) {
            return BREACH_CERTIFICATES;
        }
    }
    return BREACH_NONE;
}

static enum error reserve(struct explorer *explorer)
{
    if (explorer->count < explorer->capacity) {
        return OK;
    }
    uint64_t wanted = explorer->capacity == 0 ? CAPACITY_FIRST : 2 * explorer->capacity;
    uint64_t *keys = reallocarray(explorer->keys, wanted, sizeof *keys);
    if (keys == NULL) {
        return ERROR_MEMORY;
    }
    explorer->keys = keys;
    uint32_t *parents = reallocarray(explorer->parents, wanted, sizeof *parents);
    if (parents == NULL) {
        return ERROR_MEMORY;
    }
    explorer->parents = parents;
    explorer->capacity = wanted;
    return OK;
}

/* Behind the views in scope is one more, in which nothing can be said. */
static void count_by_view(struct explorer *explorer, const struct state *state)
{
    unsigned highest = 0;
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        unsigned current = local_of(explorer, state, seat)->current;
        highest = current > highest ? current : highest;
    }
    ASSERT(highest >= 1 && highest <= SCOPE_VIEWS_MAX + 1);
    explorer->result->by_view[highest - 1]++;
}

/* A state that was come to from state number `parent`. */
static enum error reach(struct explorer *explorer, const struct state *state, uint32_t parent)
{
    bool is_new;
    uint64_t key = key_of(explorer, state);
    TRY(visited_add(&explorer->visited, key, &is_new));
    if (!is_new) {
        return OK;
    }
    TRY(reserve(explorer));
    explorer->keys[explorer->count] = key;
    explorer->parents[explorer->count++] = parent;
    count_by_view(explorer, state);
    if (explorer->settings->visit != NULL) {
        struct local locals[SCOPE_SEATS];
        locals_of(explorer, state, locals);
        explorer->settings->visit(explorer->settings->context, locals);
    }
    explorer->result->breach = judge(explorer, state);
    return OK;
}

static enum error note_ending(struct explorer *explorer, uint32_t number)
{
    struct explore_result *result = explorer->result;
    if (result->endings == explorer->ending_capacity) {
        uint64_t wanted = result->endings == 0 ? CAPACITY_FIRST : 2 * result->endings;
        uint32_t *grown = reallocarray(explorer->endings, wanted, sizeof *grown);
        if (grown == NULL) {
            return ERROR_MEMORY;
        }
        explorer->endings = grown;
        explorer->ending_capacity = wanted;
    }
    explorer->endings[result->endings++] = number;
    return OK;
}

static void others_said(struct explorer *explorer, const struct state *state, unsigned seat,
                        fact_set said[2])
{
    said[0] = local_of(explorer, state, seat == 0 ? 1 : 0)->said;
    said[1] = local_of(explorer, state, seat == 2 ? 1 : 2)->said;
}

/* All steps from a state. */
static enum error expand(struct explorer *explorer, uint32_t number)
{
    struct explore_result *result = explorer->result;
    struct state state = state_of(explorer->keys[number]);
    uint64_t before = result->transitions;
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        struct locals *table = table_of(explorer, seat);
        fact_set said[2];
        others_said(explorer, &state, seat, said);
        TRY(locals_extend(table, state.seats[seat], said[0], said[1]));
        for (uint32_t i = table->first_move[state.seats[seat]]; i != NO_MOVE;
             i = table->moves[i].next) {
            if (!move_is_possible(&table->moves[i], said[0], said[1])) {
                continue;
            }
            struct state next = state;
            next.seats[seat] = table->moves[i].to;
            result->transitions++;
            TRY(reach(explorer, &next, number));
            if (result->breach != BREACH_NONE) {
                return OK;
            }
        }
    }
    return result->transitions == before ? note_ending(explorer, number) : OK;
}

static bool is_stop_due(const struct explorer *explorer, uint64_t number)
{
    const struct explore_settings *settings = explorer->settings;
    return explorer->count >= settings->states_max ||
           (number % WATCH_STATES == 0 && settings->watch != NULL &&
            !settings->watch(settings->context, explorer->count, explorer->count - number));
}

/* All steps from the states `from` .. `to` - 1, which are equally far from the start, or from so
 * many of them as are to be followed, evenly spread. False in *goes_on: a bound is reached. */
static enum error expand_level(struct explorer *explorer, uint64_t from, uint64_t to, bool *goes_on)
{
    uint64_t width = explorer->settings->width_max;
    uint64_t size = to - from;
    uint64_t followed = width == 0 || size < width ? size : width;
    explorer->result->is_sampled = explorer->result->is_sampled || followed < size;
    for (uint64_t i = 0; i < followed && explorer->result->breach == BREACH_NONE; i++) {
        uint64_t number = from + i * size / followed;
        *goes_on = !is_stop_due(explorer, number);
        if (!*goes_on) {
            return OK;
        }
        TRY(expand(explorer, (uint32_t)number));
    }
    return OK;
}

/* All states in scope, or as many as the bounds allow. The one with a breach is the last. */
static enum error search(struct explorer *explorer)
{
    const struct explore_settings *settings = explorer->settings;
    struct explore_result *result = explorer->result;
    struct state first = {{0}};
    bool goes_on = true;
    TRY(reach(explorer, &first, 0));
    for (uint64_t from = 0, to; from < explorer->count && result->breach == BREACH_NONE;
         from = to) {
        result->depth += from == 0 ? 0 : 1;
        result->depth_whole += from == 0 || result->is_sampled ? 0 : 1;
        to = explorer->count;
        goes_on = settings->depth_max == 0 || result->depth < settings->depth_max;
        if (goes_on) {
            TRY(expand_level(explorer, from, to, &goes_on));
        }
        if (!goes_on) {
            return OK;
        }
    }
    result->is_complete = result->breach == BREACH_NONE && !result->is_sampled;
    return OK;
}

/* The step by which `state` becomes the one with `key`; done to it. Not found: a bug makes a
 * difference between twins. */
static enum error redo(struct explorer *explorer, struct state *state, uint64_t key,
                       struct explore_step *step, bool *is_found)
{
    *is_found = true;
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        struct locals *table = table_of(explorer, seat);
        fact_set said[2];
        others_said(explorer, state, seat, said);
        TRY(locals_extend(table, state->seats[seat], said[0], said[1]));
        for (uint32_t i = table->first_move[state->seats[seat]]; i != NO_MOVE;
             i = table->moves[i].next) {
            const struct move *move = &table->moves[i];
            struct state next = *state;
            next.seats[seat] = move->to;
            if (!move_is_possible(move, said[0], said[1]) || key_of(explorer, &next) != key) {
                continue;
            }
            const struct local *before = &table->items[state->seats[seat]];
            const struct local *after = &table->items[move->to];
            *step = (struct explore_step){.replica = explorer->result->scope.loyal[seat],
                                          .event = move->event,
                                          .view = after->current,
                                          .says = after->said & ~before->said};
            *state = next;
            return OK;
        }
    }
    *is_found = false;
    return OK;
}

static enum error trace(struct explorer *explorer, uint32_t number)
{
    struct explore_result *result = explorer->result;
    uint32_t count = 0;
    for (uint32_t i = number; i != 0; i = explorer->parents[i]) {
        count++;
    }
    uint32_t *way = calloc(count + 1, sizeof *way);
    result->steps = calloc(count + 1, sizeof *result->steps);
    if (way == NULL || result->steps == NULL) {
        free(way);
        return ERROR_MEMORY;
    }
    for (uint32_t i = number, at = count; i != 0; i = explorer->parents[i]) {
        way[--at] = i;
    }
    struct state state = {{0}}; /* twins are not in order here: each keeps its name */
    enum error error = OK;
    bool is_found = true;
    for (uint32_t i = 0; i < count && error == OK && is_found; i++) {
        error = redo(explorer, &state, explorer->keys[way[i]], &result->steps[i], &is_found);
        result->step_count += error == OK && is_found ? 1 : 0;
    }
    free(way);
    return error;
}

static enum error settle_one(struct explorer *explorer, struct settle *settle, uint32_t number)
{
    struct state state = state_of(explorer->keys[number]);
    struct local locals[SCOPE_SEATS];
    locals_of(explorer, &state, locals);
    explorer->result->settled++;
    explorer->result->breach = settle_run(settle, locals);
    return explorer->result->breach == BREACH_NONE ? OK : trace(explorer, number);
}

/* Lets the group run on from states spread evenly over all, and from the endings likewise. */
static enum error settle_some(struct explorer *explorer)
{
    struct explore_result *result = explorer->result;
    uint64_t most = explorer->settings->settle_max;
    uint64_t count = explorer->count < most ? explorer->count : most;
    uint64_t ending_count = result->endings < most ? result->endings : most;
    if (count == 0) {
        return OK;
    }
    struct settle *settle = calloc(1, sizeof *settle);
    if (settle == NULL) {
        return ERROR_MEMORY;
    }
    enum error error = settle_init(settle, &result->scope);
    for (uint64_t i = 0; i < count && error == OK && result->breach == BREACH_NONE; i++) {
        error = settle_one(explorer, settle, (uint32_t)(i * explorer->count / count));
    }
    for (uint64_t i = 0; i < ending_count && error == OK && result->breach == BREACH_NONE; i++) {
        error = settle_one(explorer, settle, explorer->endings[i * result->endings / ending_count]);
    }
    settle_fini(settle);
    free(settle);
    return error;
}

static enum error begin(struct explorer *explorer)
{
    const struct explore_settings *settings = explorer->settings;
    struct scope *scope = &explorer->result->scope;
    scope_init(scope, settings->views, settings->traitor);
    explorer->has_twins = scope->has_twins && !settings->is_exact;
    for (order_number a = 0; a < scope->order_count; a++) {
        for (order_number b = 0; b < scope->order_count; b++) {
            explorer->is_beside[a][b] = !scope_is_on_chain(scope, a, b);
        }
    }
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        if (&explorer->tables[seat] == table_of(explorer, seat)) {
            TRY(locals_init(&explorer->tables[seat], scope, seat, settings->has_restarts,
                            settings->is_exact));
        }
    }
    return OK;
}

static void end(struct explorer *explorer)
{
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        explorer->result->locals[seat] = table_of(explorer, seat)->count;
        explorer->result->calls += explorer->tables[seat].bench.calls;
    }
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        locals_fini(&explorer->tables[seat]);
    }
    explorer->result->states = explorer->count;
    visited_fini(&explorer->visited);
    free(explorer->keys);
    free(explorer->parents);
    free(explorer->endings);
}

enum error explore_run(const struct explore_settings *settings, struct explore_result *result,
                       struct error_text *text)
{
    struct explorer explorer = {.settings = settings, .result = result};
    *result = (struct explore_result){.states = 0};
    if (signature_library_init() != OK) {
        return error_set(text, ERROR_IO, "libsodium cannot be made ready");
    }
    enum error error = begin(&explorer);
    if (error == OK) {
        error = search(&explorer);
    }
    if (error == OK && result->breach != BREACH_NONE) {
        error = trace(&explorer, (uint32_t)explorer.count - 1);
    } else if (error == OK) {
        error = settle_some(&explorer);
    }
    end(&explorer);
    if (error == ERROR_LIMIT) {
        return error_set(text, error, "one replica has more than %u states", LOCALS_MAX);
    }
    return error == OK ? OK : error_set(text, error, "not enough memory");
}

void explore_result_fini(struct explore_result *result)
{
    free(result->steps);
    result->steps = NULL;
}
