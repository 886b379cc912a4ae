/* traitor_test.c - real groups of four, one of them a traitor (`strategos-sim traitor`), under
 * load: whatever it does, clients get what they were promised, the three loyal replicas hold one
 * state, and the group goes on. */
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAITOR 1u
#define SOME    1000u
#define PACE_MS 20000 /* for SOME: far more than a loyal group takes, far less than a stuck one */

/* A strategy, and what loyal replicas must have noticed of it. */
struct betrayal {
    const char *strategy;
    enum verdict noticed; /* VERDICT_ACCEPTED: there is nothing to notice */
};

static const struct betrayal betrayals[] = {
    {"silent", VERDICT_ACCEPTED},
    {"equivocate-halves", VERDICT_ACCEPTED}, /* each half sees one order only */
    {"equivocate-overlap", VERDICT_EQUIVOCATION},
    {"double-vote", VERDICT_EQUIVOCATION},
    {"certify-short", VERDICT_INVALID},
    {"count-twice", VERDICT_MALFORMED},
    {"invent-segments", VERDICT_BAD_AUTHENTICATION},
    {"wrong-answers", VERDICT_ACCEPTED},
    {"lie-twice", VERDICT_ACCEPTED},
    {"garbage", VERDICT_MALFORMED},
    {"withhold-certificates", VERDICT_ACCEPTED},
    {"bad-signature", VERDICT_BAD_AUTHENTICATION},
    {"turncoat", VERDICT_ACCEPTED},
};

#define BETRAYAL_COUNT (sizeof betrayals / sizeof betrayals[0])

/* Its options but --id and --strategy. */
static void start_with(struct test_group *group, unsigned id, const char *claimed,
                       const char *strategy)
{
    const char *arguments[] = {STRATEGOS_SIM, "traitor",
                               "--group",     test_group_path(group, "replica-%u/group.conf", id),
                               "--id",        claimed,
                               "--key",       test_group_path(group, "replica-%u/replica.key", id),
                               "--data",      test_group_path(group, "replica-%u/data", id),
                               "--strategy",  strategy,
                               "--seed",      "7",
                               NULL};
    test_group_start_as(group, id, arguments);
}

/* The log goes on after that of the loyal replica, which was ready too. */
static void wait_ready_after(struct test_group *group, unsigned id, const char *line)
{
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    bool is_ready = false;
    while (!is_ready) {
        char *log = test_group_log(group, id);
        const char *place = strstr(log, line);
        is_ready = place != NULL && strstr(place, " ready ") != NULL;
        free(log);
        test_group_check_alive(group);
        assert_true(test_now_ms() < deadline);
        test_pause_ms(10);
    }
}

static void start_traitor(struct test_group *group, unsigned id, const char *strategy)
{
    char claimed[16];
    char line[128];
    (void)snprintf(claimed, sizeof claimed, "%u", id);
    (void)snprintf(line, sizeof line, "betrays: %s (seed 7)", strategy);
    start_with(group, id, claimed, strategy);
    wait_ready_after(group, id, line);
    /* What it says of itself counts for nothing: it runs, and nobody looks at it. */
    group->is_paused[id] = true;
}

/* How often it acted, by its own word at its end. */
static uint64_t stop_traitor(struct test_group *group, unsigned id, const char *strategy)
{
    char line[128];
    test_group_stop(group, id);
    char *log = test_group_log(group, id);
    int size = snprintf(line, sizeof line, "replica %u betrayed: %s, ", id, strategy);
    const char *place = strstr(log, line);
    if (place == NULL) {
        fail_msg("'%s' is not in: %s", line, log);
        free(log);
        return 0;
    }
    uint64_t acted = strtoull(place + size, NULL, 10);
    free(log);
    return acted;
}

/* Until a loyal replica has judged so of the traitor. */
static void wait_noticed(struct test_group *group, enum verdict verdict)
{
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    uint64_t count = 0;
    while (count == 0) {
        for (unsigned i = 0; i < group->count; i++) {
            struct status status;
            if (i != TRAITOR) {
                test_group_must_look(group, i, &status);
                count += status.peers[TRAITOR].verdicts[verdict];
            }
        }
        if (test_now_ms() > deadline) {
            fail_msg("nobody noticed '%s'", verdict_name(verdict));
        }
    }
}

