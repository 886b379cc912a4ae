/* group_test.c - every subcommand against a group that `strategos up` runs: what it prints, byte
 * for byte where scripts rely on it. */
#include "support_cli.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct process up;

static int start_group(void **state)
{
    assert_int_equal(cli_make_group(state), 0);
    const char *const arguments[] = {STRATEGOS, "up", cli_group, NULL};
    process_start(&up, arguments, NULL, false);
    assert_true(process_wait_text(&up, "is up; try", PROCESS_DEADLINE_MS));
    return 0;
}

static int stop_group(void **state)
{
    process_fini(&up);
    return cli_remove_group(state);
}

#define ASK(...)              CLI("--group", cli_group, "--timeout", "50", __VA_ARGS__)
#define ASK_INPUT(input, ...) CLI_INPUT(input, "--group", cli_group, "--timeout", "50", __VA_ARGS__)

static void expect_done(int exit_code, const char *out)
{
    if (exit_code != 0) {
        fail_msg("exit %d: %s", exit_code, cli_process.err);
    }
    assert_string_equal(cli_process.out, out);
}

static json_t *parse_output(int exit_code)
{
    assert_int_equal(exit_code, 0);
    json_t *json = json_loadb(cli_process.out, cli_process.out_size, 0, NULL);
    assert_non_null(json);
    return json;
}

static void put_then_get_gives_the_value_byte_for_byte(void **state)
{
    (void)state;
    expect_done(ASK("put", "greeting", "hello world"), "");
    expect_done(ASK("get", "greeting"), "hello world");
    expect_done(ASK_INPUT("line 1\n\xff\x01 line 2\n", "put", "bytes", "-"), "");
    expect_done(ASK("get", "bytes"), "line 1\n\xff\x01 line 2\n");
    expect_done(ASK("put", "empty", ""), "");
    expect_done(ASK("get", "empty"), "");
    expect_done(ASK("put", "minus", "-5"), "");
}

static void get_of_an_absent_key_is_exit_1(void **state)
{
    (void)state;
    assert_int_equal(ASK("get", "absent"), 1);
    assert_int_equal(cli_process.out_size, 0);
    cli_expect(cli_process.err, "no such key: 'absent'");
}

static void get_stale_says_who_answered(void **state)
{
    (void)state;
    expect_done(ASK("put", "s", "1"), "");
    assert_int_equal(ASK("status", "--wait", "4"), 0);
    expect_done(ASK("get", "s", "--stale", "--replica", "3"), "1");
    cli_expect(cli_process.err, "stale: answered by replica 3 alone, at height ");
    expect_done(ASK("get", "s", "--stale"), "1");
    assert_int_equal(ASK("get", "s", "--stale", "--replica", "4"), 2);
    cli_expect(cli_process.err, "the group's are 0 to 3");
}

static void del_says_if_there_was_nothing(void **state)
{
    (void)state;
    expect_done(ASK("put", "d", "1"), "");
    expect_done(ASK("del", "d"), "");
    assert_int_equal(cli_process.err_size, 0);
    expect_done(ASK("del", "d"), "");
    cli_expect(cli_process.err, "'d' was not there");
}

static void cas_changes_only_what_is_as_expected(void **state)
{
    (void)state;
    expect_done(ASK("cas", "c", "first", "--absent"), "");
    assert_int_equal(ASK("cas", "c", "second", "--absent"), 1);
    cli_expect(cli_process.err, "it is 'first'");
    expect_done(ASK("cas", "c", "first", "second"), "");
    assert_int_equal(ASK("cas", "c", "first", "third"), 1);
    expect_done(ASK("get", "c"), "second");
    assert_int_equal(ASK("cas", "never", "x", "y"), 1);
    cli_expect(cli_process.err, "the key is absent");
}

static void incr_prints_the_sum(void **state)
{
    (void)state;
    expect_done(ASK("incr", "n"), "1\n");
    expect_done(ASK("incr", "n", "41"), "42\n");
    expect_done(ASK("incr", "n", "-50"), "-8\n");
    expect_done(ASK("put", "n", "word"), "");
    assert_int_equal(ASK("incr", "n"), 1);
    cli_expect(cli_process.err, "refused: ");
}

