/* reference_command.c - what the bytes of a command say: see reference.h. */
#include "oracles/reference.h"

static bool take(struct slice *from, size_t size, struct slice *taken)
{
    if (size > from->size) {
        return false;
    }
    *taken = slice_of(from->data, size);
    *from = slice_of(from->data + size, from->size - size);
    return true;
}

static bool take_u32(struct slice *from, uint32_t *number)
{
    struct slice field;
    if (!take(from, 4, &field)) {
        return false;
    }
    *number = get_u32(field.data);
    return true;
}

static bool take_sized(struct slice *from, struct slice *taken)
{
    uint32_t size;
    return take_u32(from, &size) && take(from, size, taken);
}

/* 0 or 1. */
static bool take_flag(struct slice *from, bool *flag)
{
    struct slice byte;
    if (!take(from, 1, &byte) || byte.data[0] > 1) {
        return false;
    }
    *flag = byte.data[0] == 1;
    return true;
}

static bool is_key(struct slice key)
{
    return key.size >= 1 && key.size <= STRATEGOS_KEY_BYTES_MAX;
}

static bool read_cas(struct slice rest, struct oracle_command *command)
{
    if (!take_sized(&rest, &command->key) || !take_flag(&rest, &command->has_expected) ||
        (command->has_expected && !take_sized(&rest, &command->expected))) {
        return false;
    }
    command->value = rest;
    return is_key(command->key);
}

static bool read_incr(struct slice rest, struct oracle_command *command)
{
    struct slice by;
    if (!take(&rest, 8, &by)) {
        return false;
    }
    uint64_t bits = get_u64(by.data);
    memcpy(&command->by, &bits, sizeof bits); /* two's complement */
    command->key = rest;
    return is_key(rest);
}

static bool read_scan(struct slice rest, struct oracle_command *command)
{
    if (!take_u32(&rest, &command->limit) || !take_sized(&rest, &command->key) ||
        command->key.size > STRATEGOS_KEY_BYTES_MAX || !take_flag(&rest, &command->has_after)) {
        return false;
    }
    if (command->limit == 0 || command->limit > STRATEGOS_KV_SCAN_MAX) {
        command->limit = STRATEGOS_KV_SCAN_MAX;
    }
    command->after = rest;
    return command->has_after
               ? rest.size <= STRATEGOS_KEY_BYTES_MAX && slice_starts_with(rest, command->key)
               : rest.size == 0;
}

bool oracle_command_read(struct slice bytes, struct oracle_command *command)
{
    struct slice op;
    *command = (struct oracle_command){0};
    if (!take(&bytes, 1, &op)) {
        return false;
    }
    command->op = op.data[0];
    switch (command->op) {
    case STRATEGOS_KV_GET:
    case STRATEGOS_KV_DEL:
        command->key = bytes;
        return is_key(bytes);
    case STRATEGOS_KV_PUT:
        if (!take_sized(&bytes, &command->key)) {
            return false;
        }
        command->value = bytes;
        return is_key(command->key);
    case STRATEGOS_KV_CAS:
        return read_cas(bytes, command);
    case STRATEGOS_KV_INCR:
        return read_incr(bytes, command);
    case STRATEGOS_KV_SCAN:
        return read_scan(bytes, command);
    case STRATEGOS_KV_BATCH:
        command->items = bytes;
        return true;
    default:
        return false;
    }
}

bool oracle_command_next(struct slice *items, struct oracle_command *item)
{
    struct slice op;
    *item = (struct oracle_command){0};
    if (!take(items, 1, &op)) {
        return false;
    }
    item->op = op.data[0];
    if (!take_sized(items, &item->key) || !is_key(item->key)) {
        return false;
    }
    return item->op == STRATEGOS_KV_DEL ||
           (item->op == STRATEGOS_KV_PUT && take_sized(items, &item->value));
}

bool oracle_number_read(struct slice text, int64_t *number)
{
    uint8_t canonical[ORACLE_NUMBER_BYTES];
    bool is_negative = text.size != 0 && text.data[0] == '-';
    uint64_t sum = 0;
    if (text.size > ORACLE_NUMBER_BYTES - 1) {
        return false;
    }
    for (size_t i = is_negative ? 1 : 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        sum = sum * 10 + (uint64_t)(text.data[i] - '0'); /* may wrap: then it is another text */
    }
    uint64_t bits = is_negative ? 0 - sum : sum;
    memcpy(number, &bits, sizeof bits);
    return slice_is_equal(text, oracle_number_write(*number, canonical));
}

struct slice oracle_number_write(int64_t number, uint8_t out[ORACLE_NUMBER_BYTES])
{
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    size_t at = ORACLE_NUMBER_BYTES;
    do {
        out[--at] = (uint8_t)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        out[--at] = '-';
    }
    return slice_of(out + at, ORACLE_NUMBER_BYTES - at);
}
