/* check_test.c - `strategosd --check`, by running the program: a replica that is whole, and every
 * way in which its configuration, key, machine and data may not belong together. */
#include "config/group.h"
#include "crypto/keyfile.h"
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

/* Two groups, once for all tests, which put back what they change. */
static int make_groups(void **state)
{
    (void)state;
    static const char *const names[] = {"one", "two"};
    test_folder_init(&folder);
    for (size_t i = 0; i < 2; i++) {
        const char *const arguments[] = {STRATEGOS,
                                         "init",
                                         test_path(&folder, "%s", names[i]),
                                         "--ledger-file-mb",
                                         "1",
                                         "--name",
                                         "same",
                                         NULL};
        int code = process_run(&process, arguments, NULL, NULL);
        process_fini(&process);
        if (code != 0) {
            return -1;
        }
    }
    return 0;
}

static int remove_groups(void **state)
{
    (void)state;
    test_folder_fini(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    process_fini(&process);
    return 0;
}

static int check(const char *group_path, const char *key, const char *data)
{
    const char *const arguments[] = {STRATEGOSD, "--group", group_path, "--key", key,
                                     "--data",   data,      "--check",  NULL};
    process_fini(&process);
    return process_run(&process, arguments, NULL, NULL);
}

static int check_replica_1(void)
{
    return check(test_path(&folder, "one/replica-1"),
                 test_path(&folder, "one/replica-1/replica.key"),
                 test_path(&folder, "one/replica-1/data"));
}

/* The last check was refused for this reason. */
static void expect_reason(const char *reason)
{
    assert_int_equal(process.exit_code, 1);
    assert_string_equal(process.out, "");
    if (strstr(process.err, reason) == NULL) {
        fail_msg("%s\nlacks\n%s", process.err, reason);
    }
}

static void whole_replica_is_ok(void **state)
{
    (void)state;
    char expected[1024];
    assert_int_equal(check_replica_1(), 0);
    (void)snprintf(expected, sizeof expected,
                   "ok: replica 1 of 4 in group \"same\" (%s/one/replica-1/group.conf), data in "
                   "%s/one/replica-1/data\n",
                   folder.path, folder.path);
    assert_string_equal(process.out, expected);
    assert_string_equal(process.err, "");
    assert_int_equal(check_replica_1(), 0); /* checking changes nothing */
}

static void environment_stands_in_for_group_and_key(void **state)
{
    (void)state;
    char group_entry[512];
    char key_entry[512];
    (void)snprintf(group_entry, sizeof group_entry, "STRATEGOS_GROUP=%s/one", folder.path);
    (void)snprintf(key_entry, sizeof key_entry, "STRATEGOS_KEY=%s/one/replica-2/replica.key",
                   folder.path);
    const char *const environment[] = {group_entry, key_entry, NULL};
    const char *const arguments[] = {STRATEGOSD, "--check", "--data",
                                     test_path(&folder, "one/replica-2/data"), NULL};
    assert_int_equal(process_run(&process, arguments, environment, NULL), 0);
}

static void missing_arguments_are_wrong_usage(void **state)
{
    (void)state;
    const char *const arguments[] = {STRATEGOSD, "--check", NULL};
    const char *const environment[] = {"STRATEGOS_GROUP", "STRATEGOS_KEY", NULL};
    assert_int_equal(process_run(&process, arguments, environment, NULL), 2);
    assert_string_equal(process.err, "strategosd: --group DIR|FILE is missing, and so is "
                                     "STRATEGOS_GROUP; try 'strategosd --help'\n");
}

static void key_file_of_wrong_mode_is_refused(void **state)
{
    (void)state;
    const char *key = test_path(&folder, "one/replica-1/replica.key");
    assert_int_equal(chmod(key, 0640), 0);
    (void)check_replica_1();
    expect_reason("replica.key: key file has mode 0640");
    assert_int_equal(chmod(key, 0600), 0);
}

static void truncated_key_file_is_refused(void **state)
{
    (void)state;
    const char *key = test_path(&folder, "short.key");
    test_write_file(key, "strategos-key-1 00", 18);
    assert_int_equal(chmod(key, 0600), 0);
    (void)check(test_path(&folder, "one"), key, test_path(&folder, "one/replica-1/data"));
    expect_reason("short.key:1: key file is truncated");
}

static void key_that_is_no_replicas_is_refused(void **state)
{
    (void)state;
    const char *data = test_path(&folder, "one/replica-1/data");
    (void)check(test_path(&folder, "one"), test_path(&folder, "one/client.key"), data);
    expect_reason("one/client.key: this key is a client's, not a replica's, of the group in");
    (void)check(test_path(&folder, "one"), test_path(&folder, "two/replica-1/replica.key"), data);
    expect_reason("two/replica-1/replica.key: this key is not in the replicas of the group in");
}

static void data_folder_of_another_is_refused(void **state)
{
    (void)state;
    const char *one = test_path(&folder, "one");
    const char *key = test_path(&folder, "one/replica-1/replica.key");
    (void)check(one, key, test_path(&folder, "one/replica-2/data"));
    expect_reason("one/replica-2/data/ledger: ");
    (void)check(one, key, test_path(&folder, "two/replica-1/data"));
    expect_reason("two/replica-1/data/ledger: ");
}

static void data_folder_without_ledger_is_refused(void **state)
{
    (void)state;
    const char *empty = test_path(&folder, "empty");
    const char *key = test_path(&folder, "one/replica-1/replica.key");
    assert_int_equal(mkdir(empty, 0700), 0);
    (void)check(test_path(&folder, "one"), key, empty);
    expect_reason("/empty: there is no ledger in this data folder");
    (void)check(test_path(&folder, "one"), key, test_path(&folder, "nonexistent"));
    expect_reason("/nonexistent: there is no ledger in this data folder");
    assert_int_equal(mkdir(test_path(&folder, "empty/ledger"), 0700), 0);
    (void)check(test_path(&folder, "one"), key, empty);
    expect_reason("/empty/ledger: ");
}

static void data_folder_in_use_is_refused(void **state)
{
    (void)state;
    struct folder held;
    struct error_text reason;
    assert_int_equal(
        folder_posix_open(&held, test_path(&folder, "one/replica-1/data/ledger"), false, &reason),
        OK);
    (void)check_replica_1();
    expect_reason("one/replica-1/data/ledger");
    folder_posix_close(&held);
    assert_int_equal(check_replica_1(), 0);
}

static void changed_identity_makes_the_ledger_foreign(void **state)
{
    (void)state;
    const char *path = test_path(&folder, "changed.conf");
    char *text = test_read_file(test_path(&folder, "one/group.conf"), NULL);
    char *name = strstr(text, "name = \"same\"");
    assert_non_null(name);
    name[8] = 'S';
    test_write_file(path, text, strlen(text));
    free(text);
    (void)check(path, test_path(&folder, "one/replica-1/replica.key"),
                test_path(&folder, "one/replica-1/data"));
    expect_reason("one/replica-1/data/ledger: ");
}

static void wrong_setting_is_refused_with_file_and_line(void **state)
{
    (void)state;
    const char *path = test_path(&folder, "wrong.conf");
    static const char text[] = "format = 1\nname = x\ndelta_ms = 0\n";
    char expected[512];
    test_write_file(path, text, sizeof text - 1);
    (void)check(path, "/dev/null", "/dev/null");
    (void)snprintf(expected, sizeof expected,
                   "strategosd: %s:3: delta_ms = \"0\": must be 1 to 60000 ms\n", path);
    expect_reason(expected);
}

static void machine_that_is_missing_is_refused(void **state)
{
    (void)state;
    const char *path = test_path(&folder, "plugin.conf");
    struct error_text reason;
    assert_int_equal(group_load(test_path(&folder, "one"), &group, &reason), OK);
    (void)snprintf(group.machine_name, sizeof group.machine_name, "bank");
    (void)snprintf(group.machine_path, sizeof group.machine_path, "bank.so");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(group_write(&group, file), OK);
    assert_int_equal(fclose(file), 0);
    const char *key = test_path(&folder, "one/replica-1/replica.key");
    const char *data = test_path(&folder, "one/replica-1/data");
    char expected[512];
    (void)check(path, key, data);
    (void)snprintf(expected, sizeof expected, "strategosd: %s/bank.so: ", folder.path);
    expect_reason(expected);
    test_write_file(test_path(&folder, "bank.so"), "x", 1);
    (void)check(path, key, data);
    expect_reason("digest");
}

static void machine_with_the_pinned_digest_is_ok(void **state)
{
    (void)state;
    const char *const arguments[] = {STRATEGOS,          "init", test_path(&folder, "bank"),
                                     "--ledger-file-mb", "1",    "--machine",
                                     EXAMPLE_MACHINE,    NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 0);
    const char *key = test_path(&folder, "bank/replica-0/replica.key");
    const char *data = test_path(&folder, "bank/replica-0/data");
    assert_int_equal(check(test_path(&folder, "bank/replica-0"), key, data), 0);
    const char *object = test_path(&folder, "bank/replica-0/bank.so");
    size_t size = 0;
    char *bytes = test_read_file(object, &size);
    bytes[size - 1] ^= 1;
    test_write_file(object, bytes, size);
    free(bytes);
    (void)check(test_path(&folder, "bank/replica-0"), key, data);
    expect_reason("bank/replica-0/bank.so: the machine's file has digest");
}

/* The public keys of the examples are those of the seeds 01 01 ..., 02 02 ... */
static void example_is_accepted(const char *name, size_t replicas)
{
    struct error_text reason;
    char path[512];
    (void)snprintf(path, sizeof path, SOURCE_DIR "/configs/%s", name);
    if (group_load(path, &group, &reason) != OK) {
        fail_msg("%s", reason.text);
    }
    assert_int_equal(group.replica_count, replicas);
    for (size_t i = 0; i < replicas; i++) {
        uint8_t seed[SEED_BYTES];
        struct secret_key secret;
        struct public_key public;
        struct folder ledger;
        memset(seed, (int)i + 1, sizeof seed);
        signature_from_seed(seed, &secret, &public);
        const char *key = test_path(&folder, "%s-%zu.key", name, i);
        const char *data = test_path(&folder, "%s-%zu", name, i);
        assert_int_equal(keyfile_create(key, &secret, &reason), OK);
        assert_int_equal(mkdir(data, 0700), 0);
        assert_int_equal(
            folder_posix_open(&ledger, test_path(&folder, "%s-%zu/ledger", name, i), true, &reason),
            OK);
        struct ledger_identity identity = {
            .genesis = group.genesis, .replica = public, .id = (replica_id)i};
        const struct checksum_key id = {{1}};
        assert_int_equal(ledger_create(ledger, &identity, &id, (uint64_t)1024 * 1024, &reason), OK);
        folder_posix_close(&ledger);
        if (check(path, key, data) != 0) {
            fail_msg("%s", process.err);
        }
    }
}

static void example_group_files_are_accepted(void **state)
{
    (void)state;
    example_is_accepted("four-on-one-machine.conf", 4);
    example_is_accepted("seven-hosts.conf", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(whole_replica_is_ok, tear_down),
        cmocka_unit_test_teardown(environment_stands_in_for_group_and_key, tear_down),
        cmocka_unit_test_teardown(missing_arguments_are_wrong_usage, tear_down),
        cmocka_unit_test_teardown(key_file_of_wrong_mode_is_refused, tear_down),
        cmocka_unit_test_teardown(truncated_key_file_is_refused, tear_down),
        cmocka_unit_test_teardown(key_that_is_no_replicas_is_refused, tear_down),
        cmocka_unit_test_teardown(data_folder_of_another_is_refused, tear_down),
        cmocka_unit_test_teardown(data_folder_without_ledger_is_refused, tear_down),
        cmocka_unit_test_teardown(data_folder_in_use_is_refused, tear_down),
        cmocka_unit_test_teardown(changed_identity_makes_the_ledger_foreign, tear_down),
        cmocka_unit_test_teardown(wrong_setting_is_refused_with_file_and_line, tear_down),
        cmocka_unit_test_teardown(machine_that_is_missing_is_refused, tear_down),
        cmocka_unit_test_teardown(machine_with_the_pinned_digest_is_ok, tear_down),
        cmocka_unit_test_teardown(example_group_files_are_accepted, tear_down),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, make_groups, remove_groups);
}
