/* open.c - a client begins and ends: files, memory, sockets, and what the core needs of us. */
#include "client/client_state.h"

#include "base/assert.h"
#include "crypto/keyfile.h"
#include "wire/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS_DEFAULT 10000u
#define WAITING_BYTES_MAX  (4u << 20)
#define RETRY_DELTAS       4u /* a commit takes three message delays */

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    int failed = clock_gettime(clock, &time);
    ASSERT(failed == 0);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

uint64_t client_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* Sessions of a key must grow, over restarts too: the wall clock does. */
uint64_t client_new_session(const struct strategos_client *client)
{
    uint64_t now_ns = clock_ns(CLOCK_REALTIME);
    uint64_t last = client_core_session(client->core);
    return now_ns > last ? now_ns : last + 1;
}

/* What the core needs of us. */

static size_t take_scratch(const struct buffer *from, uint8_t *out, size_t capacity)
{
    ASSERT(from->size <= capacity);
    memcpy(out, from->data, from->size);
    return from->size;
}

static size_t encode_body(void *context, const struct segment_body *body, uint8_t *out,
                          size_t capacity)
{
    struct strategos_client *client = context;
    buffer_clear(&client->scratch);
    wire_encode_segment_body(&client->scratch, body);
    return take_scratch(&client->scratch, out, capacity);
}

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    const struct strategos_client *client = context;
    signature_sign(&client->secret, digest, signature);
}

static size_t encode_segment(void *context, const struct segment *segment, uint8_t *out,
                             size_t capacity)
{
    struct strategos_client *client = context;
    buffer_clear(&client->scratch);
    wire_encode_segment(&client->scratch, segment);
    struct client_message message = {.kind = CLIENT_SEGMENT, .segment = *segment};
    message.segment.encoded = buffer_slice(&client->scratch);
    buffer_clear(&client->message);
    wire_encode_client_message(&client->message, &message);
    return take_scratch(&client->message, out, capacity);
}

/* Opening. */

static const char *choose(const char *given, const char *variable)
{
    const char *from = given != NULL ? given : getenv(variable); // NOLINT(concurrency-mt-unsafe)
    return from != NULL && from[0] != '\0' ? from : NULL;
}

static enum error read_files(struct strategos_client *client,
                             const struct strategos_client_options *options,
                             struct error_text *text)
{
    const char *group = choose(options->group, "STRATEGOS_GROUP");
    const char *key = choose(options->key, "STRATEGOS_KEY");
    if (group == NULL) {
        return error_set(text, ERROR_MISSING, "no group file given, and STRATEGOS_GROUP is empty");
    }
    if (key == NULL) {
        return error_set(text, ERROR_MISSING, "no key file given, and STRATEGOS_KEY is empty");
    }
    TRY(signature_library_init());
    TRY(group_load(group, &client->group, text));
    TRY(keyfile_load(key, &client->secret, &client->key, text));
    if (group_find_client(&client->group, &client->key) < 0) {
        return error_set(text, ERROR_FOREIGN, "%s: this key is not a client of group %s (%s)", key,
                         client->group.name, client->group.path);
    }
    return OK;
}

static enum error make_core(struct strategos_client *client, uint32_t in_flight_max,
                            struct error_text *text)
{
    uint64_t retry_ns = client->group.delta_ms * MILLISECOND_NS * RETRY_DELTAS;
    retry_ns = retry_ns > CLIENT_RETRY_NS_MAX ? CLIENT_RETRY_NS_MAX : retry_ns;
    int self = group_find_client(&client->group, &client->key); /* checked by load */
    struct client_core_settings settings = {
        .genesis = client->group.genesis,
        .client = client->key,
        .replica_count = client->group.replica_count,
        .faults = client->group.faults,
        .in_flight_max = in_flight_max,
        .waiting_bytes_max = WAITING_BYTES_MAX,
        .retry_ns = retry_ns < MILLISECOND_NS ? MILLISECOND_NS : retry_ns,
        .read_only = client->group.clients[self].role == ROLE_READ,
        .seed = clock_ns(CLOCK_REALTIME) ^ get_u64(client->key.bytes),
        .ops = {.context = client,
                .encode_body = encode_body,
                .sign = sign,
                .encode_segment = encode_segment,
                .on_result = client_on_result},
    };
    client->core_memory = malloc(client_core_memory_size(&settings));
    client->asks = malloc(sizeof *client->asks);
    client->calls = calloc(in_flight_max, sizeof *client->calls);
    client->arena_memory = malloc(DECODE_BYTES_MAX);
    if (client->asks != NULL) {
        asks_init(client->asks);
    }
    if (client->core_memory == NULL || client->asks == NULL || client->calls == NULL ||
        client->arena_memory == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a client");
    }
    arena_init(&client->arena, client->arena_memory, DECODE_BYTES_MAX);
    for (uint32_t i = 0; i < in_flight_max; i++) {
        client->calls[i].next_free = client->free_call;
        client->free_call = &client->calls[i];
    }
    client->core = client_core_init(&settings, client->core_memory);
    client_core_open_session(client->core, client_new_session(client));
    return OK;
}

