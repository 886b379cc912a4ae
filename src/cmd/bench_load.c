/* bench_load.c - see bench_load.h. */
#include "cmd/bench_load.h"

#include "base/assert.h"
#include "console/interrupt.h"
#include "console/ticks.h"
#include "strategos/kv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PAUSE_NS_MIN   (100 * UINT64_C(1000)) /* open loop: not woken for each request */
#define EVENTS_AT_ONCE 64
#define WAIT_MS        100
#define TIMER_MARK     UINT64_MAX /* among epoll's data, which else is a client's index */

struct bench_client;

struct bench_request {
    struct bench_client *owner;
    struct bench_request *next_free;
    uint64_t begin_ns;
    bool is_read;
};

struct bench_client {
    struct bench_load *load;
    struct strategos_client *client;
    struct bench_request *requests; /* in_flight of them */
    struct bench_request *free;
};

struct bench_load {
    const struct bench_settings *settings;
    struct bench_result *result;
    struct prng prng;
    uint64_t begin_ns;
    uint64_t from_ns;     /* what begins from here on */
    uint64_t until_ns;    /* and before here is measured */
    uint64_t scheduled;   /* open loop: requests sent so far */
    uint64_t next_client; /* open loop: whose turn it is */
    uint64_t made;        /* requests so far: makes values differ */
    uint64_t ended;       /* with a result, at any time */
    uint8_t *value;
    uint8_t *command; /* STRATEGOS_KV_COMMAND_BYTES_MAX */
    int epoll_fd;
    int timer_fd;
    struct bench_client clients[BENCH_CLIENTS_MAX];
};

/* The next command, into load->command. */
static size_t make_command(struct bench_load *load, bool *is_read)
{
    const struct bench_settings *settings = load->settings;
    char key[32];
    uint64_t number = prng_below(&load->prng, settings->keys);
    int length = snprintf(key, sizeof key, "bench-%010" PRIu64, number);
    *is_read = settings->reads > 0 && prng_below(&load->prng, 100) < settings->reads;
    load->made++;
    struct strategos_slice name = strategos_slice(key, (size_t)length);
    size_t const capacity = STRATEGOS_KV_COMMAND_BYTES_MAX;
    if (*is_read) {
        return strategos_kv_get(load->command, capacity, name);
    }
    if (settings->payload >= sizeof load->made) {
        put_u64(load->value, load->made);
    }
    return strategos_kv_put(load->command, capacity, name,
                            strategos_slice(load->value, settings->payload));
}

static bool is_measured(const struct bench_load *load, uint64_t time_ns)
{
    return time_ns >= load->from_ns && time_ns < load->until_ns;
}

static void on_result(void *context, enum strategos_status status, struct strategos_slice result);

/* False if the client takes no more now. */
static bool submit(struct bench_client *client, uint64_t begin_ns)
{
    struct bench_request *request = client->free;
    if (request == NULL) {
        return false;
    }
    size_t size = make_command(client->load, &request->is_read);
    request->begin_ns = begin_ns;
    if (strategos_client_submit(client->client, strategos_slice(client->load->command, size),
                                on_result, request) != STRATEGOS_STATUS_DONE) {
        return false;
    }
    client->free = request->next_free;
    return true;
}

static void on_result(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct bench_request *request = context;
    struct bench_client *client = request->owner;
    struct bench_load *load = client->load;
    uint64_t now_ns = ticks_now_ns();
    (void)result;
    load->ended++;
    if (status != STRATEGOS_STATUS_DONE) {
        if (is_measured(load, request->begin_ns)) {
            load->result->first_error =
                load->result->errors == 0 ? status : load->result->first_error;
            load->result->errors++;
        }
    } else {
        if (is_measured(load, request->begin_ns)) {
            histogram_add(&load->result->latency, now_ns - request->begin_ns);
        }
        if (is_measured(load, now_ns)) {
            load->result->completed++;
            load->result->reads += request->is_read;
        }
    }
    request->next_free = client->free;
    client->free = request;
    if (load->settings->rate == 0 && now_ns < load->until_ns) {
        (void)submit(client, now_ns); /* if it is not taken: topped up in the next turn */
    }
}

static uint64_t due_ns(const struct bench_load *load)
{
    uint64_t rate = load->settings->rate;
    return load->begin_ns + load->scheduled / rate * TICKS_SECOND +
           load->scheduled % rate * TICKS_SECOND / rate;
}

/* Open loop: sends what is due. What cannot be sent now stays due. */
static void send_due(struct bench_load *load, uint64_t now_ns)
{
    uint64_t due = due_ns(load);
    size_t refused = 0;
    while (due <= now_ns && due < load->until_ns && refused < load->settings->clients) {
        struct bench_client *client = &load->clients[load->next_client];
        load->next_client = (load->next_client + 1) % load->settings->clients;
        if (submit(client, due)) {
            load->scheduled++;
            due = due_ns(load);
            refused = 0;
        } else {
            refused++;
        }
    }
    if (due < load->until_ns) {
        uint64_t wake_ns = due > now_ns + PAUSE_NS_MIN ? due : now_ns + PAUSE_NS_MIN;
        struct itimerspec when = {.it_value = {.tv_sec = (time_t)(wake_ns / TICKS_SECOND),
                                               .tv_nsec = (long)(wake_ns % TICKS_SECOND)}};
        int failed = timerfd_settime(load->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
        ASSERT(failed == 0);
    }
}

static void top_up(struct bench_load *load, uint64_t now_ns)
{
    if (load->settings->rate > 0) {
        send_due(load, now_ns);
        return;
    }
    for (size_t i = 0; now_ns < load->until_ns && i < load->settings->clients; i++) {
        while (submit(&load->clients[i], now_ns)) {}
    }
}

static size_t pending(const struct bench_load *load)
{
    size_t count = 0;
    for (size_t i = 0; i < load->settings->clients; i++) {
        count += strategos_client_pending(load->clients[i].client);
    }
    return count;
}

/* Steps the clients that have something to do. */
static void turn(struct bench_load *load)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(load->epoll_fd, events, EVENTS_AT_ONCE, WAIT_MS);
    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 == TIMER_MARK) {
            uint64_t expirations = 0;
            ssize_t size = read(load->timer_fd, &expirations, sizeof expirations);
            (void)size; /* only to make it unreadable */
        } else {
            (void)strategos_client_step(load->clients[events[i].data.u64].client, 0);
        }
    }
}

