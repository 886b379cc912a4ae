/* timestamps.h - which handshakes of one client key were accepted before.
 *
 * A replica's handshakes must carry growing timestamps. The processes that share a client's key
 * cannot agree on that: theirs reach us out of order. So the newest TIMESTAMPS_KEPT are remembered
 * one by one, and whatever is older than all of those is refused. A captured handshake is thus
 * refused for ever: it is among the remembered, or below them. An honest one is refused only if
 * TIMESTAMPS_KEPT later ones overtook it; its process tries again with a new one. */
#ifndef STRATEGOS_TRANSPORT_TIMESTAMPS_H
#define STRATEGOS_TRANSPORT_TIMESTAMPS_H

#include <stdbool.h>
#include <stdint.h>

#define TIMESTAMPS_KEPT 256u

/* Empty when all zeros. */
struct timestamps {
    uint64_t kept[TIMESTAMPS_KEPT]; /* ascending */
    uint32_t count;
};

/* True, and remembered, if it was never accepted before. */
bool timestamps_accept(struct timestamps *timestamps, uint64_t timestamp);

/* For an initiator: the wall clock in ns, but always above *last, which it updates. */
uint64_t timestamp_next(uint64_t *last);

#endif
