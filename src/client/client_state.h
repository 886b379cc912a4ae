/* client_state.h - the inside of a client, shared by the shell's files only.
 *
 *     open.c   files, memory, sockets; what the core needs of us
 *     loop.c   one step: receive, turn, send, and when to wake up next
 *     calls.c  the calls of strategos/client.h and shell.h */
#ifndef STRATEGOS_CLIENT_CLIENT_STATE_H
#define STRATEGOS_CLIENT_CLIENT_STATE_H

#include "base/arena.h"
#include "client/asks.h"
#include "client/core.h"
#include "client/shell.h"
#include "transport/dialer.h"

#define MILLISECOND_NS UINT64_C(1000000)

/* Who waits for a command's result. */
struct call {
    strategos_callback *callback;
    void *context;
    struct call *next_free;
};

struct link {
    struct dialer *dialer;
    uint64_t tick_due_ns;
    uint64_t session_count; /* as last seen */
    bool is_up;
    uint64_t verdicts[VERDICT_COUNT]; /* of link and codec; the core has its own */
};

struct strategos_client {
    struct group group;
    struct secret_key secret;
    struct public_key key;
    uint64_t timeout_ns;

    struct client_core *core;
    void *core_memory;
    struct asks *asks;
    struct link links[REPLICAS_MAX];

    struct call *calls;
    struct call *free_call;

    struct buffer frame;   /* being made for one replica */
    struct buffer scratch; /* an encoding on its way to the core */
    struct buffer message;
    struct buffer result; /* of the last waiting call */
    void *arena_memory;
    struct arena arena;

    int epoll_fd;
    int timer_fd;
    uint64_t armed_ns; /* what timer_fd is set to; UINT64_MAX: nothing */
    bool in_step;      /* callbacks may be running */
    bool is_closing;   /* nothing new is taken */
    uint64_t frames_sent;
    uint64_t frames_received;
};

uint64_t client_now_ns(void);
uint64_t client_new_session(const struct strategos_client *client);

/* Makes the descriptor readable at `due_ns`. */
void client_arm(struct strategos_client *client, uint64_t due_ns);

/* Receives, lets time pass, sends, arms the timer. */
void client_turn(struct strategos_client *client, uint64_t now_ns);

/* client_core_ops.on_result. */
void client_on_result(void *context, const struct client_result *result);
enum strategos_status client_status_of(enum outcome outcome);
/* Ends a question without an answer. */
void client_fail_ask(struct strategos_client *client, struct ask *ask);

#endif
