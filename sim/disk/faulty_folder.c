/* faulty_folder.c - see faulty_folder.h. */
#include "disk/faulty_folder.h"

#include "base/assert.h"
#include "base/prng.h"
#include "disk/disk_files.h"

#include <stdlib.h>

#define HANDLES_MAX 64

struct faulty_folder {
    struct prng prng;
    struct disk_files files;
    struct disk_file *handles[HANDLES_MAX];
    uint64_t calls;
    uint64_t crash_at;
    uint64_t fail_at;
    enum error fail_with;
    uint64_t reads_to_fail; /* counts down to 0; UINT64_MAX: none fails */
    uint64_t misdirect;     /* 0: the next write goes where it should */
    uint64_t room;
    bool has_crashed;
    bool is_lying;
    bool writes_fail; /* for want of room */
};

/* For those who know that it is there. */
static struct disk_file *file_get(struct faulty_folder *faulty, const char *name)
{
    struct disk_file *file = disk_files_find(&faulty->files, name);
    if (file == NULL) {
        assert_fail(__FILE__, __LINE__, name);
    }
    return file;
}

/* Counts a changing call; an error if it must not happen. A crash in the midst of it leaves
 * *is_crash set: the call does what a crash may leave of it. */
static enum error count_call(struct faulty_folder *faulty, bool *is_crash)
{
    *is_crash = false;
    if (faulty->has_crashed) {
        return ERROR_IO;
    }
    faulty->calls++;
    if (faulty->calls == faulty->crash_at) {
        faulty->has_crashed = true;
        *is_crash = true;
    } else if (faulty->calls == faulty->fail_at) {
        return faulty->fail_with;
    }
    return OK;
}

static enum error handle_take(struct faulty_folder *faulty, struct disk_file *file,
                              file_handle *handle, uint64_t *size)
{
    for (int slot = 0; slot < HANDLES_MAX; slot++) {
        if (faulty->handles[slot] == NULL) {
            faulty->handles[slot] = file;
            *handle = slot;
            *size = file->size;
            return OK;
        }
    }
    return ERROR_LIMIT; /* somebody does not close what he opens */
}

static struct disk_file *handle_file(struct faulty_folder *faulty, file_handle handle)
{
    struct disk_file *file = handle >= 0 && handle < HANDLES_MAX ? faulty->handles[handle] : NULL;
    ASSERT(file != NULL);
    return file;
}

static enum error faulty_open(void *self, const char *name, uint64_t create_size,
                              file_handle *handle, uint64_t *size)
{
    struct faulty_folder *faulty = self;
    struct disk_file *file = disk_files_find(&faulty->files, name);
    if (create_size == 0) {
        if (faulty->has_crashed) {
            return ERROR_IO;
        }
        return file == NULL ? ERROR_MISSING : handle_take(faulty, file, handle, size);
    }
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    if (file != NULL) {
        return ERROR_EXISTS;
    }
    if (is_crash) {
        uint64_t what = prng_below(&faulty->prng, 3);
        if (what != 0) {
            (void)disk_files_add(&faulty->files, name, what == 1 ? 0 : create_size);
        }
        return ERROR_IO;
    }
    if (create_size > faulty->room) {
        return ERROR_FULL;
    }
    if (faulty->room != UINT64_MAX) {
        faulty->room -= create_size;
    }
    return handle_take(faulty, disk_files_add(&faulty->files, name, create_size), handle, size);
}

static enum error faulty_write(void *self, file_handle handle, uint64_t offset, struct slice bytes)
{
    struct faulty_folder *faulty = self;
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    struct disk_file *file = handle_file(faulty, handle);
    ASSERT(offset <= file->size && bytes.size <= file->size - offset);
    if (faulty->misdirect != 0) {
        uint64_t room = file->size - offset - bytes.size;
        offset += faulty->misdirect < room ? faulty->misdirect : room;
        faulty->misdirect = 0;
    }
    bool is_full = faulty->writes_fail && !is_crash;
    if (is_full) {
        bytes.size = (size_t)prng_below(&faulty->prng, bytes.size + 1);
    }
    disk_files_write(&faulty->files, file, offset, bytes);
    return is_crash ? ERROR_IO : is_full ? ERROR_FULL : OK;
}

