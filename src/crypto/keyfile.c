/* keyfile.c - see keyfile.h. Every buffer that has held the secret is wiped before it is left. */
#include "crypto/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYFILE_HEAD "strategos-key-1 "

enum {
    HEAD_BYTES = sizeof KEYFILE_HEAD - 1,
    SEED_DIGITS = 2 * SEED_BYTES,
    PUBLIC_DIGITS = 2 * PUBLIC_KEY_BYTES,
    SEED_AT = HEAD_BYTES,
    PUBLIC_AT = SEED_AT + SEED_DIGITS + 1,
    LINE_BYTES = PUBLIC_AT + PUBLIC_DIGITS + 1, /* the newline included */
};

static enum error error_from_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ERROR_MISSING;
    case EEXIST:
        return ERROR_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERROR_PERMISSION;
    case ENOSPC:
    case EDQUOT:
        return ERROR_FULL;
    default:
        return ERROR_IO;
    }
}

/* What the system said about `path`, with what was being done to it. Keeps to errno as it is on
 * entry. */
static enum error system_error(struct error_text *text, const char *path, const char *doing)
{
    int number = errno;
    return error_set(text, error_from_errno(number), "%s: cannot %s key file: %s", path, doing,
                     strerrordesc_np(number));
}

static enum error write_all(int fd, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = write(fd, bytes + done, size - done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return ERROR_IO;
        }
        done += (size_t)written;
    }
    return OK;
}

/* A new file's name is durable only once its directory is. */
static enum error sync_directory_of(const char *path)
{
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        size_t length = slash == path ? 1 : (size_t)(slash - path);
        if (length >= sizeof directory) {
            errno = ENAMETOOLONG;
            return ERROR_IO;
        }
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ERROR_IO;
    }
    enum error error = fsync(fd) == 0 ? OK : ERROR_IO;
    int number = errno;
    (void)close(fd); /* nothing was written through it */
    errno = number;
    return error;
}

static void format_line(const struct secret_key *secret, char line[LINE_BYTES + 1])
{
    memcpy(line, KEYFILE_HEAD, HEAD_BYTES);
    (void)sodium_bin2hex(line + SEED_AT, SEED_DIGITS + 1, secret->bytes, SEED_BYTES);
    line[SEED_AT + SEED_DIGITS] = ' ';
    (void)sodium_bin2hex(line + PUBLIC_AT, PUBLIC_DIGITS + 1, secret->bytes + SEED_BYTES,
                         PUBLIC_KEY_BYTES);
    line[LINE_BYTES - 1] = '\n';
    line[LINE_BYTES] = '\0';
}

enum error keyfile_create(const char *path, const struct secret_key *secret,
                          struct error_text *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0 && errno == EEXIST) {
        return error_set(text, ERROR_EXISTS,
                         "%s: exists already; a key file is never overwritten, move it away first",
                         path);
    }
    if (fd < 0) {
        return system_error(text, path, "create");
    }
    char line[LINE_BYTES + 1];
    format_line(secret, line);
    /* fchmod: a umask may have taken the owner's own bits. */
    bool written = fchmod(fd, S_IRUSR | S_IWUSR) == 0 && write_all(fd, line, LINE_BYTES) == OK &&
                   fsync(fd) == 0;
    sodium_memzero(line, sizeof line);
    int number = errno;
    if (close(fd) != 0 && written) {
        written = false;
        number = errno;
    }
    if (written && sync_directory_of(path) == OK) {
        return OK;
    }
    errno = written ? errno : number;
    enum error error = system_error(text, path, "write");
    (void)unlink(path); /* a half-written key is of no use, and would block the next attempt */
    return error;
}

