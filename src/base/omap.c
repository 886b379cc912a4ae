/* omap.c - the tree; see omap.h. Its nodes and entries are in omap_node.h.
 *
 * Invariants, held by omap_check: separator i of an inner node is <= every key under child i + 1
 * and > every key under child i; no leaf is empty but a root; siblings of a level are linked in
 * order. */
#include "base/omap_node.h"

#include "base/assert.h"

#include <stdlib.h>

/* Two splits of a node take at least OMAP_NODE_SLOTS / 2 below it: 16 levels take 2^48 inserts. */
#define DEPTH_MAX 16u

/* The way from the root to a leaf: child index[i] of node[i] is node[i + 1]. */
struct path {
    size_t depth;
    struct omap_node *node[DEPTH_MAX];
    size_t index[DEPTH_MAX];
};

void omap_init(struct omap *map, size_t notes_size)
{
    ASSERT(notes_size <= 256);
    *map = (struct omap){.root = omap_node_new(true), .notes_size = notes_size};
}

/* Top down, a level from left to right: what is left always hangs on `root` and its siblings. */
bool omap_fini_some(struct omap *map, size_t nodes)
{
    struct omap_node *level = map->root;
    while (level != NULL && nodes > 0) {
        if (level->is_leaf) {
            level = omap_node_free(level);
            nodes--;
        } else {
            struct omap_node *below = level->children[0];
            while (level != NULL) {
                level = omap_node_free(level);
            }
            level = below;
        }
    }
    map->root = level;
    return level == NULL;
}

void omap_fini(struct omap *map)
{
    (void)omap_fini_some(map, SIZE_MAX);
    *map = (struct omap){0};
}

void omap_clear(struct omap *map)
{
    if (map->root->is_leaf) { /* small maps are cleared often: their root is kept */
        for (uint32_t i = 0; i < map->root->count; i++) {
            omap_entry_free(map->root->slots[i]);
        }
        map->root->count = 0;
        map->root->skip = 0;
        map->count = 0;
        map->bytes = 0;
        return;
    }
    size_t notes_size = map->notes_size;
    omap_fini(map);
    omap_init(map, notes_size);
}

/* The leaf where `key` is or belongs; `path` (may be NULL) gets the inner nodes above it. */
static struct omap_node *descend(const struct omap *map, struct slice key, struct path *path)
{
    struct omap_node *node = map->root;
    size_t depth = 0;
    while (!node->is_leaf && depth < DEPTH_MAX) {
        bool is_equal;
        size_t index = omap_node_search(node, key, &is_equal);
        index += is_equal ? 1 : 0;
        if (path != NULL) {
            path->node[depth] = node;
            path->index[depth] = index;
        }
        depth++;
        node = node->children[index];
    }
    ASSERT(node->is_leaf);
    if (path != NULL) {
        path->depth = depth;
    }
    return node;
}

static void grow_root(struct omap *map, struct omap_entry *separator, struct omap_node *right)
{
    struct omap_node *root = omap_node_new(false);
    root->children[0] = map->root;
    omap_node_insert(root, 0, separator, right);
    map->root = root;
}

/* Hangs `right` in after its left sibling, splitting inner nodes as needed. */
static void insert_above(struct omap *map, const struct path *path, struct omap_entry *separator,
                         struct omap_node *right)
{
    for (size_t level = path->depth; level > 0; level--) {
        struct omap_node *node = path->node[level - 1];
        size_t at = path->index[level - 1];
        if (node->count < OMAP_NODE_SLOTS) {
            omap_node_insert(node, at, separator, right);
            return;
        }
        bool ascending = at == node->count && node->next == NULL;
        size_t from = ascending ? OMAP_NODE_SLOTS - 2 : OMAP_NODE_SLOTS / 2;
        struct omap_entry *up;
        struct omap_node *sibling = omap_node_split(node, from, &up);
        if (at > from) {
            omap_node_insert(sibling, at - from - 1, separator, right);
        } else {
            omap_node_insert(node, at, separator, right);
        }
        separator = up;
        right = sibling;
    }
    grow_root(map, separator, right);
}

static void insert_into_leaf(struct omap *map, struct path *path, struct omap_node *leaf, size_t at,
                             struct omap_entry *entry)
{
    if (leaf->count < OMAP_NODE_SLOTS) {
        omap_node_insert(leaf, at, entry, NULL);
        return;
    }
    /* Ascending keys would leave every node half full: then the last slot alone moves over. */
    bool ascending = at == leaf->count && leaf->next == NULL;
    size_t from = ascending ? OMAP_NODE_SLOTS - 1 : OMAP_NODE_SLOTS / 2;
    struct omap_entry *separator;
    struct omap_node *right = omap_node_split(leaf, from, &separator);
    if (at > from) {
        omap_node_insert(right, at - from, entry, NULL);
    } else if (at < from || slice_compare(omap_key(entry), omap_key(separator)) < 0) {
        omap_node_insert(leaf, at, entry, NULL);
    } else {
        omap_node_insert(right, 0, entry, NULL);
    }
    insert_above(map, path, separator, right);
}

