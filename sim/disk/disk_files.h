/* disk_files.h - the files of a simulated disk: what is on it for certain, and what was written
 * since, which a sync or a crash may bring there. A process sees both. Memory: each file once,
 * and no page of it before it is written. */
#ifndef STRATEGOS_DISK_DISK_FILES_H
#define STRATEGOS_DISK_DISK_FILES_H

#include "base/buffer.h"
#include "base/prng.h"
#include "disk/faulty_folder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_FILES_MAX  1024u
#define DISK_NAME_BYTES 64u

struct disk_file {
    bool is_there;
    char name[DISK_NAME_BYTES];
    uint64_t size;
    uint64_t written;     /* bytes up to here were written once */
    struct buffer stored; /* what survives for certain; behind it, the file is zeros */
};

struct disk_write; /* not synced yet */

struct disk_files { /* zeroed: empty */
    struct disk_file all[DISK_FILES_MAX];
    struct disk_write *pending; /* in the order of writing */
    size_t pending_count;
    size_t pending_capacity;
    struct buffer pending_bytes; /* what they say, one behind the other */
};

void disk_files_fini(struct disk_files *files);
/* NULL: there is none of that name. */
struct disk_file *disk_files_find(struct disk_files *files, const char *name);
/* Of zeros. There must be none of that name. */
struct disk_file *disk_files_add(struct disk_files *files, const char *name, uint64_t size);
void disk_files_drop(struct disk_files *files, struct disk_file *file);

/* For certain, and at once. */
void disk_file_store(struct disk_file *file, uint64_t offset, struct slice bytes);
void disk_files_write(struct disk_files *files, struct disk_file *file, uint64_t offset,
                      struct slice bytes);
/* As the process sees it. The range lies within the file. */
void disk_files_read(const struct disk_files *files, const struct disk_file *file, uint64_t offset,
                     void *to, size_t size);
void disk_files_sync(struct disk_files *files, const struct disk_file *file);
/* The power fails: of what is pending, some reaches the disk, as `loss` says and `prng` draws. */
void disk_files_settle(struct disk_files *files, enum faulty_loss loss, struct prng *prng);

#endif
