/* network.c - see network.h. */
#include "cluster/network.h"

void network_init(struct network *network, const struct plan *plan)
{
    network->settings = plan->network;
    prng_init(&network->prng, plan->seed ^ UINT64_C(0x6e6574776f726b));
    network->lossy_permille = 0;
    network->is_calm = false;
}

/* Mostly near the typical delay, now and then up to the largest. */
uint64_t network_delay(struct network *network)
{
    const struct plan_network *settings = &network->settings;
    struct prng *prng = &network->prng;
    if (network->is_calm) {
        uint64_t most = network->calm_delay_ns;
        uint64_t least = settings->delay_min_ns < most ? settings->delay_min_ns : most;
        return least + prng_below(prng, most - least + 1);
    }
    uint64_t spread = settings->delay_typical_ns - settings->delay_min_ns;
    if (prng_below(prng, 32) == 0) {
        spread = settings->delay_max_ns - settings->delay_min_ns;
    }
    return settings->delay_min_ns + prng_below(prng, spread + 1);
}

static uint64_t arrival(struct network *network, struct network_link *link, size_t size,
                        uint64_t now_ns)
{
    uint64_t start_ns = now_ns;
    if (link->bytes_per_s != 0) {
        start_ns = link->free_ns > now_ns ? link->free_ns : now_ns;
        start_ns += size * PLAN_S / link->bytes_per_s;
        link->free_ns = start_ns;
    }
    uint64_t at_ns = start_ns + network_delay(network) + link->slower_ns;
    if (at_ns < link->clogged_until_ns) {
        at_ns = link->clogged_until_ns;
    }
    if (!network->settings.reorders && at_ns < link->last_arrival_ns) {
        at_ns = link->last_arrival_ns;
    }
    if (at_ns > link->last_arrival_ns) {
        link->last_arrival_ns = at_ns;
    }
    return at_ns;
}

enum network_fate network_send(struct network *network, uint32_t from, uint32_t to, size_t size,
                               uint64_t now_ns, uint64_t *arrival_ns, uint64_t *copy_ns)
{
    struct network_link *link = &network->links[from][to];
    *copy_ns = 0;
    if (link->cuts != 0) {
        return NETWORK_CUT;
    }
    if (now_ns < link->up_ns) {
        return NETWORK_NO_SESSION;
    }
    if (!network->is_calm) {
        uint32_t loss = network->settings.loss_permille + network->lossy_permille;
        uint64_t drawn = loss != 0 ? prng_below(&network->prng, 1000) : 1000;
        if (drawn < loss) {
            return drawn < network->settings.loss_permille ? NETWORK_LOST : NETWORK_LOST_MORE;
        }
        if (network->settings.duplicate_permille != 0 &&
            prng_below(&network->prng, 1000) < network->settings.duplicate_permille) {
            *copy_ns = arrival(network, link, size, now_ns);
        }
    }
    *arrival_ns = arrival(network, link, size, now_ns);
    return NETWORK_ARRIVES;
}

void network_calm(struct network *network, uint64_t delta_ns, uint64_t now_ns)
{
    network->is_calm = true;
    network->calm_delay_ns = delta_ns / 3;
    network->lossy_permille = 0;
    for (size_t a = 0; a < NETWORK_ENDS; a++) {
        for (size_t b = 0; b < NETWORK_ENDS; b++) {
            struct network_link *link = &network->links[a][b];
            uint64_t up_ns = link->up_ns;
            *link = (struct network_link){.up_ns = up_ns};
            if (link->up_ns > now_ns + delta_ns) {
                link->up_ns = now_ns + delta_ns;
            }
        }
    }
}
