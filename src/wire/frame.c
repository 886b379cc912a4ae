/* frame.c - see frame.h. */
#include "wire/frame.h"

#include "wire/walk.h"

#define PART_BYTES_MIN 2u /* a tag and a length */

_Static_assert(WALK_NUMBER_MAX <= FRAME_KINDS_MAX, "each kind that walk lets through has a place");

/* Stable, and as quick for any order: `count` parts are counted by place, then each is put where it
 * belongs. */
static enum verdict sort_parts(const struct frame_places *places, struct arena *arena,
                               struct frame_part **parts, size_t count)
{
    size_t next[FRAME_KINDS_MAX + 2] = {0}; /* where the next message of a place goes */
    struct frame_part *sorted = arena_take_array(arena, count, sizeof *sorted);
    if (sorted == NULL) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < count; i++) {
        next[places->of[(*parts)[i].kind] + 1]++;
    }
    for (size_t place = 1; place <= FRAME_KINDS_MAX; place++) {
        next[place] += next[place - 1];
    }
    for (size_t i = 0; i < count; i++) {
        sorted[next[places->of[(*parts)[i].kind]]++] = (*parts)[i];
    }
    *parts = sorted;
    return VERDICT_ACCEPTED;
}

/* Fills `parts`, which has room for `room`, in sent order; false if the bytes are no frame. */
static bool read_parts(struct slice bytes, const struct frame_places *places,
                       struct frame_part *parts, size_t room, size_t *count, bool *is_sorted)
{
    struct walk walk = walk_of(bytes);
    uint8_t last = 1;
    *count = 0;
    *is_sorted = true;
    while (!walk_is_at_end(&walk)) {
        struct frame_part *part = &parts[*count];
        if (*count == room || !walk_any_bytes(&walk, &part->kind, &part->bytes)) {
            return false;
        }
        uint8_t place = places->of[part->kind];
        if (place == 0) {
            return false;
        }
        *is_sorted = *is_sorted && place >= last;
        last = place;
        (*count)++;
    }
    return true;
}

enum verdict frame_split(struct slice bytes, const struct frame_places *places, struct arena *arena,
                         struct frame_part **parts, size_t *count)
{
    *parts = NULL;
    *count = 0;
    if (bytes.size == 0) {
        return VERDICT_ACCEPTED;
    }
    size_t most = bytes.size / PART_BYTES_MIN;
    size_t room = most < FRAME_MESSAGES_MAX ? most : FRAME_MESSAGES_MAX;
    *parts = bytes.size > FRAME_BYTES_MAX ? NULL : arena_take_array(arena, room, sizeof **parts);
    bool is_sorted;
    if (*parts == NULL || !read_parts(bytes, places, *parts, room, count, &is_sorted)) {
        return VERDICT_MALFORMED;
    }
    return is_sorted ? VERDICT_ACCEPTED : sort_parts(places, arena, parts, *count);
}
