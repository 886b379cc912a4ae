/* worst.h - the choices of the traitors that break a game, if there are any.
 *
 * OM on a complete graph: complete, by composition (outcomes.h). SM on a complete graph: complete,
 * by LSP82 Theorem 2 and the chain that breaks it otherwise. The naive algorithm: complete, because
 * the most that traitors can do to a general is to tell him all the same. On other graphs: complete
 * where the strategies are few enough to be played or the theorems say that it holds; else a guided
 * search that may miss something, and says so. */
#ifndef STRATEGOS_PROVE_WORST_H
#define STRATEGOS_PROVE_WORST_H

#include "generals/scenario.h"

/* Searches for choices of the scenario's traitors that break IC1 or IC2, and succeeds whenever the
 * theory says that there are some. Found: they become the scenario's lies and every traitor's
 * strategy SCRIPT (or COLLUDE, where SM is played without the round rule: a script cannot keep a
 * short chain back), and *is_found is true. Not found: the traitors are loyal (nothing they could
 * do would matter) and `text` says why nothing can. ERROR_LIMIT: too large to be searched; `text`
 * says how large. Otherwise as scenario_check. Deterministic by the scenario's seed. */
MUST_USE enum error worst_find(struct scenario *scenario, bool *is_found, struct error_text *text);

#endif
