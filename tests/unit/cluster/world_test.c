/* world_test.c - the simulated world as a whole: the same seed gives the same run, groups within
 * their bound hold, groups beyond it are seen to break. */
#include "cluster/world.h"

#include "base/log.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct plan plan;
static struct world_outcome outcome;

static void draw(const struct plan_options *options)
{
    struct error_text text = {{0}};
    if (plan_draw(&plan, options, &text) != OK) {
        fail_msg("%s", text.text);
    }
}

static void play(void)
{
    struct error_text text = {{0}};
    assert_int_equal(world_run(&plan, NULL, &outcome, &text), OK);
}

static int setup(void **state)
{
    (void)state;
    /* What replicas say when their disks fail is what they should say. */
    return freopen("/dev/null", "w", stderr) == NULL ? -1 : 0;
}

static void same_seed_gives_the_same_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct plan_options options;
        plan_options_init(&options, seed);
        draw(&options);
        play();
        struct world_outcome first = outcome;
        play();
        assert_int_equal(first.trace, outcome.trace);
        assert_int_equal(first.stats.events, outcome.stats.events);
        assert_int_equal(first.stats.operations, outcome.stats.operations);
    }
}

static void another_seed_gives_another_run(void **state)
{
    (void)state;
    uint64_t traces[8];
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct plan_options options;
        plan_options_init(&options, seed);
        draw(&options);
        play();
        traces[seed] = outcome.trace;
        for (uint64_t i = 0; i < seed; i++) {
            assert_true(traces[i] != traces[seed]);
        }
    }
}

static void quiet_group_does_all_that_it_is_asked(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct plan_options options;
        plan_options_init(&options, seed);
        options.replica_count = 4;
        options.traitor_count = 0;
        options.network = "lan";
        draw(&options);
        plan.fault_total = 0;
        uint64_t wanted = 0;
        for (size_t c = 0; c < plan.customer_count; c++) {
            plan.customers[c].lie = CUSTOMER_HONEST;
            plan.customers[c].think_ns = 0;
            plan.customers[c].burst = 0;
            plan.customers[c].is_open_loop = false;
            wanted += plan.customers[c].operations_max;
        }
        plan.faults_until_ns = 20 * PLAN_S;
        play();
        assert_false(outcome.has_finding);
        assert_int_equal(outcome.stats.operations, wanted);
        assert_true(outcome.stats.orders > 0);
    }
}

/* Faults that nobody's operations meet show nothing. */
static void most_groups_are_at_work_when_the_faults_end(void **state)
{
    (void)state;
    uint64_t under_way = 0;
    uint64_t asked_later = 0;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct plan_options options;
        plan_options_init(&options, seed);
        draw(&options);
        play();
        under_way += outcome.sometimes[SOMETIMES_CALM_WITH_WORK];
        asked_later += outcome.sometimes[SOMETIMES_ASKED_IN_CALM];
    }
    assert_true(under_way >= 12 && asked_later >= 4);
    assert_in_range(under_way + asked_later, 20, 24);
}

/* Also what is asked for in the calm only, with pauses in which nothing is open. */
static void calm_lasts_until_nobody_wants_more(void **state)
{
    (void)state;
    struct plan_options options;
    plan_options_init(&options, 3);
    options.replica_count = 4;
    options.traitor_count = 0;
    options.network = "lan";
    draw(&options);
    plan.fault_total = 0;
    plan.customer_count = 1;
    plan.customers[0].lie = CUSTOMER_HONEST;
    plan.customers[0].is_open_loop = false;
    plan.customers[0].in_flight = 1;
    plan.customers[0].burst = 0;
    plan.customers[0].think_ns = plan.faults_until_ns;
    plan.customers[0].operations_max = 40;
    plan.customers[0].operations_late = 10;
    play();
    assert_false(outcome.has_finding);
    assert_in_range(outcome.stats.operations, 11, 12);
}

static void groups_within_their_bound_hold(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 116; seed++) {
        struct plan_options options;
        plan_options_init(&options, seed);
        draw(&options);
        play();
        if (outcome.has_finding) {
            fail_msg("seed %llu: %s: %s", (unsigned long long)seed, outcome.oracle, outcome.text);
        }
    }
}

/* The control of all oracles together: two traitors in a group that bears one. */
static void groups_beyond_their_bound_are_seen_to_break(void **state)
{
    (void)state;
    size_t broken = 0;
    for (uint64_t seed = 1; seed <= 60 && broken < 3; seed++) {
        struct plan_options options;
        plan_options_init(&options, seed);
        options.replica_count = 4;
        options.fault_count = 1;
        options.traitor_count = 2;
        options.beyond = true;
        draw(&options);
        play();
        broken += outcome.has_finding && outcome.property == PROPERTY_SAFETY ? 1 : 0;
    }
    assert_int_equal(broken, 3);
}

static void options_out_of_bounds_are_refused_by_name(void **state)
{
    (void)state;
    struct error_text text = {{0}};
    struct plan_options options;
    plan_options_init(&options, 1);
    options.replica_count = 3;
    assert_int_equal(plan_draw(&plan, &options, &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "--replicas 3"));
    options.replica_count = 7;
    options.fault_count = 3;
    assert_int_equal(plan_draw(&plan, &options, &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "--faults 3"));
    options.fault_count = 2;
    options.traitor_count = 3;
    assert_int_equal(plan_draw(&plan, &options, &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "--traitors 3"));
    options.beyond = true;
    assert_int_equal(plan_draw(&plan, &options, &text), OK);
    options.network = "string";
    assert_int_equal(plan_draw(&plan, &options, &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "\"string\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_run),
        cmocka_unit_test(another_seed_gives_another_run),
        cmocka_unit_test(quiet_group_does_all_that_it_is_asked),
        cmocka_unit_test(most_groups_are_at_work_when_the_faults_end),
        cmocka_unit_test(calm_lasts_until_nobody_wants_more),
        cmocka_unit_test(groups_within_their_bound_hold),
        cmocka_unit_test(groups_beyond_their_bound_are_seen_to_break),
        cmocka_unit_test(options_out_of_bounds_are_refused_by_name),
    };
    log_init(LOG_ERROR, -1);
    return cmocka_run_group_tests(tests, setup, NULL);
}
