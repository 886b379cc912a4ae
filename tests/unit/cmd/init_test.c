/* init_test.c - `strategos init`, by running the program: what it makes, what it refuses, and that
 * it leaves nothing behind when it fails. */
#include "config/group.h"
#include "crypto/keyfile.h"
#include "machine/registry.h"
#include "storage/ledger.h"
#include "support/folder.h"
#include "support/process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct test_folder folder;
static struct process process;
static struct group group;

static int set_up(void **state)
{
    (void)state;
    test_folder_init(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    process_fini(&process);
    test_folder_fini(&folder);
    return 0;
}

/* Runs `strategos init FOLDER/demo` with more arguments (ends with NULL). */
static int init(const char *const *more)
{
    const char *arguments[24] = {STRATEGOS, "init", test_path(&folder, "demo"), "--ledger-file-mb",
                                 "1"};
    size_t count = 5;
    for (size_t i = 0; more[i] != NULL; i++) {
        arguments[count++] = more[i];
    }
    process_fini(&process);
    return process_run(&process, arguments, NULL, NULL);
}

#define INIT(...) init((const char *const[]){__VA_ARGS__, NULL})

static void load(const char *path)
{
    struct error_text reason;
    if (group_load(path, &group, &reason) != OK) {
        fail_msg("%s", reason.text);
    }
}

static void expect_mode(const char *path, unsigned mode)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777u, mode);
}

static enum error ignore(void *context, uint64_t location, enum ledger_record type,
                         struct slice bytes)
{
    (void)location;
    (void)type;
    (void)bytes;
    (*(size_t *)context)++;
    return OK;
}

/* Replica i's folder has its key, the same group file, and an empty ledger of its own. */
static void expect_replica(size_t i)
{
    struct secret_key secret;
    struct public_key public;
    struct error_text reason;
    struct folder ledger_folder;
    struct ledger *ledger = NULL;
    size_t records = 0;
    struct ledger_visitor visitor = {.context = &records, .on_record = ignore};
    const char *key = test_path(&folder, "demo/replica-%zu/replica.key", i);
    assert_int_equal(keyfile_load(key, &secret, &public, &reason), OK);
    signature_forget(&secret);
    assert_int_equal(group_find_replica(&group, &public), i);
    expect_mode(key, 0600);
    expect_mode(test_path(&folder, "demo/replica-%zu", i), 0700);
    struct ledger_identity identity = {
        .genesis = group.genesis, .replica = public, .id = (replica_id)i};
    const char *path = test_path(&folder, "demo/replica-%zu/data/ledger", i);
    assert_int_equal(folder_posix_open(&ledger_folder, path, false, &reason), OK);
    assert_int_equal(ledger_open(&ledger, ledger_folder, &identity, 0, &visitor, &reason), OK);
    ledger_close(ledger);
    folder_posix_close(&ledger_folder);
    assert_int_equal(records, 0);
    char *whole = test_read_file(test_path(&folder, "demo/group.conf"), NULL);
    char *copy = test_read_file(test_path(&folder, "demo/replica-%zu/group.conf", i), NULL);
    assert_string_equal(whole, copy);
    free(whole);
    free(copy);
}

static void init_makes_a_group_of_four(void **state)
{
    (void)state;
    struct secret_key secret;
    struct public_key public;
    struct error_text reason;
    assert_int_equal(INIT("--replicas", "4"), 0);
    assert_non_null(strstr(process.out, "4 replicas, of which 1 may fail or lie"));
    assert_string_equal(process.err, "");
    load(test_path(&folder, "demo"));
    assert_string_equal(group.name, "demo");
    assert_int_equal(group.replica_count, 4);
    assert_int_equal(group.faults, 1);
    assert_string_equal(group.machine_name, "kv");
    assert_string_equal(group.replicas[0].peer_address, "tcp://127.0.0.1:7400");
    assert_string_equal(group.replicas[3].client_address, "tcp://127.0.0.1:7407");
    assert_int_equal(keyfile_load(test_path(&folder, "demo/client.key"), &secret, &public, &reason),
                     OK);
    signature_forget(&secret);
    assert_int_equal(group_find_client(&group, &public), 0);
    assert_int_equal(group.clients[0].role, ROLE_ADMIN);
    assert_string_equal(group.clients[0].name, "operator");
    for (size_t i = 0; i < 4; i++) {
        expect_replica(i);
    }
    assert_int_equal(test_count_entries(test_path(&folder, "demo")), 6);
}

