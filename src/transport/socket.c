/* socket.c - see socket.h. */
#include "transport/socket.h"

#include "base/assert.h"
#include "crypto/link.h"
#include "transport/descriptors.h"
#include "wire/limits.h"

#include <errno.h>
#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/tcp.h>
#include <sched.h>
#include <stdalign.h>

/* Exported by the library but in none of its headers. */
extern uint64_t nn_get_statistic(int socket, int statistic);

enum {
    MESSAGE_BYTES_MAX = FRAME_BYTES_MAX + LINK_OVERHEAD_BYTES + SOCKET_HEADER_BYTES,
    PEER_BUFFER_BYTES = 1024 * 1024, /* the kernel's, per connection and direction */
    CLIENT_BUFFER_BYTES = 512 * 1024,
    RECONNECT_MS_FIRST = 20,
    RECONNECT_MS_MAX = 500,
    CONTROL_BYTES = 64,
};

static bool set_option(const struct socket *socket, int level, int option, int value)
{
    return nn_setsockopt(socket->number, level, option, &value, sizeof value) == 0;
}

static bool set_options(const struct socket *socket, bool is_ipv6)
{
    bool is_peer = socket->kind == SOCKET_PULL || socket->kind == SOCKET_PUSH;
    int buffer = is_peer ? PEER_BUFFER_BYTES : CLIENT_BUFFER_BYTES;
    bool valid = set_option(socket, NN_SOL_SOCKET, NN_RCVMAXSIZE, MESSAGE_BYTES_MAX) &&
                 set_option(socket, NN_SOL_SOCKET, NN_SNDBUF, buffer) &&
                 set_option(socket, NN_SOL_SOCKET, NN_RCVBUF, buffer) &&
                 set_option(socket, NN_SOL_SOCKET, NN_RECONNECT_IVL, RECONNECT_MS_FIRST) &&
                 set_option(socket, NN_SOL_SOCKET, NN_RECONNECT_IVL_MAX, RECONNECT_MS_MAX) &&
                 set_option(socket, NN_SOL_SOCKET, NN_IPV4ONLY, is_ipv6 ? 0 : 1) &&
                 set_option(socket, NN_TCP, NN_TCP_NODELAY, 1);
    /* One hop: a device between would make many clients share a connection's key. */
    return valid &&
           (socket->kind != SOCKET_RAW_REP || set_option(socket, NN_SOL_SOCKET, NN_MAXTTL, 1));
}

/* nanomsg's worker thread is made with the first socket and inherits the scheduling policy of who
 * makes it. Under SCHED_BATCH it does not push other threads off a core each time that it is woken,
 * so it finds several messages at once, and the lock that it shares with our thread free: measured,
 * half the context switches and a fifth more throughput with many small clients. */
static int open_in_batch(int domain, int protocol)
{
    struct sched_param parameter;
    bool is_usual = sched_getscheduler(0) == SCHED_OTHER && sched_getparam(0, &parameter) == 0 &&
                    sched_setscheduler(0, SCHED_BATCH, &parameter) == 0;
    int number = nn_socket(domain, protocol);
    if (is_usual) {
        (void)sched_setscheduler(0, SCHED_OTHER, &parameter);
    }
    return number;
}

enum error socket_open(struct socket *socket, enum socket_kind kind, bool is_ipv6,
                       struct error_text *error)
{
    static const struct {
        int domain;
        int protocol;
    } kinds[] = {
        [SOCKET_PULL] = {AF_SP, NN_PULL},
        [SOCKET_PUSH] = {AF_SP, NN_PUSH},
        [SOCKET_RAW_REP] = {AF_SP_RAW, NN_REP},
        [SOCKET_RAW_REQ] = {AF_SP_RAW, NN_REQ},
    };
    transport_descriptors_raise();
    socket->kind = kind;
    socket->number = open_in_batch(kinds[kind].domain, kinds[kind].protocol);
    if (socket->number < 0) {
        return error_set(error, ERROR_IO, "cannot open a socket: %s", nn_strerror(nn_errno()));
    }
    if (!set_options(socket, is_ipv6)) {
        int code = nn_errno();
        socket_close(socket);
        return error_set(error, ERROR_IO, "cannot set a socket's options: %s", nn_strerror(code));
    }
    return OK;
}

void socket_close(struct socket *socket)
{
    if (socket->number >= 0) {
        int number = socket->number;
        socket->number = -1;
        while (nn_close(number) != 0 && nn_errno() == EINTR) {}
    }
}

static enum error failed(int code, const char *what, const char *address, struct error_text *error)
{
    switch (code) {
    case EADDRINUSE:
        return error_set(error, ERROR_IN_USE,
                         "cannot %s %s: the address is in use by another process", what, address);
    case EADDRNOTAVAIL:
    case ENODEV:
        return error_set(error, ERROR_INVALID,
                         "cannot %s %s: the address is not one of this machine's", what, address);
    case EACCES:
    case EPERM:
        return error_set(error, ERROR_PERMISSION, "cannot %s %s: not permitted", what, address);
    default:
        return error_set(error, ERROR_IO, "cannot %s %s: %s", what, address, nn_strerror(code));
    }
}

