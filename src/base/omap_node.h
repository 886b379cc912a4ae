/* omap_node.h - inside omap.h: its entries and the nodes of its tree, one at a time.
 *
 * Invariants of a node, held by omap_node_check: keys ascend strictly, all share the first `skip`
 * bytes of the first one, and heads[i] are the (up to) eight bytes after that, big-endian,
 * zero-padded. An inner node with n separators has n + 1 children. */
#ifndef STRATEGOS_BASE_OMAP_NODE_H
#define STRATEGOS_BASE_OMAP_NODE_H

#include "base/omap.h"

#define OMAP_NODE_SLOTS 32u

struct omap_entry {
    uint8_t *block; /* the value, where it is not inline; else NULL */
    uint32_t block_capacity;
    uint32_t value_size;
    uint32_t inline_capacity;
    uint16_t key_size;
    uint16_t notes_size;
    _Alignas(8) uint8_t bytes[]; /* notes, key, inline value */
};

struct omap_node {
    struct omap_node *previous; /* siblings of the level, in order */
    struct omap_node *next;
    uint32_t count; /* slots in use */
    uint32_t skip;
    bool is_leaf;
    uint64_t heads[OMAP_NODE_SLOTS];
    struct omap_entry *slots[OMAP_NODE_SLOTS]; /* in an inner node: separators, without value */
    struct omap_node *children[];              /* OMAP_NODE_SLOTS + 1, in an inner node */
};

struct omap_entry *omap_entry_new(struct slice key, size_t notes_size, size_t inline_capacity);
void omap_entry_free(struct omap_entry *entry);
/* `value` may lie in the old one. A block is kept while the value fills at least a quarter of it.
 */
void omap_entry_set(struct omap_entry *entry, struct slice value);

struct omap_node *omap_node_new(bool is_leaf);
/* Frees the node and its entries; returns its right sibling. */
struct omap_node *omap_node_free(struct omap_node *node);
/* Takes the node out of its siblings' list. */
void omap_node_unlink(struct omap_node *node);

/* Index of the first slot whose key is >= `key`; *is_equal whether it is that key. */
size_t omap_node_search(const struct omap_node *node, struct slice key, bool *is_equal);

/* Puts `entry` at slot `at` of a node with room; `child` becomes the one after it. */
void omap_node_insert(struct omap_node *node, size_t at, struct omap_entry *entry,
                      struct omap_node *child);
/* Takes slot `at` out; frees nothing, leaves children alone. */
void omap_node_remove(struct omap_node *node, size_t at);

/* Moves the slots from `from` on into a new right sibling. Of an inner node, slot `from` itself is
 * taken out and returned in *separator; of a leaf, a separator is made. */
struct omap_node *omap_node_split(struct omap_node *node, size_t from,
                                  struct omap_entry **separator);

void omap_node_check(const struct omap_node *node);

#endif