static enum error watch(const struct strategos_client *client, int fd, struct error_text *text)
{
    struct epoll_event wanted = {.events = EPOLLIN};
    if (epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &wanted) != 0) {
        return error_set(text, ERROR_IO, "epoll_ctl: no more descriptors can be watched");
    }
    return OK;
}

static enum error open_links(struct strategos_client *client, struct error_text *text)
{
    client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    client->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (client->epoll_fd < 0 || client->timer_fd < 0) {
        return error_set(text, ERROR_IO, "no more descriptors: raise the limit (ulimit -n)");
    }
    TRY(watch(client, client->timer_fd, text));
    uint64_t now_ns = client_now_ns();
    for (size_t i = 0; i < client->group.replica_count; i++) {
        struct dialer_settings settings = {
            .genesis = client->group.genesis,
            .secret = client->secret,
            .replica = client->group.replicas[i].key,
            .address = client->group.replicas[i].client_address,
        };
        TRY(dialer_open(&client->links[i].dialer, &settings, now_ns, text));
        signature_forget(&settings.secret);
        TRY(watch(client, dialer_fd(client->links[i].dialer), text));
    }
    client_arm(client, now_ns);
    return OK;
}

static enum error open_all(struct strategos_client *client,
                           const struct strategos_client_options *options, struct error_text *text)
{
    uint32_t in_flight_max = options->in_flight_max;
    if (in_flight_max == 0) {
        in_flight_max = CLIENT_IN_FLIGHT_MAX;
    }
    if (in_flight_max > CLIENT_IN_FLIGHT_MAX) {
        return error_set(text, ERROR_LIMIT, "in_flight_max is %u, must be at most %u",
                         in_flight_max, CLIENT_IN_FLIGHT_MAX);
    }
    TRY(read_files(client, options, text));
    TRY(make_core(client, in_flight_max, text));
    return open_links(client, text);
}

static enum strategos_status status_of_error(enum error error)
{
    return error == ERROR_MEMORY || error == ERROR_IO || error == ERROR_FULL
               ? STRATEGOS_STATUS_SYSTEM
               : STRATEGOS_STATUS_CONFIG;
}

enum strategos_status strategos_client_open(struct strategos_client **opened,
                                            const struct strategos_client_options *options,
                                            char *reason)
{
    static const struct strategos_client_options defaults;
    options = options == NULL ? &defaults : options;
    *opened = NULL;
    struct error_text text = {.text = ""};
    enum error error = ERROR_MEMORY;
    struct strategos_client *client = calloc(1, sizeof *client);
    if (client != NULL) {
        uint32_t timeout_ms = options->timeout_ms == 0 ? TIMEOUT_MS_DEFAULT : options->timeout_ms;
        client->timeout_ns = timeout_ms * MILLISECOND_NS;
        client->epoll_fd = client->timer_fd = -1;
        client->armed_ns = UINT64_MAX;
        error = open_all(client, options, &text);
    }
    if (reason != NULL) {
        const char *what = text.text[0] != '\0' ? text.text : error_name(error);
        (void)snprintf(reason, STRATEGOS_REASON_BYTES, "%s", error == OK ? "" : what);
    }
    if (error != OK) {
        strategos_client_close(client);
        return status_of_error(error);
    }
    *opened = client;
    return STRATEGOS_STATUS_DONE;
}

void strategos_client_close(struct strategos_client *client)
{
    if (client == NULL) {
        return;
    }
    ASSERT(!client->in_step);
    client->in_step = true; /* the last callbacks may not step, nor submit any more */
    client->is_closing = true;
    if (client->core != NULL) {
        client_core_cancel(client->core);
        while (client->asks->count > 0) {
            client_fail_ask(client, &client->asks->slots[client->asks->active[0]]);
        }
    }
    for (size_t i = 0; i < REPLICAS_MAX; i++) {
        dialer_close(client->links[i].dialer);
    }
    if (client->timer_fd >= 0) {
        (void)close(client->timer_fd);
    }
    if (client->epoll_fd >= 0) {
        (void)close(client->epoll_fd);
    }
    if (client->asks != NULL) {
        asks_fini(client->asks);
    }
    buffer_fini(&client->frame);
    buffer_fini(&client->scratch);
    buffer_fini(&client->message);
    buffer_fini(&client->result);
    signature_forget(&client->secret);
    free(client->asks);
    free(client->calls);
    free(client->arena_memory);
    free(client->core_memory);
    free(client);
}
