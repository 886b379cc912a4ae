/* om_plan.c - see om_plan.h: makes the circuit. It is evaluated in om_run.c. */
#include "prove/om_plan.h"

#include "base/assert.h"
#include "prove/om_circuit.h"

#include <stdlib.h>
#include <string.h>

/* All paths of one length, and the slot of what each receiver was told along them. */
struct level {
    size_t count;
    general_id (*paths)[ROUNDS_MAX];
    uint32_t (*told)[PROVE_GENERALS_MAX];
    uint32_t (*came_to)[PROVE_GENERALS_MAX];
    size_t *first_child; /* of a path, in the next level */
};

struct maker {
    struct om_plan *plan;
    unsigned rounds;
    struct level levels[ROUNDS_MAX];
    size_t input_count;
};

uint64_t om_choice_count(const struct om_question *question, bool is_commander_loyal)
{
    struct cell root;
    uint64_t paths = is_commander_loyal ? 0 : 1; /* that a given loyal general is told lies along */
    uint64_t product = 1;
    if (!om_proof_root(question, is_commander_loyal, &root)) {
        return 0;
    }
    /* Paths of r generals: the commander, r - 2 in between who are neither the traitor at the end
     * nor the receiver, the traitor. */
    uint64_t count = paths;
    for (unsigned r = 2; r <= question->m + 1; r++) {
        uint64_t more = 0;
        if (r > 2) {
            uint64_t left = question->generals > r ? question->generals - r : 0;
            if (__builtin_mul_overflow(product, left, &product)) {
                return UINT64_MAX;
            }
        }
        if (__builtin_mul_overflow(product, (uint64_t)root.traitors, &more) ||
            __builtin_add_overflow(count, more, &count)) {
            return UINT64_MAX;
        }
    }
    return __builtin_mul_overflow(count, (uint64_t)root.loyal, &count) ? UINT64_MAX : count;
}

/* Paths of all lengths; UINT64_MAX if there are more than that. */
static uint64_t path_count(const struct om_question *question)
{
    uint64_t count = 1;
    uint64_t paths = 1;
    for (unsigned r = 1; r <= question->m; r++) {
        if (__builtin_mul_overflow(count, (uint64_t)(question->generals - r), &count) ||
            __builtin_add_overflow(paths, count, &paths)) {
            return UINT64_MAX;
        }
    }
    return paths;
}

static bool is_on(const general_id *path, unsigned count, general_id general)
{
    for (unsigned i = 0; i < count; i++) {
        if (path[i] == general) {
            return true;
        }
    }
    return false;
}

static bool is_traitor(const struct maker *maker, general_id general)
{
    return general_is_in(maker->plan->traitors, general);
}

static bool level_alloc(struct level *level, size_t count)
{
    level->count = count;
    level->paths = calloc(count, sizeof *level->paths);
    level->told = calloc(count, sizeof *level->told);
    level->came_to = calloc(count, sizeof *level->came_to);
    level->first_child = calloc(count, sizeof *level->first_child);
    return level->paths != NULL && level->told != NULL && level->came_to != NULL &&
           level->first_child != NULL;
}

static enum error make_paths(struct maker *maker)
{
    unsigned n = maker->plan->generals;
    size_t count = 1;
    if (!level_alloc(&maker->levels[0], 1)) {
        return ERROR_MEMORY;
    }
    for (unsigned r = 1; r < maker->rounds; r++) {
        const struct level *above = &maker->levels[r - 1];
        struct level *level = &maker->levels[r];
        size_t at = 0;
        ASSERT(n > r);
        count *= n - r;
        if (!level_alloc(level, count)) {
            return ERROR_MEMORY;
        }
        for (size_t p = 0; p < above->count; p++) {
            above->first_child[p] = at;
            for (unsigned number = 0; number < n; number++) {
                general_id last = (general_id)number;
                if (!is_on(above->paths[p], r, last)) {
                    memcpy(level->paths[at], above->paths[p], r);
                    level->paths[at++][r] = last;
                }
            }
        }
    }
    return OK;
}

