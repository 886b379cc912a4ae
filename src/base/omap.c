/* omap.c - see omap.h.
 *
 * Invariants, held by omap_check: in a node, keys ascend strictly, all share the first `skip` bytes
 * of the first one, and heads[i] are the (up to) eight bytes after that, big-endian, zero-padded.
 * An inner node with n separators has n + 1 children; separator i is <= every key under child
 * i + 1 and > every key under child i. No leaf is empty but a root; siblings of a level are linked
 * in order. */
#include "base/omap.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define NODE_SLOTS 32u
#define HEAD_BYTES 8u
/* A node splits after at least NODE_SLOTS / 2 splits below it: 16 levels take 2^60 inserts. */
#define DEPTH_MAX  16u

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
    struct omap_node *previous;
    struct omap_node *next;
    uint32_t count; /* slots in use */
    uint32_t skip;
    bool is_leaf;
    uint64_t heads[NODE_SLOTS];
    struct omap_entry *slots[NODE_SLOTS]; /* in an inner node: separators, without value */
    struct omap_node *children[];         /* NODE_SLOTS + 1, in an inner node */
};

/* The way from the root to a leaf: child index[i] of node[i] is node[i + 1]. */
struct path {
    size_t depth;
    struct omap_node *node[DEPTH_MAX];
    size_t index[DEPTH_MAX];
};

static void *take(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        (void)fprintf(stderr, "out of memory: %zu bytes of an ordered map\n", size);
        abort();
    }
    return memory;
}

/* ---- entries ---- */

struct slice omap_key(const struct omap_entry *entry)
{
    return slice_of(entry->bytes + entry->notes_size, entry->key_size);
}

static size_t inline_offset(const struct omap_entry *entry)
{
    return (size_t)entry->notes_size + entry->key_size;
}

struct slice omap_value(const struct omap_entry *entry)
{
    const uint8_t *value = entry->block;
    if (value == NULL) {
        value = entry->bytes + inline_offset(entry);
    }
    return slice_of(value, entry->value_size);
}

void *omap_notes(struct omap_entry *entry)
{
    return entry->bytes;
}

static struct omap_entry *entry_new(struct slice key, size_t notes_size, size_t inline_capacity)
{
    struct omap_entry *entry = take(sizeof *entry + notes_size + key.size + inline_capacity);
    *entry = (struct omap_entry){.inline_capacity = (uint32_t)inline_capacity,
                                 .key_size = (uint16_t)key.size,
                                 .notes_size = (uint16_t)notes_size};
    memset(entry->bytes, 0, notes_size);
    bytes_copy(entry->bytes + notes_size, key.data, key.size);
    return entry;
}

static void entry_free(struct omap_entry *entry)
{
    free(entry->block);
    free(entry);
}

/* A block is kept while the value fills at least a quarter of it. */
static void entry_set(struct omap_entry *entry, struct slice value)
{
    uint8_t *old = entry->block;
    if (value.size <= entry->inline_capacity) {
        if (value.size != 0) {
            memmove(entry->bytes + inline_offset(entry), value.data, value.size);
        }
        entry->block = NULL;
        entry->block_capacity = 0;
    } else if (old != NULL && value.size <= entry->block_capacity &&
               value.size >= entry->block_capacity / 4) {
        memmove(old, value.data, value.size);
        old = NULL;
    } else {
        entry->block = take(value.size);
        entry->block_capacity = (uint32_t)value.size;
        memcpy(entry->block, value.data, value.size);
    }
    entry->value_size = (uint32_t)value.size;
    free(old); /* only now: `value` may lie in it */
}

/* ---- nodes ---- */

static struct omap_node *node_new(bool is_leaf)
{
    struct omap_node *node =
        take(sizeof *node + (is_leaf ? 0 : (NODE_SLOTS + 1) * sizeof(struct omap_node *)));
    node->previous = NULL;
    node->next = NULL;
    node->count = 0;
    node->skip = 0;
    node->is_leaf = is_leaf;
    return node;
}

