/* listener.c - see listener.h.
 *
 * A link is one client process: a channel that only answers, and the header that leads back to its
 * connection, taken from its latest valid frame. A process that shakes hands again over the same
 * connection keeps its link. A link counts once a frame proved its session; until then it is one of
 * a few, so handshakes replayed after a restart of ours push nobody out. Where all links are taken
 * the client that holds most of them gives up its longest silent one. */
#include "transport/listener.h"

#include "base/assert.h"
#include "transport/budget.h"
#include "transport/channel.h"
#include "transport/socket.h"
#include "transport/timestamps.h"
#include "wire/limits.h"

#include <stdlib.h>

#define UNPROVEN_MAX            128u
#define SLOTS                   (LISTENER_LINKS_MAX + UNPROVEN_MAX)
#define SLOT_BITS               11u
#define LIVE_NS                 (60 * SECOND_NS)
#define INTERNAL_FRAMES_AT_ONCE 64u

/* Handshakes that one connection may try; cells are shared by connections 256 apart. */
#define CONNECTION_CELLS                 256u
#define CONNECTION_HANDSHAKES_PER_SECOND 8u

_Static_assert(SLOTS <= 1u << SLOT_BITS, "a link number holds its slot");
_Static_assert(SLOTS <= SESSION_OWNERS_MAX, "every link has sessions");

struct link {
    link_nr nr; /* 0: free */
    size_t client;
    struct channel channel;
    uint8_t header[SOCKET_HEADER_BYTES];
    uint64_t made_ns;
    bool is_proven;
};

struct listener {
    struct link_identity identity;
    struct link_table sessions;
    struct socket socket; /* raw REP */
    size_t client_count;
    uint8_t (*clients)[32]; /* X25519 */
    struct timestamps *timestamps;
    struct link *links; /* SLOTS */
    uint64_t link_serial;
    size_t proven_count;
    size_t unproven_count;
    struct budget requests;
    struct budget connections[CONNECTION_CELLS];
    uint8_t *plain; /* FRAME_BYTES_MAX */
};

static enum error open_clients(struct listener *listener, const struct listener_settings *settings,
                               struct error_text *text)
{
    listener->client_count = settings->client_count;
    listener->clients = calloc(settings->client_count + 1, sizeof *listener->clients);
    listener->timestamps = calloc(settings->client_count + 1, sizeof *listener->timestamps);
    listener->links = calloc(SLOTS, sizeof *listener->links);
    listener->plain = malloc(FRAME_BYTES_MAX);
    if (listener->clients == NULL || listener->timestamps == NULL || listener->links == NULL ||
        listener->plain == NULL || link_table_init(&listener->sessions, SLOTS) != OK) {
        return error_set(text, ERROR_MEMORY, "no memory for the clients' links");
    }
    for (size_t i = 0; i < settings->client_count; i++) {
        if (!link_public_from(&settings->clients[i], listener->clients[i])) {
            return error_set(text, ERROR_INVALID, "client %zu: the public key is not a valid one",
                             i);
        }
    }
    return OK;
}

static enum error open_socket(struct listener *listener, const char *where, struct error_text *text)
{
    struct address address;
    struct endpoint endpoint;
    TRY(address_parse(&address, where, text));
    TRY(address_resolve(&address, 0, &endpoint, text));
    TRY(socket_open(&listener->socket, SOCKET_RAW_REP, endpoint.is_ipv6, text));
    return socket_bind(&listener->socket, &endpoint, address.text, text);
}

static enum error open_all(struct listener *listener, const struct listener_settings *settings,
                           struct error_text *text)
{
    if (link_identity_init(&listener->identity, &settings->secret, &settings->genesis) != OK) {
        return error_set(text, ERROR_INVALID, "the secret key is not a valid one");
    }
    TRY(open_clients(listener, settings, text));
    return open_socket(listener, settings->address, text);
}

enum error listener_open(struct listener **opened, const struct listener_settings *settings,
                         struct error_text *text)
{
    *opened = NULL;
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for the clients' links");
    }
    listener->socket.number = -1;
    listener->requests = budget_make(HANDSHAKES_PER_SECOND, HANDSHAKES_AT_ONCE);
    for (size_t i = 0; i < CONNECTION_CELLS; i++) {
        listener->connections[i] =
            budget_make(CONNECTION_HANDSHAKES_PER_SECOND, CONNECTION_HANDSHAKES_PER_SECOND);
    }
    enum error error = open_all(listener, settings, text);
    if (error != OK) {
        listener_close(listener);
        return error;
    }
    *opened = listener;
    return OK;
}

static void link_free(struct listener *listener, struct link *link)
{
    if (link->is_proven) {
        listener->proven_count--;
    } else {
        listener->unproven_count--;
    }
    channel_fini(&link->channel);
    *link = (struct link){.nr = 0};
}