static void scan_writes_lines_that_put_file_reads(void **state)
{
    (void)state;
    static const char lines[] = "scan/a\t1\nscan/b\\tc\t2\\n\\\\\nscan/\xff\t\n";
    expect_done(
        ASK_INPUT("scan/a\t1\nscan/b\\tc\t2\\x0a\\\\\nscan/\\xff\t\n", "put", "--file", "-"), "");
    expect_done(ASK("scan", "scan/"), lines);
    expect_done(ASK("scan", "scan/", "--limit", "1"), "scan/a\t1\n");
    expect_done(ASK("scan", "scan/b", "--raw"), "scan/b\tc\t2\n\\\n");
    expect_done(ASK("scan", "nothing/"), "");
    json_t *list = parse_output(ASK("scan", "scan/", "--json"));
    assert_int_equal(json_array_size(list), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "key")),
                        "scan/b\tc");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "key_base64")),
                        "c2Nhbi//");
    json_decref(list);
    list = parse_output(ASK("scan", "nothing/", "--json"));
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

static void submit_sends_and_prints_raw_bytes(void **state)
{
    (void)state;
    expect_done(ASK("put", "raw", "value"), "");
    assert_int_equal(ASK("submit", "--hex", "01 72 61 77"), 0);
    assert_int_equal(cli_process.out_size, 6);
    assert_memory_equal(cli_process.out, "\x01value", 6);
    assert_int_equal(ASK("submit", "nonsense"), 1);
    cli_expect(cli_process.err, "does not understand");
}