static void node_unlink(struct omap_node *node)
{
    if (node->previous != NULL) {
        node->previous->next = node->next;
    }
    if (node->next != NULL) {
        node->next->previous = node->previous;
    }
}

static uint64_t head_of(struct slice key, size_t skip)
{
    uint64_t head = 0;
    size_t left = key.size - skip;
    if (left >= HEAD_BYTES) {
        memcpy(&head, key.data + skip, HEAD_BYTES);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        head = __builtin_bswap64(head);
#endif
        return head;
    }
    for (size_t i = 0; i < left; i++) {
        head |= (uint64_t)key.data[skip + i] << (8 * (HEAD_BYTES - 1 - i));
    }
    return head;
}

static size_t shared_prefix(struct slice a, struct slice b, size_t limit)
{
    size_t shared = a.size < b.size ? a.size : b.size;
    if (shared > limit) {
        shared = limit;
    }
    for (size_t i = 0; i < shared; i++) {
        if (a.data[i] != b.data[i]) {
            return i;
        }
    }
    return shared;
}

static void node_set_skip(struct omap_node *node, size_t skip)
{
    node->skip = (uint32_t)skip;
    for (uint32_t i = 0; i < node->count; i++) {
        node->heads[i] = head_of(omap_key(node->slots[i]), skip);
    }
}

/* The longest prefix: the first and last key share what all do. */
static void node_renew_skip(struct omap_node *node)
{
    if (node->count == 0) {
        node->skip = 0;
        return;
    }
    struct slice first = omap_key(node->slots[0]);
    node_set_skip(node, shared_prefix(first, omap_key(node->slots[node->count - 1]), first.size));
}

/* Compares what follows the node's shared prefix and head. */
static int compare_tail(struct slice a, struct slice b, size_t skip)
{
    size_t from = skip + HEAD_BYTES;
    size_t least = a.size < b.size ? a.size : b.size;
    if (from < least) {
        int order = memcmp(a.data + from, b.data + from, least - from);
        if (order != 0) {
            return order;
        }
    }
    return (a.size > b.size) - (a.size < b.size);
}

