/* support_equal.c - see support_equal.h. */
#include "support_equal.h"

static bool equal_signature(const struct signature *a, const struct signature *b)
{
    return memcmp(a->bytes, b->bytes, SIGNATURE_BYTES) == 0;
}

bool equal_segment(const struct segment *a, const struct segment *b)
{
    return lane_id_is_equal(&a->lane, &b->lane) && a->sequence == b->sequence &&
           digest_is_equal(&a->previous, &b->previous) && slice_is_equal(a->body, b->body) &&
           equal_signature(&a->signature, &b->signature) && slice_is_equal(a->encoded, b->encoded);
}

bool equal_segment_body(const struct segment_body *a, const struct segment_body *b)
{
    if (a->acknowledged != b->acknowledged || a->read_only != b->read_only ||
        a->request_count != b->request_count) {
        return false;
    }
    for (size_t i = 0; i < a->request_count; i++) {
        if (!slice_is_equal(a->requests[i], b->requests[i])) {
            return false;
        }
    }
    return true;
}

bool equal_order(const struct order *a, const struct order *b)
{
    if (a->view != b->view || a->parent_view != b->parent_view ||
        !digest_is_equal(&a->parent, &b->parent) || a->height != b->height ||
        a->time_ns != b->time_ns || a->tip_count != b->tip_count) {
        return false;
    }
    for (size_t i = 0; i < a->tip_count; i++) {
        if (!lane_id_is_equal(&a->tips[i].lane, &b->tips[i].lane) ||
            a->tips[i].sequence != b->tips[i].sequence ||
            !digest_is_equal(&a->tips[i].digest, &b->tips[i].digest)) {
            return false;
        }
    }
    return true;
}

bool equal_proposal(const struct proposal *a, const struct proposal *b)
{
    return equal_order(&a->order, &b->order) && equal_signature(&a->signature, &b->signature);
}

bool equal_vote(const struct vote *a, const struct vote *b)
{
    return a->kind == b->kind && a->voter == b->voter && a->view == b->view &&
           digest_is_equal(&a->digest, &b->digest) && equal_signature(&a->signature, &b->signature);
}

bool equal_certificate(const struct certificate *a, const struct certificate *b)
{
    if (a->kind != b->kind || a->view != b->view || !digest_is_equal(&a->digest, &b->digest) ||
        a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (a->signatures[i].voter != b->signatures[i].voter ||
            !equal_signature(&a->signatures[i].signature, &b->signatures[i].signature)) {
            return false;
        }
    }
    return true;
}

bool equal_decided(const struct decided *a, const struct decided *b)
{
    return equal_order(&a->order, &b->order) &&
           (a->certificate == NULL) == (b->certificate == NULL) &&
           (a->certificate == NULL || equal_certificate(a->certificate, b->certificate)) &&
           a->segment_count == b->segment_count && a->request_count == b->request_count &&
           (a->segment_count == 0 ||
            memcmp(a->locations, b->locations, a->segment_count * sizeof *a->locations) == 0);
}

static bool equal_block(const struct block *a, const struct block *b)
{
    if (!equal_order(&a->order, &b->order) || a->has_certificate != b->has_certificate ||
        (a->has_certificate && !equal_certificate(&a->certificate, &b->certificate)) ||
        a->segment_count != b->segment_count) {
        return false;
    }
    for (size_t i = 0; i < a->segment_count; i++) {
        if (!equal_segment(&a->segments[i], &b->segments[i])) {
            return false;
        }
    }
    return true;
}

static bool equal_ask_segments(const struct ask_segments *a, const struct ask_segments *b)
{
    return lane_id_is_equal(&a->lane, &b->lane) && a->from == b->from && a->to == b->to;
}

bool equal_peer_message(const struct peer_message *a, const struct peer_message *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case PEER_SEGMENT:
        return equal_segment(&a->segment, &b->segment);
    case PEER_CERTIFICATE:
        return equal_certificate(&a->certificate, &b->certificate);
    case PEER_PROPOSAL:
        return equal_proposal(&a->proposal, &b->proposal);
    case PEER_VOTE:
        return equal_vote(&a->vote, &b->vote);
    case PEER_ASK_VIEW:
        return a->ask_view.from == b->ask_view.from && a->ask_view.to == b->ask_view.to;
    case PEER_ASK_ORDER:
        return a->ask_order.view == b->ask_order.view &&
               digest_is_equal(&a->ask_order.digest, &b->ask_order.digest);
    case PEER_ASK_SEGMENTS:
        return equal_ask_segments(&a->ask_segments, &b->ask_segments);
    case PEER_ASK_BLOCKS:
        return a->ask_blocks.from == b->ask_blocks.from &&
               a->ask_blocks.count == b->ask_blocks.count;
    case PEER_BLOCK:
        return equal_block(&a->block, &b->block);
    case PEER_HEARTBEAT:
        return a->heartbeat.view == b->heartbeat.view && a->heartbeat.height == b->heartbeat.height;
    }
    return false;
}