void listener_close(struct listener *listener)
{
    if (listener == NULL) {
        return;
    }
    socket_close(&listener->socket);
    for (size_t i = 0; listener->links != NULL && i < SLOTS; i++) {
        if (listener->links[i].nr != 0) {
            link_free(listener, &listener->links[i]);
        }
    }
    link_table_fini(&listener->sessions);
    link_identity_forget(&listener->identity);
    free(listener->clients);
    free(listener->timestamps);
    free(listener->links);
    free(listener->plain);
    free(listener);
}

int listener_fd(const struct listener *listener)
{
    return socket_fd(&listener->socket);
}

/* Links. */

static bool is_same_connection(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, 4) == 0; /* the first hop; the request's id follows */
}

static struct link *link_of_connection(struct listener *listener, size_t client,
                                       const uint8_t *header)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct link *link = &listener->links[i];
        if (link->nr != 0 && link->client == client && is_same_connection(link->header, header)) {
            return link;
        }
    }
    return NULL;
}

static void drop_oldest_unproven(struct listener *listener)
{
    struct link *oldest = NULL;
    for (size_t i = 0; i < SLOTS; i++) {
        struct link *link = &listener->links[i];
        if (link->nr != 0 && !link->is_proven &&
            (oldest == NULL || link->made_ns < oldest->made_ns)) {
            oldest = link;
        }
    }
    ASSERT(oldest != NULL);
    link_free(listener, oldest);
}

/* The longest silent link of the client that holds most. */
static void drop_greediest(struct listener *listener)
{
    size_t held[CLIENTS_MAX + 1] = {0};
    size_t greediest = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        const struct link *link = &listener->links[i];
        if (link->nr != 0 && link->is_proven && ++held[link->client] > held[greediest]) {
            greediest = link->client;
        }
    }
    struct link *silent = NULL;
    for (size_t i = 0; i < SLOTS; i++) {
        struct link *link = &listener->links[i];
        if (link->nr != 0 && link->is_proven && link->client == greediest &&
            (silent == NULL || link->channel.received_ns < silent->channel.received_ns)) {
            silent = link;
        }
    }
    ASSERT(silent != NULL);
    link_free(listener, silent);
}

static struct link *link_make(struct listener *listener, size_t client, const uint8_t *header,
                              uint64_t now_ns)
{
    if (listener->unproven_count == UNPROVEN_MAX) {
        drop_oldest_unproven(listener);
    }
    uint32_t slot = 0;
    while (listener->links[slot].nr != 0) { /* one is free: both kinds are below their limits */
        slot++;
        ASSERT(slot < SLOTS);
    }
    struct link *link = &listener->links[slot];
    *link = (struct link){
        .nr = ++listener->link_serial << SLOT_BITS | slot, .client = client, .made_ns = now_ns};
    memcpy(link->header, header, sizeof link->header);
    channel_init(&link->channel, &listener->identity, &listener->sessions, slot,
                 listener->clients[client]);
    listener->unproven_count++;
    return link;
}

static void link_prove(struct listener *listener, struct link *link)
{
    if (!link->is_proven) {
        if (listener->proven_count == LISTENER_LINKS_MAX) {
            drop_greediest(listener);
        }
        link->is_proven = true;
        listener->unproven_count--;
        listener->proven_count++;
    }
}

/* Sending. */

static void send_chunk(struct listener *listener, const struct link *link, uint8_t *chunk)
{
    if (socket_send(&listener->socket, chunk, link->header) != SEND_DONE) {
        chunk_free(chunk);
    }
}

static bool send_sealed(struct listener *listener, struct link *link, struct slice bytes,
                        uint64_t now_ns)
{
    /* Not channel_sender: a silent client's replies may go where its last request came from. */
    struct link_slot *session = link->channel.current;
    uint8_t *chunk = session == NULL ? NULL : chunk_new(bytes.size + LINK_OVERHEAD_BYTES);
    if (chunk == NULL) {
        return false;
    }
    link_seal(&session->link, bytes, chunk);
    channel_on_sent(&link->channel, now_ns);
    send_chunk(listener, link, chunk);
    return true;
}

bool listener_send(struct listener *listener, link_nr nr, struct slice bytes, uint64_t now_ns)
{
    ASSERT(bytes.size >= 1 && bytes.size <= FRAME_BYTES_MAX);
    struct link *link = &listener->links[(nr & ((1u << SLOT_BITS) - 1)) % SLOTS];
    return nr != 0 && link->nr == nr && send_sealed(listener, link, bytes, now_ns);
}

/* Receiving. */

static struct listener_event refused(const struct listener *listener, enum verdict verdict)
{
    return (struct listener_event){.verdict = verdict, .client = listener->client_count};
}

static size_t find_client(const struct listener *listener, const uint8_t remote[32])
{
    size_t client = 0;
    while (client < listener->client_count &&
           memcmp(listener->clients[client], remote, sizeof listener->clients[client]) != 0) {
        client++;
    }
    return client;
}

