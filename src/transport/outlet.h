/* outlet.h - a connecting socket that finds its address by itself.
 *
 * A name that does not resolve is logged once and asked for again. nanomsg reconnects by itself,
 * but cannot tell a connection whose other end vanished from one that is idle: the owner, who knows
 * what was heard, recycles the outlet then, which also looks the name up anew. */
#ifndef STRATEGOS_TRANSPORT_OUTLET_H
#define STRATEGOS_TRANSPORT_OUTLET_H

#include "transport/resolver.h"
#include "transport/socket.h"

struct outlet {
    enum socket_kind kind;
    struct address address;
    struct socket socket; /* number -1 while closed */
    struct resolver *resolver;
    unsigned attempt;
    bool is_trouble_told; /* one log line per spell of trouble */
    uint64_t due_ns;      /* of the next attempt to open or look up */
    uint64_t opened_ns;
    uint64_t connections_seen;
    uint64_t quiet_since_ns; /* when the connection was last missed, for the polling interval */
};

MUST_USE enum error outlet_init(struct outlet *outlet, enum socket_kind kind, const char *address,
                                struct error_text *error);
void outlet_fini(struct outlet *outlet);

/* Looks up and opens. True if a connection was made since the last call: what was sent before may
 * be lost. */
bool outlet_tick(struct outlet *outlet, uint64_t now_ns);

/* When to call outlet_tick next while not connected. */
uint64_t outlet_due(const struct outlet *outlet, uint64_t now_ns);

static inline bool outlet_is_open(const struct outlet *outlet)
{
    return outlet->socket.number >= 0;
}

bool outlet_is_connected(const struct outlet *outlet);

/* Closes and begins again at the next tick. What was sent and not yet delivered is lost. */
void outlet_recycle(struct outlet *outlet, uint64_t now_ns);

#endif
