/* ports.c - the ports of a traitor: each frame that goes through is taken apart, shown to the
 * strategy message by message, and put together again from what is left. A frame of which nothing
 * was changed goes on as it is. */
#include "traitors/inside.h"

#define TURNS_PER_DELTA 4u

/* ---- what leaves ---- */

/* What a traitor's own shell says tells it where it stands. */
static void learn_from_own(struct traitor *t, const struct peer_message *message)
{
    view_nr view = 0;
    if (message->kind == PEER_HEARTBEAT) {
        view = message->heartbeat.view;
        t->height = message->heartbeat.height;
    } else if (message->kind == PEER_VOTE) {
        view = message->vote.view;
    } else if (traitor_is_own_proposal(t, message)) {
        view = message->proposal.order.view;
    }
    t->view = view > t->view ? view : t->view;
    (void)memory_keep(&t->memory, message);
}

/* Shows all messages of an outgoing frame to the strategy; t->frame gets what is left. True if that
 * is not the same. */
static bool show_outgoing(struct traitor *t, replica_id to, struct peer_message *messages,
                          size_t count)
{
    bool is_other = false;
    buffer_clear(&t->frame);
    for (size_t i = 0; i < count; i++) {
        learn_from_own(t, &messages[i]);
        enum fate fate = t->strategy->on_send(t, to, &messages[i]);
        if (fate != FATE_PASS) {
            t->acted++;
            is_other = true;
        }
        if (fate != FATE_WITHHELD) {
            wire_encode_peer_message(&t->frame, &messages[i]);
        }
    }
    return is_other;
}

static void send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    struct traitor *t = self;
    const struct strategy *strategy = t->strategy;
    struct peer_message *messages;
    size_t count;
    t->now_ns = now_ns;
    if (strategy->on_frame != NULL && strategy->on_frame(t, to, frame) == FATE_WITHHELD) {
        t->acted++;
        return;
    }
    arena_reset(&t->arena);
    if (strategy->on_send == NULL ||
        wire_decode_peer_frame(frame, &t->arena, &messages, &count) != VERDICT_ACCEPTED) {
        t->inner.send_frame(t->inner.self, to, frame, now_ns);
        return;
    }
    if (!show_outgoing(t, to, messages, count)) {
        t->inner.send_frame(t->inner.self, to, frame, now_ns);
    } else if (t->frame.size != 0 && t->frame.size <= FRAME_BYTES_MAX) {
        t->inner.send_frame(t->inner.self, to, buffer_slice(&t->frame), now_ns);
    }
    traitor_flush(t);
}

/* ---- what comes in ---- */

/* Shows all messages of an incoming frame to the strategy; t->heard gets what is left of them.
 * Returns how many of them that are not. */
static size_t show_incoming(struct traitor *t, replica_id from, struct slice frame)
{
    struct peer_message *messages;
    size_t count;
    size_t withheld = 0;
    arena_reset(&t->arena);
    if (wire_decode_peer_frame(frame, &t->arena, &messages, &count) != VERDICT_ACCEPTED) {
        return 0;
    }
    buffer_clear(&t->heard);
    for (size_t i = 0; i < count; i++) {
        if (t->strategy->remembers) {
            (void)memory_keep(&t->memory, &messages[i]);
        }
        enum fate fate =
            t->strategy->on_hear == NULL ? FATE_PASS : t->strategy->on_hear(t, from, &messages[i]);
        if (fate == FATE_WITHHELD) {
            t->acted++;
            withheld++;
        } else {
            wire_encode_peer_message(&t->heard, &messages[i]);
        }
    }
    traitor_flush(t);
    return withheld;
}

static bool receive_frame(void *self, uint64_t now_ns, struct peers_event *event)
{
    struct traitor *t = self;
    t->now_ns = now_ns;
    while (t->inner.receive_frame(t->inner.self, now_ns, event)) {
        if (event->verdict != VERDICT_ACCEPTED || event->from >= traitor_replicas(t) ||
            (!t->strategy->remembers && t->strategy->on_hear == NULL) ||
            show_incoming(t, event->from, event->bytes) == 0) {
            return true;
        }
        if (t->heard.size != 0) {
            event->bytes = buffer_slice(&t->heard);
            return true;
        }
    }
    return false;
}

/* ---- clients ---- */

static bool receive_request(void *self, uint64_t now_ns, struct listener_event *event)
{
    struct traitor *t = self;
    t->now_ns = now_ns;
    while (t->inner.receive_request(t->inner.self, now_ns, event)) {
        if (t->strategy->on_request == NULL || t->strategy->on_request(t) == FATE_PASS) {
            return true;
        }
        t->acted++;
    }
    return false;
}

