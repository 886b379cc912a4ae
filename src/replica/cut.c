/* cut.c - see cut.h. */
#include "replica/cut.h"

#include "base/assert.h"

/* Sessions of one client that begin in one order. A voter keeps what an order that it voted for
 * names until that is decided or void, so a client whose sessions differ from replica to replica
 * must not fill its room with a few orders that come to nothing. */
#define NEW_LANES_PER_CLIENT 8u

/* The tip that an order names for a lane; NULL if it does not. */
static const struct lane_tip *find_tip(const struct order *order, const struct lane_id *lane)
{
    size_t low = 0;
    size_t high = order->tip_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int compared = lane_id_compare(&order->tips[middle].lane, lane);
        if (compared == 0) {
            return &order->tips[middle];
        }
        if (compared < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

void cut_chain_tip(struct simplex *simplex, struct lanes *lanes, view_nr view,
                   const struct lane_id *lane, struct lane_tip *tip)
{
    while (view > simplex->base.view) {
        const struct simplex_view *slot = simplex_find(simplex, view);
        ASSERT(slot != NULL && slot->order != NULL);
        const struct lane_tip *named = find_tip(&slot->order->order, lane);
        if (named != NULL) {
            *tip = *named;
            return;
        }
        view = slot->order->order.parent_view;
    }
    lanes_decided_tip(lanes, lane, tip);
}

/* One tip of an order: walks the lane from where the chain stands. */
static enum cut_state check_tip(struct lanes *lanes, const struct lane_tip *base,
                                const struct lane_tip *tip, size_t *bytes,
                                struct cut_missing *missing)
{
    *missing = (struct cut_missing){
        .lane = tip->lane, .from = base->sequence + 1, .to = tip->sequence, .digest = tip->digest};
    if (tip->sequence <= base->sequence) {
        return CUT_INVALID;
    }
    struct lane *lane = lanes_find(lanes, &tip->lane);
    if (lane == NULL || tip->sequence - lane->tip_sequence > LANE_SEGMENTS_MAX) {
        return CUT_MISSING;
    }
    missing->to = lanes_choose(lane, base, tip, &missing->digest);
    missing->is_proven = missing->to < tip->sequence;
    if (missing->to == base->sequence) { /* it is a chain all the way down, but down to the base? */
        for (uint64_t i = base->sequence + 1; i <= tip->sequence; i++) {
            *bytes += lanes_held(lane, i)->encoded_size;
        }
        return digest_is_equal(&missing->digest, &base->digest) ? CUT_HELD : CUT_INVALID;
    }
    while (missing->from < missing->to && lanes_held(lane, missing->from) != NULL) {
        missing->from++;
    }
    if (lanes_held(lane, missing->from) != NULL) {
        missing->from = base->sequence + 1; /* another branch is held there */
    }
    return CUT_MISSING;
}

enum cut_state cut_check(struct simplex *simplex, struct lanes *lanes, const struct order *order,
                         struct cut_missing *missing, size_t *missing_count)
{
    size_t bytes = 0;
    *missing_count = 0;
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &order->tips[i];
        if (i > 0 && lane_id_compare(&order->tips[i - 1].lane, &tip->lane) >= 0) {
            return CUT_INVALID;
        }
        if (lanes_is_over(lanes, &tip->lane)) {
            continue; /* over by what is decided, which its commander may not know yet: void */
        }
        struct lane_tip base;
        cut_chain_tip(simplex, lanes, order->parent_view, &tip->lane, &base);
        struct cut_missing lacking;
        enum cut_state state = check_tip(lanes, &base, tip, &bytes, &lacking);
        if (state == CUT_INVALID) {
            return CUT_INVALID;
        }
        if (state == CUT_MISSING && *missing_count < CUT_MISSING_MAX) {
            missing[(*missing_count)++] = lacking;
        }
    }
    if (bytes > ORDER_SEGMENT_BYTES_MAX) {
        return CUT_INVALID;
    }
    return *missing_count == 0 ? CUT_HELD : CUT_MISSING;
}

enum cut_state cut_check_final(struct lanes *lanes, const struct order *order,
                               struct cut_missing *missing, size_t *missing_count,
                               size_t *segment_count)
{
    size_t bytes = 0;
    bool is_held = true;
    *missing_count = 0;
    *segment_count = 0;
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &order->tips[i];
        struct lane_tip base;
        struct cut_missing lacking;
        lanes_decided_tip(lanes, &tip->lane, &base);
        if (tip->sequence <= base.sequence || lanes_is_over(lanes, &tip->lane)) {
            continue; /* void */
        }
        if (check_tip(lanes, &base, tip, &bytes, &lacking) == CUT_HELD) {
            *segment_count += tip->sequence - base.sequence;
            continue;
        }
        is_held = false;
        if (*missing_count < CUT_MISSING_MAX) {
            missing[(*missing_count)++] = lacking;
        }
    }
    return is_held ? CUT_HELD : CUT_MISSING;
}

