/* ledger_files.c - see ledger_files.h. */
#include "storage/ledger_files.h"

#include "base/assert.h"

#include <inttypes.h>
#include <stdio.h>

/* How far beyond the first absent file one is looked for: a file that is missing in the middle is
 * damage, and not the end. */
#define GAP_FILES_MAX 16u

void ledger_file_name(uint64_t number, char *name)
{
    (void)snprintf(name, LEDGER_NAME_BYTES, "ledger-%08" PRIu64, number);
}

static struct ledger_open_file *cache_slot(struct ledger_files *files, uint64_t number)
{
    struct ledger_open_file *oldest = &files->open[0];
    for (size_t i = 0; i < LEDGER_FILES_OPEN; i++) {
        struct ledger_open_file *slot = &files->open[i];
        if (slot->is_open && slot->number == number) {
            return slot;
        }
        if (oldest->is_open && (!slot->is_open || slot->used < oldest->used)) {
            oldest = slot;
        }
    }
    return oldest;
}

static void cache_put(struct ledger_files *files, struct ledger_open_file *slot, uint64_t number,
                      file_handle handle)
{
    if (slot->is_open) {
        files->folder.ops->close(files->folder.self, slot->handle);
    }
    *slot = (struct ledger_open_file){
        .is_open = true, .number = number, .handle = handle, .used = ++files->uses};
}

static enum error file_get(struct ledger_files *files, uint64_t number, file_handle *handle)
{
    struct ledger_open_file *slot = cache_slot(files, number);
    if (!slot->is_open || slot->number != number) {
        char name[LEDGER_NAME_BYTES];
        ledger_file_name(number, name);
        file_handle opened;
        uint64_t size;
        TRY(files->folder.ops->open(files->folder.self, name, 0, &opened, &size));
        if (size != files->header.file_bytes) {
            files->folder.ops->close(files->folder.self, opened);
            return ERROR_DAMAGED;
        }
        cache_put(files, slot, number, opened);
    }
    slot->used = ++files->uses;
    *handle = slot->handle;
    return OK;
}

enum error ledger_files_make(struct ledger_files *files)
{
    const struct folder_ops *ops = files->folder.ops;
    char name[LEDGER_NAME_BYTES];
    ledger_file_name(files->count, name);
    file_handle handle;
    uint64_t size;
    TRY(ops->open(files->folder.self, name, files->header.file_bytes, &handle, &size));

    uint8_t bytes[LEDGER_HEADER_BYTES];
    struct ledger_header header = files->header;
    header.number = files->count;
    ledger_header_encode(&header, bytes);
    enum error error = ops->write(files->folder.self, handle, 0, slice_of(bytes, sizeof bytes));
    if (error == ERROR_FULL) {
        ops->close(files->folder.self, handle);
        enum error removed = ops->remove(files->folder.self, name);
        return removed == OK ? ERROR_FULL : removed;
    }
    if (error == OK) {
        error = ops->sync(files->folder.self, handle);
    }
    if (error != OK) {
        ops->close(files->folder.self, handle);
        return error;
    }
    cache_put(files, cache_slot(files, files->count), files->count, handle);
    files->count++;
    return OK;
}

/* One file's header as found: ERROR_MISSING no file, ERROR_DAMAGED too short or not intact. */
static enum error read_header(struct folder folder, uint64_t number, struct ledger_header *header,
                              uint64_t *size, uint32_t *version)
{
    char name[LEDGER_NAME_BYTES];
    ledger_file_name(number, name);
    file_handle handle;
    TRY(folder.ops->open(folder.self, name, 0, &handle, size));
    uint8_t bytes[LEDGER_HEADER_BYTES];
    enum error error = ERROR_DAMAGED;
    if (*size >= sizeof bytes) {
        error = folder.ops->read(folder.self, handle, 0, bytes, sizeof bytes);
    }
    folder.ops->close(folder.self, handle);
    return error == OK ? ledger_header_decode(bytes, header, version) : error;
}

static enum error check_identity(const struct ledger_identity *found,
                                 const struct ledger_identity *wanted, struct error_text *text)
{
    if (!digest_is_equal(&found->genesis, &wanted->genesis)) {
        return error_set(text, ERROR_FOREIGN,
                         "this ledger belongs to another group; give --data the folder that was "
                         "made for this group, or check --group");
    }
    if (found->id != wanted->id || !public_key_is_equal(&found->replica, &wanted->replica)) {
        return error_set(text, ERROR_FOREIGN,
                         "this ledger belongs to replica %" PRIu32 " of the group (own id %" PRIu32
                         ") or to another key of it; check --data and --key",
                         found->id, wanted->id);
    }
    return OK;
}

static bool gap_is_followed(struct folder folder, uint64_t number, uint64_t *found)
{
    for (uint64_t next = number + 1; next <= number + GAP_FILES_MAX; next++) {
        char name[LEDGER_NAME_BYTES];
        ledger_file_name(next, name);
        file_handle handle;
        uint64_t size;
        enum error error = folder.ops->open(folder.self, name, 0, &handle, &size);
        if (error == OK) {
            folder.ops->close(folder.self, handle);
        }
        if (error != ERROR_MISSING) {
            *found = next;
            return true;
        }
    }
    return false;
}

