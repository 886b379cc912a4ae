/* draw_customers.h - the customers of a plan, once it is known how long faults last. Only for this
 * layer. */
#ifndef STRATEGOS_CLUSTER_DRAW_CUSTOMERS_H
#define STRATEGOS_CLUSTER_DRAW_CUSTOMERS_H

#include "base/prng.h"
#include "cluster/plan.h"

void draw_customers(struct plan *plan, struct prng *prng);

#endif
