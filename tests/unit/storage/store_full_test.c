/* store_full_test.c - a full disk under LMDB: the commit says so, the snapshot stays whole, and the
 * same commit succeeds when there is room. The calls by which LMDB writes are replaced here. */
#include "support/folder.h"
#include "support_store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
// cmocka.h wants the three above first
#include <cmocka.h>

/* How many more writes that make a file longer succeed; below 0: all. Whether the next one does a
 * part of its work before it fails. */
static int writes_left = -1;
static bool is_short;
static bool disk_looks_full;

/* Blocks that a file has are never lacking: only what lies behind its end fails. */
static bool write_fails(int fd, off_t offset, size_t size)
{
    struct stat status;
    if (writes_left < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        offset + (off_t)size <= status.st_size) {
        return false;
    }
    if (writes_left > 0) {
        writes_left--;
        return false;
    }
    errno = ENOSPC;
    return true;
}

/* These stand before libc's for the whole program, liblmdb included. */
#pragma GCC visibility push(default)
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    if (write_fails(fd, offset, size)) {
        if (!is_short) {
            return -1;
        }
        size /= 2;
    }
    return (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        size += parts[i].iov_len;
    }
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if (offset >= 0 && write_fails(fd, offset, size)) {
        if (!is_short) {
            return -1;
        }
        count = 1;
    }
    return (ssize_t)syscall(SYS_writev, fd, parts, count);
}

int fstatvfs(int fd, struct statvfs *status)
{
    (void)fd;
    *status = (struct statvfs){.f_frsize = 4096, .f_bavail = disk_looks_full ? 1 : 1u << 30};
    return 0;
}
#pragma GCC visibility pop

static void full_disk_in_any_write_of_a_commit_can_be_retried(bool cut_short)
{
    struct test_folder folder;
    test_folder_init(&folder);
    struct store store;
    enum store_opened opened;
    struct error_text text = {{0}};
    assert_int_equal(
        store_lmdb_open(&store, test_path(&folder, "store"), &store_genesis, &opened, &text), OK);
    struct store_model model;
    store_model_init(&model);
    size_t failures = 0;
    for (int k = 0; k < 30; k++) {
        is_short = cut_short;
        disk_looks_full = true;
        writes_left = k / 5;
        enum error error =
            store_model_commit(&model, &store, (uint64_t)k, 300, 200 * ((uint64_t)k + 1), &text);
        writes_left = -1;
        disk_looks_full = false;
        if (error != OK) {
            failures++;
            assert_int_equal(error, ERROR_FULL);
            assert_true(text.text[0] != '\0');
            assert_int_equal(store_model_commit(&model, &store, (uint64_t)k, 300,
                                                200 * ((uint64_t)k + 1), &text),
                             OK);
        }
        assert_int_equal(store.ops->refresh(store.self), OK);
        store_model_check(&model, &store);
    }
    assert_true(failures >= 3);
    store_lmdb_close(&store);
    assert_int_equal(
        store_lmdb_open(&store, test_path(&folder, "store"), &store_genesis, &opened, &text), OK);
    assert_int_equal(opened, STORE_SOUND);
    store_model_check(&model, &store);
    store_lmdb_close(&store);
    store_model_fini(&model);
    test_folder_fini(&folder);
}

static void full_disk_is_told_and_the_commit_retried(void **state)
{
    (void)state;
    full_disk_in_any_write_of_a_commit_can_be_retried(false);
}

static void write_cut_short_by_a_full_disk_is_told_and_the_commit_retried(void **state)
{
    (void)state;
    full_disk_in_any_write_of_a_commit_can_be_retried(true);
}

static void failed_write_with_room_on_the_disk_is_an_io_error(void **state)
{
    (void)state;
    struct test_folder folder;
    test_folder_init(&folder);
    struct store store;
    enum store_opened opened;
    struct error_text text = {{0}};
    assert_int_equal(
        store_lmdb_open(&store, test_path(&folder, "store"), &store_genesis, &opened, &text), OK);
    struct store_model model;
    store_model_init(&model);
    is_short = true;
    writes_left = 0;
    assert_int_equal(store_model_commit(&model, &store, 1, 300, 300, &text), ERROR_IO);
    writes_left = -1;
    store_model_check(&model, &store);
    store_lmdb_close(&store);
    store_model_fini(&model);
    test_folder_fini(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_disk_is_told_and_the_commit_retried),
        cmocka_unit_test(write_cut_short_by_a_full_disk_is_told_and_the_commit_retried),
        cmocka_unit_test(failed_write_with_room_on_the_disk_is_an_io_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
