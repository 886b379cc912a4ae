/* pack.h - writes protobuf's wire encoding straight from our structs, for messages that are read in
 * place (walk.h). Each function appends one field, whose number is at most 15, so that its tag is
 * one byte; its _size twin says how many bytes that takes, whichever number it has. */
#ifndef STRATEGOS_WIRE_PACK_H
#define STRATEGOS_WIRE_PACK_H

#include "base/assert.h"
#include "base/buffer.h"

#define PACK_NUMBER_MAX     15u
#define PACK_HEAD_BYTES_MAX 11u /* a tag and a length, or a tag and a value */

/* A bare number, as in a packed repeated field: 7 bits a byte, lowest first. */
static inline size_t pack_varint_size(uint64_t value)
{
    size_t size = 1;
    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}

/* Writes it where there is room for PACK_HEAD_BYTES_MAX - 1; returns what is behind it. */
static inline uint8_t *pack_put_varint(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static inline void pack_varint(struct buffer *out, uint64_t value)
{
    uint8_t *to = buffer_reserve(out, PACK_HEAD_BYTES_MAX);
    out->size += (size_t)(pack_put_varint(to, value) - to);
}

/* A tag, and the value or length that follows it. `type`: protobuf's wire type. */
static inline void pack_pair(struct buffer *out, uint32_t number, uint32_t type, uint64_t value)
{
    ASSERT(number <= PACK_NUMBER_MAX);
    uint8_t *to = buffer_reserve(out, PACK_HEAD_BYTES_MAX);
    to[0] = (uint8_t)(number << 3 | type);
    out->size += (size_t)(pack_put_varint(to + 1, value) - to);
}

static inline size_t pack_u64_size(uint64_t value)
{
    return 1 + pack_varint_size(value);
}

static inline void pack_u64(struct buffer *out, uint32_t number, uint64_t value)
{
    pack_pair(out, number, 0, value);
}

/* Tag and length of a field whose `size` bytes the caller appends next. */
static inline void pack_head(struct buffer *out, uint32_t number, size_t size)
{
    pack_pair(out, number, 2, size);
}

static inline size_t pack_bytes_size(size_t size)
{
    return pack_u64_size(size) + size;
}

static inline void pack_bytes(struct buffer *out, uint32_t number, struct slice bytes)
{
    pack_head(out, number, bytes.size);
    buffer_append(out, bytes);
}

#endif