enum error socket_bind(struct socket *socket, const struct endpoint *endpoint, const char *address,
                       struct error_text *error)
{
    if (nn_bind(socket->number, endpoint->text) < 0) {
        return failed(nn_errno(), "listen on", address, error);
    }
    return OK;
}

enum error socket_connect(struct socket *socket, const struct endpoint *endpoint,
                          const char *address, struct error_text *error)
{
    if (nn_connect(socket->number, endpoint->text) < 0) {
        return failed(nn_errno(), "connect to", address, error);
    }
    return OK;
}

int socket_fd(const struct socket *socket)
{
    int fd = -1;
    size_t size = sizeof fd;
    if (nn_getsockopt(socket->number, NN_SOL_SOCKET, NN_RCVFD, &fd, &size) != 0) {
        return -1;
    }
    return fd;
}

/* The ancillary data of a raw message: one property, a size_t length and then the header. */
static bool read_header(const uint8_t *control, uint8_t header[SOCKET_HEADER_BYTES])
{
    struct nn_cmsghdr property;
    size_t size = 0;
    memcpy(&property, control, sizeof property);
    memcpy(&size, control + sizeof property, sizeof size);
    if (property.cmsg_level != PROTO_SP || property.cmsg_type != SP_HDR ||
        size != SOCKET_HEADER_BYTES) {
        return false;
    }
    memcpy(header, control + sizeof property + sizeof size, SOCKET_HEADER_BYTES);
    return true;
}

static size_t write_header(uint8_t *control, const uint8_t *header, size_t size)
{
    struct nn_cmsghdr property = {
        .cmsg_len = NN_CMSG_LEN(sizeof size + size),
        .cmsg_level = PROTO_SP,
        .cmsg_type = SP_HDR,
    };
    memcpy(control, &property, sizeof property);
    memcpy(control + sizeof property, &size, sizeof size);
    memcpy(control + sizeof property + sizeof size, header, size);
    return NN_CMSG_SPACE(sizeof size + size);
}

bool socket_receive(struct socket *socket, struct packet *packet)
{
    void *chunk = NULL;
    alignas(max_align_t) uint8_t control[CONTROL_BYTES] = {0}; /* untouched if it does not fit */
    struct nn_iovec body = {.iov_base = &chunk, .iov_len = NN_MSG};
    struct nn_msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
    if (socket->kind == SOCKET_RAW_REP) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
    }
    int size = nn_recvmsg(socket->number, &header, NN_DONTWAIT);
    if (size < 0) {
        return false;
    }
    packet->chunk = chunk;
    packet->size = (size_t)size;
    packet->has_header = socket->kind == SOCKET_RAW_REP && read_header(control, packet->header);
    return true;
}

uint8_t *chunk_new(size_t size)
{
    return nn_allocmsg(size, 0);
}

void chunk_free(uint8_t *chunk)
{
    if (chunk != NULL) {
        (void)nn_freemsg(chunk);
    }
}

enum send_result socket_send(struct socket *socket, uint8_t *chunk, const uint8_t *header)
{
    /* Replies need no telling apart, each frame says whose it is: any id will do, and its top bit
     * ends the backtrace. */
    static const uint8_t request_id[] = {0x80, 0, 0, 1};
    void *content = chunk;
    alignas(max_align_t) uint8_t control[CONTROL_BYTES];
    struct nn_iovec body = {.iov_base = &content, .iov_len = NN_MSG};
    struct nn_msghdr message = {.msg_iov = &body, .msg_iovlen = 1};
    if (socket->kind == SOCKET_RAW_REP) {
        ASSERT(header != NULL);
        message.msg_control = control;
        message.msg_controllen = write_header(control, header, SOCKET_HEADER_BYTES);
    } else if (socket->kind == SOCKET_RAW_REQ) {
        message.msg_control = control;
        message.msg_controllen = write_header(control, request_id, sizeof request_id);
    }
    return nn_sendmsg(socket->number, &message, NN_DONTWAIT) >= 0 ? SEND_DONE : SEND_LATER;
}

uint64_t socket_connections(const struct socket *socket)
{
    uint64_t count = nn_get_statistic(socket->number, NN_STAT_CURRENT_CONNECTIONS);
    return count == UINT64_MAX ? 0 : count;
}

uint64_t socket_connections_ever(const struct socket *socket)
{
    uint64_t count = nn_get_statistic(socket->number, NN_STAT_ESTABLISHED_CONNECTIONS);
    return count == UINT64_MAX ? 0 : count;
}
