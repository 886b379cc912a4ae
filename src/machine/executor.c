/* executor.c - see executor.h: applies orders, answers queries and asks for kept results.
 * Checkpoints and digests are in checkpoint.c. */
#include "machine/executor_state.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

#define DECODE_ARENA_BYTES (64u << 10)

_Static_assert(STRATEGOS_REPLY_BYTES_MAX <= REPLY_BYTES_MAX, "what a machine may answer fits");
_Static_assert(DECODE_ARENA_BYTES / sizeof(struct slice) >= SEGMENT_REQUESTS_MAX, "a body decodes");
_Static_assert(SET_DIGEST_BYTES == STORE_DIGEST_BYTES, "the store's meta holds the sum");

/* ---- results ---- */

static bool on_append(struct strategos_reply *reply, struct strategos_slice bytes)
{
    struct result_writer *writer = (struct result_writer *)reply;
    size_t used = writer->bytes.size - writer->start;
    if ((bytes.data == NULL && bytes.size != 0) || bytes.size > STRATEGOS_REPLY_BYTES_MAX - used) {
        return false;
    }
    buffer_append(&writer->bytes, slice_of(bytes.data, bytes.size));
    return true;
}

static void writer_init(struct result_writer *writer)
{
    static const struct strategos_reply_ops ops = {.append = on_append};
    *writer = (struct result_writer){.interface.ops = &ops};
}

static void batch_flush(struct executor *executor, const struct lane_id *lane,
                        const struct reply_sink *sink)
{
    struct result_batch *batch = &executor->batch;
    struct result_writer *writer = &executor->results;
    size_t start = 0;
    for (size_t i = 0; i < batch->count; i++) {
        batch->replies[i].outcome = batch->outcomes[i];
        batch->replies[i].result =
            batch->ends[i] == start ? slice_of(NULL, 0)
                                    : slice_of(writer->bytes.data + start, batch->ends[i] - start);
        start = batch->ends[i];
    }
    if (batch->count > 0 && sink != NULL) {
        sink->on_replies(sink->context, lane, batch->first, batch->count, batch->replies);
    }
    batch->first += batch->count;
    batch->count = 0;
    buffer_clear(&writer->bytes);
    writer->start = 0;
}

static void batch_add(struct executor *executor, enum outcome outcome)
{
    struct result_batch *batch = &executor->batch;
    batch->outcomes[batch->count] = outcome;
    batch->ends[batch->count] = executor->results.bytes.size;
    batch->count++;
}

/* ---- commands ---- */

/* A machine that returns what the ABI does not know is wrong alike on every replica. */
static enum outcome outcome_of(enum strategos_outcome outcome)
{
    switch (outcome) {
    case STRATEGOS_DONE:
        return OUTCOME_DONE;
    case STRATEGOS_REFUSED:
        return OUTCOME_REFUSED;
    case STRATEGOS_MALFORMED:
    default:
        return OUTCOME_MALFORMED;
    }
}

static enum outcome run_command(struct executor *executor, const struct strategos_context *context,
                                struct slice request, bool read_only)
{
    const struct strategos_machine *machine = executor->machine;
    struct strategos_slice command = strategos_slice(request.data, request.size);
    struct strategos_reply *reply = &executor->results.interface;
    executor->results.start = executor->results.bytes.size;
    if (request.size > REQUEST_BYTES_MAX || (read_only && machine->query == NULL)) {
        return OUTCOME_MALFORMED;
    }
    if (read_only) {
        enum outcome answer =
            outcome_of(machine->query(&executor->view.interface, context, command, reply));
        /* No query of this machine: for a client that may only read, a thing not allowed. */
        return answer == OUTCOME_MALFORMED ? OUTCOME_FORBIDDEN : answer;
    }
    enum outcome outcome =
        outcome_of(machine->apply(&executor->command.interface, context, command, reply));
    if (outcome == OUTCOME_DONE) {
        transaction_keep(&executor->command);
    } else {
        transaction_drop(&executor->command);
    }
    return outcome;
}

