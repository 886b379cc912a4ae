/* faults_test.c - faults in whole runs: each counts when it has an effect and not before, and a
 * customer that is cut off stays so. */
#include "cluster/state.h"
#include "cluster/twins.h"

#include "base/log.h"
#include "disk/faulty_folder.h"
#include "traitors/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static struct plan plan;
static struct world_outcome outcome;

/* A group of four on a good network, no faults yet, one customer at work all the time. */
static int set_up(void **state)
{
    (void)state;
    struct error_text text = {{0}};
    struct plan_options options;
    plan_options_init(&options, 5);
    options.replica_count = 4;
    options.traitor_count = 0;
    options.network = "lan";
    assert_int_equal(plan_draw(&plan, &options, &text), OK);
    plan.fault_total = 0;
    plan.faults_until_ns = PLAN_S;
    plan.customer_count = 1;
    plan.customers[0] = (struct plan_customer){.in_flight = 1,
                                               .think_ns = 5 * PLAN_MS,
                                               .operations_max = 400,
                                               .key_count = 2,
                                               .value_bytes_max = 10,
                                               .timeout_ns = 500 * PLAN_MS};
    return 0;
}

/* By time. */
static void add(enum fault_kind kind, uint64_t at_ms, uint32_t who, int64_t value,
                uint64_t length_ms)
{
    plan.faults[plan.fault_total++] = (struct fault){.kind = kind,
                                                     .at_ns = at_ms * PLAN_MS,
                                                     .who = who,
                                                     .value = value,
                                                     .length_ns = length_ms * PLAN_MS};
}

static void play(const struct watcher *watcher)
{
    struct error_text text = {{0}};
    assert_int_equal(world_run(&plan, watcher, &outcome, &text), OK);
    if (outcome.has_finding) {
        fail_msg("%s: %s", outcome.oracle, outcome.text);
    }
}

static void crash_of_who_is_down_does_not_count(void **state)
{
    (void)state;
    add(FAULT_CRASH, 100, 1, FAULTY_KEEP, 700);
    add(FAULT_CRASH, 200, 1, FAULTY_KEEP, 100);
    add(FAULT_CRASH_AT_SEND, 300, 1, 1, 100);
    add(FAULT_PAUSE, 300, 1, 0, 100);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH], 1);
    assert_int_equal(outcome.fault_counts[FAULT_PAUSE], 0);
    assert_int_equal(outcome.stats.restarts, outcome.fault_counts[FAULT_CRASH_AT_SEND] + 1);
}

static void crash_at_call_counts_once_it_has_crashed(void **state)
{
    (void)state;
    add(FAULT_CRASH_AT_CALL, 100, 1, 1000000, 50); /* never comes to that */
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH_AT_CALL], 0);
    assert_int_equal(outcome.stats.restarts, 0);
    plan.faults[0].value = 5;
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH_AT_CALL], 1);
    assert_int_equal(outcome.stats.restarts, 1);
}

static void crash_at_send_counts_once_it_has_crashed(void **state)
{
    (void)state;
    add(FAULT_CRASH_AT_SEND, 100, 1, 1000000, 50);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH_AT_SEND], 0);
    plan.faults[0].value = 5;
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH_AT_SEND], 1);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH_AT_CALL], 0);
}

static void power_failure_counts_where_somebody_is_up(void **state)
{
    (void)state;
    add(FAULT_CRASH_ALL, 100, 0, FAULTY_LOSE, 300);
    add(FAULT_CRASH_ALL, 200, 0, FAULTY_LOSE, 300);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CRASH_ALL], 1);
}

static void pause_counts_if_somebody_waited(void **state)
{
    (void)state;
    add(FAULT_PAUSE, 100, 1, 0, 200);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_PAUSE], 1);
}

