/* damage_test.c - what happened to the files while a replica was stopped. */
#include "strategos/kv.h"
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOME         400u
#define LARGE_BYTES  (200u << 10)
#define HEADER_BYTES 4096u /* of a ledger file */

static uint64_t file_size(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (uint64_t)status.st_size;
}

static void flip(const char *path, uint64_t offset)
{
    uint8_t byte;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
    assert_int_equal(close(fd), 0);
}

/* Writes so much that the machine's state is committed to the store at least once. */
static void make_checkpoint(struct test_group *group)
{
    struct strategos_client *client = test_group_client(group, "client-2.key", 60000);
    uint8_t *value = malloc(LARGE_BYTES);
    uint8_t *command = malloc(LARGE_BYTES + 256);
    assert_non_null(value);
    assert_non_null(command);
    memset(value, 'v', LARGE_BYTES);
    unsigned count = 0;
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (!test_group_has_logged(group, 3, " checkpoint ")) {
        char key[32];
        assert_true(test_now_ms() < deadline);
        int key_size = snprintf(key, sizeof key, "large-%u", count++);
        size_t size =
            strategos_kv_put(command, LARGE_BYTES + 256, strategos_slice(key, (size_t)key_size),
                             strategos_slice(value, LARGE_BYTES));
        assert_int_equal(strategos_client_call(client, strategos_slice(command, size), NULL),
                         STRATEGOS_STATUS_DONE);
    }
    free(value);
    free(command);
    strategos_client_close(client);
}

static bool has_set_aside(const struct test_group *group, unsigned id)
{
    return test_count_entries(test_group_path(group, "replica-%u/data", id)) > 2;
}

static void damaged_store_is_set_aside_and_built_anew(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    char *path = strdup(test_group_path(group, "replica-3/data/store/data.mdb"));
    assert_non_null(path);
    test_group_start_all(group);
    struct load *load = load_start(group, &(struct load_options){.per_second = 300});
    load_wait(load, SOME);
    make_checkpoint(group);
    for (int way = 0; way < 4; way++) {
        test_group_kill(group, 3);
        uint64_t size = file_size(path);
        switch (way) {
        case 0:
            assert_int_equal(truncate(path, (off_t)(size / 2)), 0);
            break;
        case 1:
            assert_int_equal(truncate(path, 0), 0);
            break;
        case 2: /* a page of entries, somewhere in the middle */
            for (uint64_t at = size / 4; at < size / 2; at += 4096) {
                flip(path, at + 100);
            }
            break;
        default:
            assert_int_equal(unlink(path), 0);
            break;
        }
        load_wait(load, SOME);
        test_group_start(group, 3);
        test_group_wait_log(group, 3, "store-set-aside");
        assert_true(has_set_aside(group, 3));
        test_group_wait_ready(group);
        assert_int_equal(unlink(test_group_path(group, "replica-3.log")), 0);
        test_group_stop(group, 3); /* with a log of its own from here on */
        test_group_start(group, 3);
        /* The next damage needs a state that was committed. */
        make_checkpoint(group);
    }
    load_finish(load);
    free(path);
    test_group_free(group);
}

/* The path of the ledger's last file, on the heap, and where what was written in it ends. */
static char *last_file(const struct test_group *group, unsigned id, uint64_t *end)
{
    unsigned number = 0;
    while (
        test_exists(test_group_path(group, "replica-%u/data/ledger/ledger-%08x", id, number + 1)) ||
        test_exists(test_group_path(group, "replica-%u/data/ledger/ledger-%08u", id, number + 1))) {
        number++;
    }
    const char *path = test_group_path(group, "replica-%u/data/ledger/ledger-%08u", id, number);
    size_t size;
    char *bytes = test_read_file(path, &size);
    while (size > 0 && bytes[size - 1] == '\0') {
        size--;
    }
    free(bytes);
    *end = size;
    return strdup(path);
}

static void torn_tail_of_the_ledger_is_cut(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    for (unsigned id = 0; id < group->count; id++) {
        uint64_t end;
        load_wait(load, SOME);
        test_group_kill(group, id);
        char *path = last_file(group, id, &end);
        assert_true(end > HEADER_BYTES);
        if (id % 2 == 0) {
            flip(path, end - 1);
        } else { /* its second half never came */
            int fd = open(path, O_WRONLY | O_CLOEXEC);
            assert_true(fd >= 0);
            assert_int_equal(pwrite(fd, (uint8_t[16]){0}, 16, (off_t)end - 16), 16);
            assert_int_equal(close(fd), 0);
        }
        free(path);
        load_wait(load, SOME);
        test_group_start(group, id);
        test_group_wait_ready(group);
    }
    load_finish(load);
    test_group_free(group);
}

static void expect_damage(struct test_group *group, unsigned id, const char *text)
{
    test_group_start(group, id);
    char *log = test_group_wait_refusal(group, id);
    if (strstr(log, text) == NULL || strstr(log, "ledger-00000000") == NULL) {
        fail_msg("'%s' and the file are not named in: %s", text, log);
    }
    free(log);
}

static void damage_in_the_midst_of_the_ledger_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    test_group_stop(group, 1);
    char *path = strdup(test_group_path(group, "replica-1/data/ledger/ledger-00000000"));
    assert_non_null(path);
    flip(path, HEADER_BYTES + 200);
    expect_damage(group, 1, "damaged");
    flip(path, HEADER_BYTES + 200); /* mended: it is as good as ever */
    test_group_start(group, 1);
    test_group_wait_ready(group);
    test_group_stop(group, 1);
    assert_int_equal(unlink(test_group_path(group, "replica-1.log")), 0);
    flip(path, 20); /* the file's header */
    expect_damage(group, 1, "damaged");
    flip(path, 20);
    load_wait(load, SOME); /* the others go on meanwhile */
    test_group_start(group, 1);
    test_group_wait_ready(group);
    load_finish(load);
    free(path);
    test_group_free(group);
}

static void ledger_cut_short_is_refused(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    test_group_stop(group, 2);
    const char *path = test_group_path(group, "replica-2/data/ledger/ledger-00000000");
    assert_int_equal(truncate(path, HEADER_BYTES + 1000), 0);
    test_group_start(group, 2);
    char *log = test_group_wait_refusal(group, 2);
    assert_non_null(strstr(log, "ledger-00000000"));
    free(log);
    load_wait(load, SOME);
    load_finish(load);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(damaged_store_is_set_aside_and_built_anew, load_teardown),
        cmocka_unit_test_teardown(torn_tail_of_the_ledger_is_cut, load_teardown),
        cmocka_unit_test_teardown(damage_in_the_midst_of_the_ledger_is_refused, load_teardown),
        cmocka_unit_test_teardown(ledger_cut_short_is_refused, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
