/* pack.h - writes protobuf's wire encoding straight from our structs, for messages with repeated
 * parts, which protobuf-c could only pack from arrays of its own. Each function appends one field;
 * its _size twin says how many bytes that takes. */
#ifndef STRATEGOS_WIRE_PACK_H
#define STRATEGOS_WIRE_PACK_H

#include "base/buffer.h"

#define PACK_HEAD_BYTES_MAX 15u /* a tag and a length, or a tag and a value */

size_t pack_u64_size(uint32_t number, uint64_t value);
void pack_u64(struct buffer *out, uint32_t number, uint64_t value);

/* A bare number, as in a packed repeated field. */
size_t pack_varint_size(uint64_t value);
void pack_varint(struct buffer *out, uint64_t value);

size_t pack_bytes_size(uint32_t number, size_t size);
void pack_bytes(struct buffer *out, uint32_t number, struct slice bytes);

/* Tag and length of a field whose `size` bytes the caller appends next. */
void pack_head(struct buffer *out, uint32_t number, size_t size);

#endif
