/* schema.c - see schema.h. */
#include "wire/schema.h"

#include "wire/pack.h"

static void *take(void *arena, size_t size)
{
    return arena_take(arena, size);
}

/* The arena is given back as a whole. */
static void keep(void *arena, void *piece)
{
    (void)arena;
    (void)piece;
}

ProtobufCMessage *schema_unpack(const ProtobufCMessageDescriptor *descriptor, struct slice bytes,
                                struct arena *arena)
{
    ProtobufCAllocator allocator = {.alloc = take, .free = keep, .allocator_data = arena};
    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, &allocator, bytes.size, bytes.data);
    return message != NULL && schema_is_known(message) ? message : NULL;
}

bool schema_copy(const ProtobufCBinaryData *field, void *to, size_t size)
{
    if (field->len != size) {
        return false;
    }
    bytes_copy(to, field->data, size);
    return true;
}

ProtobufCBinaryData schema_borrow(const void *data, size_t size)
{
    ProtobufCBinaryData field = {.len = size};
    memcpy(&field.data, &data, sizeof data);
    return field;
}

void schema_pack(struct buffer *out, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    (void)protobuf_c_message_pack(message, buffer_reserve(out, size));
    out->size += size;
}

void schema_pack_field(struct buffer *out, uint32_t number, const ProtobufCMessage *message)
{
    pack_head(out, number, protobuf_c_message_get_packed_size(message));
    schema_pack(out, message);
}
