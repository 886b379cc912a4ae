/* durable.c - what must be on disk before it is said.
 *
 * Invariant: a frame leaves only from durable_turn, after a sync if anything in it is durable.
 * While the disk is full nothing leaves and the core gets no events; whatever waits stays where it
 * is. */
#include "node/shell.h"

#include "wire/codec.h"

#include <stdlib.h>

/* How many requests a decided order covers: for `log` and after a restart. */
static uint64_t count_requests(struct node *node, const struct decision *decision)
{
    uint64_t count = 0;
    for (size_t i = 0; i < decision->segment_count; i++) {
        struct segment_body body;
        arena_reset(&node->log_arena);
        if (wire_decode_segment_body(decision->segments[i].body, &node->log_arena, &body) ==
            VERDICT_ACCEPTED) {
            count += body.request_count;
        }
    }
    return count;
}

void durable_persist(struct node *node, const struct effect *effect)
{
    struct archive *archive = node->archive;
    switch (effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
        archive_append_segment(archive, effect->segment, effect->digest);
        return;
    case EFFECT_FORGET_SEGMENT:
        archive_forget_segment(archive, effect->digest);
        return;
    case EFFECT_PERSIST_PROPOSAL:
        archive_append_proposal(archive, effect->proposal);
        return;
    case EFFECT_PERSIST_VOTE:
        archive_append_vote(archive, effect->vote);
        if (effect->vote->kind == VOTE_FINALIZE) {
            node->durable.finalize_end = ledger_end(archive_ledger(archive));
        }
        return;
    case EFFECT_PERSIST_CERTIFICATE:
        archive_append_certificate(archive, effect->certificate);
        return;
    case EFFECT_DECIDED:
        archive_append_decided(archive, &effect->decision->order, effect->decision->certificate,
                               effect->decision->segment_digests, effect->decision->segment_count,
                               count_requests(node, effect->decision));
        return;
    case EFFECT_SEND:
    case EFFECT_SERVE_BLOCKS:
    case EFFECT_BUSY:
    case EFFECT_SESSION_GONE:
        return;
    }
}

void durable_sync(struct node *node)
{
    struct durable *durable = &node->durable;
    struct ledger *ledger = archive_ledger(node->archive);
    uint64_t end = ledger_end(ledger);
    uint64_t begun_ns = shell_monotonic_ns(node);
    enum error error = ledger_sync(ledger);
    uint64_t ended_ns = shell_monotonic_ns(node);
    if (error == ERROR_FULL) {
        if (!durable->is_paused) {
            log_event(LOG_ERROR, "disk-full",
                      "path=%s action=\"voting stops until there is room; nothing is lost\"",
                      node->settings->data_path);
        }
        durable->is_paused = true;
        durable->retry_ns = ended_ns + FULL_RETRY_NS;
        return;
    }
    if (error != OK) {
        node_fail(
            node, "ledger-failed",
            "error=\"%s\" action=\"what is on disk is unknown, so this replica stops before it "
            "says anything; check the disk and start it again\"",
            error_name(error));
        return;
    }
    if (durable->is_paused) {
        log_event(LOG_WARN, "disk-has-room", "action=\"voting goes on\"");
    }
    durable->is_paused = false;
    durable->dirty_since_ns = 0;
    durable->synced_end = end;
    durable->samples_ns[durable->sample_count++ % SYNC_SAMPLES] = ended_ns - begun_ns;
}

bool durable_has_finalized(const struct node *node)
{
    return node->durable.finalize_end <= node->durable.synced_end;
}

static void send_frame(void *context, replica_id to, struct slice frame)
{
    struct node *node = context;
    node->ports.send_frame(node->ports.self, to, frame, node->now_ns);
}

/* Nobody waits for this, but it should not stay in memory for long. */
static bool is_overdue(const struct node *node)
{
    const struct durable *durable = &node->durable;
    return durable->dirty_since_ns != 0 &&
           (node->now_ns >= durable->dirty_since_ns + SYNC_AFTER_NS ||
            ledger_end(archive_ledger(node->archive)) - durable->synced_end > SYNC_AFTER_BYTES);
}

void durable_turn(struct node *node)
{
    struct durable *durable = &node->durable;
    bool is_dirty = ledger_is_dirty(archive_ledger(node->archive));
    if (is_dirty && durable->dirty_since_ns == 0) {
        durable->dirty_since_ns = node->now_ns;
    }
    if (durable->is_paused) {
        if (node->now_ns >= durable->retry_ns) {
            durable_sync(node);
        }
    } else if (is_dirty &&
               (outbound_needs_sync(&node->outbound, node->now_ns) || is_overdue(node))) {
        durable_sync(node);
    }
    if (!durable->is_paused && !node->has_failed) {
        struct outbound_sink sink = {.context = node, .send = send_frame};
        outbound_flush(&node->outbound, node->now_ns, &sink);
    }
}

uint64_t durable_deadline(const struct node *node)
{
    const struct durable *durable = &node->durable;
    if (durable->is_paused) {
        return durable->retry_ns;
    }
    uint64_t deadline = outbound_deadline(&node->outbound);
    if (durable->dirty_since_ns != 0 && durable->dirty_since_ns + SYNC_AFTER_NS < deadline) {
        deadline = durable->dirty_since_ns + SYNC_AFTER_NS;
    }
    return deadline;
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t left;
    uint64_t right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return (left > right) - (left < right);
}

uint64_t durable_median_ns(const struct durable *durable)
{
    uint64_t sorted[SYNC_SAMPLES];
    if (durable->sample_count == 0) {
        return 0;
    }
    size_t count = durable->sample_count < SYNC_SAMPLES ? durable->sample_count : SYNC_SAMPLES;
    memcpy(sorted, durable->samples_ns, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], compare_u64);
    return sorted[count / 2];
}
