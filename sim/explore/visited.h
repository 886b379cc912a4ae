/* visited.h - a set of 64-bit keys that only grows: which states have been seen. Keys are kept
 * whole, so that no state is ever mistaken for another. */
#ifndef STRATEGOS_EXPLORE_VISITED_H
#define STRATEGOS_EXPLORE_VISITED_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct visited {
    uint64_t *slots;   /* key + 1; 0: free */
    size_t slot_count; /* a power of two */
    size_t count;
};

/* All zeros is an empty set. */
void visited_fini(struct visited *visited);

/* `key` is not UINT64_MAX. ERROR_MEMORY. */
MUST_USE enum error visited_add(struct visited *visited, uint64_t key, bool *is_new);

/* Mixes all bits of a word into all others: Stafford's variant 13 of the MurmurHash3 finalizer. */
static inline uint64_t visited_mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

#endif
