/* changes.c - see changes.h. */
#include "machine/changes.h"

void changes_init(struct changes *changes)
{
    *changes = (struct changes){0};
    omap_init(&changes->map, sizeof(struct change_note));
}

void changes_fini(struct changes *changes)
{
    omap_fini(&changes->map);
}

void changes_clear(struct changes *changes)
{
    omap_clear(&changes->map);
    changes->unfolded = NULL;
    changes->unfolded_count = 0;
}

int64_t changes_put(struct changes *changes, struct slice key, const struct slice *value)
{
    uint64_t before = omap_bytes(&changes->map);
    bool is_new;
    struct omap_entry *entry =
        omap_put(&changes->map, key, value != NULL ? *value : slice_of(NULL, 0), &is_new);
    struct change_note *note = omap_notes(entry);
    note->is_tombstone = value == NULL;
    if (!note->is_unfolded) {
        note->is_unfolded = true;
        note->next_unfolded = changes->unfolded;
        changes->unfolded = entry;
        changes->unfolded_count++;
    }
    int64_t grown = (int64_t)(omap_bytes(&changes->map) - before);
    return is_new ? grown + (int64_t)CHANGE_OVERHEAD_BYTES : grown;
}

struct omap_entry *changes_take_unfolded(struct changes *changes)
{
    struct omap_entry *entry = changes->unfolded;
    if (entry != NULL) {
        struct change_note *note = omap_notes(entry);
        changes->unfolded = note->next_unfolded;
        changes->unfolded_count--;
        note->next_unfolded = NULL;
        note->is_unfolded = false;
    }
    return entry;
}
