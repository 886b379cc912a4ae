/* frame.c - see frame.h. */
#include "wire/frame.h"

#include "wire/walk.h"

/* How many messages of each kind; false if the frame is not one. */
static bool count_kinds(struct slice bytes, const uint8_t *kinds, size_t kind_count,
                        size_t counts[FRAME_KINDS_MAX + 1], size_t *total)
{
    struct walk walk = walk_of(bytes);
    bool is_known[FRAME_KINDS_MAX + 1] = {false};
    for (size_t i = 0; i < kind_count; i++) {
        is_known[kinds[i]] = true;
    }
    *total = 0;
    while (!walk_is_at_end(&walk)) {
        uint32_t kind;
        struct slice part;
        if (!walk_any_bytes(&walk, &kind, &part) || kind > FRAME_KINDS_MAX || !is_known[kind] ||
            *total == FRAME_MESSAGES_MAX) {
            return false;
        }
        counts[kind]++;
        (*total)++;
    }
    return true;
}

enum verdict frame_split(struct slice bytes, const uint8_t *kinds, size_t kind_count,
                         struct arena *arena, struct frame_part **parts, size_t *count)
{
    size_t counts[FRAME_KINDS_MAX + 1] = {0};
    *parts = NULL;
    if (bytes.size > FRAME_BYTES_MAX || !count_kinds(bytes, kinds, kind_count, counts, count)) {
        return VERDICT_MALFORMED;
    }
    if (*count == 0) {
        return VERDICT_ACCEPTED;
    }
    *parts = arena_take_array(arena, *count, sizeof **parts);
    if (*parts == NULL) {
        return VERDICT_MALFORMED;
    }
    size_t next[FRAME_KINDS_MAX + 1] = {0}; /* where the next message of a kind goes */
    size_t start = 0;
    for (size_t i = 0; i < kind_count; i++) {
        next[kinds[i]] = start;
        start += counts[kinds[i]];
    }
    struct walk walk = walk_of(bytes);
    struct frame_part part;
    while (!walk_is_at_end(&walk)) {
        if (!walk_any_bytes(&walk, &part.kind, &part.bytes)) {
            return VERDICT_MALFORMED;
        }
        (*parts)[next[part.kind]++] = part;
    }
    return VERDICT_ACCEPTED;
}
