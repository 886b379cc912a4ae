/* fill.c - see fill.h. Wrong votes are laid out one at a time; where all columns that a row can use
 * are full, votes of other rows make room along a shortest augmenting path. */
#include "prove/fill.h"

#include "base/assert.h"

#include <string.h>

#define NONE UINT8_MAX

/* Votes of one side: `wrong[row]` bit i: the row's vote to column i is not what column i wants. */
struct layout {
    const struct fill *fill;
    uint64_t columns; /* of this side */
    int room[PROVE_GENERALS_MAX];
    uint64_t wrong[PROVE_GENERALS_MAX];
};

static uint64_t bit(unsigned index)
{
    return (uint64_t)1 << index;
}

static uint64_t all_columns(const struct fill *fill)
{
    return bit(fill->column_count) - 1;
}

void fill_set_weights(struct fill *fill, const struct ballot_answer *answer)
{
    unsigned used[BALLOT_GROUPS] = {0};
    for (unsigned row = 0; row < fill->row_count; row++) {
        unsigned group = BALLOT_TRAITORS;
        if (row < fill->column_count) {
            group = ballot_group(fill->wanted >> row & 1, fill->own >> row & 1);
        }
        fill->weights[row] = answer->weights[group][used[group]++];
    }
}

/* The columns that the row votes to. */
static uint64_t reach(const struct fill *fill, unsigned row)
{
    return row < fill->column_count ? all_columns(fill) & ~bit(row) : all_columns(fill);
}

static void layout_init(struct layout *layout, const struct fill *fill, uint64_t columns,
                        bool is_one)
{
    int majority = (int)(fill->row_count / 2 + 1);
    *layout = (struct layout){.fill = fill, .columns = columns};
    for (unsigned column = 0; column < fill->column_count; column++) {
        bool is_own_wrong = (fill->own >> column & 1) != is_one;
        layout->room[column] = (is_one ? (int)fill->row_count - majority : majority - 1);
        layout->room[column] -= is_own_wrong;
    }
}

/* One more wrong vote of `row`: breadth first over columns; before[c] is the row by which column c
 * was reached, via[r] the column at which row r would take a vote back. */
static bool lay_vote(struct layout *layout, unsigned row)
{
    uint8_t before[PROVE_GENERALS_MAX];
    uint8_t via[PROVE_GENERALS_MAX];
    uint8_t queue[PROVE_GENERALS_MAX];
    unsigned head = 0;
    unsigned tail = 0;
    uint64_t seen = 0;
    memset(via, NONE, sizeof via);
    queue[tail++] = (uint8_t)row;
    uint64_t queued = bit(row);
    while (head < tail) {
        unsigned from = queue[head++];
        uint64_t open = reach(layout->fill, from) & layout->columns & ~layout->wrong[from] & ~seen;
        for (; open != 0; open &= open - 1) {
            unsigned column = (unsigned)__builtin_ctzll(open);
            seen |= bit(column);
            before[column] = (uint8_t)from;
            if (layout->room[column] > 0) {
                layout->room[column]--;
                for (unsigned at = column; at != NONE; at = via[from]) {
                    from = before[at];
                    layout->wrong[from] |= bit(at);
                    if (via[from] != NONE) {
                        layout->wrong[from] &= ~bit(via[from]);
                    }
                }
                return true;
            }
            for (unsigned other = 0; other < layout->fill->row_count; other++) {
                if ((queued >> other & 1) == 0 && (layout->wrong[other] >> column & 1) != 0) {
                    queued |= bit(other);
                    via[other] = (uint8_t)column;
                    queue[tail++] = (uint8_t)other;
                }
            }
        }
    }
    return false;
}

/* Lays out the wrong votes of all rows on one side. */
static bool lay_side(struct layout *layout, bool is_one)
{
    const struct fill *fill = layout->fill;
    for (unsigned row = 0; row < fill->row_count; row++) {
        uint64_t wanted = reach(fill, row) & fill->wanted;
        int missing = __builtin_popcountll(wanted) - (int)fill->weights[row];
        for (int count = is_one ? missing : -missing; count > 0; count--) {
            if (!lay_vote(layout, row)) {
                return false;
            }
        }
    }
    return true;
}

bool fill_solve(struct fill *fill)
{
    struct layout zeros;
    struct layout ones;
    ASSERT(fill->row_count <= PROVE_GENERALS_MAX && fill->column_count <= fill->row_count);
    layout_init(&ones, fill, fill->wanted, true);
    layout_init(&zeros, fill, all_columns(fill) & ~fill->wanted, false);
    if (!lay_side(&ones, true) || !lay_side(&zeros, false)) {
        return false;
    }
    for (unsigned row = 0; row < fill->row_count; row++) {
        fill->ones[row] = ((reach(fill, row) & fill->wanted) & ~ones.wrong[row]) | zeros.wrong[row];
    }
    return true;
}
