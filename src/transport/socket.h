/* socket.h - the only code that sees nanomsg. Non-blocking, zero-copy messages.
 *
 * A message body lives in a chunk that nanomsg allocates. Raw REP and REQ messages carry a header:
 * on REP it leads back to the connection a request came over, and goes with each reply. */
#ifndef STRATEGOS_TRANSPORT_SOCKET_H
#define STRATEGOS_TRANSPORT_SOCKET_H

#include "base/bytes.h"
#include "transport/address.h"

/* The key of the connection, then the request's id: no device may stand in between. */
#define SOCKET_HEADER_BYTES 8u

enum socket_kind {
    SOCKET_PULL,    /* bound: what peers push */
    SOCKET_PUSH,    /* connected to one peer */
    SOCKET_RAW_REP, /* bound: what clients request */
    SOCKET_RAW_REQ  /* connected to one replica */
};

struct socket {
    int number; /* nanomsg's, -1 if closed */
    enum socket_kind kind;
};

/* A received message. */
struct packet {
    uint8_t *chunk; /* free with chunk_free */
    size_t size;
    uint8_t header[SOCKET_HEADER_BYTES];
    bool has_header; /* raw REP, and of that very size */
};

enum send_result {
    SEND_DONE,  /* the chunk now belongs to nanomsg */
    SEND_LATER, /* nobody is connected, or the connection takes no more now */
};

/* For an endpoint of which family is said here: nanomsg aborts where it is wrong. */
MUST_USE enum error socket_open(struct socket *socket, enum socket_kind kind, bool is_ipv6,
                                struct error_text *error);
void socket_close(struct socket *socket); /* closed already: nothing */

/* `address` is for the error's text. ERROR_IN_USE, ERROR_PERMISSION, ERROR_INVALID or ERROR_IO. */
MUST_USE enum error socket_bind(struct socket *socket, const struct endpoint *endpoint,
                                const char *address, struct error_text *error);
MUST_USE enum error socket_connect(struct socket *socket, const struct endpoint *endpoint,
                                   const char *address, struct error_text *error);

/* Readable when a message waits. */
int socket_fd(const struct socket *socket);

/* False if nothing waits. */
bool socket_receive(struct socket *socket, struct packet *packet);

/* NULL without memory. */
uint8_t *chunk_new(size_t size);
void chunk_free(uint8_t *chunk);

/* `header` is what came with a request, for a raw REP socket; else NULL. A raw REP socket says
 * SEND_DONE also where it drops the reply. */
enum send_result socket_send(struct socket *socket, uint8_t *chunk, const uint8_t *header);

/* Connections that are up now, and that ever came up. */
uint64_t socket_connections(const struct socket *socket);
uint64_t socket_connections_ever(const struct socket *socket);

#endif
