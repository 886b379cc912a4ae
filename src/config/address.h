/* address.h - the form of an address in the group file. Whether a host exists is the transport's
 * business, at run time. */
#ifndef STRATEGOS_CONFIG_ADDRESS_H
#define STRATEGOS_CONFIG_ADDRESS_H

#include "base/error.h"

#define ADDRESS_LENGTH_MAX     255
#define ADDRESS_IPC_LENGTH_MAX 100 /* of the path: a Unix socket's name has 108 bytes */

/* tcp://HOST:PORT, tcp://[IPv6]:PORT or ipc:///PATH; HOST is a name or an IPv4 address. Wildcards
 * are refused: the same file tells others where to connect to. `text` says what is wrong, without
 * the address. */
MUST_USE enum error address_check(const char *address, struct error_text *text);

/* 1 to 65535, digits only; 0 if it is anything else. */
unsigned address_parse_port(const char *text);

#endif
