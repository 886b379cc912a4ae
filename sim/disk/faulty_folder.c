/* faulty_folder.c - see faulty_folder.h. */
#include "disk/faulty_folder.h"

#include "base/assert.h"
#include "base/prng.h"

#include <stdio.h>
#include <stdlib.h>

#define FILES_MAX   256u
#define HANDLES_MAX 64
#define NAME_BYTES  64u

struct memory_file {
    bool is_there;
    char name[NAME_BYTES];
    uint64_t size;
    uint64_t written; /* bytes up to here were written once */
    uint8_t *live;    /* what the running process sees */
    uint8_t *disk;    /* what survives for certain */
};

struct pending_write {
    struct memory_file *file;
    uint64_t offset;
    size_t size;
    uint8_t *bytes;
};

struct faulty_folder {
    struct prng prng;
    struct memory_file files[FILES_MAX];
    struct memory_file *handles[HANDLES_MAX];
    struct pending_write *pending; /* in the order of writing */
    size_t pending_count;
    size_t pending_capacity;
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

static void *checked(void *memory)
{
    ASSERT(memory != NULL);
    return memory;
}

static void file_drop(struct memory_file *file)
{
    free(file->live);
    free(file->disk);
    *file = (struct memory_file){0};
}

static struct memory_file *file_find(struct faulty_folder *faulty, const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (faulty->files[i].is_there && strcmp(faulty->files[i].name, name) == 0) {
            return &faulty->files[i];
        }
    }
    return NULL;
}

/* For those who know that it is there. */
static struct memory_file *file_get(struct faulty_folder *faulty, const char *name)
{
    struct memory_file *file = file_find(faulty, name);
    if (file == NULL) {
        assert_fail(__FILE__, __LINE__, name);
    }
    return file;
}

static struct memory_file *file_add(struct faulty_folder *faulty, const char *name, uint64_t size)
{
    size_t i = 0;
    while (i < FILES_MAX && faulty->files[i].is_there) {
        i++;
    }
    ASSERT(i < FILES_MAX);
    struct memory_file *file = &faulty->files[i];
    *file = (struct memory_file){.is_there = true,
                                 .size = size,
                                 .live = checked(calloc(1, (size_t)size + 1)),
                                 .disk = checked(calloc(1, (size_t)size + 1))};
    (void)snprintf(file->name, sizeof file->name, "%s", name);
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

static enum error handle_take(struct faulty_folder *faulty, struct memory_file *file,
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

static struct memory_file *handle_file(struct faulty_folder *faulty, file_handle handle)
{
    struct memory_file *file = handle >= 0 && handle < HANDLES_MAX ? faulty->handles[handle] : NULL;
    ASSERT(file != NULL);
    return file;
}

static enum error faulty_open(void *self, const char *name, uint64_t create_size,
                              file_handle *handle, uint64_t *size)
{
    struct faulty_folder *faulty = self;
    struct memory_file *file = file_find(faulty, name);
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
            (void)file_add(faulty, name, what == 1 ? 0 : create_size);
        }
        return ERROR_IO;
    }
    if (create_size > faulty->room) {
        return ERROR_FULL;
    }
    if (faulty->room != UINT64_MAX) {
        faulty->room -= create_size;
    }
    return handle_take(faulty, file_add(faulty, name, create_size), handle, size);
}

/* To the page cache: what the process sees from now on, and a sync or a crash may bring to the
 * disk. */
static void write_through(struct faulty_folder *faulty, struct memory_file *file, uint64_t offset,
                          struct slice bytes)
{
    if (offset + bytes.size > file->written) {
        file->written = offset + bytes.size;
    }
    if (faulty->pending_count == faulty->pending_capacity) {
        faulty->pending_capacity = faulty->pending_capacity * 2 + 16;
        faulty->pending =
            checked(realloc(faulty->pending, faulty->pending_capacity * sizeof *faulty->pending));
    }
    struct pending_write *write = &faulty->pending[faulty->pending_count++];
    *write = (struct pending_write){.file = file,
                                    .offset = offset,
                                    .size = bytes.size,
                                    .bytes = checked(malloc(bytes.size + 1))};
    bytes_copy(write->bytes, bytes.data, bytes.size);
    bytes_copy(file->live + offset, bytes.data, bytes.size);
}

