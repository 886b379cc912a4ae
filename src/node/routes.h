/* routes.h - over which link each session's client is reached: the one that last spoke for it.
 *
 * A client has SESSIONS_PER_CLIENT_MAX places of its own, so that it can push out only its own
 * sessions; the longest unused one makes room. */
#ifndef STRATEGOS_NODE_ROUTES_H
#define STRATEGOS_NODE_ROUTES_H

#include "wire/message.h"

struct route {
    uint64_t session;
    uint64_t link;         /* 0: this place is empty */
    uint64_t used;         /* when, in calls */
    uint64_t acknowledged; /* the client has its results up to this request */
    /* For a client that may not write: what was answered last, so that requests can be numbered. */
    uint64_t refused_sequence;
    uint64_t refused_first;
    uint64_t refused_count;
};

struct routes {
    uint64_t calls;
    struct route places[CLIENTS_MAX][SESSIONS_PER_CLIENT_MAX];
};

/* A zeroed `routes` is empty. `client` is an index below CLIENTS_MAX. */
struct route *routes_set(struct routes *routes, size_t client, uint64_t session, uint64_t link);

/* 0 if nobody spoke for this session. */
uint64_t routes_find(const struct routes *routes, size_t client, uint64_t session);

/* The same with what else is known of it; NULL if nobody did. */
const struct route *routes_look(const struct routes *routes, size_t client, uint64_t session);

#endif
