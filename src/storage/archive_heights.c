/* archive_heights.c - see archive_heights.h. */
#include "storage/archive_heights.h"

#include "base/assert.h"
#include "wire/codec.h"

void archive_heights_init(struct archive_heights *heights, struct arena *arena)
{
    *heights = (struct archive_heights){.arena = arena};
}

void archive_heights_fini(struct archive_heights *heights)
{
    for (size_t i = 0; i < HEIGHT_LISTS_KEPT; i++) {
        buffer_fini(&heights->lists[i].locations);
    }
    buffer_fini(&heights->firsts);
}

bool archive_heights_add(struct archive_heights *heights, height_nr height, uint64_t location)
{
    if (heights->height == 0) {
        heights->recent_from = height;
    } else if (height != heights->height + 1) {
        return false;
    }
    heights->height = height;
    heights->recent[height % HEIGHTS_RECENT] = location;
    if (height - heights->recent_from >= HEIGHTS_RECENT) {
        heights->recent_from = height - HEIGHTS_RECENT + 1;
    }
    return true;
}

/* The next decided order from the cursor on; ERROR_MISSING: none. */
static enum error next_decided(struct archive_heights *heights, struct ledger_cursor *cursor,
                               uint64_t *location, height_nr *height)
{
    struct ledger_found found;
    for (;;) {
        TRY(ledger_cursor_next(cursor, &found));
        if (found.frame.type == LEDGER_DECIDED) {
            struct decided decided;
            arena_reset(heights->arena);
            if (wire_decode_decided(found.body, heights->arena, &decided) != VERDICT_ACCEPTED) {
                return ERROR_DAMAGED;
            }
            *location = found.location;
            *height = decided.order.height;
            return OK;
        }
    }
}

/* The first height at or after the beginning of file `number`: height + 1 if there is none. */
static enum error first_height(struct archive_heights *heights, uint64_t number, height_nr *first)
{
    size_t offset = (size_t)number * 8;
    if (offset + 8 > heights->firsts.size) {
        size_t more = offset + 8 - heights->firsts.size;
        memset(buffer_reserve(&heights->firsts, more), 0, more);
        heights->firsts.size += more;
    }
    *first = get_u64(heights->firsts.data + offset);
    if (*first != HEIGHT_FIRST_UNSET) {
        return OK;
    }
    struct ledger *ledger = heights->ledger;
    struct ledger_cursor cursor;
    uint64_t location;
    ledger_cursor_init(&cursor, &ledger->files, number * ledger->files.area);
    cursor.end = ledger->synced;
    enum error error = next_decided(heights, &cursor, &location, first);
    ledger_cursor_fini(&cursor);
    if (error == ERROR_MISSING) {
        *first = heights->height + 1; /* true for now: not kept */
        return OK;
    }
    TRY(error);
    put_u64(heights->firsts.data + offset, *first);
    return OK;
}

/* Lists the heights of file `number` anew. */
static enum error list_file(struct archive_heights *heights, uint64_t number,
                            struct height_list *list)
{
    struct ledger *ledger = heights->ledger;
    uint64_t next_file = (number + 1) * ledger->files.area;
    uint64_t end = next_file < ledger->synced ? next_file : ledger->synced;
    struct ledger_cursor cursor;
    uint64_t location;
    height_nr height;
    list->is_used = false;
    buffer_clear(&list->locations);
    ledger_cursor_init(&cursor, &ledger->files, number * ledger->files.area);
    cursor.end = end;
    enum error error;
    while ((error = next_decided(heights, &cursor, &location, &height)) == OK) {
        if (list->locations.size == 0) {
            list->first = height;
        } else if (height != list->first + list->locations.size / 8) {
            error = ERROR_DAMAGED;
            break;
        }
        put_u64(buffer_reserve(&list->locations, 8), location);
        list->locations.size += 8;
    }
    ledger_cursor_fini(&cursor);
    if (error != ERROR_MISSING) {
        return error;
    }
    list->is_used = true;
    list->number = number;
    return OK;
}

static bool list_has(const struct height_list *list, height_nr height)
{
    return list->is_used && height >= list->first &&
           height - list->first < list->locations.size / 8;
}

/* The kept list of that file, or the one to give up for it. */
static struct height_list *list_slot(struct archive_heights *heights, uint64_t number)
{
    struct height_list *slot = &heights->lists[0];
    for (size_t i = 0; i < HEIGHT_LISTS_KEPT; i++) {
        struct height_list *list = &heights->lists[i];
        if (list->is_used && list->number == number) {
            return list;
        }
        if (slot->is_used && (!list->is_used || list->used < slot->used)) {
            slot = list;
        }
    }
    return slot;
}

enum error archive_heights_find_last(struct archive_heights *heights, uint64_t scan_from)
{
    ASSERT(heights->height == 0);
    uint64_t number = ledger_files_number(&heights->ledger->files, scan_from) + 1;
    while (number-- > 0) {
        struct height_list *list = list_slot(heights, number);
        TRY(list_file(heights, number, list));
        size_t count = list->locations.size / 8;
        if (count != 0) {
            bool is_first = archive_heights_add(heights, list->first + count - 1,
                                                get_u64(list->locations.data + (count - 1) * 8));
            ASSERT(is_first);
            return OK;
        }
    }
    return OK;
}

/* The last file whose first height is not above `height`. */
static enum error find_file(struct archive_heights *heights, height_nr height, uint64_t *number)
{
    uint64_t low = 0;
    uint64_t high = heights->ledger->files.count; /* the answer is in [low, high) */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        height_nr first = 0;
        if (middle * heights->ledger->files.area >= heights->ledger->synced) {
            first = UINT64_MAX;
        } else {
            TRY(first_height(heights, middle, &first));
        }
        if (first <= height) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *number = low;
    return OK;
}

enum error archive_heights_locate(struct archive_heights *heights, height_nr height,
                                  uint64_t *location)
{
    if (height == 0 || height > heights->height) {
        return ERROR_MISSING;
    }
    if (height >= heights->recent_from) {
        *location = heights->recent[height % HEIGHTS_RECENT];
        return OK;
    }
    struct height_list *list = NULL;
    for (size_t i = 0; i < HEIGHT_LISTS_KEPT && list == NULL; i++) {
        list = list_has(&heights->lists[i], height) ? &heights->lists[i] : NULL;
    }
    if (list == NULL) {
        uint64_t number;
        TRY(find_file(heights, height, &number));
        list = list_slot(heights, number);
        TRY(list_file(heights, number, list));
        if (!list_has(list, height)) {
            return ERROR_DAMAGED;
        }
    }
    list->used = ++heights->uses;
    *location = get_u64(list->locations.data + (height - list->first) * 8);
    return OK;
}
