/* buffer.c - see buffer.h. */
#include "base/buffer.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void buffer_fini(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_grow(struct buffer *buffer, size_t size)
{
    ASSERT(size <= SIZE_MAX / 4 && buffer->size <= SIZE_MAX / 4);
    size_t capacity = buffer->capacity == 0 ? 256 : buffer->capacity;
    while (capacity < buffer->size + size) {
        capacity *= 2;
    }
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        (void)fprintf(stderr, "out of memory: a buffer of %zu bytes\n", capacity);
        abort();
    }
    buffer->data = data;
    buffer->capacity = capacity;
}
