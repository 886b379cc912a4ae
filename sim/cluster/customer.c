/* customer.c - a customer's life: memory, sessions, links, restarts, and what it is told. */
#include "cluster/customer_lies.h"
#include "cluster/customer_state.h"

#include "base/assert.h"
#include "wire/codec.h"

#include <stdlib.h>

#define OPEN_LOOP_SLOTS 1024u /* operations at once, without a result */

const char *customer_lie_name(enum customer_lie lie)
{
    static const char *const names[CUSTOMER_LIE_COUNT] = {
        [CUSTOMER_HONEST] = "honest",       [CUSTOMER_TWO_FACED] = "two-faced",
        [CUSTOMER_SECRETIVE] = "secretive", [CUSTOMER_BROKEN_CHAIN] = "broken-chain",
        [CUSTOMER_FLOOD] = "flood",         [CUSTOMER_THIEF] = "thief",
        [CUSTOMER_FORGER] = "forger",       [CUSTOMER_REVENANT] = "revenant",
    };
    ASSERT((unsigned)lie < CUSTOMER_LIE_COUNT);
    return names[lie];
}

void customer_see(struct customer *customer, struct sighting *sighting)
{
    sighting->now_ns = customer->now_ns;
    sighting->is_loyal = customer->settings.lie == CUSTOMER_HONEST;
    sighting->client = customer->settings.number;
    customer->settings.see(customer->settings.context, sighting);
}

void customer_send(struct customer *customer, replica_id to, struct slice frame)
{
    if ((customer->linked >> to & 1) != 0) {
        customer->settings.send(customer->settings.context, customer->settings.number, to, frame);
    }
}

static void advance(struct customer *customer, uint64_t now_ns)
{
    ASSERT(now_ns >= customer->now_ns);
    customer->now_ns = now_ns;
}

/* ---- sessions ---- */

/* Like a wall clock that never goes back. */
uint64_t customer_new_session(struct customer *customer)
{
    uint64_t next = customer->last_session + 1;
    customer->last_session = customer->now_ns > next ? customer->now_ns : next;
    return customer->last_session;
}

static void open_session(struct customer *customer)
{
    uint64_t session = customer_new_session(customer);
    client_core_open_session(customer->core, session);
    customer->session = session;
    customer->sent_number = 0;
    customer->is_full = false;
}

/* A process begins: nothing is left of the one before but the key's last session. */
static void begin_process(struct customer *customer)
{
    customer->core = client_core_init(&customer->core_settings, customer->core_memory);
    for (replica_id id = 0; id < customer->settings.replica_count; id++) {
        if ((customer->linked >> id & 1) != 0) {
            client_core_on_link_up(customer->core, id);
        }
    }
    work_forget(&customer->work);
    open_session(customer);
}

void customer_restart(struct customer *customer, uint64_t now_ns)
{
    advance(customer, now_ns);
    client_core_cancel(customer->core);
    ASSERT(customer->open == 0);
    customer->core_settings.seed++;
    customer->declined.size = 0;
    begin_process(customer);
}

/* ---- what comes in ---- */

void customer_on_link(struct customer *customer, replica_id replica, bool is_up, uint64_t now_ns)
{
    ASSERT(replica < customer->settings.replica_count);
    advance(customer, now_ns);
    customer->is_full = false;
    if (is_up) {
        customer->linked |= UINT32_C(1) << replica;
        client_core_on_link_up(customer->core, replica);
    } else {
        customer->linked &= ~(UINT32_C(1) << replica);
        client_core_on_link_down(customer->core, replica);
    }
}

static void on_message(struct customer *customer, replica_id from,
                       const struct replica_message *message)
{
    uint64_t now_ns = customer->now_ns;
    switch (message->kind) {
    case REPLICA_REPLIES:
        (void)client_core_on_replies(customer->core, from, &message->replies, now_ns);
        break;
    case REPLICA_SESSION_GONE:
        (void)client_core_on_session_gone(customer->core, from, &message->session_gone, now_ns);
        break;
    case REPLICA_BUSY:
        (void)client_core_on_busy(customer->core, from, &message->busy, now_ns);
        break;
    case REPLICA_QUERY_REPLY:
    case REPLICA_STATUS:
    case REPLICA_LOG:
        break; /* it asks no such questions but to annoy */
    }
}

void customer_on_frame(struct customer *customer, replica_id from, struct slice frame,
                       uint64_t now_ns)
{
    ASSERT(from < customer->settings.replica_count);
    advance(customer, now_ns);
    customer->is_full = false;
    struct replica_message *messages = NULL;
    size_t count = 0;
    arena_reset(&customer->arena);
    if (wire_decode_replica_frame(frame, &customer->arena, &messages, &count) != VERDICT_ACCEPTED) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        on_message(customer, from, &messages[i]);
    }
    if (client_core_is_lost(customer->core)) {
        open_session(customer);
    }
}

