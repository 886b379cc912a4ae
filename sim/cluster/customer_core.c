/* customer_core.c - what the client core needs of a customer: codec, signatures, and somebody to
 * tell results to. */
#include "cluster/customer_state.h"

#include "base/assert.h"
#include "wire/codec.h"

#define MILLISECOND_NS    UINT64_C(1000000)
#define RETRY_DELTAS      4u /* a commit takes three message delays */
/* Requests whose operation timed out keep their place in the core until they have a result. */
#define TIMED_OUT_ROOM    256u
#define WAITING_BYTES_MAX (1u << 20)

static size_t take_scratch(const struct buffer *from, uint8_t *out, size_t capacity)
{
    ASSERT(from->size > 0 && from->size <= capacity);
    memcpy(out, from->data, from->size);
    return from->size;
}

/* Called once for each segment: here its requests get their numbers. */
static size_t encode_body(void *context, const struct segment_body *body, uint8_t *out,
                          size_t capacity)
{
    struct customer *customer = context;
    for (size_t i = 0; i < body->request_count; i++) {
        struct sighting sighting = {.kind = SIGHT_SENT,
                                    .session = customer->session,
                                    .number = ++customer->sent_number,
                                    .request = body->requests[i]};
        customer_see(customer, &sighting);
    }
    buffer_clear(&customer->scratch);
    wire_encode_segment_body(&customer->scratch, body);
    return take_scratch(&customer->scratch, out, capacity);
}

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    const struct authority *authority = &((const struct customer *)context)->settings.authority;
    authority->sign(authority->context, digest, signature);
}

static size_t encode_segment(void *context, const struct segment *segment, uint8_t *out,
                             size_t capacity)
{
    struct customer *customer = context;
    buffer_clear(&customer->scratch);
    wire_encode_segment(&customer->scratch, segment);
    struct client_message message = {.kind = CLIENT_SEGMENT, .segment = *segment};
    message.segment.encoded = buffer_slice(&customer->scratch);
    buffer_clear(&customer->message);
    wire_encode_client_message(&customer->message, &message);
    return take_scratch(&customer->message, out, capacity);
}

static void on_result(void *context, const struct client_result *result)
{
    struct customer *customer = context;
    struct operation *operation = result->tag;
    bool is_known = result->status == CLIENT_RESULT;
    struct sighting sighting = {.kind = SIGHT_RETURNED,
                                .session = operation->session,
                                .number = operation->note.number,
                                .is_known = is_known};
    if (is_known) {
        sighting.outcome = result->outcome;
        sighting.result = result->result;
        work_learn(&customer->work, &operation->note, result->outcome, result->result);
        customer->done++;
    }
    customer->open--;
    customer_see(customer, &sighting);
    operation->next_free = customer->free_operation;
    customer->free_operation = operation;
    customer->is_full = false;
    if (!customer->settings.is_open_loop) {
        uint64_t ready_ns = customer->now_ns + customer->settings.think_ns;
        customer->ready_ns[customer->ready_end++ % customer->slot_count] = ready_ns;
    }
}

void customer_set_core(struct customer *customer)
{
    const struct customer_settings *settings = &customer->settings;
    uint64_t retry_ns = settings->delta_ns * RETRY_DELTAS;
    retry_ns = retry_ns > CLIENT_RETRY_NS_MAX ? CLIENT_RETRY_NS_MAX : retry_ns;
    size_t room = customer->slot_count + TIMED_OUT_ROOM;
    customer->core_settings = (struct client_core_settings){
        .genesis = settings->genesis,
        .client = settings->key,
        .replica_count = settings->replica_count,
        .faults = settings->fault_count,
        .in_flight_max = room > CLIENT_IN_FLIGHT_MAX ? CLIENT_IN_FLIGHT_MAX : room,
        .waiting_bytes_max = WAITING_BYTES_MAX,
        .retry_ns = retry_ns < MILLISECOND_NS ? MILLISECOND_NS : retry_ns,
        .seed = settings->seed,
        .ops = {.context = customer,
                .encode_body = encode_body,
                .sign = sign,
                .encode_segment = encode_segment,
                .on_result = on_result},
    };
}