static void send_answer(void *self, link_nr link, struct slice frame, uint64_t now_ns)
{
    struct traitor *t = self;
    struct replica_message *messages;
    size_t count;
    bool is_other = false;
    t->now_ns = now_ns;
    arena_reset(&t->arena);
    if (t->strategy->on_answer == NULL ||
        wire_decode_replica_frame(frame, &t->arena, &messages, &count) != VERDICT_ACCEPTED) {
        t->inner.send_answer(t->inner.self, link, frame, now_ns);
        return;
    }
    buffer_clear(&t->frame);
    for (size_t i = 0; i < count; i++) {
        enum fate fate = t->strategy->on_answer(t, link, &messages[i]);
        is_other = is_other || fate != FATE_PASS;
        t->acted += fate != FATE_PASS ? 1 : 0;
        if (fate != FATE_WITHHELD) {
            wire_encode_replica_message(&t->frame, &messages[i]);
        }
    }
    if (!is_other) {
        t->inner.send_answer(t->inner.self, link, frame, now_ns);
    } else if (t->frame.size != 0) {
        t->inner.send_answer(t->inner.self, link, buffer_slice(&t->frame), now_ns);
    }
}

/* ---- time ---- */

static uint64_t tick_links(void *self, uint64_t now_ns)
{
    struct traitor *t = self;
    t->now_ns = now_ns;
    traitor_release(t);
    if (t->is_fickle && now_ns >= t->next_change_ns) {
        traitor_change_mood(t);
    }
    if (t->strategy->on_turn != NULL && now_ns >= t->next_turn_ns) {
        t->next_turn_ns = now_ns + t->conspiracy->delta_ns / TURNS_PER_DELTA;
        arena_reset(&t->arena);
        t->strategy->on_turn(t);
        traitor_flush(t);
    }
    uint64_t due_ns = t->inner.tick_links(t->inner.self, now_ns);
    return t->held_due_ns < due_ns ? t->held_due_ns : due_ns;
}

/* ---- keys ---- */

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    struct traitor *t = context;
    t->inner.authority.sign(t->inner.authority.context, digest, signature);
    if (t->strategy->on_sign != NULL && t->strategy->on_sign(t, signature) != FATE_PASS) {
        t->acted++;
    }
}

static bool verify(void *context, const struct public_key *key, const struct digest *digest,
                   const struct signature *signature)
{
    struct traitor *t = context;
    return t->inner.authority.verify(t->inner.authority.context, key, digest, signature);
}

/* ---- what goes straight through ---- */

static uint64_t monotonic_ns(void *self)
{
    struct traitor *t = self;
    return t->inner.monotonic_ns(t->inner.self);
}

static uint64_t wall_ns(void *self)
{
    struct traitor *t = self;
    return t->inner.wall_ns(t->inner.self);
}

static bool is_stop_wanted(void *self)
{
    struct traitor *t = self;
    return t->inner.is_stop_wanted(t->inner.self);
}

static bool is_connected(void *self, replica_id id, uint64_t now_ns)
{
    struct traitor *t = self;
    return t->inner.is_connected(t->inner.self, id, now_ns);
}

static size_t client_count(void *self, uint64_t now_ns)
{
    struct traitor *t = self;
    return t->inner.client_count(t->inner.self, now_ns);
}

static bool free_bytes(void *self, uint64_t *bytes)
{
    struct traitor *t = self;
    return t->inner.free_bytes(t->inner.self, bytes);
}

static bool is_short_of_descriptors(void *self)
{
    struct traitor *t = self;
    return t->inner.is_short_of_descriptors(t->inner.self);
}

static bool begin_work(void *self, void (*work)(void *context), void *context)
{
    struct traitor *t = self;
    return t->inner.begin_work(t->inner.self, work, context);
}

static void finish_work(void *self)
{
    struct traitor *t = self;
    t->inner.finish_work(t->inner.self);
}

static void on_effect(void *self, const struct effect *effect)
{
    struct traitor *t = self;
    t->inner.on_effect(t->inner.self, effect);
}

static void on_verdict(void *self, replica_id from, enum verdict verdict)
{
    struct traitor *t = self;
    t->inner.on_verdict(t->inner.self, from, verdict);
}

struct ports traitor_ports(struct traitor *t)
{
    struct ports ports = t->inner; /* what was given at the start stays */
    ports.self = t;
    ports.authority = (struct authority){.context = t, .sign = sign, .verify = verify};
    ports.monotonic_ns = monotonic_ns;
    ports.wall_ns = wall_ns;
    ports.is_stop_wanted = is_stop_wanted;
    ports.receive_frame = receive_frame;
    ports.send_frame = send_frame;
    ports.tick_links = tick_links;
    ports.is_connected = is_connected;
    ports.receive_request = receive_request;
    ports.send_answer = send_answer;
    ports.client_count = client_count;
    ports.free_bytes = free_bytes;
    ports.is_short_of_descriptors = is_short_of_descriptors;
    ports.begin_work = begin_work;
    ports.finish_work = finish_work;
    ports.on_effect = t->inner.on_effect == NULL ? NULL : on_effect;
    ports.on_verdict = t->inner.on_verdict == NULL ? NULL : on_verdict;
    return ports;
}
