/* prng.h - a seeded generator (xoshiro256**, Blackman and Vigna 2018) whose state is in the struct:
 * for back-off jitter and tests. Never for keys or nonces. */
#ifndef STRATEGOS_BASE_PRNG_H
#define STRATEGOS_BASE_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state[4];
};

void prng_init(struct prng *prng, uint64_t seed);
/* Each draw is a statement of its own wherever C leaves the order open (arguments, initializers,
 * both sides of an assignment): compilers differ there, and so would what a seed means. */
uint64_t prng_next(struct prng *prng);

/* Uniform in 0 .. bound - 1; bound >= 1. */
uint64_t prng_below(struct prng *prng, uint64_t bound);

#endif
