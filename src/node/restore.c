/* restore.c - from what is on disk to a replica that stands where it stood.
 *
 * The ledger comes first: its lock keeps a second process away. The store holds the machine's state
 * at some checkpoint; the blocks decided since are applied again from the ledger; then the records
 * of what was not yet decided are given back to the core, which repeats what it had said. */
#include "node/shell.h"

#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

#define PROGRESS_NS  (3 * NS_PER_S)
#define STOP_LOOK_NS (100 * NS_PER_MS)

/* Has somebody asked us to stop? */
static void look_for_stop(struct node *node)
{
    if (node->ports.is_stop_wanted(node->ports.self)) {
        node->is_stopping = true;
    }
}

/* A long ledger takes its time: says now and then how far a scan is, and ends it when somebody asks
 * us to stop. */
struct scan {
    struct node *node;
    bool is_for_segments; /* which records are given back */
    uint64_t told_ns;
    uint64_t looked_ns;
};

static struct scan scan_of(struct node *node)
{
    uint64_t now_ns = shell_monotonic_ns(node);
    return (struct scan){.node = node, .told_ns = now_ns, .looked_ns = now_ns};
}

static enum error scan_goes_on(struct scan *scan, uint64_t location)
{
    uint64_t now_ns = shell_monotonic_ns(scan->node);
    if (now_ns - scan->told_ns >= PROGRESS_NS) {
        log_event(LOG_INFO, "ledger-scan", "location=%llu", (unsigned long long)location);
        scan->told_ns = now_ns;
    }
    if (now_ns - scan->looked_ns >= STOP_LOOK_NS) {
        look_for_stop(scan->node);
        scan->looked_ns = now_ns;
    }
    return scan->node->is_stopping ? ERROR_IN_USE : OK;
}

/* The first scan only builds the archive's index. */
static enum error pass_over(void *context, uint64_t location, enum ledger_record type,
                            struct slice bytes)
{
    (void)type;
    (void)bytes;
    return scan_goes_on(context, location);
}

static enum error open_archive(struct node *node, const struct store_meta *meta,
                               struct error_text *text)
{
    struct ledger_identity identity = {
        .genesis = node->group->genesis,
        .replica = node->group->replicas[node->settings->id].key,
        .id = node->settings->id,
    };
    struct scan scan = scan_of(node);
    struct ledger_visitor visitor = {.context = &scan, .on_record = pass_over};
    TRY(archive_open(&node->archive, node->ports.ledger, &identity, &node->ports.index_key,
                     meta->ledger_scan, &visitor, text));
    if (archive_height(node->archive) < meta->height) {
        return error_set(
            text, ERROR_DAMAGED,
            "%s: the ledger ends at height %llu, the store stands at %llu: they do not "
            "belong together; restore the ledger that belongs to this store",
            node->settings->data_path, (unsigned long long)archive_height(node->archive),
            (unsigned long long)meta->height);
    }
    return OK;
}

static void list_clients(const struct group *group, struct public_key *clients)
{
    for (size_t i = 0; i < group->client_count; i++) {
        clients[i] = group->clients[i].key;
    }
}

static void make_core(struct node *node, const struct store_meta *meta)
{
    struct public_key clients[CLIENTS_MAX];
    list_clients(node->group, clients);
    struct replica_settings settings = {
        .replica_count = node->group->replica_count,
        .fault_count = node->group->faults,
        .self = node->settings->id,
        .genesis = node->group->genesis,
        .delta_ns = node->group->delta_ms * NS_PER_MS,
        .time_ahead_ns = node->group->time_ahead_ms * NS_PER_MS,
        .client_count = node->group->client_count,
        .clients = clients,
        .authority = node->ports.authority,
        .effects = {.context = node, .emit = effects_emit},
        .seed = node->ports.seed,
    };
    for (size_t i = 0; i < node->group->replica_count; i++) {
        settings.replica_keys[i] = node->group->replicas[i].key;
    }
    struct replica_base base = {.digest = node->group->genesis};
    if (meta->height != 0) {
        base = (struct replica_base){
            .view = meta->order.view,
            .height = meta->height,
            .time_ns = meta->order.time_ns,
            .digest = meta->order_digest,
        };
    }
    node->core = replica_init(node->ports.core_memory, &settings, &base);
}

