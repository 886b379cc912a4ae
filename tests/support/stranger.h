/* stranger.h - somebody without keys, at the door of a replica: plain TCP connections that speak
 * nanomsg's wire format (SP) as far as they please. One by one, or as a crowd. */
#ifndef TESTS_SUPPORT_STRANGER_H
#define TESTS_SUPPORT_STRANGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many descriptors as the system lets this process have. */
void strangers_raise_limit(void);

/* `host` is an IPv4 address. Waits until there is a connection. */
int stranger_connect(const char *host, unsigned port);
/* With `is_reset` the other side gets a reset instead of an end. */
void stranger_close(int fd, bool is_reset);

/* What the other side does not take, because it has gone, is lost. */
void stranger_send(int fd, const void *bytes, size_t size);

/* SP's greeting: as somebody who pushes to peers, or who requests as a client. */
void stranger_greet(int fd, bool is_client);
/* One SP frame, with the header that a request needs. */
void stranger_send_frame(int fd, bool is_client, const uint8_t *bytes, size_t size);
/* Only the length that stands before a frame. */
void stranger_send_length(int fd, uint64_t length);
/* The other side ends the connection within the time. */
bool stranger_is_closed(int fd, int timeout_ms);

enum stranger_kind {
    STRANGER_SILENT,       /* connected, nothing else */
    STRANGER_HALF_GREETED, /* half a greeting */
    STRANGER_GREETED,      /* a whole one, then silence */
    STRANGER_HALF_FRAME    /* and the length of a frame of a megabyte with its first bytes */
};

struct strangers;

struct strangers *strangers_new(const char *host, unsigned port, bool is_client,
                                enum stranger_kind kind, size_t count);
/* The next byte of what a loyal one would send, from each. For STRANGER_SILENT. */
void strangers_trickle(struct strangers *strangers);
void strangers_free(struct strangers *strangers, bool is_reset);

#endif
