/* prove_om.c - OM(m) on a complete graph by composition. */
#include "command/prove_result.h"
#include "prove/om_lies.h"
#include "prove/om_plan.h"

#include <stdio.h>

/* Beyond so many it takes a minute or more to work a script out: only if it is asked for. */
#define OM_SCRIPT_GENERALS 20u

static enum error explain(const struct om_question *question, struct om_proof *proof,
                          struct scenario *scenario, struct error_text *text)
{
    struct om_proof cheapest;
    TRY(om_proof_decide(question, om_proof_goal(question->generals), &cheapest, text));
    proof->cheapest = cheapest.cheapest;
    return om_lies_scenario(scenario, question, proof, text);
}

int prove_om(const struct prove_settings *settings)
{
    struct om_question question = {settings->generals, settings->m, settings->traitors};
    struct om_proof proof;
    struct scenario scenario;
    struct error_text text = {""};
    char title[96];
    unsigned n = question.generals;
    unsigned k = question.traitors;
    (void)snprintf(title, sizeof title, "OM(%u), %u generals, %u %s", question.m, n, k,
                   k == 1 ? "traitor" : "traitors");
    scenario_init(&scenario);
    enum error error = om_proof_decide(&question, OUTCOMES_DECIDE, &proof, &text);
    bool is_broken = error == OK && (!proof.ic1 || !proof.ic2);
    bool is_explained = is_broken && (n <= OM_SCRIPT_GENERALS || settings->scenario != NULL);
    if (is_explained) {
        error = explain(&question, &proof, &scenario, &text);
    }
    struct prove_result result = {
        .title = title,
        .is_complete = true,
        .ic1_violated = !proof.ic1,
        .ic2_violated = !proof.ic2,
        .has_formula = k >= 1 && question.m >= 1 && n >= k + 2,
        .formula_holds = om_formula_holds(&question),
        .counterexample = is_explained ? &scenario : NULL,
        .is_fewest = om_proof_goal(n) == OUTCOMES_FEWEST_LIES,
    };
    if (k >= 1) {
        strategies_add(&result.strategies, binomial(n - 1, k - 1),
                       om_choice_count(&question, false));
    }
    strategies_add(&result.strategies, 2 * binomial(n - 1, k), om_choice_count(&question, true));
    int exit_code =
        error == OK ? prove_result_show(settings, &result) : prove_fail(settings, error, &text);
    scenario_fini(&scenario);
    return exit_code;
}
