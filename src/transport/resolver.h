/* resolver.h - one host name being looked up on a thread of its own, because the system's resolver
 * may block for many seconds and the loop must not. */
#ifndef STRATEGOS_TRANSPORT_RESOLVER_H
#define STRATEGOS_TRANSPORT_RESOLVER_H

#include "transport/address.h"

struct resolver;

/* NULL if no thread can be started now; try again later. */
struct resolver *resolver_start(const struct address *address, unsigned attempt);

/* True once the answer is there: then *result, and *endpoint or *error, are set. */
bool resolver_poll(struct resolver *resolver, enum error *result, struct endpoint *endpoint,
                   struct error_text *error);

/* Never waits: a look-up still under way goes on by itself and is then forgotten. NULL is
 * allowed. */
void resolver_free(struct resolver *resolver);

#endif
