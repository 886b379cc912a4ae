/* kind.h - one kind of oracle, and the table of them: for oracles.c and tests. */
#ifndef STRATEGOS_ORACLES_KIND_H
#define STRATEGOS_ORACLES_KIND_H

#include "oracles/finding.h"
#include "oracles/history.h"

/* What a sighting is about: its kind; of an effect and of a verdict, which one; and of what is
 * sent, whether a vote is cast in it or words leave with it. An oracle is shown only what it says
 * it wants, as a set of these. */
enum {
    ORACLE_TOPIC_VOTED = SIGHT_END + 1, /* of SEND, those with history's `has_voted` */
    ORACLE_TOPIC_SAID,                  /* of FRAME, those with history's `left` */
    ORACLE_TOPIC_EFFECT,
    ORACLE_TOPIC_VERDICT = ORACLE_TOPIC_EFFECT + EFFECT_SESSION_GONE + 1,
    ORACLE_TOPIC_COUNT = ORACLE_TOPIC_VERDICT + VERDICT_COUNT,
};
_Static_assert(ORACLE_TOPIC_COUNT <= ORACLE_TOPICS_MAX, "they fit a set");
#define ORACLE_TOPIC(topic)     (UINT64_C(1) << (topic))
#define ORACLE_SIGHT(kind)      ORACLE_TOPIC(kind) /* not of EFFECT, VERDICT */
#define ORACLE_EFFECT(kind)     ORACLE_TOPIC(ORACLE_TOPIC_EFFECT + (kind))
#define ORACLE_VERDICT(verdict) ORACLE_TOPIC(ORACLE_TOPIC_VERDICT + (verdict))
#define ORACLE_VOTED            ORACLE_TOPIC(ORACLE_TOPIC_VOTED)
#define ORACLE_SAID             ORACLE_TOPIC(ORACLE_TOPIC_SAID)
/* Enough for those who look at the clock. */
#define ORACLE_SIGHTS_SELDOM    (ORACLE_TOPIC(SIGHT_END + 1) - 1 - ORACLE_SIGHT(SIGHT_FRAME))

struct oracle_kind {
    const char *name;
    const char *says;
    enum property property;
    uint64_t sights;
    size_t self_bytes; /* of a struct whose first member is oracle_self; zeroed at first */
    void (*see)(void *self, const struct sighting *sighting);
    void (*fini)(void *self); /* NULL: nothing to do */
    /* Is nothing more to come for it in the calm? NULL: it does not wait. */
    bool (*is_settled)(const void *self);
};

struct oracle_self {
    const struct oracle_kind *kind;
    const struct oracle_history *history; /* has seen the sighting already */
    struct oracle_finding finding;
};

extern const struct oracle_kind oracle_agreement;
extern const struct oracle_kind oracle_order;
extern const struct oracle_kind oracle_validity;
extern const struct oracle_kind oracle_acknowledged;
extern const struct oracle_kind oracle_realtime;
extern const struct oracle_kind oracle_registers;
extern const struct oracle_kind oracle_sessions;
extern const struct oracle_kind oracle_digests;
extern const struct oracle_kind oracle_votes;
extern const struct oracle_kind oracle_quorums;
extern const struct oracle_kind oracle_grounds;
extern const struct oracle_kind oracle_times;
extern const struct oracle_kind oracle_unaccused;
extern const struct oracle_kind oracle_persistence;
extern const struct oracle_kind oracle_usage;
extern const struct oracle_kind oracle_liveness;
extern const struct oracle_kind oracle_recovery;

#endif
