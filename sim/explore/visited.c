/* visited.c - see visited.h. Open addressing, linear probing, at most five eighths full. */
#include "explore/visited.h"

#include <stdlib.h>

#define SLOTS_FIRST 4096u

void visited_fini(struct visited *visited)
{
    free(visited->slots);
    *visited = (struct visited){.slots = NULL};
}

/* The key's slot, or the free one where it belongs. */
static size_t probe(const uint64_t *slots, size_t slot_count, uint64_t key)
{
    size_t at = (size_t)visited_mix(key) & (slot_count - 1);
    while (slots[at] != 0 && slots[at] != key + 1) {
        at = (at + 1) & (slot_count - 1);
    }
    return at;
}

static enum error grow(struct visited *visited)
{
    size_t slot_count = visited->slot_count == 0 ? SLOTS_FIRST : visited->slot_count * 2;
    uint64_t *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) {
        return ERROR_MEMORY;
    }
    for (size_t i = 0; i < visited->slot_count; i++) {
        uint64_t kept = visited->slots[i];
        if (kept != 0) {
            slots[probe(slots, slot_count, kept - 1)] = kept;
        }
    }
    free(visited->slots);
    visited->slots = slots;
    visited->slot_count = slot_count;
    return OK;
}

enum error visited_add(struct visited *visited, uint64_t key, bool *is_new)
{
    if (visited->count >= visited->slot_count / 8 * 5) {
        TRY(grow(visited));
    }
    size_t at = probe(visited->slots, visited->slot_count, key);
    *is_new = visited->slots[at] == 0;
    if (*is_new) {
        visited->slots[at] = key + 1;
        visited->count++;
    }
    return OK;
}
