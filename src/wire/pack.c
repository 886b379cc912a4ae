/* pack.c - see pack.h. */
#include "wire/pack.h"

#define WIRE_BYTES 2u /* wire type of a length-delimited field; a varint's is 0 */

size_t pack_varint_size(uint64_t value)
{
    size_t size = 1;
    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}

static size_t write_varint(uint8_t *to, uint64_t value)
{
    size_t size = 0;
    while (value >= 0x80) {
        to[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to[size++] = (uint8_t)value;
    return size;
}

void pack_varint(struct buffer *out, uint64_t value)
{
    out->size += write_varint(buffer_reserve(out, PACK_HEAD_BYTES_MAX), value);
}

static void pack_pair(struct buffer *out, uint32_t tag, uint64_t value)
{
    uint8_t *to = buffer_reserve(out, PACK_HEAD_BYTES_MAX);
    size_t size = write_varint(to, tag);
    out->size += size + write_varint(to + size, value);
}

size_t pack_u64_size(uint32_t number, uint64_t value)
{
    return pack_varint_size((uint64_t)number << 3) + pack_varint_size(value);
}

void pack_u64(struct buffer *out, uint32_t number, uint64_t value)
{
    pack_pair(out, number << 3, value);
}

size_t pack_bytes_size(uint32_t number, size_t size)
{
    return pack_u64_size(number, size) + size;
}

void pack_head(struct buffer *out, uint32_t number, size_t size)
{
    pack_pair(out, number << 3 | WIRE_BYTES, size);
}

void pack_bytes(struct buffer *out, uint32_t number, struct slice bytes)
{
    pack_head(out, number, bytes.size);
    buffer_append(out, bytes);
}
