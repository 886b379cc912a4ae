/* file.h - the file interface under the ledger: a folder of files, five calls. The node's is POSIX;
 * tests and the simulator have one in memory that cuts, tears and loses unsynced writes. */
#ifndef STRATEGOS_STORAGE_FILE_H
#define STRATEGOS_STORAGE_FILE_H

#include "base/bytes.h"
#include "base/error.h"

typedef int file_handle;

struct folder_ops {
    /* Opens `name`. With `create_size` > 0 the file must not exist and is made with that many zero
     * bytes preallocated, the folder entry durable on return (ERROR_FULL if there is no room: then
     * nothing is left behind). With 0 it must exist (ERROR_MISSING). *size gets its size. */
    enum error (*open)(void *folder, const char *name, uint64_t create_size, file_handle *file,
                       uint64_t *size);
    /* Writes inside the file's size; not durable before sync. */
    enum error (*write)(void *folder, file_handle file, uint64_t offset, struct slice bytes);
    enum error (*sync)(void *folder, file_handle file);
    /* Exactly `size` bytes, or an error. */
    enum error (*read)(void *folder, file_handle file, uint64_t offset, void *to, size_t size);
    enum error (*remove)(void *folder, const char *name);
    void (*close)(void *folder, file_handle file);
    /* Bytes that could still be written; UINT64_MAX if unknown. */
    uint64_t (*free_bytes)(void *folder);
};

struct folder {
    const struct folder_ops *ops;
    void *self;
};

/* A real folder. With `create` it is made (0700) and must not exist. Takes an exclusive lock on the
 * folder: ERROR_IN_USE if another process has it. */
MUST_USE enum error folder_posix_open(struct folder *folder, const char *path, bool create,
                                      struct error_text *text);
void folder_posix_close(struct folder *folder);

#endif
