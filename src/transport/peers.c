/* peers.c - see peers.h. A peer is a channel (its sessions), an outlet (our connection to it) and a
 * queue of what the connection did not take. Everything comes in through the one PULL socket. */
#include "transport/peers.h"

#include "base/assert.h"
#include "base/log.h"
#include "transport/budget.h"
#include "transport/channel.h"
#include "transport/outlet.h"
#include "transport/queue.h"
#include "transport/timestamps.h"

#include <stdlib.h>

#define CONNECTED_NS            (30 * SECOND_NS)
#define STUCK_NS                (2 * SECOND_NS) /* a connection that takes nothing for so long is stuck */
#define FLUSH_NS                (1 * MS_NS)
#define FLUSH_STUCK_NS          (20 * MS_NS) /* once nothing went for FLUSH_PATIENCE_NS */
#define FLUSH_PATIENCE_NS       (100 * MS_NS)
#define IDLE_NS                 (1 * SECOND_NS)
#define INTERNAL_FRAMES_AT_ONCE 64u /* handshakes and keep-alives in one peers_receive */

struct peer {
    struct channel channel;
    struct outlet outlet;
    struct queue queue;
    uint64_t timestamp_highest; /* of its accepted handshakes */
    uint64_t stuck_since_ns;    /* 0 while the connection takes what we give */
};

struct peers {
    struct link_identity identity;
    struct link_table sessions;
    struct socket socket; /* PULL */
    replica_id self;
    size_t count;
    struct peer peers[REPLICAS_MAX]; /* [self] is unused */
    struct budget requests;          /* handshakes of others that we open */
    struct budget answers;           /* answers to ours that we open */
    uint64_t timestamp_last;
    uint8_t *plain; /* FRAME_BYTES_MAX */
};

static enum error open_socket(struct peers *peers, const struct peers_settings *settings,
                              struct error_text *text)
{
    struct address address;
    struct endpoint endpoint;
    TRY(address_parse(&address, settings->replicas[settings->self].address, text));
    TRY(address_resolve(&address, 0, &endpoint, text));
    TRY(socket_open(&peers->socket, SOCKET_PULL, endpoint.is_ipv6, text));
    return socket_bind(&peers->socket, &endpoint, address.text, text);
}

static enum error open_peer(struct peers *peers, const struct peers_settings *settings,
                            replica_id id, struct error_text *text)
{
    uint8_t remote[32];
    if (!link_public_from(&settings->replicas[id].key, remote)) {
        return error_set(text, ERROR_INVALID, "replica %u: the public key is not a valid one",
                         (unsigned)id);
    }
    struct peer *peer = &peers->peers[id];
    channel_init(&peer->channel, &peers->identity, &peers->sessions, id, remote);
    return outlet_init(&peer->outlet, SOCKET_PUSH, settings->replicas[id].address, text);
}

static enum error open_all(struct peers *peers, const struct peers_settings *settings,
                           struct error_text *text)
{
    if (link_identity_init(&peers->identity, &settings->secret, &settings->genesis) != OK) {
        return error_set(text, ERROR_INVALID, "the secret key is not a valid one");
    }
    if (link_table_init(&peers->sessions, (uint32_t)peers->count) != OK) {
        return error_set(text, ERROR_MEMORY, "no memory for link sessions");
    }
    for (replica_id id = 0; id < peers->count; id++) {
        if (id != peers->self) {
            TRY(open_peer(peers, settings, id, text));
        }
    }
    return open_socket(peers, settings, text);
}

enum error peers_open(struct peers **opened, const struct peers_settings *settings, uint64_t now_ns,
                      struct error_text *text)
{
    ASSERT(settings->replica_count <= REPLICAS_MAX && settings->self < settings->replica_count);
    *opened = NULL;
    struct peers *peers = calloc(1, sizeof *peers);
    if (peers == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for the peers' links");
    }
    peers->self = settings->self;
    peers->count = settings->replica_count;
    peers->socket.number = -1;
    for (replica_id id = 0; id < REPLICAS_MAX; id++) {
        peers->peers[id].outlet.socket.number = -1;
    }
    peers->requests = budget_make(HANDSHAKES_PER_SECOND, HANDSHAKES_AT_ONCE);
    peers->answers = budget_make(HANDSHAKES_PER_SECOND, HANDSHAKES_AT_ONCE);
    peers->plain = malloc(FRAME_BYTES_MAX);
    enum error error = peers->plain == NULL ? error_set(text, ERROR_MEMORY, "no memory for a frame")
                                            : open_all(peers, settings, text);
    if (error != OK) {
        peers_close(peers);
        return error;
    }
    (void)peers_tick(peers, now_ns);
    *opened = peers;
    return OK;
}