static enum error faulty_sync(void *self, file_handle handle)
{
    struct faulty_folder *faulty = self;
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    if (is_crash) {
        return ERROR_IO;
    }
    struct disk_file *file = handle_file(faulty, handle);
    if (faulty->is_lying) {
        return OK;
    }
    disk_files_sync(&faulty->files, file);
    return OK;
}

static enum error faulty_read(void *self, file_handle handle, uint64_t offset, void *to,
                              size_t size)
{
    struct faulty_folder *faulty = self;
    if (faulty->has_crashed) {
        return ERROR_IO;
    }
    if (faulty->reads_to_fail != UINT64_MAX && faulty->reads_to_fail-- == 0) {
        faulty->reads_to_fail = UINT64_MAX;
        return ERROR_IO;
    }
    struct disk_file *file = handle_file(faulty, handle);
    if (offset > file->size || size > file->size - offset) {
        return ERROR_DAMAGED;
    }
    disk_files_read(&faulty->files, file, offset, to, size);
    return OK;
}

static enum error faulty_remove(void *self, const char *name)
{
    struct faulty_folder *faulty = self;
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    struct disk_file *file = disk_files_find(&faulty->files, name);
    if (file == NULL) {
        return ERROR_MISSING;
    }
    if (!is_crash || prng_below(&faulty->prng, 2) == 0) {
        if (faulty->room != UINT64_MAX) {
            faulty->room += file->size;
        }
        disk_files_drop(&faulty->files, file);
    }
    return is_crash ? ERROR_IO : OK;
}

static void faulty_close(void *self, file_handle handle)
{
    struct faulty_folder *faulty = self;
    (void)handle_file(faulty, handle);
    faulty->handles[handle] = NULL;
}

static uint64_t faulty_free_bytes(void *self)
{
    const struct faulty_folder *faulty = self;
    return faulty->room;
}

static const struct folder_ops faulty_ops = {
    .open = faulty_open,
    .write = faulty_write,
    .sync = faulty_sync,
    .read = faulty_read,
    .remove = faulty_remove,
    .close = faulty_close,
    .free_bytes = faulty_free_bytes,
};

struct faulty_folder *faulty_folder_new(uint64_t seed)
{
    struct faulty_folder *faulty = calloc(1, sizeof *faulty);
    ASSERT(faulty != NULL);
    prng_init(&faulty->prng, seed);
    faulty->room = UINT64_MAX;
    faulty->reads_to_fail = UINT64_MAX;
    return faulty;
}

struct faulty_folder *faulty_folder_clone(const struct faulty_folder *faulty, uint64_t seed)
{
    struct faulty_folder *clone = faulty_folder_new(seed);
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        const struct disk_file *file = &faulty->files.all[i];
        if (file->is_there) {
            struct disk_file *copy = disk_files_add(&clone->files, file->name, file->size);
            copy->written = file->written;
            disk_file_store(copy, 0, buffer_slice(&file->stored));
        }
    }
    return clone;
}

void faulty_folder_free(struct faulty_folder *faulty)
{
    disk_files_fini(&faulty->files);
    free(faulty);
}

struct folder faulty_folder_view(struct faulty_folder *faulty)
{
    return (struct folder){.ops = &faulty_ops, .self = faulty};
}

uint64_t faulty_folder_calls(const struct faulty_folder *faulty)
{
    return faulty->calls;
}

void faulty_folder_crash_at(struct faulty_folder *faulty, uint64_t call)
{
    faulty->crash_at = call;
}

bool faulty_folder_is_synced(const struct faulty_folder *faulty)
{
    return faulty->files.pending_count == 0;
}

