/* walk.h - reads protobuf's wire encoding in place, for the messages that carry bulk and for those
 * that every order costs many of, marked [in place] in proto/strategos.proto. What it returns
 * points into the bytes it was given; nothing is copied. All other messages are unpacked by
 * protobuf-c (schema.h).
 *
 * A message is read field by field in order of number, as every encoder writes it; numbers go up to
 * 15, so that a tag is one byte. Getters return false, and do not move, if the next field is
 * another one, cut short, of another type, or if a varint is longer than it need be. So a message
 * has one encoding only: exactly what protobuf-c unpacks, and packs again to the same bytes. */
#ifndef STRATEGOS_WIRE_WALK_H
#define STRATEGOS_WIRE_WALK_H

#include "base/assert.h"
#include "base/bytes.h"
#include "base/error.h"

#define WALK_NUMBER_MAX 15u

struct walk {
    const uint8_t *at;
    size_t left;
};

static inline struct walk walk_of(struct slice bytes)
{
    return (struct walk){.at = bytes.data, .left = bytes.size};
}

static inline bool walk_is_at_end(const struct walk *walk)
{
    return walk->left == 0;
}

static inline void walk_move(struct walk *walk, size_t size)
{
    walk->at += size;
    walk->left -= size;
}

/* The shortest encoding of a number, and no other: how many bytes it has, or 0 if the bytes do not
 * begin with one. */
MUST_USE size_t walk_read_long(struct slice bytes, uint64_t *value);

/* A bare number, as in a packed repeated field. */
MUST_USE static inline bool walk_varint(struct walk *walk, uint64_t *value)
{
    if (walk->left != 0 && walk->at[0] < 0x80) {
        *value = walk->at[0];
        walk_move(walk, 1);
        return true;
    }
    size_t size = walk_read_long(slice_of(walk->at, walk->left), value);
    walk_move(walk, size);
    return size != 0;
}

/* `type`: protobuf's wire type. */
MUST_USE static inline bool walk_is_at(const struct walk *walk, uint32_t number, uint32_t type)
{
    ASSERT(number <= WALK_NUMBER_MAX);
    return walk->left != 0 && walk->at[0] == (number << 3 | type);
}

/* Field `number` as a uint64. */
MUST_USE static inline bool walk_u64(struct walk *walk, uint32_t number, uint64_t *value)
{
    struct walk next = *walk;
    if (!walk_is_at(walk, number, 0)) {
        return false;
    }
    walk_move(&next, 1);
    if (!walk_varint(&next, value)) {
        return false;
    }
    *walk = next;
    return true;
}

/* Field `number` as bytes of any size. */
MUST_USE static inline bool walk_bytes(struct walk *walk, uint32_t number, struct slice *bytes)
{
    struct walk next = *walk;
    uint64_t size;
    if (!walk_is_at(walk, number, 2)) {
        return false;
    }
    walk_move(&next, 1);
    if (!walk_varint(&next, &size) || size > next.left) {
        return false;
    }
    *bytes = slice_of(next.at, (size_t)size);
    walk_move(&next, (size_t)size);
    *walk = next;
    return true;
}

/* Field `number` as exactly `size` bytes: in place, or copied to `to`. */
MUST_USE static inline bool walk_sized(struct walk *walk, uint32_t number, const uint8_t **at,
                                       size_t size)
{
    struct walk next = *walk;
    struct slice bytes;
    if (!walk_bytes(&next, number, &bytes) || bytes.size != size) {
        return false;
    }
    *at = bytes.data;
    *walk = next;
    return true;
}

MUST_USE static inline bool walk_fixed(struct walk *walk, uint32_t number, void *to, size_t size)
{
    const uint8_t *at;
    if (!walk_sized(walk, number, &at, size)) {
        return false;
    }
    bytes_copy(to, at, size);
    return true;
}

/* The next field, which must hold bytes, whatever its number: for frames. */
MUST_USE static inline bool walk_any_bytes(struct walk *walk, uint32_t *number, struct slice *bytes)
{
    *number = walk->left == 0 ? 0 : walk->at[0] >> 3;
    return *number <= WALK_NUMBER_MAX && walk_bytes(walk, *number, bytes);
}

#endif
