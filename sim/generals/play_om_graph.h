/* play_om_graph.h - OM(m,p) among generals who cannot all talk to each other. */
#ifndef STRATEGOS_GENERALS_PLAY_OM_GRAPH_H
#define STRATEGOS_GENERALS_PLAY_OM_GRAPH_H

#include "generals/record.h"

/* Plays one instance, as record.h says: each hop is a message of its own, whose path is all that
 * the order went through. play->scenario.p becomes the p that is played. The scenario has passed
 * play_om_graph_check. */
MUST_USE enum error play_om_graph(struct recorder *recorder, const struct plot *plot,
                                  size_t instance, struct error_text *text);

/* Whether OM(m,p) can be played on the scenario's graph, by its commander or, interactive, by
 * everybody. ERROR_INVALID: the text says who lacks which paths, or which p would do. ERROR_LIMIT:
 * too large. */
MUST_USE enum error play_om_graph_check(const struct scenario *scenario, struct error_text *text);

/* The p that is played: what the scenario has, or the largest that works; 0 if none does. */
unsigned play_om_graph_p(const struct scenario *scenario);

/* Bytes for one instance, without the record; 0 if it cannot be played at all, UINT64_MAX where it
 * overflows. */
uint64_t play_om_graph_memory(const struct scenario *scenario);

#endif
