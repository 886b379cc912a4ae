/* pool.c - see pool.h.
 *
 * state[i] of the first smallest-piece of each piece says what it is: FREE|order, SPARE|order,
 * TAKEN|order, or INSIDE for all others. A free piece holds its list links in its own first bytes.
 */
#include "base/pool.h"

#include "base/assert.h"

#include <stdalign.h>
#include <string.h>

enum {
    STATE_INSIDE = 0,
    STATE_SPARE = 0x20,
    STATE_FREE = 0x40,
    STATE_TAKEN = 0x80,
    STATE_ORDER = 0x1f,
};

#define NONE UINT32_MAX

struct link {
    uint32_t next;
    uint32_t previous;
};

static struct link link_get(const struct pool *pool, uint32_t piece)
{
    struct link link;
    memcpy(&link, pool->memory + (size_t)piece * POOL_PIECE_BYTES_MIN, sizeof link);
    return link;
}

static void link_set(struct pool *pool, uint32_t piece, struct link link)
{
    memcpy(pool->memory + (size_t)piece * POOL_PIECE_BYTES_MIN, &link, sizeof link);
}

static void list_push(struct pool *pool, unsigned order, uint32_t piece)
{
    uint32_t head = pool->free_head[order];
    link_set(pool, piece, (struct link){.next = head, .previous = NONE});
    if (head != NONE) {
        struct link link = link_get(pool, head);
        link.previous = piece;
        link_set(pool, head, link);
    }
    pool->free_head[order] = piece;
    pool->state[piece] = (uint8_t)(STATE_FREE | order);
}

static void list_remove(struct pool *pool, unsigned order, uint32_t piece)
{
    struct link link = link_get(pool, piece);
    if (link.previous == NONE) {
        pool->free_head[order] = link.next;
    } else {
        struct link before = link_get(pool, link.previous);
        before.next = link.next;
        link_set(pool, link.previous, before);
    }
    if (link.next != NONE) {
        struct link after = link_get(pool, link.next);
        after.previous = link.previous;
        link_set(pool, link.next, after);
    }
    pool->state[piece] = STATE_INSIDE;
}

size_t pool_memory_size(size_t size)
{
    return size + size / POOL_PIECE_BYTES_MIN;
}

void pool_init(struct pool *pool, void *memory, size_t size)
{
    ASSERT(size >= 4096 && (size & (size - 1)) == 0);
    ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);
    *pool = (struct pool){.memory = memory, .size = size};
    pool->state = pool->memory + size;
    memset(pool->state, STATE_INSIDE, size / POOL_PIECE_BYTES_MIN);
    unsigned top = 0;
    while (((size_t)POOL_PIECE_BYTES_MIN << top) < size) {
        top++;
    }
    ASSERT(top < POOL_ORDERS_MAX);
    pool->order_count = top + 1;
    for (unsigned order = 0; order < POOL_ORDERS_MAX; order++) {
        pool->free_head[order] = NONE;
        pool->spare[order] = NONE;
    }
    list_push(pool, top, 0);
}

/* What is free merges with its other half if that is free too, and so on up. */
static void merge(struct pool *pool, unsigned order, uint32_t piece)
{
    pool->state[piece] = STATE_INSIDE;
    while (order + 1 < pool->order_count) {
        uint32_t buddy = piece ^ (UINT32_C(1) << order);
        if (pool->state[buddy] != (STATE_FREE | order)) {
            break;
        }
        list_remove(pool, order, buddy);
        piece = piece < buddy ? piece : buddy;
        order++;
    }
    list_push(pool, order, piece);
}

static void merge_spares(struct pool *pool)
{
    for (unsigned order = 0; order < pool->order_count; order++) {
        if (pool->spare[order] != NONE) {
            merge(pool, order, pool->spare[order]);
            pool->spare[order] = NONE;
        }
    }
}

