/* resources.c - opens and closes what a replica needs of its machine.
 *
 * The ledger's folder comes first: its lock keeps a second process away. */
#include "daemon/resources.h"

#include "daemon/clock.h"
#include "storage/store_lmdb.h"
#include "transport/descriptors.h"

#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* SIGTERM and SIGINT come through a descriptor; nanomsg's and our own threads inherit the mask. */
static enum error take_signals(int *fd)
{
    sigset_t mask;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigemptyset(&mask) != 0 || sigaddset(&mask, SIGTERM) != 0 ||
        sigaddset(&mask, SIGINT) != 0 || pthread_sigmask(SIG_BLOCK, &mask, NULL) != 0 ||
        sigaction(SIGPIPE, &ignore, NULL) != 0) {
        return ERROR_IO;
    }
    *fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd < 0 ? ERROR_IO : OK;
}

static enum error path_join(char *path, const char *folder, const char *name,
                            struct error_text *text)
{
    int length = snprintf(path, DAEMON_PATH_BYTES_MAX, "%s/%s", folder, name);
    return length < 0 || (size_t)length >= DAEMON_PATH_BYTES_MAX
               ? error_set(text, ERROR_INVALID, "%s: the path is too long", folder)
               : OK;
}

static enum error open_ledger_folder(struct resources *resources, struct error_text *text)
{
    char path[DAEMON_PATH_BYTES_MAX];
    TRY(path_join(path, resources->settings->data_path, "ledger", text));
    return folder_posix_open(&resources->folder, path, false, text);
}

static enum error open_machine(struct resources *resources, struct error_text *text)
{
    const struct group *group = &resources->settings->group;
    if (group->machine_path[0] == '\0') {
        resources->machine = registry_find(group->machine_name);
        return resources->machine != NULL
                   ? OK
                   : error_set(text, ERROR_MISSING, "%s: no built-in machine is called \"%s\"",
                               group->path, group->machine_name);
    }
    char path[sizeof group->path + sizeof group->machine_path];
    TRY(group_machine_path(group, path, sizeof path, text));
    TRY(plugin_load(&resources->plugin, path, &group->machine_digest, text));
    resources->machine = resources->plugin.machine;
    if (strcmp(resources->machine->name, group->machine_name) != 0) {
        return error_set(text, ERROR_FOREIGN, "%s: the machine calls itself \"%s\", not \"%s\"",
                         path, resources->machine->name, group->machine_name);
    }
    return OK;
}

static enum error open_store(struct resources *resources, struct error_text *text)
{
    char path[DAEMON_PATH_BYTES_MAX];
    struct error_text found = {{0}};
    enum store_opened opened;
    TRY(path_join(path, resources->settings->data_path, "store", text));
    enum error error = store_lmdb_open(&resources->store, path, &resources->settings->group.genesis,
                                       &opened, &found);
    if (error != OK) {
        resources->store.ops = NULL;
        (void)error_set(text, error, "%s", found.text);
        return error;
    }
    switch (opened) {
    case STORE_SOUND:
        break;
    case STORE_FRESH:
        log_event(LOG_INFO, "store-fresh", "path=%s action=\"built from the ledger\"", path);
        break;
    case STORE_SET_ASIDE:
        log_event(LOG_WARN, "store-set-aside",
                  "path=%s text=\"%s\" action=\"built anew from the ledger\"", path, found.text);
        break;
    }
    error = resources->store.ops->refresh(resources->store.self);
    return error == OK ? OK : error_set(text, error, "%s: the store cannot be read", path);
}

enum error resources_open(struct resources *resources, const struct daemon_settings *settings,
                          struct error_text *text)
{
    *resources = (struct resources){.settings = settings, .signal_fd = -1};
    resources->node_settings = (struct node_settings){
        .group = &settings->group,
        .id = settings->id,
        .data_path = settings->data_path,
        .checkpoint = {.requests = CHECKPOINT_REQUESTS, .bytes = CHECKPOINT_BYTES}};
    resources->work_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (resources->work_fd < 0 || take_signals(&resources->signal_fd) != OK) {
        return error_set(text, ERROR_IO, "cannot make file descriptors for signals and events");
    }
    transport_descriptors_raise();
    TRY(open_ledger_folder(resources, text));
    TRY(open_machine(resources, text));
    TRY(open_store(resources, text));
    /* Mapped, so that only what is used is ever real memory. */
    void *memory = mmap(NULL, replica_memory_size(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return error_set(text, ERROR_MEMORY, "no memory for the core: %zu bytes",
                         replica_memory_size());
    }
    resources->core_memory = memory;
    return OK;
}

enum error resources_open_links(struct resources *resources, struct error_text *text)
{
    const struct daemon_settings *settings = resources->settings;
    const struct group *group = &settings->group;
    struct peers_settings peers = {
        .genesis = group->genesis,
        .self = settings->id,
        .secret = settings->secret,
        .replica_count = group->replica_count,
    };
    for (size_t i = 0; i < group->replica_count; i++) {
        _Static_assert(sizeof peers.replicas[0].address == sizeof group->replicas[0].peer_address,
                       "one length for addresses");
        memcpy(peers.replicas[i].address, group->replicas[i].peer_address,
               sizeof peers.replicas[i].address);
        peers.replicas[i].key = group->replicas[i].key;
    }
    for (size_t i = 0; i < group->client_count; i++) {
        resources->client_keys[i] = group->clients[i].key;
    }
    struct listener_settings listener = {
        .genesis = group->genesis,
        .secret = settings->secret,
        .address = group->replicas[settings->id].client_address,
        .client_count = group->client_count,
        .clients = resources->client_keys,
    };
    enum error error = peers_open(&resources->peers, &peers, clock_monotonic_ns(), text);
    if (error == OK) {
        error = listener_open(&resources->listener, &listener, text);
    }
    signature_forget(&peers.secret);
    signature_forget(&listener.secret);
    return error;
}

void resources_close(struct resources *resources)
{
    if (resources->listener != NULL) {
        listener_close(resources->listener);
    }
    if (resources->peers != NULL) {
        peers_close(resources->peers);
    }
    if (resources->store.ops != NULL) {
        store_lmdb_close(&resources->store);
    }
    if (resources->plugin.machine != NULL) {
        plugin_unload(&resources->plugin);
    }
    if (resources->folder.ops != NULL) {
        folder_posix_close(&resources->folder);
    }
    if (resources->core_memory != NULL) {
        (void)munmap(resources->core_memory, replica_memory_size());
    }
    if (resources->signal_fd >= 0) {
        (void)close(resources->signal_fd);
    }
    if (resources->work_fd >= 0) {
        (void)close(resources->work_fd);
    }
}
