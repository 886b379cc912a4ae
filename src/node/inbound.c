/* inbound.c - frames of peers on their way to the core, and verdicts about all senders. */
#include "node/shell.h"

#include "wire/codec.h"

#include <stdio.h>

/* A line about it, if it is time for one. */
static void tell(struct node *node, size_t row, const char *who, unsigned number,
                 enum verdict verdict)
{
    uint64_t suppressed;
    if (verdict_tally_add(&node->tally, row, verdict, node->now_ns, &suppressed)) {
        char name[16] = "";
        if (row < REPLICAS_MAX) {
            (void)snprintf(name, sizeof name, "-%u", number);
        }
        log_event(LOG_WARN, "verdict", "from=%s%s verdict=%s suppressed=%llu", who, name,
                  verdict_name(verdict), (unsigned long long)suppressed);
    }
}

void inbound_judge(struct node *node, size_t row, const char *who, enum verdict verdict)
{
    tell(node, row, who, 0, verdict);
}

static void judge_peer(struct node *node, replica_id from, enum verdict verdict)
{
    if (node->ports.on_verdict != NULL) {
        node->ports.on_verdict(node->ports.self, from, verdict);
    }
    if (from >= node->group->replica_count) {
        tell(node, TALLY_UNKNOWN, "unknown", 0, verdict);
        return;
    }
    tell(node, from, "replica", from, verdict);
}

static void take_frame(struct node *node, replica_id from, struct slice bytes)
{
    struct peer_message *messages;
    size_t count;
    arena_reset(&node->arena);
    enum verdict verdict = wire_decode_peer_frame(bytes, &node->arena, &messages, &count);
    if (verdict != VERDICT_ACCEPTED) {
        judge_peer(node, from, verdict);
        return;
    }
    struct replica_time now = shell_now(node);
    node->heard_ns[from] = now.monotonic_ns;
    for (size_t i = 0; i < count; i++) {
        if (messages[i].kind == PEER_SEGMENT && !clients_may_order(node, &messages[i].segment)) {
            judge_peer(node, from, VERDICT_NOT_PERMITTED);
            continue;
        }
        judge_peer(node, from, replica_on_peer_message(node->core, now, from, &messages[i]));
    }
}

void inbound_take(struct node *node)
{
    struct peers_event event;
    uint64_t end_ns = node->now_ns + TURN_INPUT_NS;
    node->peers_waiting = false;
    for (size_t i = 0; node->ports.receive_frame(node->ports.self, node->now_ns, &event); i++) {
        if (event.verdict != VERDICT_ACCEPTED) {
            judge_peer(node, event.from, event.verdict);
        } else if (!node->durable.is_paused) { /* else it is sent again */
            take_frame(node, event.from, event.bytes);
        }
        if (node->has_failed) {
            return;
        }
        if (i + 1 == TURN_FRAMES_MAX || shell_monotonic_ns(node) >= end_ns) {
            node->peers_waiting = true;
            return;
        }
    }
}
