/* cut.h - which lanes an order advances, and how far: building a cut (commander), checking one
 * (voter), and turning a finalized one into the segments to execute.
 *
 * All three are relative to a chain: the decided tips, moved on by the cuts of the orders between
 * the last decided one and the order's parent. */
#ifndef STRATEGOS_REPLICA_CUT_H
#define STRATEGOS_REPLICA_CUT_H

#include "agreement/simplex.h"
#include "replica/lanes.h"

/* What a voter lacks of one lane. */
struct cut_missing {
    struct lane_id lane;
    uint64_t from;
    uint64_t to;
    struct digest digest; /* of segment `to` */
    bool is_proven;       /* segment `to` + 1 is held, and so `to` is authentic if it fits */
};

#define CUT_MISSING_MAX 16u

enum cut_state {
    CUT_HELD,    /* everything is here and fits */
    CUT_MISSING, /* fetch what `missing` says */
    CUT_INVALID, /* no loyal commander proposes this */
};

/* Where a lane stands after the order of `view` (base or notarized above it) and its ancestors. */
void cut_chain_tip(struct simplex *simplex, struct lanes *lanes, view_nr view,
                   const struct lane_id *lane, struct lane_tip *tip);

/* §7 for a voter. `missing` gets up to CUT_MISSING_MAX entries. */
enum cut_state cut_check(struct simplex *simplex, struct lanes *lanes, const struct order *order,
                         struct cut_missing *missing, size_t *missing_count);

/* The same for an order whose parent is the base and that is finalized: tips of sessions that are
 * over are void, not invalid. *segment_count gets how many segments it covers. */
enum cut_state cut_check_final(struct lanes *lanes, const struct order *order,
                               struct cut_missing *missing, size_t *missing_count,
                               size_t *segment_count);

/* The highest view of an order that may yet be decided, that this replica or Q others voted for,
 * and that covers this segment of the lane: then it must not be forgotten. 0: there is none. */
view_nr cut_named_view(struct simplex *simplex, const struct lane_id *lane, uint64_t sequence);

static inline bool cut_is_named(struct simplex *simplex, const struct lane_id *lane,
                                uint64_t sequence)
{
    return cut_named_view(simplex, lane, sequence) != 0;
}

/* All that this commander can offer on top of the order of `parent_view`: fair between lanes, at
 * most TIPS_PER_ORDER_MAX tips and ORDER_SEGMENT_BYTES_MAX bytes, ascending. Signatures of the tips
 * are verified here: what a loyal commander names convinces everybody. *bytes gets the size of the
 * segments newly covered. */
size_t cut_build(struct simplex *simplex, struct lanes *lanes, view_nr parent_view,
                 struct lane_tip tips[TIPS_PER_ORDER_MAX], size_t *bytes);

#endif
