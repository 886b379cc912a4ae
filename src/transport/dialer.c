/* dialer.c - see dialer.h. One channel that initiates, over one outlet. The outlet's socket may be
 * replaced, so what the caller polls is an epoll descriptor that follows it. */
#include "transport/dialer.h"

#include "base/assert.h"
#include "transport/budget.h"
#include "transport/channel.h"
#include "transport/outlet.h"
#include "transport/timestamps.h"
#include "wire/limits.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define IDLE_NS                 (1 * SECOND_NS)
#define INTERNAL_FRAMES_AT_ONCE 64u

struct dialer {
    struct link_identity identity;
    struct link_table sessions;
    struct channel channel;
    struct outlet outlet;
    struct budget answers;
    uint64_t timestamp_last;
    int poll_fd;
    uint8_t *plain; /* FRAME_BYTES_MAX */
};

static enum error open_all(struct dialer *dialer, const struct dialer_settings *settings,
                           struct error_text *text)
{
    uint8_t remote[32];
    if (link_identity_init(&dialer->identity, &settings->secret, &settings->genesis) != OK) {
        return error_set(text, ERROR_INVALID, "the secret key is not a valid one");
    }
    if (!link_public_from(&settings->replica, remote)) {
        return error_set(text, ERROR_INVALID, "replica at %s: the public key is not a valid one",
                         settings->address);
    }
    TRY(outlet_init(&dialer->outlet, SOCKET_RAW_REQ, settings->address, text));
    if (link_table_init(&dialer->sessions, 1) != OK) {
        return error_set(text, ERROR_MEMORY, "no memory for link sessions");
    }
    channel_init(&dialer->channel, &dialer->identity, &dialer->sessions, 0, remote);
    dialer->channel.is_echoed = true;
    dialer->plain = malloc(FRAME_BYTES_MAX);
    if (dialer->plain == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a frame");
    }
    dialer->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (dialer->poll_fd < 0) {
        return error_set(text, ERROR_IO, "cannot open a descriptor to poll: too many open files?");
    }
    return OK;
}

enum error dialer_open(struct dialer **opened, const struct dialer_settings *settings,
                       uint64_t now_ns, struct error_text *text)
{
    *opened = NULL;
    struct dialer *dialer = calloc(1, sizeof *dialer);
    if (dialer == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a link");
    }
    dialer->poll_fd = -1;
    dialer->outlet.socket.number = -1;
    dialer->answers = budget_make(HANDSHAKES_PER_SECOND, HANDSHAKES_AT_ONCE);
    enum error error = open_all(dialer, settings, text);
    if (error != OK) {
        dialer_close(dialer);
        return error;
    }
    (void)dialer_tick(dialer, now_ns);
    *opened = dialer;
    return OK;
}

void dialer_close(struct dialer *dialer)
{
    if (dialer == NULL) {
        return;
    }
    if (dialer->poll_fd >= 0) {
        (void)close(dialer->poll_fd);
    }
    outlet_fini(&dialer->outlet);
    channel_fini(&dialer->channel);
    link_table_fini(&dialer->sessions);
    link_identity_forget(&dialer->identity);
    free(dialer->plain);
    free(dialer);
}

int dialer_fd(const struct dialer *dialer)
{
    return dialer->poll_fd;
}

static bool send_chunk(struct dialer *dialer, uint8_t *chunk)
{
    if (!outlet_is_open(&dialer->outlet) ||
        socket_send(&dialer->outlet.socket, chunk, NULL) != SEND_DONE) {
        chunk_free(chunk);
        return false;
    }
    return true;
}

static bool send_sealed(struct dialer *dialer, struct slice bytes, uint64_t now_ns)
{
    struct link_slot *session = channel_sender(&dialer->channel, now_ns);
    uint8_t *chunk = session == NULL ? NULL : chunk_new(bytes.size + LINK_OVERHEAD_BYTES);
    if (chunk == NULL) {
        return false;
    }
    link_seal(&session->link, bytes, chunk);
    return send_chunk(dialer, chunk);
}

static void send_empty(struct dialer *dialer, uint64_t now_ns)
{
    (void)send_sealed(dialer, slice_of(NULL, 0), now_ns);
    channel_on_sent(&dialer->channel, now_ns);
}

bool dialer_send(struct dialer *dialer, struct slice bytes, uint64_t now_ns)
{
    ASSERT(bytes.size >= 1 && bytes.size <= FRAME_BYTES_MAX);
    return send_sealed(dialer, bytes, now_ns);
}

static enum verdict on_answer(struct dialer *dialer, struct slice frame,
                              const struct link_slot *session, uint64_t now_ns)
{
    if (session == NULL || session->is_open) {
        return VERDICT_STALE;
    }
    if (!budget_take(&dialer->answers, now_ns)) {
        return VERDICT_OVER_LIMIT;
    }
    enum verdict verdict = channel_complete(&dialer->channel, frame, now_ns);
    if (verdict == VERDICT_ACCEPTED) {
        send_empty(dialer, now_ns); /* so that the replica knows we have the keys too */
    }
    return verdict;
}