static void init_spreads_a_group_over_hosts(void **state)
{
    (void)state;
    assert_int_equal(INIT("--replicas", "7", "--host", "a,b,c,10.0.0.4,e.example,f,::1",
                          "--base-port", "9000", "--name", "prod", "--machine", "counter",
                          "--clients", "2", "--messages", "signed", "--timing", "partial"),
                     0);
    load(test_path(&folder, "demo"));
    assert_string_equal(group.name, "prod");
    assert_int_equal(group.faults, 2);
    assert_string_equal(group.machine_name, "counter");
    assert_string_equal(group.replicas[3].peer_address, "tcp://10.0.0.4:9006");
    assert_string_equal(group.replicas[4].client_address, "tcp://e.example:9009");
    assert_string_equal(group.replicas[6].peer_address, "tcp://[::1]:9012");
    assert_int_equal(group.client_count, 3);
    assert_int_equal(group.clients[2].role, ROLE_WRITE);
    assert_true(test_exists(test_path(&folder, "demo/client-2.key")));
    for (size_t i = 0; i < 7; i++) {
        expect_replica(i);
    }
}

static void two_groups_of_one_name_are_two_groups(void **state)
{
    (void)state;
    assert_int_equal(INIT("--name", "same"), 0);
    load(test_path(&folder, "demo"));
    struct digest first = group.genesis;
    test_remove_tree(test_path(&folder, "demo"));
    assert_int_equal(INIT("--name", "same"), 0);
    load(test_path(&folder, "demo"));
    assert_false(digest_is_equal(&first, &group.genesis));
}

static void init_uses_an_empty_folder_and_refuses_a_full_one(void **state)
{
    (void)state;
    const char *path = test_path(&folder, "demo");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(INIT("--replicas", "4"), 0);
    char *before = test_read_file(test_path(&folder, "demo/client.key"), NULL);
    assert_int_equal(INIT("--replicas", "4"), 1);
    assert_non_null(strstr(process.err, "exists already and is not an empty folder"));
    char *after = test_read_file(test_path(&folder, "demo/client.key"), NULL);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

struct wrong {
    const char *arguments[5];
    const char *reason;
};

static void init_refuses_wrong_usage_and_leaves_nothing(void **state)
{
    (void)state;
    static const struct wrong wrongs[] = {
        {{"--replicas", "3"}, "--replicas = '3': must be a whole number, 4 to 31"},
        {{"--replicas", "32"}, "--replicas = '32': must be a whole number, 4 to 31"},
        {{"--replicas", "four"}, "--replicas = 'four': must be a whole number, 4 to 31"},
        {{"--messages", "oral"}, "--messages = 'oral': must be one of signed"},
        {{"--timing", "synchronous"}, "--timing = 'synchronous': must be one of partial"},
        {{"--host", "a,b"}, "--host names 2 hosts for 4 replicas"},
        {{"--host", "a,,c,d"}, "--host: an empty or overlong name"},
        {{"--host", "0.0.0.0"}, "--host \"0.0.0.0\": 0.0.0.0 is no address"},
        {{"--host", "a b"}, "--host \"a b\": the host may have letters"},
        {{"--base-port", "0"}, "--base-port = '0': must be a whole number, 1 to 65535"},
        {{"--base-port", "65529"}, "must be at most 65528"},
        {{"--name", "a b"}, "--name 'a b': must be 1 to 63 letters"},
        {{"--machine", "foo"}, "--machine 'foo': must be kv, counter or the path"},
        {{"--clients", "128"}, "--clients = '128': must be a whole number, 0 to 127"},
        {{"extra"}, "'extra' is one operand too many"},
        {{"--unknown"}, "unknown or ambiguous option '--unknown'"},
    };
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        int code = init(wrongs[i].arguments);
        if (code != 2 || strstr(process.err, wrongs[i].reason) == NULL) {
            fail_msg("%s: exit code %d, %s", wrongs[i].arguments[0], code, process.err);
        }
        assert_false(test_exists(test_path(&folder, "demo")));
    }
}

