/* plugin.c - loads machines from shared objects; see registry.h.
 *
 * The file is copied once into sealed memory, and digest and loader both read that copy: what is
 * checked is what runs. */
#include "machine/registry.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES 65536u

static enum error failed(const char *path, const char *what, struct error_text *text)
{
    int number = errno;
    enum error error = number == ENOENT   ? ERROR_MISSING
                       : number == EACCES ? ERROR_PERMISSION
                                          : ERROR_IO;
    char reason[128];
    return error_set(text, error, "%s: the machine's file cannot be %s: %s", path, what,
                     strerror_r(number, reason, sizeof reason));
}

static enum error open_file(const char *path, int *descriptor, struct error_text *text)
{
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0) {
        return failed(path, "opened", text);
    }
    struct stat status;
    if (fstat(*descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)close(*descriptor);
        return error_set(text, ERROR_INVALID, "%s: the machine's file is not a regular file", path);
    }
    return OK;
}

static bool write_all(int descriptor, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* Reads `from` to its end: digests the bytes, and writes them to `to` unless that is -1. */
static enum error read_through(int from, int to, const char *path, struct digest *digest,
                               struct error_text *text)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_PLUGIN);
    uint8_t bytes[COPY_BYTES];
    size_t total = 0;
    for (;;) {
        ssize_t size = read(from, bytes, sizeof bytes);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return failed(path, "read", text);
        }
        if (size == 0) {
            break;
        }
        total += (size_t)size;
        if (total > PLUGIN_BYTES_MAX) {
            return error_set(text, ERROR_LIMIT, "%s: the machine's file is larger than %u bytes",
                             path, PLUGIN_BYTES_MAX);
        }
        digest_add(&state, slice_of(bytes, (size_t)size));
        if (to >= 0 && !write_all(to, bytes, (size_t)size)) {
            return failed(path, "copied to memory", text);
        }
    }
    digest_end(&state, digest);
    return OK;
}

enum error plugin_digest(const char *path, struct digest *digest, struct error_text *text)
{
    int file;
    TRY(open_file(path, &file, text));
    enum error error = read_through(file, -1, path, digest, text);
    (void)close(file);
    return error;
}

/* A private, sealed copy of the file, whose digest is as expected. */
static enum error copy_checked(const char *path, const struct digest *expected, int *descriptor,
                               struct error_text *text)
{
    int file;
    TRY(open_file(path, &file, text));
    int copy = memfd_create("strategos-machine", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0) {
        enum error error = failed(path, "copied to memory", text);
        (void)close(file);
        return error;
    }
    struct digest digest;
    enum error error = read_through(file, copy, path, &digest, text);
    (void)close(file);
    if (error == OK && !digest_is_equal(&digest, expected)) {
        char have[2 * DIGEST_BYTES + 1];
        char want[2 * DIGEST_BYTES + 1];
        digest_to_hex(&digest, have);
        digest_to_hex(expected, want);
        error = error_set(text, ERROR_FOREIGN,
                          "%s: the machine's file has digest %s, the group's configuration pins "
                          "%s: install the same file on every replica",
                          path, have, want);
    }
    if (error == OK &&
        fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        error = failed(path, "sealed in memory", text);
    }
    if (error != OK) {
        (void)close(copy);
        return error;
    }
    *descriptor = copy;
    return OK;
}

static bool is_name(const char *name)
{
    if (name == NULL) {
        return false;
    }
    size_t size = strnlen(name, PLUGIN_NAME_BYTES_MAX + 1);
    for (size_t i = 0; i < size; i++) {
        if (name[i] < '!' || name[i] > '~') {
            return false;
        }
    }
    return size >= 1 && size <= PLUGIN_NAME_BYTES_MAX;
}

static enum error check_machine(const struct strategos_machine *machine, const char *path,
                                struct error_text *text)
{
    if (machine == NULL) {
        return error_set(text, ERROR_INVALID,
                         "%s: the machine's file exports no symbol strategos_machine", path);
    }
    if (machine->abi != STRATEGOS_MACHINE_ABI) {
        return error_set(text, ERROR_FOREIGN,
                         "%s: the machine is built for ABI %u, this program has ABI %u: build it "
                         "again with this version's strategos/machine.h",
                         path, machine->abi, STRATEGOS_MACHINE_ABI);
    }
    if (!is_name(machine->name)) {
        return error_set(text, ERROR_INVALID,
                         "%s: the machine's name must be 1 to %u printable characters without "
                         "blanks",
                         path, PLUGIN_NAME_BYTES_MAX);
    }
    if (machine->apply == NULL) {
        return error_set(text, ERROR_INVALID, "%s: machine %s has no apply function", path,
                         machine->name);
    }
    return OK;
}

enum error plugin_load(struct plugin *plugin, const char *path, const struct digest *expected,
                       struct error_text *text)
{
    *plugin = (struct plugin){.descriptor = -1};
    TRY(copy_checked(path, expected, &plugin->descriptor, text));
    /* The loader knows libraries by name: the copy stays open, so that no other ever has this. */
    char name[64];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", plugin->descriptor);
    plugin->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    enum error error;
    if (plugin->library == NULL) {
        const char *reason = dlerror(); /* NOLINT(concurrency-mt-unsafe): per thread in glibc */
        error = error_set(text, ERROR_INVALID, "%s: the machine's file cannot be loaded: %s", path,
                          reason != NULL ? reason : "for a reason unknown");
    } else {
        plugin->machine = dlsym(plugin->library, "strategos_machine");
        error = check_machine(plugin->machine, path, text);
    }
    if (error != OK) {
        plugin_unload(plugin);
    }
    return error;
}

void plugin_unload(struct plugin *plugin)
{
    if (plugin->library != NULL) {
        (void)dlclose(plugin->library);
    }
    if (plugin->descriptor >= 0) {
        (void)close(plugin->descriptor);
    }
    *plugin = (struct plugin){.descriptor = -1};
}