static void apply_body(struct executor *executor, struct session *session,
                       const struct segment_body *body, struct strategos_context *context,
                       const struct reply_sink *sink)
{
    const struct lane_id *lane = &session->tip.lane;
    memcpy(context->client, lane->client.bytes, sizeof context->client);
    session_acknowledge(session, body->acknowledged);
    executor->batch.first = session->next;
    for (size_t i = 0; i < body->request_count; i++) {
        enum outcome outcome = run_command(executor, context, body->requests[i], body->read_only);
        struct result_writer *writer = &executor->results;
        struct slice result =
            writer->bytes.size == writer->start
                ? slice_of(NULL, 0)
                : slice_of(writer->bytes.data + writer->start, writer->bytes.size - writer->start);
        session_push(session, outcome, result);
        batch_add(executor, outcome);
        executor->at.executed++;
        if (writer->bytes.size >= EXECUTOR_RESULT_BYTES) {
            batch_flush(executor, lane, sink);
        }
    }
    batch_flush(executor, lane, sink);
}

/* ---- orders ---- */

static enum error apply_segment(struct executor *executor, const struct segment *segment,
                                const struct digest *digest, struct strategos_context *context,
                                const struct reply_sink *sink, struct error_text *text)
{
    struct session *session = sessions_open(&executor->sessions, &segment->lane);
    if (session == NULL) { /* evicted before: it must not look new, on any replica */
        if (sink != NULL) {
            sink->on_gone(sink->context, &segment->lane);
        }
        return OK;
    }
    if (segment->sequence != session->tip.sequence + 1 ||
        !digest_is_equal(&segment->previous, &session->tip.digest)) {
        return error_set(text, ERROR_DAMAGED,
                         "order %llu holds segment %llu of a lane that stands at %llu: the ledger "
                         "and the store do not belong together",
                         (unsigned long long)context->index, (unsigned long long)segment->sequence,
                         (unsigned long long)session->tip.sequence);
    }
    session->tip.sequence = segment->sequence;
    session->tip.digest = *digest;
    sessions_mark(&executor->sessions, session);
    /* A body that does not decode is the client's own mistake, alike on every replica: it advances
     * the lane and asks for nothing. */
    struct segment_body body;
    arena_reset(&executor->arena);
    if (wire_decode_segment_body(segment->body, &executor->arena, &body) == VERDICT_ACCEPTED) {
        apply_body(executor, session, &body, context, sink);
    }
    return OK;
}

static enum error apply_order(struct executor *executor, const struct decision *decision,
                              const struct reply_sink *sink, struct error_text *text)
{
    if (decision->order.height != executor->at.height + 1) {
        return error_set(text, ERROR_DAMAGED, "order %llu does not follow order %llu",
                         (unsigned long long)decision->order.height,
                         (unsigned long long)executor->at.height);
    }
    struct strategos_context context = {.index = decision->order.height,
                                        .time_ns = decision->order.time_ns};
    for (size_t i = 0; i < decision->segment_count; i++) {
        TRY(apply_segment(executor, &decision->segments[i], &decision->segment_digests[i], &context,
                          sink, text));
    }
    for (size_t i = 0; i < decision->evicted_count; i++) {
        (void)sessions_evict(&executor->sessions, &executor->state, &decision->evicted[i]);
        if (sink != NULL) {
            sink->on_gone(sink->context, &decision->evicted[i]);
        }
    }
    executor->at.height = decision->order.height;
    executor->at.order = decision->order;
    executor->at.order.tips = NULL;
    executor->at.order.tip_count = 0;
    executor->at.order_digest = decision->digest;
    return OK;
}

enum error executor_apply(struct executor *executor, const struct decision *decision,
                          const struct reply_sink *sink, struct error_text *text)
{
    if (executor->failure != OK) {
        return error_set(text, executor->failure, "an earlier order could not be applied");
    }
    enum error error = apply_order(executor, decision, sink, text);
    state_tidy(&executor->state);
    if (error == OK && executor->state.failure != OK) {
        error = error_set(text, executor->state.failure, "the store cannot be read: %s",
                          error_name(executor->state.failure));
    }
    executor->failure = error;
    return error;
}

/* ---- sessions' results ---- */

void executor_resend(struct executor *executor, const struct lane_id *lane, uint64_t from,
                     const struct reply_sink *sink, uint64_t *before, bool *known)
{
    const struct session *session = sessions_find(&executor->sessions, lane);
    *known = session != NULL;
    *before = UINT64_MAX;
    if (session == NULL) {
        return;
    }
    *before = session->kept_from;
    struct reply *replies = executor->batch.replies;
    uint64_t number = from > session->kept_from ? from : session->kept_from;
    while (number < session->next) {
        uint64_t first = number;
        size_t count = 0;
        size_t bytes = 0;
        while (number < session->next && count < SEGMENT_REQUESTS_MAX &&
               bytes < EXECUTOR_RESULT_BYTES) {
            replies[count] = session_reply(session, number);
            bytes += replies[count].result.size;
            count++;
            number++;
        }
        sink->on_replies(sink->context, lane, first, count, replies);
    }
}