static void disk_faults_count_by_the_calls_that_met_them(void **state)
{
    (void)state;
    add(FAULT_DISK_READ, 100, 1, 1000000, 0);
    add(FAULT_DISK_SLOW, 100, 2, 3, 1); /* over before the next sync, or not */
    plan.ledger_bytes = UINT64_C(16) << 20;
    add(FAULT_DISK_FULL, 200, 1, 0, 100); /* nothing needs room */
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_DISK_READ], 0);
    assert_int_equal(outcome.fault_counts[FAULT_DISK_FULL], 0);
    plan.faults[0].value = 1;
    plan.faults[1].length_ns = 300 * PLAN_MS;
    add(FAULT_CRASH, 300, 1, FAULTY_KEEP, 50); /* it reads when it comes back */
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_DISK_READ], 1);
    assert_int_equal(outcome.fault_counts[FAULT_DISK_SLOW], 1);
}

static void full_disk_counts_if_room_was_refused(void **state)
{
    (void)state;
    plan.ledger_bytes = UINT64_C(64) << 10;
    plan.customers[0].value_bytes_max = 4000;
    plan.customers[0].in_flight = 8;
    add(FAULT_DISK_FULL, 50, 1, 0, 900);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_DISK_FULL], 1);
}

static void corruption_counts_once_the_traitor_is_up(void **state)
{
    (void)state;
    plan.traitor_count = 1;
    add(FAULT_DISK_LOST, 100, 1, 0, 0);
    add(FAULT_CORRUPT, 200, 1, 0, 0);
    add(FAULT_TWINS, 300, 1, 77, 0);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_DISK_LOST], 1);
    assert_int_equal(outcome.fault_counts[FAULT_CORRUPT], 0);
    assert_int_equal(outcome.fault_counts[FAULT_TWINS], 0);
    plan.faults[0].kind = FAULT_CRASH;
    plan.faults[0].length_ns = 400 * PLAN_MS;
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CORRUPT], 1);
    assert_int_equal(outcome.fault_counts[FAULT_TWINS], 1); /* they came when it was up again */
}

static void restart_of_a_customer_counts_if_it_had_asked_for_something(void **state)
{
    (void)state;
    plan.customers[0].operations_max = 1;
    plan.customers[0].think_ns = 0;
    add(FAULT_CUSTOMER_RESTART, 500, 0, 0, 0);
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CUSTOMER_RESTART], 0);
    plan.faults[0].at_ns = PLAN_MS / 2;
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CUSTOMER_RESTART], 1);
}

/* ---- twins ---- */

static void twins_draw_for_themselves(void **state)
{
    (void)state;
    struct error_text text = {{0}};
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    plan.traitor_count = 1;
    add(FAULT_CORRUPT, 0, 1, 0, 0);
    add(FAULT_TWINS, 0, 1, 77, 0);
    world->plan = &plan;
    world->outcome = &outcome;
    assert_int_equal(world_make(world, &text), OK);
    faults_begin(world, 0);
    faults_begin(world, 1);
    assert_int_equal(world->process_count, 5);
    struct traitor *first = world->processes[1].traitor;
    struct traitor *second = world->processes[4].traitor;
    assert_true(traitor_draw(first, UINT64_MAX) != traitor_draw(second, UINT64_MAX));
    world_unmake(world);
}

/* Everybody hears one of the two at least. */
static void expect_parted(const struct process *first, const struct process *second)
{
    assert_int_equal(first->deaf_to & second->deaf_to, 0);
    assert_int_equal(first->deaf_to >> second->index & 1, 0);
    assert_int_equal(second->deaf_to >> first->index & 1, 0);
}

