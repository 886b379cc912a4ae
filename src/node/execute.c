/* execute.c - decided orders on their way to the machine, in order, off the critical round trip:
 * votes leave first.
 *
 * Invariant: nothing is applied, and so nothing answered, while an own Finalize is not on disk.
 *
 * The queue is bounded: no input is taken while many wait, and one that finds it full is applied on
 * the spot. When as much again has been executed as a checkpoint takes and the last one is still
 * being written, execution waits for it, so that memory stays bounded. */
#include "node/shell.h"

#include "base/assert.h"

static void on_replies(void *context, const struct lane_id *lane, uint64_t first, size_t count,
                       const struct reply *replies)
{
    struct node *node = context;
    link_nr link = clients_link(node, lane);
    if (link != 0) { /* else the client asks again, over a link that we know then */
        struct replies all = {
            .session = lane->session, .first = first, .count = count, .replies = replies};
        answers_add_replies(&node->answers, link, &all);
    }
}

/* Replicas that were heard of lately: a group at work says something every Δ. */
static uint32_t find_alive(const struct node *node)
{
    uint32_t alive = UINT32_C(1) << node->settings->id;
    uint64_t patience_ns = UINT64_C(3) * node->group->delta_ms * NS_PER_MS;
    for (size_t i = 0; i < node->group->replica_count; i++) {
        if (node->now_ns < node->heard_ns[i] + patience_ns) {
            alive |= UINT32_C(1) << i;
        }
    }
    return alive;
}

/* As on_replies, for results that are new: with a crowd of clients, if others answer this one, they
 * are kept back for a while. */
static void on_new_replies(void *context, const struct lane_id *lane, uint64_t first, size_t count,
                           const struct reply *replies)
{
    struct node *node = context;
    if (later_is_worth_it(&node->later) &&
        !later_is_turn(lane, node->settings->id, node->group->replica_count, node->group->faults,
                       find_alive(node))) {
        later_add(&node->later, lane, first, first + count - 1, node->now_ns);
        return;
    }
    on_replies(context, lane, first, count, replies);
}

void execute_send_later(struct node *node)
{
    if (node->now_ns < later_deadline(&node->later)) {
        return;
    }
    struct later_entry entry;
    struct reply_sink sink = execute_replies(node);
    while (later_take(&node->later, node->now_ns, &entry)) {
        int client = group_find_client(node->group, &entry.lane.client);
        const struct route *route =
            client < 0 ? NULL : routes_look(&node->routes, (size_t)client, entry.lane.session);
        if (route != NULL && route->acknowledged < entry.last) {
            uint64_t before;
            bool is_known;
            uint64_t from =
                route->acknowledged < entry.first ? entry.first : route->acknowledged + 1;
            executor_resend(node->executor, &entry.lane, from, &sink, &before, &is_known);
        }
    }
}

static void on_gone(void *context, const struct lane_id *lane)
{
    clients_say_gone(context, lane, UINT64_MAX);
}

struct reply_sink execute_replies(struct node *node)
{
    return (struct reply_sink){.context = node, .on_replies = on_replies, .on_gone = on_gone};
}

/* False if the node has failed. */
static bool apply_oldest(struct node *node)
{
    struct execute *execute = &node->execute;
    struct reply_sink sink = execute_replies(node);
    struct error_text text = {{0}};
    ASSERT(execute->count != 0);
    sink.on_replies = on_new_replies;
    later_on_order(&node->later, execute->queue[execute->head].order.tip_count);
    enum error error = executor_apply(node->executor, &execute->queue[execute->head], &sink, &text);
    if (error != OK) {
        node_fail(node, "apply-failed", "height=%llu error=\"%s\" text=\"%s\"",
                  (unsigned long long)execute->queue[execute->head].order.height, error_name(error),
                  text.text);
        return false;
    }
    for (size_t i = 0; i < execute->queue[execute->head].segment_count; i++) {
        node->checkpoint.later_bytes += execute->queue[execute->head].segments[i].body.size;
    }
    execute->head = (execute->head + 1) % EXECUTE_QUEUE_MAX;
    execute->count--;
    execute->applied_ns = node->now_ns;
    execute->digest_is_complete = false;
    return true;
}

void execute_add(struct node *node, const struct decision *decision)
{
    struct execute *execute = &node->execute;
    if (node->has_failed || (execute->count == EXECUTE_QUEUE_MAX && !apply_oldest(node))) {
        return;
    }
    execute->queue[(execute->head + execute->count) % EXECUTE_QUEUE_MAX] = *decision;
    execute->count++;
}

static void tell_core(struct node *node)
{
    height_nr height = executor_height(node->executor);
    if (!node->durable.is_paused && height != node->execute.told) {
        replica_on_applied(node->core, height);
        node->execute.told = height;
        node->execute.has_told = true;
    }
}

/* False if the node has failed. */
static bool apply_some(struct node *node)
{
    struct execute *execute = &node->execute;
    uint64_t end_ns = shell_monotonic_ns(node) + TURN_EXECUTE_NS;
    size_t done = 0;
    while (execute->count != 0 && !node->has_failed) {
        if (!durable_has_finalized(node) || checkpoint_is_behind(node)) {
            execute->is_stalled = true;
            break;
        }
        /* A checkpoint's ledger scan begins after all that is decided, so the queue must be empty:
         * one that is due lifts the turn's bound. */
        bool is_due = executor_checkpoint_is_due(node->executor);
        if (!is_due && (done == TURN_BLOCKS_MAX || shell_monotonic_ns(node) >= end_ns)) {
            break;
        }
        if (!apply_oldest(node)) {
            return false;
        }
        done++;
    }
    return true;
}

void execute_turn(struct node *node)
{
    node->execute.is_stalled = false;
    if (node->execute.count == 0 || apply_some(node)) {
        tell_core(node);
    }
}

bool execute_is_light(const struct node *node)
{
    const struct execute *execute = &node->execute;
    size_t bytes = 0;
    for (size_t i = 0; i < execute->count; i++) {
        const struct decision *decision = &execute->queue[(execute->head + i) % EXECUTE_QUEUE_MAX];
        for (size_t k = 0; k < decision->segment_count && bytes <= EXECUTE_LIGHT_BYTES; k++) {
            bytes += decision->segments[k].body.size;
        }
    }
    return bytes <= EXECUTE_LIGHT_BYTES;
}

bool execute_has_work(const struct node *node)
{
    return node->execute.count != 0 && !node->execute.is_stalled;
}

void execute_fold(struct node *node)
{
    struct execute *execute = &node->execute;
    if (!execute->digest_is_complete && node->checkpoint.state == CHECKPOINT_IDLE &&
        execute->folded_turn != node->turn) {
        execute->folded_turn = node->turn;
        execute->digest_is_complete = executor_digest(node->executor, DIGEST_BUDGET,
                                                      &execute->digest, &execute->digest_height);
    }
}
