/* start_test.c - replicas that must not start, and say why. */
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Starts the replica, which must refuse; and each of `texts` (ends with NULL) must be said. */
static void expect_refusal(struct test_group *group, unsigned id, const char *const *texts)
{
    test_group_start(group, id);
    char *log = test_group_wait_refusal(group, id);
    for (size_t i = 0; texts[i] != NULL; i++) {
        if (strstr(log, texts[i]) == NULL) {
            fail_msg("'%s' is not in: %s", texts[i], log);
        }
    }
    free(log);
}

static void move(const char *from, const char *to)
{
    assert_int_equal(rename(from, to), 0);
}

static void start_without_data_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    const char *data = test_group_path(group, "replica-1/data");
    test_remove_tree(data);
    expect_refusal(group, 1, (const char *[]){data, "no ledger", "strategos init", NULL});
    assert_int_equal(mkdir(data, 0700), 0);
    expect_refusal(group, 1, (const char *[]){data, "no ledger", NULL});
    assert_int_equal(mkdir(test_group_path(group, "replica-1/data/ledger"), 0700), 0);
    expect_refusal(group, 1, (const char *[]){"start-failed", NULL});
    assert_int_equal(test_count_entries(test_group_path(group, "replica-1/data/ledger")),
                     test_exists(test_group_path(group, "replica-1/data/ledger/lock")) ? 1 : 0);
    test_group_free(group);
}

/* The wiped replica would forget what it had said; the other three go on without it. */
static void start_after_a_wipe_is_refused_and_the_group_goes_on(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, 400);
    test_group_kill(group, 0);
    test_remove_tree(test_group_path(group, "replica-0/data"));
    expect_refusal(group, 0, (const char *[]){"no ledger", NULL});
    load_wait(load, 400);
    load_finish(load);
    test_group_free(group);
}

static void start_with_another_replicas_data_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    move(test_group_path(group, "replica-1/data"), test_group_path(group, "replica-1/own"));
    move(test_group_path(group, "replica-2/data"), test_group_path(group, "replica-1/data"));
    expect_refusal(group, 1, (const char *[]){"ledger", "replica 2", NULL});
    test_group_free(group);
}

static void start_with_another_groups_data_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    struct process process;
    const char *other = test_path(&group->folder, "other");
    const char *init[] = {STRATEGOS, "init", other, NULL};
    assert_int_equal(process_run(&process, init, NULL, NULL), 0);
    process_fini(&process);
    move(test_group_path(group, "replica-1/data"), test_group_path(group, "replica-1/own"));
    move(test_path(&group->folder, "other/replica-1/data"),
         test_group_path(group, "replica-1/data"));
    expect_refusal(group, 1, (const char *[]){"ledger", "group", NULL});
    test_group_free(group);
}

static void start_with_a_clients_key_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    move(test_group_path(group, "client-1.key"), test_group_path(group, "replica-1/replica.key"));
    expect_refusal(group, 1, (const char *[]){"replica.key", "client's", NULL});
    test_group_free(group);
}

static void start_twice_on_one_data_folder_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    struct process process;
    test_group_start_all(group);
    test_group_wait_ready(group);
    const char *second[] = {STRATEGOSD,
                            "--group",
                            test_group_path(group, "replica-1/group.conf"),
                            "--key",
                            test_group_path(group, "replica-1/replica.key"),
                            "--data",
                            test_group_path(group, "replica-1/data"),
                            NULL};
    assert_int_equal(process_run(&process, second, NULL, NULL), 1);
    assert_non_null(strstr(process.err, "in use by another process"));
    process_fini(&process);
    test_group_wait_ready(group);
    test_group_free(group);
}

/* Somebody else listens there already. */
static int occupy(const struct test_group *group, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, group->host, &address.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void start_on_a_taken_port_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    for (unsigned which = 0; which < 2; which++) { /* peers', clients' */
        char address[64];
        unsigned port = group->base_port + 2 * 3 + which;
        int fd = occupy(group, port);
        (void)snprintf(address, sizeof address, "tcp://%s:%u", group->host, port);
        expect_refusal(group, 3, (const char *[]){address, "in use", NULL});
        (void)close(fd);
        assert_int_equal(unlink(test_group_path(group, "replica-3.log")), 0);
    }
    test_group_start_all(group); /* and it does no harm */
    test_group_wait_ready(group);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(start_without_data_is_refused, load_teardown),
        cmocka_unit_test_teardown(start_after_a_wipe_is_refused_and_the_group_goes_on,
                                  load_teardown),
        cmocka_unit_test_teardown(start_with_another_replicas_data_is_refused, load_teardown),
        cmocka_unit_test_teardown(start_with_another_groups_data_is_refused, load_teardown),
        cmocka_unit_test_teardown(start_with_a_clients_key_is_refused, load_teardown),
        cmocka_unit_test_teardown(start_twice_on_one_data_folder_is_refused, load_teardown),
        cmocka_unit_test_teardown(start_on_a_taken_port_is_refused, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
