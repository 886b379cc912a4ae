/* frame.h - a frame is a protobuf message of `repeated bytes` fields, each an encoded message whose
 * kind is the field's number. For the wire layer's own files only. */
#ifndef STRATEGOS_WIRE_FRAME_H
#define STRATEGOS_WIRE_FRAME_H

#include "wire/codec.h"

#define FRAME_KINDS_MAX 15u

/* The place of each kind in the order of a frame's messages, from 1; 0: there is no such kind. */
struct frame_places {
    uint8_t of[FRAME_KINDS_MAX + 1];
};

struct frame_part {
    uint32_t kind;
    struct slice bytes;
};

/* Splits a frame into its messages, in order of their kinds' places, in sent order within a kind.
 * `*parts` is in the arena, NULL for an empty frame. */
MUST_USE enum verdict frame_split(struct slice bytes, const struct frame_places *places,
                                  struct arena *arena, struct frame_part **parts, size_t *count);

#endif
