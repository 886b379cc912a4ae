/* omap.h - an ordered map of byte keys to byte values on the heap.
 *
 * A B+ tree: every operation is O(log count) whatever the keys, so nobody can slow it by choosing
 * them. Each node knows the prefix that its keys share and keeps eight bytes that follow it beside
 * the pointers, so most comparisons touch no entry. A node is given back when it is empty and not
 * before (Johnson and Shasha, "B-trees with inserts and deletes: why free-at-empty is better than
 * merge-at-half").
 *
 * An entry stays where it is until it is deleted. Its value is replaced in place: memory is that of
 * the present entries (OMAP_INLINE_BYTES_MAX each for what was there before at most), however often
 * they are put. Running out of memory ends the program, as with buffer.h.
 *
 * Not for threads: but any number of readers at once where nobody writes. */
#ifndef STRATEGOS_BASE_OMAP_H
#define STRATEGOS_BASE_OMAP_H

#include "base/bytes.h"

#define OMAP_KEY_BYTES_MAX    4096u
#define OMAP_VALUE_BYTES_MAX  (1u << 30)
#define OMAP_INLINE_BYTES_MAX 512u /* longer values get a block of their own */

struct omap_entry;
struct omap_node;

/* May be moved by assignment; then the old one must not be used. Fields are the module's own. */
struct omap {
    struct omap_node *root;
    size_t count;
    uint64_t bytes;
    size_t notes_size;
};

/* Each entry carries `notes_size` (at most 256) bytes for its owner, zero at first, aligned for
 * pointers, kept when its value is replaced. */
void omap_init(struct omap *map, size_t notes_size);
void omap_fini(struct omap *map);
/* Part of omap_fini, for a map so large that its end would be felt: frees a few nodes of up to 32
 * entries; true when all is gone. Nothing else may be done with the map from the first call on but
 * this and omap_fini. */
bool omap_fini_some(struct omap *map, size_t nodes);
/* Deletes everything. */
void omap_clear(struct omap *map);

/* Inserts or replaces; *is_new (may be NULL) says which. `value` may point into the map. */
struct omap_entry *omap_put(struct omap *map, struct slice key, struct slice value, bool *is_new);
/* False if it was not there. */
bool omap_delete(struct omap *map, struct slice key);

/* NULL where there is none. */
struct omap_entry *omap_find(const struct omap *map, struct slice key);
/* The entry with the lowest key > `key`, or >= if `inclusive`. */
struct omap_entry *omap_seek(const struct omap *map, struct slice key, bool inclusive);

/* Live until the entry is deleted or its value replaced. */
struct slice omap_key(const struct omap_entry *entry);
struct slice omap_value(const struct omap_entry *entry);
void *omap_notes(struct omap_entry *entry);

static inline size_t omap_count(const struct omap *map)
{
    return map->count;
}

/* Bytes of all keys and values: a function of the content alone. */
static inline uint64_t omap_bytes(const struct omap *map)
{
    return map->bytes;
}

/* Iteration in ascending order. Values may be replaced meanwhile; nothing inserted or deleted. */
struct omap_cursor {
    const struct omap_node *node;
    size_t index;
};
struct omap_cursor omap_begin(const struct omap *map);
/* NULL at the end. */
struct omap_entry *omap_step(struct omap_cursor *cursor);

/* Walks everything and ASSERTs the tree's invariants. */
void omap_check(const struct omap *map);

#endif
