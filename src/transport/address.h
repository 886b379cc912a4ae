/* address.h - where a socket is bound or connects to: "tcp://host:port", "tcp://[v6]:port",
 * "tcp://" with * for every local IPv4 address, or "ipc:///path".
 *
 * Names are resolved here and never by nanomsg, which reports no error for a host that does not
 * exist, and which aborts the process on some endpoints (an ipc path that does not fit a socket
 * address; an IPv4 address on a socket that is open to IPv6). So it only ever gets what
 * address_resolve made: numeric, of a known family, short enough. */
#ifndef STRATEGOS_TRANSPORT_ADDRESS_H
#define STRATEGOS_TRANSPORT_ADDRESS_H

#include "base/error.h"
#include "transport/peers.h"

#include <stdbool.h>
#include <stdint.h>

#define ENDPOINT_BYTES_MAX 128u /* nanomsg's own bound, NUL included */
#define IPC_PATH_BYTES_MAX 108u /* of a local socket's address, NUL included */

struct address {
    char text[ADDRESS_BYTES_MAX]; /* as configured, for people */
    char host[ADDRESS_BYTES_MAX]; /* tcp: name or number without brackets; ipc: the path */
    uint16_t port;                /* 0 for ipc */
    bool is_ipc;
};

/* What nanomsg gets. */
struct endpoint {
    char text[ENDPOINT_BYTES_MAX];
    bool is_ipv6;
};

/* ERROR_INVALID names the address and what is wrong with it. */
MUST_USE enum error address_parse(struct address *address, const char *text,
                                  struct error_text *error);

/* Without asking anybody: false where the host is a name. */
MUST_USE bool address_to_endpoint(const struct address *address, struct endpoint *endpoint);

/* Asks the system's resolver, which may block for as long as it likes. Where a host has several
 * addresses (IPv4 first) `attempt` chooses among them in turn. ERROR_MISSING if it has none. */
MUST_USE enum error address_resolve(const struct address *address, unsigned attempt,
                                    struct endpoint *endpoint, struct error_text *error);

#endif