static void init_refuses_what_is_no_machine(void **state)
{
    (void)state;
    const char *path = test_path(&folder, "no-machine.so");
    test_write_file(path, "x", 1);
    assert_int_equal(INIT("--machine", path), 1);
    assert_non_null(strstr(process.err, path));
    assert_int_equal(INIT("--machine", "/nonexistent/m.so"), 1);
    assert_non_null(strstr(process.err, "/nonexistent/m.so: cannot open"));
    assert_false(test_exists(test_path(&folder, "demo")));
}

/* The example machine is copied beside each group file, and pinned. */
static void init_copies_a_plugin_and_pins_its_digest(void **state)
{
    (void)state;
    struct digest digest;
    struct error_text reason;
    assert_int_equal(INIT("--machine", EXAMPLE_MACHINE), 0);
    load(test_path(&folder, "demo/replica-3"));
    assert_string_equal(group.machine_name, "bank");
    assert_string_equal(group.machine_path, "bank.so");
    assert_int_equal(plugin_digest(EXAMPLE_MACHINE, &digest, &reason), OK);
    assert_true(digest_is_equal(&group.machine_digest, &digest));
    assert_int_equal(plugin_digest(test_path(&folder, "demo/replica-3/bank.so"), &digest, &reason),
                     OK);
    assert_true(digest_is_equal(&group.machine_digest, &digest));
    assert_true(test_exists(test_path(&folder, "demo/bank.so")));
}

/* A limit on file size stands for a full disk: the ledgers do not fit. */
static void init_that_fails_half_way_removes_what_it_made(void **state)
{
    (void)state;
    const char *path = test_path(&folder, "demo");
    for (int existed = 0; existed < 2; existed++) {
        if (existed == 1) {
            assert_int_equal(mkdir(path, 0700), 0);
        }
        const char *const arguments[] = {
            "/bin/sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"", STRATEGOS, "init",
            path,      NULL};
        process_fini(&process);
        assert_int_equal(process_run(&process, arguments, NULL, NULL), 1);
        assert_non_null(strstr(process.err, "ledger"));
        assert_int_equal(test_exists(path), existed == 1);
    }
    assert_int_equal(test_count_entries(path), 0);
}

static void every_built_in_machine_can_be_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; registry_name(i) != NULL; i++) {
        assert_int_equal(INIT("--machine", registry_name(i)), 0);
        load(test_path(&folder, "demo"));
        assert_string_equal(group.machine_name, registry_name(i));
        test_remove_tree(test_path(&folder, "demo"));
    }
}

static void help_config_names_every_setting(void **state)
{
    (void)state;
    const char *const arguments[] = {STRATEGOS, "help-config", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 0);
    assert_non_null(strstr(process.out, "delta_ms       1 to 60000 ms; default: 100\n"));
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
    (void)state;
    const char *const arguments[] = {"/bin/sh", "-c", "exec \"$0\" help-config >/dev/full",
                                     STRATEGOS, NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 1);
    assert_non_null(strstr(process.err, "cannot write the output"));
}

static void help_of_a_command_is_its_page(void **state)
{
    (void)state;
    const char *const arguments[] = {STRATEGOS, "help", "put", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 0);
    assert_non_null(strstr(process.out, "strategos put - "));
}

static void help_of_two_commands_is_wrong_usage(void **state)
{
    (void)state;
    const char *const arguments[] = {STRATEGOS, "help", "put", "get", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 2);
    assert_non_null(strstr(process.err, "help takes one command"));
}

static void unknown_command_is_wrong_usage(void **state)
{
    (void)state;
    const char *const arguments[] = {STRATEGOS, "conquer", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 2);
    assert_non_null(strstr(process.err, "unknown command 'conquer'; try 'strategos --help'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(init_makes_a_group_of_four, set_up, tear_down),
        cmocka_unit_test_setup_teardown(init_spreads_a_group_over_hosts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_groups_of_one_name_are_two_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(init_uses_an_empty_folder_and_refuses_a_full_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(init_refuses_wrong_usage_and_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(init_refuses_what_is_no_machine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(init_copies_a_plugin_and_pins_its_digest, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(init_that_fails_half_way_removes_what_it_made, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_built_in_machine_can_be_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(help_config_names_every_setting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(output_that_cannot_be_written_is_a_failure, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(help_of_a_command_is_its_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(help_of_two_commands_is_wrong_usage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_command_is_wrong_usage, set_up, tear_down),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
