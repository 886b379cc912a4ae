/* outcomes.c - see outcomes.h. */
#include "prove/outcomes.h"

#include "base/assert.h"

#include <stdlib.h>

#define WEIGHTS (PROVE_GENERALS_MAX + 1u)
#define BEAM    24u

/* Of a cell: by kind of commander, by value, by weight. Cells that are reached at one depth differ
 * in how many traitors are on the path. */
static size_t place(const struct outcomes *outcomes, const struct cell *cell,
                    bool is_commander_loyal, unsigned value)
{
    size_t gone = outcomes->root.traitors - cell->traitors;
    size_t cell_at = cell->depth * (size_t)(outcomes->root.traitors + 1) + gone;
    return (cell_at * 4 + (size_t)is_commander_loyal * 2 + value) * WEIGHTS;
}

static lie_count_nr *costs_of(struct outcomes *outcomes, const struct cell *cell,
                              bool is_commander_loyal, unsigned value)
{
    return outcomes->costs + place(outcomes, cell, is_commander_loyal, value);
}

lie_count_nr outcomes_lies(const struct outcomes *outcomes, const struct cell *cell,
                           bool is_commander_loyal, unsigned value, unsigned weight)
{
    ASSERT(weight <= cell->loyal);
    return outcomes->costs[place(outcomes, cell, is_commander_loyal, value) + weight];
}

static lie_count_nr lie_cost(const struct outcomes *outcomes, unsigned lies)
{
    return outcomes->goal == OUTCOMES_DECIDE ? 0 : lies;
}

/* OM(0): a lieutenant uses what he was told. */
static void set_leaf(struct outcomes *outcomes, const struct cell *cell)
{
    for (unsigned value = 0; value < 2; value++) {
        unsigned honest = value * cell->loyal;
        costs_of(outcomes, cell, true, value)[honest] = 0;
        for (unsigned weight = 0; weight <= cell->loyal; weight++) {
            unsigned lies = value == 1 ? cell->loyal - weight : weight;
            costs_of(outcomes, cell, false, value)[weight] = lie_cost(outcomes, lies);
        }
    }
}

/* A row of a traitor is what he was due to say by what he was told; a traitor above may tell him
 * the other value, which is one lie. */
static void set_traitor_row(struct outcomes *outcomes, const struct cell *cell,
                            bool is_commander_loyal, unsigned value, lie_count_nr *row)
{
    const struct cell below = cell_below(cell, false);
    for (unsigned weight = 0; weight <= below.loyal; weight++) {
        row[weight] = outcomes_lies(outcomes, &below, false, value, weight);
        if (!is_commander_loyal) {
            lie_count_nr other = lies_sum(
                lie_cost(outcomes, 1), outcomes_lies(outcomes, &below, false, 1 - value, weight));
            row[weight] = other < row[weight] ? other : row[weight];
        }
    }
}

/* The majority of a cell whose commander told 1 to told[1] of the loyal and 0 to the others, of
 * whom then_1[own] shall resolve to 1. */
static void set_ballot(struct outcomes *outcomes, const struct cell *cell, const unsigned told[2],
                       const unsigned then_1[2], const lie_count_nr *traitor_row,
                       struct ballot *ballot)
{
    *ballot = (struct ballot){.counts = {0}};
    for (unsigned own = 0; own < 2; own++) {
        ballot->counts[ballot_group(1, own)] = then_1[own];
        ballot->counts[ballot_group(0, own)] = told[own] - then_1[own];
        if (cell->loyal > 0) {
            const struct cell below = cell_below(cell, true);
            const lie_count_nr *costs = costs_of(outcomes, &below, true, own);
            ballot->costs[ballot_group(1, own)] = costs;
            ballot->costs[ballot_group(0, own)] = costs;
        }
    }
    ballot->counts[BALLOT_TRAITORS] = cell->traitors;
    ballot->costs[BALLOT_TRAITORS] = traitor_row;
}

static enum error solve_loyal(struct outcomes *outcomes, const struct cell *cell, unsigned value,
                              unsigned weight, struct ballot_answer *answer)
{
    lie_count_nr traitor_row[WEIGHTS];
    struct ballot ballot;
    unsigned told[2] = {0};
    unsigned then_1[2] = {0};
    told[value] = cell->loyal;
    then_1[value] = weight;
    if (cell->traitors > 0) {
        set_traitor_row(outcomes, cell, true, value, traitor_row);
    }
    set_ballot(outcomes, cell, told, then_1, traitor_row, &ballot);
    return ballot_solve(&outcomes->solver, &ballot, LIES_NEVER, answer);
}

