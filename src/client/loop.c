/* loop.c - one step of a client: drain what arrived, let time pass, send one frame to each replica,
 * and set the timer for what comes next. */
#include "client/client_state.h"

#include "base/assert.h"
#include "wire/codec.h"

#include <poll.h>
#include <sys/timerfd.h>

#define FRAMES_AT_ONCE    256u /* received from one replica in one step */
#define SENT_AT_ONCE      4u   /* frames to one replica; more only after a new link */
#define ASKS_PER_FRAME    (FRAME_MESSAGES_MAX - CLIENT_SENDS_MAX)
#define ASK_ENCODED_BYTES 64u /* room left for an ask_replies among segments */

/* Receiving. */

static void on_message(struct strategos_client *client, replica_id from,
                       const struct replica_message *message, uint64_t now_ns)
{
    struct ask *ask = NULL;
    switch (message->kind) {
    case REPLICA_REPLIES:
        (void)client_core_on_replies(client->core, from, &message->replies, now_ns);
        break;
    case REPLICA_SESSION_GONE:
        (void)client_core_on_session_gone(client->core, from, &message->session_gone, now_ns);
        break;
    case REPLICA_BUSY:
        (void)client_core_on_busy(client->core, from, &message->busy, now_ns);
        break;
    case REPLICA_QUERY_REPLY:
        ask = asks_find(client->asks, ASK_QUERY, from, message->query_reply.number);
        if (ask != NULL) {
            const struct reply *reply = &message->query_reply.reply;
            asks_end(client->asks, ask);
            ask->on_query(ask->context, client_status_of(reply->outcome),
                          strategos_slice(reply->result.data, reply->result.size));
        }
        break;
    case REPLICA_STATUS:
        ask = asks_find(client->asks, ASK_STATUS, from, message->status.number);
        if (ask != NULL) {
            asks_end(client->asks, ask);
            ask->on_status(ask->context, STRATEGOS_STATUS_DONE, &message->status);
        }
        break;
    case REPLICA_LOG:
        ask = asks_find(client->asks, ASK_LOG, from, message->log_part.number);
        if (ask != NULL) {
            asks_end(client->asks, ask);
            ask->on_log(ask->context, STRATEGOS_STATUS_DONE, &message->log_part);
        }
        break;
    }
}

static void on_frame(struct strategos_client *client, replica_id from, struct slice bytes,
                     uint64_t now_ns)
{
    struct replica_message *messages = NULL;
    size_t count = 0;
    arena_reset(&client->arena);
    enum verdict verdict = wire_decode_replica_frame(bytes, &client->arena, &messages, &count);
    if (verdict != VERDICT_ACCEPTED) {
        client->links[from].verdicts[verdict]++;
        return;
    }
    client->frames_received++;
    for (size_t i = 0; i < count; i++) {
        on_message(client, from, &messages[i], now_ns);
    }
}

/* Tells core and questions when the link went, came, or was replaced. */
static void note_link(struct strategos_client *client, replica_id id)
{
    struct link *link = &client->links[id];
    bool is_up = dialer_is_connected(link->dialer);
    uint64_t session_count = dialer_session_count(link->dialer);
    if (is_up && (!link->is_up || session_count != link->session_count)) {
        client_core_on_link_up(client->core, id);
        asks_on_link_up(client->asks, id);
    } else if (!is_up && link->is_up) {
        client_core_on_link_down(client->core, id);
    }
    link->is_up = is_up;
    link->session_count = session_count;
}

static void receive_from(struct strategos_client *client, replica_id id, uint64_t now_ns)
{
    struct link *link = &client->links[id];
    struct dialer_event event;
    for (unsigned i = 0; i < FRAMES_AT_ONCE && dialer_receive(link->dialer, now_ns, &event); i++) {
        if (event.verdict == VERDICT_ACCEPTED) {
            on_frame(client, id, event.bytes, now_ns);
        } else {
            link->verdicts[event.verdict]++;
        }
    }
    if (now_ns >= link->tick_due_ns) {
        link->tick_due_ns = dialer_tick(link->dialer, now_ns);
    }
    note_link(client, id);
}

/* Sending. */

