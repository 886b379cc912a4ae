/* mouth.c - how a traitor speaks: what it draws, signs, says beside its shell, and holds back. */
#include "traitors/inside.h"

#include "base/assert.h"

/* ---- drawing ---- */

uint64_t traitor_draw(struct traitor *t, uint64_t bound)
{
    return prng_below(&t->prng, bound);
}

uint64_t traitor_agreed(const struct traitor *t, enum topic topic, uint64_t number, uint64_t bound)
{
    struct prng prng;
    prng_init(&prng,
              t->conspiracy->seed ^ (uint64_t)topic << 56 ^ number * UINT64_C(0x9e3779b97f4a7c15));
    return prng_below(&prng, bound);
}

/* The first `count` of the set's replicas, counted round from a place that all members know. */
static uint32_t pick(const struct traitor *t, uint32_t set, enum topic topic, uint64_t number,
                     size_t count)
{
    size_t replicas = traitor_replicas(t);
    size_t start = (size_t)traitor_agreed(t, topic, number, replicas);
    uint32_t chosen = 0;
    for (size_t i = 0; i < replicas && count > 0; i++) {
        uint32_t bit = UINT32_C(1) << (start + i) % replicas;
        if ((set & bit) != 0) {
            chosen |= bit;
            count--;
        }
    }
    return chosen;
}

uint32_t traitor_all(const struct traitor *t)
{
    return (UINT32_C(1) << traitor_replicas(t)) - 1; /* REPLICAS_MAX is 31 */
}

uint32_t traitor_choose(const struct traitor *t, enum topic topic, uint64_t number, size_t count)
{
    return pick(t, traitor_all(t) & ~(UINT32_C(1) << t->self), topic, number, count);
}

uint32_t traitor_other_half(const struct traitor *t)
{
    uint32_t loyal = traitor_all(t) & ~t->conspiracy->members & ~(UINT32_C(1) << t->self);
    return pick(t, loyal, TOPIC_HALVES, 0, (size_t)__builtin_popcount(loyal) / 2);
}

replica_id traitor_victim(const struct traitor *t, uint64_t number)
{
    size_t replicas = traitor_replicas(t);
    uint64_t start = traitor_agreed(t, TOPIC_VICTIM, number, replicas);
    for (size_t i = 0; i < replicas; i++) {
        replica_id id = (replica_id)((start + i) % replicas);
        if (!traitor_is_member(t, id)) {
            return id;
        }
    }
    return t->self; /* all are members: nobody is left to lie to */
}

replica_id traitor_draw_peer(struct traitor *t)
{
    uint64_t step = 1 + traitor_draw(t, traitor_replicas(t) - 1);
    return (replica_id)((t->self + step) % traitor_replicas(t));
}

void traitor_draw_bytes(struct traitor *t, void *to, size_t size)
{
    uint8_t *bytes = to;
    for (size_t i = 0; i < size; i += 8) {
        uint8_t word[8];
        put_u64(word, prng_next(&t->prng));
        memcpy(bytes + i, word, size - i < 8 ? size - i : 8);
    }
}

void traitor_draw_digest(struct traitor *t, struct digest *digest)
{
    traitor_draw_bytes(t, digest->bytes, sizeof digest->bytes);
}

/* ---- signing ---- */

static void sign(const struct traitor *t, replica_id signer, enum vote_kind kind, view_nr view,
                 const struct digest *digest, struct signature *signature)
{
    ASSERT(signer == t->self || traitor_is_member(t, signer));
    const struct authority *authority =
        signer == t->self ? &t->inner.authority : &t->conspiracy->authorities[signer];
    struct digest message;
    vote_sign_digest(&t->conspiracy->genesis, kind, view, digest, &message);
    authority->sign(authority->context, &message, signature);
}

void traitor_make_vote(struct traitor *t, replica_id voter, enum vote_kind kind, view_nr view,
                       const struct digest *digest, struct vote *vote)
{
    *vote = (struct vote){.kind = kind, .voter = voter, .view = view};
    if (kind != VOTE_NULLIFY) {
        vote->digest = *digest;
    }
    sign(t, voter, kind, view, &vote->digest, &vote->signature);
}

void traitor_sign_proposal(struct traitor *t, replica_id signer, struct proposal *proposal)
{
    struct digest digest;
    order_digest(&proposal->order, &digest);
    sign(t, signer, VOTE_NOTARIZE, proposal->order.view, &digest, &proposal->signature);
}

void traitor_make_twin(const struct traitor *t, const struct order *order, struct order *twin)
{
    *twin = *order;
    if (order->tip_count > 0 && traitor_agreed(t, TOPIC_TWIN, order->view, 2) == 0) {
        twin->tip_count--;
    } else {
        twin->time_ns++;
    }
}