static enum error restore_lanes(struct node *node, struct error_text *text)
{
    size_t lane_count = executor_lanes(node->executor, NULL, 0);
    size_t floor_count = executor_floors(node->executor, NULL, 0);
    struct executor_lane *lanes = calloc(lane_count + 1, sizeof *lanes);
    struct executor_floor *floors = calloc(floor_count + 1, sizeof *floors);
    if (lanes != NULL && floors != NULL) {
        lane_count = executor_lanes(node->executor, lanes, lane_count);
        floor_count = executor_floors(node->executor, floors, floor_count);
        for (size_t i = 0; i < lane_count; i++) {
            replica_restore_lane(node->core, &lanes[i].tip);
        }
        for (size_t i = 0; i < floor_count; i++) {
            replica_restore_floor(node->core, &floors[i].client, floors[i].session);
        }
    }
    enum error error = lanes != NULL && floors != NULL
                           ? OK
                           : error_set(text, ERROR_MEMORY, "no memory for the sessions");
    free(lanes);
    free(floors);
    return error;
}

static enum error replay_block(struct node *node, height_nr height, uint64_t scan_from,
                               struct error_text *text)
{
    struct lane_id evicted[TIPS_PER_ORDER_MAX];
    struct block block;
    const struct digest *digests;
    struct decision decision = {.evicted = evicted};
    TRY(archive_load_block(node->archive, height, &block, &digests, text));
    decision.order = block.order;
    order_digest(&block.order, &decision.digest);
    replica_restore_block(node->core, &block, &decision.digest, evicted, &decision.evicted_count);
    decision.segment_count = block.segment_count;
    decision.segments = block.segments;
    decision.segment_digests = digests;
    TRY(executor_apply(node->executor, &decision, NULL, text));
    if (executor_checkpoint_is_due(node->executor)) {
        /* So that memory stays bounded. The scan still begins where it did. */
        executor_checkpoint_begin(node->executor, scan_from);
        TRY(executor_checkpoint_run(node->executor, text));
        TRY(executor_checkpoint_end(node->executor));
    }
    return OK;
}

static enum error replay_blocks(struct node *node, const struct store_meta *meta,
                                struct error_text *text)
{
    height_nr last = archive_height(node->archive);
    uint64_t begun_ns = shell_monotonic_ns(node);
    uint64_t told_ns = begun_ns;
    uint64_t looked_ns = begun_ns;
    for (height_nr height = meta->height + 1; height <= last && !node->is_stopping; height++) {
        TRY(replay_block(node, height, meta->ledger_scan, text));
        uint64_t now_ns = shell_monotonic_ns(node);
        if (now_ns - told_ns >= PROGRESS_NS) {
            log_event(LOG_INFO, "replay", "height=%llu of=%llu requests=%llu",
                      (unsigned long long)height, (unsigned long long)last,
                      (unsigned long long)executor_requests(node->executor));
            told_ns = now_ns;
        }
        if (now_ns - looked_ns >= STOP_LOOK_NS) {
            look_for_stop(node);
            looked_ns = now_ns;
        }
    }
    log_event(LOG_INFO, "replayed", "from=%llu to=%llu ms=%llu", (unsigned long long)meta->height,
              (unsigned long long)executor_height(node->executor),
              (unsigned long long)((shell_monotonic_ns(node) - begun_ns) / NS_PER_MS));
    return OK;
}

