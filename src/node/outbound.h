/* outbound.h - messages on their way to peers, collected during a loop turn into frames.
 *
 * Nothing leaves before outbound_flush, which the shell calls after the turn's sync: so whatever is
 * durable is on disk by then. A peer's messages leave together, in one frame where they fit one. A
 * lazy message waits up to OUTBOUND_LAZY_NS for company. Knows nothing of sockets. */
#ifndef STRATEGOS_NODE_OUTBOUND_H
#define STRATEGOS_NODE_OUTBOUND_H

#include "base/buffer.h"
#include "wire/message.h"

#define OUTBOUND_LAZY_NS    UINT64_C(5000000)
#define OUTBOUND_FRAMES_MAX 32u        /* for one peer in one turn; what is beyond is dropped */
#define OUTBOUND_KEEP_BYTES (1u << 20) /* of a peer's buffer between turns */

struct outbound_peer {
    struct buffer bytes;
    size_t ends[OUTBOUND_FRAMES_MAX]; /* of the closed frames, in `bytes` */
    size_t closed_count;
    size_t message_count; /* in the open frame */
    uint64_t due_ns;      /* UINT64_MAX: nothing waits */
    bool is_durable;      /* something that waits must be on disk first */
};

struct outbound {
    size_t replica_count;
    replica_id self;
    struct buffer scratch;
    struct outbound_peer peers[REPLICAS_MAX];
    uint64_t due_ns;  /* the earliest of all peers */
    uint64_t dropped; /* messages; the protocol sends again what matters */
};

void outbound_init(struct outbound *outbound, size_t replica_count, replica_id self);
void outbound_fini(struct outbound *outbound);

struct outbound_rule {
    bool durable; /* all that is in the ledger by now must be synced first */
    bool lazy;
};

/* `to` is a replica or REPLICA_ALL; the message is encoded once. */
void outbound_add(struct outbound *outbound, replica_id to, const struct peer_message *message,
                  struct outbound_rule rule, uint64_t now_ns);

/* A message that is encoded already, as wire_encode_peer_message would. */
void outbound_add_encoded(struct outbound *outbound, replica_id to, struct slice encoded,
                          uint64_t now_ns);

/* Bytes that wait for a peer. */
size_t outbound_waiting(const struct outbound *outbound, replica_id to);

/* Would a flush now send something durable? */
bool outbound_needs_sync(const struct outbound *outbound, uint64_t now_ns);

struct outbound_sink {
    void *context;
    void (*send)(void *context, replica_id to, struct slice frame);
};

/* Sends all that waits for those peers for which something is due. */
void outbound_flush(struct outbound *outbound, uint64_t now_ns, const struct outbound_sink *sink);

/* When the next flush is due; UINT64_MAX: nothing waits. */
uint64_t outbound_deadline(const struct outbound *outbound);

#endif
