/* keyfile_test.c - key files as people leave them, and disks as they fail.
 *
 * The linker routes fchmod, write, fsync and close through the wrappers here, so that the k-th of
 * these calls fails, for every k. */
#include "crypto/keyfile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 146, PATH_BYTES = 256 };

static uint8_t const seed[SEED_BYTES] = {5, 4, 3, 2, 1};

static int calls_until_failure; /* 0: none fails */
static int failure_errno;

static bool fails_now(void)
{
    if (calls_until_failure > 0 && --calls_until_failure == 0) {
        errno = failure_errno;
        return true;
    }
    return false;
}

/* The names are the linker's, hence the leading underscores. */
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_fchmod(int fd, mode_t mode)
{
    return fails_now() ? -1 : __real_fchmod(fd, mode);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    return fails_now() ? -1 : __real_write(fd, bytes, size);
}

int __wrap_fsync(int fd)
{
    return fails_now() ? -1 : __real_fsync(fd);
}

int __wrap_close(int fd)
{
    int result = __real_close(fd);
    return fails_now() ? -1 : result;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

struct folder {
    char path[PATH_BYTES];
    char file[PATH_BYTES + 16];
    struct secret_key secret;
    struct public_key public;
};

static int folder_make(void **state)
{
    static struct folder folder;
    const char *base = getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): one thread
    (void)snprintf(folder.path, sizeof folder.path, "%s/strategos-keyfile-XXXXXX",
                   base != NULL ? base : "/tmp");
    if (mkdtemp(folder.path) == NULL) {
        return -1;
    }
    (void)snprintf(folder.file, sizeof folder.file, "%s/key", folder.path);
    signature_from_seed(seed, &folder.secret, &folder.public);
    *state = &folder;
    return 0;
}

static int folder_remove(void **state)
{
    struct folder *folder = *state;
    calls_until_failure = 0;
    (void)unlink(folder->file);
    return rmdir(folder->path); /* fails if anything else was left behind */
}

static void expect_load(const struct folder *folder, const char *path, enum error expected,
                        const char *says)
{
    struct secret_key secret;
    struct public_key public;
    struct error_text text = {""};
    memset(&secret, 0xaa, sizeof secret);
    assert_int_equal(keyfile_load(path, &secret, &public, &text), expected);
    if (expected == OK) {
        assert_memory_equal(secret.bytes, folder->secret.bytes, sizeof secret.bytes);
        assert_true(public_key_is_equal(&public, &folder->public));
    } else {
        assert_true(sodium_is_zero(secret.bytes, sizeof secret.bytes));
        assert_non_null(strstr(text.text, path)); /* every message names the file */
        if (strstr(text.text, says) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", text.text, says);
        }
    }
    assert_int_equal(keyfile_load(path, &secret, &public, NULL), expected); /* text is optional */
    sodium_memzero(&secret, sizeof secret);
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static void create(const struct folder *folder, char line[FILE_BYTES + 1])
{
    assert_int_equal(keyfile_create(folder->file, &folder->secret, NULL), OK);
    int fd = open(folder->file, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, line, FILE_BYTES + 1), FILE_BYTES);
    assert_int_equal(close(fd), 0);
    line[FILE_BYTES] = '\0';
}

static void keyfile_created_is_private_and_loads(void **state)
{
    struct folder *folder = *state;
    char line[FILE_BYTES + 1];
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    struct stat status;
    mode_t before = umask(0777);
    create(folder, line);
    (void)umask(before);
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    public_key_to_hex(&folder->public, hex);
    assert_memory_equal(line, "strategos-key-1 0504030201", 26);
    assert_memory_equal(line + 81, hex, 64);
    assert_string_equal(line + 145, "\n");
    expect_load(folder, folder->file, OK, "");
    assert_int_equal(chmod(folder->file, 0400), 0);
    expect_load(folder, folder->file, OK, "");
}

static void keyfile_existing_is_never_overwritten(void **state)
{
    struct folder *folder = *state;
    struct error_text text;
    struct stat status;
    write_file(folder->file, "mine", 4);
    assert_int_equal(keyfile_create(folder->file, &folder->secret, &text), ERROR_EXISTS);
    assert_non_null(strstr(text.text, folder->file));
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_size, 4);
}

static void keyfile_create_through_symbolic_link_is_refused(void **state)
{
    struct folder *folder = *state;
    char target[sizeof folder->file + 8];
    struct stat status;
    (void)snprintf(target, sizeof target, "%s.target", folder->file);
    assert_int_equal(symlink(target, folder->file), 0);
    assert_int_equal(keyfile_create(folder->file, &folder->secret, NULL), ERROR_EXISTS);
    assert_int_equal(stat(target, &status), -1);
}

static void keyfile_create_in_missing_folder_says_so(void **state)
{
    struct folder *folder = *state;
    char path[sizeof folder->file + 8];
    struct error_text text;
    (void)snprintf(path, sizeof path, "%s/none/key", folder->path);
    assert_int_equal(keyfile_create(path, &folder->secret, &text), ERROR_MISSING);
    assert_non_null(strstr(text.text, path));
    assert_non_null(strstr(text.text, "No such file"));
}

static void keyfile_create_by_relative_path_loads(void **state)
{
    struct folder *folder = *state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder->path), 0);
    enum error error = keyfile_create("key", &folder->secret, NULL);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(error, OK);
    expect_load(folder, folder->file, OK, "");
}

