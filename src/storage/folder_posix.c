/* folder_posix.c - the file interface on a real folder.
 *
 * Not a cache: every call reaches the kernel, but for reads of blocks that were never written:
 * those are zeros, and a start, which looks through the last file to its end, need not have the
 * kernel make them. A failed sync is final, because the kernel may drop the pages it could not
 * write and report success the next time: the caller must stop.
 *
 * A file is preallocated, and its blocks are zeroed ZERO_AHEAD_BYTES at a time just before they are
 * first written: a sync of blocks that were only reserved must also journal that they are in use
 * now. Measured here (ext4), write + fdatasync, mean: 4 KiB 175 us reserved, 120 us zeroed; 16 KiB
 * 200 and 138 us; 64 KiB 290 and 225 us; 256 KiB about alike, and a longer stride only makes some
 * syncs slow. */
#include "base/assert.h"
#include "storage/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FILES_MAX        32
#define ZERO_AHEAD_BYTES (256u << 10)
#define LOCK_NAME        "lock"

struct posix_file {
    int fd; /* -1: free */
    uint64_t size;
    uint64_t zeroed; /* up to here blocks have been written; nothing beyond has */
};

struct posix_folder {
    int directory;
    int lock;
    struct posix_file files[FILES_MAX];
};

static enum error from_errno(void)
{
    switch (errno) {
    case ENOSPC:
    case EDQUOT:
        return ERROR_FULL;
    case ENOENT:
    case ENOTDIR:
        return ERROR_MISSING;
    case EEXIST:
        return ERROR_EXISTS;
    case EACCES:
    case EPERM:
        return ERROR_PERMISSION;
    case ENOMEM:
        return ERROR_MEMORY;
    default:
        return ERROR_IO;
    }
}

static enum error write_all(int fd, uint64_t offset, struct slice bytes)
{
    while (bytes.size > 0) {
        ssize_t written = pwrite(fd, bytes.data, bytes.size, (off_t)offset);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return from_errno();
        }
        if (written == 0) {
            return ERROR_IO;
        }
        offset += (uint64_t)written;
        bytes = slice_of(bytes.data + written, bytes.size - (size_t)written);
    }
    return OK;
}

static enum error sync_fd(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? OK : ERROR_IO;
}

/* Where written blocks end; the whole size where that cannot be told, or where something was
 * written beyond a hole, which zeroing must not touch. */
static uint64_t written_end(int fd, uint64_t size)
{
    off_t hole = lseek(fd, 0, SEEK_HOLE);
    if (hole < 0 || lseek(fd, hole, SEEK_DATA) >= 0 || errno != ENXIO) {
        return size;
    }
    return (uint64_t)hole;
}

static enum error make_file(struct posix_folder *folder, const char *name, uint64_t size, int *out)
{
    int fd =
        openat(folder->directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return from_errno();
    }
    int reason;
    do {
        reason = posix_fallocate(fd, 0, (off_t)size);
    } while (reason == EINTR);
    errno = reason;
    enum error error = reason == 0 ? sync_fd(fd) : from_errno();
    if (error == OK) {
        error = sync_fd(folder->directory);
    }
    if (error != OK) {
        (void)close(fd);
        (void)unlinkat(folder->directory, name, 0);
        return error;
    }
    *out = fd;
    return OK;
}

static enum error find_file(struct posix_folder *folder, const char *name, int *out, uint64_t *size)
{
    int fd = openat(folder->directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return from_errno();
    }
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)close(fd);
        return ERROR_IO;
    }
    *out = fd;
    *size = (uint64_t)status.st_size;
    return OK;
}

static enum error posix_open(void *self, const char *name, uint64_t create_size, file_handle *file,
                             uint64_t *size)
{
    struct posix_folder *folder = self;
    int slot = 0;
    while (slot < FILES_MAX && folder->files[slot].fd >= 0) {
        slot++;
    }
    ASSERT(slot < FILES_MAX);
    struct posix_file *entry = &folder->files[slot];
    int fd = -1;
    if (create_size > 0) {
        TRY(make_file(folder, name, create_size, &fd));
        *entry = (struct posix_file){.fd = fd, .size = create_size, .zeroed = 0};
    } else {
        uint64_t found = 0;
        TRY(find_file(folder, name, &fd, &found));
        *entry = (struct posix_file){.fd = fd, .size = found, .zeroed = written_end(fd, found)};
    }
    *file = slot;
    *size = entry->size;
    return OK;
}

static struct posix_file *file_of(struct posix_folder *folder, file_handle file)
{
    size_t index = (size_t)file;
    ASSERT(index < FILES_MAX && folder->files[index].fd >= 0);
    return &folder->files[index];
}

static enum error posix_write(void *self, file_handle handle, uint64_t offset, struct slice bytes)
{
    static const uint8_t zeros[ZERO_AHEAD_BYTES];
    struct posix_file *file = file_of(self, handle);
    ASSERT(offset <= file->size && bytes.size <= file->size - offset);
    uint64_t end = offset + bytes.size;
    if (end > file->zeroed) {
        /* Zeros for the rest of the stride, and for what the write leaves out below itself. */
        uint64_t stride = (end + ZERO_AHEAD_BYTES - 1) / ZERO_AHEAD_BYTES * ZERO_AHEAD_BYTES;
        uint64_t target = stride < file->size ? stride : file->size;
        while (file->zeroed < offset) {
            uint64_t gap = offset - file->zeroed;
            size_t part = gap < sizeof zeros ? (size_t)gap : sizeof zeros;
            TRY(write_all(file->fd, file->zeroed, slice_of(zeros, part)));
            file->zeroed += part;
        }
        TRY(write_all(file->fd, end, slice_of(zeros, (size_t)(target - end))));
        file->zeroed = target;
    }
    return write_all(file->fd, offset, bytes);
}