static void run(struct bench_load *load, bench_progress *progress, void *context)
{
    uint64_t now_ns = load->begin_ns;
    uint64_t told_ns = now_ns;
    uint64_t told_ended = 0;
    uint64_t end_ns = load->until_ns + load->settings->drain_ns;
    while (now_ns < end_ns && !interrupt_is_caught()) {
        top_up(load, now_ns);
        bool is_all_sent = load->settings->rate == 0 || due_ns(load) >= load->until_ns;
        if (now_ns >= load->until_ns && is_all_sent && pending(load) == 0) {
            break;
        }
        turn(load);
        now_ns = ticks_now_ns();
        if (now_ns >= told_ns + TICKS_SECOND && now_ns < load->until_ns) {
            progress(context, now_ns - load->begin_ns,
                     (load->ended - told_ended) * TICKS_SECOND / (now_ns - told_ns));
            told_ns = now_ns;
            told_ended = load->ended;
        }
    }
    if (now_ns < load->until_ns) { /* interrupted */
        load->until_ns = now_ns > load->from_ns ? now_ns : load->from_ns;
    }
    load->result->measured_ns = load->until_ns - load->from_ns;
}

/* What never had a result, or was never sent, is an error, not an omission. */
static void count_lost(struct bench_load *load)
{
    const struct bench_settings *settings = load->settings;
    for (size_t i = 0; i < settings->clients; i++) {
        struct bench_client *client = &load->clients[i];
        for (const struct bench_request *free = client->free; free != NULL;
             free = free->next_free) {
            client->requests[free - client->requests].begin_ns = 0;
        }
        for (size_t k = 0; k < settings->in_flight; k++) {
            load->result->errors += is_measured(load, client->requests[k].begin_ns);
        }
    }
    while (settings->rate > 0 && due_ns(load) < load->until_ns) {
        load->result->errors += is_measured(load, due_ns(load));
        load->scheduled++;
    }
}

static enum error watch(const struct bench_load *load, int fd, uint64_t mark)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data = {.u64 = mark}};
    return epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, fd, &wanted) == 0 ? OK : ERROR_IO;
}

static enum error start(struct bench_load *load, struct strategos_client *const *clients)
{
    const struct bench_settings *settings = load->settings;
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    load->command = malloc(STRATEGOS_KV_COMMAND_BYTES_MAX);
    load->value = malloc(settings->payload + 1);
    if (load->epoll_fd < 0 || load->timer_fd < 0) {
        return ERROR_IO;
    }
    if (load->command == NULL || load->value == NULL) {
        return ERROR_MEMORY;
    }
    prng_init(&load->prng, settings->seed);
    for (size_t i = 0; i < settings->payload; i++) { /* nothing that a disk could compress */
        load->value[i] = (uint8_t)prng_next(&load->prng);
    }
    TRY(watch(load, load->timer_fd, TIMER_MARK));
    for (size_t i = 0; i < settings->clients; i++) {
        struct bench_client *client = &load->clients[i];
        client->load = load;
        client->client = clients[i];
        client->requests = calloc(settings->in_flight, sizeof *client->requests);
        if (client->requests == NULL) {
            return ERROR_MEMORY;
        }
        for (size_t k = settings->in_flight; k > 0; k--) {
            client->requests[k - 1] =
                (struct bench_request){.owner = client, .next_free = client->free};
            client->free = &client->requests[k - 1];
        }
        TRY(watch(load, strategos_client_fd(clients[i]), i));
    }
    return OK;
}

/* A callback may come as late as when the caller closes the client: nothing of ours may be used
 * then. So what is still under way is waited for, which the client's own time-outs bound. */
static void settle(struct bench_load *load)
{
    load->until_ns = 0; /* nothing more is measured, nor submitted */
    while (pending(load) > 0) {
        turn(load);
    }
}

enum error bench_load_run(const struct bench_settings *settings,
                          struct strategos_client *const *clients, bench_progress *progress,
                          void *context, struct bench_result *result)
{
    *result = (struct bench_result){.first_error = STRATEGOS_STATUS_DONE};
    struct bench_load *load = calloc(1, sizeof *load);
    if (load == NULL) {
        return ERROR_MEMORY;
    }
    load->settings = settings;
    load->result = result;
    load->epoll_fd = load->timer_fd = -1;
    enum error error = start(load, clients);
    if (error == OK) {
        load->begin_ns = ticks_now_ns();
        load->from_ns = load->begin_ns + settings->warmup_ns;
        load->until_ns = load->from_ns + settings->measured_ns;
        run(load, progress, context);
        count_lost(load);
        settle(load);
    }
    for (size_t i = 0; i < settings->clients; i++) {
        free(load->clients[i].requests);
    }
    if (load->timer_fd >= 0) {
        (void)close(load->timer_fd);
    }
    if (load->epoll_fd >= 0) {
        (void)close(load->epoll_fd);
    }
    free(load->command);
    free(load->value);
    free(load);
    return error;
}
