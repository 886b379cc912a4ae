/* ledger_cursor.h - reads records one after the other from the files, through a window. Sees what
 * was written, not the batch in memory. Used by recovery and by the archive's index. */
#ifndef STRATEGOS_STORAGE_LEDGER_CURSOR_H
#define STRATEGOS_STORAGE_LEDGER_CURSOR_H

#include "storage/ledger_files.h"

struct ledger_cursor {
    struct ledger_files *files; /* borrowed */
    uint64_t next;              /* location of the record that ledger_cursor_next will read */
    uint64_t end;               /* it reads none from here on; at first UINT64_MAX */
    uint8_t *window;
    size_t window_size;
    uint64_t window_start;
};

struct ledger_found {
    uint64_t location;
    struct ledger_frame frame;
    struct slice body; /* borrowed until the next call */
};

void ledger_cursor_init(struct ledger_cursor *cursor, struct ledger_files *files, uint64_t from);
void ledger_cursor_fini(struct ledger_cursor *cursor);

/* The intact record at cursor->next, which moves behind it; file ends are passed over. A record
 * that is not intact is ERROR_DAMAGED and does not move the cursor: whether that is damage or the
 * end is for the caller to say. ERROR_MISSING: the files, or what is wanted of them, end here; the
 * last file may be empty, with the one before it full. */
MUST_USE enum error ledger_cursor_next(struct ledger_cursor *cursor, struct ledger_found *found);

/* The first intact record at any aligned place from `from` to the end of its file whose batch
 * number is `batch_min` or more. ERROR_MISSING: none. */
MUST_USE enum error ledger_cursor_search(struct ledger_cursor *cursor, uint64_t from,
                                         uint64_t batch_min, struct ledger_found *found);

/* `size` bytes at `location`, which lie in one record area. Borrowed until the next call. */
MUST_USE enum error ledger_cursor_bytes(struct ledger_cursor *cursor, uint64_t location,
                                        size_t size, const uint8_t **bytes);

#endif