void peers_close(struct peers *peers)
{
    if (peers == NULL) {
        return;
    }
    for (replica_id id = 0; id < peers->count; id++) {
        struct peer *peer = &peers->peers[id];
        outlet_fini(&peer->outlet);
        queue_fini(&peer->queue);
        channel_fini(&peer->channel);
    }
    socket_close(&peers->socket);
    link_table_fini(&peers->sessions);
    link_identity_forget(&peers->identity);
    free(peers->plain);
    free(peers);
}

int peers_fd(const struct peers *peers)
{
    return socket_fd(&peers->socket);
}

/* Sending. */

static enum send_result push(struct peer *peer, uint8_t *chunk, uint64_t now_ns)
{
    if (!outlet_is_open(&peer->outlet)) {
        return SEND_LATER;
    }
    enum send_result result = socket_send(&peer->outlet.socket, chunk, NULL);
    if (result == SEND_DONE) {
        peer->stuck_since_ns = 0;
    } else if (peer->stuck_since_ns == 0) {
        peer->stuck_since_ns = now_ns;
    }
    return result;
}

static void flush(struct peers *peers, struct peer *peer, uint64_t now_ns)
{
    const struct queued_frame *front = NULL;
    while ((front = queue_front(&peer->queue)) != NULL) {
        if (link_table_find(&peers->sessions, front->session_index) == NULL) {
            chunk_free(queue_pop(&peer->queue)); /* sealed for nobody any more */
        } else if (push(peer, front->chunk, now_ns) == SEND_DONE) {
            (void)queue_pop(&peer->queue);
        } else {
            return;
        }
    }
}

/* A handshake is of use now or never. */
static void send_handshake(struct peer *peer, const uint8_t *frame, size_t size, uint64_t now_ns)
{
    uint8_t *chunk = chunk_new(size);
    if (chunk != NULL) {
        memcpy(chunk, frame, size);
        if (push(peer, chunk, now_ns) != SEND_DONE) {
            chunk_free(chunk);
        }
    }
}

static void send_sealed(struct peers *peers, struct peer *peer, struct slice bytes, uint64_t now_ns)
{
    struct link_slot *session = channel_sender(&peer->channel, now_ns);
    size_t size = bytes.size + LINK_OVERHEAD_BYTES;
    uint8_t *chunk = session == NULL ? NULL : chunk_new(size);
    if (chunk == NULL) {
        return;
    }
    link_seal(&session->link, bytes, chunk);
    channel_on_sent(&peer->channel, now_ns);
    flush(peers, peer, now_ns);
    if (queue_front(&peer->queue) != NULL || push(peer, chunk, now_ns) != SEND_DONE) {
        queue_push(
            &peer->queue,
            (struct queued_frame){.chunk = chunk, .size = size, .session_index = session->index});
    }
}

void peers_send(struct peers *peers, replica_id to, struct slice bytes, uint64_t now_ns)
{
    ASSERT(to < peers->count && to != peers->self);
    ASSERT(bytes.size >= 1 && bytes.size <= FRAME_BYTES_MAX);
    send_sealed(peers, &peers->peers[to], bytes, now_ns);
}

/* Receiving. What a stranger could have sent is nobody's: only a frame that was opened has a
 * sender. */

static struct peers_event refused(enum verdict verdict)
{
    return (struct peers_event){.verdict = verdict, .from = REPLICAS_MAX};
}

static struct peers_event handled(void)
{
    return (struct peers_event){.verdict = VERDICT_ACCEPTED, .from = REPLICAS_MAX};
}

static replica_id find_peer(const struct peers *peers, const uint8_t remote[32])
{
    for (replica_id id = 0; id < peers->count; id++) {
        if (id != peers->self && memcmp(peers->peers[id].channel.remote, remote,
                                        sizeof peers->peers[id].channel.remote) == 0) {
            return id;
        }
    }
    return REPLICAS_MAX;
}

