/* topic.h - what a sighting is about: its kind; of an effect and of a verdict, which one; and of
 * what is sent, whether a vote is cast in it or words leave with it. Oracles and the history are
 * shown only what they say they want, as a set of these. */
#ifndef STRATEGOS_ORACLES_TOPIC_H
#define STRATEGOS_ORACLES_TOPIC_H

#include "oracles/oracle.h"

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
/* Enough for those who look at the clock: all kinds but those that come thick and fast. */
#define ORACLE_SIGHTS_SELDOM    (ORACLE_TOPIC(SIGHT_END + 1) - 1 - ORACLE_SIGHT(SIGHT_FRAME))

#endif
