/* om_graph_choose.h - inside OM(m,p): who can command, and with which members. */
#ifndef STRATEGOS_AGREEMENT_OM_GRAPH_CHOOSE_H
#define STRATEGOS_AGREEMENT_OM_GRAPH_CHOOSE_H

#include "agreement/om_graph.h"

/* Members for `commander` of OM(m,p) in `within` (old commanders left out, he himself in it): a
 * regular set of p neighbours each of whom can command OM(m-1,p-1) without him. 0: there is none,
 * or `*looks`, the choices that may still be looked at, came to 0. */
general_set om_graph_choose(const struct graph *graph, general_set within, general_id commander,
                            unsigned m, unsigned p, uint64_t *looks);

#endif
