/* buffer.h - a growing byte buffer on the heap, for frames and records on their way out. Used by
 * shells only: pure code never allocates. */
#ifndef STRATEGOS_BASE_BUFFER_H
#define STRATEGOS_BASE_BUFFER_H

#include "base/bytes.h"

struct buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

/* An empty buffer is all zeros; it holds no memory. */
void buffer_fini(struct buffer *buffer);

/* What buffer_reserve does where there is not room enough. */
void buffer_grow(struct buffer *buffer, size_t size);

/* Room for `size` more bytes at the end, not yet counted in buffer->size; never NULL. Running
 * out of memory ends the program: a replica that cannot hold a frame cannot go on, and stopping is
 * safe. */
static inline uint8_t *buffer_reserve(struct buffer *buffer, size_t size)
{
    if (buffer->data == NULL || size > buffer->capacity - buffer->size) {
        buffer_grow(buffer, size);
    }
    return buffer->data + buffer->size;
}

static inline void buffer_append(struct buffer *buffer, struct slice bytes)
{
    bytes_copy(buffer_reserve(buffer, bytes.size), bytes.data, bytes.size);
    buffer->size += bytes.size;
}

static inline void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
}

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return slice_of(buffer->data, buffer->size);
}

#endif
