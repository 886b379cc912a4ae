/* queue.c - see queue.h. */
#include "transport/queue.h"

#include "base/assert.h"
#include "transport/socket.h"
#include "wire/limits.h"

#include <stdlib.h>

void queue_fini(struct queue *queue)
{
    queue_clear(queue);
    free(queue->frames);
    queue->frames = NULL;
}

static void drop_oldest(struct queue *queue)
{
    queue->dropped_count++;
    chunk_free(queue_pop(queue));
}

void queue_push(struct queue *queue, struct queued_frame frame)
{
    if (queue->frames == NULL) {
        queue->frames = calloc(QUEUE_FRAMES_MAX, sizeof *queue->frames);
        if (queue->frames == NULL) { /* as if the network had lost it */
            chunk_free(frame.chunk);
            return;
        }
    }
    while (queue->count > 0 &&
           (queue->count == QUEUE_FRAMES_MAX || queue->bytes + frame.size > PEER_QUEUE_BYTES_MAX)) {
        drop_oldest(queue);
    }
    queue->frames[(queue->first + queue->count) % QUEUE_FRAMES_MAX] = frame;
    queue->count++;
    queue->bytes += frame.size;
}

const struct queued_frame *queue_front(const struct queue *queue)
{
    return queue->count == 0 ? NULL : &queue->frames[queue->first];
}

uint8_t *queue_pop(struct queue *queue)
{
    ASSERT(queue->count > 0);
    struct queued_frame *front = &queue->frames[queue->first];
    uint8_t *chunk = front->chunk;
    queue->bytes -= front->size;
    queue->first = (queue->first + 1) % QUEUE_FRAMES_MAX;
    queue->count--;
    return chunk;
}

void queue_clear(struct queue *queue)
{
    while (queue->count > 0) {
        chunk_free(queue_pop(queue));
    }
}
