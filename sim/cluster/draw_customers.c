/* draw_customers.c - who asks for something, what, and at which pace.
 *
 * Faults last some seconds, and a group does a hundred operations in one tenth of the first. So
 * most customers spread what they ask for over all the time that faults last and beyond, evenly or
 * in bursts; some ask as fast as they are answered. When the faults have ended most ask for a
 * little more; in a few runs one of them goes on for long. */
#include "cluster/draw_customers.h"

#define STEADY_OPERATIONS_MIN 16u
#define STEADY_OPERATIONS     36u
#define BUSY_OPERATIONS_MIN   20u
#define BUSY_OPERATIONS       80u
#define LONG_LATE_ONE_IN      10u
#define LONG_LATE_OPERATIONS  64u
#define LONG_TIMEOUT_NS       (600 * PLAN_S)

/* In eighths of the time that faults last: how long all operations together are stretched. */
static uint64_t draw_span_ns(const struct plan *plan, struct prng *prng)
{
    return plan->faults_until_ns / 8 * (8 + prng_below(prng, 6));
}

/* As fast as answers come, from the beginning on. */
static void be_busy(struct plan_customer *customer, struct prng *prng)
{
    customer->operations_max = BUSY_OPERATIONS_MIN + prng_below(prng, BUSY_OPERATIONS);
    customer->think_ns = prng_below(prng, 3) == 0 ? prng_below(prng, 50) * PLAN_MS : 0;
    if (customer->is_open_loop && customer->think_ns == 0) {
        customer->think_ns = 5 * PLAN_MS;
    }
}

static void be_steady(const struct plan *plan, struct plan_customer *customer, struct prng *prng)
{
    customer->operations_max = STEADY_OPERATIONS_MIN + prng_below(prng, STEADY_OPERATIONS);
    uint64_t at_once = customer->is_open_loop ? 1 : customer->in_flight;
    customer->think_ns = draw_span_ns(plan, prng) * at_once / customer->operations_max;
}

static void have_bursts(const struct plan *plan, struct plan_customer *customer, struct prng *prng)
{
    customer->is_open_loop = false;
    customer->operations_max = BUSY_OPERATIONS_MIN + prng_below(prng, BUSY_OPERATIONS);
    customer->in_flight = 2 + prng_below(prng, 15);
    customer->burst = customer->in_flight * (1 + prng_below(prng, 2));
    customer->pause_ns = draw_span_ns(plan, prng) * customer->burst / customer->operations_max;
}

static void draw_pace(const struct plan *plan, struct plan_customer *customer, struct prng *prng)
{
    uint64_t pace = prng_below(prng, 8);
    if (pace == 0 || customer->lie != CUSTOMER_HONEST) {
        be_busy(customer, prng);
    } else if (pace <= 3) {
        have_bursts(plan, customer, prng);
    } else {
        be_steady(plan, customer, prng);
    }
}

/* One operation after the other, each waited for: so that in the calm there are many views with
 * work in them, and what traitors can do to each of them adds up, if it does. */
static void go_on_for_long(const struct plan *plan, struct plan_customer *customer,
                           struct prng *prng)
{
    customer->is_open_loop = false;
    customer->in_flight = 1;
    customer->burst = 0;
    customer->pause_ns = 0;
    customer->timeout_ns = LONG_TIMEOUT_NS;
    be_steady(plan, customer, prng);
    customer->operations_late = LONG_LATE_OPERATIONS;
    customer->operations_max += LONG_LATE_OPERATIONS;
}

void draw_customers(struct plan *plan, struct prng *prng)
{
    static const uint8_t counts[] = {1, 2, 2, 3, 3, 4, 6};
    size_t key_count = 1 + prng_below(prng, 12);
    bool has_liars = prng_below(prng, 3) == 0;
    plan->customer_count = counts[prng_below(prng, sizeof counts)];
    for (size_t c = 0; c < plan->customer_count; c++) {
        struct plan_customer *customer = &plan->customers[c];
        *customer = (struct plan_customer){.key_count = key_count};
        customer->in_flight = 1 + prng_below(prng, prng_below(prng, 4) == 0 ? 32 : 4);
        customer->is_open_loop = prng_below(prng, 4) == 0;
        customer->operations_late = 1 + prng_below(prng, 2);
        customer->value_bytes_max = prng_below(prng, 8) == 0 ? 4000 : 40;
        customer->timeout_ns = 200 * PLAN_MS + prng_below(prng, 20) * 500 * PLAN_MS;
        if (has_liars && c > 0 && prng_below(prng, 2) == 0) {
            customer->lie =
                (enum customer_lie)(1 + prng_below(prng, (uint64_t)CUSTOMER_LIE_COUNT - 1));
        }
        draw_pace(plan, customer, prng);
    }
    if (prng_below(prng, LONG_LATE_ONE_IN) == 0) {
        go_on_for_long(plan, &plan->customers[0], prng); /* the first is honest */
    }
}
