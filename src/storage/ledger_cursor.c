/* ledger_cursor.c - see ledger_cursor.h. */
#include "storage/ledger_cursor.h"

#include "base/assert.h"

#include <stdlib.h>

#define WINDOW_BYTES (256u << 10)

void ledger_cursor_init(struct ledger_cursor *cursor, struct ledger_files *files, uint64_t from)
{
    *cursor = (struct ledger_cursor){.files = files, .next = from, .end = UINT64_MAX};
}

void ledger_cursor_fini(struct ledger_cursor *cursor)
{
    free(cursor->window);
    cursor->window = NULL;
}

enum error ledger_cursor_bytes(struct ledger_cursor *cursor, uint64_t location, size_t size,
                               const uint8_t **bytes)
{
    const size_t capacity = LEDGER_FRAME_BYTES + LEDGER_RECORD_BYTES_MAX;
    uint64_t room = ledger_files_room(cursor->files, location);
    ASSERT(size <= room && size <= capacity);
    bool holds = location >= cursor->window_start &&
                 location + size <= cursor->window_start + cursor->window_size;
    if (!holds) {
        if (cursor->window == NULL) {
            cursor->window = malloc(capacity);
            if (cursor->window == NULL) {
                return ERROR_MEMORY;
            }
        }
        size_t want = size > WINDOW_BYTES ? size : WINDOW_BYTES;
        want = want < room ? want : (size_t)room;
        cursor->window_size = 0;
        TRY(ledger_files_read(cursor->files, location, cursor->window, want));
        cursor->window_start = location;
        cursor->window_size = want;
    }
    *bytes = cursor->window + (location - cursor->window_start);
    return OK;
}

/* The record at `location` if it is intact, else ERROR_DAMAGED. */
static enum error read_record(struct ledger_cursor *cursor, uint64_t location,
                              struct ledger_found *found)
{
    const uint8_t *bytes;
    uint64_t room = ledger_files_room(cursor->files, location);
    if (room < LEDGER_FRAME_BYTES) {
        return ERROR_DAMAGED;
    }
    TRY(ledger_cursor_bytes(cursor, location, LEDGER_FRAME_BYTES, &bytes));
    struct ledger_frame frame;
    if (!ledger_frame_is_plausible(bytes, location, room, &frame)) {
        return ERROR_DAMAGED;
    }
    size_t size = LEDGER_FRAME_BYTES + frame.size;
    TRY(ledger_cursor_bytes(cursor, location, size, &bytes));
    if (!ledger_frame_is_intact(&cursor->files->header.id, slice_of(bytes, size))) {
        return ERROR_DAMAGED;
    }
    *found = (struct ledger_found){.location = location,
                                   .frame = frame,
                                   .body = slice_of(bytes + LEDGER_FRAME_BYTES, frame.size)};
    return OK;
}

enum error ledger_cursor_next(struct ledger_cursor *cursor, struct ledger_found *found)
{
    for (;;) {
        uint64_t number = ledger_files_number(cursor->files, cursor->next);
        if (number >= cursor->files->count || cursor->next >= cursor->end) {
            return ERROR_MISSING;
        }
        TRY(read_record(cursor, cursor->next, found));
        if (found->frame.type != LEDGER_FILE_END) {
            cursor->next += ledger_frame_bytes(found->frame.size);
            return OK;
        }
        cursor->next = (number + 1) * cursor->files->area;
    }
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* The first place of a stretch from which on no whole frame fits into it. */
static size_t places_end(size_t stretch)
{
    return (stretch - LEDGER_FRAME_BYTES) / LEDGER_ALIGNMENT * LEDGER_ALIGNMENT + LEDGER_ALIGNMENT;
}

enum error ledger_cursor_search(struct ledger_cursor *cursor, uint64_t from, uint64_t batch_min,
                                struct ledger_found *found)
{
    uint64_t end = from + ledger_files_room(cursor->files, from);
    uint64_t location = from;
    while (location + LEDGER_FRAME_BYTES <= end) {
        /* A stretch of frames at a time; the usual zeros are compared to themselves at once. */
        uint64_t left = end - location;
        size_t stretch = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
        const uint8_t *bytes;
        TRY(ledger_cursor_bytes(cursor, location, stretch, &bytes));
        size_t offset = is_zero(bytes, stretch) ? places_end(stretch) : 0;
        while (offset + LEDGER_FRAME_BYTES <= stretch) {
            struct ledger_frame frame;
            uint64_t at = location + offset;
            if (ledger_frame_is_plausible(bytes + offset, at, end - at, &frame) &&
                frame.batch >= batch_min) {
                break;
            }
            offset += LEDGER_ALIGNMENT;
        }
        location += offset;
        if (offset + LEDGER_FRAME_BYTES > stretch) {
            continue;
        }
        enum error error = read_record(cursor, location, found);
        if (error != ERROR_DAMAGED) {
            return error;
        }
        location += LEDGER_ALIGNMENT;
    }
    return ERROR_MISSING;
}
