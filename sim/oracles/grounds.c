/* grounds.c - the oracle of grounds: what a loyal replica votes for it has stored before.
 *
 * By §7 and §8: before Notarize(v, d) it has stored that order in full, and of each lane that the
 * order advances the segments that it newly covers; before Finalize(v, d) the notarization. That
 * these records are on disk when the vote leaves is the oracle of persistence's business.
 *
 * A tip is void, and needs nothing, if its session is older than all that are kept. What is newly
 * covered ends where another order begins that was voted for: that of an ancestor, or of one
 * that failed and named as much. What a replica stored in an earlier start counts, even if it was
 * forgotten then (the ledger gives it back) or the crash took it. So not every vote without grounds
 * is found. */
#include "oracles/kind.h"

#include <stdlib.h>

struct stored_segment {
    uint64_t sequence;
    struct oracle_mark previous;
    uint64_t forgotten; /* in that start of its replica; 0: never */
};

struct named { /* a tip of the order that the replica stored last */
    struct lane_id lane;
    uint64_t sequence;
    struct oracle_mark mark;
};

struct grounds {
    struct oracle_self self;
    struct oracle_map index; /* (replica, mark of the digest) -> index */
    struct stored_segment *segments;
    size_t count;
    size_t capacity;
    struct oracle_map named;         /* mark of the digest -> 1: a tip of an order voted for */
    struct oracle_map notarizations; /* (view, replica) -> 1 */
    struct {
        struct named *tips;
        size_t count;
        size_t capacity;
    } orders[REPLICAS_MAX];
    uint64_t starts[REPLICAS_MAX];
};

static struct oracle_mark mark_of(const struct digest *digest)
{
    return oracle_mark_of_digest(digest);
}

static struct stored_segment *find_segment(const struct grounds *grounds, replica_id replica,
                                           struct oracle_mark mark)
{
    const uint64_t *index = oracle_map_find(&grounds->index, oracle_mix(replica, mark.a), mark.b);
    return index == NULL ? NULL : &grounds->segments[*index];
}

static void keep_segment(struct grounds *grounds, replica_id replica, const struct segment *segment,
                         const struct digest *digest)
{
    bool is_new;
    struct oracle_mark mark = mark_of(digest);
    uint64_t *index = oracle_map_at(&grounds->index, oracle_mix(replica, mark.a), mark.b, &is_new);
    if (is_new) {
        *index = grounds->count;
        grounds->segments = oracle_grow(grounds->segments, grounds->count, &grounds->capacity,
                                        sizeof *grounds->segments);
        grounds->segments[grounds->count++] = (struct stored_segment){
            .sequence = segment->sequence, .previous = mark_of(&segment->previous)};
    }
    grounds->segments[*index].forgotten = 0;
}

/* While a replica restores, what it forgets it may find again in a later record. */
static void on_forgotten(struct grounds *grounds, replica_id replica, const struct digest *digest)
{
    struct stored_segment *stored = find_segment(grounds, replica, mark_of(digest));
    if (stored != NULL && (grounds->self.history->running >> replica & 1) != 0) {
        stored->forgotten = grounds->starts[replica];
    }
}

static void on_order(struct grounds *grounds, replica_id replica, const struct order *order)
{
    grounds->orders[replica].count = 0;
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &order->tips[i];
        struct named named = {
            .lane = tip->lane, .sequence = tip->sequence, .mark = mark_of(&tip->digest)};
        grounds->orders[replica].tips =
            oracle_grow(grounds->orders[replica].tips, grounds->orders[replica].count,
                        &grounds->orders[replica].capacity, sizeof named);
        grounds->orders[replica].tips[grounds->orders[replica].count++] = named;
    }
}

static void on_effect(struct grounds *grounds, const struct sighting *sighting)
{
    const struct effect *effect = sighting->effect;
    bool is_new;
    switch (effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
        keep_segment(grounds, sighting->replica, effect->segment, effect->digest);
        return;
    case EFFECT_FORGET_SEGMENT:
        on_forgotten(grounds, sighting->replica, effect->digest);
        return;
    case EFFECT_PERSIST_PROPOSAL:
        on_order(grounds, sighting->replica, &effect->proposal->order);
        return;
    case EFFECT_PERSIST_CERTIFICATE:
        if (effect->certificate->kind == VOTE_NOTARIZE) {
            *oracle_map_at(&grounds->notarizations, effect->certificate->view, sighting->replica,
                           &is_new) = 1;
        }
        return;
    case EFFECT_PERSIST_VOTE:
    case EFFECT_SEND:
    case EFFECT_SERVE_BLOCKS:
    case EFFECT_DECIDED:
    case EFFECT_BUSY:
    case EFFECT_SESSION_GONE:
        return;
    }
}