/* ---- queries ---- */

enum error executor_query(struct executor *executor, const struct public_key *client,
                          struct slice request, struct reply *reply)
{
    struct result_writer *writer = &executor->query_result;
    buffer_clear(&writer->bytes);
    *reply = (struct reply){.outcome = OUTCOME_MALFORMED};
    if (executor->failure != OK) {
        return executor->failure;
    }
    if (executor->machine->query == NULL || request.size > REQUEST_BYTES_MAX) {
        return OK;
    }
    struct strategos_context context = {.index = executor->at.height,
                                        .time_ns = executor->at.order.time_ns};
    memcpy(context.client, client->bytes, sizeof context.client);
    reply->outcome = outcome_of(
        executor->machine->query(&executor->view.interface, &context,
                                 strategos_slice(request.data, request.size), &writer->interface));
    reply->result = buffer_slice(&writer->bytes);
    return executor->state.failure;
}

/* ---- life ---- */

enum error executor_new(struct executor **executor, struct store store,
                        const struct strategos_machine *machine,
                        const struct checkpoint_limits *limits, const struct digest *genesis,
                        struct error_text *text)
{
    ASSERT(limits->requests != 0 && limits->bytes != 0);
    struct executor *fresh = calloc(1, sizeof *fresh);
    void *memory = malloc(DECODE_ARENA_BYTES);
    if (fresh == NULL || memory == NULL) {
        free(memory);
        free(fresh);
        return error_set(text, ERROR_MEMORY, "no memory for the executor");
    }
    fresh->store = store;
    fresh->machine = machine;
    fresh->limits = *limits;
    enum error error = store.ops->meta(store.self, &fresh->at);
    if (error != OK) {
        (void)error_set(text, error, "the store's checkpoint cannot be read: %s",
                        error_name(error));
        goto free_memory;
    }
    error = state_init(&fresh->state, store, fresh->at.set_digest);
    if (error != OK) {
        goto free_memory;
    }
    error = sessions_load(&fresh->sessions, &fresh->state, genesis, text);
    if (error != OK) {
        goto fini_state;
    }
    transaction_init(&fresh->command, &fresh->state, false);
    transaction_init(&fresh->view, &fresh->state, true);
    writer_init(&fresh->results);
    writer_init(&fresh->query_result);
    arena_init(&fresh->arena, memory, DECODE_ARENA_BYTES);
    fresh->frozen_requests = fresh->at.executed;
    set_digest_fold(&fresh->state.base, &fresh->digest);
    fresh->digest_height = fresh->at.height;
    *executor = fresh;
    return OK;

fini_state:
    state_fini(&fresh->state);
free_memory:
    free(memory);
    free(fresh);
    return error;
}

void executor_free(struct executor *executor)
{
    if (executor == NULL) {
        return;
    }
    transaction_fini(&executor->command);
    transaction_fini(&executor->view);
    buffer_fini(&executor->results.bytes);
    buffer_fini(&executor->query_result.bytes);
    sessions_fini(&executor->sessions);
    state_fini(&executor->state);
    free(executor->arena.memory);
    free(executor);
}

height_nr executor_height(const struct executor *executor)
{
    return executor->at.height;
}

uint64_t executor_requests(const struct executor *executor)
{
    return executor->at.executed;
}

size_t executor_lanes(const struct executor *executor, struct executor_lane *lanes, size_t capacity)
{
    const struct sessions *sessions = &executor->sessions;
    for (size_t i = 0; i < sessions->count && i < capacity; i++) {
        lanes[i].tip = sessions->table[i]->tip;
    }
    return sessions->count;
}

size_t executor_floors(const struct executor *executor, struct executor_floor *floors,
                       size_t capacity)
{
    const struct sessions *sessions = &executor->sessions;
    for (size_t i = 0; i < sessions->floor_count && i < capacity; i++) {
        floors[i].client = sessions->floors[i].client;
        floors[i].session = sessions->floors[i].session;
    }
    return sessions->floor_count;
}
