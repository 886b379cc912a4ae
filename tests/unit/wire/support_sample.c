/* support_sample.c - see support_sample.h. */
#include "support_sample.h"

#include "base/prng.h"

#include <stdlib.h>

void sample_fill(void *bytes, size_t size, unsigned seed)
{
    struct prng prng;
    prng_init(&prng, seed);
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)prng_next(&prng);
    }
}

/* Numbers: the least, a middling one that differs by `salt`, the greatest less `salt`. */
static uint64_t number(enum sample_size size, uint64_t least, uint64_t salt)
{
    switch (size) {
    case SAMPLE_SMALL:
        return least;
    case SAMPLE_TYPICAL:
        return 1000 + salt;
    case SAMPLE_LARGE:
        break;
    }
    return UINT64_MAX - salt;
}

static uint32_t number32(enum sample_size size)
{
    return (uint32_t)number(size, 0, 7);
}

static size_t amount(enum sample_size size, size_t least, size_t typical, size_t greatest)
{
    return size == SAMPLE_SMALL ? least : size == SAMPLE_TYPICAL ? typical : greatest;
}

static void *take(struct arena *arena, size_t count, size_t size)
{
    void *taken = arena_take_array(arena, count, size);
    if (taken == NULL) {
        abort(); /* the caller gave too small an arena */
    }
    memset(taken, 0, count * size);
    return taken;
}

static struct slice keep(struct arena *arena, struct buffer *buffer)
{
    uint8_t *bytes = take(arena, buffer->size, 1);
    bytes_copy(bytes, buffer->data, buffer->size);
    struct slice kept = slice_of(bytes, buffer->size);
    buffer_fini(buffer);
    return kept;
}

static struct slice payload(struct arena *arena, size_t size, unsigned seed)
{
    uint8_t *bytes = take(arena, size, 1);
    sample_fill(bytes, size, seed);
    return slice_of(bytes, size);
}

void sample_order(enum sample_size size, struct arena *arena, struct order *order)
{
    *order = (struct order){
        .view = number(size, 1, 1),
        .parent_view = number(size, 0, 2) - (size == SAMPLE_TYPICAL ? 100 : 0),
        .height = number(size, 1, 3),
        .time_ns = number(size, 0, 4),
        .tip_count = amount(size, 0, 3, TIPS_PER_ORDER_MAX),
    };
    sample_fill(order->parent.bytes, DIGEST_BYTES, 11);
    struct lane_tip *tips = take(arena, order->tip_count, sizeof *tips);
    for (size_t i = 0; i < order->tip_count; i++) {
        sample_fill(tips[i].lane.client.bytes, PUBLIC_KEY_BYTES, 12);
        tips[i].lane.client.bytes[0] = (uint8_t)(i / 2); /* ascending by key, then session */
        tips[i].lane.session = 5 + i % 2;
        tips[i].sequence = number(size, 1, i);
        sample_fill(tips[i].digest.bytes, DIGEST_BYTES, 13 + (unsigned)i);
    }
    order->tips = tips;
}

void sample_vote(enum sample_size size, struct vote *vote)
{
    static const enum vote_kind kinds[] = {VOTE_NULLIFY, VOTE_NOTARIZE, VOTE_FINALIZE};
    *vote = (struct vote){
        .kind = kinds[size],
        .voter = (replica_id)amount(size, 0, 2, REPLICAS_MAX - 1),
        .view = number(size, 1, 1),
    };
    if (vote->kind != VOTE_NULLIFY) {
        sample_fill(vote->digest.bytes, DIGEST_BYTES, 21);
    }
    sample_fill(vote->signature.bytes, SIGNATURE_BYTES, 22);
}

void sample_certificate(enum sample_size size, struct certificate *certificate)
{
    struct vote vote;
    sample_vote(size, &vote);
    *certificate = (struct certificate){
        .kind = vote.kind,
        .view = vote.view,
        .digest = vote.digest,
        .count = amount(size, 1, 3, REPLICAS_MAX),
    };
    for (size_t i = 0; i < certificate->count; i++) {
        certificate->signatures[i].voter = (replica_id)i;
        sample_fill(certificate->signatures[i].signature.bytes, SIGNATURE_BYTES, 31 + (unsigned)i);
    }
}

