/* map.h - a map from pairs of numbers to numbers, for oracles that must remember much: open
 * addressing, linear probing, nothing is ever taken out.
 *
 * Never iterated, so that no hash order can get into what an oracle says. Running out of memory
 * ends the program, as with buffer.h. */
#ifndef STRATEGOS_ORACLES_MAP_H
#define STRATEGOS_ORACLES_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oracle_map_slot {
    uint64_t a;
    uint64_t b;
    uint64_t value;
    bool is_used;
};

/* Empty: all zeros. */
struct oracle_map {
    struct oracle_map_slot *slots;
    size_t count;
    size_t capacity; /* a power of two, or 0 */
};

void oracle_map_fini(struct oracle_map *map);
/* NULL: there is none. Good until the next oracle_map_at. */
uint64_t *oracle_map_find(const struct oracle_map *map, uint64_t a, uint64_t b);
/* Made with value 0 where there is none. */
uint64_t *oracle_map_at(struct oracle_map *map, uint64_t a, uint64_t b, bool *is_new);

#endif