static void keyfile_create_when_any_call_fails_reports_and_leaves_nothing(void **state)
{
    struct folder *folder = *state;
    struct {
        int number;
        enum error expected;
    } const kinds[] = {{EIO, ERROR_IO}, {ENOSPC, ERROR_FULL}, {EDQUOT, ERROR_FULL}};
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        int failed = 0;
        for (int k = 1;; k++) {
            struct error_text text = {""};
            struct stat status;
            calls_until_failure = k;
            failure_errno = kinds[kind].number;
            enum error error = keyfile_create(folder->file, &folder->secret, &text);
            bool reached = calls_until_failure == 0;
            calls_until_failure = 0;
            if (error == OK) { /* nothing left to fail but the closing of what was only read */
                assert_int_equal(unlink(folder->file), 0);
                if (!reached) {
                    break;
                }
                continue;
            }
            failed++;
            assert_int_equal(error, kinds[kind].expected);
            assert_non_null(strstr(text.text, folder->file));
            assert_int_equal(stat(folder->file, &status), -1);
        }
        assert_int_equal(failed, 5); /* fchmod, write, fsync, close, fsync of the directory */
    }
}

static void keyfile_write_interrupted_goes_on(void **state)
{
    struct folder *folder = *state;
    calls_until_failure = 2;
    failure_errno = EINTR;
    assert_int_equal(keyfile_create(folder->file, &folder->secret, NULL), OK);
    assert_int_equal(calls_until_failure, 0);
    expect_load(folder, folder->file, OK, "");
}

static void keyfile_open_to_group_or_others_is_refused(void **state)
{
    struct folder *folder = *state;
    char line[FILE_BYTES + 1];
    create(folder, line);
    for (mode_t bit = 01; bit <= 040; bit <<= 1) {
        assert_int_equal(chmod(folder->file, 0600 | bit), 0);
        expect_load(folder, folder->file, ERROR_PERMISSION, "chmod 600");
    }
}

static void keyfile_of_other_owner_is_refused(void **state)
{
    struct folder *folder = *state;
    char line[FILE_BYTES + 1];
    create(folder, line);
    if (geteuid() != 0) {
        skip(); /* only root can give a file away */
    }
    assert_int_equal(chown(folder->file, 12345, (gid_t)-1), 0);
    expect_load(folder, folder->file, ERROR_PERMISSION, "chown");
}

static void keyfile_truncated_anywhere_is_refused(void **state)
{
    struct folder *folder = *state;
    char line[FILE_BYTES + 1];
    create(folder, line);
    for (size_t size = 0; size < FILE_BYTES; size++) {
        write_file(folder->file, line, size);
        expect_load(folder, folder->file, ERROR_INVALID,
                    size < 16 ? "not a key file" : "truncated");
    }
    write_file(folder->file, line, FILE_BYTES);
    expect_load(folder, folder->file, OK, "");
}

static void keyfile_with_any_byte_damaged_is_refused(void **state)
{
    struct folder *folder = *state;
    char line[FILE_BYTES + 1];
    create(folder, line);
    for (size_t i = 0; i < FILE_BYTES; i++) {
        char const kept = line[i];
        line[i] = '\0';
        write_file(folder->file, line, FILE_BYTES);
        expect_load(folder, folder->file, ERROR_INVALID, i < 16 ? "not a key file" : "malformed");
        if (i >= 16 && kept != ' ' && kept != '\n') { /* another digit */
            line[i] = kept == '0' ? '1' : '0';
            write_file(folder->file, line, FILE_BYTES);
            expect_load(folder, folder->file, ERROR_INVALID, "does not belong");
        }
        line[i] = kept;
    }
}

static void keyfile_with_more_than_a_line_is_refused(void **state)
{
    struct folder *folder = *state;
    char line[2 * FILE_BYTES + 2] = {0};
    create(folder, line);
    line[FILE_BYTES] = '\n';
    write_file(folder->file, line, FILE_BYTES + 1);
    expect_load(folder, folder->file, ERROR_INVALID, "too long");
    memcpy(line + FILE_BYTES, line, FILE_BYTES);
    write_file(folder->file, line, 2 * (size_t)FILE_BYTES);
    expect_load(folder, folder->file, ERROR_INVALID, "too long");
}

static void keyfile_that_is_something_else_is_refused(void **state)
{
    struct folder *folder = *state;
    expect_load(folder, folder->file, ERROR_MISSING, "No such file");
    expect_load(folder, folder->path, ERROR_INVALID, "not a regular file");
    assert_int_equal(mkfifo(folder->file, 0600), 0);
    expect_load(folder, folder->file, ERROR_INVALID, "not a regular file"); /* and does not wait */
    assert_int_equal(unlink(folder->file), 0);
    static const char garbage[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    write_file(folder->file, garbage, sizeof garbage - 1);
    expect_load(folder, folder->file, ERROR_INVALID, "not a key file");
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(keyfile_created_is_private_and_loads),
        FOLDER_TEST(keyfile_existing_is_never_overwritten),
        FOLDER_TEST(keyfile_create_through_symbolic_link_is_refused),
        FOLDER_TEST(keyfile_create_in_missing_folder_says_so),
        FOLDER_TEST(keyfile_create_by_relative_path_loads),
        FOLDER_TEST(keyfile_create_when_any_call_fails_reports_and_leaves_nothing),
        FOLDER_TEST(keyfile_write_interrupted_goes_on),
        FOLDER_TEST(keyfile_open_to_group_or_others_is_refused),
        FOLDER_TEST(keyfile_of_other_owner_is_refused),
        FOLDER_TEST(keyfile_truncated_anywhere_is_refused),
        FOLDER_TEST(keyfile_with_any_byte_damaged_is_refused),
        FOLDER_TEST(keyfile_with_more_than_a_line_is_refused),
        FOLDER_TEST(keyfile_that_is_something_else_is_refused),
    };
    if (signature_library_init() != OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
