/* walk.c - see walk.h. */
#include "wire/walk.h"

#define VARINT_BYTES_MAX 10u

size_t walk_read_long(struct slice bytes, uint64_t *value)
{
    const uint8_t *data = bytes.data;
    if (bytes.size >= 2 && data[0] >= 0x80 && data[1] < 0x80) { /* as most are */
        *value = (uint64_t)(data[0] & 0x7f) | (uint64_t)data[1] << 7;
        return data[1] == 0 ? 0 : 2;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes.size && i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = data[i];
        if (i == VARINT_BYTES_MAX - 1 && byte > 1) {
            return 0; /* more than 64 bits */
        }
        sum |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = sum;
            return byte == 0 && i != 0 ? 0 : i + 1; /* 0: longer than it need be */
        }
    }
    return 0;
}
