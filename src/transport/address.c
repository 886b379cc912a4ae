/* address.c - see address.h. */
#include "transport/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define TCP_PREFIX "tcp://"
#define IPC_PREFIX "ipc://"

#define EXPECTED "expected tcp://host:port, tcp://[v6]:port or ipc:///path"

static enum error parse_ipc(struct address *address, const char *path, struct error_text *error)
{
    if (path[0] != '/' || path[1] == '\0') {
        return error_set(error, ERROR_INVALID, "address \"%s\": the path is not absolute; %s",
                         address->text, EXPECTED);
    }
    if (strlen(path) >= IPC_PATH_BYTES_MAX) {
        return error_set(error, ERROR_INVALID, "address \"%s\": the path is longer than %u bytes",
                         address->text, IPC_PATH_BYTES_MAX - 1);
    }
    address->is_ipc = true;
    memcpy(address->host, path, strlen(path) + 1);
    return OK;
}

static bool parse_port(const char *text, uint16_t *port)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0') {
        return false;
    }
    unsigned value = 0;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    *port = (uint16_t)value;
    return value >= 1 && value <= UINT16_MAX;
}

/* A name of letters, digits, dots, hyphens and underscores, or an IPv4 number. */
static bool is_host(const char *host)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_";
    return host[0] != '\0' && host[strspn(host, letters)] == '\0';
}

static enum error parse_tcp(struct address *address, const char *rest, struct error_text *error)
{
    const char *colon = strrchr(rest, ':');
    if (colon == NULL || !parse_port(colon + 1, &address->port)) {
        return error_set(error, ERROR_INVALID, "address \"%s\": no port in 1 .. 65535; %s",
                         address->text, EXPECTED);
    }
    size_t size = (size_t)(colon - rest);
    bool in_brackets = size >= 2 && rest[0] == '[' && rest[size - 1] == ']';
    if (in_brackets) {
        rest++;
        size -= 2;
    }
    memcpy(address->host, rest, size);
    address->host[size] = '\0';
    struct in6_addr number;
    if (in_brackets) {
        if (inet_pton(AF_INET6, address->host, &number) != 1) {
            return error_set(error, ERROR_INVALID,
                             "address \"%s\": between the brackets is no IPv6 address; %s",
                             address->text, EXPECTED);
        }
    } else if (strcmp(address->host, "*") == 0) {
        memcpy(address->host, "0.0.0.0", sizeof "0.0.0.0");
    } else if (!is_host(address->host)) {
        return error_set(error, ERROR_INVALID, "address \"%s\": not a host name or number; %s",
                         address->text, EXPECTED);
    }
    return OK;
}

enum error address_parse(struct address *address, const char *text, struct error_text *error)
{
    *address = (struct address){.port = 0};
    size_t size = strlen(text);
    if (size >= ADDRESS_BYTES_MAX) {
        return error_set(error, ERROR_INVALID, "address \"%.40s...\": longer than %u bytes", text,
                         ADDRESS_BYTES_MAX - 1);
    }
    memcpy(address->text, text, size + 1);
    if (strncmp(text, TCP_PREFIX, sizeof TCP_PREFIX - 1) == 0) {
        return parse_tcp(address, text + sizeof TCP_PREFIX - 1, error);
    }
    if (strncmp(text, IPC_PREFIX, sizeof IPC_PREFIX - 1) == 0) {
        return parse_ipc(address, text + sizeof IPC_PREFIX - 1, error);
    }
    return error_set(error, ERROR_INVALID, "address \"%s\": %s", text, EXPECTED);
}

static bool print_tcp(struct endpoint *endpoint, const char *number, uint16_t port, bool is_ipv6)
{
    endpoint->is_ipv6 = is_ipv6;
    int size = snprintf(endpoint->text, sizeof endpoint->text,
                        is_ipv6 ? "tcp://[%s]:%u" : "tcp://%s:%u", number, port);
    return size > 0 && (size_t)size < sizeof endpoint->text;
}

bool address_to_endpoint(const struct address *address, struct endpoint *endpoint)
{
    struct in6_addr number;
    if (address->is_ipc) {
        endpoint->is_ipv6 = false;
        int size = snprintf(endpoint->text, sizeof endpoint->text, IPC_PREFIX "%s", address->host);
        return size > 0 && (size_t)size < sizeof endpoint->text;
    }
    if (inet_pton(AF_INET, address->host, &number) == 1) {
        return print_tcp(endpoint, address->host, address->port, false);
    }
    if (inet_pton(AF_INET6, address->host, &number) == 1) {
        return print_tcp(endpoint, address->host, address->port, true);
    }
    return false;
}

/* The `wanted`-th address of a family; the number of addresses of that family if there are fewer.
 */
static unsigned pick(const struct addrinfo *list, int family, unsigned wanted,
                     const struct addrinfo **picked)
{
    unsigned count = 0;
    *picked = NULL;
    for (; list != NULL; list = list->ai_next) {
        if (list->ai_family == family) {
            if (count == wanted) {
                *picked = list;
            }
            count++;
        }
    }
    return count;
}

enum error address_resolve(const struct address *address, unsigned attempt,
                           struct endpoint *endpoint, struct error_text *error)
{
    if (address_to_endpoint(address, endpoint)) {
        return OK;
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int status = getaddrinfo(address->host, NULL, &hints, &list);
    if (status != 0) {
        return error_set(error, ERROR_MISSING,
                         "address \"%s\": the host name does not resolve (%s)", address->text,
                         gai_strerror(status));
    }
    const struct addrinfo *found = NULL;
    unsigned count_v4 = pick(list, AF_INET, UINT32_MAX, &found);
    unsigned count_v6 = pick(list, AF_INET6, UINT32_MAX, &found);
    if (count_v4 + count_v6 > 0) {
        unsigned wanted = attempt % (count_v4 + count_v6);
        (void)pick(list, wanted < count_v4 ? AF_INET : AF_INET6,
                   wanted < count_v4 ? wanted : wanted - count_v4, &found);
    }
    char number[NI_MAXHOST];
    bool valid = found != NULL &&
                 getnameinfo(found->ai_addr, found->ai_addrlen, number, sizeof number, NULL, 0,
                             NI_NUMERICHOST) == 0 &&
                 print_tcp(endpoint, number, address->port, found->ai_family == AF_INET6);
    freeaddrinfo(list);
    if (!valid) {
        return error_set(error, ERROR_MISSING, "address \"%s\": the host has no usable address",
                         address->text);
    }
    return OK;
}