/* More than one request's worth, so that scan has to go on where it was. */
static void load_puts_every_line_and_scan_goes_on_over_many_requests(void **state)
{
    (void)state;
    enum { LINES = 5000 };
    size_t size = 0;
    char *text = malloc((size_t)LINES * 64);
    assert_non_null(text);
    for (int i = 0; i < LINES; i++) {
        size += (size_t)sprintf(text + size, "load/%06d,\"value, %d\"\n", i, i);
    }
    const char *path = test_path(&cli_folder, "pairs.csv");
    test_write_file(path, text, size);
    assert_int_equal(ASK("load", path, "--batch", "7"), 0);
    cli_expect(cli_process.out, "loaded 5000 lines in ");
    assert_false(test_exists(test_path(&cli_folder, "pairs.csv.strategos-progress")));
    assert_int_equal(ASK("scan", "load/"), 0);
    size_t lines = 0;
    for (const char *at = cli_process.out; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    assert_int_equal(lines, LINES);
    cli_expect(cli_process.out, "load/004999\tvalue, 4999\n");
    free(text);
}

static void load_stops_at_a_bad_line_and_goes_on_when_it_is_mended(void **state)
{
    (void)state;
    const char *path = test_path(&cli_folder, "bad.tsv");
    test_write_file(path, "mend/a\t1\nmend/b 2\nmend/c\t3\n", 26);
    assert_int_equal(ASK("load", path), 1);
    cli_expect(cli_process.err, "bad.tsv:2: no tab");
    expect_done(ASK("scan", "mend/"), "mend/a\t1\n");
    path = test_path(&cli_folder, "bad.tsv");
    test_write_file(path, "mend/a\t1\nmend/b\t2\nmend/c\t3\n", 26);
    assert_int_equal(ASK("load", path), 0);
    cli_expect(cli_process.err, "going on behind line 1");
    cli_expect(cli_process.out, "loaded 2 lines");
    expect_done(ASK("scan", "mend/"), "mend/a\t1\nmend/b\t2\nmend/c\t3\n");
    test_write_file(path, "mend/x\t1\nbad\nmend/y\t2", 21);
    assert_int_equal(ASK("load", path, "--skip-bad", "--quiet"), 0);
    cli_expect(cli_process.err, "skipped: ");
    assert_int_equal(cli_process.out_size, 0);
    expect_done(ASK("get", "mend/y"), "2");
}

static void status_json_has_one_digest_when_all_are_equal(void **state)
{
    (void)state;
    json_t *list = parse_output(ASK("status", "--wait", "4", "--json"));
    assert_int_equal(json_array_size(list), 4);
    const json_t *first = json_array_get(list, 0);
    for (size_t i = 0; i < 4; i++) {
        const json_t *replica = json_array_get(list, i);
        assert_int_equal(json_integer_value(json_object_get(replica, "id")), i);
        assert_true(json_is_true(json_object_get(replica, "reachable")));
        assert_int_equal(json_integer_value(json_object_get(replica, "lag")), 0);
        assert_int_equal(json_integer_value(json_object_get(replica, "digest_height")),
                         json_integer_value(json_object_get(first, "height")));
        const char *digest = json_string_value(json_object_get(replica, "digest"));
        assert_int_equal(strlen(digest), 64);
        assert_string_equal(digest, json_string_value(json_object_get(first, "digest")));
        assert_int_equal(json_array_size(json_object_get(replica, "peers")), 4);
        assert_true(json_is_integer(json_object_get(replica, "view")));
        assert_true(json_is_integer(json_object_get(replica, "commander")));
    }
    json_decref(list);
}

static void log_json_is_contiguous_and_the_same_on_every_replica(void **state)
{
    (void)state;
    char *first = NULL;
    assert_int_equal(ASK("put", "logged", "1"), 0);
    assert_int_equal(ASK("status", "--wait", "4"), 0);
    static const char *const ids[] = {"0", "1", "2", "3"};
    for (size_t i = 0; i < 4; i++) {
        json_t *list =
            parse_output(ASK("log", "--from", "1", "--count", "5", "--json", "--replica", ids[i]));
        for (size_t k = 0; k < json_array_size(list); k++) {
            assert_int_equal(json_integer_value(json_object_get(json_array_get(list, k), "height")),
                             k + 1);
        }
        char *text = json_dumps(list, 0);
        assert_true(first == NULL || strcmp(first, text) == 0);
        free(first);
        first = text;
        json_decref(list);
    }
    free(first);
    assert_int_equal(ASK("log", "--count", "1"), 0);
    cli_expect(cli_process.out, "height  view  time");
}

/* The process of a replica, from what `up` printed. */
static pid_t pid_of(int id)
{
    char mark[64];
    (void)snprintf(mark, sizeof mark, "replica %d: started, pid ", id);
    const char *at = strstr(up.out, mark);
    assert_non_null(at);
    return (pid_t)strtol(at + strlen(mark), NULL, 10);
}

static void bench_json_has_the_promised_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"ops_per_s", "p50_us", "p90_us",  "p99_us", "p999_us",
                                       "max_us",    "errors", "sync_us", "rtt_us"};
    json_t *closed = parse_output(ASK("bench", "--seconds", "0.5", "--warmup", "0", "--in-flight",
                                      "8", "--clients", "3", "--reads", "50", "--json"));
    json_t *open = parse_output(
        ASK("bench", "--seconds", "0.5", "--warmup", "0.1", "--rate", "200", "--json"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_true(json_is_number(json_object_get(closed, keys[i])));
        assert_true(json_is_number(json_object_get(open, keys[i])));
    }
    assert_true(json_number_value(json_object_get(closed, "ops_per_s")) > 0);
    assert_true(json_integer_value(json_object_get(closed, "reads")) > 0);
    assert_int_equal(json_integer_value(json_object_get(open, "errors")), 0);
    json_decref(closed);
    json_decref(open);
}

static json_int_t executed(void)
{
    json_t *list = parse_output(ASK("status", "--json"));
    json_int_t count = json_integer_value(json_object_get(json_array_get(list, 0), "executed"));
    json_decref(list);
    return count;
}

/* No coordinated omission: the whole group stands still for 1.5 of 4 seconds, so a third of what
 * was due in an open loop is late, though few requests are under way when it happens. */
