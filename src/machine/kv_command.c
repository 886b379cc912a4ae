/* kv_command.c - see kv_command.h. */
#include "machine/kv_command.h"

#include <inttypes.h>
#include <stdio.h>

#define SIZE_FIELD_BYTES 4u

/* Readers take from the front of `bytes`; on false nothing has moved. */
static bool take_byte(struct slice *bytes, uint8_t *byte)
{
    if (bytes->size < 1) {
        return false;
    }
    *byte = bytes->data[0];
    *bytes = slice_of(bytes->data + 1, bytes->size - 1);
    return true;
}

static bool take_sized(struct slice *bytes, struct slice *taken)
{
    if (bytes->size < SIZE_FIELD_BYTES) {
        return false;
    }
    size_t size = get_u32(bytes->data);
    if (size > bytes->size - SIZE_FIELD_BYTES) {
        return false;
    }
    *taken = slice_of(bytes->data + SIZE_FIELD_BYTES, size);
    *bytes = slice_of(bytes->data + SIZE_FIELD_BYTES + size, bytes->size - SIZE_FIELD_BYTES - size);
    return true;
}

static bool is_key(struct slice key)
{
    return key.size >= 1 && key.size <= STRATEGOS_KEY_BYTES_MAX;
}

static bool decode_cas(struct slice bytes, struct kv_command *command)
{
    uint8_t has;
    if (!take_sized(&bytes, &command->key) || !take_byte(&bytes, &has) || has > 1) {
        return false;
    }
    command->has_expected = has == 1;
    if (command->has_expected && !take_sized(&bytes, &command->expected)) {
        return false;
    }
    command->value = bytes;
    return is_key(command->key);
}

static bool decode_incr(struct slice bytes, struct kv_command *command)
{
    if (bytes.size < 8) {
        return false;
    }
    uint64_t by = get_u64(bytes.data);
    memcpy(&command->by, &by, sizeof by); /* two's complement */
    command->key = slice_of(bytes.data + 8, bytes.size - 8);
    return is_key(command->key);
}

static bool decode_scan(struct slice bytes, struct kv_command *command)
{
    if (bytes.size < 4) {
        return false;
    }
    command->limit = get_u32(bytes.data);
    if (command->limit == 0 || command->limit > STRATEGOS_KV_SCAN_MAX) {
        command->limit = STRATEGOS_KV_SCAN_MAX;
    }
    bytes = slice_of(bytes.data + 4, bytes.size - 4);
    uint8_t has;
    if (!take_sized(&bytes, &command->key) || command->key.size > STRATEGOS_KEY_BYTES_MAX ||
        !take_byte(&bytes, &has) || has > 1) {
        return false;
    }
    command->has_after = has == 1;
    command->after = bytes;
    if (!command->has_after) {
        return bytes.size == 0;
    }
    return bytes.size <= STRATEGOS_KEY_BYTES_MAX && slice_starts_with(bytes, command->key);
}

bool kv_command_decode(struct slice bytes, struct kv_command *command)
{
    *command = (struct kv_command){0};
    uint8_t op;
    if (!take_byte(&bytes, &op)) {
        return false;
    }
    command->op = (enum strategos_kv_op)op;
    switch (op) {
    case STRATEGOS_KV_GET:
    case STRATEGOS_KV_DEL:
        command->key = bytes;
        return is_key(command->key);
    case STRATEGOS_KV_PUT:
        if (!take_sized(&bytes, &command->key)) {
            return false;
        }
        command->value = bytes;
        return is_key(command->key);
    case STRATEGOS_KV_CAS:
        return decode_cas(bytes, command);
    case STRATEGOS_KV_INCR:
        return decode_incr(bytes, command);
    case STRATEGOS_KV_SCAN:
        return decode_scan(bytes, command);
    case STRATEGOS_KV_BATCH:
        command->rest = bytes;
        return true;
    default:
        return false;
    }
}

bool kv_batch_next(struct slice *rest, struct kv_command *item)
{
    *item = (struct kv_command){0};
    struct slice bytes = *rest;
    uint8_t op;
    if (!take_byte(&bytes, &op) || (op != STRATEGOS_KV_PUT && op != STRATEGOS_KV_DEL) ||
        !take_sized(&bytes, &item->key) || !is_key(item->key) ||
        (op == STRATEGOS_KV_PUT && !take_sized(&bytes, &item->value))) {
        return false;
    }
    item->op = (enum strategos_kv_op)op;
    *rest = bytes;
    return true;
}

bool kv_number_parse(struct slice text, int64_t *value)
{
    bool is_negative = text.size > 0 && text.data[0] == '-';
    size_t first = is_negative ? 1 : 0;
    if (text.size == first || text.size > KV_NUMBER_BYTES_MAX ||
        (text.data[first] == '0' && text.size > 1)) { /* "-0" and "01" are not canonical */
        return false;
    }
    int64_t sum = 0; /* negative all along: INT64_MIN has no positive */
    for (size_t i = first; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, text.data[i] - '0', &sum)) {
            return false;
        }
    }
    if (!is_negative && __builtin_sub_overflow(0, sum, &sum)) {
        return false;
    }
    *value = sum;
    return true;
}

size_t kv_number_format(int64_t value, char text[KV_NUMBER_BYTES_MAX + 1])
{
    return (size_t)snprintf(text, KV_NUMBER_BYTES_MAX + 1, "%" PRId64, value);
}
