/* proxy.c - see proxy.h. One thread per proxy polls all of its connections; bytes that one side
 * does not take yet wait in a small buffer per direction. */
#include "support/proxy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRS_MAX    64u
#define BUFFER_BYTES 65536u
#define POLL_MS      20

struct direction {
    uint8_t bytes[BUFFER_BYTES];
    size_t from;
    size_t to;
};

/* side[0] connected to us, side[1] is the target; flow[i] is what came from side i. */
struct pair {
    bool is_used;
    int side[2];
    struct direction flow[2];
    uint8_t *record;
    size_t recorded;
};

struct proxy {
    struct proxy *next;
    struct sockaddr_in target;
    int listener;
    unsigned port;
    size_t record_bytes_max;
    pthread_t thread;
    pthread_mutex_t lock; /* of records */
    atomic_bool is_ending;
    atomic_bool is_cut;
    atomic_bool is_resetting;
    atomic_uint_fast64_t passed;
    struct pair pairs[PAIRS_MAX];
};

static struct proxy *all;

static void close_side(int *fd)
{
    struct linger reset = {.l_onoff = 1};
    if (*fd >= 0) {
        (void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        (void)close(*fd);
    }
    *fd = -1;
}

/* Its record stays until the slot is used again. */
static void end_pair(struct pair *pair)
{
    close_side(&pair->side[0]);
    close_side(&pair->side[1]);
    pair->is_used = false;
}

static struct pair *find_room(struct proxy *proxy)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < PAIRS_MAX; i++) {
            struct pair *pair = &proxy->pairs[i];
            if (!pair->is_used && (pass == 1 || pair->recorded == 0)) {
                return pair;
            }
        }
    }
    return NULL;
}

static void take_connection(struct proxy *proxy)
{
    int fd = accept4(proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct pair *pair = find_room(proxy);
    if (fd < 0 || pair == NULL) {
        close_side(&fd);
        return;
    }
    int target = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (target < 0 ||
        connect(target, (struct sockaddr *)&proxy->target, sizeof proxy->target) != 0 ||
        fcntl(target, F_SETFL, O_NONBLOCK) != 0) {
        close_side(&fd);
        close_side(&target);
        return;
    }
    (void)pthread_mutex_lock(&proxy->lock);
    uint8_t *record = pair->record;
    if (record == NULL && proxy->record_bytes_max != 0) {
        record = malloc(proxy->record_bytes_max);
    }
    *pair = (struct pair){.is_used = true, .side = {fd, target}, .record = record};
    (void)pthread_mutex_unlock(&proxy->lock);
}

static void note(struct proxy *proxy, struct pair *pair, const uint8_t *bytes, size_t size)
{
    (void)atomic_fetch_add(&proxy->passed, size);
    if (pair->record == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&proxy->lock);
    size_t room = proxy->record_bytes_max - pair->recorded;
    size = size < room ? size : room;
    memcpy(pair->record + pair->recorded, bytes, size);
    pair->recorded += size;
    (void)pthread_mutex_unlock(&proxy->lock);
}

/* False if the connection is over. */
static bool pass(struct proxy *proxy, struct pair *pair, int from)
{
    struct direction *flow = &pair->flow[from];
    if (flow->from == flow->to) {
        ssize_t got = recv(pair->side[from], flow->bytes, sizeof flow->bytes, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            return false;
        }
        flow->from = 0;
        flow->to = got < 0 ? 0 : (size_t)got;
        if (from == 0) {
            note(proxy, pair, flow->bytes, flow->to);
        }
    }
    if (flow->from < flow->to) {
        ssize_t sent = send(pair->side[1 - from], flow->bytes + flow->from, flow->to - flow->from,
                            MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        flow->from += sent < 0 ? 0 : (size_t)sent;
    }
    return true;
}

static void pass_all(struct proxy *proxy)
{
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        struct pair *pair = &proxy->pairs[i];
        if (pair->is_used && (!pass(proxy, pair, 0) || !pass(proxy, pair, 1))) {
            end_pair(pair);
        }
    }
}

static void wait_for_bytes(struct proxy *proxy)
{
    struct pollfd fds[1 + 2 * PAIRS_MAX];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        const struct pair *pair = &proxy->pairs[i];
        for (int side = 0; pair->is_used && !atomic_load(&proxy->is_cut) && side < 2; side++) {
            bool has_own = pair->flow[side].from < pair->flow[side].to;
            bool has_other = pair->flow[1 - side].from < pair->flow[1 - side].to;
            fds[count++] = (struct pollfd){
                .fd = pair->side[side],
                .events = (short)((has_own ? 0 : POLLIN) | (has_other ? POLLOUT : 0))};
        }
    }
    (void)poll(fds, count, POLL_MS);
    if (fds[0].revents != 0) {
        take_connection(proxy);
    }
}

