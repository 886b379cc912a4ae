/* memory.h - what a traitor saw, to say it again in other places: the last few proposals, votes,
 * certificates, segments and frames. Bounded, and deaf to repetition. */
#ifndef STRATEGOS_TRAITORS_MEMORY_H
#define STRATEGOS_TRAITORS_MEMORY_H

#include "base/buffer.h"
#include "transport/events.h"
#include "wire/message.h"

#define MEMORY_ORDERS       32u
#define MEMORY_VOTES        256u
#define MEMORY_CERTIFICATES 32u
#define MEMORY_SEGMENTS     32u
#define MEMORY_FRAMES       16u
#define MEMORY_SEGMENT_MAX  (16u << 10) /* bytes; longer ones are not worth keeping */
#define MEMORY_FRAME_MAX    (32u << 10)

struct seen_order {
    struct proposal proposal; /* its tips point into `tips` */
    struct digest digest;
    struct buffer tips;
};

struct seen_segment {
    struct segment segment; /* points into `bytes` */
    struct buffer bytes;
};

struct seen_frame {
    replica_id to;
    struct buffer bytes;
};

/* Rings: the newest is at (count - 1) modulo the size. */
struct memory {
    size_t order_count;
    size_t vote_count;
    size_t certificate_count;
    size_t segment_count;
    size_t frame_count;
    struct seen_order orders[MEMORY_ORDERS];
    struct vote votes[MEMORY_VOTES];
    struct certificate certificates[MEMORY_CERTIFICATES];
    struct seen_segment segments[MEMORY_SEGMENTS];
    struct seen_frame frames[MEMORY_FRAMES];
};

/* All zeros is an empty memory. */
void memory_fini(struct memory *memory);

/* Keeps a copy, unless it is kept already. True if it was new. */
bool memory_keep(struct memory *memory, const struct peer_message *message);
void memory_keep_frame(struct memory *memory, replica_id to, struct slice frame);

/* The index-th newest; NULL: there are not so many. */
const struct seen_order *memory_order(const struct memory *memory, size_t index);
const struct vote *memory_vote(const struct memory *memory, size_t index);
const struct certificate *memory_certificate(const struct memory *memory, size_t index);
const struct seen_segment *memory_segment(const struct memory *memory, size_t index);
const struct seen_frame *memory_frame(const struct memory *memory, size_t index);

/* The newest kept order of that view; of that digest. NULL: none. */
const struct seen_order *memory_find_view(const struct memory *memory, view_nr view);
const struct seen_order *memory_find_order(const struct memory *memory,
                                           const struct digest *digest);
/* The newest kept order of a view below; NULL: none. */
const struct seen_order *memory_find_below(const struct memory *memory, view_nr view);

#endif