/* Judges the open file itself, so that nothing can be swapped between check and use. */
static enum error check_mode(const char *path, int fd, struct error_text *text)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return system_error(text, path, "examine");
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(text, ERROR_INVALID, "%s: not a regular file, so not a key file", path);
    }
    if (status.st_uid != geteuid()) {
        return error_set(text, ERROR_PERMISSION,
                         "%s: key file belongs to user %lu, not to the user who reads it (%lu); "
                         "change its owner with chown",
                         path, (unsigned long)status.st_uid, (unsigned long)geteuid());
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return error_set(text, ERROR_PERMISSION,
                         "%s: key file has mode %04o, open to group or others; run: chmod 600 %s",
                         path, (unsigned)(status.st_mode & 07777u), path);
    }
    return OK;
}

/* Reads up to `room` bytes; *size says how many there were. */
static enum error read_up_to(int fd, char *bytes, size_t room, size_t *size)
{
    *size = 0;
    while (*size < room) {
        ssize_t got = read(fd, bytes + *size, room - *size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ERROR_IO;
        }
        if (got == 0) {
            break;
        }
        *size += (size_t)got;
    }
    return OK;
}

static bool hex_decode(const char *hex, uint8_t *bytes, size_t size)
{
    size_t written = 0;
    return sodium_hex2bin(bytes, size, hex, 2 * size, NULL, &written, NULL) == 0 && written == size;
}

static enum error parse_line(const char *path, const char *line, size_t size,
                             struct secret_key *secret, struct public_key *public,
                             struct error_text *text)
{
    if (size < HEAD_BYTES || memcmp(line, KEYFILE_HEAD, HEAD_BYTES) != 0) {
        return error_set(text, ERROR_INVALID, "%s:1: not a key file: it does not begin with \"%s\"",
                         path, KEYFILE_HEAD);
    }
    if (size != LINE_BYTES) {
        return error_set(text, ERROR_INVALID,
                         "%s:1: key file is %s: it must be one line of %d bytes; restore it from a "
                         "copy",
                         path, size < LINE_BYTES ? "truncated" : "too long", (int)LINE_BYTES);
    }
    uint8_t seed[SEED_BYTES];
    struct public_key stated = {{0}};
    bool well_formed = hex_decode(line + SEED_AT, seed, sizeof seed) &&
                       hex_decode(line + PUBLIC_AT, stated.bytes, sizeof stated.bytes) &&
                       line[PUBLIC_AT - 1] == ' ' && line[LINE_BYTES - 1] == '\n';
    enum error error = OK;
    if (!well_formed) {
        error = error_set(text, ERROR_INVALID,
                          "%s:1: key file is malformed: after \"%s\" come 64 hex digits, a space, "
                          "64 hex digits and a newline; restore it from a copy",
                          path, KEYFILE_HEAD);
    } else {
        signature_from_seed(seed, secret, public);
        if (!public_key_is_equal(public, &stated)) {
            signature_forget(secret);
            *public = (struct public_key){{0}};
            error = error_set(text, ERROR_INVALID,
                              "%s:1: key file is damaged: its public half does not belong to its "
                              "secret half; restore it from a copy",
                              path);
        }
    }
    sodium_memzero(seed, sizeof seed);
    return error;
}

enum error keyfile_load(const char *path, struct secret_key *secret, struct public_key *public,
                        struct error_text *text)
{
    signature_forget(secret);
    *public = (struct public_key){{0}};
    /* A symbolic link is followed: mode and owner are checked on what was opened. O_NONBLOCK, so
     * that a named pipe is refused instead of waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return system_error(text, path, "open");
    }
    char line[LINE_BYTES + 1]; /* one more than a key file has, to see an excess */
    size_t size = 0;
    enum error error = check_mode(path, fd, text);
    if (error == OK && read_up_to(fd, line, sizeof line, &size) != OK) {
        error = system_error(text, path, "read");
    }
    if (error == OK) {
        error = parse_line(path, line, size, secret, public, text);
    }
    (void)close(fd); /* read only: nothing can be lost */
    sodium_memzero(line, sizeof line);
    return error;
}
