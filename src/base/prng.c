/* prng.c - xoshiro256** seeded by splitmix64. */
#include "base/prng.h"

#include "base/assert.h"

static uint64_t rotate_left(uint64_t value, int by)
{
    return (value << by) | (value >> (64 - by));
}

void prng_init(struct prng *prng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
        prng->state[i] = mixed ^ (mixed >> 31);
    }
}

uint64_t prng_next(struct prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t prng_below(struct prng *prng, uint64_t bound)
{
    ASSERT(bound >= 1);
    uint64_t value;
    do { /* what is above the last multiple of `bound` would make small numbers likelier */
        value = prng_next(prng);
    } while (value > UINT64_MAX - bound && /* almost never: then nothing else is worked out */
             value > UINT64_MAX - (UINT64_MAX % bound + 1) % bound);
    return value % bound;
}