bool faulty_folder_has_crashed(const struct faulty_folder *faulty)
{
    return faulty->has_crashed;
}

void faulty_folder_restart(struct faulty_folder *faulty, enum faulty_loss loss)
{
    if (loss != FAULTY_KILL) {
        disk_files_settle(&faulty->files, loss, &faulty->prng);
    }
    memset(faulty->handles, 0, sizeof faulty->handles);
    faulty->has_crashed = false;
    faulty->crash_at = 0;
}

void faulty_folder_fail_at(struct faulty_folder *faulty, uint64_t call, enum error error)
{
    faulty->fail_at = call;
    faulty->fail_with = error;
}

void faulty_folder_fail_read(struct faulty_folder *faulty, uint64_t read)
{
    faulty->reads_to_fail = read == 0 ? UINT64_MAX : read - 1;
}

bool faulty_folder_flip(struct faulty_folder *faulty, uint64_t at)
{
    uint64_t written = 0;
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        written += faulty->files.all[i].is_there ? faulty->files.all[i].written : 0;
    }
    if (written == 0) {
        return false;
    }
    uint64_t place = at / 8 % written;
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        struct disk_file *file = &faulty->files.all[i];
        if (!file->is_there || place >= file->written) {
            place -= file->is_there ? file->written : 0;
            continue;
        }
        uint8_t byte = place < file->stored.size ? file->stored.data[place] : 0;
        byte ^= (uint8_t)(1u << at % 8);
        disk_file_store(file, place, slice_of(&byte, 1));
        return true;
    }
    return false;
}

void faulty_folder_misdirect(struct faulty_folder *faulty, uint64_t distance)
{
    faulty->misdirect = distance;
}

void faulty_folder_set_room(struct faulty_folder *faulty, uint64_t bytes)
{
    faulty->room = bytes;
}

void faulty_folder_fail_writes(struct faulty_folder *faulty, bool is_failing)
{
    faulty->writes_fail = is_failing;
}

void faulty_folder_set_lying(struct faulty_folder *faulty, bool is_lying)
{
    faulty->is_lying = is_lying;
}

bool faulty_folder_is_lying(const struct faulty_folder *faulty)
{
    return faulty->is_lying;
}

enum error faulty_folder_pass(struct faulty_folder *faulty, bool *is_crash)
{
    return count_call(faulty, is_crash);
}

uint64_t faulty_folder_copy(struct faulty_folder *faulty, const char *name, uint8_t *to)
{
    const struct disk_file *file = disk_files_find(&faulty->files, name);
    if (file == NULL) {
        return 0;
    }
    if (to != NULL) {
        disk_files_read(&faulty->files, file, 0, to, (size_t)file->size);
    }
    return file->size;
}

void faulty_folder_damage(struct faulty_folder *faulty, const char *name, uint64_t offset,
                          struct slice bytes)
{
    struct disk_file *file = file_get(faulty, name);
    ASSERT(offset + bytes.size <= file->size);
    disk_file_store(file, offset, bytes);
}

void faulty_folder_truncate(struct faulty_folder *faulty, const char *name, uint64_t size)
{
    struct disk_file *file = file_get(faulty, name);
    ASSERT(size <= file->size);
    file->size = size;
}

void faulty_folder_put(struct faulty_folder *faulty, const char *name, struct slice bytes)
{
    faulty_folder_drop(faulty, name);
    struct disk_file *file = disk_files_add(&faulty->files, name, bytes.size);
    file->written = bytes.size;
    disk_file_store(file, 0, bytes);
}

void faulty_folder_drop(struct faulty_folder *faulty, const char *name)
{
    struct disk_file *file = disk_files_find(&faulty->files, name);
    if (file != NULL) {
        disk_files_drop(&faulty->files, file);
    }
}

size_t faulty_folder_open_handles(const struct faulty_folder *faulty)
{
    size_t count = 0;
    for (int i = 0; i < HANDLES_MAX; i++) {
        count += faulty->handles[i] != NULL;
    }
    return count;
}
