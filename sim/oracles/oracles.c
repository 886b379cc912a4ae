/* oracles.c - the table of all oracles, and who is shown what: see oracle.h. */
#include "oracles/oracle.h"

#include "oracles/kind.h"

#include <stdlib.h>

static const struct oracle_kind *const kinds[] = {
    &oracle_agreement, &oracle_order,    &oracle_validity,  &oracle_acknowledged, &oracle_realtime,
    &oracle_registers, &oracle_sessions, &oracle_digests,   &oracle_votes,        &oracle_quorums,
    &oracle_grounds,   &oracle_times,    &oracle_unaccused, &oracle_persistence,  &oracle_usage,
    &oracle_liveness,  &oracle_recovery,
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])
_Static_assert(KIND_COUNT <= ORACLES_MAX, "they fit the table");

static const char *finding_of(const void *self)
{
    return oracle_finding_text(&((const struct oracle_self *)self)->finding);
}

static void free_self(void *self)
{
    const struct oracle_kind *kind = ((const struct oracle_self *)self)->kind;
    if (kind->fini != NULL) {
        kind->fini(self);
    }
    free(self);
}

static void add_seer(struct oracles *oracles, struct oracle_self *self)
{
    uint64_t sights = self->kind->sights;
    sights |= (sights & ORACLE_EFFECT(EFFECT_SEND)) != 0 ? ORACLE_VOTED : 0;
    sights |= (sights & ORACLE_SIGHT(SIGHT_FRAME)) != 0 ? ORACLE_SAID : 0;
    for (size_t topic = 0; topic < ORACLE_TOPIC_COUNT; topic++) {
        if ((sights & ORACLE_TOPIC(topic)) != 0) {
            oracles->seers[topic].all[oracles->seers[topic].count++] = self;
        }
    }
    oracles->wanted |= sights;
}

enum error oracles_new(struct oracles *oracles, const struct oracle_world *world)
{
    *oracles = (struct oracles){.history = oracle_history_new(world)};
    if (oracles->history == NULL) {
        return ERROR_MEMORY;
    }
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct oracle_self *self = calloc(1, kinds[i]->self_bytes);
        if (self == NULL) {
            oracles_free(oracles);
            return ERROR_MEMORY;
        }
        self->kind = kinds[i];
        self->history = oracles->history;
        oracles->all[oracles->count++] = (struct oracle){
            .name = kinds[i]->name,
            .says = kinds[i]->says,
            .property = kinds[i]->property,
            .self = self,
            .finding = finding_of,
            .free = free_self,
        };
        add_seer(oracles, self);
    }
    oracles->wanted |= ORACLE_HISTORY_SIGHTS;
    return OK;
}

void oracles_free(struct oracles *oracles)
{
    for (size_t i = 0; i < oracles->count; i++) {
        oracles->all[i].free(oracles->all[i].self);
    }
    oracle_history_free(oracles->history);
    *oracles = (struct oracles){0};
}

static const struct oracle *oracle_of(const struct oracles *oracles, const struct oracle_self *self)
{
    size_t i = 0;
    while (oracles->all[i].self != self) {
        i++;
    }
    return &oracles->all[i];
}

static unsigned topic_of(const struct sighting *sighting)
{
    if (sighting->kind == SIGHT_EFFECT) {
        return ORACLE_TOPIC_EFFECT + (unsigned)sighting->effect->kind;
    }
    if (sighting->kind == SIGHT_VERDICT) {
        return ORACLE_TOPIC_VERDICT + (unsigned)sighting->verdict;
    }
    return (unsigned)sighting->kind;
}

/* The history has seen it. */
static unsigned refine(const struct oracle_history *history, unsigned topic)
{
    return history->has_voted         ? (unsigned)ORACLE_TOPIC_VOTED
           : history->left_count != 0 ? (unsigned)ORACLE_TOPIC_SAID
                                      : topic;
}

void oracles_see(struct oracles *oracles, const struct sighting *sighting)
{
    unsigned topic = topic_of(sighting);
    if ((oracles->wanted & ORACLE_TOPIC(topic)) == 0) {
        return;
    }
    oracle_history_see(oracles->history, sighting);
    const struct oracle_seers *seers = &oracles->seers[refine(oracles->history, topic)];
    for (size_t i = 0; i < seers->count; i++) {
        struct oracle_self *self = seers->all[i];
        self->kind->see(self, sighting);
        if (self->finding.is_set && oracles->first == NULL) {
            oracles->first = oracle_of(oracles, self);
        }
    }
}

bool oracles_is_settled(const struct oracles *oracles)
{
    for (size_t i = 0; i < oracles->count; i++) {
        const struct oracle_self *self = oracles->all[i].self;
        if (self->kind->is_settled != NULL && !self->kind->is_settled(self)) {
            return false;
        }
    }
    return true;
}

const struct oracle *oracles_finding(const struct oracles *oracles)
{
    return oracles->first;
}
