/* support_net.h - a few replicas and clients in one process over loopback, and a stranger. */
#ifndef SUPPORT_NET_H
#define SUPPORT_NET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "base/buffer.h"
#include "transport/dialer.h"
#include "transport/listener.h"
#include "transport/peers.h"
#include "transport/socket.h"

#define NODES_MAX    4u
#define DIALERS_MAX  8u
#define DEADLINE_NS  UINT64_C(60000000000)
#define SETTLE_TURNS 50 /* turns of the loop in which something unwanted would have come */

struct node {
    struct peers *peers;
    struct buffer last; /* the last frame that was accepted */
    size_t accepted[REPLICAS_MAX + 1];
    size_t verdicts[VERDICT_COUNT];
};

struct client {
    struct dialer *dialer;
    struct buffer last;
    size_t accepted;
    size_t verdicts[VERDICT_COUNT];
};

struct net {
    char folder[64];   /* for ipc, "" before its first use */
    uint64_t ahead_ns; /* how far the time given to the code is ahead of the clock */
    struct peers_settings settings;
    struct node nodes[NODES_MAX];
    struct listener *listener;
    size_t listener_accepted;
    size_t listener_verdicts[VERDICT_COUNT];
    bool is_echo; /* the listener sends each frame back, prefixed by the client's number */
    struct client clients[DIALERS_MAX];
    void (*on_turn)(void *context); /* for taps */
    void *context;
    int also_fd; /* waited for too; 0 for none */
};

void net_key(unsigned number, struct secret_key *secret, struct public_key *public);
struct digest net_genesis(void);
uint64_t net_now(const struct net *net);

/* "tcp://127.0.0.1:PORT" with a port that was free a moment ago; with `scheme` "tcp6" or "ipc"
 * likewise. */
void net_address(struct net *net, const char *scheme, char address[ADDRESS_BYTES_MAX]);

/* Settings for `count` replicas with keys 0 .. count - 1. */
void net_init(struct net *net, const char *scheme, size_t count);
void net_fini(struct net *net);

/* With the address of its own choice where the one it has was taken meanwhile; so before others
 * were told it. */
void net_open_node(struct net *net, replica_id id);
void net_open_all(struct net *net);
void net_close_node(struct net *net, replica_id id);

void net_open_listener(struct net *net, char address[ADDRESS_BYTES_MAX], size_t client_count,
                       const struct public_key *clients);
void net_open_client(struct net *net, size_t client, unsigned key, const char *address);

/* One turn: tick and receive on all, wait a little for something to come. */
void net_turn(struct net *net);

/* Turns until `condition`; fails the test at the deadline. */
#define NET_UNTIL(net, condition)                                                                  \
    do {                                                                                           \
        uint64_t deadline_ = net_clock() + DEADLINE_NS;                                            \
        while (!(condition)) {                                                                     \
            if (net_clock() > deadline_) {                                                         \
                fail_msg("waited in vain for %s", #condition);                                     \
            }                                                                                      \
            net_turn(net);                                                                         \
        }                                                                                          \
    } while (0)

uint64_t net_clock(void);
void net_settle(struct net *net);

bool net_is_meshed(const struct net *net, size_t count);
void net_send(struct net *net, replica_id from, replica_id to, const char *text);
/* Sends until the text arrives. */
void net_expect(struct net *net, replica_id from, replica_id to, const char *text);

/* Somebody without keys: a connected socket that sends any bytes. */
void stranger_open(struct socket *socket, enum socket_kind kind, const char *address);
void stranger_send(struct socket *socket, struct slice bytes);

/* Thousands of plain connections: silent, half greeted, greeted and then silent, reset. */
#define CROWD_MAX 2000u

struct crowd {
    int fds[CROWD_MAX];
    size_t count;
};

void crowd_open(struct crowd *crowd, struct net *net, const char *address);
void crowd_close(struct crowd *crowd);

#endif
