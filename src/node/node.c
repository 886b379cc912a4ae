/* node.c - the life of a replica process: start, turn by turn, stop. */
#include "node/shell.h"

#include "node/notify.h"
#include "transport/descriptors.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { FD_PEERS, FD_CLIENTS, FD_SIGNAL, FD_CHECKPOINT, FD_COUNT };

void node_fail(struct node *node, const char *event, const char *format, ...)
{
    char text[2 * ERROR_TEXT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_event(LOG_ERROR, event, "%s", text);
    node->has_failed = true;
}

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

static enum error open_sockets(struct node *node, struct error_text *text)
{
    const struct node_settings *settings = node->settings;
    struct peers_settings peers = {
        .genesis = settings->group.genesis,
        .self = settings->id,
        .secret = settings->secret,
        .replica_count = settings->group.replica_count,
    };
    for (size_t i = 0; i < settings->group.replica_count; i++) {
        _Static_assert(sizeof peers.replicas[0].address ==
                           sizeof settings->group.replicas[0].peer_address,
                       "one length for addresses");
        memcpy(peers.replicas[i].address, settings->group.replicas[i].peer_address,
               sizeof peers.replicas[i].address);
        peers.replicas[i].key = settings->group.replicas[i].key;
    }
    struct listener_settings listener = {
        .genesis = settings->group.genesis,
        .secret = settings->secret,
        .address = settings->group.replicas[settings->id].client_address,
        .client_count = settings->group.client_count,
        .clients = node->client_keys,
    };
    enum error error = peers_open(&node->peers, &peers, clock_monotonic_ns(), text);
    if (error == OK) {
        error = listener_open(&node->listener, &listener, text);
    }
    signature_forget(&peers.secret);
    signature_forget(&listener.secret);
    return error;
}

static void link_frame_send(void *context, uint64_t link, struct slice frame)
{
    struct node *node = context;
    (void)listener_send(node->listener, link, frame, node->now_ns); /* lost: the client asks */
}

static enum error take_arena(struct arena *arena, size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        return ERROR_MEMORY;
    }
    arena_init(arena, memory, size);
    return OK;
}

static enum error start(struct node *node, struct error_text *text)
{
    struct answers_sink sink = {.context = node, .send = link_frame_send};
    outbound_init(&node->outbound, node->group->replica_count, node->settings->id);
    answers_init(&node->answers, &sink);
    for (size_t i = 0; i < node->group->client_count; i++) {
        node->client_keys[i] = node->group->clients[i].key;
    }
    if (take_signals(&node->signal_fd) != OK || checkpoint_init(&node->checkpoint) != OK) {
        return error_set(text, ERROR_IO, "cannot make file descriptors for signals and events");
    }
    if (take_arena(&node->arena, DECODE_BYTES_MAX) != OK ||
        take_arena(&node->log_arena, DECODE_BYTES_MAX / 4) != OK) {
        return error_set(text, ERROR_MEMORY, "no memory");
    }
    transport_descriptors_raise();
    TRY(restore_all(node, text));
    if (node->is_stopping) {
        return OK;
    }
    TRY(open_sockets(node, text));
    node->now_ns = clock_monotonic_ns();
    disk_check(node);
    replica_start(node->core, clock_now());
    return OK;
}

static void stop(struct node *node)
{
    notify_send("STOPPING=1");
    checkpoint_finish(node);
    if (node->archive != NULL && !node->has_failed && !node->durable.is_paused) {
        durable_sync(node);
    }
    if (node->listener != NULL) {
        listener_close(node->listener);
    }
    if (node->peers != NULL) {
        peers_close(node->peers);
    }
    restore_close(node);
    outbound_fini(&node->outbound);
    answers_fini(&node->answers);
    buffer_fini(&node->serve.scratch);
    free(node->arena.memory);
    free(node->log_arena.memory);
    if (node->signal_fd >= 0) {
        (void)close(node->signal_fd);
    }
    if (node->checkpoint.event_fd >= 0) {
        (void)close(node->checkpoint.event_fd);
    }
}

static void earliest(uint64_t *deadline_ns, uint64_t candidate_ns)
{
    *deadline_ns = candidate_ns < *deadline_ns ? candidate_ns : *deadline_ns;
}

static bool takes_input(const struct node *node)
{
    return node->execute.count <= EXECUTE_BACKLOG;
}

