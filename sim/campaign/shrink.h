/* shrink.h - makes a failing plan small: takes out faults, and shortens it, while it still fails in
 * the same way. */
#ifndef STRATEGOS_CAMPAIGN_SHRINK_H
#define STRATEGOS_CAMPAIGN_SHRINK_H

#include "cluster/world.h"

struct shrink_goal {
    bool has_crashed;
    enum property property;
    char oracle[32]; /* the finding to keep */
};

struct shrink {
    void *context;
    /* A smaller plan was found. */
    void (*on_smaller)(void *context, const struct plan *plan, uint64_t runs);
    bool (*is_stop_wanted)(void *context);
};

/* `removed` has PLAN_FAULTS_MAX places; removed[i]: fault i of the plan as drawn is not needed. In
 * the end no single fault can be taken out (1-minimal), and the faults end as early as they can.
 * ERROR_INVALID: the plan does not fail.
 */
MUST_USE enum error shrink_run(const struct shrink *shrink, struct plan *plan, bool *removed,
                               struct shrink_goal *goal, uint64_t *runs, struct error_text *text);

#endif
