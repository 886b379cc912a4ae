/* omap_node.c - see omap_node.h. */
#include "base/omap_node.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD_BYTES 8u

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

struct omap_entry *omap_entry_new(struct slice key, size_t notes_size, size_t inline_capacity)
{
    struct omap_entry *entry = take(sizeof *entry + notes_size + key.size + inline_capacity);
    *entry = (struct omap_entry){.inline_capacity = (uint32_t)inline_capacity,
                                 .key_size = (uint16_t)key.size,
                                 .notes_size = (uint16_t)notes_size};
    memset(entry->bytes, 0, notes_size);
    bytes_copy(entry->bytes + notes_size, key.data, key.size);
    return entry;
}

void omap_entry_free(struct omap_entry *entry)
{
    free(entry->block);
    free(entry);
}

void omap_entry_set(struct omap_entry *entry, struct slice value)
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

struct omap_node *omap_node_new(bool is_leaf)
{
    struct omap_node *node =
        take(sizeof *node + (is_leaf ? 0 : (OMAP_NODE_SLOTS + 1) * sizeof(struct omap_node *)));
    node->previous = NULL;
    node->next = NULL;
    node->count = 0;
    node->skip = 0;
    node->is_leaf = is_leaf;
    return node;
}

void omap_node_unlink(struct omap_node *node)
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

size_t omap_node_search(const struct omap_node *node, struct slice key, bool *is_equal)
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

void omap_node_insert(struct omap_node *node, size_t at, struct omap_entry *entry,
                      struct omap_node *child)
{
    ASSERT(node->count < OMAP_NODE_SLOTS && at <= node->count);
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

void omap_node_remove(struct omap_node *node, size_t at)
{
    node->count--;
    memmove(node->slots + at, node->slots + at + 1,
            (node->count - at) * sizeof(struct omap_entry *));
    memmove(node->heads + at, node->heads + at + 1, (node->count - at) * sizeof(uint64_t));
}

struct omap_node *omap_node_free(struct omap_node *node)
{
    struct omap_node *next = node->next;
    for (uint32_t i = 0; i < node->count; i++) {
        omap_entry_free(node->slots[i]);
    }
    free(node);
    return next;
}

struct omap_node *omap_node_split(struct omap_node *node, size_t from,
                                  struct omap_entry **separator)
{
    struct omap_node *right = omap_node_new(node->is_leaf);
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
        *separator = omap_entry_new(slice_of(next.data, shared + 1), 0, 0);
    }
    node->count = (uint32_t)from;
    node_renew_skip(node);
    node_renew_skip(right);
    return right;
}

void omap_node_check(const struct omap_node *node)
{
    ASSERT(node->count <= OMAP_NODE_SLOTS);
    ASSERT(node->next == NULL || node->next->previous == node);
    for (uint32_t i = 0; i < node->count; i++) {
        struct slice key = omap_key(node->slots[i]);
        ASSERT(key.size >= node->skip);
        ASSERT(memcmp(key.data, omap_key(node->slots[0]).data, node->skip) == 0);
        ASSERT(node->heads[i] == head_of(key, node->skip));
        ASSERT(i == 0 || slice_compare(omap_key(node->slots[i - 1]), key) < 0);
    }
}