/* Numbers the choices: the longest paths first, then by receiver. */
static void number_choices(struct maker *maker)
{
    struct om_plan *plan = maker->plan;
    for (unsigned r = maker->rounds; r-- > 0;) {
        const struct level *level = &maker->levels[r];
        for (unsigned number = 0; number < plan->generals; number++) {
            general_id to = (general_id)number;
            for (size_t p = 0; p < level->count; p++) {
                const general_id *path = level->paths[p];
                if (is_traitor(maker, to) || is_on(path, r + 1, to) ||
                    !is_traitor(maker, path[r])) {
                    continue;
                }
                struct om_choice *choice = &plan->choices[plan->choice_count];
                memcpy(choice->path, path, r + 1);
                choice->path_count = (uint8_t)(r + 1);
                choice->to = to;
                level->told[p][to] = SLOT_CHOICES + plan->choice_count++;
            }
        }
    }
}

/* What loyal generals tell is what they were told. */
static void set_told(struct maker *maker)
{
    struct om_plan *plan = maker->plan;
    for (unsigned r = 0; r < maker->rounds; r++) {
        const struct level *level = &maker->levels[r];
        size_t above = 0;
        for (size_t p = 0; p < level->count; p++) {
            general_id last = level->paths[p][r];
            while (r > 0 && above + 1 < maker->levels[r - 1].count &&
                   maker->levels[r - 1].first_child[above + 1] <= p) {
                above++;
            }
            if (is_traitor(maker, last)) {
                continue;
            }
            uint32_t slot = r == 0 ? plan->order : maker->levels[r - 1].told[above][last];
            for (unsigned number = 0; number < plan->generals; number++) {
                general_id to = (general_id)number;
                level->told[p][to] = slot;
            }
        }
    }
}

/* A majority of what `to` was told along a path and of what each relay of it came to. */
static void add_majority(struct maker *maker, unsigned r, size_t p, general_id to)
{
    struct om_plan *plan = maker->plan;
    const struct level *level = &maker->levels[r];
    const struct level *below = &maker->levels[r + 1];
    struct om_majority *majority = &plan->majorities[plan->majority_count++];
    *majority = (struct om_majority){(uint32_t)maker->input_count, 0, (uint32_t)plan->slot_count,
                                     UINT32_MAX};
    level->came_to[p][to] = (uint32_t)plan->slot_count++;
    plan->inputs[maker->input_count++] = level->told[p][to];
    size_t child = level->first_child[p];
    for (unsigned number = 0; number < plan->generals; number++) {
        general_id q = (general_id)number;
        if (!is_on(level->paths[p], r + 1, q)) {
            if (q != to) {
                plan->inputs[maker->input_count++] = below->came_to[child][to];
            }
            child++;
        }
    }
    majority->count = (uint32_t)maker->input_count - majority->first;
}

static enum error make_majorities(struct maker *maker)
{
    struct om_plan *plan = maker->plan;
    size_t majorities = 1;
    for (unsigned r = 0; r + 1 < maker->rounds; r++) {
        majorities += maker->levels[r].count * plan->generals;
    }
    plan->slot_count = SLOT_CHOICES + plan->choice_count;
    plan->majorities = calloc(majorities, sizeof *plan->majorities);
    plan->inputs = calloc(majorities * plan->generals, sizeof *plan->inputs);
    if (plan->majorities == NULL || plan->inputs == NULL) {
        return ERROR_MEMORY;
    }
    for (unsigned r = maker->rounds; r-- > 0;) {
        const struct level *level = &maker->levels[r];
        for (size_t p = 0; p < level->count; p++) {
            for (unsigned number = 0; number < plan->generals; number++) {
                general_id to = (general_id)number;
                level->came_to[p][to] = level->told[p][to];
                if (r + 1 < maker->rounds && !is_traitor(maker, to) &&
                    !is_on(level->paths[p], r + 1, to)) {
                    add_majority(maker, r, p, to);
                }
            }
        }
    }
    for (unsigned number = 1; number < plan->generals; number++) {
        general_id to = (general_id)number;
        if (!is_traitor(maker, to)) {
            plan->roots[plan->root_count++] = maker->levels[0].came_to[0][to];
        }
    }
    return OK;
}