static enum error faulty_write(void *self, file_handle handle, uint64_t offset, struct slice bytes)
{
    struct faulty_folder *faulty = self;
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    struct memory_file *file = handle_file(faulty, handle);
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
    write_through(faulty, file, offset, bytes);
    return is_crash ? ERROR_IO : is_full ? ERROR_FULL : OK;
}

static void pending_apply(const struct pending_write *write)
{
    bytes_copy(write->file->disk + write->offset, write->bytes, write->size);
}

static enum error faulty_sync(void *self, file_handle handle)
{
    struct faulty_folder *faulty = self;
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    if (is_crash) {
        return ERROR_IO;
    }
    struct memory_file *file = handle_file(faulty, handle);
    if (faulty->is_lying) {
        return OK;
    }
    size_t kept = 0;
    for (size_t i = 0; i < faulty->pending_count; i++) {
        if (faulty->pending[i].file == file) {
            pending_apply(&faulty->pending[i]);
            free(faulty->pending[i].bytes);
        } else {
            faulty->pending[kept++] = faulty->pending[i];
        }
    }
    faulty->pending_count = kept;
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
    struct memory_file *file = handle_file(faulty, handle);
    if (offset > file->size || size > file->size - offset) {
        return ERROR_DAMAGED;
    }
    bytes_copy(to, file->live + offset, size);
    return OK;
}

static void forget_pending(struct faulty_folder *faulty, const struct memory_file *file)
{
    size_t kept = 0;
    for (size_t i = 0; i < faulty->pending_count; i++) {
        if (faulty->pending[i].file == file) {
            free(faulty->pending[i].bytes);
        } else {
            faulty->pending[kept++] = faulty->pending[i];
        }
    }
    faulty->pending_count = kept;
}