/* Index of the first slot whose key is >= `key`; *is_equal whether it is that key. */
static size_t node_search(const struct omap_node *node, struct slice key, bool *is_equal)
{
    *is_equal = false;
    if (node->count == 0) {
        return 0;
    }
    size_t skip = node->skip;
    if (skip != 0) {
        int order =
            memcmp(key.data, omap_key(node->slots[0]).data, key.size < skip ? key.size : skip);
        if (order != 0 || key.size < skip) {
            return order <= 0 ? 0 : node->count;
        }
    }
    uint64_t head = head_of(key, skip);
    size_t low = 0;
    size_t high = node->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = (node->heads[middle] > head) - (node->heads[middle] < head);
        if (order == 0) {
            order = compare_tail(omap_key(node->slots[middle]), key, skip);
            if (order == 0) {
                *is_equal = true;
                return middle;
            }
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Puts `entry` at slot `at` of a node with room; `child` becomes the one after it. */
static void node_insert(struct omap_node *node, size_t at, struct omap_entry *entry,
                        struct omap_node *child)
{
    ASSERT(node->count < NODE_SLOTS && at <= node->count);
    struct slice key = omap_key(entry);
    if (node->count == 0) {
        node->skip = (uint32_t)key.size;
    } else {
        size_t shared = shared_prefix(key, omap_key(node->slots[0]), node->skip);
        if (shared < node->skip) {
            node_set_skip(node, shared);
        }
    }
    memmove(node->slots + at + 1, node->slots + at,
            (node->count - at) * sizeof(struct omap_entry *));
    memmove(node->heads + at + 1, node->heads + at, (node->count - at) * sizeof(uint64_t));
    if (!node->is_leaf) {
        memmove(node->children + at + 2, node->children + at + 1,
                (node->count - at) * sizeof(struct omap_node *));
        node->children[at + 1] = child;
    }
    node->slots[at] = entry;
    node->heads[at] = head_of(key, node->skip);
    node->count++;
}

static void node_remove(struct omap_node *node, size_t at)
{
    node->count--;
    memmove(node->slots + at, node->slots + at + 1,
            (node->count - at) * sizeof(struct omap_entry *));
    memmove(node->heads + at, node->heads + at + 1, (node->count - at) * sizeof(uint64_t));
}

/* ---- the tree ---- */

void omap_init(struct omap *map, size_t notes_size)
{
    ASSERT(notes_size <= 256);
    *map = (struct omap){.root = node_new(true), .notes_size = notes_size};
}

static struct omap_node *free_node(struct omap_node *node)
{
    struct omap_node *next = node->next;
    for (uint32_t i = 0; i < node->count; i++) {
        entry_free(node->slots[i]);
    }
    free(node);
    return next;
}

/* Top down, a level from left to right: what is left always hangs on `root` and its siblings. */
bool omap_fini_some(struct omap *map, size_t nodes)
{
    struct omap_node *level = map->root;
    while (level != NULL && nodes > 0) {
        if (level->is_leaf) {
            level = free_node(level);
            nodes--;
        } else {
            struct omap_node *below = level->children[0];
            while (level != NULL) {
                level = free_node(level);
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
            entry_free(map->root->slots[i]);
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
        size_t index = node_search(node, key, &is_equal);
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

/* Moves the slots from `from` on into a new right sibling. Of an inner node, slot `from` itself is
 * taken out and returned in *separator; of a leaf, a separator is made. */
static struct omap_node *node_split(struct omap_node *node, size_t from,
                                    struct omap_entry **separator)
{
    struct omap_node *right = node_new(node->is_leaf);
    right->next = node->next;
    right->previous = node;
    if (right->next != NULL) {
        right->next->previous = right;
    }
    node->next = right;
    size_t first = node->is_leaf ? from : from + 1;
    right->count = (uint32_t)(node->count - first);
    memcpy(right->slots, node->slots + first, right->count * sizeof(struct omap_entry *));
    if (!node->is_leaf) {
        memcpy(right->children, node->children + first,
               (right->count + 1) * sizeof(struct omap_node *));
        *separator = node->slots[from];
    } else {
        /* As short as still tells the two apart: upper levels stay small. */
        struct slice last = omap_key(node->slots[from - 1]);
        struct slice next = omap_key(node->slots[from]);
        size_t shared = shared_prefix(last, next, last.size);
        *separator = entry_new(slice_of(next.data, shared + 1), 0, 0);
    }
    node->count = (uint32_t)from;
    node_renew_skip(node);
    node_renew_skip(right);
    return right;
}

static void grow_root(struct omap *map, struct omap_entry *separator, struct omap_node *right)
{
    struct omap_node *root = node_new(false);
    root->children[0] = map->root;
    node_insert(root, 0, separator, right);
    map->root = root;
}

/* Hangs `right` in after its left sibling, splitting inner nodes as needed. */
static void insert_above(struct omap *map, const struct path *path, struct omap_entry *separator,
                         struct omap_node *right)
{
    for (size_t level = path->depth; level > 0; level--) {
        struct omap_node *node = path->node[level - 1];
        size_t at = path->index[level - 1];
        if (node->count < NODE_SLOTS) {
            node_insert(node, at, separator, right);
            return;
        }
        bool ascending = at == node->count && node->next == NULL;
        size_t from = ascending ? NODE_SLOTS - 2 : NODE_SLOTS / 2;
        struct omap_entry *up;
        struct omap_node *sibling = node_split(node, from, &up);
        if (at > from) {
            node_insert(sibling, at - from - 1, separator, right);
        } else {
            node_insert(node, at, separator, right);
        }
        separator = up;
        right = sibling;
    }
    grow_root(map, separator, right);
}

static void insert_into_leaf(struct omap *map, struct path *path, struct omap_node *leaf, size_t at,
                             struct omap_entry *entry)
{
    if (leaf->count < NODE_SLOTS) {
        node_insert(leaf, at, entry, NULL);
        return;
    }
    /* Ascending keys would leave every node half full: then the last slot alone moves over. */
    bool ascending = at == leaf->count && leaf->next == NULL;
    size_t from = ascending ? NODE_SLOTS - 1 : NODE_SLOTS / 2;
    struct omap_entry *separator;
    struct omap_node *right = node_split(leaf, from, &separator);
    if (at > from) {
        node_insert(right, at - from, entry, NULL);
    } else if (at < from || slice_compare(omap_key(entry), omap_key(separator)) < 0) {
        node_insert(leaf, at, entry, NULL);
    } else {
        node_insert(right, 0, entry, NULL);
    }
    insert_above(map, path, separator, right);
}

struct omap_entry *omap_put(struct omap *map, struct slice key, struct slice value, bool *is_new)
{
    ASSERT(key.size <= OMAP_KEY_BYTES_MAX && value.size <= OMAP_VALUE_BYTES_MAX);
    struct path path;
    struct omap_node *leaf = descend(map, key, &path);
    bool is_equal;
    size_t at = node_search(leaf, key, &is_equal);
    struct omap_entry *entry;
    if (is_equal) {
        entry = leaf->slots[at];
        map->bytes -= entry->value_size;
        entry_set(entry, value);
        map->bytes += value.size;
    } else {
        entry =
            entry_new(key, map->notes_size, value.size <= OMAP_INLINE_BYTES_MAX ? value.size : 0);
        entry_set(entry, value);
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
        node_unlink(empty);
        free(empty);
        if (parent->count == 0) { /* that was its only child */
            empty = parent;
            continue;
        }
        memmove(parent->children + index, parent->children + index + 1,
                (parent->count - index) * sizeof(struct omap_node *));
        size_t separator = index == 0 ? 0 : index - 1;
        entry_free(parent->slots[separator]);
        node_remove(parent, separator);
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
    size_t at = node_search(leaf, key, &is_equal);
    if (!is_equal) {
        return false;
    }
    map->count--;
    map->bytes -= key.size + leaf->slots[at]->value_size;
    entry_free(leaf->slots[at]);
    node_remove(leaf, at);
    if (leaf->count == 0 && path.depth > 0) {
        remove_empty(map, &path, leaf);
    }
    return true;
}

struct omap_entry *omap_find(const struct omap *map, struct slice key)
{
    const struct omap_node *leaf = descend(map, key, NULL);
    bool is_equal;
    size_t at = node_search(leaf, key, &is_equal);
    return is_equal ? leaf->slots[at] : NULL;
}

struct omap_entry *omap_seek(const struct omap *map, struct slice key, bool inclusive)
{
    const struct omap_node *leaf = descend(map, key, NULL);
    bool is_equal;
    struct omap_cursor cursor = {.node = leaf, .index = node_search(leaf, key, &is_equal)};
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

/* ---- invariants ---- */

static void check_node(const struct omap_node *node)
{
    ASSERT(node->count <= NODE_SLOTS);
    ASSERT(node->next == NULL || node->next->previous == node);
    for (uint32_t i = 0; i < node->count; i++) {
        struct slice key = omap_key(node->slots[i]);
        ASSERT(key.size >= node->skip);
        ASSERT(memcmp(key.data, omap_key(node->slots[0]).data, node->skip) == 0);
        ASSERT(node->heads[i] == head_of(key, node->skip));
        ASSERT(i == 0 || slice_compare(omap_key(node->slots[i - 1]), key) < 0);
    }
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
            check_node(node);
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
