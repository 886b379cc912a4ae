/* client_test.c - clients that die, clients that share a key, and clients that may not. */
#include "crypto/keyfile.h"
#include "strategos/kv.h"
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 20000u
#define SOME  400u

static void make_pairs(const char *path)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (unsigned i = 0; i < LINES; i++) {
        assert_true(fprintf(file, "key-%05u\tvalue of %u\n", i, i) > 0);
    }
    assert_int_equal(fclose(file), 0);
}

static uint64_t executed(struct test_group *group)
{
    struct status status;
    test_group_must_look(group, 0, &status);
    return status.executed;
}

static void load_of_a_file_goes_on_after_its_client_was_killed(void **state)
{
    (void)state;
    struct process process;
    struct test_group *group = test_group_new(NULL);
    char *path = strdup(test_path(&group->folder, "pairs.tsv"));
    char *noted = strdup(test_path(&group->folder, "pairs.tsv.strategos-progress"));
    assert_non_null(path);
    assert_non_null(noted);
    make_pairs(path);
    test_group_start_all(group);
    test_group_wait_ready(group);
    const char *slowly[] = {STRATEGOS, "--group",     group->path, "load",
                            path,      "--in-flight", "4",         NULL};
    process_start(&process, slowly, NULL, false);
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (!test_exists(noted) || executed(group) < 1000) {
        assert_true(test_now_ms() < deadline);
        assert_int_not_equal(process.pid, 0);
        (void)process_collect(&process, 5);
    }
    process_signal(&process, SIGKILL);
    assert_true(process_wait(&process, TEST_GROUP_DEADLINE_MS));
    assert_int_equal(process.exit_code, 128 + SIGKILL);
    process_fini(&process);
    assert_true(executed(group) < LINES);
    /* The same again, with one replica fewer. */
    test_group_kill(group, 0);
    const char *again[] = {"load", path, NULL};
    assert_int_equal(test_group_run(group, &process, again, NULL), 0);
    assert_non_null(strstr(process.out, "lines before")); /* it did not begin at the first one */
    assert_false(test_exists(noted));
    process_fini(&process);
    test_group_start(group, 0);
    test_group_wait_equal(group);
    const char *scan[] = {"scan", "key-", "--limit", "100000", NULL};
    assert_int_equal(test_group_run(group, &process, scan, NULL), 0);
    size_t size;
    char *expected = test_read_file(path, &size);
    assert_int_equal(process.out_size, size);
    assert_memory_equal(process.out, expected, size);
    free(expected);
    free(path);
    free(noted);
    process_fini(&process);
    test_group_free(group);
}

static void two_clients_with_one_key_do_not_disturb_each_other(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *one = load_start(group, &(struct load_options){.name = "one"});
    struct load *two = load_start(group, &(struct load_options){.name = "two"});
    struct load *other =
        load_start(group, &(struct load_options){.name = "other", .key = "client-2.key"});
    load_wait(one, SOME);
    test_group_kill(group, 1);
    load_wait(two, SOME);
    test_group_start(group, 1);
    load_wait(other, SOME);
    assert_int_equal(load_stop(one), 0);
    assert_int_equal(load_stop(two), 0);
    load_check(one);
    load_check(two);
    load_finish(other);
    load_free(one);
    load_free(two);
    test_group_free(group);
}

static void client_that_may_only_read_is_refused_writing(void **state)
{
    (void)state;
    struct process process;
    struct test_group *group = test_group_new(NULL);
    struct group *read = calloc(1, sizeof *read);
    assert_non_null(read);
    assert_int_equal(group_load(group->path, read, NULL), OK);
    /* The last client in the file becomes a reader, in every copy. */
    char old[256];
    char new[256];
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    public_key_to_hex(&read->clients[2].key, hex);
    (void)snprintf(old, sizeof old, "key = \"%s\"\n    role = \"write\"", hex);
    (void)snprintf(new, sizeof new, "key = \"%s\"\n    role = \"read\"", hex);
    test_group_edit_all(group, old, new);
    free(read);
    test_group_start_all(group);
    test_group_wait_ready(group);
    const char *write[] = {"put", "hello", "world", NULL};
    assert_int_equal(test_group_run(group, &process, write, NULL), 0);
    process_fini(&process);
    const char *key = test_group_path(group, "client-2.key");
    const char *forbidden[] = {"--key", key, "put", "hello", "there", NULL};
    assert_int_equal(test_group_run(group, &process, forbidden, NULL), 1);
    assert_non_null(strstr(process.err, "may only read"));
    process_fini(&process);
    const char *ordered[] = {"--key", key, "get", "hello", NULL};
    assert_int_equal(test_group_run(group, &process, ordered, NULL), 0);
    assert_string_equal(process.out, "world");
    process_fini(&process);
    const char *stale[] = {"--key", key, "get", "--stale", "hello", NULL};
    assert_int_equal(test_group_run(group, &process, stale, NULL), 0);
    assert_string_equal(process.out, "world");
    process_fini(&process);
    test_group_wait_equal(group);
    test_group_free(group);
}

