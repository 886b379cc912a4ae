/* calls.c - the calls of strategos/client.h and shell.h: submitting, asking, and waiting for it. */
#include "client/client_state.h"

#include "wire/codec.h"

enum strategos_status client_status_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_DONE:
        return STRATEGOS_STATUS_DONE;
    case OUTCOME_REFUSED:
        return STRATEGOS_STATUS_REFUSED;
    case OUTCOME_MALFORMED:
        return STRATEGOS_STATUS_MALFORMED;
    case OUTCOME_FORBIDDEN:
        return STRATEGOS_STATUS_FORBIDDEN;
    }
    return STRATEGOS_STATUS_MALFORMED; /* the codec lets no other through */
}

const char *strategos_status_name(enum strategos_status status)
{
    static const char *const names[] = {
        [STRATEGOS_STATUS_DONE] = "done",
        [STRATEGOS_STATUS_REFUSED] = "refused",
        [STRATEGOS_STATUS_MALFORMED] = "malformed",
        [STRATEGOS_STATUS_FORBIDDEN] = "forbidden",
        [STRATEGOS_STATUS_TIMEOUT] = "timeout",
        [STRATEGOS_STATUS_NOT_SENT] = "not sent",
        [STRATEGOS_STATUS_SESSION_LOST] = "session lost",
        [STRATEGOS_STATUS_RESULT_LOST] = "result lost",
        [STRATEGOS_STATUS_FULL] = "full",
        [STRATEGOS_STATUS_TOO_LARGE] = "too large",
        [STRATEGOS_STATUS_INVALID] = "invalid",
        [STRATEGOS_STATUS_CONFIG] = "configuration",
        [STRATEGOS_STATUS_SYSTEM] = "system",
    };
    return (unsigned)status < sizeof names / sizeof names[0] ? names[status] : "unknown";
}

/* Commands. */

static enum strategos_status status_of_result(const struct client_result *result)
{
    switch (result->status) {
    case CLIENT_RESULT:
        return client_status_of(result->outcome);
    case CLIENT_TIMED_OUT:
        return STRATEGOS_STATUS_TIMEOUT;
    case CLIENT_NOT_SENT:
        return STRATEGOS_STATUS_NOT_SENT;
    case CLIENT_SESSION_LOST:
        return STRATEGOS_STATUS_SESSION_LOST;
    case CLIENT_RESULT_LOST:
        return STRATEGOS_STATUS_RESULT_LOST;
    }
    return STRATEGOS_STATUS_TIMEOUT;
}

void client_on_result(void *context, const struct client_result *result)
{
    struct strategos_client *client = context;
    struct call *call = result->tag;
    struct call copy = *call;
    call->next_free = client->free_call; /* first, so that the callback may submit */
    client->free_call = call;
    copy.callback(copy.context, status_of_result(result),
                  strategos_slice(result->result.data, result->result.size));
}

/* Something is to be sent: unless a step is under way anyway, the descriptor says so. */
static void wake_up(struct strategos_client *client, uint64_t now_ns)
{
    if (!client->in_step && client->armed_ns > now_ns) {
        client_arm(client, now_ns);
    }
}

enum strategos_status strategos_client_submit(struct strategos_client *client,
                                              struct strategos_slice command,
                                              strategos_callback *callback, void *context)
{
    uint64_t now_ns = client_now_ns();
    struct call *call = client->free_call;
    if (client->is_closing) {
        return STRATEGOS_STATUS_INVALID;
    }
    if (call == NULL) {
        return STRATEGOS_STATUS_FULL;
    }
    enum client_submit taken =
        client_core_submit(client->core, slice_of(command.data, command.size), call,
                           now_ns + client->timeout_ns, now_ns);
    if (taken == CLIENT_TOO_LARGE) {
        return STRATEGOS_STATUS_TOO_LARGE;
    }
    if (taken == CLIENT_FULL) {
        return STRATEGOS_STATUS_FULL;
    }
    client->free_call = call->next_free;
    *call = (struct call){.callback = callback, .context = context};
    wake_up(client, now_ns);
    return STRATEGOS_STATUS_DONE;
}

/* Questions to one replica. */

void client_fail_ask(struct strategos_client *client, struct ask *ask)
{
    asks_end(client->asks, ask);
    switch (ask->kind) {
    case ASK_QUERY:
        ask->on_query(ask->context, STRATEGOS_STATUS_TIMEOUT, strategos_slice(NULL, 0));
        break;
    case ASK_STATUS:
        ask->on_status(ask->context, STRATEGOS_STATUS_TIMEOUT, NULL);
        break;
    case ASK_LOG:
        ask->on_log(ask->context, STRATEGOS_STATUS_TIMEOUT, NULL);
        break;
    }
}

static enum strategos_status begin_ask(struct strategos_client *client, enum ask_kind kind,
                                       unsigned replica, void *context, struct ask **ask)
{
    uint64_t now_ns = client_now_ns();
    if (client->is_closing || replica >= client->group.replica_count) {
        return STRATEGOS_STATUS_INVALID;
    }
    *ask = asks_begin(client->asks, kind, replica, now_ns + client->timeout_ns);
    if (*ask == NULL) {
        return STRATEGOS_STATUS_FULL;
    }
    (*ask)->context = context;
    wake_up(client, now_ns);
    return STRATEGOS_STATUS_DONE;
}

