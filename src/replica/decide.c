/* decide.c - Simplex rule 6: a finalized order and its ancestors are decided, in order, each with
 * the segments that its cut newly covers. */
#include "base/assert.h"
#include "replica/state.h"

void replica_apply_cut(struct replica *replica, const struct order *order, struct lane_id *evicted,
                       size_t *evicted_count, struct decided_entry *entry)
{
    struct lanes *lanes = &replica->lanes;
    bool is_void[TIPS_PER_ORDER_MAX] = {false}; /* by where the log stood before the order */
    ASSERT(order->tip_count <= TIPS_PER_ORDER_MAX);
    *evicted_count = 0;
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &order->tips[i];
        struct lane_tip base;
        lanes_decided_tip(lanes, &tip->lane, &base);
        is_void[i] = tip->sequence <= base.sequence || lanes_is_over(lanes, &tip->lane);
    }
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &order->tips[i];
        struct lane_tip base;
        lanes_decided_tip(lanes, &tip->lane, &base);
        if (is_void[i] || tip->sequence <= base.sequence) {
            continue;
        }
        size_t first = entry == NULL ? 0 : entry->decision.segment_count;
        size_t count = 0;
        const struct lane *lane = lanes_find(lanes, &tip->lane);
        ASSERT(lane != NULL || entry == NULL); /* no lane goes before the order's end */
        for (uint64_t s = base.sequence + 1; entry != NULL && s <= tip->sequence; s++) {
            struct held_segment *held = lanes_held(lane, s);
            ASSERT(held != NULL);
            entry->held[first + count] = held;
            entry->digests[first + count] = held->digest;
            lanes_segment(lane, held, &entry->segments[first + count]);
            count++;
        }
        lanes_decide(lanes, tip);
        if (entry != NULL) {
            entry->decision.segment_count += count;
        }
    }
    lanes_end_order(lanes, order->view, evicted, evicted_count);
}

/* One piece of memory for the entry and its arrays. */
static struct decided_entry *entry_new(struct replica *replica, const struct stored_order *stored,
                                       size_t segment_count)
{
    size_t tips = stored->order.tip_count * sizeof(struct lane_tip);
    size_t segments = segment_count * sizeof(struct segment);
    size_t digests = segment_count * sizeof(struct digest);
    size_t held = segment_count * sizeof(struct held_segment *);
    uint8_t *memory = pool_take(&replica->decision_pool,
                                sizeof(struct decided_entry) + segments + held + tips + digests);
    if (memory == NULL) {
        return NULL;
    }
    struct decided_entry *entry = (struct decided_entry *)(void *)memory;
    memory += sizeof *entry;
    memset(&entry->decision, 0, sizeof entry->decision);
    entry->segments = (struct segment *)(void *)memory;
    memory += segments;
    entry->held = (struct held_segment **)(void *)memory;
    memory += held;
    entry->tips = (struct lane_tip *)(void *)memory;
    memory += tips;
    entry->digests = (struct digest *)(void *)memory;
    bytes_copy(entry->tips, stored->order.tips, tips);
    entry->decision.order = stored->order;
    entry->decision.order.tips = entry->tips;
    entry->decision.digest = stored->digest;
    entry->decision.segments = entry->segments;
    entry->decision.segment_digests = entry->digests;
    entry->decision.evicted = entry->evicted;
    return entry;
}

/* How many lanes the last two decided orders advanced: see is_gathering. */
static void count_lanes(struct replica *replica, const struct order *order)
{
    uint32_t in_both = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < order->tip_count; i++) {
        struct lane *lane = lanes_find(&replica->lanes, &order->tips[i].lane);
        if (lane != NULL) {
            in_both += lane->advanced_at + 1 == order->height ? 1 : 0;
            lane->advanced_at = order->height;
            count++;
        }
    }
    replica->lanes_before = replica->lanes_last > in_both ? replica->lanes_last - in_both : 0;
    replica->lanes_last = count;
    replica->decided_at_ns = replica->now.monotonic_ns;
}

static bool decide(struct replica *replica, const struct stored_order *stored, size_t segment_count)
{
    struct decided_entry **place = &replica->decisions[stored->order.height % DECISIONS_MAX];
    if (*place != NULL) {
        return false; /* applying is behind; replica_on_applied makes room */
    }
    struct decided_entry *entry = entry_new(replica, stored, segment_count);
    if (entry == NULL) {
        return false;
    }
    *place = entry;
    count_lanes(replica, &stored->order);
    replica_apply_cut(replica, &entry->decision.order, entry->evicted,
                      &entry->decision.evicted_count, entry);
    if (simplex_certificate(&replica->simplex, VOTE_FINALIZE, stored->order.view,
                            &entry->certificate)) {
        entry->decision.certificate = &entry->certificate;
    }
    simplex_decided(&replica->simplex, &entry->decision.order, &entry->decision.digest);
    struct effect effect = {.kind = EFFECT_DECIDED, .decision = &entry->decision};
    replica->settings.effects.emit(replica->settings.effects.context, &effect);
    replica->sync.behind_since_ns = 0;
    replica->sync.late_count = 0;
    return true;
}

static bool decide_next(struct replica *replica)
{
    bool is_lacking;
    struct simplex_lack lack;
    const struct stored_order *stored = simplex_next_decided(&replica->simplex, &is_lacking, &lack);
    if (stored == NULL) {
        return false; /* what is lacking comes with the blocks: sync.c */
    }
    struct cut_missing missing[CUT_MISSING_MAX];
    size_t missing_count;
    size_t segment_count;
    return cut_check_final(&replica->lanes, &stored->order, missing, &missing_count,
                           &segment_count) == CUT_HELD &&
           decide(replica, stored, segment_count);
}

bool replica_decide(struct replica *replica)
{
    bool has_decided = false;
    while (simplex_finalized(&replica->simplex) != 0 && decide_next(replica)) {
        has_decided = true;
    }
    return has_decided;
}

void replica_on_applied(struct replica *replica, height_nr height)
{
    ASSERT(height <= replica->simplex.base.height);
    while (replica->applied < height) {
        replica->applied++;
        struct decided_entry **place = &replica->decisions[replica->applied % DECISIONS_MAX];
        struct decided_entry *entry = *place;
        ASSERT(entry != NULL && entry->decision.order.height == replica->applied);
        for (size_t i = 0; i < entry->decision.segment_count; i++) {
            pool_free(&replica->lanes.pool, entry->held[i]);
        }
        pool_free(&replica->decision_pool, entry);
        *place = NULL;
    }
}