/* The client's own group file has its key, the replicas' files have not: to them it is nobody. */
static void client_that_the_replicas_do_not_know_gets_a_timeout(void **state)
{
    (void)state;
    struct process process;
    struct secret_key secret;
    struct public_key public;
    struct error_text text;
    char entry[256];
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    test_group_wait_ready(group);
    signature_generate(&secret, &public);
    const char *key = test_group_path(group, "stranger.key");
    assert_int_equal(keyfile_create(key, &secret, &text), OK);
    const char *write[] = {"--key", key, "--timeout", "2", "put", "hello", "world", NULL};
    assert_int_equal(test_group_run(group, &process, write, NULL), 1);
    assert_non_null(strstr(process.err, "not a client of group"));
    process_fini(&process);
    public_key_to_hex(&public, hex);
    (void)snprintf(entry, sizeof entry,
                   "client \"stranger\" {\n    key = \"%s\"\n}\nclient \"operator\"", hex);
    test_group_edit(group, "group.conf", "client \"operator\"", entry);
    assert_int_equal(test_group_run(group, &process, write, NULL), 3);
    assert_non_null(strstr(process.err, "no result within 2 s"));
    assert_non_null(strstr(process.err, "Connected to 0 of 4 replicas"));
    process_fini(&process);
    struct status status; /* and it is counted */
    test_group_must_look(group, 0, &status);
    assert_true(status.peers[0].verdicts[VERDICT_UNKNOWN_SENDER] > 0);
    test_group_free(group);
}

static void command_to_a_group_that_does_not_run_times_out(void **state)
{
    (void)state;
    struct process process;
    struct test_group *group = test_group_new(NULL);
    const char *write[] = {"--timeout", "1", "put", "hello", "world", NULL};
    assert_int_equal(test_group_run(group, &process, write, NULL), 3);
    assert_non_null(strstr(process.err, "nothing was sent"));
    process_fini(&process);
    const char *status[] = {"--timeout", "1", "status", NULL};
    assert_int_equal(test_group_run(group, &process, status, NULL), 3);
    assert_non_null(strstr(process.err, "no replica answers"));
    process_fini(&process);
    test_group_free(group);
}

static void request_over_the_limit_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    struct process process;
    struct test_group *group = test_group_new(NULL);
    char *input = malloc(STRATEGOS_REQUEST_BYTES_MAX + 2);
    assert_non_null(input);
    memset(input, 'x', STRATEGOS_REQUEST_BYTES_MAX + 2);
    input[STRATEGOS_REQUEST_BYTES_MAX + 1] = '\0';
    test_group_start_all(group);
    const char *write[] = {"put", "large", "-", NULL};
    assert_int_equal(test_group_run(group, &process, write, input), 1);
    assert_non_null(strstr(process.err, "limit"));
    process_fini(&process);
    input[STRATEGOS_REQUEST_BYTES_MAX - 2] = '\0'; /* fits as a value, not with its key */
    assert_int_equal(test_group_run(group, &process, write, input), 1);
    assert_non_null(strstr(process.err, "limit"));
    process_fini(&process);
    size_t most = STRATEGOS_REQUEST_BYTES_MAX - 64;
    input[most] = '\0';
    assert_int_equal(test_group_run(group, &process, write, input), 0);
    process_fini(&process);
    const char *read[] = {"get", "large", NULL};
    assert_int_equal(test_group_run(group, &process, read, NULL), 0);
    assert_int_equal(process.out_size, most);
    process_fini(&process);
    struct strategos_client *client = test_group_client(group, "client-1.key", 0);
    uint8_t *bytes = calloc(1, STRATEGOS_REQUEST_BYTES_MAX + 1);
    assert_non_null(bytes);
    assert_int_equal(strategos_client_call(
                         client, strategos_slice(bytes, STRATEGOS_REQUEST_BYTES_MAX + 1), NULL),
                     STRATEGOS_STATUS_TOO_LARGE);
    assert_int_equal(
        strategos_client_call(client, strategos_slice(bytes, STRATEGOS_REQUEST_BYTES_MAX), NULL),
        STRATEGOS_STATUS_MALFORMED); /* as large as may be, but no command of kv */
    strategos_client_close(client);
    free(bytes);
    free(input);
    test_group_wait_equal(group);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(load_of_a_file_goes_on_after_its_client_was_killed,
                                  load_teardown),
        cmocka_unit_test_teardown(two_clients_with_one_key_do_not_disturb_each_other,
                                  load_teardown),
        cmocka_unit_test_teardown(client_that_may_only_read_is_refused_writing, load_teardown),
        cmocka_unit_test_teardown(client_that_the_replicas_do_not_know_gets_a_timeout,
                                  load_teardown),
        cmocka_unit_test_teardown(command_to_a_group_that_does_not_run_times_out, load_teardown),
        cmocka_unit_test_teardown(request_over_the_limit_is_refused_before_it_is_sent,
                                  load_teardown),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
