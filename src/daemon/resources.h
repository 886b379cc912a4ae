/* resources.h - what a replica's process holds of the machine it runs on, and the ports made of it.
 * Only for this layer. */
#ifndef STRATEGOS_DAEMON_RESOURCES_H
#define STRATEGOS_DAEMON_RESOURCES_H

#include "daemon/daemon.h"
#include "machine/registry.h"
#include "node/node.h"
#include "transport/listener.h"
#include "transport/peers.h"

#include <pthread.h>

struct resources {
    const struct daemon_settings *settings;
    struct node_settings node_settings;
    struct folder folder;
    struct store store;
    struct plugin plugin; /* zeros for a built-in machine */
    const struct strategos_machine *machine;
    void *core_memory;
    struct peers *peers;
    struct listener *listener;
    struct public_key client_keys[CLIENTS_MAX];
    int signal_fd; /* SIGTERM, SIGINT */
    int work_fd;   /* readable when the work is done */
    bool is_working;
    pthread_t worker;
    void (*work)(void *context);
    void *work_context;
};

/* Signals, the ledger's folder with its lock, the machine, the store, memory: all but sockets. What
 * was opened before an error is closed by resources_close. */
MUST_USE enum error resources_open(struct resources *resources,
                                   const struct daemon_settings *settings, struct error_text *text);
/* Binds both sockets. */
MUST_USE enum error resources_open_links(struct resources *resources, struct error_text *text);
void resources_close(struct resources *resources);

/* ports.c: made of these; they outlive it. */
struct ports resources_ports(struct resources *resources);
/* True, once, after the work that was begun has been done. */
bool resources_work_is_done(struct resources *resources);

#endif
