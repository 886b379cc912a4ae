/* walk.c - see walk.h. */
#include "wire/walk.h"

#include "base/assert.h"

enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

#define VARINT_BYTES_MAX 10u
#define NUMBER_MAX       15u /* of a field whose tag is one byte */

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

/* Most lengths are one byte. The long way works on copies, so that the short one can keep
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

/* Past a tag of one byte. */
static inline bool skip_tag(struct walk *walk, uint32_t number, enum wire_type type)
{
    ASSERT(number <= NUMBER_MAX);
    if (walk->left == 0 || walk->at[0] != (number << 3 | type)) {
        return false;
    }
    walk->at++;
    walk->left--;
    return true;
}

/* The length of a field and its bytes, after the tag. */
static inline bool read_bytes(struct walk *walk, struct slice *bytes)
{
    uint64_t size;
    if (!read_varint(walk, &size) || size > walk->left) {
        return false;
    }
    *bytes = slice_of(walk->at, (size_t)size);
    walk->at += size;
    walk->left -= (size_t)size;
    return true;
}

bool walk_varint(struct walk *walk, uint64_t *value)
{
    return read_varint(walk, value);
}

bool walk_u64(struct walk *walk, uint32_t number, uint64_t *value)
{
    struct walk next = *walk;
    if (!skip_tag(&next, number, WIRE_VARINT) || !read_varint(&next, value)) {
        return false;
    }
    *walk = next;
    return true;
}

bool walk_any_bytes(struct walk *walk, uint32_t *number, struct slice *bytes)
{
    struct walk next = *walk;
    if (next.left == 0 || next.at[0] >> 3 > NUMBER_MAX) {
        return false;
    }
    *number = next.at[0] >> 3;
    if (!skip_tag(&next, *number, WIRE_BYTES) || !read_bytes(&next, bytes)) {
        return false;
    }
    *walk = next;
    return true;
}

bool walk_bytes(struct walk *walk, uint32_t number, struct slice *bytes)
{
    struct walk next = *walk;
    if (!skip_tag(&next, number, WIRE_BYTES) || !read_bytes(&next, bytes)) {
        return false;
    }
    *walk = next;
    return true;
}

bool walk_sized(struct walk *walk, uint32_t number, const uint8_t **at, size_t size)
{
    struct walk next = *walk;
    struct slice bytes;
    if (!skip_tag(&next, number, WIRE_BYTES) || !read_bytes(&next, &bytes) || bytes.size != size) {
        return false;
    }
    *at = bytes.data;
    *walk = next;
    return true;
}

bool walk_fixed(struct walk *walk, uint32_t number, void *to, size_t size)
{
    const uint8_t *at;
    if (!walk_sized(walk, number, &at, size)) {
        return false;
    }
    bytes_copy(to, at, size);
    return true;
}
