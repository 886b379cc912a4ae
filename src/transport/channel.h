/* channel.h - the link to one other process: its handshakes, which session sends, keep-alives and
 * renewal. Pure on bytes and times; sockets are elsewhere.
 *
 * Up to three sessions can open frames at once: `current` sends; `previous` is what it replaced,
 * so that frames under way are not lost; `next` is a handshake that we answered and that has not
 * been proven yet. It becomes current only with its first valid frame, so a replayed handshake
 * replaces nothing. The initiator, whose handshake 2 is proof enough, therefore sends a frame at
 * once, an empty one. Either side, or both at once, may initiate: then each may send on another
 * session, and both open both.
 *
 * Empty frames are for the channel alone. One is sent when nothing else was for a while; a channel
 * over which nothing comes is dead: it sends no more, and a handshake begins. */
#ifndef STRATEGOS_TRANSPORT_CHANNEL_H
#define STRATEGOS_TRANSPORT_CHANNEL_H

#include "transport/link_table.h"

#define MS_NS                      UINT64_C(1000000)
#define SECOND_NS                  UINT64_C(1000000000)
#define CHANNEL_KEEP_ALIVE_NS      (5 * SECOND_NS)
#define CHANNEL_DEAD_NS            (15 * SECOND_NS)
#define CHANNEL_BACKOFF_FIRST_NS   (20 * MS_NS)
#define CHANNEL_BACKOFF_MAX_NS     (1 * SECOND_NS)
#define CHANNEL_UNCONFIRMED_NS     (1 * SECOND_NS)  /* an answered handshake may take this long */
#define CHANNEL_PREVIOUS_NS        (60 * SECOND_NS) /* silent for so long, an old session is wiped */
#define CHANNEL_RENEW_RESPONDER_NS (60 * SECOND_NS) /* a responder renews that much later */

struct channel {
    const struct link_identity *identity; /* borrowed */
    struct link_table *sessions;          /* borrowed */
    uint32_t owner;
    bool is_echoed; /* the other side answers each empty frame with one */
    uint8_t remote[32];
    struct link_slot *current;
    struct link_slot *previous;
    struct link_slot *next;
    struct link_slot *pending; /* a handshake of ours under way */
    struct link_initiator initiator;
    bool is_suspect;         /* the connection broke or the other side seems to have restarted */
    uint64_t attempt_due_ns; /* no handshake of ours before */
    uint64_t backoff_ns;
    uint64_t sent_ns;
    uint64_t received_ns;
    uint64_t session_count;
};

void channel_init(struct channel *channel, const struct link_identity *identity,
                  struct link_table *sessions, uint32_t owner, const uint8_t remote[32]);
void channel_fini(struct channel *channel);

/* A handshake 1 should be sent now: there is no session, or it is dead, suspect or old. */
bool channel_wants_handshake(const struct channel *channel, uint64_t now_ns);

/* Begins a handshake, giving up the one under way; sets the back-off. `timestamp` grows with each
 * call. */
MUST_USE enum error channel_initiate(struct channel *channel, uint64_t timestamp, uint64_t now_ns,
                                     uint8_t frame[LINK_HANDSHAKE_1_BYTES]);

/* Handshake 2 for channel->pending. With VERDICT_ACCEPTED the caller sends an empty frame now. */
enum verdict channel_complete(struct channel *channel, struct slice frame, uint64_t now_ns);

/* Answers an opened handshake 1 of this channel's remote; an earlier unproven one is given up. */
MUST_USE enum error channel_respond(struct channel *channel, struct link_request *request,
                                    uint64_t now_ns, uint8_t frame[LINK_HANDSHAKE_2_BYTES]);

/* Opens a transport frame for an open session of this channel into `plain`, of frame.size -
 * LINK_OVERHEAD_BYTES bytes. */
enum verdict channel_open(struct channel *channel, struct link_slot *session, struct slice frame,
                          uint8_t *plain, uint64_t now_ns);

/* The session to send with; NULL if there is none or the channel is dead. */
struct link_slot *channel_sender(const struct channel *channel, uint64_t now_ns);

/* An empty frame is due. */
bool channel_wants_keep_alive(const struct channel *channel, uint64_t now_ns);

/* Something was sealed and sent that puts off the next keep-alive; where is_echoed, only an empty
 * frame does, since nothing else is sure to be answered. */
static inline void channel_on_sent(struct channel *channel, uint64_t now_ns)
{
    channel->sent_ns = now_ns;
}

/* The other side spoke as if it had no session: try a handshake, when the back-off allows. */
void channel_suspect(struct channel *channel);

/* The connection was made anew: what was sent may be lost, and the other side may have restarted.
 * Try a handshake at once. */
void channel_on_connected(struct channel *channel, uint64_t now_ns);

/* Wipes what has served its time. */
void channel_expire(struct channel *channel, uint64_t now_ns);

/* When a handshake or keep-alive is next due, at the latest. */
uint64_t channel_due(const struct channel *channel, uint64_t now_ns);

#endif