/* Own bytes, but a format error is damage all the same and not an assertion. */
static enum error give_back(void *context, uint64_t location, enum ledger_record type,
                            struct slice bytes)
{
    struct scan *scan = context;
    struct node *node = scan->node;
    if (scan->is_for_segments != (type == LEDGER_SEGMENT)) {
        return scan_goes_on(scan, location);
    }
    union {
        struct segment segment;
        struct proposal proposal;
        struct vote vote;
        struct certificate certificate;
    } record;
    enum verdict verdict = VERDICT_ACCEPTED;
    arena_reset(&node->arena);
    switch (type) {
    case LEDGER_SEGMENT:
        verdict = wire_decode_segment(bytes, &node->arena, &record.segment);
        if (verdict == VERDICT_ACCEPTED) {
            replica_restore_segment(node->core, &record.segment);
        }
        break;
    case LEDGER_PROPOSAL:
        verdict = wire_decode_proposal(bytes, &node->arena, &record.proposal);
        if (verdict == VERDICT_ACCEPTED) {
            replica_restore_proposal(node->core, &record.proposal);
        }
        break;
    case LEDGER_VOTE:
        verdict = wire_decode_vote(bytes, &node->arena, &record.vote);
        if (verdict == VERDICT_ACCEPTED) {
            replica_restore_vote(node->core, &record.vote);
        }
        break;
    case LEDGER_CERTIFICATE:
        verdict = wire_decode_certificate(bytes, &node->arena, &record.certificate);
        if (verdict == VERDICT_ACCEPTED) {
            replica_restore_certificate(node->core, &record.certificate);
        }
        break;
    case LEDGER_DECIDED:
    case LEDGER_LIVE:
        break;
    }
    if (verdict != VERDICT_ACCEPTED) {
        log_event(LOG_ERROR, "ledger-record", "location=%llu type=%d verdict=%s",
                  (unsigned long long)location, (int)type, verdict_name(verdict));
        return ERROR_DAMAGED;
    }
    return scan_goes_on(scan, location);
}

/* Twice over the ledger: what orders there are decides which segments come first where there is not
 * room for all. */
static enum error restore_undecided(struct node *node, uint64_t scan_from, struct error_text *text)
{
    struct scan scan = scan_of(node);
    struct ledger_visitor visitor = {.context = &scan, .on_record = give_back};
    struct ledger *ledger = archive_ledger(node->archive);
    node->is_restoring = true;
    enum error error = ledger_scan(ledger, scan_from, &visitor, text);
    if (error == OK) {
        scan.is_for_segments = true;
        error = ledger_scan(ledger, scan_from, &visitor, text);
    }
    node->is_restoring = false;
    return error;
}

static enum error restore_steps(struct node *node, struct error_text *text)
{
    struct store_meta meta;
    const struct store *store = &node->ports.store;
    if (store->ops->meta(store->self, &meta) != OK) {
        return error_set(text, ERROR_IO, "%s: the store's checkpoint cannot be read",
                         node->settings->data_path);
    }
    TRY(executor_new(&node->executor, *store, node->ports.machine, &node->settings->checkpoint,
                     &node->group->genesis, text));
    TRY(open_archive(node, &meta, text));
    make_core(node, &meta);
    TRY(restore_lanes(node, text));
    TRY(replay_blocks(node, &meta, text));
    if (node->is_stopping) {
        return OK;
    }
    TRY(restore_undecided(node, meta.ledger_scan, text));
    node->execute.told = executor_height(node->executor);
    node->durable.synced_end = ledger_end(archive_ledger(node->archive));
    return OK;
}

enum error restore_all(struct node *node, struct error_text *text)
{
    enum error error = restore_steps(node, text);
    return node->is_stopping ? OK : error; /* asked to stop: no scan went to its end */
}

void restore_close(struct node *node)
{
    if (node->executor != NULL) {
        executor_free(node->executor);
    }
    if (node->archive != NULL) {
        archive_close(node->archive);
    }
}
