/* schema.h - protobuf-c with a budget: unpacks into an arena, packs into a buffer. For the wire
 * layer's own files only: protobuf-c's types stop here. */
#ifndef STRATEGOS_WIRE_SCHEMA_H
#define STRATEGOS_WIRE_SCHEMA_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

#include <strategos.pb-c.h>

/* The message, in the arena, or NULL if the bytes are not one: not the encoding, a required field
 * missing, a field unknown, or more than the arena holds. Messages inside are not looked at:
 * schema_is_known must be asked of each. */
MUST_USE ProtobufCMessage *schema_unpack(const ProtobufCMessageDescriptor *descriptor,
                                         struct slice bytes, struct arena *arena);

/* Whether a message inside another has no unknown fields. */
MUST_USE static inline bool schema_is_known(const ProtobufCMessage *message)
{
    return message->n_unknown_fields == 0;
}

/* Copies a field that must have exactly `size` bytes. */
MUST_USE bool schema_copy(const ProtobufCBinaryData *field, void *to, size_t size);

static inline struct slice schema_slice(const ProtobufCBinaryData *field)
{
    return slice_of(field->data, field->len);
}

/* For packing: protobuf-c has no const, but does not write to what it packs. */
ProtobufCBinaryData schema_borrow(const void *data, size_t size);

/* Appends the bare encoding; or a field that holds it. */
void schema_pack(struct buffer *out, const ProtobufCMessage *message);
void schema_pack_field(struct buffer *out, uint32_t number, const ProtobufCMessage *message);

#endif