void customer_overhear(struct customer *customer, struct slice frame)
{
    if (customer->liar != NULL) {
        liar_overhear(customer->liar, frame);
    }
}

/* ---- looking ---- */

void customer_stop(struct customer *customer, uint64_t operations_more)
{
    uint64_t left = customer->settings.operations_max - customer->started;
    customer->settings.operations_max -= left > operations_more ? left - operations_more : 0;
    customer->is_stopped = true;
}

bool customer_wants_more(const struct customer *customer)
{
    return customer->started < customer->settings.operations_max;
}

size_t customer_open_count(const struct customer *customer)
{
    return customer->open;
}

uint64_t customer_done_count(const struct customer *customer)
{
    return customer->done;
}

uint64_t customer_acted(const struct customer *customer)
{
    return customer->liar == NULL ? 0 : liar_acted(customer->liar);
}

void customer_check(const struct customer *customer)
{
    client_core_check(customer->core);
    ASSERT(customer->open == client_core_open_count(customer->core));
    ASSERT(customer->open <= customer->slot_count && customer->done <= customer->started);
    ASSERT(customer->session <= customer->last_session);
}

/* ---- memory ---- */

/* The first operations begin within one thinking time or pause, so that customers do not march in
 * step. */
static void spread_starts(struct customer *customer, uint64_t now_ns)
{
    struct prng prng;
    prng_init(&prng, customer->settings.seed);
    uint64_t think_ns = customer->settings.think_ns + customer->settings.pause_ns;
    uint64_t offset_ns = think_ns == 0 ? 0 : prng_below(&prng, think_ns);
    customer->start_ns = now_ns + offset_ns;
    for (size_t i = customer->slot_count; i > 0; i--) {
        struct operation *operation = &customer->operations[i - 1];
        operation->next_free = customer->free_operation;
        customer->free_operation = operation;
        customer->ready_ns[customer->ready_end++] = now_ns + offset_ns;
    }
}

static enum error take_memory(struct customer *customer)
{
    struct work_settings work = {
        .customer = customer->settings.number,
        .is_own = customer->settings.lie != CUSTOMER_HONEST,
        .key_count = customer->settings.key_count,
        .value_bytes_max = customer->settings.value_bytes_max,
        .seed = customer->settings.seed,
    };
    TRY(work_init(&customer->work, &work));
    customer->operations = calloc(customer->slot_count, sizeof *customer->operations);
    customer->ready_ns = calloc(customer->slot_count, sizeof *customer->ready_ns);
    customer->arena_memory = malloc(DECODE_BYTES_MAX);
    customer->core_memory = malloc(client_core_memory_size(&customer->core_settings));
    if (customer->operations == NULL || customer->ready_ns == NULL ||
        customer->arena_memory == NULL || customer->core_memory == NULL) {
        return ERROR_MEMORY;
    }
    arena_init(&customer->arena, customer->arena_memory, DECODE_BYTES_MAX);
    return customer->settings.lie == CUSTOMER_HONEST ? OK : liar_new(&customer->liar, customer);
}

enum error customer_new(struct customer **made, const struct customer_settings *settings,
                        uint64_t now_ns)
{
    ASSERT(settings->in_flight >= 1 && settings->in_flight <= CLIENT_IN_FLIGHT_MAX);
    ASSERT(settings->timeout_ns > 0 && settings->number < WORK_CUSTOMERS);
    struct customer *customer = calloc(1, sizeof *customer);
    if (customer == NULL) {
        return ERROR_MEMORY;
    }
    customer->settings = *settings;
    customer->now_ns = now_ns;
    customer->slot_count = settings->is_open_loop ? OPEN_LOOP_SLOTS : settings->in_flight;
    customer_set_core(customer);
    enum error error = take_memory(customer);
    if (error != OK) {
        customer_free(customer);
        return error;
    }
    spread_starts(customer, now_ns);
    begin_process(customer);
    *made = customer;
    return OK;
}

void customer_free(struct customer *customer)
{
    if (customer == NULL) {
        return;
    }
    liar_free(customer->liar);
    work_fini(&customer->work);
    buffer_fini(&customer->scratch);
    buffer_fini(&customer->message);
    buffer_fini(&customer->frame);
    free(customer->operations);
    free(customer->ready_ns);
    free(customer->arena_memory);
    free(customer->core_memory);
    free(customer);
}