static void recycle(struct peer *peer, uint64_t now_ns)
{
    outlet_recycle(&peer->outlet, now_ns);
    queue_clear(&peer->queue);
    peer->stuck_since_ns = 0;
}

static struct peers_event on_request(struct peers *peers, struct slice frame, uint64_t now_ns)
{
    struct link_request request;
    uint8_t answer[LINK_HANDSHAKE_2_BYTES];
    if (!budget_take(&peers->requests, now_ns)) {
        return refused(VERDICT_OVER_LIMIT);
    }
    enum verdict verdict = link_open_request(&peers->identity, frame, &request);
    if (verdict != VERDICT_ACCEPTED) {
        return refused(verdict);
    }
    replica_id from = find_peer(peers, request.remote);
    if (from == REPLICAS_MAX) {
        link_request_forget(&request);
        return refused(VERDICT_UNKNOWN_SENDER);
    }
    struct peer *peer = &peers->peers[from];
    if (request.timestamp <= peer->timestamp_highest) {
        /* A replay; or it restarted with its clock set back, and we hear nothing else from it: then
         * a handshake of our own helps. */
        link_request_forget(&request);
        if (now_ns >= peer->channel.received_ns + CHANNEL_KEEP_ALIVE_NS + SECOND_NS) {
            channel_suspect(&peer->channel);
        }
        return (struct peers_event){.verdict = VERDICT_REPLAYED, .from = from};
    }
    if (peer->stuck_since_ns != 0 && now_ns >= peer->stuck_since_ns + STUCK_NS) {
        recycle(peer, now_ns); /* it lives, so it is our connection that does not */
    }
    if (!outlet_is_connected(&peer->outlet)) { /* it tries again, and so do we */
        link_request_forget(&request);
        return handled();
    }
    peer->timestamp_highest = request.timestamp;
    if (channel_respond(&peer->channel, &request, now_ns, answer) == OK) {
        send_handshake(peer, answer, sizeof answer, now_ns);
    }
    return handled();
}

static struct peers_event on_answer(struct peers *peers, struct slice frame, uint32_t index,
                                    uint64_t now_ns)
{
    struct link_slot *session = link_table_find(&peers->sessions, index);
    if (session == NULL || session->is_open) {
        return refused(VERDICT_STALE); /* late, or a guess: not worth opening */
    }
    if (!budget_take(&peers->answers, now_ns)) {
        return refused(VERDICT_OVER_LIMIT);
    }
    struct peer *peer = &peers->peers[session->owner];
    enum verdict verdict = channel_complete(&peer->channel, frame, now_ns);
    if (verdict != VERDICT_ACCEPTED) {
        return refused(verdict);
    }
    send_sealed(peers, peer, slice_of(NULL, 0), now_ns);
    return handled();
}

static struct peers_event on_sealed(struct peers *peers, struct slice frame, uint32_t index,
                                    uint64_t now_ns)
{
    struct link_slot *session = link_table_find(&peers->sessions, index);
    if (session == NULL || !session->is_open) {
        return refused(VERDICT_UNKNOWN_SENDER);
    }
    if (frame.size > FRAME_BYTES_MAX + LINK_OVERHEAD_BYTES) {
        return refused(VERDICT_MALFORMED);
    }
    replica_id from = session->owner;
    enum verdict verdict =
        channel_open(&peers->peers[from].channel, session, frame, peers->plain, now_ns);
    if (verdict == VERDICT_REPLAYED) {
        return (struct peers_event){.verdict = verdict, .from = from};
    }
    if (verdict != VERDICT_ACCEPTED) {
        return refused(verdict);
    }
    return (struct peers_event){
        .verdict = VERDICT_ACCEPTED,
        .from = from,
        .bytes = slice_of(peers->plain, frame.size - LINK_OVERHEAD_BYTES),
    };
}

