/* ballot.c - see ballot.h. */
#include "prove/ballot.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

#define SUMS_MAX (3u * PROVE_GENERALS_MAX)

/* A beginning: some rows chosen. */
struct ballot_state {
    uint32_t parent;
    lie_count_nr lies;
    uint8_t weight;          /* of the last row */
    uint16_t sums[SUMS_MAX]; /* of both sides, see struct side */
};

/* The columns that shall be 1, or those that shall be 0. `sums` has for s = 0 .. columns - 1
 *   [s]                 sum over rows max(0, d_i - s)
 *   [columns + s]       rows with d_i > s whose own column is here and has a 0 ...
 *   [2 * columns + s]   ... has a 1 as its own value. */
struct side {
    unsigned first; /* where its sums begin */
    unsigned columns;
    unsigned count[2]; /* columns by own value */
    int bears[2];      /* wrong votes that such a column can take */
};

struct option {
    uint8_t weight;
    uint8_t side;
    uint8_t wrong;
    lie_count_nr lies;
};

struct job {
    const struct ballot *ballot;
    struct ballot_solver *solver;
    struct side sides[2]; /* by wanted outcome */
    unsigned sum_count;
    lie_count_nr below;
    size_t begin; /* the last row's beginnings: states begin .. end - 1 */
    size_t end;
    lie_count_nr rest[BALLOT_GROUPS]; /* what a row of the group costs at least */
};

void ballot_solver_init(struct ballot_solver *solver, size_t beam)
{
    *solver = (struct ballot_solver){.beam = beam};
}

void ballot_solver_fini(struct ballot_solver *solver)
{
    free(solver->states);
    *solver = (struct ballot_solver){0};
}

static enum error reserve(struct ballot_solver *solver, size_t count)
{
    if (count > BALLOT_STATES_MAX) {
        return ERROR_LIMIT;
    }
    if (count <= solver->capacity) {
        return OK;
    }
    size_t capacity = solver->capacity < 256 ? 256 : solver->capacity;
    while (capacity < count) {
        capacity *= 2;
    }
    struct ballot_state *states = realloc(solver->states, capacity * sizeof *states);
    if (states == NULL) {
        return ERROR_MEMORY;
    }
    solver->states = states;
    solver->capacity = capacity;
    return OK;
}

static void set_sides(struct job *job)
{
    const unsigned *counts = job->ballot->counts;
    unsigned votes = counts[BALLOT_TRAITORS];
    for (unsigned g = 0; g < BALLOT_TRAITORS; g++) {
        votes += counts[g];
    }
    unsigned majority = votes / 2 + 1;
    unsigned first = 0;
    for (unsigned wanted = 0; wanted < 2; wanted++) {
        struct side *side = &job->sides[wanted];
        side->first = first;
        side->columns = 0;
        for (unsigned own = 0; own < 2; own++) {
            side->count[own] = counts[ballot_group(wanted, own)];
            side->columns += side->count[own];
            /* A 1 needs `majority` ones: it bears the other votes; a 0 bears one less than that. */
            side->bears[own] = (int)(wanted == 1 ? votes - majority : majority - 1);
            side->bears[own] -= own != wanted; /* his own value is a wrong vote already */
        }
        first += 3 * side->columns;
    }
    job->sum_count = first;
}

/* The min-cut condition of ballot.h for every J. */
static bool side_fits(const struct side *side, const uint16_t *all_sums)
{
    const uint16_t *sums = all_sums + side->first;
    for (unsigned in0 = 0; in0 <= side->count[0]; in0++) {
        for (unsigned in1 = 0; in1 <= side->count[1]; in1++) {
            unsigned s = in0 + in1;
            int bears = side->bears[0] * (int)(side->count[0] - in0) +
                        side->bears[1] * (int)(side->count[1] - in1);
            int wrong = s < side->columns ? sums[s] : 0;
            if (s > 0) {
                /* A row whose own column is in J has one fewer there: J holds such columns first.
                 */
                unsigned own0 = sums[side->columns + s - 1];
                unsigned own1 = sums[2 * side->columns + s - 1];
                wrong += (int)(in0 < own0 ? in0 : own0) + (int)(in1 < own1 ? in1 : own1);
            }
            if (wrong > bears) {
                return false;
            }
        }
    }
    return true;
}