static void bench_open_loop_shows_a_stall_in_the_percentiles(void **state)
{
    (void)state;
    struct process bench;
    json_int_t before = executed();
    const char *const arguments[] = {STRATEGOS,  "--group", cli_group, "--timeout", "50",
                                     "bench",    "--rate",  "200",     "--seconds", "4",
                                     "--warmup", "0",       "--json",  NULL};
    process_start(&bench, arguments, NULL, false);
    while (executed() < before + 50) { /* it is under way */
        assert_int_equal(bench.exit_code, -1);
    }
    for (int id = 0; id < 4; id++) {
        assert_int_equal(kill(pid_of(id), SIGSTOP), 0);
    }
    (void)usleep(1500000); /* the stall itself */
    for (int id = 0; id < 4; id++) {
        assert_int_equal(kill(pid_of(id), SIGCONT), 0);
    }
    assert_true(process_wait(&bench, PROCESS_DEADLINE_MS));
    assert_int_equal(bench.exit_code, 0);
    json_t *figures = json_loadb(bench.out, bench.out_size, 0, NULL);
    assert_non_null(figures);
    assert_true(json_number_value(json_object_get(figures, "max_us")) > 1400000);
    assert_true(json_number_value(json_object_get(figures, "p90_us")) > 300000);
    assert_int_equal(json_integer_value(json_object_get(figures, "errors")), 0);
    json_decref(figures);
    process_fini(&bench);
}

static void up_tells_of_a_replica_that_dies_and_the_rest_goes_on(void **state)
{
    (void)state;
    assert_int_equal(kill(pid_of(1), SIGKILL), 0);
    assert_true(process_wait_text(&up, "replica 1: ended by itself: signal 9 (Killed)",
                                  PROCESS_DEADLINE_MS));
    expect_done(ASK("put", "after", "1"), "");
    assert_int_equal(ASK("status", "--wait", "3"), 0);
    cli_expect(cli_process.out, "no answer from ipc://");
    assert_int_equal(CLI("--group", cli_group, "--timeout", "0.2", "status", "--wait", "4"), 3);
    cli_expect(cli_process.err, "3 of 4 replicas answer");
}

static void up_interrupted_stops_all_and_is_exit_0(void **state)
{
    (void)state;
    process_signal(&up, SIGINT);
    assert_true(process_wait(&up, PROCESS_DEADLINE_MS));
    assert_int_equal(up.exit_code, 0);
    for (int id = 0; id < 4; id++) {
        assert_int_equal(kill(pid_of(id), 0), -1);
    }
    cli_expect(up.out, "replica 3: stopped\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_then_get_gives_the_value_byte_for_byte),
        cmocka_unit_test(get_of_an_absent_key_is_exit_1),
        cmocka_unit_test(get_stale_says_who_answered),
        cmocka_unit_test(del_says_if_there_was_nothing),
        cmocka_unit_test(cas_changes_only_what_is_as_expected),
        cmocka_unit_test(incr_prints_the_sum),
        cmocka_unit_test(scan_writes_lines_that_put_file_reads),
        cmocka_unit_test(submit_sends_and_prints_raw_bytes),
        cmocka_unit_test(load_puts_every_line_and_scan_goes_on_over_many_requests),
        cmocka_unit_test(load_stops_at_a_bad_line_and_goes_on_when_it_is_mended),
        cmocka_unit_test(status_json_has_one_digest_when_all_are_equal),
        cmocka_unit_test(log_json_is_contiguous_and_the_same_on_every_replica),
        cmocka_unit_test(bench_json_has_the_promised_keys),
        cmocka_unit_test(bench_open_loop_shows_a_stall_in_the_percentiles),
        /* These two end the group, in this order. */
        cmocka_unit_test(up_tells_of_a_replica_that_dies_and_the_rest_goes_on),
        cmocka_unit_test(up_interrupted_stops_all_and_is_exit_0),
    };
    return cmocka_run_group_tests(tests, start_group, stop_group);
}
