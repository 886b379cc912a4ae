/* plan.c - what a seed decides: swarm testing (Groce et al. 2012), each run with features of its
 * own on or off, so that rare combinations come about. */
#include "cluster/plan.h"

#include "base/prng.h"
#include "cluster/draw_customers.h"
#include "cluster/draw_faults.h"
#include "traitors/traitor.h"

#include <string.h>

static const struct plan_network networks[] = {
    {"lan", 50 * PLAN_US, 200 * PLAN_US, 3 * PLAN_MS, 0, 0, false},
    {"metro", 500 * PLAN_US, 2 * PLAN_MS, 20 * PLAN_MS, 1, 1, true},
    {"wan", 8 * PLAN_MS, 20 * PLAN_MS, 60 * PLAN_MS, 2, 2, true},
    {"lossy", 100 * PLAN_US, 1 * PLAN_MS, 30 * PLAN_MS, 60, 20, true},
    {"wild", 50 * PLAN_US, 30 * PLAN_MS, 400 * PLAN_MS, 120, 60, true},
};
#define NETWORKS          (sizeof networks / sizeof networks[0])
#define SMALL_VALUE_BYTES 100u

const char *plan_network_name(size_t index)
{
    return index < NETWORKS ? networks[index].name : NULL;
}

void plan_options_init(struct plan_options *options, uint64_t seed)
{
    *options = (struct plan_options){.seed = seed, .traitor_count = SIZE_MAX, .strategy = SIZE_MAX};
}

static enum error draw_group(struct plan *plan, const struct plan_options *options,
                             struct prng *prng, struct error_text *text)
{
    static const uint8_t sizes[] = {4, 4, 4, 4, 4, 4, 5, 6, 7, 7, 7, 8, 10, 13};
    size_t n = sizes[prng_below(prng, sizeof sizes)];
    uint64_t fewer = prng_below(prng, 8);
    uint64_t treason = prng_next(prng);
    if (options->replica_count != 0) {
        n = options->replica_count;
    }
    if (n < 4 || n > REPLICAS_MAX) {
        return error_set(text, ERROR_INVALID, "--replicas %zu: must be 4 to %u", n, REPLICAS_MAX);
    }
    size_t most = (n - 1) / 3;
    size_t f = options->fault_count != 0 ? options->fault_count : most;
    if (options->fault_count == 0 && fewer == 0 && most > 1) {
        f--;
    }
    if (f > most) {
        return error_set(text, ERROR_INVALID, "--faults %zu: %zu replicas can bear at most %zu", f,
                         n, most);
    }
    size_t traitors = options->traitor_count;
    if (traitors == SIZE_MAX) {
        traitors = (size_t)(treason % (f + 2));
        traitors = traitors > f ? f : traitors; /* all f more often than not */
    }
    if (traitors > f && !options->beyond) {
        return error_set(text, ERROR_INVALID,
                         "--traitors %zu: the group bears %zu; --beyond plays it all the same",
                         traitors, f);
    }
    if (traitors >= n) {
        return error_set(text, ERROR_INVALID, "--traitors %zu: there are %zu replicas", traitors,
                         n);
    }
    plan->replica_count = n;
    plan->fault_count = f;
    plan->traitor_count = traitors;
    return OK;
}

static enum error draw_network(struct plan *plan, const struct plan_options *options,
                               struct prng *prng, struct error_text *text)
{
    static const uint8_t weights[] = {0, 0, 0, 1, 1, 2, 3, 3, 4};
    size_t choice = weights[prng_below(prng, sizeof weights)];
    if (options->network != NULL) {
        for (choice = 0; choice < NETWORKS; choice++) {
            if (strcmp(networks[choice].name, options->network) == 0) {
                break;
            }
        }
    }
    if (choice == NETWORKS) {
        return error_set(text, ERROR_INVALID,
                         "--network \"%s\": must be lan, metro, wan, lossy or wild",
                         options->network);
    }
    plan->network = networks[choice];
    plan->delta_ns = (choice == 2 ? 100 : 20 + prng_below(prng, 4) * 20) * PLAN_MS;
    plan->sync_ns = 100 * PLAN_US + prng_below(prng, 9) * 100 * PLAN_US;
    plan->frame_ns = 5 * PLAN_US;
    plan->ledger_bytes = (UINT64_C(256) << 10) << prng_below(prng, 3);
    return OK;
}

/* A ledger file must hold the largest record. Where no client makes a large one files may be small,
 * so that a run fills some: the next one is made, and a full disk is met, in the midst of it. */
static void make_files_small(struct plan *plan)
{
    for (size_t c = 0; c < plan->customer_count; c++) {
        if (plan->customers[c].lie != CUSTOMER_HONEST ||
            plan->customers[c].value_bytes_max > SMALL_VALUE_BYTES) {
            return;
        }
    }
    plan->ledger_bytes /= 8;
}

/* A run has a hundred orders or so: what is due after many more than that is due never. */
static void draw_checkpoints(struct plan *plan, struct prng *prng)
{
    plan->checkpoint =
        (struct checkpoint_limits){.requests = CHECKPOINT_REQUESTS, .bytes = CHECKPOINT_BYTES};
    uint64_t often = prng_below(prng, 8);
    uint64_t few = 8 + prng_below(prng, 60);
    uint64_t many = 60 + prng_below(prng, 2000);
    if (often != 0) {
        plan->checkpoint.requests = often < 6 ? few : many;
    }
    uint64_t bytes = (2 + prng_below(prng, 64)) << 10;
    if (prng_below(prng, 4) == 0) {
        plan->checkpoint.bytes = bytes;
    }
    uint64_t quick_ns = prng_below(prng, 5000) * PLAN_US;
    uint64_t slow_ns = prng_below(prng, 300) * PLAN_MS;
    plan->checkpoint_ns = prng_below(prng, 3) == 0 ? slow_ns : quick_ns;
}

enum error plan_draw(struct plan *plan, const struct plan_options *options, struct error_text *text)
{
    struct prng prng;
    prng_init(&prng, options->seed);
    memset(plan, 0, sizeof *plan);
    plan->seed = options->seed;
    TRY(draw_group(plan, options, &prng, text));
    TRY(draw_network(plan, options, &prng, text));
    uint64_t faulty_ns = (500 + prng_below(&prng, 2500)) * PLAN_MS;
    plan->faults_until_ns = options->length_ns != 0 ? options->length_ns / 2 : faulty_ns;
    draw_customers(plan, &prng);
    draw_faults(plan, options->strategy, &prng);
    plan->digest_every = UINT64_C(1) << 3 * prng_below(&prng, 4);
    make_files_small(plan);
    draw_checkpoints(plan, &prng);
    return OK;
}