struct omap_entry *omap_put(struct omap *map, struct slice key, struct slice value, bool *is_new)
{
    ASSERT(key.size <= OMAP_KEY_BYTES_MAX && value.size <= OMAP_VALUE_BYTES_MAX);
    struct path path;
    struct omap_node *leaf = descend(map, key, &path);
    bool is_equal;
    size_t at = omap_node_search(leaf, key, &is_equal);
    struct omap_entry *entry;
    if (is_equal) {
        entry = leaf->slots[at];
        map->bytes -= entry->value_size;
        omap_entry_set(entry, value);
        map->bytes += value.size;
    } else {
        entry = omap_entry_new(key, map->notes_size,
                               value.size <= OMAP_INLINE_BYTES_MAX ? value.size : 0);
        omap_entry_set(entry, value);
        insert_into_leaf(map, &path, leaf, at, entry);
        map->bytes += key.size + value.size;
        map->count++;
    }
    if (is_new != NULL) {
        *is_new = !is_equal;
    }
    return entry;
}

/* Takes an empty leaf out, and what becomes empty above it. */
static void remove_empty(struct omap *map, const struct path *path, struct omap_node *empty)
{
    size_t level = path->depth;
    for (; level > 0; level--) {
        struct omap_node *parent = path->node[level - 1];
        size_t index = path->index[level - 1];
        omap_node_unlink(empty);
        free(empty);
        if (parent->count == 0) { /* that was its only child */
            empty = parent;
            continue;
        }
        memmove(parent->children + index, parent->children + index + 1,
                (parent->count - index) * sizeof(struct omap_node *));
        size_t separator = index == 0 ? 0 : index - 1;
        omap_entry_free(parent->slots[separator]);
        omap_node_remove(parent, separator);
        break;
    }
    ASSERT(level > 0); /* a root with a single child has been replaced by it */
    while (!map->root->is_leaf && map->root->count == 0) {
        struct omap_node *old = map->root;
        map->root = old->children[0];
        free(old);
    }
}

bool omap_delete(struct omap *map, struct slice key)
{
    struct path path;
    struct omap_node *leaf = descend(map, key, &path);
    bool is_equal;
    size_t at = omap_node_search(leaf, key, &is_equal);
    if (!is_equal) {
        return false;
    }
    map->count--;
    map->bytes -= key.size + leaf->slots[at]->value_size;
    omap_entry_free(leaf->slots[at]);
    omap_node_remove(leaf, at);
    if (leaf->count == 0 && path.depth > 0) {
        remove_empty(map, &path, leaf);
    }
    return true;
}

struct omap_entry *omap_find(const struct omap *map, struct slice key)
{
    const struct omap_node *leaf = descend(map, key, NULL);
    bool is_equal;
    size_t at = omap_node_search(leaf, key, &is_equal);
    return is_equal ? leaf->slots[at] : NULL;
}

struct omap_entry *omap_seek(const struct omap *map, struct slice key, bool inclusive)
{
    const struct omap_node *leaf = descend(map, key, NULL);
    bool is_equal;
    struct omap_cursor cursor = {.node = leaf, .index = omap_node_search(leaf, key, &is_equal)};
    if (is_equal && !inclusive) {
        cursor.index++;
    }
    return omap_step(&cursor);
}

struct omap_cursor omap_begin(const struct omap *map)
{
    const struct omap_node *node = map->root;
    while (!node->is_leaf) {
        node = node->children[0];
    }
    return (struct omap_cursor){.node = node};
}

struct omap_entry *omap_step(struct omap_cursor *cursor)
{
    while (cursor->node != NULL && cursor->index >= cursor->node->count) {
        cursor->node = cursor->node->next;
        cursor->index = 0;
    }
    if (cursor->node == NULL) {
        return NULL;
    }
    return cursor->node->slots[cursor->index++];
}

/* Children of `node` follow each other from *child on, each between its separators. */
static void check_children(const struct omap_node *node, const struct omap_node **child)
{
    for (uint32_t i = 0; i <= node->count; i++) {
        const struct omap_node *at = node->children[i];
        ASSERT(at == *child);
        if (at->count > 0) {
            struct slice first = omap_key(at->slots[0]);
            struct slice last = omap_key(at->slots[at->count - 1]);
            ASSERT(i == 0 || slice_compare(omap_key(node->slots[i - 1]), first) <= 0);
            ASSERT(i == node->count || slice_compare(last, omap_key(node->slots[i])) < 0);
        }
        *child = at->next;
    }
}

void omap_check(const struct omap *map)
{
    size_t count = 0;
    uint64_t bytes = 0;
    const struct omap_node *level = map->root;
    ASSERT(level->is_leaf || level->count > 0);
    while (level != NULL) {
        ASSERT(level->previous == NULL);
        const struct omap_node *below = level->is_leaf ? NULL : level->children[0];
        const struct omap_node *child = below;
        for (const struct omap_node *node = level; node != NULL; node = node->next) {
            omap_node_check(node);
            if (!node->is_leaf) {
                check_children(node, &child);
                continue;
            }
            ASSERT(node->count > 0 || node == map->root);
            for (uint32_t i = 0; i < node->count; i++) {
                count++;
                bytes += node->slots[i]->key_size + (uint64_t)node->slots[i]->value_size;
            }
        }
        ASSERT(child == NULL);
        level = below;
    }
    ASSERT(count == map->count && bytes == map->bytes);
}
