/* map.c - see map.h. Invariant: at most half of the slots are used, so every probe ends. */
#include "oracles/map.h"

#include "oracles/shelf.h"

#include <stdlib.h>

#define CAPACITY_MIN 64u

void oracle_map_fini(struct oracle_map *map)
{
    free(map->slots);
    *map = (struct oracle_map){0};
}

/* The pair's slot, or the free one where it would be. Four neighbours lie side by side: what is
 * asked together is often numbered so. */
static struct oracle_map_slot *probe(const struct oracle_map *map, uint64_t a, uint64_t b)
{
    size_t mask = map->capacity - 1;
    size_t at = (size_t)(oracle_mix(a, b >> 2) + (b & 3)) & mask;
    while (map->slots[at].is_used && (map->slots[at].a != a || map->slots[at].b != b)) {
        at = (at + 1) & mask;
    }
    return &map->slots[at];
}

static void grow(struct oracle_map *map)
{
    struct oracle_map old = *map;
    map->capacity = old.capacity == 0 ? CAPACITY_MIN : 2 * old.capacity;
    map->slots = oracle_take(map->capacity, sizeof *map->slots);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].is_used) {
            *probe(map, old.slots[i].a, old.slots[i].b) = old.slots[i];
        }
    }
    free(old.slots);
}

uint64_t *oracle_map_find(const struct oracle_map *map, uint64_t a, uint64_t b)
{
    if (map->capacity == 0) {
        return NULL;
    }
    struct oracle_map_slot *slot = probe(map, a, b);
    return slot->is_used ? &slot->value : NULL;
}

uint64_t *oracle_map_at(struct oracle_map *map, uint64_t a, uint64_t b, bool *is_new)
{
    if (2 * (map->count + 1) > map->capacity) {
        grow(map);
    }
    struct oracle_map_slot *slot = probe(map, a, b);
    *is_new = !slot->is_used;
    if (!slot->is_used) {
        *slot = (struct oracle_map_slot){.a = a, .b = b, .is_used = true};
        map->count++;
    }
    return &slot->value;
}