/* The lowest choice beyond the lanes' that each majority hangs on, and who must be computed again
 * when it changes. */
static enum error make_again(struct om_plan *plan)
{
    uint32_t *lowest = malloc(plan->slot_count * sizeof *lowest);
    if (lowest == NULL) {
        return ERROR_MEMORY;
    }
    for (uint32_t slot = 0; slot < SLOT_CHOICES + plan->choice_count; slot++) {
        bool is_high = slot >= SLOT_CHOICES + LANE_BITS;
        lowest[slot] = is_high ? slot - SLOT_CHOICES - LANE_BITS : UINT32_MAX;
    }
    for (size_t i = 0; i < plan->majority_count; i++) {
        struct om_majority *majority = &plan->majorities[i];
        for (uint32_t in = 0; in < majority->count; in++) {
            uint32_t of_input = lowest[plan->inputs[majority->first + in]];
            majority->lowest = of_input < majority->lowest ? of_input : majority->lowest;
        }
        lowest[majority->slot] = majority->lowest;
    }
    free(lowest);
    for (unsigned t = 0; t + LANE_BITS < plan->choice_count; t++) {
        plan->again[t] = malloc((plan->majority_count + 1) * sizeof *plan->again[t]);
        if (plan->again[t] == NULL) {
            return ERROR_MEMORY;
        }
        for (uint32_t i = 0; i < plan->majority_count; i++) {
            if (plan->majorities[i].lowest <= t) {
                plan->again[t][plan->again_count[t]++] = i;
            }
        }
    }
    return OK;
}

static void maker_fini(struct maker *maker)
{
    for (unsigned r = 0; r < maker->rounds; r++) {
        free(maker->levels[r].paths);
        free(maker->levels[r].told);
        free(maker->levels[r].came_to);
        free(maker->levels[r].first_child);
    }
}

enum error om_plan_init(struct om_plan *plan, const struct om_question *question,
                        bool is_commander_loyal, order_nr order, struct error_text *text)
{
    *plan = (struct om_plan){.generals = question->generals,
                             .m = question->m,
                             .is_commander_loyal = is_commander_loyal,
                             .order = order,
                             .traitors = om_proof_traitors(question, is_commander_loyal)};
    uint64_t choices = om_choice_count(question, is_commander_loyal);
    if (choices > OM_CHOICES_MAX) {
        return error_set(text, ERROR_LIMIT,
                         "OM(%u) of %u generals, %u of them traitors, has %llu binary choices: no "
                         "more than %u can be enumerated; --method compose can decide it",
                         question->m, question->generals, question->traitors,
                         (unsigned long long)choices, OM_CHOICES_MAX);
    }
    if (path_count(question) > OM_PATHS_MAX) {
        return error_set(text, ERROR_LIMIT,
                         "OM(%u) of %u generals has %llu paths: no more than %u can be enumerated",
                         question->m, question->generals, (unsigned long long)path_count(question),
                         OM_PATHS_MAX);
    }
    struct maker maker = {.plan = plan, .rounds = question->m + 1};
    ASSERT(maker.rounds >= 1 && maker.rounds <= ROUNDS_MAX && maker.rounds < question->generals);
    enum error error = make_paths(&maker);
    if (error == OK) {
        number_choices(&maker);
        ASSERT(plan->choice_count == choices);
        set_told(&maker);
        error = make_majorities(&maker);
    }
    error = error == OK ? make_again(plan) : error;
    maker_fini(&maker);
    if (error != OK) {
        om_plan_fini(plan);
        return error_set(text, error, "no memory for a circuit of OM(%u)", question->m);
    }
    return OK;
}

void om_plan_fini(struct om_plan *plan)
{
    free(plan->majorities);
    free(plan->inputs);
    for (unsigned t = 0; t < OM_CHOICES_MAX; t++) {
        free(plan->again[t]);
    }
    *plan = (struct om_plan){0};
}