static bool fits(const struct job *job, const struct ballot_state *state)
{
    return side_fits(&job->sides[0], state->sums) && side_fits(&job->sides[1], state->sums);
}

/* The weights of a row of the group that are worth trying: of two with wrong votes on one side, the
 * one that has more must be cheaper. */
static size_t list_options(const struct job *job, unsigned group, struct option *options)
{
    unsigned ones = job->sides[1].columns;
    unsigned zeros = job->sides[0].columns;
    if (group != BALLOT_TRAITORS) {
        ones -= group >= ballot_group(1, 0);
        zeros -= group < ballot_group(1, 0);
    }
    const lie_count_nr *costs = job->ballot->costs[group];
    size_t count = 0;
    lie_count_nr best = costs[ones];
    if (best != LIES_NEVER) {
        options[count++] = (struct option){(uint8_t)ones, 0, 0, best};
    }
    for (unsigned side = 0; side < 2; side++) {
        lie_count_nr least = best;
        for (unsigned wrong = 1; wrong <= (side == 1 ? ones : zeros); wrong++) {
            unsigned weight = side == 1 ? ones - wrong : ones + wrong;
            if (costs[weight] < least) {
                least = costs[weight];
                options[count++] =
                    (struct option){(uint8_t)weight, (uint8_t)side, (uint8_t)wrong, least};
            }
        }
    }
    return count;
}

static void add_row(const struct job *job, unsigned group, const struct option *option,
                    struct ballot_state *state)
{
    const struct side *side = &job->sides[option->side];
    uint16_t *sums = state->sums + side->first;
    bool is_here = group != BALLOT_TRAITORS && group / 2 == option->side;
    uint16_t *own = sums + (size_t)(1 + group % 2) * side->columns;
    for (unsigned s = 0; s < option->wrong; s++) {
        sums[s] = (uint16_t)(sums[s] + option->wrong - s);
        if (is_here) {
            own[s]++;
        }
    }
    state->lies = lies_sum(state->lies, option->lies);
    state->weight = option->weight;
}

static bool is_no_roomier(const struct job *job, const struct ballot_state *state,
                          const struct ballot_state *than)
{
    for (unsigned i = 0; i < job->sum_count; i++) {
        if (state->sums[i] < than->sums[i]) {
            return false;
        }
    }
    return true;
}

static bool is_no_better(const struct job *job, const struct ballot_state *state,
                         const struct ballot_state *than)
{
    return state->lies >= than->lies && is_no_roomier(job, state, than);
}

static int compare_lies(const void *a, const void *b)
{
    lie_count_nr x = ((const struct ballot_state *)a)->lies;
    lie_count_nr y = ((const struct ballot_state *)b)->lies;
    return (x > y) - (x < y);
}

/* Leaves the cheapest of the last row's beginnings, and those than which none has more room: what
 * can be completed at all can be completed from one of them. */
static size_t narrow(const struct job *job, size_t row_begin, size_t row_end)
{
    struct ballot_state *states = job->solver->states;
    size_t beam = job->solver->beam;
    if (beam == 0 || row_end - row_begin <= beam) {
        return row_end;
    }
    qsort(&states[row_begin], row_end - row_begin, sizeof *states, compare_lies);
    size_t to = row_begin + beam;
    for (size_t i = to; i < row_end; i++) {
        bool is_needed = true;
        for (size_t j = row_begin; is_needed && j < row_end; j++) {
            is_needed = j == i || !is_no_roomier(job, &states[i], &states[j]);
        }
        if (is_needed) {
            states[to++] = states[i];
        }
    }
    return to;
}