static enum error check_first(struct ledger_files *files, const struct ledger_identity *identity,
                              struct error_text *text)
{
    uint64_t size = 0;
    uint32_t version = 0;
    struct ledger_header *header = &files->header;
    enum error error = read_header(files->folder, 0, header, &size, &version);
    uint64_t later;
    if (error == ERROR_MISSING && !gap_is_followed(files->folder, 0, &later)) {
        return error_set(text, error,
                         "no ledger in the data folder. Only `strategos init` makes one, because a "
                         "replica that lost its ledger could vote twice: check --data, or "
                         "bring the replica back as new (docs/operating.md)");
    }
    if (error == ERROR_FOREIGN) {
        return error_set(text, error,
                         "the ledger has format version %" PRIu32 ", this program writes %u: use "
                         "the program version that wrote it",
                         version, LEDGER_VERSION);
    }
    if (error == ERROR_DAMAGED || error == ERROR_MISSING) {
        return error_set(text, ERROR_DAMAGED,
                         "ledger-00000000: the header is missing or damaged; restore this file "
                         "from a copy made while the replica was stopped, or bring the replica "
                         "back as new (docs/operating.md)");
    }
    if (error != OK) {
        return error_set(text, error, "ledger-00000000: cannot be read: %s", error_name(error));
    }
    TRY(check_identity(&header->identity, identity, text));
    if (header->number != 0 || size != header->file_bytes ||
        header->file_bytes < 2 * (uint64_t)LEDGER_HEADER_BYTES) {
        return error_set(text, ERROR_DAMAGED,
                         "ledger-00000000: is %" PRIu64 " bytes and not %" PRIu64
                         ", or a renamed file; restore it from a copy",
                         size, header->file_bytes);
    }
    return OK;
}

/* File `files->count`, which is not the first. ERROR_MISSING: there is none, the last was found. */
static enum error check_next(struct ledger_files *files, bool *half_made, struct error_text *text)
{
    struct ledger_header header;
    uint64_t size = 0;
    uint32_t version = 0;
    uint64_t number = files->count;
    enum error error = read_header(files->folder, number, &header, &size, &version);
    uint64_t later = 0;
    if (error == ERROR_MISSING) {
        if (!gap_is_followed(files->folder, number, &later)) {
            return ERROR_MISSING;
        }
        return error_set(text, ERROR_DAMAGED,
                         "ledger-%08" PRIu64 ": missing, but ledger-%08" PRIu64
                         " is there; restore it from a copy",
                         number, later);
    }
    if (error == ERROR_DAMAGED && !gap_is_followed(files->folder, number, &later)) {
        *half_made = true;
        return ERROR_MISSING;
    }
    if (error != OK && error != ERROR_DAMAGED && error != ERROR_FOREIGN) {
        return error_set(text, error, "ledger-%08" PRIu64 ": cannot be read: %s", number,
                         error_name(error));
    }
    if (error != OK || header.number != number || size != files->header.file_bytes ||
        header.file_bytes != files->header.file_bytes ||
        memcmp(header.id.bytes, files->header.id.bytes, sizeof header.id.bytes) != 0) {
        return error_set(text, ERROR_DAMAGED,
                         "ledger-%08" PRIu64 ": header or size is damaged, or the file is "
                         "another ledger's; restore it from a copy",
                         number);
    }
    return OK;
}

enum error ledger_files_find(struct ledger_files *files, struct folder folder,
                             const struct ledger_identity *identity, bool *half_made,
                             struct error_text *text)
{
    *files = (struct ledger_files){.folder = folder};
    *half_made = false;
    TRY(check_first(files, identity, text));
    files->area = files->header.file_bytes - LEDGER_HEADER_BYTES;
    enum error error = OK;
    while (error == OK) {
        files->count++;
        error = check_next(files, half_made, text);
    }
    return error == ERROR_MISSING ? OK : error;
}

void ledger_files_close(struct ledger_files *files)
{
    for (size_t i = 0; i < LEDGER_FILES_OPEN; i++) {
        if (files->open[i].is_open) {
            files->folder.ops->close(files->folder.self, files->open[i].handle);
            files->open[i].is_open = false;
        }
    }
}

enum error ledger_files_read(struct ledger_files *files, uint64_t location, void *to, size_t size)
{
    ASSERT(size <= ledger_files_room(files, location));
    file_handle handle;
    TRY(file_get(files, ledger_files_number(files, location), &handle));
    return files->folder.ops->read(files->folder.self, handle, ledger_files_offset(files, location),
                                   to, size);
}

enum error ledger_files_write(struct ledger_files *files, uint64_t location, struct slice bytes)
{
    ASSERT(bytes.size <= ledger_files_room(files, location));
    file_handle handle;
    TRY(file_get(files, ledger_files_number(files, location), &handle));
    return files->folder.ops->write(files->folder.self, handle,
                                    ledger_files_offset(files, location), bytes);
}

enum error ledger_files_sync(struct ledger_files *files, uint64_t number)
{
    file_handle handle;
    TRY(file_get(files, number, &handle));
    return files->folder.ops->sync(files->folder.self, handle);
}
