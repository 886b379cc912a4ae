/* prove_sm.c - SM(m) on a complete graph. */
#include "command/prove_result.h"
#include "console/interrupt.h"
#include "console/meter.h"
#include "console/ticks.h"
#include "prove/sm_proof.h"

#include <stdio.h>

static bool watch(void *context, uint64_t done, uint64_t total)
{
    struct meter *meter = context;
    meter->total_bytes = total;
    meter_update(meter, done, done, ticks_now_ns());
    return !interrupt_is_caught();
}

int prove_sm(const struct prove_settings *settings)
{
    struct sm_question question = {settings->generals, settings->m, settings->traitors,
                                   settings->orders, settings->has_round_rule};
    struct sm_proof proof;
    struct scenario scenario;
    struct meter meter;
    struct error_text text = {""};
    char title[128];
    (void)snprintf(title, sizeof title, "SM(%u)%s, %u generals, %u %s, %u orders", question.m,
                   question.has_round_rule ? "" : " without the round rule", question.generals,
                   question.traitors, question.traitors == 1 ? "traitor" : "traitors",
                   question.orders);
    scenario_init(&scenario);
    meter_init(&meter, 0, 1, settings->quiet, ticks_now_ns());
    meter.unit = "strategies";
    interrupt_catch();
    enum error error = settings->method == PROVE_ENUMERATE
                           ? sm_proof_enumerate(&question, watch, &meter, &proof, &text)
                           : sm_proof_compose(&question, &proof, &text);
    meter_erase(&meter);
    if (error == OK && !proof.ic1) {
        error = sm_proof_scenario(&question, &scenario, &text);
    }
    struct prove_result result = {
        .title = title,
        .is_complete = true,
        .ic1_violated = error == OK && !proof.ic1,
        .ic2_violated = error == OK && !proof.ic2,
        .counterexample = error == OK && !proof.ic1 ? &scenario : NULL,
        .is_fewest = scenario.lie_count == 1,
    };
    sm_strategies(&question, &result.strategies);
    if (error == OK && settings->method == PROVE_ENUMERATE) {
        result.examined = proof.examined;
        result.ic1_broken = proof.broken;
    }
    int exit_code =
        error == OK ? prove_result_show(settings, &result) : prove_fail(settings, error, &text);
    scenario_fini(&scenario);
    return exit_code;
}