void sample_segment(size_t count, size_t request_bytes, uint64_t sequence, struct arena *arena,
                    struct segment *segment)
{
    struct slice *requests = take(arena, count, sizeof *requests);
    for (size_t i = 0; i < count; i++) {
        requests[i] = payload(arena, request_bytes, (unsigned)i);
    }
    struct segment_body body = {.acknowledged = sequence - 1,
                                .read_only = sequence % 2 == 0,
                                .request_count = count,
                                .requests = requests};
    struct buffer buffer = {0};
    wire_encode_segment_body(&buffer, &body);
    *segment = (struct segment){.sequence = sequence, .body = keep(arena, &buffer)};
    sample_fill(segment->lane.client.bytes, PUBLIC_KEY_BYTES, 41);
    segment->lane.session = sequence;
    sample_fill(segment->previous.bytes, DIGEST_BYTES, 42);
    sample_fill(segment->signature.bytes, SIGNATURE_BYTES, 43);
    buffer = (struct buffer){0};
    wire_encode_segment(&buffer, segment);
    segment->encoded = keep(arena, &buffer);
}

static void sample_segment_of(enum sample_size size, struct arena *arena, struct segment *segment)
{
    sample_segment(amount(size, 1, 3, SEGMENT_REQUESTS_MAX), amount(size, 0, 10, 4),
                   number(size, 1, 5), arena, segment);
}

void sample_decided(enum sample_size size, struct arena *arena, struct decided *decided)
{
    *decided = (struct decided){
        .segment_count = amount(size, 0, 3, 4096),
        .request_count = number(size, 0, 6),
    };
    sample_order(size, arena, &decided->order);
    if (size != SAMPLE_SMALL) {
        struct certificate *certificate = take(arena, 1, sizeof *certificate);
        sample_certificate(size, certificate);
        decided->certificate = certificate;
    }
    uint64_t *locations = take(arena, decided->segment_count, sizeof *locations);
    for (size_t i = 0; i < decided->segment_count; i++) {
        locations[i] = number(size, 0, i);
    }
    decided->locations = locations;
}

static void sample_block(enum sample_size size, struct arena *arena, struct block *block)
{
    block->has_certificate = size != SAMPLE_SMALL;
    sample_order(size, arena, &block->order);
    if (block->has_certificate) {
        sample_certificate(size, &block->certificate);
    }
    block->segment_count = amount(size, 0, 2, 500);
    struct segment *segments = take(arena, block->segment_count, sizeof *segments);
    for (size_t i = 0; i < block->segment_count; i++) {
        sample_segment(1, 100, 1 + i, arena, &segments[i]);
    }
    block->segments = segments;
}

void sample_peer_message(enum peer_message_kind kind, enum sample_size size, struct arena *arena,
                         struct peer_message *message)
{
    memset(message, 0, sizeof *message);
    message->kind = kind;
    switch (kind) {
    case PEER_SEGMENT:
        sample_segment_of(size, arena, &message->segment);
        break;
    case PEER_CERTIFICATE:
        sample_certificate(size, &message->certificate);
        break;
    case PEER_PROPOSAL:
        sample_order(size, arena, &message->proposal.order);
        sample_fill(message->proposal.signature.bytes, SIGNATURE_BYTES, 51);
        break;
    case PEER_VOTE:
        sample_vote(size, &message->vote);
        break;
    case PEER_ASK_VIEW:
        message->ask_view.from = number(size, 0, 9);
        message->ask_view.to = number(size, 0, 9) + (size == SAMPLE_SMALL ? 0 : 9);
        break;
    case PEER_ASK_ORDER:
        message->ask_order.view = number(size, 0, 1);
        sample_fill(message->ask_order.digest.bytes, DIGEST_BYTES, 52);
        break;
    case PEER_ASK_SEGMENTS:
        sample_fill(message->ask_segments.lane.client.bytes, PUBLIC_KEY_BYTES, 53);
        message->ask_segments.lane.session = number(size, 0, 1);
        message->ask_segments.from = number(size, 1, 9);
        message->ask_segments.to = number(size, 1, 9) + (size == SAMPLE_SMALL ? 0 : 9);
        break;
    case PEER_ASK_BLOCKS:
        message->ask_blocks.from = number(size, 0, 1);
        message->ask_blocks.count = number32(size);
        break;
    case PEER_BLOCK:
        sample_block(size, arena, &message->block);
        break;
    case PEER_HEARTBEAT:
        message->heartbeat.view = number(size, 0, 1);
        message->heartbeat.height = number(size, 0, 2);
        break;
    }
}

void sample_client_message(enum client_message_kind kind, enum sample_size size,
                           struct arena *arena, struct client_message *message)
{
    memset(message, 0, sizeof *message);
    message->kind = kind;
    switch (kind) {
    case CLIENT_SEGMENT:
        sample_segment_of(size, arena, &message->segment);
        break;
    case CLIENT_ASK_REPLIES:
        message->ask_replies.session = number(size, 0, 1);
        message->ask_replies.from = number(size, 0, 2);
        break;
    case CLIENT_QUERY:
        message->query.number = number(size, 0, 1);
        message->query.request = payload(arena, amount(size, 0, 20, REQUEST_BYTES_MAX), 61);
        break;
    case CLIENT_ASK_STATUS:
        message->ask_status = number(size, 0, 1);
        break;
    case CLIENT_ASK_LOG:
        message->ask_log.number = number(size, 0, 1);
        message->ask_log.from = number(size, 0, 2);
        message->ask_log.count = number32(size);
        break;
    }
}