static void *run(void *context)
{
    struct proxy *proxy = context;
    while (!atomic_load(&proxy->is_ending)) {
        if (atomic_exchange(&proxy->is_resetting, false)) {
            for (size_t i = 0; i < PAIRS_MAX; i++) {
                end_pair(&proxy->pairs[i]);
            }
        }
        wait_for_bytes(proxy);
        if (!atomic_load(&proxy->is_cut)) {
            pass_all(proxy);
        }
    }
    return NULL;
}

struct proxy *proxy_new(const char *host, unsigned target_port, size_t record_bytes_max)
{
    struct proxy *proxy = calloc(1, sizeof *proxy);
    assert_non_null(proxy);
    proxy->record_bytes_max = record_bytes_max;
    proxy->target =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)target_port)};
    assert_int_equal(inet_pton(AF_INET, host, &proxy->target.sin_addr), 1);
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        proxy->pairs[i].side[0] = proxy->pairs[i].side[1] = -1;
    }
    struct sockaddr_in own = proxy->target;
    socklen_t size = sizeof own;
    own.sin_port = 0;
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(proxy->listener >= 0);
    assert_int_equal(bind(proxy->listener, (struct sockaddr *)&own, sizeof own), 0);
    assert_int_equal(listen(proxy->listener, 64), 0);
    assert_int_equal(getsockname(proxy->listener, (struct sockaddr *)&own, &size), 0);
    proxy->port = ntohs(own.sin_port);
    assert_int_equal(pthread_mutex_init(&proxy->lock, NULL), 0);
    assert_int_equal(pthread_create(&proxy->thread, NULL, run, proxy), 0);
    proxy->next = all;
    all = proxy;
    return proxy;
}

void proxy_free(struct proxy *proxy)
{
    if (proxy == NULL) {
        return;
    }
    struct proxy **place = &all;
    while (*place != proxy) {
        place = &(*place)->next;
    }
    *place = proxy->next;
    atomic_store(&proxy->is_ending, true);
    (void)pthread_join(proxy->thread, NULL);
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        end_pair(&proxy->pairs[i]);
        free(proxy->pairs[i].record);
    }
    (void)close(proxy->listener);
    (void)pthread_mutex_destroy(&proxy->lock);
    free(proxy);
}

void proxy_free_all(void)
{
    while (all != NULL) {
        proxy_free(all);
    }
}

unsigned proxy_port(const struct proxy *proxy)
{
    return proxy->port;
}

void proxy_cut(struct proxy *proxy)
{
    atomic_store(&proxy->is_cut, true);
}

void proxy_heal(struct proxy *proxy)
{
    atomic_store(&proxy->is_resetting, true);
    atomic_store(&proxy->is_cut, false);
}

uint64_t proxy_passed(const struct proxy *proxy)
{
    return atomic_load(&proxy->passed);
}

uint8_t *proxy_recorded(struct proxy *proxy, size_t size_min, size_t *size)
{
    uint8_t *copy = NULL;
    (void)pthread_mutex_lock(&proxy->lock);
    for (size_t i = 0; i < PAIRS_MAX && copy == NULL; i++) {
        const struct pair *pair = &proxy->pairs[i];
        if (pair->record != NULL && pair->recorded >= size_min) {
            *size = pair->recorded;
            copy = malloc(*size);
            assert_non_null(copy);
            memcpy(copy, pair->record, *size);
        }
    }
    (void)pthread_mutex_unlock(&proxy->lock);
    return copy;
}
