/* history_clients.c - lanes, the requests that honest clients formed, and the operations that they
 * carry: see history.h.
 *
 * A client core forms requests in the order in which they were asked for, and what it drops has
 * ended before: so a request that is formed belongs to the first operation of its client that has
 * neither been sent nor ended. */
#include "oracles/history.h"

#include "base/assert.h"

static size_t client_of(struct oracle_history *history, const struct public_key *key)
{
    bool is_new;
    struct oracle_mark mark = oracle_mark_of(slice_of(key->bytes, PUBLIC_KEY_BYTES));
    uint64_t *client = oracle_map_at(&history->clients, mark.a, mark.b, &is_new);
    if (is_new) {
        *client = history->client_count++;
    }
    return (size_t)*client;
}

size_t oracle_history_lane(struct oracle_history *history, const struct lane_id *id)
{
    bool is_new;
    struct oracle_mark mark = {.a = id->session};
    for (size_t i = 0; i < PUBLIC_KEY_BYTES; i += 8) {
        mark = oracle_mark_add(mark, get_u64(id->client.bytes + i));
    }
    uint64_t *index = oracle_map_at(&history->lane_index, mark.a, mark.b, &is_new);
    if (is_new) {
        size_t client = client_of(history, &id->client);
        *index = history->lane_count;
        history->lanes = oracle_grow(history->lanes, history->lane_count, &history->lane_capacity,
                                     sizeof *history->lanes);
        history->lanes[history->lane_count++] = (struct oracle_lane){
            .id = *id, .client = client, .is_honest = oracle_is_honest(history, client)};
    }
    return (size_t)*index;
}

static bool is_waiting(const struct oracle_operation *operation)
{
    return !operation->is_sent && !operation->is_returned;
}

/* The operation that a request with these bytes carries. */
static uint64_t find_waiting(struct oracle_history *history, size_t client, struct slice request)
{
    size_t *first = &history->queues[client].first;
    size_t count = history->queues[client].count;
    const uint64_t *queue = history->queues[client].operations;
    while (*first < count && !is_waiting(&history->operations[queue[*first]])) {
        (*first)++;
    }
    for (size_t i = *first; i < count; i++) {
        const struct oracle_operation *operation = &history->operations[queue[i]];
        if (is_waiting(operation) && slice_is_equal(operation->request, request)) {
            return queue[i];
        }
    }
    return ORACLE_NONE;
}

static void on_sent(struct oracle_history *history, const struct sighting *sighting)
{
    size_t client = sighting->client;
    struct lane_id id = {.client = history->world.client_keys[client],
                         .session = sighting->session};
    size_t index = oracle_history_lane(history, &id);
    struct oracle_lane *lane = &history->lanes[index];
    ASSERT(sighting->number == lane->sent_count + 1); /* the world counts */
    if (sighting->session > history->newest_session[client]) {
        history->newest_session[client] = sighting->session;
    }
    history->operation = find_waiting(history, client, sighting->request);
    struct oracle_request request = {.operation = history->operation};
    if (history->operation != ORACLE_NONE) {
        struct oracle_operation *operation = &history->operations[history->operation];
        operation->is_sent = true;
        operation->lane = index;
        operation->request_number = sighting->number;
        operation->sent_ns = sighting->now_ns;
        request.bytes = operation->request;
    } else {
        request.bytes = oracle_shelf_keep(&history->shelf, sighting->request);
    }
    lane->sent =
        oracle_grow(lane->sent, lane->sent_count, &lane->sent_capacity, sizeof *lane->sent);
    lane->sent[lane->sent_count++] = request;
}

static void on_invoked(struct oracle_history *history, const struct sighting *sighting)
{
    size_t client = sighting->client;
    struct oracle_queue *queue = &history->queues[client];
    uint64_t *place = oracle_pages_at(&queue->by_number, sighting->number, sizeof *place);
    ASSERT(*place == 0); /* numbers of a client's operations are unique in a run */
    history->operation = history->operation_count;
    *place = history->operation + 1;
    history->operations = oracle_grow(history->operations, history->operation_count,
                                      &history->operation_capacity, sizeof *history->operations);
    history->operations[history->operation_count++] =
        (struct oracle_operation){.client = client,
                                  .number = sighting->number,
                                  .request = oracle_shelf_keep(&history->shelf, sighting->request),
                                  .invoked_ns = sighting->now_ns,
                                  .invoked_step = history->step};
    queue->operations =
        oracle_grow(queue->operations, queue->count, &queue->capacity, sizeof *queue->operations);
    queue->operations[queue->count++] = history->operation;
}

static void on_returned(struct oracle_history *history, const struct sighting *sighting)
{
    const uint64_t *place = oracle_pages_find(&history->queues[sighting->client].by_number,
                                              sighting->number, sizeof *place);
    ASSERT(place != NULL && *place != 0);
    struct oracle_operation *operation = &history->operations[*place - 1];
    ASSERT(!operation->is_returned); /* an operation ends once */
    history->operation = *place - 1;
    operation->is_returned = true;
    operation->returned_step = history->step;
    operation->is_known = sighting->is_known;
    operation->outcome = sighting->outcome;
    operation->result = oracle_mark_of(sighting->result);
    operation->result_bytes = sighting->result.size;
}

void oracle_history_client(struct oracle_history *history, const struct sighting *sighting)
{
    if (sighting->kind == SIGHT_SENT) {
        on_sent(history, sighting);
    } else if (sighting->kind == SIGHT_INVOKED) {
        on_invoked(history, sighting);
    } else {
        on_returned(history, sighting);
    }
}
