/* shelf.c - see shelf.h. */
#include "oracles/shelf.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES (256u << 10)
#define ITEMS_MIN   16u

struct oracle_shelf_block {
    struct oracle_shelf_block *older;
    size_t size;
    uint8_t bytes[];
};

static void *checked(void *memory)
{
    if (memory == NULL) {
        (void)fprintf(stderr, "out of memory: the oracles\n");
        abort();
    }
    return memory;
}

void *oracle_take(size_t count, size_t size)
{
    return checked(calloc(count == 0 ? 1 : count, size));
}

void *oracle_grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    *capacity = *capacity == 0 ? ITEMS_MIN : 2 * *capacity;
    ASSERT(count < *capacity && *capacity <= SIZE_MAX / size);
    return checked(realloc(items, *capacity * size));
}

void oracle_shelf_fini(struct oracle_shelf *shelf)
{
    while (shelf->newest != NULL) {
        struct oracle_shelf_block *older = shelf->newest->older;
        free(shelf->newest);
        shelf->newest = older;
    }
    shelf->used = 0;
}

struct slice oracle_shelf_keep(struct oracle_shelf *shelf, struct slice bytes)
{
    struct oracle_shelf_block *block = shelf->newest;
    if (block == NULL || bytes.size > block->size - shelf->used) {
        size_t size = bytes.size > BLOCK_BYTES ? bytes.size : BLOCK_BYTES;
        block = checked(malloc(sizeof *block + size));
        block->older = shelf->newest;
        block->size = size;
        shelf->newest = block;
        shelf->used = 0;
    }
    uint8_t *to = block->bytes + shelf->used;
    bytes_copy(to, bytes.data, bytes.size);
    shelf->used += bytes.size;
    return slice_of(to, bytes.size);
}

struct oracle_mark oracle_mark_of(struct slice bytes)
{
    struct oracle_mark mark = {.a = 1, .b = 2};
    size_t at = 0;
    for (; bytes.size - at >= 8; at += 8) {
        mark = oracle_mark_add(mark, get_u64(bytes.data + at));
    }
    uint8_t last[8] = {0};
    bytes_copy(last, bytes.size == at ? NULL : bytes.data + at, bytes.size - at);
    return oracle_mark_add(oracle_mark_add(mark, get_u64(last)), bytes.size);
}
