/* twins.h - a traitor that runs twice: two live copies under one name, which part the others among
 * them. Each of the others hears one of the two, or both; who hears whom changes with the views, so
 * that both copies meet their own quorums now and then (Bano et al., "Twins: BFT Systems Made
 * Robust", 2021). Only for this layer. */
#ifndef STRATEGOS_CLUSTER_TWINS_H
#define STRATEGOS_CLUSTER_TWINS_H

#include "cluster/process.h"

struct world;

/* `first`, a traitor that is up, gets a twin with its disk as it is; `seed` says who hears whom,
 * and for how many views. NULL: there is no room for one more. */
struct process *twins_begin(struct world *world, struct process *first, uint64_t seed);

/* The process is in this view now. Parts the others anew if it has a twin and it is time. */
void twins_enter(struct process *process, view_nr view);

#endif
