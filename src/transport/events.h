/* events.h - what links hand out: opened frames, or what was wrong with them. */
#ifndef STRATEGOS_TRANSPORT_EVENTS_H
#define STRATEGOS_TRANSPORT_EVENTS_H

#include "base/bytes.h"
#include "base/verdict.h"
#include "wire/message.h"

#define LISTENER_LINKS_MAX 1024u /* client processes at once; the longest silent one makes room */

/* What came from a peer. `from` is known unless the verdict is about an unknown sender (then
 * REPLICAS_MAX). With VERDICT_ACCEPTED `bytes` is the opened frame, borrowed until the next call.
 * Any other verdict: somebody misbehaved; count it. */
struct peers_event {
    enum verdict verdict;
    replica_id from;
    struct slice bytes;
};

/* Names one client process's link until it is replaced; never reused for another. 0 is none. */
typedef uint64_t link_nr;

struct listener_event {
    enum verdict verdict;
    link_nr link;       /* 0 if unknown */
    size_t client;      /* index among the group's clients; their count if unknown */
    struct slice bytes; /* the opened frame, borrowed until the next call */
};

#endif
