/* worst.h - the choices of the traitors that break a game, if there are any. */
#ifndef STRATEGOS_PROVE_WORST_H
#define STRATEGOS_PROVE_WORST_H

#include "generals/scenario.h"

/* Searches for choices of the scenario's traitors that break IC1 or IC2, and succeeds whenever the
 * theory says that there are some. Found: they become the scenario's lies and every traitor's
 * strategy SCRIPT, and *is_found is true. Not found: the traitors are loyal (nothing they could do
 * would matter) and `text` says why nothing can. ERROR_LIMIT: too large to be searched; `text` says
 * how large. Deterministic by the scenario's seed. */
MUST_USE enum error worst_find(struct scenario *scenario, bool *is_found, struct error_text *text);

#endif
