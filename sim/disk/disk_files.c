/* disk_files.c - see disk_files.h. */
#include "disk/disk_files.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

struct disk_write {
    struct disk_file *file;
    uint64_t offset;
    size_t size;
    size_t at; /* its bytes, in pending_bytes */
};

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
    *file = (struct disk_file){.is_there = true, .size = size};
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    return file;
}

void disk_file_store(struct disk_file *file, uint64_t offset, struct slice bytes)
{
    struct buffer *stored = &file->stored;
    size_t end = (size_t)offset + bytes.size;
    if (bytes.size == 0) {
        return;
    }
    if (end > stored->size) {
        size_t all = end > file->size ? end : (size_t)file->size;
        uint8_t *behind = buffer_reserve(stored, all - stored->size);
        if (offset > stored->size) {
            memset(behind, 0, (size_t)offset - stored->size);
        }
        stored->size = end;
    }
    memcpy(stored->data + offset, bytes.data, bytes.size);
}

static struct slice bytes_of(const struct disk_files *files, const struct disk_write *write)
{
    return slice_of(files->pending_bytes.data + write->at, write->size);
}

/* Takes the writes to `file` (NULL: to all) from the list; they reach the disk or not. */
static void settle_file(struct disk_files *files, const struct disk_file *file, bool is_kept)
{
    struct buffer *bytes = &files->pending_bytes;
    size_t left = 0;
    size_t left_bytes = 0;
    for (size_t i = 0; i < files->pending_count; i++) {
        struct disk_write write = files->pending[i];
        if (file != NULL && write.file != file) {
            memmove(bytes->data + left_bytes, bytes->data + write.at, write.size);
            write.at = left_bytes;
            left_bytes += write.size;
            files->pending[left++] = write;
        } else if (is_kept) {
            disk_file_store(write.file, write.offset, bytes_of(files, &write));
        }
    }
    files->pending_count = left;
    bytes->size = left_bytes;
}

void disk_files_drop(struct disk_files *files, struct disk_file *file)
{
    settle_file(files, file, false);
    buffer_fini(&file->stored);
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
    buffer_fini(&files->pending_bytes);
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
        files->pending = realloc(files->pending, files->pending_capacity * sizeof *files->pending);
        ASSERT(files->pending != NULL);
    }
    struct disk_write *write = &files->pending[files->pending_count++];
    *write = (struct disk_write){
        .file = file, .offset = offset, .size = bytes.size, .at = files->pending_bytes.size};
    buffer_append(&files->pending_bytes, bytes);
}

void disk_files_read(const struct disk_files *files, const struct disk_file *file, uint64_t offset,
                     void *to, size_t size)
{
    size_t stored = file->stored.size > offset ? file->stored.size - (size_t)offset : 0;
    stored = stored < size ? stored : size;
    if (stored != 0) {
        memcpy(to, file->stored.data + offset, stored);
    }
    memset((uint8_t *)to + stored, 0, size - stored);
    uint64_t end = offset + size;
    for (size_t i = 0; i < files->pending_count; i++) {
        const struct disk_write *write = &files->pending[i];
        uint64_t from = write->offset > offset ? write->offset : offset;
        uint64_t until = write->offset + write->size < end ? write->offset + write->size : end;
        if (write->file == file && from < until) {
            bytes_copy((uint8_t *)to + (from - offset),
                       bytes_of(files, write).data + (from - write->offset),
                       (size_t)(until - from));
        }
    }
}

void disk_files_sync(struct disk_files *files, const struct disk_file *file)
{
    settle_file(files, file, true);
}

/* Each sector of the write by itself: a disk promises no more. */
static void tear(const struct disk_write *write, struct slice bytes, struct prng *prng)
{
    uint64_t offset = write->offset;
    uint64_t end = write->offset + write->size;
    while (offset < end) {
        uint64_t sector_end = (offset / FAULTY_SECTOR_BYTES + 1) * FAULTY_SECTOR_BYTES;
        uint64_t part_end = sector_end < end ? sector_end : end;
        if (prng_below(prng, 2) == 0) {
            disk_file_store(
                write->file, offset,
                slice_of(bytes.data + (offset - write->offset), (size_t)(part_end - offset)));
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
            disk_file_store(write->file, write->offset, bytes_of(files, write));
        } else if (loss == FAULTY_TEAR) {
            tear(write, bytes_of(files, write), prng);
        }
    }
    settle_file(files, NULL, false);
}
