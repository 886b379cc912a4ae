/* enumerate_scenario.c - a strategy of an enumeration as a script: see enumerate.h. */
#include "prove/enumerate.h"

#include "base/assert.h"
#include "prove/acts.h"
#include "prove/om_lies.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static order_nr chosen(const struct om_plan *plan, uint64_t strategy, const general_id *path,
                       unsigned count, general_id to)
{
    for (unsigned i = 0; i < plan->choice_count; i++) {
        const struct om_choice *choice = &plan->choices[i];
        if (choice->to == to && choice->path_count == count &&
            memcmp(choice->path, path, count) == 0) {
            return (order_nr)(strategy >> i & 1);
        }
    }
    ASSERT(count == 0); /* every such place is a choice */
    return RETREAT;
}

/* What `to` was told along a path. Traitors tell each other what is due. */
static order_nr told(const struct om_plan *plan, uint64_t strategy, const general_id *path,
                     unsigned count, general_id to)
{
    while (count > 0) {
        general_id from = path[count - 1];
        if (general_is_in(plan->traitors, from) && !general_is_in(plan->traitors, to)) {
            return chosen(plan, strategy, path, count, to);
        }
        to = from;
        count--;
    }
    return plan->order;
}

enum error enumeration_scenario(const struct enumeration *enumeration, const struct tally *tally,
                                struct scenario *scenario, struct error_text *text)
{
    const struct om_question *question = &enumeration->question;
    ASSERT(tally->has_first);
    if (tally->first_case >= enumeration->case_count ||
        tally->first >> enumeration->plans[tally->first_case].choice_count != 0) {
        return error_set(text, ERROR_INVALID, "the result names no strategy of this question");
    }
    const struct om_plan *plan = &enumeration->plans[tally->first_case];
    om_lies_players(scenario, question, plan->is_commander_loyal, plan->order);
    (void)snprintf(scenario->name, sizeof scenario->name, "om%u-n%u-k%u-%" PRIx64, question->m,
                   question->generals, question->traitors, tally->first);
    for (unsigned i = 0; i < plan->choice_count; i++) {
        const struct om_choice *choice = &plan->choices[i];
        order_nr order = (order_nr)(tally->first >> i & 1);
        general_id from = choice->path[choice->path_count - 1u];
        struct lie lie = {
            .from = from, .to = choice->to, .order = order, .path_count = choice->path_count};
        memcpy(lie.path, choice->path, choice->path_count);
        if (order != told(plan, tally->first, choice->path, choice->path_count - 1u, from)) {
            TRY(scenario_add_lie(scenario, &lie, text));
        }
    }
    bool ic1;
    bool ic2;
    TRY(acts_play(scenario, &ic1, &ic2, text));
    scenario->expect_ic1 = ic1 ? EXPECT_HOLDS : EXPECT_VIOLATED;
    scenario->expect_ic2 = ic2 ? EXPECT_HOLDS : EXPECT_VIOLATED;
    return OK;
}
