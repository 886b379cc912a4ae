/* pool.h - a buddy allocator over one block of memory given at the start: variable-sized pieces for
 * pure code, which allocates nothing after init. Pieces are powers of two, so at most half of a
 * piece is wasted, and what is free merges back. Takes and frees are O(log size).
 *
 * Of each size one freed piece is kept as it is, for the next take of that size: else each of the
 * many that come and go one by one would be split off the whole memory and merged with it again.
 * Where memory is short these merge too; until then a small piece may split a larger one than it
 * need. In any case there is room for as many pieces as the largest of them goes into the pool. */
#ifndef STRATEGOS_BASE_POOL_H
#define STRATEGOS_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

#define POOL_PIECE_BYTES_MIN 256u
#define POOL_ORDERS_MAX      24u

struct pool {
    uint8_t *memory; /* size bytes, borrowed */
    uint8_t *state;  /* one byte per smallest piece, borrowed */
    size_t size;     /* a power of two, in bytes */
    size_t used;     /* bytes in taken pieces, rounding included */
    unsigned order_count;
    uint32_t free_head[POOL_ORDERS_MAX]; /* piece number, or UINT32_MAX */
    uint32_t spare[POOL_ORDERS_MAX];     /* likewise: freed last of its size, and not merged */
};

/* Bytes that pool_init needs for a pool of `size` (a power of two, at least 4096). */
size_t pool_memory_size(size_t size);

/* `memory` has pool_memory_size(size) bytes, aligned for any type, and outlives the pool. */
void pool_init(struct pool *pool, void *memory, size_t size);

/* A piece of at least `size` bytes, or NULL where there is none. */
void *pool_take(struct pool *pool, size_t size);

/* Gives back what pool_take returned; NULL is allowed. */
void pool_free(struct pool *pool, void *piece);

/* Walks everything and checks that free lists and states agree. For tests and simulation. */
void pool_check(const struct pool *pool);

#endif
