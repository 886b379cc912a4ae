/* folder.c - see folder.h. */
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS_MAX 64

/* Folders of this process that are still there: a test that fails does not come to its end. */
static char alive[FOLDERS_MAX][FOLDER_PATH_BYTES];
static pid_t owner;

static void remove_alive(void)
{
    for (size_t i = 0; i < FOLDERS_MAX && owner == getpid(); i++) {
        if (alive[i][0] != '\0') {
            test_remove_tree(alive[i]);
        }
    }
}

/* Puts `to` where `from` is; the empty string is a free place. */
static void replace_alive(const char *from, const char *to)
{
    for (size_t i = 0; i < FOLDERS_MAX; i++) {
        if (strcmp(alive[i], from) == 0) {
            (void)snprintf(alive[i], sizeof alive[i], "%s", to);
            return;
        }
    }
}

void test_folder_init(struct test_folder *folder)
{
    if (owner == 0) {
        owner = getpid();
        assert_int_equal(atexit(remove_alive), 0);
    }
    const char *parent =
        getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): tests have one thread */
    (void)snprintf(folder->path, sizeof folder->path, "%s/strategos-test-XXXXXX",
                   parent == NULL || strlen(parent) > 128 ? "/tmp" : parent);
    assert_non_null(mkdtemp(folder->path));
    replace_alive("", folder->path);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void test_remove_tree(const char *path)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread */
    (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void test_folder_fini(struct test_folder *folder)
{
    test_remove_tree(folder->path);
    replace_alive(folder->path, "");
    folder->path[0] = '\0';
}

const char *test_path(const struct test_folder *folder, const char *format, ...)
{
    static char paths[8][FOLDER_PATH_BYTES + 256];
    static size_t next;
    char *path = paths[next++ % 8];
    int used = snprintf(path, sizeof paths[0], "%s/", folder->path);
    va_list arguments;
    va_start(arguments, format);
    /* clang-tidy 14 overlooks va_start in the second of several targets that compile a file. */
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    (void)vsnprintf(path + used, sizeof paths[0] - (size_t)used, format, arguments);
    va_end(arguments);
    return path;
}

void test_write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

char *test_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *bytes = NULL;
    size_t used = 0;
    size_t room = 0;
    do {
        room += 64 * (size_t)1024;
        char *grown = realloc(bytes, room + 1);
        assert_non_null(grown);
        bytes = grown;
        used += fread(bytes + used, 1, room - used, file);
    } while (used == room);
    assert_int_equal(ferror(file), 0);
    assert_int_equal(fclose(file), 0);
    bytes[used] = '\0';
    if (size != NULL) {
        *size = used;
    }
    return bytes;
}

bool test_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

size_t test_count_entries(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, NULL);
    assert_true(count >= 2);
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    return (size_t)count - 2;
}
