/* kv_client.c - strategos/kv.h for clients: writes commands, reads replies. */
#include "machine/kv_command.h"

#define SIZE_FIELD_BYTES 4u

/* Collects a command: counts what does not fit and writes what does. */
struct writer {
    uint8_t *out;
    size_t capacity;
    size_t size;
};

static void write_bytes(struct writer *writer, const void *data, size_t size)
{
    if (writer->size <= writer->capacity && size <= writer->capacity - writer->size) {
        bytes_copy(writer->out + writer->size, data, size);
    }
    writer->size += size;
}

static void write_slice(struct writer *writer, struct strategos_slice bytes)
{
    write_bytes(writer, bytes.data, bytes.size);
}

static void write_byte(struct writer *writer, uint8_t byte)
{
    write_bytes(writer, &byte, 1);
}

static void write_u32(struct writer *writer, size_t value)
{
    uint8_t bytes[4];
    put_u32(bytes, (uint32_t)value);
    write_bytes(writer, bytes, sizeof bytes);
}

static void write_sized(struct writer *writer, struct strategos_slice bytes)
{
    write_u32(writer, bytes.size);
    write_slice(writer, bytes);
}

static struct writer begin(void *out, size_t capacity, enum strategos_kv_op op)
{
    struct writer writer = {.out = out, .capacity = capacity};
    write_byte(&writer, (uint8_t)op);
    return writer;
}

static size_t end(const struct writer *writer)
{
    return writer->size <= STRATEGOS_KV_COMMAND_BYTES_MAX ? writer->size : 0;
}

static bool is_key(struct strategos_slice key)
{
    return key.size >= 1 && key.size <= STRATEGOS_KEY_BYTES_MAX;
}

static bool is_value(struct strategos_slice value)
{
    return value.size <= STRATEGOS_VALUE_BYTES_MAX;
}

bool strategos_kv_command_is_read(struct strategos_slice command)
{
    const uint8_t *bytes = command.data;
    return command.size >= 1 && (bytes[0] == STRATEGOS_KV_GET || bytes[0] == STRATEGOS_KV_SCAN);
}

/* ---- commands ---- */

size_t strategos_kv_get(void *out, size_t capacity, struct strategos_slice key)
{
    if (!is_key(key)) {
        return 0;
    }
    struct writer writer = begin(out, capacity, STRATEGOS_KV_GET);
    write_slice(&writer, key);
    return end(&writer);
}

size_t strategos_kv_put(void *out, size_t capacity, struct strategos_slice key,
                        struct strategos_slice value)
{
    if (!is_key(key) || !is_value(value)) {
        return 0;
    }
    struct writer writer = begin(out, capacity, STRATEGOS_KV_PUT);
    write_sized(&writer, key);
    write_slice(&writer, value);
    return end(&writer);
}

size_t strategos_kv_del(void *out, size_t capacity, struct strategos_slice key)
{
    if (!is_key(key)) {
        return 0;
    }
    struct writer writer = begin(out, capacity, STRATEGOS_KV_DEL);
    write_slice(&writer, key);
    return end(&writer);
}

size_t strategos_kv_cas(void *out, size_t capacity, struct strategos_slice key,
                        const struct strategos_slice *expected, struct strategos_slice value)
{
    if (!is_key(key) || !is_value(value) || (expected != NULL && !is_value(*expected))) {
        return 0;
    }
    struct writer writer = begin(out, capacity, STRATEGOS_KV_CAS);
    write_sized(&writer, key);
    write_byte(&writer, expected != NULL);
    if (expected != NULL) {
        write_sized(&writer, *expected);
    }
    write_slice(&writer, value);
    return end(&writer);
}

size_t strategos_kv_incr(void *out, size_t capacity, struct strategos_slice key, int64_t by)
{
    if (!is_key(key)) {
        return 0;
    }
    struct writer writer = begin(out, capacity, STRATEGOS_KV_INCR);
    uint8_t bytes[8];
    put_u64(bytes, (uint64_t)by);
    write_bytes(&writer, bytes, sizeof bytes);
    write_slice(&writer, key);
    return end(&writer);
}

size_t strategos_kv_scan(void *out, size_t capacity, struct strategos_slice prefix, uint32_t limit,
                         const struct strategos_slice *after)
{
    if (prefix.size > STRATEGOS_KEY_BYTES_MAX ||
        (after != NULL && (after->size > STRATEGOS_KEY_BYTES_MAX ||
                           !slice_starts_with(slice_of(after->data, after->size),
                                              slice_of(prefix.data, prefix.size))))) {
        return 0;
    }
    struct writer writer = begin(out, capacity, STRATEGOS_KV_SCAN);
    write_u32(&writer, limit);
    write_sized(&writer, prefix);
    write_byte(&writer, after != NULL);
    if (after != NULL) {
        write_slice(&writer, *after);
    }
    return end(&writer);
}

size_t strategos_kv_batch_begin(void *out, size_t capacity)
{
    struct writer writer = begin(out, capacity, STRATEGOS_KV_BATCH);
    return writer.size <= capacity ? writer.size : 0;
}

