/* node.c - the life of a replica's shell: opened, started, turn by turn, closed. */
#include "node/node.h"

#include "node/shell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

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

static void answer(void *context, uint64_t link, struct slice frame)
{
    struct node *node = context;
    node->ports.send_answer(node->ports.self, link, frame,
                            node->now_ns); /* lost: it is asked for */
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

static void release(struct node *node)
{
    restore_close(node);
    outbound_fini(&node->outbound);
    answers_fini(&node->answers);
    buffer_fini(&node->serve.scratch);
    free(node->arena.memory);
    free(node->log_arena.memory);
    (void)munmap(node, sizeof *node);
}

enum error node_open(struct node **opened, const struct node_settings *settings,
                     const struct ports *ports, struct error_text *text)
{
    /* Mapped, so that only what is used is ever real memory. */
    struct node *node =
        mmap(NULL, sizeof *node, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (node == MAP_FAILED) {
        return error_set(text, ERROR_MEMORY, "no memory");
    }
    node->settings = settings;
    node->group = settings->group;
    node->ports = *ports;
    node->start_ns = shell_monotonic_ns(node);
    node->now_ns = node->start_ns;
    struct answers_sink sink = {.context = node, .send = answer};
    outbound_init(&node->outbound, node->group->replica_count, settings->id);
    answers_init(&node->answers, &sink);
    enum error error = take_arena(&node->arena, DECODE_BYTES_MAX);
    if (error == OK) {
        error = take_arena(&node->log_arena, DECODE_BYTES_MAX / 4);
    }
    error = error != OK ? error_set(text, error, "no memory") : restore_all(node, text);
    if (error != OK) {
        release(node);
        return error;
    }
    *opened = node;
    return OK;
}

void node_start(struct node *node)
{
    node->now_ns = shell_monotonic_ns(node);
    disk_check(node);
    replica_start(node->core, shell_now(node));
}

bool node_close(struct node *node, bool is_clean)
{
    checkpoint_finish(node);
    if (is_clean && node->archive != NULL && !node->has_failed && !node->durable.is_paused) {
        durable_sync(node);
    }
    bool is_well = !node->has_failed;
    release(node);
    return is_well;
}

static void earliest(uint64_t *deadline_ns, uint64_t candidate_ns)
{
    *deadline_ns = candidate_ns < *deadline_ns ? candidate_ns : *deadline_ns;
}

bool node_takes_input(const struct node *node)
{
    return node->execute.count <= EXECUTE_BACKLOG;
}

uint64_t node_deadline(const struct node *node)
{
    uint64_t deadline = node->links_due_ns;
    if (execute_has_work(node) || node->execute.has_told ||
        (node_takes_input(node) && (node->peers_waiting || node->clients_waiting))) {
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

void node_turn(struct node *node, struct node_ready ready)
{
    node->now_ns = shell_monotonic_ns(node);
    node->turn++;
    node->execute.has_told = false;
    if (node_takes_input(node) && (ready.frames || node->peers_waiting)) {
        inbound_take(node);
    }
    if (node_takes_input(node) && (ready.requests || node->clients_waiting)) {
        clients_take(node);
    }
    if (!node->durable.is_paused) {
        replica_on_turn(node->core, shell_now(node));
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
    if (node->now_ns >= node->execute.applied_ns + DIGEST_QUIET_NS) {
        execute_fold(node);
    }
    node->links_due_ns = node->ports.tick_links(node->ports.self, node->now_ns);
    if (node->now_ns >= node->disk.check_ns) {
        disk_check(node);
    }
}

void node_on_checkpoint(struct node *node)
{
    node->now_ns = shell_monotonic_ns(node);
    checkpoint_on_done(node);
}

bool node_has_failed(const struct node *node)
{
    return node->has_failed;
}

bool node_is_stopping(const struct node *node)
{
    return node->is_stopping;
}

struct replica *node_core(struct node *node)
{
    return node->core;
}

height_nr node_height(const struct node *node)
{
    return executor_height(node->executor);
}

bool node_is_paused(const struct node *node)
{
    return node->durable.is_paused;
}

bool node_is_synced(const struct node *node)
{
    return !ledger_is_dirty(archive_ledger(node->archive));
}

bool node_digest(struct node *node, struct digest *digest)
{
    height_nr height = 0;
    return node->checkpoint.state == CHECKPOINT_IDLE &&
           executor_digest(node->executor, SIZE_MAX, digest, &height) &&
           height == executor_height(node->executor);
}
