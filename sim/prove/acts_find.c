/* acts_find.c - plays strategies until one breaks something: see acts.h. */
#include "prove/acts.h"

#include "base/prng.h"

#include <stdlib.h>
#include <string.h>

#define WATCH_EVERY 64u

struct hunt {
    const struct acts *acts;
    struct scenario *scenario;
    struct acts_search *search;
    struct error_text *text;
    uint8_t *choices;
};

static unsigned options(const struct acts *acts)
{
    return 1u << acts->bits_per_act;
}

/* Plays what `choices` says. */
static enum error play_choices(struct hunt *hunt, uint64_t total)
{
    struct acts_search *search = hunt->search;
    bool ic1;
    bool ic2;
    TRY(acts_write(hunt->acts, hunt->choices, hunt->scenario, hunt->text));
    TRY(acts_play(hunt->scenario, &ic1, &ic2, hunt->text));
    search->plays++;
    search->is_found = !ic1 || !ic2;
    if (search->watch != NULL && search->plays % WATCH_EVERY == 0 &&
        !search->watch(search->context, search->plays, total)) {
        return error_set(hunt->text, ERROR_TIMEOUT, "stopped after %llu strategies",
                         (unsigned long long)search->plays);
    }
    return OK;
}

static enum error play_each(struct hunt *hunt, uint64_t total)
{
    const struct acts *acts = hunt->acts;
    for (uint64_t strategy = 0; strategy < total && !hunt->search->is_found; strategy++) {
        uint64_t left = strategy;
        for (size_t i = 0; i < acts->count; i++) {
            hunt->choices[i] = (uint8_t)(left % options(acts));
            left /= options(acts);
        }
        TRY(play_choices(hunt, total));
    }
    hunt->search->is_complete = true;
    return OK;
}

/* All do one thing, and one act another; then whatever comes. */
static enum error play_some(struct hunt *hunt)
{
    const struct acts *acts = hunt->acts;
    struct acts_search *search = hunt->search;
    uint64_t total = search->plays_max;
    struct prng prng;
    for (unsigned all = 0; all < options(acts); all++) {
        for (size_t i = 0; i <= acts->count && search->plays < total / 2; i++) {
            for (unsigned other = 0; other < options(acts) && !search->is_found; other++) {
                memset(hunt->choices, (int)all, acts->count);
                if (i < acts->count) {
                    hunt->choices[i] = (uint8_t)other;
                }
                TRY(play_choices(hunt, total));
            }
        }
    }
    prng_init(&prng, hunt->scenario->seed);
    while (search->plays < total && !search->is_found) {
        for (size_t i = 0; i < acts->count; i++) {
            hunt->choices[i] = (uint8_t)prng_below(&prng, options(acts));
        }
        TRY(play_choices(hunt, total));
    }
    return OK;
}

/* Leaves out each lie without which it is still broken. */
static enum error cut_down(struct scenario *scenario, struct error_text *text)
{
    for (size_t i = scenario->lie_count; i-- > 0;) {
        struct lie lie = scenario->lies[i];
        bool ic1;
        bool ic2;
        scenario->lies[i] = scenario->lies[--scenario->lie_count];
        TRY(acts_play(scenario, &ic1, &ic2, text));
        if (ic1 && ic2) {
            scenario->lies[scenario->lie_count++] = scenario->lies[i];
            scenario->lies[i] = lie;
        }
    }
    return OK;
}

enum error acts_find(const struct acts *acts, struct scenario *scenario, struct acts_search *search,
                     struct error_text *text)
{
    struct hunt hunt = {.acts = acts, .scenario = scenario, .search = search, .text = text};
    search->is_found = false;
    search->is_complete = false;
    search->plays = 0;
    hunt.choices = calloc(acts->count + 1, 1);
    if (hunt.choices == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a strategy");
    }
    bool is_small = acts_bits(acts) < 63 && UINT64_C(1) << acts_bits(acts) <= search->plays_max;
    enum error error =
        is_small ? play_each(&hunt, UINT64_C(1) << acts_bits(acts)) : play_some(&hunt);
    free(hunt.choices);
    if (error == OK && search->is_found) {
        search->is_complete = true;
        error = cut_down(scenario, text);
    } else {
        scenario->lie_count = 0;
    }
    return error;
}
