/* sim_cluster_test.c - `strategos-sim cluster`, `campaign`, `replay` and `shrink` as their user has
 * them: exit codes, a failure that is replayed and made small by the commands that were printed,
 * and refusals that say what was wrong. Too many traitors make what fails. */
#include "support/sim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Two of four that say nothing: no quorum, whatever else is drawn. */
#define SILENT "--replicas 4 --traitors 2 --beyond --strategy silent"

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

/* What stands behind "strategos-sim " in `command`. */
static void take_command(char line[SIM_LINE_BYTES], const char *command)
{
    static const char program[] = "strategos-sim ";
    assert_int_equal(strncmp(command, program, sizeof program - 1), 0);
    (void)snprintf(line, SIM_LINE_BYTES, "%s", command + sizeof program - 1);
    line[strcspn(line, "\n")] = '\0';
}

static void run_that_holds_exits_with_0(void **state)
{
    (void)state;
    sim_expect("cluster --seed 7 --traitors 0", 0, "all properties held", NULL);
    sim_expect("replay 7 --traitors 0", 0, "all properties held", NULL);
    sim_expect("campaign --seeds 4 --jobs 1", 0, "0 violated safety, 0 liveness, 0 crashed", NULL);
    sim_expect("shrink 7 --traitors 0", 0, NULL, "nothing to shrink");
}

static void run_that_fails_exits_with_what_it_violates(void **state)
{
    (void)state;
    sim_expect("cluster --seed 2 " SILENT, 11, "FOUND by liveness", NULL);
    sim_expect("campaign --seeds 2 --jobs 1 " SILENT, 11, "FAILED liveness", NULL);
    sim_expect("shrink 2 " SILENT, 11, "still found", NULL);
    sim_expect("campaign --seeds 40 --jobs 2 --replicas 4 --traitors 2 --beyond", 10,
               "FAILED safety", NULL);
    sim_expect("campaign --seeds 1 --jobs 1 --all", 13, "NEVER HAPPENED", NULL);
}

static void campaign_names_the_command_that_finds_the_same_again(void **state)
{
    (void)state;
    char line[SIM_LINE_BYTES];
    json_t *page = sim_json("campaign --seeds 2 --jobs 1 --json " SILENT, 11);
    const json_t *failure = json_array_get(json_object_get(page, "failures"), 0);
    take_command(line, text_at(failure, "replay"));
    (void)snprintf(line + strlen(line), sizeof line - strlen(line), " --json");
    json_t *again = sim_json(line, 11);
    assert_string_equal(text_at(again, "oracle"), text_at(failure, "oracle"));
    assert_string_equal(text_at(again, "finding"), text_at(failure, "finding"));
    assert_string_equal(text_at(again, "replay"), text_at(failure, "replay"));
    json_decref(again);
    json_decref(page);
}

static void shrink_leaves_nothing_that_can_be_spared(void **state)
{
    (void)state;
    char line[SIM_LINE_BYTES];
    struct process process;
    assert_int_equal(sim_run(&process, "shrink 2 " SILENT), 11);
    const char *command = strstr(process.out, "again:");
    assert_non_null(strstr(process.out, "2 faults;")); /* the two that turn traitor */
    assert_non_null(command);
    take_command(line, strstr(command, "strategos-sim"));
    process_fini(&process);
    assert_non_null(strstr(line, "--without"));
    assert_int_equal(sim_run(&process, line), 11);
    assert_non_null(strstr(process.out, "FOUND by liveness"));
    assert_null(strstr(process.out, "smaller:")); /* shrink would refuse it */
    process_fini(&process);
}

static void fault_left_out_leaves_the_others_their_numbers(void **state)
{
    (void)state;
    sim_expect("cluster --seed 2 --without 0 " SILENT, 0, "\n    1   0.000000 s  ", NULL);
}

static void wrong_usage_is_refused_with_what_is_wrong(void **state)
{
    (void)state;
    sim_expect("cluster --seed x", 2, NULL, "whole number");
    sim_expect("cluster --strategy nope", 2, NULL, "--strategy list");
    sim_expect("cluster --strategy silent --traitors 0", 2, NULL, "nobody to follow it");
    sim_expect("cluster --replicas 4 --traitors 2", 2, NULL, "--beyond");
    sim_expect("cluster --replicas 4 --faults 2", 2, NULL, "at most 1");
    sim_expect("cluster --network mars", 2, NULL, "lan, metro, wan, lossy or wild");
    sim_expect("cluster --seed 7 --without 999", 2, NULL, "this run's faults");
    sim_expect("cluster --trace --json", 2, NULL, "one at a time");
    sim_expect("cluster --html /nowhere/at/all.html", 2, "all properties held",
               "/nowhere/at/all.html");
    sim_expect("replay", 2, NULL, "an operand is missing");
    sim_expect("replay x", 2, NULL, "is not a seed");
    sim_expect("replay 1 --seed 2", 2, NULL, "--seed");
    sim_expect("campaign --shard 3/2", 2, NULL, "1 <= I <= K");
    sim_expect("campaign --without 1", 2, NULL, "of one run");
    sim_expect("shrink 2 --until 1", 2, NULL, "what shrink finds itself");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_that_holds_exits_with_0),
        cmocka_unit_test(run_that_fails_exits_with_what_it_violates),
        cmocka_unit_test(campaign_names_the_command_that_finds_the_same_again),
        cmocka_unit_test(shrink_leaves_nothing_that_can_be_spared),
        cmocka_unit_test(fault_left_out_leaves_the_others_their_numbers),
        cmocka_unit_test(wrong_usage_is_refused_with_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