/* Seeds whose parts last one view, three, and for good. */
static void twins_part_the_others_anew_as_views_go_on(void **state)
{
    (void)state;
    static const struct {
        int64_t seed;
        view_nr views;
    } kinds[] = {{76, 1}, {78, 3}, {79, UINT64_MAX}};
    for (size_t kind = 0; kind < 3; kind++) {
        struct error_text text = {{0}};
        struct world *world = calloc(1, sizeof *world);
        assert_non_null(world);
        plan.fault_total = 0;
        plan.traitor_count = 1;
        add(FAULT_CORRUPT, 0, 1, 0, 0);
        add(FAULT_TWINS, 0, 1, kinds[kind].seed, 0);
        world->plan = &plan;
        world->outcome = &outcome;
        assert_int_equal(world_make(world, &text), OK);
        faults_begin(world, 0);
        faults_begin(world, 1);
        struct process *first = &world->processes[1];
        struct process *second = &world->processes[4];
        uint64_t changes = 0;
        for (view_nr view = 1; view <= 60; view++) {
            uint64_t before = first->deaf_to << 32 | second->deaf_to;
            twins_enter(view % 2 == 0 ? first : second, view);
            twins_enter(first, view - 1); /* who is late changes nothing */
            bool has_changed = (first->deaf_to << 32 | second->deaf_to) != before;
            assert_true(!has_changed || view % kinds[kind].views == 0);
            changes += has_changed ? 1 : 0;
            expect_parted(first, second);
        }
        assert_true(kinds[kind].views == UINT64_MAX ? changes == 0
                                                    : changes > 30 / kinds[kind].views);
        world_unmake(world);
    }
}

/* ---- cuts of customers ---- */

struct frames {
    uint64_t from_ns;
    uint64_t to_ns;
    uint32_t process;
    uint64_t count; /* handed over between the customer and the process meanwhile */
};

static void on_happening(void *context, const struct happening *happening)
{
    struct frames *frames = context;
    bool is_theirs = (happening->from == WORLD_CUSTOMER(0) && happening->to == frames->process) ||
                     (happening->to == WORLD_CUSTOMER(0) && happening->from == frames->process);
    frames->count += happening->kind == HAPPENING_SENT && is_theirs &&
                     happening->now_ns > frames->from_ns && happening->now_ns < frames->to_ns;
}

static void restart_of_a_replica_does_not_mend_a_customers_cut(void **state)
{
    (void)state;
    add(FAULT_CUSTOMER_CUT, 100, 0, 0, 700);
    plan.faults[0].whom = 0xb; /* all but replica 2 */
    add(FAULT_CRASH, 200, 2, FAULTY_KEEP, 50);
    struct frames frames = {
        .from_ns = 101 * PLAN_MS, .to_ns = 799 * PLAN_MS, .process = 2, .count = 0};
    struct watcher watcher = {.context = &frames, .on_happening = on_happening};
    play(&watcher);
    assert_int_equal(frames.count, 0);
    assert_int_equal(outcome.fault_counts[FAULT_CUSTOMER_CUT], 1);
    frames.from_ns = 801 * PLAN_MS;
    frames.to_ns = 999 * PLAN_MS;
    play(&watcher);
    assert_true(frames.count > 0); /* the control: it is mended at its end */
}

static void cut_from_nobody_does_not_count(void **state)
{
    (void)state;
    add(FAULT_CUSTOMER_CUT, 100, 0, 0, 700);
    plan.faults[0].whom = 0xf;
    play(NULL);
    assert_int_equal(outcome.fault_counts[FAULT_CUSTOMER_CUT], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, set_up)
        T(crash_of_who_is_down_does_not_count),
        T(crash_at_call_counts_once_it_has_crashed),
        T(crash_at_send_counts_once_it_has_crashed),
        T(power_failure_counts_where_somebody_is_up),
        T(pause_counts_if_somebody_waited),
        T(disk_faults_count_by_the_calls_that_met_them),
        T(full_disk_counts_if_room_was_refused),
        T(corruption_counts_once_the_traitor_is_up),
        T(restart_of_a_customer_counts_if_it_had_asked_for_something),
        T(twins_draw_for_themselves),
        T(twins_part_the_others_anew_as_views_go_on),
        T(restart_of_a_replica_does_not_mend_a_customers_cut),
        T(cut_from_nobody_does_not_count),
#undef T
    };
    log_init(LOG_ERROR, -1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
