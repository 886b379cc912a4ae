/* sm_scenario.c - what breaks SM(m) where something does: see sm_proof.h. */
#include "prove/sm_proof.h"

#include "base/assert.h"

#include <stdio.h>

static void set_players(const struct sm_question *question, struct scenario *scenario)
{
    scenario->algorithm = ALGORITHM_SM;
    scenario->generals = question->generals;
    scenario->m = question->m;
    scenario->commander = 0;
    scenario->order = ATTACK;
    scenario->is_beyond = true;
    scenario->has_round_rule = question->has_round_rule;
    scenario->traitors = general_bit(0);
    for (unsigned i = 1; i < question->traitors; i++) {
        scenario->traitors |= general_bit((general_id)(question->generals - i));
    }
    for (unsigned number = 0; number < question->generals; number++) {
        general_id general = (general_id)number;
        scenario->strategies[general] =
            general_is_in(scenario->traitors, general) ? STRATEGY_SCRIPT : STRATEGY_LOYAL;
    }
    graph_complete(&scenario->graph, question->generals);
}

/* No round rule: a second order, kept back. */
static void collude(struct scenario *scenario)
{
    for (unsigned number = 0; number < scenario->generals; number++) {
        general_id general = (general_id)number;
        if (general_is_in(scenario->traitors, general)) {
            scenario->strategies[general] = STRATEGY_COLLUDE;
        }
    }
}

enum error sm_proof_scenario(const struct sm_question *question, struct scenario *scenario,
                             struct error_text *text)
{
    unsigned rounds = question->m + 1;
    set_players(question, scenario);
    scenario->expect_ic1 = EXPECT_VIOLATED;
    scenario->expect_ic2 = EXPECT_HOLDS;
    (void)snprintf(scenario->name, sizeof scenario->name, "sm%u-n%u-k%u%s", question->m,
                   question->generals, question->traitors,
                   question->has_round_rule ? "" : "-no-round-rule");
    (void)snprintf(scenario->text, sizeof scenario->text,
                   "A second order is kept back until the last round and shown to one lieutenant "
                   "alone, under the names of traitors%s.",
                   question->has_round_rule ? "" : " who are too few for that round");
    if (question->traitors < rounds) {
        ASSERT(!question->has_round_rule);
        collude(scenario);
        return OK;
    }
    struct lie lie = {.to = 1, .order = RETREAT, .path_count = (uint8_t)rounds};
    for (unsigned i = 1; i < rounds; i++) {
        lie.path[i] = (general_id)(question->generals - i);
    }
    lie.from = lie.path[rounds - 1];
    return scenario_add_lie(scenario, &lie, text);
}
