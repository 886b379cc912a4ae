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

struct known_segment {
    uint64_t sequence; /* as those who stored it say */
    struct oracle_mark previous;
    uint32_t stored; /* bit r: by replica r, at some time */
    bool is_named;   /* a tip of an order that was voted for */
};

struct named { /* a tip of the order that the replica stored last */
    struct lane_id lane;
    uint64_t sequence;
    struct oracle_mark mark;
};

struct grounds {
    struct oracle_self self;
    struct oracle_map index; /* mark of the digest -> index */
    struct known_segment *segments;
    size_t count;
    size_t capacity;
    struct oracle_map forgotten;       /* (segment, replica) -> in that start of it; 0: not */
    struct oracle_pages notarizations; /* by view, uint32_t: bit r: r has stored one */
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

static const struct known_segment *find_segment(const struct grounds *grounds,
                                                struct oracle_mark mark)
{
    const uint64_t *index = oracle_map_find(&grounds->index, mark.a, mark.b);
    return index == NULL ? NULL : &grounds->segments[*index];
}

static struct known_segment *segment_at(struct grounds *grounds, struct oracle_mark mark)
{
    bool is_new;
    uint64_t *index = oracle_map_at(&grounds->index, mark.a, mark.b, &is_new);
    if (is_new) {
        *index = grounds->count;
        grounds->segments = oracle_grow(grounds->segments, grounds->count, &grounds->capacity,
                                        sizeof *grounds->segments);
        grounds->segments[grounds->count++] = (struct known_segment){.stored = 0};
    }
    return &grounds->segments[*index];
}

static uint64_t *find_forgotten(const struct grounds *grounds, replica_id replica,
                                const struct known_segment *segment)
{
    return oracle_map_find(&grounds->forgotten, (uint64_t)(segment - grounds->segments), replica);
}

static bool has_stored(const struct known_segment *segment, replica_id replica)
{
    return segment != NULL && (segment->stored >> replica & 1) != 0;
}

static bool is_held(const struct grounds *grounds, replica_id replica,
                    const struct known_segment *segment)
{
    if (!has_stored(segment, replica)) {
        return false;
    }
    const uint64_t *forgotten = find_forgotten(grounds, replica, segment);
    return forgotten == NULL || *forgotten != grounds->starts[replica];
}

static bool is_named(const struct grounds *grounds, struct oracle_mark mark)
{
    const struct known_segment *segment = find_segment(grounds, mark);
    return segment != NULL && segment->is_named;
}

static void keep_segment(struct grounds *grounds, replica_id replica, const struct segment *segment,
                         const struct digest *digest)
{
    struct known_segment *known = segment_at(grounds, mark_of(digest));
    if (known->stored == 0) {
        known->sequence = segment->sequence;
        known->previous = mark_of(&segment->previous);
    }
    known->stored |= UINT32_C(1) << replica;
    uint64_t *forgotten = find_forgotten(grounds, replica, known);
    if (forgotten != NULL) {
        *forgotten = 0;
    }
}

/* While a replica restores, what it forgets it may find again in a later record. */
static void on_forgotten(struct grounds *grounds, replica_id replica, const struct digest *digest)
{
    const struct known_segment *segment = find_segment(grounds, mark_of(digest));
    bool is_new;
    if (has_stored(segment, replica) && (grounds->self.history->running >> replica & 1) != 0) {
        *oracle_map_at(&grounds->forgotten, (uint64_t)(segment - grounds->segments), replica,
                       &is_new) = grounds->starts[replica];
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
            uint32_t *stored =
                oracle_pages_at(&grounds->notarizations, effect->certificate->view, sizeof *stored);
            *stored |= UINT32_C(1) << sighting->replica;
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
        const struct known_segment *segment = find_segment(grounds, at.mark);
        if (!is_held(grounds, replica, segment)) {
            return at.sequence;
        }
        at.sequence = segment->sequence - 1;
        at.mark = segment->previous;
    } while (at.sequence != 0 && !is_named(grounds, at.mark));
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
        segment_at(grounds, tip.mark)->is_named = true;
    }
}

static bool has_notarization(const struct grounds *grounds, replica_id replica, view_nr view)
{
    const uint32_t *stored = oracle_pages_find(&grounds->notarizations, view, sizeof *stored);
    return stored != NULL && (*stored >> replica & 1) != 0;
}

static void judge_vote(struct grounds *grounds, replica_id replica)
{
    const struct oracle_statement *vote = &grounds->self.history->spoken;
    if (vote->kind == VOTE_NOTARIZE) {
        judge_notarize(grounds, replica);
    } else if (vote->kind == VOTE_FINALIZE && !has_notarization(grounds, replica, vote->view)) {
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
    oracle_map_fini(&grounds->forgotten);
    oracle_pages_fini(&grounds->notarizations);
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