static struct listener_event on_request(struct listener *listener, const struct packet *packet,
                                        uint64_t now_ns)
{
    struct link_request request;
    struct budget *connection =
        &listener->connections[packet->header[3] % CONNECTION_CELLS]; /* low byte of its key */
    if (!budget_take(connection, now_ns) || !budget_take(&listener->requests, now_ns)) {
        return refused(listener, VERDICT_OVER_LIMIT);
    }
    enum verdict verdict =
        link_open_request(&listener->identity, slice_of(packet->chunk, packet->size), &request);
    if (verdict != VERDICT_ACCEPTED) {
        return refused(listener, verdict);
    }
    size_t client = find_client(listener, request.remote);
    if (client == listener->client_count) {
        verdict = VERDICT_UNKNOWN_SENDER;
    } else if (!timestamps_accept(&listener->timestamps[client], request.timestamp)) {
        verdict = VERDICT_REPLAYED;
    }
    if (verdict != VERDICT_ACCEPTED) {
        link_request_forget(&request);
        return (struct listener_event){.verdict = verdict, .client = client};
    }
    struct link *link = link_of_connection(listener, client, packet->header);
    if (link == NULL) {
        link = link_make(listener, client, packet->header, now_ns);
    }
    uint8_t *answer = chunk_new(LINK_HANDSHAKE_2_BYTES);
    if (answer == NULL) {
        link_request_forget(&request);
    } else if (channel_respond(&link->channel, &request, now_ns, answer) != OK) {
        chunk_free(answer);
    } else {
        send_chunk(listener, link, answer);
    }
    return refused(listener, VERDICT_ACCEPTED);
}

static struct listener_event on_sealed(struct listener *listener, const struct packet *packet,
                                       uint32_t index, uint64_t now_ns)
{
    struct link_slot *session = link_table_find(&listener->sessions, index);
    if (session == NULL) {
        return refused(listener, VERDICT_UNKNOWN_SENDER);
    }
    if (packet->size > FRAME_BYTES_MAX + LINK_OVERHEAD_BYTES) {
        return refused(listener, VERDICT_MALFORMED);
    }
    struct link *link = &listener->links[session->owner];
    enum verdict verdict = channel_open(
        &link->channel, session, slice_of(packet->chunk, packet->size), listener->plain, now_ns);
    if (verdict == VERDICT_REPLAYED) {
        return (struct listener_event){
            .verdict = verdict, .link = link->nr, .client = link->client};
    }
    if (verdict != VERDICT_ACCEPTED) {
        return refused(listener, verdict);
    }
    link_prove(listener, link);
    memcpy(link->header, packet->header, sizeof link->header);
    size_t size = packet->size - LINK_OVERHEAD_BYTES;
    if (size == 0) { /* a sign of life asks for one */
        (void)send_sealed(listener, link, slice_of(NULL, 0), now_ns);
    }
    return (struct listener_event){
        .verdict = VERDICT_ACCEPTED,
        .link = link->nr,
        .client = link->client,
        .bytes = slice_of(listener->plain, size),
    };
}

static struct listener_event on_packet(struct listener *listener, const struct packet *packet,
                                       uint64_t now_ns)
{
    enum link_frame kind = LINK_FRAME_TRANSPORT;
    uint32_t index = 0;
    enum verdict verdict = link_peek(slice_of(packet->chunk, packet->size), &kind, &index);
    if (verdict != VERDICT_ACCEPTED || !packet->has_header) {
        return refused(listener, VERDICT_MALFORMED);
    }
    switch (kind) {
    case LINK_FRAME_HANDSHAKE_1:
        return on_request(listener, packet, now_ns);
    case LINK_FRAME_TRANSPORT:
        return on_sealed(listener, packet, index, now_ns);
    case LINK_FRAME_HANDSHAKE_2: /* we never ask a client */
        break;
    }
    return refused(listener, VERDICT_MALFORMED);
}

bool listener_receive(struct listener *listener, uint64_t now_ns, struct listener_event *event)
{
    for (unsigned i = 0; i < INTERNAL_FRAMES_AT_ONCE; i++) {
        struct packet packet;
        if (!socket_receive(&listener->socket, &packet)) {
            return false;
        }
        *event = on_packet(listener, &packet, now_ns);
        chunk_free(packet.chunk);
        if (event->verdict != VERDICT_ACCEPTED || event->bytes.size != 0) {
            return true;
        }
    }
    return false;
}

size_t listener_link_count(const struct listener *listener, uint64_t now_ns)
{
    size_t count = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        const struct link *link = &listener->links[i];
        if (link->nr != 0 && link->is_proven && now_ns < link->channel.received_ns + LIVE_NS) {
            count++;
        }
    }
    return count;
}
