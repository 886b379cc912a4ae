/* parcel.c - see parcel.h. */
#include "cluster/parcel.h"

#include "base/assert.h"

#include <stdlib.h>

#define ROOM_MIN 64u /* of class 0; each class doubles it */

static uint32_t class_of(size_t size)
{
    uint32_t class = 0;
    while (((size_t)ROOM_MIN << class) < size) {
        class ++;
    }
    return class;
}

void parcel_store_fini(struct parcel_store *store)
{
    for (size_t i = 0; i < PARCEL_CLASSES; i++) {
        while (store->free[i] != NULL) {
            struct parcel *parcel = store->free[i];
            store->free[i] = parcel->next;
            free(parcel);
        }
    }
}

struct parcel *parcel_new(struct parcel_store *store, struct slice bytes)
{
    uint32_t class = class_of(bytes.size);
    ASSERT(class < PARCEL_CLASSES);
    struct parcel *parcel = store->free[class];
    if (parcel != NULL) {
        store->free[class] = parcel->next;
    } else {
        parcel = malloc(sizeof *parcel + ((size_t)ROOM_MIN << class));
        ASSERT(parcel != NULL);
    }
    *parcel = (struct parcel){.size = (uint32_t)bytes.size, .room = class};
    bytes_copy(parcel->bytes, bytes.data, bytes.size);
    return parcel;
}

struct parcel *parcel_copy(struct parcel_store *store, const struct parcel *parcel)
{
    struct parcel *copy = parcel_new(store, parcel_slice(parcel));
    copy->number = parcel->number;
    copy->from = parcel->from;
    copy->to = parcel->to;
    copy->life = parcel->life;
    copy->link = parcel->link;
    return copy;
}

void parcel_free(struct parcel_store *store, struct parcel *parcel)
{
    parcel->next = store->free[parcel->room];
    store->free[parcel->room] = parcel;
}

struct parcel *parcel_queue_take(struct parcel_queue *queue)
{
    struct parcel *parcel = queue->first;
    if (parcel != NULL) {
        queue->first = parcel->next;
        queue->last = queue->first == NULL ? NULL : queue->last;
        queue->count--;
        queue->bytes -= parcel->size;
        parcel->next = NULL;
    }
    return parcel;
}

size_t parcel_queue_add(struct parcel_queue *queue, struct parcel_store *store,
                        struct parcel *parcel, size_t bytes_max)
{
    size_t dropped = 0;
    while (queue->count > 0 && queue->bytes + parcel->size > bytes_max) {
        parcel_free(store, parcel_queue_take(queue));
        dropped++;
    }
    parcel->next = NULL;
    if (queue->last == NULL) {
        queue->first = parcel;
    } else {
        queue->last->next = parcel;
    }
    queue->last = parcel;
    queue->count++;
    queue->bytes += parcel->size;
    return dropped;
}

void parcel_queue_clear(struct parcel_queue *queue, struct parcel_store *store)
{
    while (queue->first != NULL) {
        parcel_free(store, parcel_queue_take(queue));
    }
}