/* The sequence of the first newly covered segment, from the tip down, that is not held; 0: all
 * are. */
static uint64_t find_missing(const struct grounds *grounds, replica_id replica, struct named at)
{
    do {
        const struct stored_segment *stored = find_segment(grounds, replica, at.mark);
        if (stored == NULL || stored->forgotten == grounds->starts[replica]) {
            return at.sequence;
        }
        at.sequence = stored->sequence - 1;
        at.mark = stored->previous;
    } while (at.sequence != 0 && oracle_map_find(&grounds->named, at.mark.a, at.mark.b) == NULL);
    return 0;
}

static void judge_notarize(struct grounds *grounds, replica_id replica)
{
    const struct oracle_history *history = grounds->self.history;
    if (history->choice == NULL) {
        oracle_finding_note(&grounds->self.finding,
                            "replica %u notarized %s.. of view %llu, which it has not stored",
                            replica, oracle_hex_of(&history->spoken.digest).text,
                            (unsigned long long)history->spoken.view);
        return;
    }
    for (size_t i = 0; i < grounds->orders[replica].count; i++) {
        struct named tip = grounds->orders[replica].tips[i];
        uint64_t missing = find_missing(grounds, replica, tip);
        if (missing != 0 && !oracle_history_is_over(history, &tip.lane)) {
            oracle_finding_note(&grounds->self.finding,
                                "replica %u notarized %s.. of view %llu, which names segments of "
                                "a lane up to %llu, without having stored segment %llu",
                                replica, oracle_hex_of(&history->spoken.digest).text,
                                (unsigned long long)history->spoken.view,
                                (unsigned long long)tip.sequence, (unsigned long long)missing);
        }
        bool is_new;
        *oracle_map_at(&grounds->named, tip.mark.a, tip.mark.b, &is_new) = 1;
    }
}

static void judge_vote(struct grounds *grounds, replica_id replica)
{
    const struct oracle_statement *vote = &grounds->self.history->spoken;
    if (vote->kind == VOTE_NOTARIZE) {
        judge_notarize(grounds, replica);
    } else if (vote->kind == VOTE_FINALIZE &&
               oracle_map_find(&grounds->notarizations, vote->view, replica) == NULL) {
        oracle_finding_note(&grounds->self.finding,
                            "replica %u said Finalize(%llu, %s..) without having stored the "
                            "notarization",
                            replica, (unsigned long long)vote->view,
                            oracle_hex_of(&vote->digest).text);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct grounds *grounds = self;
    const struct oracle_history *history = grounds->self.history;
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->kind == SIGHT_STARTED) {
        grounds->starts[sighting->replica]++;
        return;
    }
    if (history->has_voted) {
        judge_vote(grounds, sighting->replica);
    }
    on_effect(grounds, sighting);
}

static void fini(void *self)
{
    struct grounds *grounds = self;
    oracle_map_fini(&grounds->index);
    oracle_map_fini(&grounds->named);
    oracle_map_fini(&grounds->notarizations);
    free(grounds->segments);
    for (replica_id i = 0; i < REPLICAS_MAX; i++) {
        free(grounds->orders[i].tips);
    }
}

const struct oracle_kind oracle_grounds = {
    .name = "grounds",
    .says = "what a loyal replica votes for it has stored before: order, segments, certificate",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_VOTED | ORACLE_EFFECT(EFFECT_PERSIST_SEGMENT) |
              ORACLE_EFFECT(EFFECT_FORGET_SEGMENT) | ORACLE_EFFECT(EFFECT_PERSIST_PROPOSAL) |
              ORACLE_EFFECT(EFFECT_PERSIST_CERTIFICATE),
    .self_bytes = sizeof(struct grounds),
    .see = see,
    .fini = fini,
};