static struct peers_event on_frame(struct peers *peers, struct slice frame, uint64_t now_ns)
{
    enum link_frame kind = LINK_FRAME_TRANSPORT;
    uint32_t index = 0;
    enum verdict verdict = link_peek(frame, &kind, &index);
    if (verdict != VERDICT_ACCEPTED) {
        return refused(verdict);
    }
    switch (kind) {
    case LINK_FRAME_HANDSHAKE_1:
        return on_request(peers, frame, now_ns);
    case LINK_FRAME_HANDSHAKE_2:
        return on_answer(peers, frame, index, now_ns);
    case LINK_FRAME_TRANSPORT:
        return on_sealed(peers, frame, index, now_ns);
    }
    return refused(VERDICT_MALFORMED);
}

bool peers_receive(struct peers *peers, uint64_t now_ns, struct peers_event *event)
{
    for (unsigned i = 0; i < INTERNAL_FRAMES_AT_ONCE; i++) {
        struct packet packet;
        if (!socket_receive(&peers->socket, &packet)) {
            return false;
        }
        *event = on_frame(peers, slice_of(packet.chunk, packet.size), now_ns);
        chunk_free(packet.chunk);
        if (event->verdict != VERDICT_ACCEPTED || event->bytes.size != 0) {
            return true;
        }
    }
    return false;
}

/* Time. */

static uint64_t recycle_due(const struct peer *peer)
{
    uint64_t heard_ns = peer->channel.received_ns;
    uint64_t opened_ns = peer->outlet.opened_ns;
    return (heard_ns > opened_ns ? heard_ns : opened_ns) + CHANNEL_DEAD_NS;
}

static uint64_t tick_peer(struct peers *peers, struct peer *peer, uint64_t now_ns)
{
    struct channel *channel = &peer->channel;
    if (outlet_is_open(&peer->outlet) && now_ns >= recycle_due(peer)) {
        recycle(peer, now_ns);
    }
    if (outlet_tick(&peer->outlet, now_ns)) {
        channel_on_connected(channel, now_ns);
    }
    channel_expire(channel, now_ns);
    if (!outlet_is_connected(&peer->outlet)) {
        return outlet_due(&peer->outlet, now_ns);
    }
    if (channel_wants_handshake(channel, now_ns)) {
        uint8_t frame[LINK_HANDSHAKE_1_BYTES];
        uint64_t timestamp = timestamp_next(&peers->timestamp_last);
        if (channel_initiate(channel, timestamp, now_ns, frame) == OK) {
            send_handshake(peer, frame, sizeof frame, now_ns);
        }
    }
    if (channel_wants_keep_alive(channel, now_ns)) {
        send_sealed(peers, peer, slice_of(NULL, 0), now_ns);
    }
    flush(peers, peer, now_ns);
    uint64_t due_ns = recycle_due(peer);
    if (queue_front(&peer->queue) != NULL) {
        bool is_stuck = now_ns >= peer->stuck_since_ns + FLUSH_PATIENCE_NS;
        due_ns = now_ns + (is_stuck ? FLUSH_STUCK_NS : FLUSH_NS);
    }
    uint64_t channel_due_ns = channel_due(channel, now_ns);
    return due_ns < channel_due_ns ? due_ns : channel_due_ns;
}

uint64_t peers_tick(struct peers *peers, uint64_t now_ns)
{
    uint64_t due_ns = now_ns + IDLE_NS;
    for (replica_id id = 0; id < peers->count; id++) {
        if (id != peers->self) {
            uint64_t peer_due_ns = tick_peer(peers, &peers->peers[id], now_ns);
            due_ns = peer_due_ns < due_ns ? peer_due_ns : due_ns;
        }
    }
    return due_ns > now_ns ? due_ns : now_ns + 1;
}

bool peers_is_connected(const struct peers *peers, replica_id id, uint64_t now_ns)
{
    ASSERT(id < peers->count);
    const struct channel *channel = &peers->peers[id].channel;
    return channel->current != NULL && now_ns < channel->received_ns + CONNECTED_NS;
}

uint64_t peers_session_count(const struct peers *peers, replica_id id)
{
    ASSERT(id < peers->count);
    return peers->peers[id].channel.session_count;
}

size_t peers_queued_bytes(const struct peers *peers, replica_id id)
{
    ASSERT(id < peers->count);
    return peers->peers[id].queue.bytes;
}

uint64_t peers_dropped_count(const struct peers *peers, replica_id id)
{
    ASSERT(id < peers->count);
    return peers->peers[id].queue.dropped_count;
}