static void traitor_among_four_does_no_harm(void **state)
{
    const struct betrayal *betrayal = *state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME / 4);
    test_group_stop(group, TRAITOR);
    start_traitor(group, TRAITOR, betrayal->strategy);
    int64_t begun_ms = test_now_ms();
    load_wait(load, SOME);
    int64_t took_ms = test_now_ms() - begun_ms;
    if (took_ms > PACE_MS) {
        fail_msg("%u requests took %lld ms", SOME, (long long)took_ms);
    }
    if (betrayal->noticed != VERDICT_ACCEPTED) {
        wait_noticed(group, betrayal->noticed);
    }
    load_finish(load); /* the traitor is there to the end */
    assert_true(stop_traitor(group, TRAITOR, betrayal->strategy) > 0);
    test_group_start(group, TRAITOR); /* it repents: the others' state is its own again */
    test_group_wait_equal(group);
    for (unsigned i = 0; i < group->count; i++) {
        test_group_stop(group, i);
    }
    test_group_free(group);
}

/* One more than four bear: the negative control. As soon as one of them is loyal, all goes on. */
static void two_silent_traitors_among_four_stop_the_group(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME / 4);
    test_group_stop(group, TRAITOR);
    start_traitor(group, TRAITOR, "silent");
    load_wait(load, SOME / 4);
    test_group_stop(group, TRAITOR + 1);
    start_traitor(group, TRAITOR + 1, "silent");
    test_pause_ms(500); /* what was decided before reaches its client */
    uint64_t acknowledged = load_acknowledged(load);
    test_pause_ms(1500);
    assert_int_equal(load_acknowledged(load), acknowledged);
    assert_true(stop_traitor(group, TRAITOR + 1, "silent") > 0);
    test_group_start(group, TRAITOR + 1);
    load_wait(load, SOME / 4);
    load_finish(load);
    test_group_free(group);
}

static void expect_refusal(struct test_group *group, unsigned id, const char *text)
{
    char *log = test_group_wait_refusal(group, id);
    if (strstr(log, text) == NULL) {
        fail_msg("'%s' is not in: %s", text, log);
    }
    free(log);
}

static void traitor_that_cannot_be_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    struct process process;
    start_with(group, 1, "2", "silent");
    expect_refusal(group, 1, "--id 2: the key in ");
    test_remove_tree(test_group_path(group, "replica-0/data"));
    start_with(group, 0, "0", "silent");
    expect_refusal(group, 0, "no ledger");
    const char *unknown[] = {STRATEGOS_SIM, "traitor", "--group",    group->path, "--key", "none",
                             "--data",      "none",    "--strategy", "flattery",  NULL};
    assert_int_equal(process_run(&process, unknown, NULL, NULL), 2);
    assert_non_null(strstr(process.err, "'flattery'"));
    process_fini(&process);
    test_group_free(group);
}

/* An installed strategos-sim has no such program beside it. */
static void traitor_without_its_program_is_refused(void **state)
{
    (void)state;
    struct test_folder folder;
    struct process process;
    test_folder_init(&folder);
    const char *copy = test_path(&folder, "strategos-sim");
    assert_int_equal(
        process_run(&process, (const char *[]){"/bin/cp", STRATEGOS_SIM, copy, NULL}, NULL, NULL),
        0);
    process_fini(&process);
    const char *arguments[] = {copy, "traitor", "--strategy", "list", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 2);
    assert_non_null(strstr(process.err, test_path(&folder, "strategos-traitor")));
    assert_non_null(strstr(process.err, "never installed"));
    process_fini(&process);
    test_folder_fini(&folder);
}

int main(void)
{
    struct betrayal states[BETRAYAL_COUNT];
    struct CMUnitTest tests[BETRAYAL_COUNT + 3] = {
        cmocka_unit_test_teardown(traitor_that_cannot_be_is_refused, load_teardown),
        cmocka_unit_test(traitor_without_its_program_is_refused),
        cmocka_unit_test_teardown(two_silent_traitors_among_four_stop_the_group, load_teardown),
    };
    for (size_t i = 0; i < BETRAYAL_COUNT; i++) {
        states[i] = betrayals[i];
        tests[i + 3] = (struct CMUnitTest){.name = betrayals[i].strategy,
                                           .test_func = traitor_among_four_does_no_harm,
                                           .teardown_func = load_teardown,
                                           .initial_state = &states[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
