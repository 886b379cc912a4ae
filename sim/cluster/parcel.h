/* parcel.h - a frame on its way, and queues of them. */
#ifndef STRATEGOS_CLUSTER_PARCEL_H
#define STRATEGOS_CLUSTER_PARCEL_H

#include "base/bytes.h"

#include <stdbool.h>

struct parcel {
    struct parcel *next;
    uint64_t number;
    uint32_t from; /* see WORLD_CUSTOMER */
    uint32_t to;
    uint64_t life; /* of the receiver for which it was sealed */
    uint64_t link; /* of a request: over which link it comes; of an answer: over which it goes */
    bool is_duplicate; /* made by the network: the link refuses it */
    uint32_t size;
    uint32_t room;
    uint8_t bytes[];
};

/* Parcels that were used before, by size. */
#define PARCEL_CLASSES 16u
struct parcel_store {
    struct parcel *free[PARCEL_CLASSES];
};

void parcel_store_fini(struct parcel_store *store);
struct parcel *parcel_new(struct parcel_store *store, struct slice bytes);
struct parcel *parcel_copy(struct parcel_store *store, const struct parcel *parcel);
void parcel_free(struct parcel_store *store, struct parcel *parcel);

static inline struct slice parcel_slice(const struct parcel *parcel)
{
    return slice_of(parcel->bytes, parcel->size);
}

/* First in, first out, of at most `bytes_max`: the oldest makes room, as in transport/queue.h. */
struct parcel_queue {
    struct parcel *first;
    struct parcel *last;
    size_t count;
    size_t bytes;
};

/* Returns how many were dropped to make room. */
size_t parcel_queue_add(struct parcel_queue *queue, struct parcel_store *store,
                        struct parcel *parcel, size_t bytes_max);
struct parcel *parcel_queue_take(struct parcel_queue *queue); /* NULL: empty */
void parcel_queue_clear(struct parcel_queue *queue, struct parcel_store *store);

#endif
