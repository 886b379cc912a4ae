/* agenda.c - see agenda.h: a binary heap. */
#include "cluster/agenda.h"

#include "base/assert.h"

#include <stdlib.h>

void agenda_fini(struct agenda *agenda)
{
    free(agenda->heap);
    *agenda = (struct agenda){0};
}

static bool is_before(const struct event *a, const struct event *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

void agenda_add(struct agenda *agenda, const struct event *event)
{
    if (agenda->count == agenda->capacity) {
        size_t capacity = agenda->capacity == 0 ? 1024 : 2 * agenda->capacity;
        struct event *heap = realloc(agenda->heap, capacity * sizeof *heap);
        ASSERT(heap != NULL);
        agenda->heap = heap;
        agenda->capacity = capacity;
    }
    struct event *heap = agenda->heap;
    size_t place = agenda->count++;
    /* It has the highest number: what is due at the same time stays before it. */
    while (place > 0 && event->at_ns < heap[(place - 1) / 2].at_ns) {
        heap[place] = heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    heap[place] = *event;
    heap[place].number = agenda->entered++;
}

bool agenda_take(struct agenda *agenda, struct event *event)
{
    struct event *heap = agenda->heap;
    if (agenda->count == 0) {
        return false;
    }
    *event = heap[0];
    size_t count = --agenda->count;
    const struct event *last = &heap[count];
    size_t place = 0;
    for (size_t child = 1; child < count; child = 2 * place + 1) {
        /* There is one more beside it: at worst the last, which then stays where it is. */
        child += is_before(&heap[child + 1], &heap[child]) ? 1 : 0;
        if (!is_before(&heap[child], last)) {
            break;
        }
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = *last;
    return true;
}
