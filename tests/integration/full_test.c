/* full_test.c - a replica whose disk is full: it stops voting, says so, and goes on when there is
 * room. Its data folder is a small tmpfs in a mount namespace of its own; where that may not be
 * made, the test is skipped. */
#include "strategos/kv.h"
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOME              UINT64_C(400)
#define LARGE_BYTES       (200u << 10)
#define FULL_ID           1u
#define FILLER_PATH_BYTES (FOLDER_PATH_BYTES + 64)

/* "$1" is the data folder that init made, "$2" the empty one to mount on; the rest is strategosd's.
 * As another user a user namespace is needed too. */
static const char script[] = "mount -t tmpfs -o size=32m,mode=0700 none \"$2\" && "
                             "cp -a \"$1\"/. \"$2\" && shift 2 && exec \"$@\"";

static const char *unshare_option(void)
{
    return getuid() == 0 ? "-m" : "-Urm";
}

static bool may_mount(void)
{
    struct process process;
    const char *arguments[] = {"/usr/bin/unshare",
                               unshare_option(),
                               "/bin/sh",
                               "-c",
                               "mount -t tmpfs -o size=1m none /mnt",
                               NULL};
    bool may = test_exists(arguments[0]) && process_run(&process, arguments, NULL, NULL) == 0;
    if (test_exists(arguments[0])) {
        process_fini(&process);
    }
    return may;
}

static void start_on_small_disk(struct test_group *group)
{
    const char *data = test_group_path(group, "replica-%u/data", FULL_ID);
    const char *small = test_group_path(group, "replica-%u/small", FULL_ID);
    const char *arguments[] = {"/usr/bin/unshare",
                               unshare_option(),
                               "/bin/sh",
                               "-c",
                               script,
                               "sh",
                               data,
                               small,
                               STRATEGOSD,
                               "--group",
                               test_group_path(group, "replica-%u/group.conf", FULL_ID),
                               "--key",
                               test_group_path(group, "replica-%u/replica.key", FULL_ID),
                               "--data",
                               small,
                               NULL};
    assert_int_equal(mkdir(small, 0700), 0);
    test_group_start_as(group, FULL_ID, arguments);
}

/* A file on the small disk, seen from here. */
static const char *filler_path(const struct test_group *group, char path[FILLER_PATH_BYTES])
{
    (void)snprintf(path, FILLER_PATH_BYTES, "/proc/%d/root%s/replica-%u/small/filler",
                   (int)group->replicas[FULL_ID].pid, group->path, FULL_ID);
    return path;
}

static void fill_disk(const struct test_group *group)
{
    static const char zeros[65536];
    char path[FILLER_PATH_BYTES];
    int fd = open(filler_path(group, path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (size_t part = sizeof zeros; part > 0; part /= 2) {
        while (write(fd, zeros, part) > 0) {}
        assert_int_equal(errno, ENOSPC);
    }
    assert_int_equal(close(fd), 0);
}

static void make_room(const struct test_group *group)
{
    char path[FILLER_PATH_BYTES];
    assert_int_equal(unlink(filler_path(group, path)), 0);
}

static void wait_disk_full(struct test_group *group, bool is_full)
{
    struct status status;
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    do {
        assert_true(test_now_ms() < deadline);
        test_group_must_look(group, FULL_ID, &status);
        test_pause_ms(20);
    } while (status.disk_full != is_full);
}

/* So much that the ledger needs a new file. */
static void write_large(struct test_group *group, unsigned count)
{
    struct strategos_client *client = test_group_client(group, "client-2.key", 60000);
    uint8_t *value = calloc(1, LARGE_BYTES);
    uint8_t *command = malloc(LARGE_BYTES + 256);
    assert_non_null(value);
    assert_non_null(command);
    for (unsigned i = 0; i < count; i++) {
        size_t size = strategos_kv_put(command, LARGE_BYTES + 256, strategos_slice("large", 5),
                                       strategos_slice(value, LARGE_BYTES));
        assert_int_equal(strategos_client_call(client, strategos_slice(command, size), NULL),
                         STRATEGOS_STATUS_DONE);
    }
    free(value);
    free(command);
    strategos_client_close(client);
}

static void full_disk_stops_voting_until_there_is_room(void **state)
{
    (void)state;
    struct process process;
    struct status before;
    struct status after;
    if (!may_mount()) {
        print_message("no tmpfs may be mounted here (unshare %s): skipped\n", unshare_option());
        skip();
    }
    struct test_group *group = test_group_new(NULL);
    for (unsigned i = 0; i < group->count; i++) {
        if (i != FULL_ID) {
            test_group_start(group, i);
        }
    }
    start_on_small_disk(group);
    test_group_wait_ready(group);
    struct load *load = load_start(group, &(struct load_options){.per_second = 300});
    load_wait(load, SOME);
    fill_disk(group);
    write_large(group, 30); /* 6 MB, and a file of the ledger has 4 */
    wait_disk_full(group, true);
    test_group_wait_log(group, FULL_ID, "disk-full");
    test_group_must_look(group, FULL_ID, &before);
    load_wait(load, 4 * SOME); /* the others go on */
    test_group_must_look(group, FULL_ID, &after);
    assert_int_equal(after.height, before.height);
    const char *status[] = {"status", NULL};
    assert_int_equal(test_group_run(group, &process, status, NULL), 0);
    assert_non_null(strstr(process.out, "disk full")); /* and an operator sees it */
    process_fini(&process);
    make_room(group);
    wait_disk_full(group, false);
    test_group_wait_log(group, FULL_ID, "disk-has-room");
    load_wait(load, SOME);
    load_finish(load);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(full_disk_stops_voting_until_there_is_room, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
