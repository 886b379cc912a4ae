/* sim_prove_test.c - `strategos-sim prove` as its user has it: verdicts and exit codes, a
 * counterexample that `generals` plays, shards, a run that is stopped and gone on with. */
#include "support/folder.h"
#include "support/sim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct test_folder test_folder;
static const char *const folder = test_folder.path;

static void prove_what_holds_exits_with_0_and_says_how_many_strategies(void **state)
{
    (void)state;
    json_t *page = sim_json("prove --generals 7 --m 2 --json", 0);
    assert_true(json_is_true(json_object_get(page, "ic1")));
    assert_true(json_is_true(json_object_get(page, "ic2")));
    assert_string_equal(json_string_value(json_object_get(page, "strategies")), "32991791284224");
    assert_true(json_is_null(json_object_get(page, "counterexample")));
    json_decref(page);
    sim_expect("prove --generals 4 --m 1", 0, "32 = 2^3 + 6*2^2", NULL);
}

/* The scenario that prove writes is violated when generals plays it, as the file expects. */
static void prove_and_replay(const char *question, const char *violated)
{
    char line[FOLDER_PATH_BYTES + 256];
    struct process process;
    (void)snprintf(line, sizeof line, "prove %s --scenario %s/broken.conf", question, folder);
    sim_expect(line, 1, "counterexample", NULL);
    (void)snprintf(line, sizeof line, "generals --scenario %s/broken.conf", folder);
    assert_int_equal(sim_run(&process, line), 1);
    if (strstr(process.out, violated) == NULL ||
        strstr(process.out, "This is what the scenario file expects") == NULL) {
        fail_msg("%s: not \"%s\":\n%s", question, violated, process.out);
    }
    process_fini(&process);
}

static void prove_counterexample_is_violated_when_it_is_played(void **state)
{
    (void)state;
    prove_and_replay("--generals 3 --m 1", "IC2 is violated");
    prove_and_replay("--generals 6 --m 1 --traitors-count 2", "IC1 is violated");
    prove_and_replay("--generals 10 --m 3 --traitors-count 4", "is violated");
    prove_and_replay("--generals 5 --m 2 --traitors-count 2 --method enumerate", "is violated");
    prove_and_replay("--algorithm sm --generals 4 --m 1 --traitors-count 2", "IC1 is violated");
    prove_and_replay("--algorithm sm --generals 4 --no-round-rule", "IC1 is violated");
    prove_and_replay("--graph bipartite:3,3 --m 1 --traitors-count 2", "is violated");
}

static void prove_sm2_examines_all_4096_strategies(void **state)
{
    (void)state;
    json_t *page =
        sim_json("prove --algorithm sm --generals 4 --m 2 --orders 3 --method enumerate --json", 0);
    assert_int_equal(json_integer_value(json_object_get(page, "examined")), 4096);
    json_decref(page);
}

static void prove_shards_merge_to_the_whole(void **state)
{
    (void)state;
    char line[8 * FOLDER_PATH_BYTES];
    json_t *whole =
        sim_json("prove --generals 6 --m 2 --traitors-count 1 --method enumerate --json", 0);
    for (unsigned shard = 1; shard <= 3; shard++) {
        (void)snprintf(line, sizeof line,
                       "prove --generals 6 --m 2 --traitors-count 1 --method enumerate --quiet "
                       "--shard %u/3 --resume %s/%u.proof",
                       shard, folder, shard);
        sim_expect(line, 0, "open", NULL);
    }
    (void)snprintf(line, sizeof line, "prove --merge %s/1.proof %s/3.proof", folder, folder);
    sim_expect(line, 1, NULL, "parts are not covered");
    (void)snprintf(line, sizeof line, "prove --merge %s/1.proof %s/1.proof", folder, folder);
    sim_expect(line, 2, NULL, "covered twice");
    (void)snprintf(line, sizeof line, "prove --merge %s/3.proof %s/1.proof %s/2.proof --json",
                   folder, folder, folder);
    json_t *merged = sim_json(line, 0);
    assert_true(json_equal(merged, whole));
    json_decref(whole);
    json_decref(merged);
}

/* Far too much to end by itself: it is stopped, says so, and the file is there to go on from. */
static void prove_stopped_keeps_its_state(void **state)
{
    (void)state;
    char path[FOLDER_PATH_BYTES + 16];
    struct process process;
    (void)snprintf(path, sizeof path, "%s/long.proof", folder);
    const char *arguments[] = {STRATEGOS_SIM, "prove",    "--generals", "7",      "--m",
                               "2",           "--method", "enumerate",  "--jobs", "1",
                               "--resume",    path,       NULL};
    process_start(&process, arguments, NULL, false);
    assert_true(process_wait_text(&process, "ETA", PROCESS_DEADLINE_MS));
    process_signal(&process, SIGINT);
    assert_true(process_wait(&process, PROCESS_DEADLINE_MS));
    assert_int_equal(process.exit_code, 1);
    assert_non_null(strstr(process.err, "go on with --resume"));
    process_fini(&process);
    assert_true(test_exists(path));
    char line[FOLDER_PATH_BYTES + 128];
    (void)snprintf(line, sizeof line, "prove --generals 7 --m 1 --method enumerate --resume %s",
                   path);
    sim_expect(line, 2, NULL, "OM(2), 7 generals, 2 traitors");
}

static void prove_table_agrees_with_the_formula_and_is_drawn(void **state)
{
    (void)state;
    char line[FOLDER_PATH_BYTES + 128];
    (void)snprintf(line, sizeof line, "prove --table --svg %s/table.svg", folder);
    sim_expect(line, 0, "104 cells, 0 of them not", NULL);
    (void)snprintf(line, sizeof line, "%s/table.svg", folder);
    assert_true(test_exists(line));
}

static void prove_three_generals_shows_that_all_fail(void **state)
{
    (void)state;
    sim_expect("prove --three-generals", 0, "4096 of 4096 fail", NULL);
    json_t *page = sim_json("prove --three-generals --json", 0);
    assert_int_equal(json_array_size(json_object_get(page, "breaks")), 4096);
    json_decref(page);
}

static void prove_wrong_usage_is_refused_with_the_reason(void **state)
{
    (void)state;
    sim_expect("prove --generals 4 --m 3", 2, NULL, "at most 2");
    sim_expect("prove --shard 4/3 --method enumerate", 2, NULL, "I from 1 to K");
    sim_expect("prove --shard 1/3", 2, NULL, "--method enumerate only");
    sim_expect("prove --method enumerate --generals 10 --m 3", 2, NULL, "900 binary choices");
    sim_expect("prove --merge /nowhere.proof", 1, NULL, "/nowhere.proof");
    sim_expect("prove --graph complete --generals 8 --m 2", 2, NULL, "are played");
    sim_expect("prove --table --three-generals", 2, NULL, "exclude each other");
    sim_expect("prove --generals 7 --m 2 --traitors 0", 2, NULL, "every placement is tried");
}

static int make_folder(void **state)
{
    (void)state;
    test_folder_init(&test_folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    test_folder_fini(&test_folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prove_what_holds_exits_with_0_and_says_how_many_strategies),
        cmocka_unit_test(prove_counterexample_is_violated_when_it_is_played),
        cmocka_unit_test(prove_sm2_examines_all_4096_strategies),
        cmocka_unit_test(prove_shards_merge_to_the_whole),
        cmocka_unit_test(prove_stopped_keeps_its_state),
        cmocka_unit_test(prove_table_agrees_with_the_formula_and_is_drawn),
        cmocka_unit_test(prove_three_generals_shows_that_all_fail),
        cmocka_unit_test(prove_wrong_usage_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
