/* arena.h - a bump allocator over memory of a fixed size: the budget of one decode or one step.
 *
 * Not a general allocator: nothing is freed alone, and it never grows. */
#ifndef STRATEGOS_BASE_ARENA_H
#define STRATEGOS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *memory; /* borrowed */
    size_t size;
    size_t used;
};

void arena_init(struct arena *arena, void *memory, size_t size);

/* `size` bytes aligned for any type, or NULL where the budget is spent. Not cleared. */
void *arena_take(struct arena *arena, size_t size);

/* Like arena_take for `count` items of `size` each; NULL on overflow too. */
static inline void *arena_take_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) { /* `size` is known here: nothing is divided */
        return NULL;
    }
    return arena_take(arena, count * size);
}

/* Gives back all that was taken. */
void arena_reset(struct arena *arena);

#endif
