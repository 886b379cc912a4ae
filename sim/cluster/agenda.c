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
    struct event entry = *event;
    entry.number = agenda->entered++;
    size_t place = agenda->count++;
    while (place > 0 && is_before(&entry, &agenda->heap[(place - 1) / 2])) {
        agenda->heap[place] = agenda->heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    agenda->heap[place] = entry;
}

uint64_t agenda_next_ns(const struct agenda *agenda)
{
    return agenda->count == 0 ? UINT64_MAX : agenda->heap[0].at_ns;
}

struct event agenda_take(struct agenda *agenda)
{
    ASSERT(agenda->count > 0);
    struct event first = agenda->heap[0];
    struct event last = agenda->heap[--agenda->count];
    size_t place = 0;
    for (size_t child = 1; child < agenda->count; child = 2 * place + 1) {
        if (child + 1 < agenda->count &&
            is_before(&agenda->heap[child + 1], &agenda->heap[child])) {
            child++;
        }
        if (!is_before(&agenda->heap[child], &last)) {
            break;
        }
        agenda->heap[place] = agenda->heap[child];
        place = child;
    }
    agenda->heap[place] = last;
    return first;
}