static struct dialer_event on_frame(struct dialer *dialer, struct slice frame, uint64_t now_ns)
{
    enum link_frame kind = LINK_FRAME_TRANSPORT;
    uint32_t index = 0;
    struct dialer_event event = {.verdict = link_peek(frame, &kind, &index)};
    if (event.verdict != VERDICT_ACCEPTED) {
        return event;
    }
    struct link_slot *session = link_table_find(&dialer->sessions, index);
    if (kind == LINK_FRAME_HANDSHAKE_2) {
        event.verdict = on_answer(dialer, frame, session, now_ns);
    } else if (kind != LINK_FRAME_TRANSPORT || frame.size > FRAME_BYTES_MAX + LINK_OVERHEAD_BYTES) {
        event.verdict = VERDICT_MALFORMED; /* nobody shakes hands with a client */
    } else if (session == NULL || !session->is_open) {
        event.verdict = VERDICT_UNKNOWN_SENDER;
    } else {
        event.verdict = channel_open(&dialer->channel, session, frame, dialer->plain, now_ns);
        if (event.verdict == VERDICT_ACCEPTED) {
            event.bytes = slice_of(dialer->plain, frame.size - LINK_OVERHEAD_BYTES);
        }
    }
    return event;
}

bool dialer_receive(struct dialer *dialer, uint64_t now_ns, struct dialer_event *event)
{
    for (unsigned i = 0; i < INTERNAL_FRAMES_AT_ONCE; i++) {
        struct packet packet;
        if (!outlet_is_open(&dialer->outlet) || !socket_receive(&dialer->outlet.socket, &packet)) {
            return false;
        }
        *event = on_frame(dialer, slice_of(packet.chunk, packet.size), now_ns);
        chunk_free(packet.chunk);
        if (event->verdict != VERDICT_ACCEPTED || event->bytes.size != 0) {
            return true;
        }
    }
    return false;
}

static uint64_t recycle_due(const struct dialer *dialer)
{
    uint64_t heard_ns = dialer->channel.received_ns;
    uint64_t opened_ns = dialer->outlet.opened_ns;
    return (heard_ns > opened_ns ? heard_ns : opened_ns) + CHANNEL_DEAD_NS;
}

static bool tick_outlet(struct dialer *dialer, uint64_t now_ns)
{
    if (outlet_is_open(&dialer->outlet) && now_ns >= recycle_due(dialer)) {
        outlet_recycle(&dialer->outlet, now_ns); /* leaves the epoll set by being closed */
    }
    bool was_open = outlet_is_open(&dialer->outlet);
    bool is_connected_anew = outlet_tick(&dialer->outlet, now_ns);
    if (!was_open && outlet_is_open(&dialer->outlet)) {
        struct epoll_event wanted = {.events = EPOLLIN};
        if (epoll_ctl(dialer->poll_fd, EPOLL_CTL_ADD, socket_fd(&dialer->outlet.socket), &wanted) !=
            0) {
            outlet_recycle(&dialer->outlet, now_ns + IDLE_NS);
            return false;
        }
    }
    return is_connected_anew;
}

uint64_t dialer_tick(struct dialer *dialer, uint64_t now_ns)
{
    struct channel *channel = &dialer->channel;
    if (tick_outlet(dialer, now_ns)) {
        channel_on_connected(channel, now_ns);
    }
    channel_expire(channel, now_ns);
    uint64_t due_ns = now_ns + IDLE_NS;
    uint64_t next_ns = outlet_due(&dialer->outlet, now_ns);
    if (outlet_is_connected(&dialer->outlet)) {
        if (channel_wants_handshake(channel, now_ns)) {
            uint8_t *frame = chunk_new(LINK_HANDSHAKE_1_BYTES);
            uint64_t timestamp = timestamp_next(&dialer->timestamp_last);
            if (frame != NULL && channel_initiate(channel, timestamp, now_ns, frame) == OK) {
                (void)send_chunk(dialer, frame);
            } else {
                chunk_free(frame);
            }
        }
        if (channel_wants_keep_alive(channel, now_ns)) {
            send_empty(dialer, now_ns);
        }
        next_ns = channel_due(channel, now_ns);
    }
    due_ns = next_ns < due_ns ? next_ns : due_ns;
    return due_ns > now_ns ? due_ns : now_ns + 1;
}

bool dialer_is_connected(const struct dialer *dialer)
{
    return dialer->channel.current != NULL && outlet_is_connected(&dialer->outlet);
}

const char *dialer_trouble(const struct dialer *dialer)
{
    if (!outlet_is_open(&dialer->outlet)) {
        return "the host name does not resolve";
    }
    if (!outlet_is_connected(&dialer->outlet)) {
        return "nobody answers at this address";
    }
    if (dialer->channel.current == NULL) {
        return "no answer to our handshake (is our key in its group file?)";
    }
    return NULL;
}

uint64_t dialer_session_count(const struct dialer *dialer)
{
    return dialer->channel.session_count;
}