static enum error faulty_remove(void *self, const char *name)
{
    struct faulty_folder *faulty = self;
    bool is_crash;
    TRY(count_call(faulty, &is_crash));
    struct memory_file *file = file_find(faulty, name);
    if (file == NULL) {
        return ERROR_MISSING;
    }
    if (!is_crash || prng_below(&faulty->prng, 2) == 0) {
        if (faulty->room != UINT64_MAX) {
            faulty->room += file->size;
        }
        forget_pending(faulty, file);
        file_drop(file);
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
    struct faulty_folder *faulty = checked(calloc(1, sizeof *faulty));
    prng_init(&faulty->prng, seed);
    faulty->room = UINT64_MAX;
    faulty->reads_to_fail = UINT64_MAX;
    return faulty;
}

struct faulty_folder *faulty_folder_clone(const struct faulty_folder *faulty, uint64_t seed)
{
    struct faulty_folder *clone = faulty_folder_new(seed);
    for (size_t i = 0; i < FILES_MAX; i++) {
        const struct memory_file *file = &faulty->files[i];
        if (file->is_there) {
            struct memory_file *copy = file_add(clone, file->name, file->size);
            copy->written = file->written;
            bytes_copy(copy->live, file->disk, (size_t)file->size);
            bytes_copy(copy->disk, file->disk, (size_t)file->size);
        }
    }
    return clone;
}

void faulty_folder_free(struct faulty_folder *faulty)
{
    for (size_t i = 0; i < faulty->pending_count; i++) {
        free(faulty->pending[i].bytes);
    }
    for (size_t i = 0; i < FILES_MAX; i++) {
        file_drop(&faulty->files[i]);
    }
    free(faulty->pending);
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
    return faulty->pending_count == 0;
}

bool faulty_folder_has_crashed(const struct faulty_folder *faulty)
{
    return faulty->has_crashed;
}

/* Each sector of the write by itself: a disk promises no more. */
static void pending_tear(struct faulty_folder *faulty, const struct pending_write *write)
{
    uint64_t offset = write->offset;
    uint64_t end = write->offset + write->size;
    while (offset < end) {
        uint64_t sector_end = (offset / FAULTY_SECTOR_BYTES + 1) * FAULTY_SECTOR_BYTES;
        uint64_t part_end = sector_end < end ? sector_end : end;
        if (prng_below(&faulty->prng, 2) == 0) {
            bytes_copy(write->file->disk + offset, write->bytes + (offset - write->offset),
                       (size_t)(part_end - offset));
        }
        offset = part_end;
    }
}

/* What is pending reaches the disk or not; then the process sees what is there. */
static void settle_pending(struct faulty_folder *faulty, enum faulty_loss loss)
{
    size_t cut = (size_t)prng_below(&faulty->prng, faulty->pending_count + 1);
    for (size_t i = 0; i < faulty->pending_count; i++) {
        struct pending_write *write = &faulty->pending[i];
        if (loss == FAULTY_CUT && i == cut) {
            write->size = (size_t)prng_below(&faulty->prng, write->size + 1);
        }
        if (loss == FAULTY_KEEP || (loss == FAULTY_CUT && i <= cut)) {
            pending_apply(write);
        } else if (loss == FAULTY_TEAR) {
            pending_tear(faulty, write);
        }
        free(write->bytes);
    }
    faulty->pending_count = 0;
    for (size_t i = 0; i < FILES_MAX; i++) {
        struct memory_file *file = &faulty->files[i];
        if (file->is_there) {
            bytes_copy(file->live, file->disk, (size_t)file->size);
        }
    }
}

void faulty_folder_restart(struct faulty_folder *faulty, enum faulty_loss loss)
{
    if (loss != FAULTY_KILL) {
        settle_pending(faulty, loss);
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
    for (size_t i = 0; i < FILES_MAX; i++) {
        written += faulty->files[i].is_there ? faulty->files[i].written : 0;
    }
    if (written == 0) {
        return false;
    }
    uint64_t place = at / 8 % written;
    for (size_t i = 0; i < FILES_MAX; i++) {
        struct memory_file *file = &faulty->files[i];
        if (!file->is_there || place >= file->written) {
            place -= file->is_there ? file->written : 0;
            continue;
        }
        uint8_t bit = (uint8_t)(1u << at % 8);
        file->live[place] ^= bit;
        file->disk[place] ^= bit;
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
    const struct memory_file *file = file_find(faulty, name);
    if (file == NULL) {
        return 0;
    }
    if (to != NULL) {
        bytes_copy(to, file->live, (size_t)file->size);
    }
    return file->size;
}

void faulty_folder_damage(struct faulty_folder *faulty, const char *name, uint64_t offset,
                          struct slice bytes)
{
    struct memory_file *file = file_get(faulty, name);
    ASSERT(offset + bytes.size <= file->size);
    bytes_copy(file->live + offset, bytes.data, bytes.size);
    bytes_copy(file->disk + offset, bytes.data, bytes.size);
}

void faulty_folder_truncate(struct faulty_folder *faulty, const char *name, uint64_t size)
{
    struct memory_file *file = file_get(faulty, name);
    ASSERT(size <= file->size);
    file->size = size;
}

void faulty_folder_put(struct faulty_folder *faulty, const char *name, struct slice bytes)
{
    faulty_folder_drop(faulty, name);
    struct memory_file *file = file_add(faulty, name, bytes.size);
    file->written = bytes.size;
    bytes_copy(file->live, bytes.data, bytes.size);
    bytes_copy(file->disk, bytes.data, bytes.size);
}

void faulty_folder_drop(struct faulty_folder *faulty, const char *name)
{
    struct memory_file *file = file_find(faulty, name);
    if (file != NULL) {
        forget_pending(faulty, file);
        file_drop(file);
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
