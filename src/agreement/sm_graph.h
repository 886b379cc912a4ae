/* sm_graph.h - how many rounds SM needs among generals who cannot all talk to each other (LSP82
 * §5). The algorithm is that of sm.h, with messages to neighbours only.
 *
 * Theorem 3: if at most m generals are traitors and the loyal ones are connected among themselves,
 * with diameter d, then SM(m + d - 1) solves the problem. For an order that a loyal general takes
 * up under signatures of traitors alone comes to him in round m at the latest, and d rounds later
 * all loyal generals have it; an order that comes later was taken up by a loyal general before.
 * Corollary: SM(n - 2) always suffices then. For with k traitors d is at most n - k - 1.
 *
 * Without connection nothing helps: a part of the loyal generals hears only what traitors let
 * through.
 *
 * Who plays knows the bound m but not the traitors; so he takes the worst loyal set of n - m, or
 * n - 2. Pure. */
#ifndef STRATEGOS_AGREEMENT_SM_GRAPH_H
#define STRATEGOS_AGREEMENT_SM_GRAPH_H

#include "agreement/graph.h"

/* `*sm_m` := m + d - 1, so that SM(*sm_m) holds against m traitors if `loyal` are the others; false
 * (and `*sm_m` is left as it was) if `loyal` is not connected. A single loyal general, or none,
 * counts as d = 1. */
bool sm_graph_m(const struct graph *graph, general_set loyal, unsigned m, unsigned *sm_m);

/* n - 2: enough on every graph whose loyal generals are connected; 0 for less than two generals. */
unsigned sm_graph_m_sufficient(unsigned generals);

#endif
