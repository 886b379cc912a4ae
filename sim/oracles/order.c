/* order.c - the oracle of order integrity: what is decided was sent, by the client it names, in
 * that session, under that number, byte for byte, each once and without gaps.
 *
 * By §7 a lane is a chain, each digest over the one before, and a cut names the digest at its tip.
 * So of each order it is looked at whether its segments continue their lanes, end where the cut
 * says, and hold the requests that the client formed, in its order. Replicas that decide the same
 * order must have got the same segments with it. */
#include "oracles/kind.h"

#include "wire/digests.h"

#include <stdlib.h>

struct lane_end { /* how far a lane is decided */
    bool is_begun;
    uint64_t sequence;
    struct digest digest;
};

struct order_oracle {
    struct oracle_self self;
    struct lane_end *lanes; /* as history->lanes */
    size_t count;
    size_t capacity;
};

static struct lane_end *end_of(struct order_oracle *oracle, size_t lane)
{
    while (oracle->count <= lane) {
        oracle->lanes =
            oracle_grow(oracle->lanes, oracle->count, &oracle->capacity, sizeof *oracle->lanes);
        oracle->lanes[oracle->count++] = (struct lane_end){0};
    }
    struct lane_end *end = &oracle->lanes[lane];
    if (!end->is_begun) {
        lane_digest_zero(&oracle->self.history->world.genesis,
                         &oracle->self.history->lanes[lane].id, &end->digest);
        end->is_begun = true;
    }
    return end;
}

static void judge_segment(struct order_oracle *oracle, const struct oracle_order *order,
                          const struct oracle_segment *segment)
{
    const struct oracle_lane *lane = &oracle->self.history->lanes[segment->lane];
    struct lane_end *end = end_of(oracle, segment->lane);
    struct digest digest;
    lane_digest_next(&lane->id, segment->sequence, &segment->previous, segment->body, &digest);
    if (segment->sequence != end->sequence + 1) {
        oracle_finding_note(
            &oracle->self.finding,
            "height %llu (replica %u) holds segment %llu of client %zu, session "
            "%llu, after segment %llu",
            (unsigned long long)order->height, order->first, (unsigned long long)segment->sequence,
            lane->client, (unsigned long long)lane->id.session, (unsigned long long)end->sequence);
    } else if (!digest_is_equal(&segment->previous, &end->digest) ||
               !digest_is_equal(&segment->digest, &digest)) {
        oracle_finding_note(&oracle->self.finding,
                            "height %llu (replica %u): segment %llu of client %zu, session %llu, "
                            "does not continue the lane",
                            (unsigned long long)order->height, order->first,
                            (unsigned long long)segment->sequence, lane->client,
                            (unsigned long long)lane->id.session);
    }
    end->sequence = segment->sequence;
    end->digest = digest;
}

static bool has_segment(const struct oracle_order *order, size_t lane)
{
    for (size_t i = 0; i < order->segment_count; i++) {
        if (order->segments[i].lane == lane) {
            return true;
        }
    }
    return false;
}

static bool has_tip(const struct oracle_order *order, size_t lane)
{
    for (size_t i = 0; i < order->tip_count; i++) {
        if (order->tips[i].lane == lane) {
            return true;
        }
    }
    return false;
}

/* A tip without segments is void: its session is over, or it was decided before. */
static void judge_cut(struct order_oracle *oracle, const struct oracle_order *order)
{
    const struct oracle_lane *lanes = oracle->self.history->lanes;
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct oracle_tip *tip = &order->tips[i];
        const struct lane_end *end = end_of(oracle, tip->lane);
        if (has_segment(order, tip->lane) &&
            (end->sequence != tip->sequence || !digest_is_equal(&end->digest, &tip->digest))) {
            oracle_finding_note(
                &oracle->self.finding,
                "height %llu (replica %u) takes client %zu, session %llu, to segment %llu; its "
                "cut says %llu, %s..",
                (unsigned long long)order->height, order->first, lanes[tip->lane].client,
                (unsigned long long)lanes[tip->lane].id.session, (unsigned long long)end->sequence,
                (unsigned long long)tip->sequence, oracle_hex_of(&tip->digest).text);
        }
    }
    for (size_t i = 0; i < order->segment_count; i++) {
        size_t lane = order->segments[i].lane;
        if ((i == 0 || order->segments[i - 1].lane != lane) && !has_tip(order, lane)) {
            oracle_finding_note(&oracle->self.finding,
                                "height %llu (replica %u) holds a segment of client %zu, session "
                                "%llu, which its cut does not name",
                                (unsigned long long)order->height, order->first, lanes[lane].client,
                                (unsigned long long)lanes[lane].id.session);
        }
    }
}

static void judge_request(struct order_oracle *oracle, const struct oracle_order *order,
                          const struct oracle_placed *placed)
{
    const struct oracle_lane *lane = &oracle->self.history->lanes[placed->lane];
    if (lane->is_honest && !placed->is_as_sent) {
        bool is_unsent = placed->number > lane->sent_count;
        oracle_finding_note(&oracle->self.finding,
                            "height %llu (replica %u) holds request %llu of client %zu, session "
                            "%llu, %s",
                            (unsigned long long)order->height, order->first,
                            (unsigned long long)placed->number, lane->client,
                            (unsigned long long)lane->id.session,
                            is_unsent ? "which it never sent" : "with other bytes than it sent");
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct order_oracle *oracle = self;
    const struct oracle_history *history = oracle->self.history;
    const struct oracle_order *decision = history->decision;
    if (decision != NULL && !oracle_mark_is_equal(decision->contents, history->decision_contents)) {
        oracle_finding_note(&oracle->self.finding,
                            "replica %u and replica %u decided %s.. at height %llu with different "
                            "segments",
                            decision->first, sighting->replica,
                            oracle_hex_of(&decision->digest).text,
                            (unsigned long long)decision->height);
    }
    for (size_t i = 0; i < history->commit_count; i++) {
        const struct oracle_commit *commit = &history->commits[i];
        if (!commit->is_new) {
            continue;
        }
        for (size_t k = 0; k < commit->order->segment_count; k++) {
            judge_segment(oracle, commit->order, &commit->order->segments[k]);
        }
        judge_cut(oracle, commit->order);
        for (size_t k = commit->placed_from; k < commit->placed_to; k++) {
            judge_request(oracle, commit->order, &history->placed[k]);
        }
    }
}

static void fini(void *self)
{
    free(((struct order_oracle *)self)->lanes);
}

const struct oracle_kind oracle_order = {
    .name = "order",
    .says = "each decided request was sent so by its client, once and in its place",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_SYNCED) |
              ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_EFFECT(EFFECT_DECIDED),
    .self_bytes = sizeof(struct order_oracle),
    .see = see,
    .fini = fini,
};
