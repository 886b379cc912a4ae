/* outlet.c - see outlet.h. */
#include "transport/outlet.h"

#include "base/log.h"
#include "transport/channel.h"

#define POLL_FAST_NS     (10 * MS_NS) /* for a connection or an answer that may come any moment */
#define POLL_SLOW_NS     (100 * MS_NS)
#define POLL_FAST_FOR_NS (5 * SECOND_NS)
#define RETRY_NS         (2 * SECOND_NS)

enum error outlet_init(struct outlet *outlet, enum socket_kind kind, const char *address,
                       struct error_text *error)
{
    *outlet = (struct outlet){.kind = kind, .socket = {.number = -1}};
    return address_parse(&outlet->address, address, error);
}

void outlet_fini(struct outlet *outlet)
{
    resolver_free(outlet->resolver);
    outlet->resolver = NULL;
    socket_close(&outlet->socket);
}

static void open_at(struct outlet *outlet, const struct endpoint *endpoint, uint64_t now_ns)
{
    struct error_text error;
    enum error result = socket_open(&outlet->socket, outlet->kind, endpoint->is_ipv6, &error);
    if (result == OK) {
        result = socket_connect(&outlet->socket, endpoint, outlet->address.text, &error);
        if (result != OK) {
            socket_close(&outlet->socket);
        }
    }
    if (result != OK) {
        outlet->due_ns = now_ns + RETRY_NS;
        if (!outlet->is_trouble_told) {
            log_event(LOG_WARN, "connect-failed", "reason=\"%s\"", error.text);
            outlet->is_trouble_told = true;
        }
        return;
    }
    outlet->opened_ns = now_ns;
    outlet->quiet_since_ns = now_ns;
    outlet->connections_seen = 0;
    outlet->is_trouble_told = false;
}

static void look_up(struct outlet *outlet, uint64_t now_ns)
{
    enum error result = OK;
    struct endpoint endpoint;
    struct error_text error;
    if (outlet->resolver == NULL) {
        if (now_ns < outlet->due_ns) {
            return;
        }
        if (address_to_endpoint(&outlet->address, &endpoint)) {
            open_at(outlet, &endpoint, now_ns);
            return;
        }
        outlet->resolver = resolver_start(&outlet->address, outlet->attempt++);
        outlet->due_ns = now_ns + RETRY_NS;
        outlet->quiet_since_ns = now_ns;
        return;
    }
    if (!resolver_poll(outlet->resolver, &result, &endpoint, &error)) {
        return;
    }
    resolver_free(outlet->resolver);
    outlet->resolver = NULL;
    if (result == OK) {
        open_at(outlet, &endpoint, now_ns);
        return;
    }
    outlet->due_ns = now_ns + RETRY_NS;
    if (!outlet->is_trouble_told) {
        log_event(LOG_WARN, "name-unresolved", "reason=\"%s\" action=\"trying again\"", error.text);
        outlet->is_trouble_told = true;
    }
}

bool outlet_tick(struct outlet *outlet, uint64_t now_ns)
{
    if (!outlet_is_open(outlet)) {
        look_up(outlet, now_ns);
    }
    if (!outlet_is_open(outlet)) {
        return false;
    }
    if (outlet_is_connected(outlet)) {
        outlet->quiet_since_ns = now_ns;
    }
    uint64_t connections = socket_connections_ever(&outlet->socket);
    bool is_new = connections != outlet->connections_seen;
    outlet->connections_seen = connections;
    return is_new;
}

uint64_t outlet_due(const struct outlet *outlet, uint64_t now_ns)
{
    if (outlet_is_open(outlet) ? outlet_is_connected(outlet) : outlet->resolver == NULL) {
        return outlet_is_open(outlet) ? UINT64_MAX : outlet->due_ns;
    }
    bool is_fast = now_ns < outlet->quiet_since_ns + POLL_FAST_FOR_NS;
    return now_ns + (is_fast ? POLL_FAST_NS : POLL_SLOW_NS);
}

bool outlet_is_connected(const struct outlet *outlet)
{
    return outlet_is_open(outlet) && socket_connections(&outlet->socket) > 0;
}

void outlet_recycle(struct outlet *outlet, uint64_t now_ns)
{
    socket_close(&outlet->socket);
    outlet->due_ns = now_ns;
}
