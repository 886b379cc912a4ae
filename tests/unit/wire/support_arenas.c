/* support_arenas.c - see support_arenas.h. */
#include "support_arenas.h"

#include "wire/limits.h"

#include <stdlib.h>

#define SAMPLE_ARENA_BYTES (16u << 20)

struct arena samples, decoded;

int arenas_set_up(void **state)
{
    (void)state;
    arena_init(&samples, malloc(SAMPLE_ARENA_BYTES), SAMPLE_ARENA_BYTES);
    arena_init(&decoded, malloc(DECODE_BYTES_MAX), DECODE_BYTES_MAX);
    return samples.memory == NULL || decoded.memory == NULL;
}

int arenas_tear_down(void **state)
{
    (void)state;
    free(samples.memory);
    free(decoded.memory);
    return 0;
}