bool equal_client_message(const struct client_message *a, const struct client_message *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case CLIENT_SEGMENT:
        return equal_segment(&a->segment, &b->segment);
    case CLIENT_ASK_REPLIES:
        return a->ask_replies.session == b->ask_replies.session &&
               a->ask_replies.from == b->ask_replies.from;
    case CLIENT_QUERY:
        return a->query.number == b->query.number &&
               slice_is_equal(a->query.request, b->query.request);
    case CLIENT_ASK_STATUS:
        return a->ask_status == b->ask_status;
    case CLIENT_ASK_LOG:
        return a->ask_log.number == b->ask_log.number && a->ask_log.from == b->ask_log.from &&
               a->ask_log.count == b->ask_log.count;
    }
    return false;
}

static bool equal_reply(const struct reply *a, const struct reply *b)
{
    return a->outcome == b->outcome && slice_is_equal(a->result, b->result);
}

static bool equal_replies(const struct replies *a, const struct replies *b)
{
    if (a->session != b->session || a->first != b->first || a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!equal_reply(&a->replies[i], &b->replies[i])) {
            return false;
        }
    }
    return true;
}

static bool equal_status(const struct status *a, const struct status *b)
{
    if (a->peer_count != b->peer_count) {
        return false;
    }
    for (size_t i = 0; i < a->peer_count; i++) {
        if (a->peers[i].id != b->peers[i].id || a->peers[i].connected != b->peers[i].connected ||
            memcmp(a->peers[i].verdicts, b->peers[i].verdicts, sizeof a->peers[i].verdicts) != 0) {
            return false;
        }
    }
    return a->number == b->number && a->id == b->id && a->view == b->view &&
           a->commander == b->commander && a->height == b->height &&
           a->height_known == b->height_known && a->digest_height == b->digest_height &&
           digest_is_equal(&a->digest, &b->digest) &&
           digest_is_equal(&a->order_digest, &b->order_digest) && a->pending == b->pending &&
           a->executed == b->executed && a->ledger_bytes == b->ledger_bytes &&
           a->disk_free_bytes == b->disk_free_bytes && a->sync_ns == b->sync_ns &&
           a->uptime_ns == b->uptime_ns && a->clients_connected == b->clients_connected &&
           a->disk_full == b->disk_full && a->disk_low == b->disk_low && a->syncing == b->syncing &&
           a->descriptors_low == b->descriptors_low && strcmp(a->version, b->version) == 0;
}

static bool equal_log_part(const struct log_part *a, const struct log_part *b)
{
    if (a->number != b->number || a->last != b->last || a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!equal_order(&a->entries[i].order, &b->entries[i].order) ||
            !digest_is_equal(&a->entries[i].digest, &b->entries[i].digest) ||
            a->entries[i].request_count != b->entries[i].request_count) {
            return false;
        }
    }
    return true;
}

bool equal_replica_message(const struct replica_message *a, const struct replica_message *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case REPLICA_REPLIES:
        return equal_replies(&a->replies, &b->replies);
    case REPLICA_SESSION_GONE:
        return a->session_gone.session == b->session_gone.session &&
               a->session_gone.before == b->session_gone.before;
    case REPLICA_BUSY:
        return a->busy.session == b->busy.session && a->busy.sequence == b->busy.sequence &&
               a->busy.retry_after_ms == b->busy.retry_after_ms;
    case REPLICA_QUERY_REPLY:
        return a->query_reply.number == b->query_reply.number &&
               a->query_reply.height == b->query_reply.height &&
               equal_reply(&a->query_reply.reply, &b->query_reply.reply);
    case REPLICA_STATUS:
        return equal_status(&a->status, &b->status);
    case REPLICA_LOG:
        return equal_log_part(&a->log_part, &b->log_part);
    }
    return false;
}
