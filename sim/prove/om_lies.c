/* om_lies.c - see om_lies.h. */
#include "prove/om_lies.h"

#include "base/assert.h"
#include "prove/fill.h"

#include <stdio.h>
#include <stdlib.h>

/* A path whose subtree shall come to something. */
struct task {
    general_id path[PROVE_GENERALS_MAX];
    unsigned length;
    unsigned value;   /* what its last general tells if he is loyal, or is due to tell */
    general_set ones; /* the loyal lieutenants below who resolve to 1 */
};

struct work {
    struct scenario *scenario;
    struct outcomes *outcomes;
    order_nr one;
    struct task *tasks; /* a stack: of each length at most the relays of one path */
    size_t count;
};

/* Those below the task's path. */
struct below {
    general_id loyal[PROVE_GENERALS_MAX];
    general_id traitors[PROVE_GENERALS_MAX];
    unsigned loyal_count;
    unsigned traitor_count;
};

static void find_below(const struct work *work, const struct task *task, struct below *below)
{
    general_set on_path = 0;
    below->loyal_count = 0;
    below->traitor_count = 0;
    for (unsigned i = 0; i < task->length; i++) {
        on_path |= general_bit(task->path[i]);
    }
    for (unsigned number = 0; number < work->scenario->generals; number++) {
        general_id general = (general_id)number;
        if (general_is_in(on_path, general)) {
            continue;
        }
        if (general_is_in(work->scenario->traitors, general)) {
            below->traitors[below->traitor_count++] = general;
        } else {
            below->loyal[below->loyal_count++] = general;
        }
    }
}

static enum error add_lie(const struct work *work, const struct task *task, general_id to,
                          unsigned value, struct error_text *text)
{
    struct lie lie = {.from = task->path[task->length - 1],
                      .to = to,
                      .order = value == 1 ? work->one : RETREAT,
                      .path_count = (uint8_t)task->length};
    for (unsigned i = 0; i < task->length; i++) {
        lie.path[i] = task->path[i];
    }
    return scenario_add_lie(work->scenario, &lie, text);
}

/* The relay of the task's order by `general`. */
static void push(struct work *work, const struct task *task, general_id general, unsigned value,
                 general_set ones)
{
    struct task *below = &work->tasks[work->count++];
    *below = *task;
    below->path[below->length++] = general;
    below->value = value;
    below->ones = ones;
}

/* What a traitor tells whom: of those who shall resolve to 1 the first `then_1` are told 1, and so
 * on. Sets the columns' own values. */
static enum error tell_loyal(const struct work *work, const struct task *task,
                             const struct below *below, const struct telling *telling,
                             struct fill *fill, struct error_text *text)
{
    unsigned left[2] = {telling->told_1 - telling->then_1, telling->then_1};
    fill->own = 0;
    for (unsigned i = 0; i < below->loyal_count; i++) {
        unsigned wanted = fill->wanted >> i & 1;
        unsigned told = left[wanted] > 0;
        left[wanted] -= told;
        fill->own |= (uint64_t)told << i;
        if (told != task->value) {
            TRY(add_lie(work, task, below->loyal[i], told, text));
        }
    }
    return OK;
}

/* What a traitor must be told so that his relay costs least. */
static unsigned told_traitor(const struct work *work, const struct cell *relay, unsigned value,
                             unsigned weight)
{
    lie_count_nr as_due = outcomes_lies(work->outcomes, relay, false, value, weight);
    lie_count_nr other = outcomes_lies(work->outcomes, relay, false, 1 - value, weight);
    return lies_sum(other, 1) < as_due ? 1 - value : value;
}

static general_set of_columns(const struct below *below, uint64_t columns)
{
    general_set set = 0;
    for (unsigned i = 0; i < below->loyal_count; i++) {
        set |= (columns >> i & 1) != 0 ? general_bit(below->loyal[i]) : 0;
    }
    return set;
}

/* The tasks of one depth below: every row of the majority. */
static enum error push_rows(struct work *work, const struct task *task, const struct cell *cell,
                            const struct below *below, const struct fill *fill, bool is_loyal,
                            struct error_text *text)
{
    for (unsigned i = 0; i < below->loyal_count; i++) {
        push(work, task, below->loyal[i], fill->own >> i & 1, of_columns(below, fill->ones[i]));
    }
    for (unsigned i = 0; i < below->traitor_count; i++) {
        const struct cell relay = cell_below(cell, false);
        unsigned row = below->loyal_count + i;
        unsigned value = task->value;
        if (!is_loyal) {
            value = told_traitor(work, &relay, task->value, fill->weights[row]);
            if (value != task->value) {
                TRY(add_lie(work, task, below->traitors[i], value, text));
            }
        }
        push(work, task, below->traitors[i], value, of_columns(below, fill->ones[row]));
    }
    return OK;
}

