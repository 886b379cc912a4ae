/* commands_test.c - the subcommands that talk to a group, where no group answers: help, wrong
 * usage, wrong files, and how long and with what words they give up. */
#include "support_cli.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const commands[] = {"put",    "get",  "del", "cas",    "incr",  "scan",
                                       "submit", "load", "log", "status", "bench", "up"};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void help_is_a_page_with_examples_for_every_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        assert_int_equal(CLI(commands[i], "--help"), 0);
        cli_expect(cli_process.out, "NAME\n       strategos ");
        cli_expect(cli_process.out, "SYNOPSIS\n");
        cli_expect(cli_process.out, "DESCRIPTION\n");
        cli_expect(cli_process.out, "EXIT STATUS\n");
        cli_expect(cli_process.out, "EXAMPLES\n");
        assert_int_equal(cli_process.err_size, 0);
    }
    assert_int_equal(CLI("--help"), 0);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        cli_expect(cli_process.out, commands[i]);
    }
}

static void options_behind_few_global_ones_are_read_once(void **state)
{
    (void)state;
    assert_int_equal(CLI("--group", cli_group, "--timeout", "0.05", "bench", "--in-flight", "1",
                         "--seconds", "1", "--warmup", "0", "--payload", "1", "--json"),
                     3);
    assert_int_equal(CLI("scan", "--limit", "1", "--json", "--raw", "--group", cli_group), 2);
    cli_expect(cli_process.err, "--raw and --json exclude each other");
}

static void wrong_usage_is_exit_2_and_says_where_help_is(void **state)
{
    (void)state;
    static const char *const wrong[][8] = {
        {"put", "k", NULL},
        {"put", "k", "v", "w", NULL},
        {"put", "k", "--file", "f", NULL},
        {"put", "", "v", NULL},
        {"get", NULL},
        {"get", "", NULL},
        {"get", "k", "--replica", "1", NULL},
        {"get", "k", "--stale", "--replica", "99", NULL},
        {"del", NULL},
        {"cas", "k", "old", NULL},
        {"cas", "k", "old", "new", "--absent", NULL},
        {"incr", "k", "one", NULL},
        {"incr", "k", "9223372036854775808", NULL},
        {"scan", "--limit", "0", NULL},
        {"submit", "--hex", "0g", NULL},
        {"load", NULL},
        {"load", "f", "--format", "xml", NULL},
        {"load", "f", "--in-flight", "8193", NULL},
        {"status", "x", NULL},
        {"status", "--watch", "--json", NULL},
        {"log", "--from", "-1", NULL},
        {"bench", "--clients", "61", NULL},
        {"bench", "--reads", "101", NULL},
        {"bench", "--seconds", "0", NULL},
        {"up", NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (cli_run(NULL, wrong[i]) != 2) {
            fail_msg("%s %s: exit %d: %s", wrong[i][0], wrong[i][1], cli_process.exit_code,
                     cli_process.err);
        }
        cli_expect(cli_process.err, "--help'\n");
        cli_expect(cli_process.err, wrong[i][0]);
        assert_int_equal(cli_process.out_size, 0);
    }
}

static void group_that_is_not_named_is_a_usage_error(void **state)
{
    (void)state;
    assert_int_equal(CLI("get", "k"), 2);
    cli_expect(cli_process.err, "--group DIR|FILE is missing, and so is STRATEGOS_GROUP");
}

static void group_or_key_that_is_not_there_is_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(CLI("--group", test_path(&cli_folder, "nowhere"), "get", "k"), 1);
    cli_expect(cli_process.err, "nowhere");
    assert_int_equal(
        CLI("--group", cli_group, "--key", test_path(&cli_folder, "no.key"), "get", "k"), 1);
    cli_expect(cli_process.err, "no.key");
    assert_int_equal(CLI("up", test_path(&cli_folder, "nowhere")), 1);
    cli_expect(cli_process.err, "nowhere");
}

