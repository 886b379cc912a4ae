/* group.c - see group.h. */
#include "support/group.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define COMMAND_ARGUMENTS_MAX 32u
#define LOG_TAIL_BYTES        4000u
#define LOOK_MS               10

static const char program[] = STRATEGOS;
static const char program_of_replicas[] = STRATEGOSD;
static struct test_group *current; /* what is to be cleaned up, however the test ends */

int64_t test_now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void test_pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

/* Also where the test program itself comes to an early end. */
static void remove_current(void)
{
    if (current != NULL) {
        test_group_free(current);
    }
}

/* 127.x.y.z with random x, y, z, and ports below those that the system hands out: whoever else
 * tests on this machine at the same time has others. */
static void choose_address(struct test_group *group)
{
    uint8_t random[5];
    assert_int_equal(getrandom(random, sizeof random, 0), sizeof random);
    (void)snprintf(group->host, sizeof group->host, "127.%u.%u.%u", 1 + random[0] % 250U, random[1],
                   1 + random[2] % 250U);
    group->base_port = 10000 + (random[3] * 256U + random[4]) % 20000;
}

struct test_group *test_group_new(const struct test_group_options *options)
{
    static bool is_registered;
    static const struct test_group_options defaults;
    options = options == NULL ? &defaults : options;
    if (!is_registered) {
        assert_int_equal(atexit(remove_current), 0);
        is_registered = true;
    }
    assert_null(current);
    struct test_group *group = calloc(1, sizeof *group);
    assert_non_null(group);
    test_folder_init(&group->folder);
    current = group;
    (void)snprintf(group->path, sizeof group->path, "%s/group", group->folder.path);
    group->count = options->replicas == 0 ? 4 : options->replicas;
    choose_address(group);
    char replicas[16];
    char clients[16];
    char port[16];
    (void)snprintf(replicas, sizeof replicas, "%u", group->count);
    (void)snprintf(clients, sizeof clients, "%u", options->clients == 0 ? 2 : options->clients);
    (void)snprintf(port, sizeof port, "%u", group->base_port);
    const char *arguments[] = {
        program,       "init",      group->path,
        "--replicas",  replicas,    "--clients",
        clients,       "--host",    group->host,
        "--base-port", port,        "--ledger-file-mb",
        "4",           "--machine", options->machine == NULL ? "kv" : options->machine,
        NULL};
    struct process process;
    if (process_run(&process, arguments, NULL, NULL) != 0) {
        print_error("%s", process.err);
        fail();
    }
    process_fini(&process);
    return group;
}

void test_group_free(struct test_group *group)
{
    strategos_client_close(group->watch);
    for (unsigned i = 0; i < group->count; i++) {
        process_fini(&group->replicas[i]);
    }
    test_folder_fini(&group->folder);
    current = NULL;
    free(group);
}

static void print_log(const struct test_group *group, unsigned id)
{
    const char *path = test_group_path(group, "replica-%u.log", id);
    if (!test_exists(path)) {
        return;
    }
    size_t size;
    char *text = test_read_file(path, &size);
    print_error("--- replica %u (%s) ---\n%s\n", id, group->is_started[id] ? "runs" : "ended",
                text + (size > LOG_TAIL_BYTES ? size - LOG_TAIL_BYTES : 0));
    free(text);
}

int test_group_teardown(void **state)
{
    (void)state;
    if (current != NULL) {
        for (unsigned i = 0; i < current->count; i++) {
            print_log(current, i);
        }
        test_group_free(current);
    }
    return 0;
}

const char *test_group_path(const struct test_group *group, const char *format, ...)
{
    char name[FOLDER_PATH_BYTES];
    va_list arguments;
    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): as in folder.c */
    (void)vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    return test_path(&group->folder, "group/%s", name);
}

void test_group_start_as(struct test_group *group, unsigned id, const char *const *arguments)
{
    assert_false(group->is_started[id]);
    process_fini(&group->replicas[id]);
    process_start_logged(&group->replicas[id], arguments,
                         test_group_path(group, "replica-%u.log", id));
    group->is_started[id] = true;
}

void test_group_start(struct test_group *group, unsigned id)
{
    const char *arguments[] = {program_of_replicas,
                               "--group",
                               test_group_path(group, "replica-%u/group.conf", id),
                               "--key",
                               test_group_path(group, "replica-%u/replica.key", id),
                               "--data",
                               test_group_path(group, "replica-%u/data", id),
                               NULL};
    test_group_start_as(group, id, arguments);
}

void test_group_start_all(struct test_group *group)
{
    for (unsigned i = 0; i < group->count; i++) {
        test_group_start(group, i);
    }
}

