/* ledger_recover.c - finds the end of a ledger after a stop or a crash.
 *
 * Records are read in order until one is not intact, at location P. A batch's number is the
 * location of its first record, and a batch is begun only when the one before is durable. So an
 * intact record anywhere behind P whose batch number is above P proves that P was synced once:
 * damage. Without one, P and what follows are of one batch, or of the zeros behind it: the torn
 * tail of a crash, which was never promised to anybody. It is zeroed, so that the next batch, which
 * takes the same number, cannot be mistaken for it.
 *
 * What this cannot see is damage in the last batch that nothing follows: it looks like a crash. */
#include "storage/ledger_state.h"

#include "base/assert.h"

#include <inttypes.h>

#define CUT_BYTES (64u << 10)

static enum error damaged(const struct ledger *ledger, uint64_t location, struct error_text *text)
{
    return error_set(text, ERROR_DAMAGED,
                     "ledger-%08" PRIu64 " is damaged at offset %" PRIu64
                     ": what was written there is followed by later records; restore this file "
                     "from a copy made while the replica was stopped, or bring the replica back as "
                     "new (docs/operating.md)",
                     ledger_files_number(&ledger->files, location),
                     ledger_files_offset(&ledger->files, location));
}

static enum error unreadable(enum error error, uint64_t number, struct error_text *text)
{
    return error_set(text, error, "ledger-%08" PRIu64 ": cannot be read: %s", number,
                     error_name(error));
}

/* Feeds the visitor up to the first record that is not intact, which becomes cursor->next. */
static enum error scan(struct ledger_cursor *cursor, const struct ledger_visitor *visitor,
                       uint64_t *count)
{
    struct ledger_found found;
    enum error error;
    while ((error = ledger_cursor_next(cursor, &found)) == OK) {
        (*count)++;
        TRY(visitor->on_record(visitor->context, found.location,
                               (enum ledger_record)found.frame.type, found.body));
    }
    return error == ERROR_DAMAGED || error == ERROR_MISSING ? OK : error;
}

/* Is there an intact record of a batch begun after `end`? ERROR_MISSING: no. */
static enum error search_later(struct ledger *ledger, struct ledger_cursor *cursor, uint64_t end)
{
    struct ledger_found found;
    uint64_t from = end;
    for (uint64_t n = ledger_files_number(&ledger->files, end); n < ledger->files.count; n++) {
        enum error error = ledger_cursor_search(cursor, from, end + 1, &found);
        if (error != ERROR_MISSING) {
            return error;
        }
        from = (n + 1) * ledger->files.area;
    }
    return ERROR_MISSING;
}

/* A last file whose header is not intact was being made when the replica stopped, unless it holds
 * a record: then it had a header once, and was damaged. */
static enum error drop_half_made(struct ledger *ledger, struct error_text *text)
{
    struct ledger_files *files = &ledger->files;
    const struct folder_ops *ops = files->folder.ops;
    char name[LEDGER_NAME_BYTES];
    ledger_file_name(files->count, name);
    file_handle handle;
    uint64_t size = 0;
    enum error error = ops->open(files->folder.self, name, 0, &handle, &size);
    if (error != OK) {
        return unreadable(error, files->count, text);
    }
    ops->close(files->folder.self, handle);
    if (size == files->header.file_bytes) {
        struct ledger_cursor cursor;
        struct ledger_found found;
        ledger_cursor_init(&cursor, files, 0);
        error = ledger_cursor_search(&cursor, files->count * files->area, 0, &found);
        ledger_cursor_fini(&cursor);
        if (error == OK) {
            return error_set(text, ERROR_DAMAGED,
                             "%s: the header is damaged; restore this file from a copy made while "
                             "the replica was stopped, or bring the replica back as new "
                             "(docs/operating.md)",
                             name);
        }
        if (error != ERROR_MISSING) {
            return unreadable(error, files->count, text);
        }
    }
    ledger_files_close(files);
    error = ops->remove(files->folder.self, name);
    return error == OK ? OK : error_set(text, error, "%s: cannot be removed", name);
}

