/* status.c - what an operator gets to see of this replica.
 *
 * `peers` has an entry for every replica. The one of this replica itself counts what came from
 * clients and from senders that the group does not have. */
#include "node/shell.h"

static void look_at_peers(const struct node *node, struct status *status)
{
    status->peer_count = node->group->replica_count;
    for (replica_id i = 0; i < node->group->replica_count; i++) {
        struct peer_status *peer = &status->peers[i];
        bool is_self = i == node->settings->id;
        peer->id = i;
        peer->connected = is_self || node->ports.is_connected(node->ports.self, i, node->now_ns);
        for (size_t v = 0; v < VERDICT_COUNT; v++) {
            peer->verdicts[v] = is_self ? node->tally.counts[TALLY_CLIENTS][v] +
                                              node->tally.counts[TALLY_UNKNOWN][v]
                                        : node->tally.counts[i][v];
        }
    }
}

void status_look(struct node *node, uint64_t number, struct status *status)
{
    struct replica_view view;
    replica_look(node->core, &view);
    execute_fold(node);
    *status = (struct status){
        .number = number,
        .id = node->settings->id,
        .view = view.view,
        .commander = view.commander,
        .height = executor_height(node->executor),
        .height_known = view.height_known,
        .digest_height = node->execute.digest_height,
        .digest = node->execute.digest,
        .order_digest = view.digest,
        .pending = view.pending_segments,
        .executed = executor_requests(node->executor),
        .ledger_bytes = ledger_bytes(archive_ledger(node->archive)),
        .disk_free_bytes = node->disk.free_bytes,
        .sync_ns = durable_median_ns(&node->durable),
        .uptime_ns = node->now_ns - node->start_ns,
        .clients_connected = (uint32_t)node->ports.client_count(node->ports.self, node->now_ns),
        .disk_full = node->durable.is_paused || node->checkpoint.is_full,
        .disk_low = node->disk.is_low,
        .syncing = view.is_syncing,
        .descriptors_low = node->disk.descriptors_low,
        .version = STRATEGOS_VERSION,
    };
    look_at_peers(node, status);
}
