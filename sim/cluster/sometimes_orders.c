/* sometimes_orders.c - orders that are decided, and what replicas ask of each other and give. */
#include "cluster/sometimes_parts.h"

#define MANY_VIEWS    4u
#define MANY_LANES    3u
#define MANY_SEGMENTS 16u
#define MANY_BLOCKS   4u
#define FAR_BLOCKS    8u
#define STANDSTILL    50u /* Δ */
#define SYNC_DELTAS   4u  /* a decision so soon after the question may be the answer to it */

static unsigned count_bits(uint32_t set)
{
    return (unsigned)__builtin_popcount(set);
}

static void look_at_order(struct sometimes_seen *seen, const struct decision *decision)
{
    const struct order *order = &decision->order;
    sometimes_met(seen, SOMETIMES_OVER_NULLIFIED, order->parent_view + 1 < order->view);
    sometimes_met(seen, SOMETIMES_OVER_MANY, order->parent_view + MANY_VIEWS < order->view);
    sometimes_met(seen, SOMETIMES_EMPTY_ORDER, order->tip_count == 0);
    sometimes_met(seen, SOMETIMES_MANY_LANES, order->tip_count >= MANY_LANES);
    sometimes_met(seen, SOMETIMES_MANY_SEGMENTS, decision->segment_count >= MANY_SEGMENTS);
    sometimes_met(seen, SOMETIMES_SESSION_EVICTED, decision->evicted_count != 0);
    sometimes_met(seen, SOMETIMES_TRAITOR_DECIDED,
                  sometimes_is_traitor(seen, sometimes_commander(seen, order->view)));
}

/* The group decides for the first time at this height. */
static void look_at_group(struct sometimes_seen *seen, uint64_t now_ns, height_nr height)
{
    uint32_t all = (UINT32_C(1) << seen->plan->replica_count) - 1;
    size_t serving = count_bits(seen->running & ~seen->traitors & all);
    size_t f = seen->plan->fault_count;
    sometimes_met(seen, SOMETIMES_F_GONE, serving + f <= seen->plan->replica_count);
    sometimes_met(seen, SOMETIMES_BIGGER_GROUP, seen->plan->replica_count > REPLICAS_MIN);
    uint64_t since_ns =
        seen->decided_ns > seen->open_since_ns ? seen->decided_ns : seen->open_since_ns;
    sometimes_met(seen, SOMETIMES_STANDSTILL,
                  seen->open != 0 && now_ns > since_ns &&
                      now_ns - since_ns > STANDSTILL * seen->plan->delta_ns);
    sometimes_met(seen, SOMETIMES_HEALED, seen->is_torn_apart && now_ns >= seen->apart_until_ns);
    sometimes_met(seen, SOMETIMES_DECIDED_WITHOUT_CUT,
                  now_ns < seen->cut_until_ns && seen->cut_off != 0);
    if (now_ns >= seen->apart_until_ns) {
        seen->is_torn_apart = false;
    }
    seen->decided_ns = now_ns;
    seen->height = height;
}

void sometimes_on_decided(struct sometimes_seen *seen, const struct sighting *sighting)
{
    const struct decision *decision = sighting->effect->decision;
    const struct order *order = &decision->order;
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    const struct sometimes_view *view = sometimes_view(seen, order->view);
    look_at_order(seen, decision);
    sometimes_met(seen, SOMETIMES_DECIDED_UNVOTED,
                  (view->voters[VOTE_NOTARIZE] & sometimes_bit(sighting->replica)) == 0);
    sometimes_met(seen, SOMETIMES_CLOCK_TICK,
                  replica->order_time_ns != 0 && order->height == replica->height + 1 &&
                      order->time_ns == replica->order_time_ns + 1);
    replica->ancestors = decision->certificate == NULL ? replica->ancestors + 1 : 0;
    sometimes_met(seen, SOMETIMES_ANCESTORS, replica->ancestors >= 2);
    bool is_synced = replica->sync.at_ns != 0 &&
                     sighting->now_ns - replica->sync.at_ns < SYNC_DELTAS * seen->plan->delta_ns &&
                     order->height >= replica->sync.from;
    replica->sync.count = is_synced ? replica->sync.count + 1 : 0;
    sometimes_met(seen, SOMETIMES_BLOCK_SYNCED, replica->sync.count == 1);
    sometimes_met(seen, SOMETIMES_BLOCKS_SYNCED, replica->sync.count >= MANY_BLOCKS);
    replica->failed_views = 0;
    replica->height = order->height;
    replica->order_time_ns = order->time_ns;
    if (order->height > seen->height) {
        look_at_group(seen, sighting->now_ns, order->height);
    }
}

static void on_ask_blocks(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    height_nr from = sighting->effect->message->ask_blocks.from;
    sometimes_met(seen, SOMETIMES_SOURCE_CHANGED,
                  replica->sync.at_ns != 0 && replica->sync.from == from &&
                      replica->sync.whom != sighting->effect->to);
    sometimes_met(seen, SOMETIMES_FAR_BEHIND, replica->height + FAR_BLOCKS < seen->height);
    replica->sync.at_ns = sighting->now_ns;
    replica->sync.from = from;
    replica->sync.whom = sighting->effect->to;
}

void sometimes_on_send(struct sometimes_seen *seen, const struct sighting *sighting)
{
    const struct effect *effect = sighting->effect;
    bool is_to_all = effect->to == REPLICA_ALL;
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    switch (effect->message->kind) {
    case PEER_SEGMENT:
        sometimes_met(seen, SOMETIMES_SEGMENT_PASSED_ON, is_to_all);
        sometimes_met(seen, SOMETIMES_SEGMENT_GIVEN, !is_to_all);
        return;
    case PEER_CERTIFICATE:
        sometimes_met(seen, SOMETIMES_CERTIFICATE_GIVEN, !is_to_all);
        return;
    case PEER_PROPOSAL:
        sometimes_met(seen, SOMETIMES_ORDER_GIVEN, !is_to_all);
        return;
    case PEER_ASK_VIEW:
        sometimes_met(seen, SOMETIMES_CERTIFICATES_ASKED, true);
        return;
    case PEER_ASK_ORDER:
        sometimes_met(seen, SOMETIMES_ORDER_ASKED, true);
        return;
    case PEER_ASK_SEGMENTS:
        sometimes_met(seen, SOMETIMES_SEGMENTS_ASKED, true);
        replica->fetching_for = replica->view;
        return;
    case PEER_ASK_BLOCKS:
        on_ask_blocks(seen, sighting);
        return;
    case PEER_VOTE:
    case PEER_BLOCK:
    case PEER_HEARTBEAT:
        return;
    }
}

void sometimes_on_serve(struct sometimes_seen *seen, const struct sighting *sighting)
{
    const struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    sometimes_met(seen, SOMETIMES_SERVED_BELOW, sighting->effect->height <= replica->started_from);
    sometimes_met(seen, SOMETIMES_SERVED_WHILE_BEHIND,
                  replica->sync.at_ns != 0 && replica->height < seen->height &&
                      sighting->now_ns - replica->sync.at_ns < SYNC_DELTAS * seen->plan->delta_ns);
}
