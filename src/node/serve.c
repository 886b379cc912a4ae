/* serve.c - decided blocks for peers that are behind, from the archive.
 *
 * Bounded per turn and, in the long run, per peer: a traitor who asks without end costs no more
 * than that. A newer ask of a peer replaces his older one. */
#include "node/shell.h"

void serve_ask(struct node *node, replica_id to, height_nr from, uint32_t count)
{
    node->serve.peers[to].next = from;
    node->serve.peers[to].left = count < BLOCKS_PER_ANSWER_MAX ? count : BLOCKS_PER_ANSWER_MAX;
    node->serve.has_asks = true;
}

static void refill(struct node *node, replica_id to)
{
    uint64_t elapsed_ns = node->now_ns - node->serve.peers[to].credit_ns;
    uint64_t elapsed_ms = elapsed_ns > NS_PER_S ? 1000 : elapsed_ns / NS_PER_MS;
    uint64_t credit = node->serve.peers[to].credit_bytes + elapsed_ms * SERVE_BYTES_PER_S / 1000;
    if (elapsed_ms != 0) {
        node->serve.peers[to].credit_bytes =
            credit < SERVE_BYTES_PER_S ? credit : SERVE_BYTES_PER_S;
        node->serve.peers[to].credit_ns = node->now_ns;
    }
}

/* One block; returns its size, 0 if the peer gets no more now. */
static size_t serve_one(struct node *node, replica_id to)
{
    struct serve *serve = &node->serve;
    if (serve->peers[to].left == 0 || serve->peers[to].credit_bytes == 0 ||
        outbound_waiting(&node->outbound, to) >= FRAME_BYTES_MAX) {
        return 0;
    }
    buffer_clear(&serve->scratch);
    enum error error = archive_read_block(node->archive, serve->peers[to].next, &serve->scratch);
    if (error != OK) {
        if (error != ERROR_MISSING) {
            log_event(LOG_ERROR, "block-unreadable",
                      "height=%llu error=\"%s\" action=\"not served; check the disk\"",
                      (unsigned long long)serve->peers[to].next, error_name(error));
        }
        serve->peers[to].left = 0;
        return 0;
    }
    size_t size = serve->scratch.size;
    outbound_add_encoded(&node->outbound, to, buffer_slice(&serve->scratch), node->now_ns);
    serve->peers[to].next++;
    serve->peers[to].left--;
    serve->peers[to].credit_bytes -=
        size < serve->peers[to].credit_bytes ? size : serve->peers[to].credit_bytes;
    return size;
}

void serve_turn(struct node *node)
{
    if (node->durable.is_paused || !node->serve.has_asks) {
        return; /* nothing leaves */
    }
    size_t budget = TURN_SERVE_BYTES;
    node->serve.has_asks = false;
    for (replica_id to = 0; to < node->group->replica_count; to++) {
        if (node->serve.peers[to].left != 0) {
            node->serve.has_asks = true;
            refill(node, to);
        }
    }
    bool is_going_on = true;
    while (is_going_on) { /* in turns, a block each */
        is_going_on = false;
        for (replica_id to = 0; to < node->group->replica_count; to++) {
            size_t size = serve_one(node, to);
            if (size >= budget) {
                return;
            }
            budget -= size;
            is_going_on = is_going_on || size != 0;
        }
    }
}

uint64_t serve_deadline(const struct node *node)
{
    uint64_t deadline = UINT64_MAX;
    if (node->durable.is_paused || !node->serve.has_asks) {
        return deadline;
    }
    for (replica_id to = 0; to < node->group->replica_count; to++) {
        if (node->serve.peers[to].left != 0) {
            uint64_t due_ns = node->serve.peers[to].credit_bytes == 0
                                  ? node->serve.peers[to].credit_ns + NS_PER_MS
                                  : node->now_ns;
            deadline = due_ns < deadline ? due_ns : deadline;
        }
    }
    return deadline;
}