static void key_of_a_replica_is_no_client(void **state)
{
    (void)state;
    assert_int_equal(CLI("--group", cli_group, "--key",
                         test_path(&cli_folder, "demo/replica-0/replica.key"), "get", "k"),
                     1);
    cli_expect(cli_process.err, "not a client");
}

static void unreachable_group_is_exit_3_and_names_the_replicas(void **state)
{
    (void)state;
    static const char *const asking[][4] = {
        {"put", "k", "v", NULL},
        {"get", "k", NULL},
        {"get", "k", "--stale", NULL},
        {"del", "k", NULL},
        {"cas", "k", "old", "new"},
        {"incr", "k", NULL},
        {"scan", NULL},
        {"submit", "command", NULL},
        {"log", NULL},
        {"status", NULL},
        {"status", "--wait", "4", NULL},
        {"bench", NULL},
    };
    for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++) {
        const char *arguments[9] = {"--group", cli_group, "--timeout", "0.1"};
        for (size_t k = 0; k < 4; k++) {
            arguments[4 + k] = asking[i][k];
        }
        if (cli_run(NULL, arguments) != 3) {
            fail_msg("%s: exit %d: %s", asking[i][0], cli_process.exit_code, cli_process.err);
        }
        if (i != 10) { /* what --wait wants is counted instead */
            cli_expect(cli_process.err, "replica 0 (ipc://");
            cli_expect(cli_process.err, "replica 3 (ipc://");
        }
    }
}

static void status_of_an_unreachable_group_has_every_replica(void **state)
{
    (void)state;
    assert_int_equal(CLI("--group", cli_group, "--timeout", "0.1", "status", "--json"), 3);
    cli_expect(cli_process.out, "\"id\": 3");
    cli_expect(cli_process.out, "\"reachable\": false");
    cli_expect(cli_process.out, "\"lag\": null");
    assert_int_equal(CLI("--group", cli_group, "--timeout", "0.1", "status"), 3);
    cli_expect(cli_process.out, "no answer from ipc://");
}

static void timeout_of_a_put_says_what_is_known_of_it(void **state)
{
    (void)state;
    assert_int_equal(CLI("--group", cli_group, "--timeout", "0.1", "put", "k", "v"), 3);
    cli_expect(cli_process.err, "no result within 0.1 s");
    cli_expect(cli_process.err, "Connected to 0 of 4 replicas");
}

static void batch_over_the_request_limit_is_refused_with_the_limit(void **state)
{
    (void)state;
    char *text = malloc(400000);
    assert_non_null(text);
    size_t size = 0;
    for (int line = 0; line < 3000; line++) {
        size += (size_t)sprintf(text + size, "key-%d\t%0100d\n", line, line);
    }
    test_write_file(test_path(&cli_folder, "big.tsv"), text, size);
    free(text);
    assert_int_equal(CLI("--group", cli_group, "put", "--file", test_path(&cli_folder, "big.tsv")),
                     1);
    cli_expect(cli_process.err, "larger than one request's limit of 262144 bytes");
    cli_expect(cli_process.err, "strategos load");
}

static void batch_with_a_bad_line_names_file_and_line(void **state)
{
    (void)state;
    assert_int_equal(CLI_INPUT("a\t1\nb 2\n", "--group", cli_group, "put", "--file", "-"), 1);
    cli_expect(cli_process.err, "stdin:2: no tab");
    cli_expect(cli_process.err, "nothing was sent");
    assert_int_equal(CLI_INPUT("", "--group", cli_group, "put", "--file", "-"), 1);
    cli_expect(cli_process.err, "stdin: has no pairs");
}

static void value_over_the_request_limit_is_refused_with_the_limit(void **state)
{
    (void)state;
    size_t const size = 300000;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, 'v', size);
    text[size] = '\0';
    assert_int_equal(CLI_INPUT(text, "--group", cli_group, "put", "k", "-"), 1);
    cli_expect(cli_process.err, "262144 bytes");
    text[262144] = '\0'; /* with its key, too much as well */
    assert_int_equal(CLI_INPUT(text, "--group", cli_group, "put", "k", "-"), 1);
    cli_expect(cli_process.err, "limit of 262144");
    free(text);
}

