/* address.c - see address.h. */
#include "config/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#define TCP "tcp://"
#define IPC "ipc://"

unsigned address_parse_port(const char *text)
{
    unsigned port = 0;
    for (const char *digit = text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || digit - text >= 5) {
            return 0;
        }
        port = port * 10 + (unsigned)(*digit - '0');
    }
    return port <= 65535 ? port : 0;
}

static bool is_host_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
}

static enum error check_host(const char *host, struct error_text *text)
{
    bool is_numeric = true;
    for (const char *byte = host; *byte != '\0'; byte++) {
        if (!is_host_byte(*byte)) {
            return error_set(text, ERROR_INVALID,
                             "the host may have letters, digits, '.', '-' and '_' only; an IPv6 "
                             "address stands in brackets");
        }
        is_numeric = is_numeric && ((*byte >= '0' && *byte <= '9') || *byte == '.');
    }
    struct in_addr v4;
    if (is_numeric && inet_pton(AF_INET, host, &v4) != 1) {
        return error_set(text, ERROR_INVALID, "the host is not a valid IPv4 address");
    }
    if (is_numeric && v4.s_addr == htonl(INADDR_ANY)) {
        return error_set(text, ERROR_INVALID,
                         "0.0.0.0 is no address that others can connect to; name the host");
    }
    return OK;
}

static enum error check_tcp(const char *rest, struct error_text *text)
{
    char host[ADDRESS_LENGTH_MAX + 1];
    const char *colon = strrchr(rest, ':');
    bool is_v6 = rest[0] == '[';
    if (colon == NULL || colon == rest || (is_v6 && colon[-1] != ']')) {
        return error_set(text, ERROR_INVALID, "must be tcp://HOST:PORT, with a host and a port");
    }
    if (address_parse_port(colon + 1) == 0) {
        return error_set(text, ERROR_INVALID, "the port must be 1 to 65535");
    }
    size_t length = (size_t)(colon - rest);
    if (!is_v6) {
        memcpy(host, rest, length);
        host[length] = '\0';
        return check_host(host, text);
    }
    struct in6_addr v6;
    memcpy(host, rest + 1, length - 2);
    host[length - 2] = '\0';
    if (inet_pton(AF_INET6, host, &v6) != 1) {
        return error_set(text, ERROR_INVALID, "what is in brackets is not an IPv6 address");
    }
    if (IN6_IS_ADDR_UNSPECIFIED(&v6)) {
        return error_set(text, ERROR_INVALID,
                         "[::] is no address that others can connect to; name the host");
    }
    return OK;
}

enum error address_check(const char *address, struct error_text *text)
{
    size_t length = strlen(address);
    if (length > ADDRESS_LENGTH_MAX) {
        return error_set(text, ERROR_INVALID, "must be at most %d bytes long", ADDRESS_LENGTH_MAX);
    }
    if (strncmp(address, TCP, strlen(TCP)) == 0) {
        return check_tcp(address + strlen(TCP), text);
    }
    if (strncmp(address, IPC, strlen(IPC)) == 0) {
        const char *path = address + strlen(IPC);
        if (path[0] != '/' || path[1] == '\0' || strlen(path) > ADDRESS_IPC_LENGTH_MAX) {
            return error_set(text, ERROR_INVALID,
                             "the path must be absolute and at most %d bytes long",
                             ADDRESS_IPC_LENGTH_MAX);
        }
        if (strchr(path, '"') != NULL) { /* it could not be written back */
            return error_set(text, ERROR_INVALID, "the path must be without quotation marks");
        }
        return OK;
    }
    return error_set(text, ERROR_INVALID,
                     "must be tcp://HOST:PORT, tcp://[IPv6]:PORT or ipc:///PATH");
}