static size_t batch_item(void *out, size_t size, size_t capacity, struct strategos_slice key,
                         const struct strategos_slice *value)
{
    size_t limit =
        capacity < STRATEGOS_KV_COMMAND_BYTES_MAX ? capacity : STRATEGOS_KV_COMMAND_BYTES_MAX;
    size_t item = 1 + SIZE_FIELD_BYTES + key.size;
    if (!is_key(key) || size < 1 || size > limit || (value != NULL && !is_value(*value))) {
        return 0;
    }
    item += value != NULL ? SIZE_FIELD_BYTES + value->size : 0;
    if (item > limit - size) {
        return 0;
    }
    struct writer writer = {.out = out, .capacity = limit, .size = size};
    write_byte(&writer, value != NULL ? STRATEGOS_KV_PUT : STRATEGOS_KV_DEL);
    write_sized(&writer, key);
    if (value != NULL) {
        write_sized(&writer, *value);
    }
    return writer.size;
}

size_t strategos_kv_batch_put(void *out, size_t size, size_t capacity, struct strategos_slice key,
                              struct strategos_slice value)
{
    return batch_item(out, size, capacity, key, &value);
}

size_t strategos_kv_batch_del(void *out, size_t size, size_t capacity, struct strategos_slice key)
{
    return batch_item(out, size, capacity, key, NULL);
}

/* ---- replies ---- */

/* 0, or 1 and bytes to the end. */
static bool read_optional(struct strategos_slice reply, bool *has, struct strategos_slice *bytes)
{
    const uint8_t *data = reply.data;
    if (reply.size < 1 || data[0] > 1 || (data[0] == 0 && reply.size != 1)) {
        return false;
    }
    *has = data[0] == 1;
    *bytes = strategos_slice(data + 1, reply.size - 1);
    return true;
}

bool strategos_kv_get_reply(struct strategos_slice reply, bool *found,
                            struct strategos_slice *value)
{
    return read_optional(reply, found, value);
}

bool strategos_kv_del_reply(struct strategos_slice reply, bool *was_there)
{
    struct strategos_slice rest;
    return read_optional(reply, was_there, &rest) && rest.size == 0;
}

bool strategos_kv_incr_reply(struct strategos_slice reply, int64_t *value)
{
    return kv_number_parse(slice_of(reply.data, reply.size), value);
}

bool strategos_kv_scan_reply(struct strategos_slice reply, bool *more,
                             struct strategos_slice *entries)
{
    const uint8_t *data = reply.data;
    if (reply.size < 1 || data[reply.size - 1] > 1) {
        return false;
    }
    *more = data[reply.size - 1] == 1;
    *entries = strategos_slice(data, reply.size - 1);
    return true;
}

bool strategos_kv_scan_next(struct strategos_slice *entries, struct strategos_slice *key,
                            struct strategos_slice *value)
{
    const uint8_t *data = entries->data;
    size_t left = entries->size;
    if (left < SIZE_FIELD_BYTES) {
        return false;
    }
    size_t key_size = get_u32(data);
    left -= SIZE_FIELD_BYTES;
    if (key_size > left || left - key_size < SIZE_FIELD_BYTES) {
        return false;
    }
    *key = strategos_slice(data + SIZE_FIELD_BYTES, key_size);
    data += SIZE_FIELD_BYTES + key_size;
    left -= key_size + SIZE_FIELD_BYTES;
    uint32_t value_size = get_u32(data);
    data += SIZE_FIELD_BYTES;
    if (value_size == UINT32_MAX) {
        *value = strategos_slice(NULL, SIZE_MAX);
    } else if (value_size > left) {
        return false;
    } else {
        *value = strategos_slice(data, value_size);
        data += value_size;
        left -= value_size;
    }
    *entries = strategos_slice(data, left);
    return true;
}

int strategos_kv_refusal(struct strategos_slice reply, bool *found, struct strategos_slice *value)
{
    const uint8_t *data = reply.data;
    if (reply.size < 1 || data[0] < STRATEGOS_KV_OTHER_VALUE || data[0] > STRATEGOS_KV_OVERFLOW) {
        return 0;
    }
    if (data[0] != STRATEGOS_KV_OTHER_VALUE) {
        return reply.size == 1 ? data[0] : 0;
    }
    bool has;
    struct strategos_slice present;
    if (!read_optional(strategos_slice(data + 1, reply.size - 1), &has, &present)) {
        return 0;
    }
    if (found != NULL) {
        *found = has;
    }
    if (value != NULL) {
        *value = present;
    }
    return data[0];
}

const char *strategos_kv_refusal_text(int refusal)
{
    switch (refusal) {
    case STRATEGOS_KV_OTHER_VALUE:
        return "the key has another value";
    case STRATEGOS_KV_NOT_A_NUMBER:
        return "the value is not a number";
    case STRATEGOS_KV_OVERFLOW:
        return "the number would not fit 64 bits";
    default:
        return "refused for an unknown reason";
    }
}
