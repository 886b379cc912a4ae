/* folder.h - temporary folders and small files for tests. Failures end the test. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#define FOLDER_PATH_BYTES 256

struct test_folder {
    char path[FOLDER_PATH_BYTES];
};

/* A fresh empty folder below $TMPDIR or /tmp, removed at exit at the latest. */
void test_folder_init(struct test_folder *folder);

/* Removes it with all that is in it. */
void test_folder_fini(struct test_folder *folder);

/* "FOLDER/formatted name"; one of a few static buffers, valid for the next seven calls. */
__attribute__((format(printf, 2, 3))) const char *test_path(const struct test_folder *folder,
                                                            const char *format, ...);

void test_remove_tree(const char *path);

void test_write_file(const char *path, const void *bytes, size_t size);

/* The whole file with a NUL after it, on the heap; *size may be NULL. */
char *test_read_file(const char *path, size_t *size);

bool test_exists(const char *path);

/* How many entries a folder has, without . and .. */
size_t test_count_entries(const char *path);

#endif
