/* asks.h - questions to single replicas: queries, status, log. Each goes to one replica, is asked
 * again with back-off until that replica answers, and has a deadline. Not ordered, not voted on.
 * Pure bookkeeping: the shell encodes, sends and calls back. */
#ifndef STRATEGOS_CLIENT_ASKS_H
#define STRATEGOS_CLIENT_ASKS_H

#include "base/buffer.h"
#include "client/shell.h"

#define ASKS_MAX 1024u

enum ask_kind { ASK_QUERY, ASK_STATUS, ASK_LOG };

struct ask {
    uint64_t number; /* on the wire; 0: the slot is free */
    enum ask_kind kind;
    replica_id replica;
    uint64_t deadline_ns;
    uint64_t due_ns; /* when to send it (again) */
    uint64_t wait_ns;
    bool staged;           /* in the frame being made */
    size_t place;          /* in asks->active */
    struct buffer encoded; /* one client message */
    void *context;
    union {
        strategos_callback *on_query;
        client_status_callback *on_status;
        client_log_callback *on_log;
    };
};

struct asks {
    uint64_t last_number;
    size_t count;
    uint16_t active[ASKS_MAX]; /* slots in use, in no order */
    struct ask slots[ASKS_MAX];
};

void asks_init(struct asks *asks);
void asks_fini(struct asks *asks);

/* A question to be sent now, its number set and `encoded` empty; NULL if too many are under way. */
struct ask *asks_begin(struct asks *asks, enum ask_kind kind, replica_id replica,
                       uint64_t deadline_ns);

/* The question under way that this replica answers; NULL if there is none such. */
struct ask *asks_find(struct asks *asks, enum ask_kind kind, replica_id replica, uint64_t number);

/* The question is over: its slot is free, the pointer stays readable until the next asks_begin. */
void asks_end(struct asks *asks, struct ask *ask);

/* One whose deadline is at or before `now_ns`; NULL if none. */
struct ask *asks_expired(struct asks *asks, uint64_t now_ns);

/* Appends to a frame of at most `bytes_max` and `count_max` messages what is due for a replica;
 * asks_sent says whether the frame went out. */
void asks_stage(struct asks *asks, replica_id to, uint64_t now_ns, size_t bytes_max,
                size_t count_max, struct buffer *frame);
void asks_sent(struct asks *asks, replica_id to, bool taken, uint64_t now_ns);

/* The link is new: all that it may have lost is due again. */
void asks_on_link_up(struct asks *asks, replica_id replica);

/* The earliest deadline, or sending to a replica of the bit set `linked`. UINT64_MAX: none. */
uint64_t asks_next_ns(const struct asks *asks, uint32_t linked);

#endif
