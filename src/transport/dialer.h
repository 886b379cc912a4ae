/* dialer.h - a client's side: one raw REQ socket and sealed link to one replica.
 *
 * Reconnects and re-handshakes by itself; nothing is reliable: the client core retransmits. */
#ifndef STRATEGOS_TRANSPORT_DIALER_H
#define STRATEGOS_TRANSPORT_DIALER_H

#include "base/bytes.h"
#include "base/error.h"
#include "wire/message.h"

struct dialer;

struct dialer_settings {
    struct digest genesis;
    struct secret_key secret; /* the client's */
    struct public_key replica;
    const char *address;
};

MUST_USE enum error dialer_open(struct dialer **dialer, const struct dialer_settings *settings,
                                uint64_t now_ns, struct error_text *text);
void dialer_close(struct dialer *dialer);
int dialer_fd(const struct dialer *dialer);

struct dialer_event {
    enum verdict verdict;
    struct slice bytes; /* the opened frame, borrowed until the next call */
};

bool dialer_receive(struct dialer *dialer, uint64_t now_ns, struct dialer_event *event);

/* False if there is no session yet or the socket takes no more now: try again later. */
bool dialer_send(struct dialer *dialer, struct slice bytes, uint64_t now_ns);

/* Retries the handshake (first at once, then with back-off from 20 ms to 1 s), rekeys. Returns when
 * it wants to be called next. */
uint64_t dialer_tick(struct dialer *dialer, uint64_t now_ns);

bool dialer_is_connected(const struct dialer *dialer);

/* Why not, in words that follow "replica 2 at ADDRESS: "; NULL if it is. */
const char *dialer_trouble(const struct dialer *dialer);

/* Grows with each new session: what was in flight may be lost, send again. */
uint64_t dialer_session_count(const struct dialer *dialer);

#endif