static void load_of_an_unreachable_group_times_out_and_says_how_to_go_on(void **state)
{
    (void)state;
    const char *path = test_path(&cli_folder, "pairs.csv");
    test_write_file(path, "a,1\nb,2\n", 8);
    assert_int_equal(CLI("--group", cli_group, "--timeout", "0.1", "load", path), 3);
    cli_expect(cli_process.err, "pairs.csv:1 is the first line not acknowledged");
    cli_expect(cli_process.err, "the same command goes on from there");
    assert_true(test_exists(test_path(&cli_folder, "pairs.csv.strategos-progress")));
    assert_int_equal(CLI("--group", cli_group, "load", test_path(&cli_folder, "none.csv")), 1);
    cli_expect(cli_process.err, "none.csv: cannot open");
}

static void load_of_another_groups_progress_is_refused(void **state)
{
    (void)state;
    const char *path = test_path(&cli_folder, "other.csv");
    test_write_file(path, "a,1\n", 4);
    test_write_file(test_path(&cli_folder, "other.csv.strategos-progress"), "rubbish", 7);
    assert_int_equal(CLI("--group", cli_group, "load", path), 1);
    cli_expect(cli_process.err, "not a progress file, or damaged");
}

static void up_without_replica_folders_says_how_each_ended(void **state)
{
    (void)state;
    test_remove_tree(test_path(&cli_folder, "demo/replica-0"));
    test_remove_tree(test_path(&cli_folder, "demo/replica-1/data"));
    test_remove_tree(test_path(&cli_folder, "demo/replica-2/data"));
    test_remove_tree(test_path(&cli_folder, "demo/replica-3/data"));
    assert_int_equal(CLI("up", cli_group), 1);
    cli_expect(cli_process.out, "replica 0: ");
    cli_expect(cli_process.out, "replica-0/log: cannot open");
    cli_expect(cli_process.out, "replica 1: ended by itself: exit status ");
    cli_expect(cli_process.err, "no replica is left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(help_is_a_page_with_examples_for_every_command, cli_tear_down),
        cmocka_unit_test_teardown(options_behind_few_global_ones_are_read_once, cli_tear_down),
        cmocka_unit_test_teardown(wrong_usage_is_exit_2_and_says_where_help_is, cli_tear_down),
        cmocka_unit_test_teardown(group_that_is_not_named_is_a_usage_error, cli_tear_down),
        cmocka_unit_test_teardown(group_or_key_that_is_not_there_is_refused_by_name, cli_tear_down),
        cmocka_unit_test_teardown(key_of_a_replica_is_no_client, cli_tear_down),
        cmocka_unit_test_teardown(unreachable_group_is_exit_3_and_names_the_replicas,
                                  cli_tear_down),
        cmocka_unit_test_teardown(status_of_an_unreachable_group_has_every_replica, cli_tear_down),
        cmocka_unit_test_teardown(timeout_of_a_put_says_what_is_known_of_it, cli_tear_down),
        cmocka_unit_test_teardown(batch_over_the_request_limit_is_refused_with_the_limit,
                                  cli_tear_down),
        cmocka_unit_test_teardown(batch_with_a_bad_line_names_file_and_line, cli_tear_down),
        cmocka_unit_test_teardown(value_over_the_request_limit_is_refused_with_the_limit,
                                  cli_tear_down),
        cmocka_unit_test_teardown(load_of_an_unreachable_group_times_out_and_says_how_to_go_on,
                                  cli_tear_down),
        cmocka_unit_test_teardown(load_of_another_groups_progress_is_refused, cli_tear_down),
        cmocka_unit_test_teardown(up_without_replica_folders_says_how_each_ended, cli_tear_down),
    };
    return cmocka_run_group_tests(tests, cli_make_group, cli_remove_group);
}
