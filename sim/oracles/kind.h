/* kind.h - one kind of oracle, and the table of them: for oracles.c and tests. */
#ifndef STRATEGOS_ORACLES_KIND_H
#define STRATEGOS_ORACLES_KIND_H

#include "oracles/finding.h"
#include "oracles/history.h"
#include "oracles/topic.h"

struct oracle_kind {
    const char *name;
    const char *says;
    enum property property;
    uint64_t sights;   /* what it wants to be shown: topic.h */
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
