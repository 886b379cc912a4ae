/* disk_files.c - see disk_files.h. */
#include "disk/disk_files.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

struct disk_write {
    struct disk_file *file;
    uint64_t offset;
    size_t size;
    uint8_t *bytes;
};

static void *checked(void *memory)
{
    ASSERT(memory != NULL);
    return memory;
}

struct disk_file *disk_files_find(struct disk_files *files, const char *name)
{
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        if (files->all[i].is_there && strcmp(files->all[i].name, name) == 0) {
            return &files->all[i];
        }
    }
    return NULL;
}

struct disk_file *disk_files_add(struct disk_files *files, const char *name, uint64_t size)
{
    size_t i = 0;
    while (i < DISK_FILES_MAX && files->all[i].is_there) {
        i++;
    }
    ASSERT(i < DISK_FILES_MAX);
    struct disk_file *file = &files->all[i];
    *file = (struct disk_file){
        .is_there = true, .size = size, .bytes = checked(calloc(1, (size_t)size + 1))};
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    return file;
}

/* Takes the writes to `file` (NULL: to all) from the list; they reach the disk or not. */
static void settle_file(struct disk_files *files, const struct disk_file *file, bool is_kept)
{
    size_t left = 0;
    for (size_t i = 0; i < files->pending_count; i++) {
        struct disk_write *write = &files->pending[i];
        if (file != NULL && write->file != file) {
            files->pending[left++] = *write;
            continue;
        }
        if (is_kept) {
            bytes_copy(write->file->bytes + write->offset, write->bytes, write->size);
        }
        free(write->bytes);
    }
    files->pending_count = left;
}

void disk_files_drop(struct disk_files *files, struct disk_file *file)
{
    settle_file(files, file, false);
    free(file->bytes);
    *file = (struct disk_file){0};
}

void disk_files_fini(struct disk_files *files)
{
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        if (files->all[i].is_there) {
            disk_files_drop(files, &files->all[i]);
        }
    }
    free(files->pending);
    *files = (struct disk_files){0};
}

void disk_files_write(struct disk_files *files, struct disk_file *file, uint64_t offset,
                      struct slice bytes)
{
    if (offset + bytes.size > file->written) {
        file->written = offset + bytes.size;
    }
    if (files->pending_count == files->pending_capacity) {
        files->pending_capacity = files->pending_capacity * 2 + 16;
        files->pending =
            checked(realloc(files->pending, files->pending_capacity * sizeof *files->pending));
    }
    struct disk_write *write = &files->pending[files->pending_count++];
    *write = (struct disk_write){.file = file,
                                 .offset = offset,
                                 .size = bytes.size,
                                 .bytes = checked(malloc(bytes.size + 1))};
    bytes_copy(write->bytes, bytes.data, bytes.size);
}

void disk_files_read(const struct disk_files *files, const struct disk_file *file, uint64_t offset,
                     void *to, size_t size)
{
    bytes_copy(to, file->bytes + offset, size);
    uint64_t end = offset + size;
    for (size_t i = 0; i < files->pending_count; i++) {
        const struct disk_write *write = &files->pending[i];
        uint64_t from = write->offset > offset ? write->offset : offset;
        uint64_t until = write->offset + write->size < end ? write->offset + write->size : end;
        if (write->file == file && from < until) {
            bytes_copy((uint8_t *)to + (from - offset), write->bytes + (from - write->offset),
                       (size_t)(until - from));
        }
    }
}

void disk_files_sync(struct disk_files *files, const struct disk_file *file)
{
    settle_file(files, file, true);
}

/* Each sector of the write by itself: a disk promises no more. */
static void tear(const struct disk_write *write, struct prng *prng)
{
    uint64_t offset = write->offset;
    uint64_t end = write->offset + write->size;
    while (offset < end) {
        uint64_t sector_end = (offset / FAULTY_SECTOR_BYTES + 1) * FAULTY_SECTOR_BYTES;
        uint64_t part_end = sector_end < end ? sector_end : end;
        if (prng_below(prng, 2) == 0) {
            bytes_copy(write->file->bytes + offset, write->bytes + (offset - write->offset),
                       (size_t)(part_end - offset));
        }
        offset = part_end;
    }
}

void disk_files_settle(struct disk_files *files, enum faulty_loss loss, struct prng *prng)
{
    size_t cut = (size_t)prng_below(prng, files->pending_count + 1);
    for (size_t i = 0; i < files->pending_count; i++) {
        struct disk_write *write = &files->pending[i];
        if (loss == FAULTY_CUT && i == cut) {
            write->size = (size_t)prng_below(prng, write->size + 1);
        }
        if (loss == FAULTY_KEEP || (loss == FAULTY_CUT && i <= cut)) {
            bytes_copy(write->file->bytes + write->offset, write->bytes, write->size);
        } else if (loss == FAULTY_TEAR) {
            tear(write, prng);
        }
    }
    settle_file(files, NULL, false);
}
