/* frame.c - see frame.h. */
#include "wire/frame.h"

#include "wire/walk.h"

/* How many messages of each kind, and in all; false if the frame is not one. */
static bool count_kinds(struct slice bytes, uint16_t counts[FRAME_KINDS_MAX + 1], size_t *total)
{
    struct walk walk = walk_of(bytes);
    uint32_t kind;
    struct slice part;
    *total = 0;
    while (!walk_is_at_end(&walk)) {
        if (!walk_any_bytes(&walk, &kind, &part) || *total == FRAME_MESSAGES_MAX) {
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
    uint16_t counts[FRAME_KINDS_MAX + 1] = {0};
    uint16_t next[FRAME_KINDS_MAX + 1]; /* where the next message of a kind goes */
    uint16_t known = 0;
    *parts = NULL;
    if (bytes.size > FRAME_BYTES_MAX || !count_kinds(bytes, counts, count)) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < kind_count; i++) {
        next[kinds[i]] = known;
        known = (uint16_t)(known + counts[kinds[i]]);
    }
    if (known != *count) {
        return VERDICT_MALFORMED; /* the others are of unknown kinds */
    }
    if (*count == 0) {
        return VERDICT_ACCEPTED;
    }
    *parts = arena_take_array(arena, *count, sizeof **parts);
    if (*parts == NULL) {
        return VERDICT_MALFORMED;
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
