/* peers.h - frames between replicas: one PULL socket bound, one PUSH socket per peer, each frame
 * sealed by a link session (crypto/link.h).
 *
 * Non-blocking throughout: a slow or dead peer never blocks the loop. What a socket does not take
 * waits in a queue of at most PEER_QUEUE_BYTES_MAX per peer, oldest dropped first; frames accepted
 * by a connection that then dies are lost without an error. So nothing here is reliable: the
 * protocol retransmits. What it does promise: a frame handed out by peers_receive was sealed by
 * that very replica for us, once. */
#ifndef STRATEGOS_TRANSPORT_PEERS_H
#define STRATEGOS_TRANSPORT_PEERS_H

#include "base/error.h"
#include "transport/events.h"

#define ADDRESS_BYTES_MAX 256u /* "tcp://host:port" or "ipc:///path", NUL included */

struct peers_settings {
    struct digest genesis;
    replica_id self;
    struct secret_key secret;
    size_t replica_count;
    struct {
        char address[ADDRESS_BYTES_MAX]; /* where replica i's PULL socket is bound */
        struct public_key key;
    } replicas[REPLICAS_MAX];
};

struct peers;

/* Binds and starts connecting. ERROR_IN_USE names the address. Host names are resolved by us
 * (nanomsg reports no error for a host that does not exist): an own address that cannot be bound is
 * an error, a peer's that does not resolve is logged and tried again later. */
MUST_USE enum error peers_open(struct peers **peers, const struct peers_settings *settings,
                               uint64_t now_ns, struct error_text *text);
void peers_close(struct peers *peers);

/* Readable when peers_receive may have something. */
int peers_fd(const struct peers *peers);

/* What came; handshakes are handled inside and not reported. False if nothing is waiting. Call
 * until false (or a budget is spent) in each loop turn. */
bool peers_receive(struct peers *peers, uint64_t now_ns, struct peers_event *event);

/* Seals and sends one frame (at most FRAME_BYTES_MAX) to a peer, or queues it; without a session it
 * is dropped (a handshake is under way: retransmission will come). */
void peers_send(struct peers *peers, replica_id to, struct slice bytes, uint64_t now_ns);

/* Retries handshakes, rekeys, flushes queues. Returns when it wants to be called next. */
uint64_t peers_tick(struct peers *peers, uint64_t now_ns);

/* A session is established and something came over it lately (30 s). */
bool peers_is_connected(const struct peers *peers, replica_id id, uint64_t now_ns);

/* Changes each time a new session with the peer is established: the peer may have restarted. */
uint64_t peers_session_count(const struct peers *peers, replica_id id);

/* What waits for the peer's connection, and how many frames were dropped to make room. */
size_t peers_queued_bytes(const struct peers *peers, replica_id id);
uint64_t peers_dropped_count(const struct peers *peers, replica_id id);

#endif
