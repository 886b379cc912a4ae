/* ledger_scan.c - reads a ledger that is open again from some record on. */
#include "storage/ledger_state.h"

#include "base/assert.h"

#include <inttypes.h>

enum error ledger_scan(struct ledger *ledger, uint64_t from, const struct ledger_visitor *visitor,
                       struct error_text *text)
{
    struct ledger_cursor cursor;
    struct ledger_found found;
    enum error error = OK;
    ASSERT(ledger->batch.size == 0);
    ledger_cursor_init(&cursor, &ledger->files, from);
    cursor.end = ledger->synced;
    while ((error = ledger_cursor_next(&cursor, &found)) == OK) {
        error = visitor->on_record(visitor->context, found.location,
                                   (enum ledger_record)found.frame.type, found.body);
        if (error != OK) {
            break;
        }
    }
    error = error == ERROR_MISSING ? OK : error;
    uint64_t stopped = cursor.next;
    ledger_cursor_fini(&cursor);
    return error == OK
               ? OK
               : error_set(text, error,
                           "ledger-%08" PRIu64 ": reading stopped at offset %" PRIu64 ": %s",
                           ledger_files_number(&ledger->files, stopped),
                           ledger_files_offset(&ledger->files, stopped), error_name(error));
}
