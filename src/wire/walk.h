/* walk.h - reads protobuf's wire encoding in place, for the messages that carry bulk and for those
 * that every order costs many of: frames, segments, orders, votes, certificates, heartbeats and
 * replies. What it returns points into the bytes it was given; nothing is copied. All other
 * messages are unpacked by protobuf-c (schema.h).
 *
 * A message is read field by field in order of number, as every encoder writes it; numbers go up to
 * 15, so that a tag is one byte. Getters return false, and do not move, if the next field is
 * another one, cut short, of another type, or if a varint is longer than it need be. So a message
 * has one encoding only: exactly what protobuf-c unpacks, and packs again to the same bytes. */
#ifndef STRATEGOS_WIRE_WALK_H
#define STRATEGOS_WIRE_WALK_H

#include "base/bytes.h"
#include "base/error.h"

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

/* Field `number` as a uint64. */
MUST_USE bool walk_u64(struct walk *walk, uint32_t number, uint64_t *value);

/* Field `number` as bytes of any size. */
MUST_USE bool walk_bytes(struct walk *walk, uint32_t number, struct slice *bytes);

/* Field `number` as exactly `size` bytes: in place, or copied to `to`. */
MUST_USE bool walk_sized(struct walk *walk, uint32_t number, const uint8_t **at, size_t size);
MUST_USE bool walk_fixed(struct walk *walk, uint32_t number, void *to, size_t size);

/* The next field, which must hold bytes, whatever its number: for frames. */
MUST_USE bool walk_any_bytes(struct walk *walk, uint32_t *number, struct slice *bytes);

/* A bare number, as in a packed repeated field. */
MUST_USE bool walk_varint(struct walk *walk, uint64_t *value);

#endif
