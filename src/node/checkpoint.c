/* checkpoint.c - commits the machine's state to the store, on a thread of its own if the ports have
 * one.
 *
 * Before it begins, everything live is appended to the ledger anew, after a mark, and synced: a
 * restart from this checkpoint reads on from that mark. The disk being full delays a checkpoint;
 * any other trouble stops the replica, which replays the ledger when it is started again. */
#include "node/shell.h"

#include "base/assert.h"

static void work(void *context)
{
    struct node *node = context;
    node->checkpoint.result = executor_checkpoint_run(node->executor, &node->checkpoint.text);
}

static void start_work(struct node *node)
{
    struct checkpoint *checkpoint = &node->checkpoint;
    checkpoint->state = CHECKPOINT_RUNNING;
    if (!node->ports.begin_work(node->ports.self, work, node)) {
        log_event(LOG_WARN, "checkpoint-delayed", "reason=\"no thread\"");
        checkpoint->state = CHECKPOINT_RETRY;
        checkpoint->retry_ns = node->now_ns + FULL_RETRY_NS;
    }
}

static void begin(struct node *node)
{
    ASSERT(node->execute.count == 0);
    uint64_t location = archive_append_live(node->archive);
    replica_dump(node->core);
    durable_sync(node);
    if (node->durable.is_paused || node->has_failed) {
        return; /* due again when there is room */
    }
    executor_checkpoint_begin(node->executor, location);
    node->checkpoint.begun_ns = node->now_ns;
    node->checkpoint.height = executor_height(node->executor);
    node->checkpoint.begun_requests = executor_requests(node->executor);
    node->checkpoint.later_bytes = 0;
    start_work(node);
}

bool checkpoint_is_behind(const struct node *node)
{
    const struct checkpoint *checkpoint = &node->checkpoint;
    const struct checkpoint_limits *limits = &node->settings->checkpoint;
    return checkpoint->state != CHECKPOINT_IDLE &&
           (executor_requests(node->executor) - checkpoint->begun_requests >= limits->requests ||
            checkpoint->later_bytes >= limits->bytes);
}

void checkpoint_turn(struct node *node)
{
    struct checkpoint *checkpoint = &node->checkpoint;
    switch (checkpoint->state) {
    case CHECKPOINT_IDLE:
        if (!node->durable.is_paused && node->execute.count == 0 &&
            executor_checkpoint_is_due(node->executor)) {
            begin(node);
        }
        return;
    case CHECKPOINT_RETRY:
        if (node->now_ns >= checkpoint->retry_ns) {
            start_work(node);
        }
        return;
    case CHECKPOINT_RUNNING:
        return;
    }
}

static void on_result(struct node *node)
{
    struct checkpoint *checkpoint = &node->checkpoint;
    if (checkpoint->result == OK) {
        checkpoint->result = executor_checkpoint_end(node->executor);
    }
    if (checkpoint->result == ERROR_FULL) {
        if (!checkpoint->is_full) {
            log_event(LOG_ERROR, "checkpoint-delayed",
                      "reason=\"disk full\" text=\"%s\" action=\"tried again until there is room\"",
                      checkpoint->text.text);
        }
        checkpoint->is_full = true;
        checkpoint->state = CHECKPOINT_RETRY;
        checkpoint->retry_ns = node->now_ns + FULL_RETRY_NS;
        return;
    }
    checkpoint->state = CHECKPOINT_IDLE;
    if (checkpoint->result != OK) {
        node_fail(node, "checkpoint-failed",
                  "error=\"%s\" text=\"%s\" action=\"nothing is lost: start again, the ledger is "
                  "replayed\"",
                  error_name(checkpoint->result), checkpoint->text.text);
        return;
    }
    checkpoint->is_full = false;
    log_event(LOG_INFO, "checkpoint", "height=%llu ms=%llu", (unsigned long long)checkpoint->height,
              (unsigned long long)((shell_monotonic_ns(node) - checkpoint->begun_ns) / NS_PER_MS));
}

void checkpoint_on_done(struct node *node)
{
    if (node->checkpoint.state == CHECKPOINT_RUNNING) {
        on_result(node);
    }
}

void checkpoint_finish(struct node *node)
{
    if (node->checkpoint.state == CHECKPOINT_RUNNING) {
        node->ports.finish_work(node->ports.self);
        on_result(node);
    }
}

uint64_t checkpoint_deadline(const struct node *node)
{
    return node->checkpoint.state == CHECKPOINT_RETRY ? node->checkpoint.retry_ns : UINT64_MAX;
}
