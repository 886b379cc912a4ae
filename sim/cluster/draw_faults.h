/* draw_faults.h - the faults of a plan. Only for this layer. */
#ifndef STRATEGOS_CLUSTER_DRAW_FAULTS_H
#define STRATEGOS_CLUSTER_DRAW_FAULTS_H

#include "base/prng.h"
#include "cluster/plan.h"

/* `strategy` of all traitors; SIZE_MAX: drawn for each. */
void draw_faults(struct plan *plan, size_t strategy, struct prng *prng);

#endif
