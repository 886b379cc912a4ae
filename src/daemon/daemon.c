/* daemon.c - the life of a replica's process: open, turn the shell, close. */
#include "daemon/daemon.h"

#include "daemon/clock.h"
#include "daemon/notify.h"
#include "daemon/resources.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

enum { FD_PEERS, FD_CLIENTS, FD_SIGNAL, FD_WORK, FD_COUNT };

static uint64_t next_deadline(const struct resources *resources, const struct node *node)
{
    const struct daemon_between *between = resources->settings->between;
    uint64_t node_ns = node_deadline(node);
    uint64_t between_ns = between == NULL ? UINT64_MAX : between->deadline_ns(between->context);
    return between_ns < node_ns ? between_ns : node_ns;
}

static bool wait_for_work(const struct resources *resources, struct node *node,
                          struct pollfd fds[FD_COUNT])
{
    uint64_t deadline_ns = next_deadline(resources, node);
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t wait_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    struct timespec timeout = {
        .tv_sec = (time_t)(wait_ns / NS_PER_S),
        .tv_nsec = (long)(wait_ns % NS_PER_S),
    };
    bool takes = node_takes_input(node);
    fds[FD_PEERS] =
        (struct pollfd){.fd = takes ? peers_fd(resources->peers) : -1, .events = POLLIN};
    fds[FD_CLIENTS] =
        (struct pollfd){.fd = takes ? listener_fd(resources->listener) : -1, .events = POLLIN};
    fds[FD_SIGNAL] = (struct pollfd){.fd = resources->signal_fd, .events = POLLIN};
    fds[FD_WORK] = (struct pollfd){.fd = resources->work_fd, .events = POLLIN};
    if (ppoll(fds, FD_COUNT, &timeout, NULL) < 0 && errno != EINTR) {
        log_event(LOG_ERROR, "poll-failed", "errno=%d", errno);
        return false;
    }
    return true;
}

/* False: it has failed. */
static bool run(struct resources *resources, struct node *node)
{
    const struct daemon_settings *settings = resources->settings;
    const struct group_replica *self = &settings->group.replicas[settings->id];
    struct pollfd fds[FD_COUNT];
    notify_send("READY=1");
    log_event(LOG_INFO, "ready", "group=%s height=%llu peers=%s clients=%s data=%s",
              settings->group.name, (unsigned long long)node_height(node), self->peer_address,
              self->client_address, settings->data_path);
    while (!node_has_failed(node)) {
        if (!wait_for_work(resources, node, fds)) {
            return false;
        }
        if (fds[FD_SIGNAL].revents != 0) {
            return true;
        }
        if (fds[FD_WORK].revents != 0 && resources_work_is_done(resources)) {
            node_on_checkpoint(node);
        }
        struct node_ready ready = {.frames = fds[FD_PEERS].revents != 0,
                                   .requests = fds[FD_CLIENTS].revents != 0};
        if (!node_has_failed(node)) {
            node_turn(node, ready);
        }
    }
    return false;
}

static enum error make_ports(struct resources *resources, struct ports *ports,
                             struct error_text *text)
{
    const struct daemon_between *between = resources->settings->between;
    *ports = resources_ports(resources);
    if (between == NULL) {
        return OK;
    }
    struct ports inner = *ports;
    enum error error = between->wrap(between->context, &inner, ports);
    return error == OK ? OK : error_set(text, error, "who stands between has failed");
}

static enum error serve(struct resources *resources, bool *is_well, struct error_text *text)
{
    struct node *node;
    struct ports ports;
    TRY(make_ports(resources, &ports, text));
    TRY(node_open(&node, &resources->node_settings, &ports, text));
    enum error error = OK;
    if (!node_is_stopping(node)) {
        error = resources_open_links(resources, text);
        if (error == OK) {
            node_start(node);
            *is_well = run(resources, node);
        }
    }
    notify_send("STOPPING=1");
    *is_well = node_close(node, true) && *is_well;
    return error;
}

int daemon_run(const struct daemon_settings *settings)
{
    struct error_text text = {{0}};
    struct resources resources;
    bool is_well = true;
    log_init(settings->log_level, (int)settings->id);
    enum error error = resources_open(&resources, settings, &text);
    if (error == OK) {
        error = serve(&resources, &is_well, &text);
    }
    if (error != OK) {
        log_event(LOG_ERROR, "start-failed", "error=\"%s\" text=\"%s\"", error_name(error),
                  text.text);
        is_well = false;
    }
    resources_close(&resources);
    log_event(LOG_INFO, "stopped", "code=%d", is_well ? 0 : 1);
    return is_well ? 0 : 1;
}