static enum error posix_sync(void *self, file_handle file)
{
    int result;
    do {
        result = fdatasync(file_of(self, file)->fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? OK : ERROR_IO;
}

static enum error read_all(int fd, uint64_t offset, uint8_t *to, size_t size)
{
    while (size > 0) {
        ssize_t got = pread(fd, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return from_errno();
        }
        if (got == 0) {
            return ERROR_DAMAGED; /* the file is shorter than it says */
        }
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return OK;
}

static enum error posix_read(void *self, file_handle handle, uint64_t offset, void *to, size_t size)
{
    const struct posix_file *file = file_of(self, handle);
    if (offset > file->size || size > file->size - offset) {
        return ERROR_DAMAGED;
    }
    uint64_t written = offset < file->zeroed ? file->zeroed - offset : 0;
    size_t part = size < written ? size : (size_t)written;
    if (part < size) {
        memset((uint8_t *)to + part, 0, size - part);
    }
    return read_all(file->fd, offset, to, part);
}

static enum error posix_remove(void *self, const char *name)
{
    struct posix_folder *folder = self;
    if (unlinkat(folder->directory, name, 0) != 0) {
        return from_errno();
    }
    return sync_fd(folder->directory);
}

static void posix_close(void *self, file_handle handle)
{
    struct posix_file *file = file_of(self, handle);
    (void)close(file->fd);
    file->fd = -1;
}

static uint64_t posix_free_bytes(void *self)
{
    struct posix_folder *folder = self;
    struct statvfs status;
    if (fstatvfs(folder->directory, &status) != 0) {
        return UINT64_MAX;
    }
    return (uint64_t)status.f_bavail * status.f_frsize;
}

static const struct folder_ops posix_ops = {
    .open = posix_open,
    .write = posix_write,
    .sync = posix_sync,
    .read = posix_read,
    .remove = posix_remove,
    .close = posix_close,
    .free_bytes = posix_free_bytes,
};

static enum error make_folder(const char *path, struct error_text *text)
{
    if (mkdir(path, 0700) != 0) {
        return error_set(text, from_errno(), "%s: cannot make the folder: %s", path,
                         errno == EEXIST ? "it exists already" : strerrordesc_np(errno));
    }
    /* The new entry is durable once its parent is; `..` of the folder is that parent. */
    int self = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int parent = self < 0 ? -1 : openat(self, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum error error = parent < 0 ? from_errno() : sync_fd(parent);
    if (parent >= 0) {
        (void)close(parent);
    }
    if (self >= 0) {
        (void)close(self);
    }
    if (error != OK) {
        (void)rmdir(path);
        return error_set(text, error, "%s: cannot make the folder durable: %s", path,
                         strerrordesc_np(errno));
    }
    return OK;
}

static enum error lock_folder(int directory, const char *path, int *out, struct error_text *text)
{
    int lock = openat(directory, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) {
        return error_set(text, from_errno(), "%s/%s: cannot open: %s", path, LOCK_NAME,
                         strerrordesc_np(errno));
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        bool taken = errno == EWOULDBLOCK;
        enum error error = error_set(text, taken ? ERROR_IN_USE : ERROR_IO, "%s: %s", path,
                                     taken ? "in use by another process; stop that one first"
                                           : strerrordesc_np(errno));
        (void)close(lock);
        return error;
    }
    *out = lock;
    return OK;
}

enum error folder_posix_open(struct folder *folder, const char *path, bool create,
                             struct error_text *text)
{
    if (create) {
        TRY(make_folder(path, text));
    }
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return error_set(text, from_errno(), "%s: cannot open the folder: %s", path,
                         strerrordesc_np(errno));
    }
    int lock = -1;
    enum error error = lock_folder(directory, path, &lock, text);
    if (error != OK) {
        (void)close(directory);
        return error;
    }
    struct posix_folder *self = malloc(sizeof *self);
    if (self == NULL) {
        (void)close(lock);
        (void)close(directory);
        return error_set(text, ERROR_MEMORY, "%s: out of memory", path);
    }
    self->directory = directory;
    self->lock = lock;
    for (int i = 0; i < FILES_MAX; i++) {
        self->files[i].fd = -1;
    }
    *folder = (struct folder){.ops = &posix_ops, .self = self};
    return OK;
}

void folder_posix_close(struct folder *folder)
{
    struct posix_folder *self = folder->self;
    if (self == NULL) {
        return;
    }
    for (int i = 0; i < FILES_MAX; i++) {
        if (self->files[i].fd >= 0) {
            (void)close(self->files[i].fd);
        }
    }
    (void)close(self->lock); /* and with it the lock */
    (void)close(self->directory);
    free(self);
    *folder = (struct folder){0};
}