view_nr cut_named_view(struct simplex *simplex, const struct lane_id *lane, uint64_t sequence)
{
    for (view_nr i = VIEW_WINDOW; i >= 1; i--) {
        const struct simplex_view *slot = simplex_find(simplex, simplex->base.view + i);
        if (slot == NULL || slot->order == NULL ||
            (!slot->sent[VOTE_NOTARIZE] && !slot->certified[VOTE_NOTARIZE] &&
             !slot->certified[VOTE_FINALIZE])) {
            continue;
        }
        const struct lane_tip *tip = find_tip(&slot->order->order, lane);
        if (tip != NULL && tip->sequence >= sequence) {
            return slot->view;
        }
    }
    return 0;
}

/* How far one lane goes within `budget` bytes, its tip's signature checked. Returns the bytes used.
 */
static size_t offer_lane(struct simplex *simplex, struct lanes *lanes, struct lane *lane,
                         view_nr parent_view, size_t budget, struct lane_tip *tip)
{
    if (lanes_is_over(lanes, &lane->id)) {
        return 0;
    }
    struct lane_tip base;
    cut_chain_tip(simplex, lanes, parent_view, &lane->id, &base);
    uint64_t last = lanes_contiguous(lanes, lane, &base);
    size_t bytes = 0;
    uint64_t sequence = base.sequence;
    while (sequence < last && bytes + lanes_held(lane, sequence + 1)->encoded_size <= budget) {
        sequence++;
        bytes += lanes_held(lane, sequence)->encoded_size;
    }
    if (sequence == base.sequence) {
        return 0;
    }
    if (!lanes_verify(lanes, lane, &base, sequence)) {
        /* Its client signs badly: whatever it meant, it must send this again. */
        if (!cut_is_named(simplex, &lane->id, base.sequence + 1)) {
            lanes_drop_from(lanes, lane, base.sequence + 1);
        }
        return 0;
    }
    *tip = (struct lane_tip){
        .lane = lane->id, .sequence = sequence, .digest = lanes_held(lane, sequence)->digest};
    return bytes;
}

/* False: the lane is in it already. */
static bool insert_tip(struct lane_tip *tips, size_t *count, const struct lane_tip *tip)
{
    size_t at = *count;
    while (at > 0 && lane_id_compare(&tips[at - 1].lane, &tip->lane) > 0) {
        at--;
    }
    if (at > 0 && lane_id_is_equal(&tips[at - 1].lane, &tip->lane)) {
        return false;
    }
    memmove(&tips[at + 1], &tips[at], (*count - at) * sizeof *tips);
    tips[at] = *tip;
    (*count)++;
    return true;
}

size_t cut_build(struct simplex *simplex, struct lanes *lanes, view_nr parent_view,
                 struct lane_tip tips[TIPS_PER_ORDER_MAX], size_t *bytes)
{
    *bytes = 0;
    size_t count = 0;
    size_t left = ORDER_SEGMENT_BYTES_MAX;
    uint32_t lane_count = lanes->active_count;
    if (lane_count == 0) {
        return 0;
    }
    /* Each lane gets an equal share of what is left, so a busy one cannot starve the others; who
     * comes first rotates. Where a lane is dropped the last one takes its place in the array, so
     * the place is looked at again, and a lane may be met twice. */
    uint32_t start = (uint32_t)(lanes->rotation++ % lane_count);
    uint8_t new_lanes[LANE_CLIENTS_MAX] = {0}; /* in this order, of each client */
    for (uint32_t i = 0; i < lane_count && count < TIPS_PER_ORDER_MAX;) {
        uint32_t at = (start + i) % lane_count;
        uint32_t before = lanes->active_count;
        if (at < before) {
            struct lane *lane = &lanes->slots[lanes->active[at]];
            size_t share = left / (lane_count - i);
            size_t budget = share < SEGMENT_BYTES_MAX ? SEGMENT_BYTES_MAX : share;
            struct lane_tip tip;
            bool is_over = !lane->is_decided && new_lanes[lane->client] == NEW_LANES_PER_CLIENT;
            uint32_t client = lane->client;
            bool is_new = !lane->is_decided;
            size_t offered = is_over ? 0
                                     : offer_lane(simplex, lanes, lane, parent_view,
                                                  budget < left ? budget : left, &tip);
            if (offered > 0 && insert_tip(tips, &count, &tip)) {
                left -= offered;
                new_lanes[client] = (uint8_t)(new_lanes[client] + (is_new ? 1 : 0));
            }
        }
        i += lanes->active_count == before ? 1 : 0;
    }
    *bytes = ORDER_SEGMENT_BYTES_MAX - left;
    return count;
}
