/* sessions.c - the oracle of sessions: one is over once 64 newer ones of its client have begun, not
 * before and not later.
 *
 * Of each order that is decided: what it names of a session that is over is void, and of no other;
 * and no loyal replica tells a client that a session is over which is not. An honest client takes a
 * new session then, and the old one's requests with it: so nobody else would miss them. Judged at
 * the first decision of each height; what all replicas get with it is the same (order.c). */
#include "oracles/kind.h"

#include <stdlib.h>

struct sessions {
    struct oracle_self self;
    uint64_t *decided; /* the last segment of each lane, as history->lanes */
    size_t count;
    size_t capacity;
};

static uint64_t *decided_of(struct sessions *sessions, size_t lane)
{
    while (sessions->count <= lane) {
        sessions->decided = oracle_grow(sessions->decided, sessions->count, &sessions->capacity,
                                        sizeof *sessions->decided);
        sessions->decided[sessions->count++] = 0;
    }
    return &sessions->decided[lane];
}

static uint64_t last_segment(const struct oracle_order *order, size_t lane)
{
    uint64_t last = 0;
    for (size_t i = 0; i < order->segment_count; i++) {
        last = order->segments[i].lane == lane ? order->segments[i].sequence : last;
    }
    return last;
}

static void judge_tip(struct sessions *sessions, replica_id replica,
                      const struct oracle_order *order, const struct oracle_tip *tip)
{
    const struct oracle_history *history = sessions->self.history;
    const struct oracle_lane *lane = &history->lanes[tip->lane];
    uint64_t last = last_segment(order, tip->lane);
    uint64_t *decided = decided_of(sessions, tip->lane);
    bool is_over = oracle_history_is_over(history, &lane->id);
    if (last != 0 && is_over) {
        oracle_finding_note(&sessions->self.finding,
                            "replica %u decided height %llu with segments of client %zu, session "
                            "%llu, although %u newer ones have begun",
                            replica, (unsigned long long)order->height, lane->client,
                            (unsigned long long)lane->id.session, SESSIONS_PER_CLIENT_MAX);
    } else if (last == 0 && !is_over && tip->sequence > *decided) {
        oracle_finding_note(&sessions->self.finding,
                            "replica %u decided height %llu without the segments of client %zu, "
                            "session %llu, which is not over",
                            replica, (unsigned long long)order->height, lane->client,
                            (unsigned long long)lane->id.session);
    }
    *decided = last > *decided ? last : *decided;
}

static void judge_gone(struct sessions *sessions, const struct sighting *sighting)
{
    const struct lane_id *lane = sighting->effect->lane;
    if (!oracle_history_is_over(sessions->self.history, lane)) {
        oracle_finding_note(&sessions->self.finding,
                            "replica %u tells a client that its session %llu is over, which it is "
                            "not",
                            sighting->replica, (unsigned long long)lane->session);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct sessions *sessions = self;
    const struct oracle_history *history = sessions->self.history;
    const struct oracle_order *begun = history->begun;
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    for (size_t i = 0; begun != NULL && i < begun->tip_count; i++) {
        judge_tip(sessions, sighting->replica, begun, &begun->tips[i]);
    }
    if (sighting->effect->kind == EFFECT_SESSION_GONE) {
        judge_gone(sessions, sighting);
    }
}

static void fini(void *self)
{
    free(((struct sessions *)self)->decided);
}

const struct oracle_kind oracle_sessions = {
    .name = "sessions",
    .says = "a session is over once so many newer ones of its client have begun, and only then",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_EFFECT(EFFECT_DECIDED) | ORACLE_EFFECT(EFFECT_SESSION_GONE),
    .self_bytes = sizeof(struct sessions),
    .see = see,
    .fini = fini,
};
