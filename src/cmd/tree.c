/* tree.c - see tree.h. */
#include "cmd/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Keeps to errno as it is on entry. */
static enum error failed(const char *path, const char *doing, struct error_text *text)
{
    int number = errno;
    enum error error = ERROR_IO;
    if (number == EEXIST) {
        error = ERROR_EXISTS;
    } else if (number == ENOENT || number == ENOTDIR) {
        error = ERROR_MISSING;
    } else if (number == EACCES || number == EPERM || number == EROFS) {
        error = ERROR_PERMISSION;
    } else if (number == ENOSPC || number == EDQUOT) {
        error = ERROR_FULL;
    }
    return error_set(text, error, "%s: cannot %s: %s", path, doing, strerrordesc_np(number));
}

/* A new name is durable only once its folder is. */
static enum error sync_parent(const char *path, struct error_text *text)
{
    char parent[PATH_MAX] = ".";
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/') {
        size--;
    }
    while (size > 0 && path[size - 1] != '/') {
        size--;
    }
    if (size >= sizeof parent) {
        errno = ENAMETOOLONG;
        return failed(path, "sync its folder", text);
    }
    if (size > 0) {
        memcpy(parent, path, size);
        parent[size] = '\0';
    }
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum error error = fd >= 0 && fsync(fd) == 0 ? OK : failed(parent, "sync", text);
    if (fd >= 0) {
        (void)close(fd); /* nothing was written through it */
    }
    return error;
}

enum error tree_make_folder(const char *path, unsigned mode, struct error_text *text)
{
    if (mkdir(path, (mode_t)mode) != 0) {
        return failed(path, "make the folder", text);
    }
    return sync_parent(path, text);
}

enum error tree_write_file(const char *path, struct slice bytes, unsigned mode,
                           struct error_text *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    if (fd < 0) {
        return failed(path, "make the file", text);
    }
    enum error error = OK;
    while (error == OK && bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written >= 0) {
            bytes = slice_of(bytes.data + written, bytes.size - (size_t)written);
        } else if (errno != EINTR) {
            error = failed(path, "write", text);
        }
    }
    if (error == OK && fsync(fd) != 0) {
        error = failed(path, "sync", text);
    }
    if (close(fd) != 0 && error == OK) {
        error = failed(path, "close", text);
    }
    return error == OK ? sync_parent(path, text) : error;
}

enum error tree_read_file(const char *path, size_t bytes_max, struct buffer *out,
                          struct error_text *text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return failed(path, "open", text);
    }
    size_t const chunk = (size_t)64 * 1024;
    size_t got = 0;
    do {
        got = fread(buffer_reserve(out, chunk), 1, chunk, file);
        out->size += got;
    } while (got == chunk && out->size <= bytes_max);
    enum error error = ferror(file) == 0 ? OK : failed(path, "read", text);
    if (error == OK && out->size > bytes_max) {
        error = error_set(text, ERROR_LIMIT, "%s: has more than %zu bytes", path, bytes_max);
    }
    (void)fclose(file); /* read only: nothing can be lost */
    return error;
}

bool tree_is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return false;
    }
    size_t count = 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread has this stream */
    while (count <= 2 && readdir(folder) != NULL) {
        count++;
    }
    (void)closedir(folder);
    return count <= 2; /* . and .. */
}

static int remove_below(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    if (walk->level > 0) {
        (void)remove(path); /* best effort: what stays is seen by whoever tries again */
    }
    return 0;
}

void tree_remove_tree(const char *path, bool keep_top)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the program has one thread */
    (void)nftw(path, remove_below, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    if (!keep_top) {
        (void)rmdir(path);
    }
}
