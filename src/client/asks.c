/* asks.c - see asks.h. */
#include "client/asks.h"

#include "base/assert.h"

#define MILLISECOND_NS   UINT64_C(1000000)
#define FIRST_WAIT_NS    (400 * MILLISECOND_NS)
#define WAIT_NS_MAX      (5000 * MILLISECOND_NS)
#define AFTER_REFUSAL_NS (2 * MILLISECOND_NS)
#define KEPT_BYTES_MAX   4096u /* of a free slot's buffer */

void asks_init(struct asks *asks)
{
    memset(asks, 0, sizeof *asks);
}

void asks_fini(struct asks *asks)
{
    for (size_t i = 0; i < ASKS_MAX; i++) {
        buffer_fini(&asks->slots[i].encoded);
    }
}

struct ask *asks_begin(struct asks *asks, enum ask_kind kind, replica_id replica,
                       uint64_t deadline_ns)
{
    if (asks->count == ASKS_MAX) {
        return NULL;
    }
    do { /* a slow replica may still hold the slot that would be next */
        asks->last_number++;
    } while (asks->slots[asks->last_number % ASKS_MAX].number != 0);
    size_t slot = asks->last_number % ASKS_MAX;
    struct ask *ask = &asks->slots[slot];
    struct buffer encoded = ask->encoded;
    buffer_clear(&encoded);
    *ask = (struct ask){
        .number = asks->last_number,
        .kind = kind,
        .replica = replica,
        .deadline_ns = deadline_ns,
        .wait_ns = FIRST_WAIT_NS,
        .place = asks->count,
        .encoded = encoded,
    };
    asks->active[asks->count++] = (uint16_t)slot;
    return ask;
}

struct ask *asks_find(struct asks *asks, enum ask_kind kind, replica_id replica, uint64_t number)
{
    struct ask *ask = &asks->slots[number % ASKS_MAX];
    bool is_it =
        number != 0 && ask->number == number && ask->kind == kind && ask->replica == replica;
    return is_it ? ask : NULL;
}

void asks_end(struct asks *asks, struct ask *ask)
{
    ASSERT(ask->number != 0 && asks->count > 0);
    uint16_t last = asks->active[--asks->count];
    asks->active[ask->place] = last;
    asks->slots[last].place = ask->place;
    ask->number = 0;
    if (ask->encoded.capacity > KEPT_BYTES_MAX) {
        buffer_fini(&ask->encoded);
    }
}

struct ask *asks_expired(struct asks *asks, uint64_t now_ns)
{
    for (size_t i = 0; i < asks->count; i++) {
        struct ask *ask = &asks->slots[asks->active[i]];
        if (ask->deadline_ns <= now_ns) {
            return ask;
        }
    }
    return NULL;
}

void asks_stage(struct asks *asks, replica_id to, uint64_t now_ns, size_t bytes_max,
                size_t count_max, struct buffer *frame)
{
    size_t count = 0;
    for (size_t i = 0; i < asks->count && count < count_max; i++) {
        struct ask *ask = &asks->slots[asks->active[i]];
        if (ask->replica == to && ask->due_ns <= now_ns &&
            frame->size + ask->encoded.size <= bytes_max) {
            buffer_append(frame, buffer_slice(&ask->encoded));
            ask->staged = true;
            count++;
        }
    }
}

void asks_sent(struct asks *asks, replica_id to, bool taken, uint64_t now_ns)
{
    for (size_t i = 0; i < asks->count; i++) {
        struct ask *ask = &asks->slots[asks->active[i]];
        if (ask->replica != to || !ask->staged) {
            continue;
        }
        ask->staged = false;
        if (!taken) {
            ask->due_ns = now_ns + AFTER_REFUSAL_NS;
            continue;
        }
        ask->due_ns = now_ns + ask->wait_ns;
        ask->wait_ns = ask->wait_ns * 2 > WAIT_NS_MAX ? WAIT_NS_MAX : ask->wait_ns * 2;
    }
}

void asks_on_link_up(struct asks *asks, replica_id replica)
{
    for (size_t i = 0; i < asks->count; i++) {
        struct ask *ask = &asks->slots[asks->active[i]];
        if (ask->replica == replica) {
            ask->due_ns = 0;
            ask->wait_ns = FIRST_WAIT_NS;
        }
    }
}

uint64_t asks_next_ns(const struct asks *asks, uint32_t linked)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < asks->count; i++) {
        const struct ask *ask = &asks->slots[asks->active[i]];
        bool is_linked = (linked >> ask->replica & 1) != 0;
        uint64_t due = is_linked && ask->due_ns < ask->deadline_ns ? ask->due_ns : ask->deadline_ns;
        next = due < next ? due : next;
    }
    return next;
}
