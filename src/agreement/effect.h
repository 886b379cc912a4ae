/* effect.h - what the pure core wants done, in the order in which it wants it.
 *
 * The shell's duties:
 *  1. Effects are carried out in order. Everything an effect points to is borrowed for the call.
 *  2. A message marked `durable` leaves only after all PERSIST effects before it have been synced;
 *     one sync per loop turn serves all. If the sync cannot be done now (disk full), nothing
 *     durable leaves and no further event is given to the core until it is done.
 *  3. A `lazy` message may wait a few milliseconds for another one to the same peer.
 *  4. A DECIDED order is appended to the ledger, applied in order, and acknowledged by
 *     replica_on_applied; until then its segments stay where they are.
 *  5. The core is not re-entered from inside `emit`. */
#ifndef STRATEGOS_AGREEMENT_EFFECT_H
#define STRATEGOS_AGREEMENT_EFFECT_H

#include "wire/message.h"

#define REPLICA_ALL REPLICAS_MAX /* every replica but oneself */

enum effect_kind {
    EFFECT_PERSIST_SEGMENT,     /* segment, digest */
    EFFECT_FORGET_SEGMENT,      /* digest: never decided, needs no finding again */
    EFFECT_PERSIST_PROPOSAL,    /* proposal */
    EFFECT_PERSIST_VOTE,        /* vote: this replica's own */
    EFFECT_PERSIST_CERTIFICATE, /* certificate */
    EFFECT_SEND,                /* message to `to` */
    EFFECT_SERVE_BLOCKS,        /* send blocks from `height` on, at most `count`, to `to` */
    EFFECT_DECIDED,             /* decision */
    EFFECT_BUSY,         /* tell the client of `lane` that segment `sequence` was not taken */
    EFFECT_SESSION_GONE, /* tell the client of `lane` that this session is over */
};

struct effect {
    enum effect_kind kind;
    replica_id to;
    bool durable;
    bool lazy;
    const struct peer_message *message;
    const struct segment *segment;
    const struct digest *digest;
    const struct proposal *proposal;
    const struct vote *vote;
    const struct certificate *certificate;
    const struct decision *decision;
    const struct lane_id *lane;
    uint64_t sequence;
    height_nr height;
    uint32_t count;
};

struct effects {
    void *context;
    void (*emit)(void *context, const struct effect *effect);
};

#endif