/* Every way to tell the loyal lieutenants, up to exchanging them; of equal ones the first. */
static enum error solve_traitor(struct outcomes *outcomes, const struct cell *cell, unsigned value,
                                unsigned weight, struct telling *best)
{
    lie_count_nr traitor_row[WEIGHTS];
    best->answer.lies = LIES_NEVER;
    if (cell->traitors > 0) {
        set_traitor_row(outcomes, cell, false, value, traitor_row);
    }
    for (unsigned told_1 = 0; told_1 <= cell->loyal; told_1++) {
        unsigned told[2] = {cell->loyal - told_1, told_1};
        lie_count_nr here = lie_cost(outcomes, told[1 - value]);
        for (unsigned one = 0; one <= told_1 && one <= weight; one++) {
            unsigned then_1[2] = {weight - one, one};
            if (then_1[0] > told[0] || here >= best->answer.lies) {
                continue;
            }
            struct ballot ballot;
            struct ballot_answer answer;
            set_ballot(outcomes, cell, told, then_1, traitor_row, &ballot);
            TRY(ballot_solve(&outcomes->solver, &ballot, best->answer.lies - here, &answer));
            if (answer.lies != LIES_NEVER) {
                *best = (struct telling){told_1, one, then_1[0], answer};
                best->answer.lies = lies_sum(answer.lies, here);
            }
        }
    }
    return OK;
}

enum error outcomes_explain(struct outcomes *outcomes, const struct cell *cell,
                            bool is_commander_loyal, unsigned value, unsigned weight,
                            struct telling *telling)
{
    ASSERT(cell->depth > 0 && weight <= cell->loyal);
    enum error error = is_commander_loyal
                           ? solve_loyal(outcomes, cell, value, weight, &telling->answer)
                           : solve_traitor(outcomes, cell, value, weight, telling);
    if (error == OK) {
        ASSERT(telling->answer.lies ==
               outcomes_lies(outcomes, cell, is_commander_loyal, value, weight));
    }
    return error;
}

static enum error set_cell(struct outcomes *outcomes, const struct cell *cell,
                           bool is_commander_loyal)
{
    if (cell->depth == 0) {
        set_leaf(outcomes, cell);
        return OK;
    }
    for (unsigned value = 0; value < 2; value++) {
        lie_count_nr *costs = costs_of(outcomes, cell, is_commander_loyal, value);
        if (!is_commander_loyal && value == 1 && outcomes->goal == OUTCOMES_DECIDE) {
            /* What is due makes no difference but in lies. */
            const lie_count_nr *same = costs_of(outcomes, cell, false, 0);
            for (unsigned weight = 0; weight <= cell->loyal; weight++) {
                costs[weight] = same[weight];
            }
            continue;
        }
        for (unsigned weight = 0; weight <= cell->loyal; weight++) {
            struct telling telling;
            TRY(is_commander_loyal ? solve_loyal(outcomes, cell, value, weight, &telling.answer)
                                   : solve_traitor(outcomes, cell, value, weight, &telling));
            costs[weight] = telling.answer.lies;
        }
    }
    return OK;
}

/* From the leaves up; `gone` traitors are on the path below the root. */
static enum error set_cells(struct outcomes *outcomes)
{
    const struct cell *root = &outcomes->root;
    for (unsigned depth = 0; depth < root->depth; depth++) {
        unsigned steps = root->depth - depth;
        for (unsigned gone = 0; gone <= steps && gone <= root->traitors; gone++) {
            if (steps - gone > root->loyal) {
                continue;
            }
            struct cell cell = {depth, root->loyal - (steps - gone), root->traitors - gone};
            TRY(set_cell(outcomes, &cell, true));
            TRY(set_cell(outcomes, &cell, false));
        }
    }
    return set_cell(outcomes, root, outcomes->is_commander_loyal);
}

enum error outcomes_init(struct outcomes *outcomes, const struct cell *root,
                         bool is_commander_loyal, enum outcomes_goal goal, struct error_text *text)
{
    ASSERT(root->loyal + root->traitors < PROVE_GENERALS_MAX);
    size_t count = (size_t)(root->depth + 1) * (root->traitors + 1) * 4 * WEIGHTS;
    *outcomes =
        (struct outcomes){.root = *root, .goal = goal, .is_commander_loyal = is_commander_loyal};
    ballot_solver_init(&outcomes->solver, goal == OUTCOMES_FEW_LIES ? BEAM : 0);
    outcomes->costs = malloc(count * sizeof *outcomes->costs);
    if (outcomes->costs == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for what traitors can do");
    }
    for (size_t i = 0; i < count; i++) {
        outcomes->costs[i] = LIES_NEVER;
    }
    enum error error = set_cells(outcomes);
    if (error != OK) {
        outcomes_fini(outcomes);
        return error_set(text, error, "OM(%u) with %u loyal and %u traitorous lieutenants: %s",
                         root->depth, root->loyal, root->traitors,
                         error == ERROR_LIMIT ? "too many ways to vote" : "no memory");
    }
    return OK;
}

void outcomes_fini(struct outcomes *outcomes)
{
    ballot_solver_fini(&outcomes->solver);
    free(outcomes->costs);
    outcomes->costs = NULL;
}
