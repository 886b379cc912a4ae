/* shrink.c - see shrink.h: delta debugging (Zeller, Hildebrandt 2002) over the list of faults, then
 * one by one, then the time. */
#include "campaign/shrink.h"

#include "campaign/pool.h"

#include <stdlib.h>
#include <string.h>

struct search {
    const struct shrink *shrink;
    const struct plan *whole;
    struct plan *trial;
    const struct shrink_goal *goal;
    uint64_t until_ns;
    uint64_t runs;
};

/* The plan without what is removed, its faults ending at `until_ns`. */
static void make_trial(struct search *search, const bool *removed, uint64_t until_ns)
{
    const struct plan *whole = search->whole;
    struct plan *trial = search->trial;
    *trial = *whole;
    trial->fault_total = 0;
    for (size_t i = 0; i < whole->fault_total; i++) {
        if (!removed[i] && whole->faults[i].at_ns <= until_ns) {
            trial->faults[trial->fault_total++] = whole->faults[i];
        }
    }
    trial->faults_until_ns = until_ns;
}

static enum error fails(struct search *search, const bool *removed, uint64_t until_ns, bool *does,
                        struct error_text *text)
{
    bool has_crashed = false;
    struct world_outcome outcome;
    make_trial(search, removed, until_ns);
    TRY(pool_run_one(search->trial, &has_crashed, &outcome, text));
    search->runs++;
    *does = search->goal->has_crashed
                ? has_crashed
                : outcome.has_finding && strcmp(outcome.oracle, search->goal->oracle) == 0;
    return OK;
}

/* Takes out runs of `size` faults wherever it can. */
static enum error take_out(struct search *search, bool *removed, size_t size, bool *has_changed,
                           struct error_text *text)
{
    size_t total = search->whole->fault_total;
    for (size_t first = 0; first < total; first += size) {
        bool trial[PLAN_FAULTS_MAX];
        bool does = false;
        size_t taken = 0;
        memcpy(trial, removed, sizeof trial);
        for (size_t i = first; i < first + size && i < total; i++) {
            taken += trial[i] ? 0 : 1;
            trial[i] = true;
        }
        if (taken == 0 || search->shrink->is_stop_wanted(search->shrink->context)) {
            continue;
        }
        TRY(fails(search, trial, search->until_ns, &does, text));
        if (does) {
            memcpy(removed, trial, sizeof trial);
            *has_changed = true;
            search->shrink->on_smaller(search->shrink->context, search->trial, search->runs);
        }
    }
    return OK;
}

static enum error shorten(struct search *search, const bool *removed, struct error_text *text)
{
    uint64_t low_ns = 0;
    uint64_t high_ns = search->until_ns;
    for (int step = 0; step < 12; step++) {
        bool does = false;
        uint64_t middle_ns = low_ns + (high_ns - low_ns) / 2;
        if (search->shrink->is_stop_wanted(search->shrink->context)) {
            break;
        }
        TRY(fails(search, removed, middle_ns, &does, text));
        *(does ? &high_ns : &low_ns) = middle_ns;
    }
    search->until_ns = high_ns;
    return OK;
}

static enum error find_goal(struct search *search, struct shrink_goal *goal,
                            struct error_text *text)
{
    struct world_outcome outcome;
    bool has_crashed = false;
    TRY(pool_run_one(search->whole, &has_crashed, &outcome, text));
    if (!has_crashed && !outcome.has_finding) {
        return error_set(text, ERROR_INVALID, "this run holds: there is nothing to shrink");
    }
    goal->has_crashed = has_crashed;
    goal->property = outcome.property;
    memcpy(goal->oracle, outcome.oracle, sizeof goal->oracle);
    return OK;
}

enum error shrink_run(const struct shrink *shrink, struct plan *plan, bool *removed,
                      struct shrink_goal *goal, uint64_t *runs, struct error_text *text)
{
    struct search search = {.shrink = shrink,
                            .whole = plan,
                            .trial = malloc(sizeof *search.trial),
                            .goal = goal,
                            .until_ns = plan->faults_until_ns};
    if (search.trial == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory");
    }
    memset(removed, 0, PLAN_FAULTS_MAX * sizeof *removed);
    enum error error = find_goal(&search, goal, text);
    bool has_changed = true;
    for (size_t size = plan->fault_total / 2; error == OK && size > 1; size /= 2) {
        error = take_out(&search, removed, size, &has_changed, text);
    }
    while (error == OK && has_changed) {
        has_changed = false;
        error = take_out(&search, removed, 1, &has_changed, text);
    }
    if (error == OK) {
        error = shorten(&search, removed, text);
    }
    if (error == OK) {
        make_trial(&search, removed, search.until_ns);
        for (size_t i = 0; i < plan->fault_total; i++) {
            removed[i] = removed[i] || plan->faults[i].at_ns > search.until_ns;
        }
        *plan = *search.trial;
    }
    *runs = search.runs;
    free(search.trial);
    return error;
}
