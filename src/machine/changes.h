/* changes.h - changes to the store that are not in it yet: an ordered map of keys to new values or
 * tombstones, and a record of which of them the set digest does not cover yet. */
#ifndef STRATEGOS_MACHINE_CHANGES_H
#define STRATEGOS_MACHINE_CHANGES_H

#include "base/omap.h"
#include "machine/set_digest.h"

struct changes {
    struct omap map;             /* entries carry a struct change_note */
    struct omap_entry *unfolded; /* list through the notes, newest first */
    size_t unfolded_count;
};

/* Beside each change. A checkpoint's thread writes the digest's part of frozen changes while others
 * read is_tombstone: they must be distinct objects, not bits of one. */
struct change_note {
    struct omap_entry *next_unfolded;
    bool is_tombstone;
    bool is_unfolded;
    bool is_folded;       /* some value of this key has been folded in from here; if not, what the
                             sum holds for it is what lies below */
    bool folded_is_there; /* that value was not a tombstone, and is `folded` */
    struct digest folded;
};

void changes_init(struct changes *changes);
void changes_fini(struct changes *changes);
void changes_clear(struct changes *changes);

/* A NULL value: the key is deleted. Returns by how many bytes the changes grew, counted by
 * change_bytes, which depends on nothing but the changes. */
int64_t changes_put(struct changes *changes, struct slice key, const struct slice *value);

/* What a change counts for, with a fixed share for what holds it. */
#define CHANGE_OVERHEAD_BYTES 128u

static inline const struct change_note *change_note(struct omap_entry *entry)
{
    return omap_notes(entry);
}

/* Takes one change off the list of those not folded; NULL when there is none. */
struct omap_entry *changes_take_unfolded(struct changes *changes);

#endif
