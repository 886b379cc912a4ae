/* shelf.h - memory of the oracles: bytes that stay where they are for the whole run, arrays that
 * grow, and short marks that stand for long bytes.
 *
 * Running out of memory ends the program, as with buffer.h: a run that cannot be judged is over. */
#ifndef STRATEGOS_ORACLES_SHELF_H
#define STRATEGOS_ORACLES_SHELF_H

#include "base/bytes.h"
#include "crypto/digest.h"

/* `count` zeroed items; never NULL. The caller frees them. */
void *oracle_take(size_t count, size_t size);
/* Room for one more item than `count` in an array of `*capacity`; returns where it is now. */
void *oracle_grow(void *items, size_t count, size_t *capacity, size_t size);

struct oracle_shelf_block;

/* Empty: all zeros. Everything goes at once. */
struct oracle_shelf {
    struct oracle_shelf_block *newest;
    size_t used; /* of the newest block */
};

void oracle_shelf_fini(struct oracle_shelf *shelf);
/* A copy. */
struct slice oracle_shelf_keep(struct oracle_shelf *shelf, struct slice bytes);

/* 128 bits that two different byte strings of one run do not share, but by a chance of 2^-100.
 * Nobody who makes those bytes knows of it: it need not withstand choice. */
struct oracle_mark {
    uint64_t a;
    uint64_t b;
};
struct oracle_mark oracle_mark_of(struct slice bytes);
/* A digest's bits are as good as any; folded, since who changes some may leave a half alone. */
static inline struct oracle_mark oracle_mark_of_digest(const struct digest *digest)
{
    const uint8_t *bytes = digest->bytes;
    return (struct oracle_mark){.a = get_u64(bytes) ^ get_u64(bytes + 16),
                                .b = get_u64(bytes + 8) ^ get_u64(bytes + 24)};
}
static inline uint64_t oracle_bits_of_digest(const struct digest *digest)
{
    struct oracle_mark mark = oracle_mark_of_digest(digest);
    return mark.a ^ mark.b;
}

/* A hash of two numbers. Two rounds of multiply, rotate and fold: every bit of both reaches every
 * bit. */
static inline uint64_t oracle_mix(uint64_t a, uint64_t b)
{
    uint64_t sum = (a ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);
    sum ^= sum >> 32;
    sum = (sum + b) * UINT64_C(0xa0761d6478bd642f);
    sum ^= sum >> 29;
    sum *= UINT64_C(0xe7037ed1a0b428db);
    return sum ^ sum >> 32;
}

static inline struct oracle_mark oracle_mark_add(struct oracle_mark mark, uint64_t value)
{
    return (struct oracle_mark){.a = oracle_mix(mark.a, value), .b = oracle_mix(value, mark.b)};
}

static inline bool oracle_mark_is_equal(struct oracle_mark a, struct oracle_mark b)
{
    return a.a == b.a && a.b == b.b;
}

#endif
