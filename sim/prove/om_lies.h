/* om_lies.h - a break of OM(m) as a script: who tells whom what along which path. */
#ifndef STRATEGOS_PROVE_OM_LIES_H
#define STRATEGOS_PROVE_OM_LIES_H

#include "prove/om_proof.h"

/* Adds to `scenario` the lies by which `weight` of its loyal lieutenants, those with the lowest
 * numbers, obey `one` and the others RETREAT (or, where even that is not possible, what ties come
 * to). The commander's order is `one` if `value` is 1, else RETREAT. `outcomes` is composed for
 * this commander and the scenario's traitors, with lies counted. */
MUST_USE enum error om_lies_add(struct scenario *scenario, struct outcomes *outcomes,
                                general_id commander, unsigned value, unsigned weight, order_nr one,
                                struct error_text *text);

/* Who plays: `question` as om_proof_traitors places it, all traitors with a script that is still
 * empty. `scenario` comes from scenario_init. */
void om_lies_players(struct scenario *scenario, const struct om_question *question,
                     bool is_commander_loyal, order_nr order);

/* A question's cheapest break, found with the goal of om_proof_goal, as a scenario, what must come
 * out of it included. `scenario` comes from scenario_init. */
MUST_USE enum error om_lies_scenario(struct scenario *scenario, const struct om_question *question,
                                     const struct om_proof *proof, struct error_text *text);

#endif
