/* agenda.h - what is due when: a heap of events, first by time, then by the order in which they
 * were entered. */
#ifndef STRATEGOS_CLUSTER_AGENDA_H
#define STRATEGOS_CLUSTER_AGENDA_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parcel;

struct event {
    uint64_t at_ns;
    uint64_t number; /* counts those entered: the agenda's to fill in */
    uint32_t kind;
    uint32_t who;
    union { /* as `kind` says */
        uint64_t tag;
        struct parcel *parcel; /* owned by the event */
    };
};

struct agenda {
    struct event *heap;
    size_t count;
    size_t capacity;
    uint64_t entered;
};

void agenda_fini(struct agenda *agenda); /* parcels are the caller's */
void agenda_add(struct agenda *agenda, const struct event *event);
/* Takes the next one; false: there is none. */
bool agenda_take(struct agenda *agenda, struct event *event);

#endif
