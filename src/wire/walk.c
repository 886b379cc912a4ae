/* walk.c - see walk.h. */
#include "wire/walk.h"

enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

#define VARINT_BYTES_MAX 10u

/* The shortest encoding of a number, and no other: 7 bits a byte, lowest first. */
static bool read_long_varint(struct walk *walk, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < walk->left && i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = walk->at[i];
        if (i == VARINT_BYTES_MAX - 1 && byte > 1) {
            return false; /* more than 64 bits */
        }
        sum |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            if (byte == 0 && i != 0) {
                return false; /* longer than it need be */
            }
            *value = sum;
            walk->at += i + 1;
            walk->left -= i + 1;
            return true;
        }
    }
    return false;
}

/* Most tags and lengths are one byte. The long way works on copies, so that the short one can keep
 * everything in registers. */
static inline bool read_varint(struct walk *walk, uint64_t *value)
{
    if (walk->left != 0 && walk->at[0] < 0x80) {
        *value = walk->at[0];
        walk->at++;
        walk->left--;
        return true;
    }
    struct walk copy = *walk;
    uint64_t number;
    if (!read_long_varint(&copy, &number)) {
        return false;
    }
    *walk = copy;
    *value = number;
    return true;
}

static inline bool read_tag(struct walk *walk, uint32_t *number, enum wire_type *type)
{
    uint64_t tag;
    if (!read_varint(walk, &tag) || tag > UINT32_MAX) {
        return false;
    }
    uint32_t low = (uint32_t)tag & 7;
    if (low != WIRE_VARINT && low != WIRE_BYTES) {
        return false;
    }
    *type = low == WIRE_VARINT ? WIRE_VARINT : WIRE_BYTES;
    *number = (uint32_t)tag >> 3;
    return true;
}

bool walk_u64(struct walk *walk, uint32_t number, uint64_t *value)
{
    struct walk next = *walk;
    uint32_t found;
    enum wire_type type;
    if (!read_tag(&next, &found, &type) || found != number || type != WIRE_VARINT ||
        !read_varint(&next, value)) {
        return false;
    }
    *walk = next;
    return true;
}

bool walk_any_bytes(struct walk *walk, uint32_t *number, struct slice *bytes)
{
    struct walk next = *walk;
    enum wire_type type;
    uint64_t size;
    if (!read_tag(&next, number, &type) || type != WIRE_BYTES || !read_varint(&next, &size) ||
        size > next.left) {
        return false;
    }
    *bytes = slice_of(next.at, (size_t)size);
    walk->at = next.at + size;
    walk->left = next.left - (size_t)size;
    return true;
}

bool walk_bytes(struct walk *walk, uint32_t number, struct slice *bytes)
{
    struct walk next = *walk;
    uint32_t found;
    if (!walk_any_bytes(&next, &found, bytes) || found != number) {
        return false;
    }
    *walk = next;
    return true;
}

bool walk_fixed(struct walk *walk, uint32_t number, void *to, size_t size)
{
    struct walk next = *walk;
    struct slice bytes;
    if (!walk_bytes(&next, number, &bytes) || bytes.size != size) {
        return false;
    }
    memcpy(to, bytes.data, size);
    *walk = next;
    return true;
}
