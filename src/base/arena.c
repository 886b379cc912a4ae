/* arena.c - see arena.h. */
#include "base/arena.h"

#include "base/assert.h"

#include <stdalign.h>
#include <stddef.h>

void arena_init(struct arena *arena, void *memory, size_t size)
{
    ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);
    *arena = (struct arena){.memory = memory, .size = size};
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t const align = alignof(max_align_t);
    if (size > arena->size - arena->used) {
        return NULL;
    }
    size_t rounded = (size + align - 1) / align * align;
    if (rounded > arena->size - arena->used) {
        rounded = arena->size - arena->used;
    }
    void *taken = arena->memory + arena->used;
    arena->used += rounded;
    return taken;
}

void arena_reset(struct arena *arena)
{
    arena->used = 0;
}