/* A free piece of this order, split off a larger one if need be; NONE if there is none. */
static uint32_t split_off(struct pool *pool, unsigned wanted)
{
    unsigned order = wanted;
    while (order < pool->order_count && pool->free_head[order] == NONE) {
        order++;
    }
    if (order >= pool->order_count) {
        return NONE;
    }
    uint32_t piece = pool->free_head[order];
    list_remove(pool, order, piece);
    while (order > wanted) { /* keep the lower half, free the upper one */
        order--;
        list_push(pool, order, piece + (UINT32_C(1) << order));
    }
    return piece;
}

void *pool_take(struct pool *pool, size_t size)
{
    unsigned order = 0;
    while (order < pool->order_count && ((size_t)POOL_PIECE_BYTES_MIN << order) < size) {
        order++;
    }
    if (order == pool->order_count) {
        return NULL;
    }
    uint32_t piece = pool->spare[order];
    if (piece != NONE) {
        pool->spare[order] = NONE;
    } else {
        piece = split_off(pool, order);
    }
    if (piece == NONE) {
        merge_spares(pool);
        piece = split_off(pool, order);
    }
    if (piece == NONE) {
        return NULL;
    }
    pool->state[piece] = (uint8_t)(STATE_TAKEN | order);
    pool->used += (size_t)POOL_PIECE_BYTES_MIN << order;
    return pool->memory + (size_t)piece * POOL_PIECE_BYTES_MIN;
}

void pool_free(struct pool *pool, void *freed)
{
    if (freed == NULL) {
        return;
    }
    size_t offset = (size_t)((uint8_t *)freed - pool->memory);
    ASSERT(offset < pool->size && offset % POOL_PIECE_BYTES_MIN == 0);
    uint32_t piece = (uint32_t)(offset / POOL_PIECE_BYTES_MIN);
    ASSERT((pool->state[piece] & STATE_TAKEN) != 0);
    unsigned order = pool->state[piece] & STATE_ORDER;
    pool->used -= (size_t)POOL_PIECE_BYTES_MIN << order;
    if (pool->spare[order] == NONE) {
        pool->spare[order] = piece;
        pool->state[piece] = (uint8_t)(STATE_SPARE | order);
        return;
    }
    merge(pool, order, piece);
}

void pool_check(const struct pool *pool)
{
    size_t pieces = pool->size / POOL_PIECE_BYTES_MIN;
    size_t taken = 0;
    size_t free_seen = 0;
    size_t spares_seen = 0;
    for (size_t i = 0; i < pieces;) {
        uint8_t state = pool->state[i];
        ASSERT(state != STATE_INSIDE);
        size_t length = (size_t)1 << (state & STATE_ORDER);
        ASSERT(i % length == 0 && i + length <= pieces);
        for (size_t inside = i + 1; inside < i + length; inside++) {
            ASSERT(pool->state[inside] == STATE_INSIDE);
        }
        ASSERT((state & STATE_FREE) == 0 || length == pieces || pool->state[i ^ length] != state);
        taken += (state & STATE_TAKEN) != 0 ? length : 0;
        free_seen += (state & STATE_FREE) != 0 ? 1 : 0;
        spares_seen += (state & STATE_SPARE) != 0 ? 1 : 0;
        i += length;
    }
    ASSERT(taken * POOL_PIECE_BYTES_MIN == pool->used);
    size_t free_listed = 0;
    size_t spares_listed = 0;
    for (unsigned order = 0; order < pool->order_count; order++) {
        for (uint32_t i = pool->free_head[order]; i != NONE; i = link_get(pool, i).next) {
            ASSERT(pool->state[i] == (STATE_FREE | order));
            free_listed++;
        }
        uint32_t spare = pool->spare[order];
        ASSERT(spare == NONE || pool->state[spare] == (STATE_SPARE | order));
        spares_listed += spare != NONE ? 1 : 0;
    }
    ASSERT(free_listed == free_seen && spares_listed == spares_seen);
}