/* ---- saying ---- */

static void flush_one(struct traitor *t, replica_id to)
{
    struct said *said = &t->said[to];
    if (said->bytes.size != 0) {
        t->inner.send_frame(t->inner.self, to, buffer_slice(&said->bytes), t->now_ns);
    }
    buffer_clear(&said->bytes);
    if (said->bytes.capacity > TRAITOR_KEEP_BYTES) {
        buffer_fini(&said->bytes);
    }
    said->message_count = 0;
}

void traitor_flush(struct traitor *t)
{
    for (replica_id to = 0; to < traitor_replicas(t); to++) {
        if (t->said[to].message_count != 0) {
            flush_one(t, to);
        }
    }
}

void traitor_say_to(struct traitor *t, uint32_t set, const struct peer_message *message)
{
    size_t size = wire_peer_message_size(message);
    for (replica_id to = 0; to < traitor_replicas(t); to++) {
        struct said *said = &t->said[to];
        if ((set >> to & 1) == 0 || to == t->self) {
            continue;
        }
        if (said->message_count == SAID_MESSAGES_MAX || said->bytes.size + size > SAID_BYTES_MAX) {
            flush_one(t, to);
        }
        wire_encode_peer_message(&said->bytes, message);
        said->message_count++;
        t->acted++;
    }
}

void traitor_say(struct traitor *t, replica_id to, const struct peer_message *message)
{
    traitor_say_to(t, to == REPLICA_ALL ? UINT32_MAX : UINT32_C(1) << to, message);
}

void traitor_say_vote(struct traitor *t, uint32_t set, enum vote_kind kind, view_nr view,
                      const struct digest *digest)
{
    struct peer_message message = {.kind = PEER_VOTE};
    traitor_make_vote(t, t->self, kind, view, digest, &message.vote);
    traitor_say_to(t, set, &message);
}

void traitor_say_bytes(struct traitor *t, replica_id to, struct slice bytes)
{
    if (to == t->self || bytes.size == 0) {
        return;
    }
    size_t size = bytes.size < FRAME_BYTES_MAX ? bytes.size : FRAME_BYTES_MAX;
    t->inner.send_frame(t->inner.self, to, slice_of(bytes.data, size), t->now_ns);
    t->acted++;
}

void traitor_say_answer(struct traitor *t, link_nr link, const struct replica_message *message)
{
    struct buffer frame = {0};
    wire_encode_replica_message(&frame, message);
    t->inner.send_answer(t->inner.self, link, buffer_slice(&frame), t->now_ns);
    buffer_fini(&frame);
    t->acted++;
}

/* ---- holding back ---- */

static void find_earliest(struct traitor *t)
{
    t->held_due_ns = UINT64_MAX;
    for (size_t i = 0; i < HELD_MAX; i++) {
        if (t->held[i].due_ns < t->held_due_ns) {
            t->held_due_ns = t->held[i].due_ns;
        }
    }
}

void traitor_hold(struct traitor *t, replica_id to, const struct peer_message *message,
                  uint64_t due_ns)
{
    size_t size = wire_peer_message_size(message);
    for (size_t i = 0; i < HELD_MAX && t->held_bytes + size <= HELD_BYTES_MAX; i++) {
        struct held_back *held = &t->held[i];
        if (held->due_ns != UINT64_MAX) {
            continue;
        }
        buffer_clear(&held->bytes);
        wire_encode_peer_message(&held->bytes, message);
        held->to = to;
        held->number = t->held_count++;
        held->due_ns = due_ns;
        t->held_bytes += held->bytes.size;
        t->held_due_ns = due_ns < t->held_due_ns ? due_ns : t->held_due_ns;
        return;
    }
}

/* The earliest; of those due at once the one that was held first. */
static struct held_back *next_due(struct traitor *t)
{
    struct held_back *next = NULL;
    for (size_t i = 0; i < HELD_MAX; i++) {
        struct held_back *held = &t->held[i];
        if (held->due_ns == t->held_due_ns && (next == NULL || held->number < next->number)) {
            next = held;
        }
    }
    return next;
}

void traitor_release(struct traitor *t)
{
    while (t->held_due_ns <= t->now_ns) {
        struct held_back *held = next_due(t);
        t->inner.send_frame(t->inner.self, held->to, buffer_slice(&held->bytes), t->now_ns);
        t->held_bytes -= held->bytes.size;
        held->due_ns = UINT64_MAX;
        if (held->bytes.capacity > TRAITOR_KEEP_BYTES) {
            buffer_fini(&held->bytes);
        }
        find_earliest(t);
    }
}
