/* budget.h - a token bucket: bounds what strangers can make us compute. Opening a handshake costs
 * two X25519 multiplications and answering it three more, while a frame of an established session
 * costs a hundredth of that. */
#ifndef STRATEGOS_TRANSPORT_BUDGET_H
#define STRATEGOS_TRANSPORT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define HANDSHAKES_PER_SECOND 500u
#define HANDSHAKES_AT_ONCE    16u

struct budget {
    uint64_t interval_ns; /* one token each */
    uint64_t saved_ns_max;
    uint64_t spent_until_ns; /* virtual time up to which tokens are spent */
};

static inline struct budget budget_make(uint64_t per_second, uint64_t at_once)
{
    uint64_t interval_ns = UINT64_C(1000000000) / per_second;
    return (struct budget){.interval_ns = interval_ns, .saved_ns_max = interval_ns * at_once};
}

static inline bool budget_take(struct budget *budget, uint64_t now_ns)
{
    uint64_t earliest_ns = now_ns > budget->saved_ns_max ? now_ns - budget->saved_ns_max : 0;
    uint64_t start_ns = budget->spent_until_ns > earliest_ns ? budget->spent_until_ns : earliest_ns;
    if (start_ns + budget->interval_ns > now_ns) {
        return false;
    }
    budget->spent_until_ns = start_ns + budget->interval_ns;
    return true;
}

#endif