/* When the next turn must be though nothing comes; 0: at once. */
static uint64_t next_turn_ns(const struct node *node)
{
    uint64_t deadline = node->peers_due_ns;
    if (execute_has_work(node) || node->execute.has_told ||
        (takes_input(node) && (node->peers_waiting || node->clients_waiting))) {
        return 0;
    }
    if (!node->durable.is_paused) {
        earliest(&deadline, replica_deadline(node->core));
    }
    if (!node->execute.digest_is_complete && node->checkpoint.state == CHECKPOINT_IDLE) {
        earliest(&deadline, node->execute.applied_ns + DIGEST_QUIET_NS);
    }
    earliest(&deadline, durable_deadline(node));
    earliest(&deadline, checkpoint_deadline(node));
    earliest(&deadline, serve_deadline(node));
    earliest(&deadline, later_deadline(&node->later));
    earliest(&deadline, node->disk.check_ns);
    return deadline;
}

static void wait_for_work(struct node *node, struct pollfd fds[FD_COUNT])
{
    uint64_t deadline_ns = next_turn_ns(node);
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t wait_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    struct timespec timeout = {
        .tv_sec = (time_t)(wait_ns / NS_PER_S),
        .tv_nsec = (long)(wait_ns % NS_PER_S),
    };
    bool takes = takes_input(node);
    fds[FD_PEERS] = (struct pollfd){.fd = takes ? peers_fd(node->peers) : -1, .events = POLLIN};
    fds[FD_CLIENTS] =
        (struct pollfd){.fd = takes ? listener_fd(node->listener) : -1, .events = POLLIN};
    fds[FD_SIGNAL] = (struct pollfd){.fd = node->signal_fd, .events = POLLIN};
    fds[FD_CHECKPOINT] = (struct pollfd){.fd = node->checkpoint.event_fd, .events = POLLIN};
    if (ppoll(fds, FD_COUNT, &timeout, NULL) < 0 && errno != EINTR) {
        node_fail(node, "poll-failed", "errno=%d", errno);
    }
    node->now_ns = clock_monotonic_ns();
}

static void turn(struct node *node, const struct pollfd fds[FD_COUNT])
{
    node->turn++;
    node->execute.has_told = false;
    if (fds[FD_SIGNAL].revents != 0) {
        node->is_stopping = true;
        return;
    }
    if (fds[FD_CHECKPOINT].revents != 0) {
        checkpoint_on_event(node);
    }
    if (takes_input(node) && (fds[FD_PEERS].revents != 0 || node->peers_waiting)) {
        inbound_take(node);
    }
    if (takes_input(node) && (fds[FD_CLIENTS].revents != 0 || node->clients_waiting)) {
        clients_take(node);
    }
    if (!node->durable.is_paused) {
        replica_on_turn(node->core, clock_now());
    }
    if (node->execute.count != 0 && execute_is_light(node)) {
        execute_turn(node);
        answers_flush(&node->answers);
    }
    serve_turn(node);
    durable_turn(node);
    if (node->has_failed) {
        return; /* nothing may be answered on a state that may not last */
    }
    execute_turn(node);
    execute_send_later(node);
    answers_flush(&node->answers);
    checkpoint_turn(node);
    if (!node->execute.digest_is_complete && node->checkpoint.state == CHECKPOINT_IDLE &&
        node->now_ns >= node->execute.applied_ns + DIGEST_QUIET_NS) {
        execute_fold(node);
    }
    node->peers_due_ns = peers_tick(node->peers, node->now_ns);
    if (node->now_ns >= node->disk.check_ns) {
        disk_check(node);
    }
}

static void run(struct node *node)
{
    const struct group_replica *self = &node->group->replicas[node->settings->id];
    struct pollfd fds[FD_COUNT];
    notify_send("READY=1");
    log_event(LOG_INFO, "ready", "group=%s height=%llu peers=%s clients=%s data=%s",
              node->group->name, (unsigned long long)executor_height(node->executor),
              self->peer_address, self->client_address, node->settings->data_path);
    while (!node->is_stopping && !node->has_failed) {
        wait_for_work(node, fds);
        turn(node, fds);
    }
}

int node_run(const struct node_settings *settings)
{
    struct error_text text = {{0}};
    log_init(settings->log_level, (int)settings->id);
    struct node *node =
        mmap(NULL, sizeof *node, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (node == MAP_FAILED) {
        log_event(LOG_ERROR, "start-failed", "error=\"%s\"", error_name(ERROR_MEMORY));
        return 1;
    }
    node->settings = settings;
    node->group = &settings->group;
    node->signal_fd = -1;
    node->checkpoint.event_fd = -1;
    node->start_ns = clock_monotonic_ns();
    enum error error = start(node, &text);
    if (error != OK) {
        node_fail(node, "start-failed", "error=\"%s\" text=\"%s\"", error_name(error), text.text);
    } else if (!node->is_stopping) {
        run(node);
    }
    stop(node);
    bool has_failed = node->has_failed;
    log_event(LOG_INFO, "stopped", "code=%d", has_failed ? 1 : 0);
    (void)munmap(node, sizeof *node);
    return has_failed ? 1 : 0;
}