/* Keeps `candidate`, which stands behind the last state, unless another one is as good; forgets
 * those of this row that it betters. */
static void keep(struct job *job, size_t row_begin, size_t *row_end)
{
    struct ballot_state *states = job->solver->states;
    const struct ballot_state *candidate = &states[*row_end];
    for (size_t i = row_begin; i < *row_end; i++) {
        if (is_no_better(job, candidate, &states[i])) {
            return;
        }
    }
    struct ballot_state kept = *candidate;
    size_t to = row_begin;
    for (size_t i = row_begin; i < *row_end; i++) {
        if (!is_no_better(job, &states[i], &kept)) {
            if (to != i) {
                states[to] = states[i];
            }
            to++;
        }
    }
    states[to] = kept;
    *row_end = to + 1;
}

/* One more row of the group; `rest` is what all rows after it cost at least. */
static enum error choose_row(struct job *job, unsigned group, const struct option *options,
                             size_t option_count, lie_count_nr rest)
{
    size_t row_begin = job->end;
    size_t row_end = row_begin;
    for (size_t from = job->begin; from < job->end; from++) {
        for (size_t i = 0; i < option_count; i++) {
            TRY(reserve(job->solver, row_end + 1));
            struct ballot_state *state = &job->solver->states[row_end];
            *state = job->solver->states[from];
            state->parent = (uint32_t)from;
            add_row(job, group, &options[i], state);
            if (lies_sum(state->lies, rest) < job->below && fits(job, state)) {
                keep(job, row_begin, &row_end);
            }
        }
    }
    job->begin = row_begin;
    job->end = narrow(job, row_begin, row_end);
    return OK;
}

/* From the cheapest end back to the beginning. */
static void read_answer(const struct job *job, struct ballot_answer *answer)
{
    const struct ballot_state *states = job->solver->states;
    answer->lies = LIES_NEVER;
    size_t best = job->begin;
    for (size_t i = job->begin; i < job->end; i++) {
        if (states[i].lies < answer->lies) {
            answer->lies = states[i].lies;
            best = i;
        }
    }
    if (answer->lies == LIES_NEVER) {
        return;
    }
    for (unsigned g = BALLOT_GROUPS; g-- > 0;) {
        for (unsigned row = job->ballot->counts[g]; row-- > 0;) {
            answer->weights[g][row] = states[best].weight;
            best = states[best].parent;
        }
    }
}

enum error ballot_solve(struct ballot_solver *solver, const struct ballot *ballot,
                        lie_count_nr below, struct ballot_answer *answer)
{
    struct job job = {.ballot = ballot, .solver = solver, .below = below, .end = 1};
    struct option options[BALLOT_GROUPS][2 * PROVE_GENERALS_MAX + 1];
    size_t option_counts[BALLOT_GROUPS] = {0};
    lie_count_nr rest = 0;
    set_sides(&job);
    TRY(reserve(solver, 1));
    memset(&solver->states[0], 0, sizeof solver->states[0]);
    for (unsigned g = 0; g < BALLOT_GROUPS; g++) {
        if (ballot->counts[g] == 0) {
            continue;
        }
        option_counts[g] = list_options(&job, g, options[g]);
        job.rest[g] = LIES_NEVER;
        for (size_t i = 0; i < option_counts[g]; i++) {
            job.rest[g] = options[g][i].lies < job.rest[g] ? options[g][i].lies : job.rest[g];
        }
        for (unsigned row = 0; row < ballot->counts[g]; row++) {
            rest = lies_sum(rest, job.rest[g]);
        }
    }
    answer->lies = LIES_NEVER;
    if (rest >= below || !fits(&job, &solver->states[0])) {
        return OK;
    }
    for (unsigned g = 0; g < BALLOT_GROUPS; g++) {
        for (unsigned row = 0; row < ballot->counts[g]; row++) {
            rest -= job.rest[g];
            TRY(choose_row(&job, g, options[g], option_counts[g], rest));
        }
    }
    read_answer(&job, answer);
    return OK;
}