enum strategos_status strategos_client_query(struct strategos_client *client, unsigned replica,
                                             struct strategos_slice command,
                                             strategos_callback *callback, void *context)
{
    if (command.size > REQUEST_BYTES_MAX) {
        return STRATEGOS_STATUS_TOO_LARGE;
    }
    struct ask *ask = NULL;
    enum strategos_status status = begin_ask(client, ASK_QUERY, replica, context, &ask);
    if (status == STRATEGOS_STATUS_DONE) {
        struct client_message message = {.kind = CLIENT_QUERY};
        message.query.number = ask->number;
        message.query.request = slice_of(command.data, command.size);
        wire_encode_client_message(&ask->encoded, &message);
        ask->on_query = callback;
    }
    return status;
}

enum strategos_status strategos_client_ask_status(struct strategos_client *client, unsigned replica,
                                                  client_status_callback *callback, void *context)
{
    struct ask *ask = NULL;
    enum strategos_status status = begin_ask(client, ASK_STATUS, replica, context, &ask);
    if (status == STRATEGOS_STATUS_DONE) {
        struct client_message message = {.kind = CLIENT_ASK_STATUS, .ask_status = ask->number};
        wire_encode_client_message(&ask->encoded, &message);
        ask->on_status = callback;
    }
    return status;
}

enum strategos_status strategos_client_ask_log(struct strategos_client *client, unsigned replica,
                                               height_nr from, uint32_t count,
                                               client_log_callback *callback, void *context)
{
    struct ask *ask = NULL;
    enum strategos_status status = begin_ask(client, ASK_LOG, replica, context, &ask);
    if (status == STRATEGOS_STATUS_DONE) {
        struct client_message message = {.kind = CLIENT_ASK_LOG};
        message.ask_log = (struct ask_log){.number = ask->number, .from = from, .count = count};
        wire_encode_client_message(&ask->encoded, &message);
        ask->on_log = callback;
    }
    return status;
}

/* Waiting. */

struct waiter {
    struct strategos_client *client;
    bool done;
    enum strategos_status status;
};

static void on_waited(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct waiter *waiter = context;
    waiter->done = true;
    waiter->status = status;
    buffer_clear(&waiter->client->result);
    buffer_append(&waiter->client->result, slice_of(result.data, result.size));
}

/* The core's deadline ends it at the latest. */
static enum strategos_status wait_for(struct waiter *waiter, struct strategos_slice *result)
{
    while (!waiter->done) {
        (void)strategos_client_step(waiter->client, -1);
    }
    if (result != NULL) {
        struct slice bytes = buffer_slice(&waiter->client->result);
        *result = strategos_slice(bytes.data, bytes.size);
    }
    return waiter->status;
}

static enum strategos_status refuse(enum strategos_status status, struct strategos_slice *result)
{
    if (result != NULL) {
        *result = strategos_slice(NULL, 0);
    }
    return status;
}

enum strategos_status strategos_client_call(struct strategos_client *client,
                                            struct strategos_slice command,
                                            struct strategos_slice *result)
{
    if (client->in_step) {
        return refuse(STRATEGOS_STATUS_INVALID, result);
    }
    struct waiter waiter = {.client = client};
    uint64_t deadline_ns = client_now_ns() + client->timeout_ns;
    enum strategos_status status = STRATEGOS_STATUS_DONE;
    while ((status = strategos_client_submit(client, command, on_waited, &waiter)) ==
           STRATEGOS_STATUS_FULL) {
        /* Commands whose callers gave up may still take all the room. */
        if (client_now_ns() >= deadline_ns) {
            return refuse(STRATEGOS_STATUS_NOT_SENT, result);
        }
        (void)strategos_client_step(client, 10);
    }
    if (status != STRATEGOS_STATUS_DONE) {
        return refuse(status, result);
    }
    return wait_for(&waiter, result);
}

enum strategos_status strategos_client_call_query(struct strategos_client *client, unsigned replica,
                                                  struct strategos_slice command,
                                                  struct strategos_slice *result)
{
    if (client->in_step) {
        return refuse(STRATEGOS_STATUS_INVALID, result);
    }
    struct waiter waiter = {.client = client};
    enum strategos_status status =
        strategos_client_query(client, replica, command, on_waited, &waiter);
    if (status != STRATEGOS_STATUS_DONE) {
        return refuse(status, result);
    }
    return wait_for(&waiter, result);
}

/* Looking. */

int strategos_client_fd(const struct strategos_client *client)
{
    return client->epoll_fd;
}

size_t strategos_client_pending(const struct strategos_client *client)
{
    return client_core_open_count(client->core);
}

unsigned strategos_client_replica_count(const struct strategos_client *client)
{
    return (unsigned)client->group.replica_count;
}

unsigned strategos_client_connected_count(const struct strategos_client *client)
{
    unsigned count = 0;
    for (size_t i = 0; i < client->group.replica_count; i++) {
        count += client->links[i].is_up;
    }
    return count;
}

const struct group *strategos_client_group(const struct strategos_client *client)
{
    return &client->group;
}

bool strategos_client_is_connected(const struct strategos_client *client, unsigned replica)
{
    return replica < client->group.replica_count && client->links[replica].is_up;
}

uint64_t strategos_client_verdict_count(const struct strategos_client *client, unsigned replica,
                                        enum verdict verdict)
{
    if (replica >= client->group.replica_count || (unsigned)verdict >= VERDICT_COUNT) {
        return 0;
    }
    return client->links[replica].verdicts[verdict] +
           client_core_verdict_count(client->core, replica, verdict);
}

void strategos_client_counters(const struct strategos_client *client,
                               struct client_counters *counters)
{
    *counters = (struct client_counters){
        .segments = client_core_segment_count(client->core),
        .retransmits = client_core_retransmit_count(client->core),
        .frames_sent = client->frames_sent,
        .frames_received = client->frames_received,
    };
}