/* Makes the next frame for a replica; the number of the core's messages in it. */
static size_t make_frame(struct strategos_client *client, replica_id to, uint64_t now_ns)
{
    struct client_send sends[CLIENT_SENDS_MAX];
    size_t count =
        client_core_outgoing(client->core, to, now_ns, FRAME_BYTES_MAX - ASK_ENCODED_BYTES, sends);
    buffer_clear(&client->frame);
    for (size_t i = 0; i < count; i++) {
        if (sends[i].encoded.size > 0) {
            buffer_append(&client->frame, sends[i].encoded);
        } else {
            struct client_message message = {.kind = CLIENT_ASK_REPLIES,
                                             .ask_replies = sends[i].ask};
            wire_encode_client_message(&client->frame, &message);
        }
    }
    asks_stage(client->asks, to, now_ns, FRAME_BYTES_MAX, ASKS_PER_FRAME, &client->frame);
    return count;
}

static void send_to(struct strategos_client *client, replica_id to, uint64_t now_ns)
{
    struct link *link = &client->links[to];
    for (unsigned i = 0; link->is_up && i < SENT_AT_ONCE; i++) {
        size_t count = make_frame(client, to, now_ns);
        if (client->frame.size == 0) {
            return;
        }
        bool taken = dialer_send(link->dialer, buffer_slice(&client->frame), now_ns);
        if (count > 0) {
            client_core_sent(client->core, to, taken, now_ns);
        }
        asks_sent(client->asks, to, taken, now_ns);
        client->frames_sent += taken;
        if (!taken) {
            return;
        }
    }
}

/* Waking up. */

void client_arm(struct strategos_client *client, uint64_t due_ns)
{
    /* Setting it again also makes a timer that has run out unreadable. */
    struct itimerspec when = {{0, 0}, {0, 0}};
    if (due_ns != UINT64_MAX) {
        due_ns = due_ns == 0 ? 1 : due_ns; /* 0 would disarm */
        when.it_value.tv_sec = (time_t)(due_ns / UINT64_C(1000000000));
        when.it_value.tv_nsec = (long)(due_ns % UINT64_C(1000000000));
    }
    int failed = timerfd_settime(client->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
    ASSERT(failed == 0);
    client->armed_ns = due_ns;
}

static void arm_next(struct strategos_client *client, uint64_t now_ns)
{
    uint64_t next_ns = client_core_next_ns(client->core);
    uint32_t linked = 0;
    for (size_t i = 0; i < client->group.replica_count; i++) {
        const struct link *link = &client->links[i];
        linked |= (uint32_t)link->is_up << i;
        next_ns = link->tick_due_ns < next_ns ? link->tick_due_ns : next_ns;
    }
    uint64_t asks_ns = asks_next_ns(client->asks, linked);
    next_ns = asks_ns < next_ns ? asks_ns : next_ns;
    if (next_ns != client->armed_ns || client->armed_ns <= now_ns) {
        client_arm(client, next_ns);
    }
}

void client_turn(struct strategos_client *client, uint64_t now_ns)
{
    ASSERT(!client->in_step);
    client->in_step = true;
    size_t count = client->group.replica_count;
    for (replica_id id = 0; id < count; id++) {
        receive_from(client, id, now_ns);
    }
    if (client_core_is_lost(client->core)) {
        client_core_open_session(client->core, client_new_session(client));
    }
    struct ask *ask = NULL;
    while ((ask = asks_expired(client->asks, now_ns)) != NULL) {
        client_fail_ask(client, ask);
    }
    client_core_turn(client->core, now_ns);
    for (replica_id id = 0; id < count; id++) {
        send_to(client, id, now_ns);
    }
    arm_next(client, now_ns);
    client->in_step = false;
}

enum strategos_status strategos_client_step(struct strategos_client *client, int wait_ms)
{
    if (client->in_step) {
        return STRATEGOS_STATUS_INVALID;
    }
    if (wait_ms != 0) {
        struct pollfd wanted = {.fd = client->epoll_fd, .events = POLLIN};
        (void)poll(&wanted, 1, wait_ms); /* if it fails, we come back sooner: no harm done */
    }
    client_turn(client, client_now_ns());
    return STRATEGOS_STATUS_DONE;
}
