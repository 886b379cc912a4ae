/* customer_turn.c - one turn of a customer: deadlines pass, operations are asked for, frames leave;
 * and when the next one is due. */
#include "cluster/customer_lies.h"
#include "cluster/customer_state.h"

#include "base/assert.h"
#include "wire/codec.h"

#define FRAMES_AT_ONCE    4u  /* to one replica; more only after a new link */
#define ASK_ENCODED_BYTES 64u /* room left for an ask_replies among segments */

/* ---- operations ---- */

uint64_t customer_start_ns(const struct customer *customer)
{
    bool is_open_loop = customer->settings.is_open_loop;
    if (customer->is_full || customer->started == customer->settings.operations_max ||
        (!is_open_loop && customer->ready_first == customer->ready_end)) {
        return UINT64_MAX;
    }
    uint64_t at_ns = is_open_loop
                         ? customer->start_ns
                         : customer->ready_ns[customer->ready_first % customer->slot_count];
    return at_ns > customer->paused_until_ns ? at_ns : customer->paused_until_ns;
}

static void pause_after_burst(struct customer *customer)
{
    const struct customer_settings *settings = &customer->settings;
    if (settings->burst != 0 && customer->started % settings->burst == 0) {
        customer->paused_until_ns = customer->now_ns + settings->pause_ns;
    }
}

/* Asks for the next operation; false if there is no room. */
static bool start_operation(struct customer *customer)
{
    struct operation *operation = customer->free_operation;
    if (operation == NULL) {
        return false;
    }
    if (customer->declined.size == 0) {
        customer->declined =
            work_next(&customer->work, customer->started + 1, &customer->declined_note);
    }
    struct slice request = customer->declined;
    uint64_t deadline_ns = customer->now_ns + customer->settings.timeout_ns;
    enum client_submit taken =
        client_core_submit(customer->core, request, operation, deadline_ns, customer->now_ns);
    ASSERT(taken != CLIENT_TOO_LARGE);
    if (taken == CLIENT_FULL) {
        return false;
    }
    customer->free_operation = operation->next_free;
    *operation = (struct operation){.note = customer->declined_note, .session = customer->session};
    customer->declined.size = 0;
    customer->started++;
    customer->open++;
    struct sighting sighting = {.kind = SIGHT_INVOKED,
                                .session = customer->session,
                                .number = customer->started,
                                .request = request};
    customer_see(customer, &sighting);
    pause_after_burst(customer);
    return true;
}

static void start_operations(struct customer *customer)
{
    while (customer_start_ns(customer) <= customer->now_ns) {
        if (!start_operation(customer)) {
            customer->is_full = true;
            return;
        }
        if (customer->settings.is_open_loop) {
            customer->start_ns += customer->settings.think_ns;
        } else {
            customer->ready_first++;
        }
    }
}

/* ---- sending ---- */

static void send_to(struct customer *customer, replica_id to)
{
    struct client_send sends[CLIENT_SENDS_MAX];
    for (unsigned k = 0; k < FRAMES_AT_ONCE; k++) {
        size_t count = client_core_outgoing(customer->core, to, customer->now_ns,
                                            FRAME_BYTES_MAX - ASK_ENCODED_BYTES, sends);
        if (count == 0) {
            return;
        }
        buffer_clear(&customer->frame);
        for (size_t i = 0; i < count; i++) {
            if (sends[i].encoded.size > 0) {
                buffer_append(&customer->frame, sends[i].encoded);
            } else {
                struct client_message message = {.kind = CLIENT_ASK_REPLIES,
                                                 .ask_replies = sends[i].ask};
                wire_encode_client_message(&customer->frame, &message);
            }
        }
        client_core_sent(customer->core, to, true, customer->now_ns);
        customer_send(customer, to, buffer_slice(&customer->frame));
        if (customer->liar != NULL) {
            liar_on_own_frame(customer->liar, buffer_slice(&customer->frame));
        }
    }
}

void customer_turn(struct customer *customer, uint64_t now_ns)
{
    ASSERT(now_ns >= customer->now_ns);
    customer->now_ns = now_ns;
    start_operations(customer);
    client_core_turn(customer->core, now_ns);
    if (customer->is_full) { /* segments may have taken what waited in the core's room */
        customer->is_full = false;
        start_operations(customer);
        client_core_turn(customer->core, now_ns);
    }
    for (replica_id to = 0; to < customer->settings.replica_count; to++) {
        if ((customer->linked >> to & 1) != 0) {
            send_to(customer, to);
        }
    }
    if (customer->liar != NULL && !customer->is_stopped) {
        liar_turn(customer->liar);
    }
}

uint64_t customer_deadline(struct customer *customer)
{
    uint64_t next_ns = client_core_next_ns(customer->core);
    uint64_t start_ns = customer_start_ns(customer);
    next_ns = start_ns < next_ns ? start_ns : next_ns;
    if (customer->liar != NULL && !customer->is_stopped) {
        uint64_t lie_ns = liar_deadline(customer->liar);
        next_ns = lie_ns < next_ns ? lie_ns : next_ns;
    }
    return next_ns;
}
