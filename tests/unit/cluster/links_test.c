/* links_test.c - what faults that last side by side make of links: each begins and ends for itself,
 * customers and twins are met too, and a fault counts once a frame has met it. */
#include "cluster/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#define KB    UINT64_C(1000)
#define FIRST WORLD_CUSTOMER(0)
#define OTHER WORLD_CUSTOMER(1)

static struct plan plan;
static struct world_outcome outcome;
static struct world *world;

/* A group of four and two customers, of which none is made: links are all there is. */
static int set_up(void **state)
{
    (void)state;
    plan = (struct plan){.replica_count = 4, .customer_count = 2, .delta_ns = 100 * PLAN_MS};
    outcome = (struct world_outcome){0};
    world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->plan = &plan;
    world->outcome = &outcome;
    network_init(&world->network, &plan);
    for (uint32_t i = 0; i < plan.replica_count; i++) {
        world->processes[world->process_count++] =
            (struct process){.world = world, .index = i, .id = i};
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(world);
    return 0;
}

static size_t begin(struct fault fault)
{
    size_t index = plan.fault_total++;
    plan.faults[index] = fault;
    links_begin(world, index);
    return index;
}

static const struct network_link *link_of(uint32_t from, uint32_t to)
{
    return network_link(&world->network, from, to);
}

static void slow_faults_of_one_replica_end_each_for_itself(void **state)
{
    (void)state;
    size_t first = begin((struct fault){.kind = FAULT_SLOW, .who = 2, .value = 10});
    size_t second = begin((struct fault){.kind = FAULT_SLOW, .who = 2, .value = 300});
    assert_int_equal(link_of(0, 2)->slower_ns, 310 * PLAN_MS);
    links_end(world, first);
    assert_int_equal(link_of(0, 2)->slower_ns, 300 * PLAN_MS);
    assert_int_equal(link_of(2, 0)->slower_ns, 0);
    links_end(world, second);
    assert_int_equal(link_of(0, 2)->slower_ns, 0);
}

static void narrow_faults_of_one_replica_end_each_for_itself(void **state)
{
    (void)state;
    size_t first = begin((struct fault){.kind = FAULT_NARROW, .who = 1, .value = 5});
    size_t second = begin((struct fault){.kind = FAULT_NARROW, .who = 1, .value = 50});
    assert_int_equal(link_of(1, 3)->bytes_per_s, 5 * KB);
    links_end(world, first);
    assert_int_equal(link_of(1, 3)->bytes_per_s, 50 * KB);
    assert_int_equal(link_of(3, 1)->bytes_per_s, 0);
    links_end(world, second);
    assert_int_equal(link_of(1, 3)->bytes_per_s, 0);
}

static void clogs_of_one_replica_last_until_the_later_end(void **state)
{
    (void)state;
    (void)begin((struct fault){.kind = FAULT_CLOG, .who = 1, .length_ns = 80 * PLAN_MS});
    size_t second = begin((struct fault){.kind = FAULT_CLOG, .who = 1, .length_ns = 30 * PLAN_MS});
    assert_int_equal(link_of(0, 1)->clogged_until_ns, 80 * PLAN_MS);
    links_end(world, second);
    assert_int_equal(link_of(0, 1)->clogged_until_ns, 80 * PLAN_MS);
    assert_int_equal(link_of(1, 0)->clogged_until_ns, 0);
}

static void losses_add_up_and_end_each_for_itself(void **state)
{
    (void)state;
    size_t first = begin((struct fault){.kind = FAULT_LOSSY, .value = 10});
    (void)begin((struct fault){.kind = FAULT_LOSSY, .value = 20});
    assert_int_equal(world->network.lossy_permille, 300);
    links_end(world, first);
    assert_int_equal(world->network.lossy_permille, 200);
}

static void link_that_two_faults_cut_is_cut_until_both_have_ended(void **state)
{
    (void)state;
    size_t split = begin((struct fault){.kind = FAULT_PARTITION, .whom = 0x3});
    size_t flap = begin((struct fault){.kind = FAULT_FLAP, .who = 0});
    assert_true(link_of(0, 2)->cuts == 2 && link_of(0, 1)->cuts == 1 && link_of(2, 3)->cuts == 0);
    links_end(world, split);
    assert_true(link_of(0, 2)->cuts == 1 && link_of(2, 0)->cuts == 1 && link_of(1, 2)->cuts == 0);
    links_end(world, flap);
    assert_true(link_of(0, 2)->cuts == 0 && link_of(2, 0)->cuts == 0);
}

static void one_way_cut_leaves_the_other_way(void **state)
{
    (void)state;
    (void)begin((struct fault){.kind = FAULT_ONE_WAY, .whom = 0x1, .customers = 0x1});
    assert_true(link_of(0, 1)->cuts == 1 && link_of(1, 0)->cuts == 0);
    assert_true(link_of(FIRST, 1)->cuts == 1 && link_of(1, FIRST)->cuts == 0);
    assert_true(link_of(0, OTHER)->cuts == 1 && link_of(OTHER, 0)->cuts == 0);
    assert_true(link_of(0, FIRST)->cuts == 0 && link_of(1, OTHER)->cuts == 0);
}

static void customers_are_on_one_side_of_a_partition(void **state)
{
    (void)state;
    size_t split = begin((struct fault){.kind = FAULT_PARTITION, .whom = 0x3, .customers = 0x2});
    assert_true(link_of(FIRST, 0)->cuts == 1 && link_of(0, FIRST)->cuts == 1);
    assert_true(link_of(FIRST, 2)->cuts == 0 && link_of(2, FIRST)->cuts == 0);
    assert_true(link_of(OTHER, 0)->cuts == 0 && link_of(OTHER, 2)->cuts == 1);
    links_end(world, split);
    assert_true(link_of(FIRST, 0)->cuts == 0 && link_of(OTHER, 2)->cuts == 0);
}

static void links_of_customers_are_slowed_clogged_and_narrowed(void **state)
{
    (void)state;
    (void)begin((struct fault){.kind = FAULT_SLOW, .who = 0, .customers = 0x1, .value = 7});
    (void)begin(
        (struct fault){.kind = FAULT_CLOG, .who = 0, .customers = 0x1, .length_ns = 9 * PLAN_MS});
    (void)begin((struct fault){.kind = FAULT_NARROW, .who = 0, .customers = 0x1, .value = 3});
    assert_int_equal(link_of(OTHER, 0)->slower_ns, 7 * PLAN_MS); /* requests to the replica */
    assert_int_equal(link_of(OTHER, 0)->clogged_until_ns, 9 * PLAN_MS);
    assert_int_equal(link_of(0, OTHER)->bytes_per_s, 3 * KB);
    assert_int_equal(link_of(3, FIRST)->slower_ns, 7 * PLAN_MS); /* answers to the customer */
    assert_int_equal(link_of(3, FIRST)->clogged_until_ns, 9 * PLAN_MS);
    assert_int_equal(link_of(FIRST, 3)->bytes_per_s, 3 * KB);
    assert_true(link_of(3, OTHER)->slower_ns == 0 && link_of(OTHER, 3)->bytes_per_s == 0);
}

static void twin_is_met_by_what_began_before_it_and_keeps_its_own_cuts(void **state)
{
    (void)state;
    size_t split = begin((struct fault){.kind = FAULT_PARTITION, .whom = 0x4}); /* 2 is alone */
    (void)begin((struct fault){.kind = FAULT_SLOW, .who = 2, .value = 5});
    world->processes[4] =
        (struct process){.world = world, .index = 4, .id = 2, .deaf_to = UINT64_C(1) << 1};
    world->process_count = 5;
    links_renew(world);
    assert_true(link_of(4, 0)->cuts == 1 && link_of(0, 4)->cuts == 1);
    assert_true(link_of(4, 1)->cuts == 2 && link_of(1, 4)->cuts == 2);
    assert_int_equal(link_of(0, 4)->slower_ns, 5 * PLAN_MS);
    links_end(world, split);
    assert_true(link_of(4, 0)->cuts == 0 && link_of(2, 1)->cuts == 0);
    assert_true(link_of(4, 1)->cuts == 1 && link_of(1, 4)->cuts == 1); /* they never hear it */
}

static void customer_is_allowed_where_no_cut_that_lasts_forbids_it(void **state)
{
    (void)state;
    struct fault fault = {.kind = FAULT_CUSTOMER_CUT, .who = 1, .whom = 0x3};
    size_t first = begin(fault);
    fault.whom = 0x5;
    size_t second = begin(fault);
    assert_true(links_allow(world, 1, 0) && links_allow(world, 0, 3));
    assert_false(links_allow(world, 1, 1) || links_allow(world, 1, 2) || links_allow(world, 1, 3));
    links_end(world, first);
    assert_true(links_allow(world, 1, 2));
    assert_false(links_allow(world, 1, 1));
    links_end(world, second);
    assert_true(links_allow(world, 1, 1));
}

static void fault_counts_once_a_frame_has_met_it(void **state)
{
    (void)state;
    (void)begin((struct fault){.kind = FAULT_PARTITION, .whom = 0x1});
    (void)begin((struct fault){.kind = FAULT_SLOW, .who = 0, .value = 5});
    (void)begin((struct fault){.kind = FAULT_LOSSY, .value = 5});
    links_meet(world, 1, 2, NETWORK_ARRIVES);
    links_meet(world, 1, 2, NETWORK_LOST);
    links_meet(world, 1, 0, NETWORK_NO_SESSION);
    assert_int_equal(world->links.unmet, 3);
    links_meet(world, 1, 0, NETWORK_CUT);
    links_meet(world, 1, 0, NETWORK_CUT);
    assert_int_equal(outcome.fault_counts[FAULT_PARTITION], 1);
    assert_int_equal(outcome.fault_counts[FAULT_SLOW] + outcome.fault_counts[FAULT_LOSSY], 0);
    links_meet(world, 1, 0, NETWORK_ARRIVES);
    links_meet(world, 1, 2, NETWORK_LOST_MORE);
    assert_int_equal(outcome.fault_counts[FAULT_SLOW], 1);
    assert_int_equal(outcome.fault_counts[FAULT_LOSSY], 1);
    assert_int_equal(world->links.unmet, 0);
}

static void loss_that_a_fault_adds_is_told_from_the_networks_own(void **state)
{
    (void)state;
    uint64_t counts[2] = {0, 0};
    world->network.settings.loss_permille = 200;
    world->network.lossy_permille = 400;
    for (int i = 0; i < 1000; i++) {
        uint64_t arrival_ns = 0;
        uint64_t copy_ns = 0;
        enum network_fate fate = network_send(&world->network, 0, 1, 100, 0, &arrival_ns, &copy_ns);
        counts[0] += fate == NETWORK_LOST;
        counts[1] += fate == NETWORK_LOST_MORE;
    }
    assert_in_range(counts[0], 150, 250);
    assert_in_range(counts[1], 350, 450);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(slow_faults_of_one_replica_end_each_for_itself),
        T(narrow_faults_of_one_replica_end_each_for_itself),
        T(clogs_of_one_replica_last_until_the_later_end),
        T(losses_add_up_and_end_each_for_itself),
        T(link_that_two_faults_cut_is_cut_until_both_have_ended),
        T(one_way_cut_leaves_the_other_way),
        T(customers_are_on_one_side_of_a_partition),
        T(links_of_customers_are_slowed_clogged_and_narrowed),
        T(twin_is_met_by_what_began_before_it_and_keeps_its_own_cuts),
        T(customer_is_allowed_where_no_cut_that_lasts_forbids_it),
        T(fault_counts_once_a_frame_has_met_it),
        T(loss_that_a_fault_adds_is_told_from_the_networks_own),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
