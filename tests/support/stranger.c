/* stranger.c - see stranger.h. SP's greeting is 00 'S' 'P' 00, the sender's protocol as a
 * big-endian u16, 00 00; a frame is its length as a big-endian u64, then its bytes. */
#include "support/stranger.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING_BYTES 8u
#define LENGTH_BYTES   8u
#define REQUEST_BYTES  4u
#define PROTOCOL_PUSH  80u
#define PROTOCOL_REQ   48u
#define LARGE_BYTES    (1u << 20)

/* What the whole of several crowds may take of the descriptors of a process. */
#define CROWDS_AT_ONCE 8u

struct strangers {
    bool is_client;
    size_t trickled;
    size_t count;
    int fds[];
};

void strangers_raise_limit(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

int stranger_connect(const char *host, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void stranger_close(int fd, bool is_reset)
{
    struct linger reset = {.l_onoff = 1};
    if (is_reset) {
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    (void)close(fd);
}

void stranger_send(int fd, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, from, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return;
        }
        from += sent < 0 ? 0 : sent;
        size -= sent < 0 ? 0 : (size_t)sent;
    }
}

static void make_greeting(uint8_t greeting[GREETING_BYTES], bool is_client)
{
    static const uint8_t start[] = {0, 'S', 'P', 0};
    memset(greeting, 0, GREETING_BYTES);
    memcpy(greeting, start, sizeof start);
    greeting[5] = is_client ? PROTOCOL_REQ : PROTOCOL_PUSH;
}

void stranger_greet(int fd, bool is_client)
{
    uint8_t greeting[GREETING_BYTES];
    make_greeting(greeting, is_client);
    stranger_send(fd, greeting, sizeof greeting);
}

static void make_length(uint8_t bytes[LENGTH_BYTES], uint64_t length)
{
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        bytes[i] = (uint8_t)(length >> (56 - 8 * i));
    }
}

void stranger_send_length(int fd, uint64_t length)
{
    uint8_t bytes[LENGTH_BYTES];
    make_length(bytes, length);
    stranger_send(fd, bytes, sizeof bytes);
}

void stranger_send_frame(int fd, bool is_client, const uint8_t *bytes, size_t size)
{
    static const uint8_t request[REQUEST_BYTES] = {0x80, 0, 0, 1};
    size_t header = is_client ? sizeof request : 0;
    stranger_send_length(fd, header + size);
    stranger_send(fd, request, header);
    stranger_send(fd, bytes, size);
}

bool stranger_is_closed(int fd, int timeout_ms)
{
    uint8_t bytes[256];
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, timeout_ms) <= 0) {
            return false;
        }
        ssize_t got = recv(fd, bytes, sizeof bytes, 0); /* its greeting comes first */
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return true;
        }
    }
}

/* As many as are wanted, or as many as the limit of descriptors lets several crowds have. */
static size_t crowd_size(size_t wanted)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t possible = limit.rlim_cur / 4 * 3 / CROWDS_AT_ONCE;
    return wanted < possible ? wanted : (size_t)possible;
}

struct strangers *strangers_new(const char *host, unsigned port, bool is_client,
                                enum stranger_kind kind, size_t count)
{
    uint8_t greeting[GREETING_BYTES];
    count = crowd_size(count);
    struct strangers *strangers = calloc(1, sizeof *strangers + count * sizeof strangers->fds[0]);
    assert_non_null(strangers);
    strangers->is_client = is_client;
    make_greeting(greeting, is_client);
    for (size_t i = 0; i < count; i++) {
        int fd = stranger_connect(host, port);
        strangers->fds[strangers->count++] = fd;
        if (kind != STRANGER_SILENT) {
            stranger_send(fd, greeting,
                          kind == STRANGER_HALF_GREETED ? GREETING_BYTES / 2 : GREETING_BYTES);
        }
        if (kind == STRANGER_HALF_FRAME) {
            stranger_send_length(fd, LARGE_BYTES);
            stranger_send(fd, greeting, sizeof greeting);
        }
    }
    return strangers;
}

void strangers_trickle(struct strangers *strangers)
{
    uint8_t stream[GREETING_BYTES + LENGTH_BYTES];
    make_greeting(stream, strangers->is_client);
    make_length(stream + GREETING_BYTES, LARGE_BYTES);
    uint8_t byte = strangers->trickled < sizeof stream ? stream[strangers->trickled] : 0x80;
    strangers->trickled++;
    for (size_t i = 0; i < strangers->count; i++) {
        stranger_send(strangers->fds[i], &byte, 1);
    }
}

void strangers_free(struct strangers *strangers, bool is_reset)
{
    for (size_t i = 0; i < strangers->count; i++) {
        stranger_close(strangers->fds[i], is_reset);
    }
    free(strangers);
}