/* Zeros from `end` on, wherever there is anything else, and makes that and what is before durable:
 * after a mere kill the last batch may be in the page cache only. */
static enum error cut(struct ledger *ledger, struct ledger_cursor *cursor, uint64_t end)
{
    static const uint8_t zeros[CUT_BYTES];
    struct ledger_files *files = &ledger->files;
    uint64_t location = end;
    if (end % files->area == 0 && end != 0) { /* it may have ended with the file before */
        TRY(ledger_files_sync(files, ledger_files_number(files, end) - 1));
    }
    for (uint64_t n = ledger_files_number(files, end); n < files->count; n++) {
        uint64_t next_file = (n + 1) * files->area;
        while (location < next_file) {
            uint64_t left = next_file - location;
            size_t part = left < sizeof zeros ? (size_t)left : sizeof zeros;
            const uint8_t *bytes;
            TRY(ledger_cursor_bytes(cursor, location, part, &bytes));
            if (memcmp(bytes, zeros, part) != 0) {
                TRY(ledger_files_write(files, location, slice_of(zeros, part)));
            }
            location += part;
        }
        TRY(ledger_files_sync(files, n));
    }
    return OK;
}

static enum error recover(struct ledger *ledger, struct ledger_cursor *cursor, uint64_t scan_from,
                          const struct ledger_visitor *visitor, struct error_text *text)
{
    struct ledger_files *files = &ledger->files;
    uint64_t count = 0;
    enum error error = scan(cursor, visitor, &count);
    uint64_t end = cursor->next;
    if (error != OK) {
        return error_set(
            text, error, "ledger-%08" PRIu64 ": reading stopped at offset %" PRIu64 ": %s",
            ledger_files_number(files, end), ledger_files_offset(files, end), error_name(error));
    }
    if (ledger_files_number(files, end) >= files->count) {
        return error_set(text, ERROR_DAMAGED,
                         "ledger-%08" PRIu64 ": missing or damaged, although the file before it is "
                         "full; restore it from a copy, or bring the replica back as new "
                         "(docs/operating.md)",
                         files->count);
    }
    error = search_later(ledger, cursor, end);
    if (error == OK) {
        return damaged(ledger, end, text);
    }
    if (error != ERROR_MISSING) {
        return unreadable(error, ledger_files_number(files, end), text);
    }
    if (count == 0 && scan_from > 0) {
        return error_set(text, ERROR_DAMAGED,
                         "ledger-%08" PRIu64 ": no record at offset %" PRIu64
                         ", from where the store says to read on; if the store is another "
                         "ledger's, move it away and start again",
                         ledger_files_number(files, scan_from),
                         ledger_files_offset(files, scan_from));
    }
    error = cut(ledger, cursor, end);
    if (error != OK) {
        return error_set(text, error, "ledger-%08" PRIu64 ": the torn tail cannot be cut: %s",
                         ledger_files_number(files, end), error_name(error));
    }
    ledger->synced = end;
    return OK;
}

enum error ledger_recover(struct ledger *ledger, uint64_t scan_from, bool half_made,
                          const struct ledger_visitor *visitor, struct error_text *text)
{
    if (half_made) {
        TRY(drop_half_made(ledger, text));
    }
    if (scan_from % LEDGER_ALIGNMENT != 0 ||
        ledger_files_number(&ledger->files, scan_from) >= ledger->files.count) {
        return error_set(text, ERROR_DAMAGED,
                         "the ledger ends before location %" PRIu64
                         ", from where the store says to read on; files are missing, or the store "
                         "is another ledger's",
                         scan_from);
    }
    struct ledger_cursor cursor;
    ledger_cursor_init(&cursor, &ledger->files, scan_from);
    enum error error = recover(ledger, &cursor, scan_from, visitor, text);
    ledger_cursor_fini(&cursor);
    return error;
}
