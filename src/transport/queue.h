/* queue.h - sealed frames that a peer's socket did not take: bounded in bytes and number, oldest
 * dropped first. */
#ifndef STRATEGOS_TRANSPORT_QUEUE_H
#define STRATEGOS_TRANSPORT_QUEUE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUEUE_FRAMES_MAX 4096u

struct queued_frame {
    uint8_t *chunk; /* owned */
    size_t size;
    uint32_t session_index; /* of the session that sealed it */
};

struct queue {
    struct queued_frame *frames; /* a ring; allocated with the first frame */
    uint32_t first;
    uint32_t count;
    size_t bytes;
    uint64_t dropped_count;
};

void queue_fini(struct queue *queue);

/* Takes the chunk over, making room first. */
void queue_push(struct queue *queue, struct queued_frame frame);

/* NULL if empty; borrowed until the queue changes. */
const struct queued_frame *queue_front(const struct queue *queue);

/* Removes the front; its chunk is the caller's now. */
uint8_t *queue_pop(struct queue *queue);

void queue_clear(struct queue *queue);

#endif