static enum error do_task(struct work *work, const struct task *task, struct error_text *text)
{
    struct below below;
    find_below(work, task, &below);
    bool is_loyal = !general_is_in(work->scenario->traitors, task->path[task->length - 1]);
    struct cell cell = {work->outcomes->root.depth + 1 - task->length, below.loyal_count,
                        below.traitor_count};
    struct fill fill = {.column_count = cell.loyal, .row_count = cell.loyal + cell.traitors};
    unsigned weight = 0;
    for (unsigned i = 0; i < cell.loyal; i++) {
        if (general_is_in(task->ones, below.loyal[i])) {
            fill.wanted |= (uint64_t)1 << i;
            weight++;
        }
    }
    if (outcomes_lies(work->outcomes, &cell, is_loyal, task->value, weight) == 0) {
        return OK; /* so it comes to by itself */
    }
    struct telling telling = {.told_1 = 0};
    if (cell.depth == 0) {
        telling.told_1 = weight;
        telling.then_1 = weight;
        return tell_loyal(work, task, &below, &telling, &fill, text);
    }
    enum error error =
        outcomes_explain(work->outcomes, &cell, is_loyal, task->value, weight, &telling);
    if (error != OK) {
        return error_set(text, error, "the lies cannot be worked out again: %s", error_name(error));
    }
    if (is_loyal) {
        fill.own = task->value == 1 ? ((uint64_t)1 << cell.loyal) - 1 : 0;
    } else {
        TRY(tell_loyal(work, task, &below, &telling, &fill, text));
    }
    fill_set_weights(&fill, &telling.answer);
    bool is_filled = fill_solve(&fill);
    ASSERT(is_filled);
    return push_rows(work, task, &cell, &below, &fill, is_loyal, text);
}

enum error om_lies_add(struct scenario *scenario, struct outcomes *outcomes, general_id commander,
                       unsigned value, unsigned weight, order_nr one, struct error_text *text)
{
    ASSERT(outcomes->goal != OUTCOMES_DECIDE);
    struct work work = {.scenario = scenario, .outcomes = outcomes, .one = one};
    size_t room = (size_t)(outcomes->root.depth + 1) * scenario->generals + 1;
    struct task first = {.path = {commander}, .length = 1, .value = value};
    for (unsigned number = 0; number < scenario->generals && weight > 0; number++) {
        general_id general = (general_id)number;
        if (general != commander && !general_is_in(scenario->traitors, general)) {
            first.ones |= general_bit(general);
            weight--;
        }
    }
    work.tasks = malloc(room * sizeof *work.tasks);
    if (work.tasks == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a script");
    }
    work.tasks[work.count++] = first;
    enum error error = OK;
    while (error == OK && work.count > 0) {
        struct task task = work.tasks[--work.count];
        error = do_task(&work, &task, text);
    }
    free(work.tasks);
    return error;
}

void om_lies_players(struct scenario *scenario, const struct om_question *question,
                     bool is_commander_loyal, order_nr order)
{
    scenario->algorithm = ALGORITHM_OM;
    scenario->generals = question->generals;
    scenario->m = question->m;
    scenario->commander = 0;
    scenario->order = order;
    scenario->is_beyond = true;
    scenario->traitors = om_proof_traitors(question, is_commander_loyal);
    for (unsigned number = 0; number < question->generals; number++) {
        general_id general = (general_id)number;
        scenario->strategies[general] =
            general_is_in(scenario->traitors, general) ? STRATEGY_SCRIPT : STRATEGY_LOYAL;
    }
    graph_complete(&scenario->graph, question->generals);
}

enum error om_lies_scenario(struct scenario *scenario, const struct om_question *question,
                            const struct om_proof *proof, struct error_text *text)
{
    const struct om_break *broken = &proof->cheapest;
    struct cell root;
    struct outcomes outcomes;
    enum outcomes_goal goal = om_proof_goal(question->generals);
    ASSERT(!proof->ic1 || !proof->ic2);
    om_lies_players(scenario, question, broken->is_commander_loyal, broken->order);
    bool is_placed = om_proof_root(question, broken->is_commander_loyal, &root);
    ASSERT(is_placed);
    bool is_ic1_broken = broken->weight != 0 && broken->weight != root.loyal;
    scenario->expect_ic1 = is_ic1_broken ? EXPECT_VIOLATED : EXPECT_HOLDS;
    scenario->expect_ic2 = broken->is_commander_loyal ? EXPECT_VIOLATED : EXPECT_HOLDS;
    (void)snprintf(scenario->name, sizeof scenario->name, "om%u-n%u-k%u", question->m,
                   question->generals, question->traitors);
    (void)snprintf(scenario->text, sizeof scenario->text,
                   "%s lies by which %u of %u generals break OM(%u): %u.",
                   goal == OUTCOMES_FEWEST_LIES ? "The fewest" : "Some", question->traitors,
                   question->generals, question->m, broken->lies);
    TRY(outcomes_init(&outcomes, &root, broken->is_commander_loyal, goal, text));
    enum error error =
        om_lies_add(scenario, &outcomes, 0, broken->order, broken->weight, ATTACK, text);
    outcomes_fini(&outcomes);
    return error;
}
