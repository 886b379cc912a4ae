/* eig.c - ranks by counting who is left, and majorities eight orders at a time. */
#include "agreement/eig.h"

#include "base/assert.h"

#include <string.h>

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define LOW_BITS  UINT64_C(0x7f7f7f7f7f7f7f7f)

uint64_t eig_path_count(unsigned among, unsigned count)
{
    uint64_t paths = 1;
    for (unsigned taken = 0; taken < count; taken++) {
        if (taken >= among) {
            return 0;
        }
        unsigned left = among - taken;
        paths = paths > UINT64_MAX / left ? UINT64_MAX : paths * left;
    }
    return paths;
}

unsigned eig_place(general_set set, general_id general)
{
    return (unsigned)__builtin_popcountll(set & (general_bit(general) - 1));
}

uint64_t eig_rank(general_set among, const general_id *path, unsigned count)
{
    uint64_t rank = 0;
    unsigned left = (unsigned)__builtin_popcountll(among);
    for (unsigned i = 0; i < count; i++) {
        ASSERT(general_is_in(among, path[i]));
        rank = rank * left + eig_place(among, path[i]);
        among &= ~general_bit(path[i]);
        left--;
    }
    return rank;
}

/* The member of a set at a place; there are more than `place`. */
static general_id member_at(general_set set, unsigned place)
{
    for (; place != 0; place--) {
        set &= set - 1;
    }
    ASSERT(set != 0);
    return (general_id)__builtin_ctzll(set);
}

void eig_unrank(general_set among, unsigned count, uint64_t rank, general_id *path)
{
    unsigned digits[GENERALS_MAX];
    unsigned all = (unsigned)__builtin_popcountll(among);
    ASSERT(count <= all);
    for (unsigned i = count; i-- > 0;) {
        digits[i] = (unsigned)(rank % (all - i));
        rank /= all - i;
    }
    ASSERT(rank == 0);
    for (unsigned i = 0; i < count; i++) {
        path[i] = member_at(among, digits[i]);
        among &= ~general_bit(path[i]);
    }
}

/* From `depth` on, takes the first general of those who are left that is not the one avoided. */
static void walk_down(struct eig_walk *walk, unsigned depth, size_t rank, unsigned place)
{
    for (; depth < walk->count; depth++) {
        unsigned digit = place == 0 ? 1 : 0;
        walk->at[depth].digit = digit;
        walk->at[depth].place = place;
        walk->at[depth].rank = rank;
        rank = rank * (walk->among - depth) + digit;
        place -= digit < place ? 1 : 0;
    }
    walk->rank = rank;
    walk->place = place;
}

void eig_walk_init(struct eig_walk *walk, unsigned among, unsigned count, unsigned place)
{
    ASSERT(count < among && count <= ROUNDS_MAX && place < among);
    walk->among = among;
    walk->count = count;
    walk_down(walk, 0, 0, place);
}

bool eig_walk_next(struct eig_walk *walk)
{
    for (unsigned depth = walk->count; depth-- > 0;) {
        unsigned left = walk->among - depth;
        unsigned place = walk->at[depth].place;
        unsigned digit = walk->at[depth].digit + 1;
        digit += digit == place ? 1 : 0;
        if (digit < left) {
            walk->at[depth].digit = digit;
            walk_down(walk, depth + 1, walk->at[depth].rank * left + digit,
                      place - (digit < place ? 1 : 0));
            return true;
        }
    }
    return false;
}

static uint64_t load_eight(const uint8_t *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    return eight;
}

/* How many of the orders told are this one: in words of eight, the last one under a mask. Sums of
 * up to eight words do not overflow a byte, whatever order the machine keeps its bytes in.
 * `*differences` gets the bits in which any of the orders differs from this one. */
static inline unsigned count_equal(order_nr order, const order_nr *told, unsigned count,
                                   order_nr *differences)
{
    static const uint8_t masks[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint64_t wanted = order * EACH_BYTE;
    uint64_t sums = 0;
    uint64_t differing = 0;
    for (unsigned at = 0; at < count; at += 8) {
        const unsigned rest = count - at;
        const uint64_t mask = load_eight(masks + 8 - (rest < 8 ? rest : 8));
        const uint64_t difference = load_eight(told + at) ^ wanted;
        /* The top bit of each byte that is zero, and no other bit. */
        const uint64_t equal = ~(((difference & LOW_BITS) + LOW_BITS) | difference | LOW_BITS);
        sums += (equal & mask) >> 7;
        differing |= difference & mask;
    }
    differing |= differing >> 32;
    differing |= differing >> 16;
    differing |= differing >> 8;
    *differences = (order_nr)differing;
    return (unsigned)((sums * EACH_BYTE) >> 56);
}

/* Of the orders told, no other one can have a majority: pairs of unequal orders cancel (Boyer and
 * Moore's vote). */
static order_nr majority_candidate(const order_nr *told, unsigned count)
{
    order_nr candidate = RETREAT;
    unsigned lead = 0;
    for (unsigned i = 0; i < count; i++) {
        if (lead == 0) {
            candidate = told[i];
        }
        lead = told[i] == candidate ? lead + 1 : lead - 1;
    }
    return candidate;
}

order_nr eig_majority(order_nr own, const order_nr *told, unsigned count)
{
    ASSERT(count <= GENERALS_MAX);
    const unsigned voters = count + 1;
    order_nr differences;
    const unsigned own_votes = 1 + count_equal(own, told, count, &differences);
    if (2 * own_votes > voters) {
        return own;
    }
    /* If there are but two orders, the other one is where all differences lie. */
    order_nr other = own ^ differences;
    unsigned votes = count_equal(other, told, count, &differences);
    if (own_votes + votes != voters) {
        other = majority_candidate(told, count);
        votes = count_equal(other, told, count, &differences);
    }
    return 2 * votes > voters ? other : RETREAT;
}