static void sample_replies(enum sample_size size, struct arena *arena, struct replies *replies)
{
    replies->session = number(size, 0, 1);
    replies->count = amount(size, 1, 4, REPLIES_PER_SESSION_MAX);
    replies->first = size == SAMPLE_LARGE ? UINT64_MAX - replies->count : number(size, 1, 2);
    struct reply *all = take(arena, replies->count, sizeof *all);
    for (size_t i = 0; i < replies->count; i++) {
        all[i].outcome = (enum outcome)(i % 4);
        all[i].result = payload(arena, i % 3, (unsigned)i);
    }
    replies->replies = all;
}

static void sample_status(enum sample_size size, struct status *status)
{
    *status = (struct status){
        .number = number(size, 0, 1),
        .id = (replica_id)amount(size, 0, 1, REPLICAS_MAX - 1),
        .view = number(size, 0, 2),
        .commander = (replica_id)amount(size, 0, 2, REPLICAS_MAX - 1),
        .height = number(size, 0, 3),
        .height_known = number(size, 0, 4),
        .digest_height = number(size, 0, 5),
        .pending = number(size, 0, 6),
        .executed = number(size, 0, 7),
        .ledger_bytes = number(size, 0, 8),
        .disk_free_bytes = number(size, 0, 9),
        .sync_ns = number(size, 0, 10),
        .uptime_ns = number(size, 0, 11),
        .clients_connected = number32(size),
        .disk_full = size == SAMPLE_LARGE,
        .disk_low = size != SAMPLE_SMALL,
        .syncing = size == SAMPLE_TYPICAL,
        .descriptors_low = size == SAMPLE_LARGE,
        .peer_count = amount(size, 0, 3, REPLICAS_MAX),
    };
    sample_fill(status->digest.bytes, DIGEST_BYTES, 71);
    sample_fill(status->order_digest.bytes, DIGEST_BYTES, 72);
    memset(status->version, '~', amount(size, 0, 5, sizeof status->version - 1));
    for (size_t i = 0; i < status->peer_count; i++) {
        status->peers[i].id = (replica_id)i;
        status->peers[i].connected = i % 2 == 0;
        for (size_t k = 0; k < VERDICT_COUNT; k++) {
            status->peers[i].verdicts[k] = number(size, 0, 100 * i + k);
        }
    }
}

static void sample_log_part(enum sample_size size, struct arena *arena, struct log_part *part)
{
    part->number = number(size, 0, 1);
    part->last = number(size, 0, 2);
    part->count = amount(size, 0, 2, LOG_ENTRIES_MAX);
    struct log_entry *entries = take(arena, part->count, sizeof *entries);
    for (size_t i = 0; i < part->count; i++) {
        sample_order(i % 2 == 0 ? SAMPLE_TYPICAL : SAMPLE_SMALL, arena, &entries[i].order);
        sample_fill(entries[i].digest.bytes, DIGEST_BYTES, 81);
        entries[i].request_count = number(size, 0, i);
    }
    part->entries = entries;
}

void sample_replica_message(enum replica_message_kind kind, enum sample_size size,
                            struct arena *arena, struct replica_message *message)
{
    memset(message, 0, sizeof *message);
    message->kind = kind;
    switch (kind) {
    case REPLICA_REPLIES:
        sample_replies(size, arena, &message->replies);
        break;
    case REPLICA_SESSION_GONE:
        message->session_gone.session = number(size, 0, 1);
        message->session_gone.before = number(size, 0, 0);
        break;
    case REPLICA_BUSY:
        message->busy.session = number(size, 0, 1);
        message->busy.sequence = number(size, 0, 2);
        message->busy.retry_after_ms = number32(size);
        break;
    case REPLICA_QUERY_REPLY:
        message->query_reply.number = number(size, 0, 1);
        message->query_reply.height = number(size, 0, 2);
        message->query_reply.reply.outcome = OUTCOME_REFUSED;
        message->query_reply.reply.result =
            payload(arena, amount(size, 0, 20, REPLY_BYTES_MAX), 91);
        break;
    case REPLICA_STATUS:
        sample_status(size, &message->status);
        break;
    case REPLICA_LOG:
        sample_log_part(size, arena, &message->log_part);
        break;
    }
}
