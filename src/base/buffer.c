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

uint8_t *buffer_reserve(struct buffer *buffer, size_t size)
{
    ASSERT(size <= SIZE_MAX / 4 && buffer->size <= SIZE_MAX / 4);
    if (buffer->data == NULL || size > buffer->capacity - buffer->size) {
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
    return buffer->data + buffer->size;
}

void buffer_append(struct buffer *buffer, struct slice bytes)
{
    uint8_t *to = buffer_reserve(buffer, bytes.size);
    bytes_copy(to, bytes.data, bytes.size);
    buffer->size += bytes.size;
}