void test_group_edit(const struct test_group *group, const char *name, const char *from,
                     const char *to)
{
    const char *path = test_group_path(group, "%s", name);
    char *text = test_read_file(path, NULL);
    char *edited = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&edited, &size);
    assert_non_null(out);
    assert_non_null(strstr(text, from));
    const char *rest = text;
    for (const char *at = strstr(text, from); at != NULL; at = strstr(rest, from)) {
        assert_int_equal(fwrite(rest, 1, (size_t)(at - rest), out), at - rest);
        assert_true(fputs(to, out) >= 0);
        rest = at + strlen(from);
    }
    assert_true(fputs(rest, out) >= 0);
    assert_int_equal(fclose(out), 0);
    test_write_file(path, edited, size);
    free(edited);
    free(text);
}

void test_group_edit_all(const struct test_group *group, const char *from, const char *to)
{
    test_group_edit(group, "group.conf", from, to);
    for (unsigned i = 0; i < group->count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "replica-%u/group.conf", i);
        test_group_edit(group, name, from, to);
    }
}

static int end(struct test_group *group, unsigned id, int number)
{
    assert_true(group->is_started[id]);
    test_group_check_alive(group);
    group->is_started[id] = false;
    group->is_paused[id] = false;
    process_signal(&group->replicas[id], number);
    if (!process_wait(&group->replicas[id], TEST_GROUP_DEADLINE_MS)) {
        fail_msg("replica %u does not end", id);
    }
    return group->replicas[id].exit_code;
}

void test_group_stop(struct test_group *group, unsigned id)
{
    assert_int_equal(end(group, id, SIGTERM), 0);
}

void test_group_kill(struct test_group *group, unsigned id)
{
    assert_int_equal(end(group, id, SIGKILL), 128 + SIGKILL);
}

void test_group_pause(struct test_group *group, unsigned id)
{
    group->is_paused[id] = true;
    process_signal(&group->replicas[id], SIGSTOP);
}

void test_group_continue(struct test_group *group, unsigned id)
{
    group->is_paused[id] = false;
    process_signal(&group->replicas[id], SIGCONT);
}

char *test_group_log(const struct test_group *group, unsigned id)
{
    return test_read_file(test_group_path(group, "replica-%u.log", id), NULL);
}

bool test_group_has_logged(const struct test_group *group, unsigned id, const char *text)
{
    char *log = test_group_log(group, id);
    bool has = strstr(log, text) != NULL;
    free(log);
    return has;
}

char *test_group_wait_refusal(struct test_group *group, unsigned id)
{
    if (!process_wait(&group->replicas[id], TEST_GROUP_DEADLINE_MS)) {
        fail_msg("replica %u runs, but should have refused", id);
    }
    group->is_started[id] = false;
    assert_int_equal(group->replicas[id].exit_code, 1);
    return test_group_log(group, id);
}

void test_group_wait_log(const struct test_group *group, unsigned id, const char *text)
{
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (!test_group_has_logged(group, id, text)) {
        if (test_now_ms() > deadline) {
            fail_msg("replica %u never logged '%s'", id, text);
        }
        test_pause_ms(LOOK_MS);
    }
}

void test_group_check_alive(struct test_group *group)
{
    for (unsigned i = 0; i < group->count; i++) {
        if (group->is_started[i] && process_wait(&group->replicas[i], 0)) {
            group->is_started[i] = false;
            fail_msg("replica %u has ended with %d", i, group->replicas[i].exit_code);
        }
    }
}

struct strategos_client *test_group_client(const struct test_group *group, const char *key,
                                           uint32_t timeout_ms)
{
    struct strategos_client *client;
    char reason[STRATEGOS_REASON_BYTES];
    struct strategos_client_options options = {
        .group = group->path, .key = test_group_path(group, "%s", key), .timeout_ms = timeout_ms};
    if (strategos_client_open(&client, &options, reason) != STRATEGOS_STATUS_DONE) {
        fail_msg("%s", reason);
    }
    return client;
}

int test_group_run(const struct test_group *group, struct process *process,
                   const char *const *arguments, const char *input)
{
    const char *all[COMMAND_ARGUMENTS_MAX] = {program, "--group", group->path};
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i + 4 < COMMAND_ARGUMENTS_MAX);
        all[i + 3] = arguments[i];
    }
    return process_run(process, all, NULL, input);
}

uint64_t test_group_memory_bytes(const struct test_group *group, unsigned id)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)group->replicas[id].pid);
    char *text = test_read_file(path, NULL);
    const char *line = strstr(text, "RssAnon:");
    assert_non_null(line);
    uint64_t bytes = strtoull(line + strlen("RssAnon:"), NULL, 10) * 1024;
    free(text);
    return bytes;
}

size_t test_group_descriptors(const struct test_group *group, unsigned id)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)group->replicas[id].pid);
    return test_count_entries(path);
}
