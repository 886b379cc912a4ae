/* sim_cluster_test.c - `strategos-sim cluster`, `campaign`, `replay` and `shrink` as their user has
 * them: exit codes, a failure that is replayed and made small by the commands that were printed,
 * and refusals that say what was wrong. Too many traitors make what fails. */
#include "support/process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 24
#define WORDS_BYTES   4096

/* Two of four that say nothing: no quorum, whatever else is drawn. */
#define SILENT "--replicas 4 --traitors 2 --beyond --strategy silent"

/* Runs `strategos-sim` with `line`, split at spaces. */
static int run(struct process *process, const char *line)
{
    char words[WORDS_BYTES];
    const char *arguments[ARGUMENTS_MAX + 1] = {STRATEGOS_SIM};
    size_t count = 1;
    char *rest = words;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
        assert_true(count < ARGUMENTS_MAX);
        arguments[count++] = word;
    }
    arguments[count] = NULL;
    return process_run(process, arguments, NULL, NULL);
}

static void expect(const char *line, int status, const char *out, const char *err)
{
    struct process process;
    (void)run(&process, line);
    if (process.exit_code != status || (out != NULL && strstr(process.out, out) == NULL) ||
        (err != NULL && strstr(process.err, err) == NULL)) {
        fail_msg("%s: exit status %d, wanted %d\n%s\n%s", line, process.exit_code, status,
                 process.out, process.err);
    }
    process_fini(&process);
}

static json_t *run_json(const char *line, int status)
{
    struct process process;
    json_error_t error;
    assert_int_equal(run(&process, line), status);
    json_t *page = json_loadb(process.out, process.out_size, 0, &error);
    if (page == NULL) {
        fail_msg("%s: no JSON: %s", line, error.text);
    }
    process_fini(&process);
    return page;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

/* What stands behind "strategos-sim " in `command`. */
static void take_command(char line[WORDS_BYTES], const char *command)
{
    static const char program[] = "strategos-sim ";
    assert_int_equal(strncmp(command, program, sizeof program - 1), 0);
    (void)snprintf(line, WORDS_BYTES, "%s", command + sizeof program - 1);
    line[strcspn(line, "\n")] = '\0';
}

static void run_that_holds_exits_with_0(void **state)
{
    (void)state;
    expect("cluster --seed 7 --traitors 0", 0, "all properties held", NULL);
    expect("replay 7 --traitors 0", 0, "all properties held", NULL);
    expect("campaign --seeds 4 --jobs 1", 0, "0 violated safety, 0 liveness, 0 crashed", NULL);
    expect("shrink 7 --traitors 0", 0, NULL, "nothing to shrink");
}

static void run_that_fails_exits_with_what_it_violates(void **state)
{
    (void)state;
    expect("cluster --seed 2 " SILENT, 11, "FOUND by liveness", NULL);
    expect("campaign --seeds 2 --jobs 1 " SILENT, 11, "FAILED liveness", NULL);
    expect("shrink 2 " SILENT, 11, "still found", NULL);
    expect("campaign --seeds 40 --jobs 2 --replicas 4 --traitors 2 --beyond", 10, "FAILED safety",
           NULL);
    expect("campaign --seeds 1 --jobs 1 --all", 13, "NEVER HAPPENED", NULL);
}

static void campaign_names_the_command_that_finds_the_same_again(void **state)
{
    (void)state;
    char line[WORDS_BYTES];
    json_t *page = run_json("campaign --seeds 2 --jobs 1 --json " SILENT, 11);
    const json_t *failure = json_array_get(json_object_get(page, "failures"), 0);
    take_command(line, text_at(failure, "replay"));
    (void)snprintf(line + strlen(line), sizeof line - strlen(line), " --json");
    json_t *again = run_json(line, 11);
    assert_string_equal(text_at(again, "oracle"), text_at(failure, "oracle"));
    assert_string_equal(text_at(again, "finding"), text_at(failure, "finding"));
    assert_string_equal(text_at(again, "replay"), text_at(failure, "replay"));
    json_decref(again);
    json_decref(page);
}

static void shrink_leaves_nothing_that_can_be_spared(void **state)
{
    (void)state;
    char line[WORDS_BYTES];
    struct process process;
    assert_int_equal(run(&process, "shrink 2 " SILENT), 11);
    const char *command = strstr(process.out, "again:");
    assert_non_null(strstr(process.out, "2 faults;")); /* the two that turn traitor */
    assert_non_null(command);
    take_command(line, strstr(command, "strategos-sim"));
    process_fini(&process);
    assert_non_null(strstr(line, "--without"));
    assert_int_equal(run(&process, line), 11);
    assert_non_null(strstr(process.out, "FOUND by liveness"));
    assert_null(strstr(process.out, "smaller:")); /* shrink would refuse it */
    process_fini(&process);
}

static void fault_left_out_leaves_the_others_their_numbers(void **state)
{
    (void)state;
    expect("cluster --seed 2 --without 0 " SILENT, 0, "\n    1   0.000000 s  ", NULL);
}

static void wrong_usage_is_refused_with_what_is_wrong(void **state)
{
    (void)state;
    expect("cluster --seed x", 2, NULL, "whole number");
    expect("cluster --strategy nope", 2, NULL, "--strategy list");
    expect("cluster --strategy silent --traitors 0", 2, NULL, "nobody to follow it");
    expect("cluster --replicas 4 --traitors 2", 2, NULL, "--beyond");
    expect("cluster --replicas 4 --faults 2", 2, NULL, "at most 1");
    expect("cluster --network mars", 2, NULL, "lan, metro, wan, lossy or wild");
    expect("cluster --seed 7 --without 999", 2, NULL, "this run's faults");
    expect("cluster --trace --json", 2, NULL, "one at a time");
    expect("cluster --html /nowhere/at/all.html", 2, NULL, "/nowhere/at/all.html");
    expect("replay", 2, NULL, "an operand is missing");
    expect("replay x", 2, NULL, "is not a seed");
    expect("replay 1 --seed 2", 2, NULL, "--seed");
    expect("campaign --shard 3/2", 2, NULL, "1 <= I <= K");
    expect("campaign --without 1", 2, NULL, "of one run");
    expect("shrink 2 --until 1", 2, NULL, "what shrink finds itself");
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
