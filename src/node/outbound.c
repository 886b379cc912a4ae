/* outbound.c - see outbound.h. */
#include "node/outbound.h"

#include "agreement/effect.h"
#include "base/assert.h"
#include "wire/codec.h"

void outbound_init(struct outbound *outbound, size_t replica_count, replica_id self)
{
    *outbound =
        (struct outbound){.replica_count = replica_count, .self = self, .due_ns = UINT64_MAX};
    for (size_t i = 0; i < REPLICAS_MAX; i++) {
        outbound->peers[i].due_ns = UINT64_MAX;
    }
}

void outbound_fini(struct outbound *outbound)
{
    buffer_fini(&outbound->scratch);
    for (size_t i = 0; i < REPLICAS_MAX; i++) {
        buffer_fini(&outbound->peers[i].bytes);
    }
}

static size_t open_frame_start(const struct outbound_peer *peer)
{
    return peer->closed_count == 0 ? 0 : peer->ends[peer->closed_count - 1];
}

/* Makes room for one more message in the open frame, closing it if it is full. False if the peer
 * has as much waiting as it may. */
static bool make_room(struct outbound_peer *peer, size_t size)
{
    size_t open = peer->bytes.size - open_frame_start(peer);
    if (peer->bytes.size + size > PEER_QUEUE_BYTES_MAX) {
        return false;
    }
    if (peer->message_count == 0 ||
        (open + size <= FRAME_BYTES_MAX && peer->message_count < FRAME_MESSAGES_MAX)) {
        return true;
    }
    if (peer->closed_count + 1 == OUTBOUND_FRAMES_MAX) {
        return false;
    }
    peer->ends[peer->closed_count++] = peer->bytes.size;
    peer->message_count = 0;
    return true;
}

static void earliest(uint64_t *due_ns, uint64_t candidate_ns)
{
    *due_ns = candidate_ns < *due_ns ? candidate_ns : *due_ns;
}

static void add_to(struct outbound *outbound, replica_id to, struct slice encoded,
                   struct outbound_rule rule, uint64_t now_ns)
{
    struct outbound_peer *peer = &outbound->peers[to];
    /* Dropped or not: what follows, a certificate with this vote, may rest on the same record. */
    peer->is_durable = peer->is_durable || rule.durable;
    if (encoded.size > FRAME_BYTES_MAX || !make_room(peer, encoded.size)) {
        outbound->dropped++;
        return;
    }
    buffer_append(&peer->bytes, encoded);
    peer->message_count++;
    uint64_t due_ns = rule.lazy ? now_ns + OUTBOUND_LAZY_NS : now_ns;
    earliest(&peer->due_ns, due_ns);
    earliest(&outbound->due_ns, due_ns);
}

void outbound_add(struct outbound *outbound, replica_id to, const struct peer_message *message,
                  struct outbound_rule rule, uint64_t now_ns)
{
    ASSERT(to == REPLICA_ALL || (to < outbound->replica_count && to != outbound->self));
    buffer_clear(&outbound->scratch);
    wire_encode_peer_message(&outbound->scratch, message);
    struct slice encoded = buffer_slice(&outbound->scratch);
    if (to != REPLICA_ALL) {
        add_to(outbound, to, encoded, rule, now_ns);
        return;
    }
    for (replica_id i = 0; i < outbound->replica_count; i++) {
        if (i != outbound->self) {
            add_to(outbound, i, encoded, rule, now_ns);
        }
    }
}

void outbound_add_encoded(struct outbound *outbound, replica_id to, struct slice encoded,
                          uint64_t now_ns)
{
    ASSERT(to < outbound->replica_count && to != outbound->self);
    add_to(outbound, to, encoded, (struct outbound_rule){0}, now_ns);
}

size_t outbound_waiting(const struct outbound *outbound, replica_id to)
{
    return outbound->peers[to].bytes.size;
}

bool outbound_needs_sync(const struct outbound *outbound, uint64_t now_ns)
{
    for (size_t i = 0; outbound->due_ns <= now_ns && i < outbound->replica_count; i++) {
        if (outbound->peers[i].is_durable && outbound->peers[i].due_ns <= now_ns) {
            return true;
        }
    }
    return false;
}

static void flush_peer(struct outbound_peer *peer, replica_id to, const struct outbound_sink *sink)
{
    peer->ends[peer->closed_count++] = peer->bytes.size;
    size_t start = 0;
    for (size_t i = 0; i < peer->closed_count; i++) {
        sink->send(sink->context, to, slice_of(peer->bytes.data + start, peer->ends[i] - start));
        start = peer->ends[i];
    }
    peer->closed_count = 0;
    peer->message_count = 0;
    peer->is_durable = false;
    peer->due_ns = UINT64_MAX;
    if (peer->bytes.capacity > OUTBOUND_KEEP_BYTES) {
        buffer_fini(&peer->bytes);
    }
    buffer_clear(&peer->bytes);
}

void outbound_flush(struct outbound *outbound, uint64_t now_ns, const struct outbound_sink *sink)
{
    if (outbound->due_ns > now_ns) {
        return;
    }
    outbound->due_ns = UINT64_MAX;
    for (replica_id i = 0; i < outbound->replica_count; i++) {
        if (outbound->peers[i].due_ns <= now_ns) {
            flush_peer(&outbound->peers[i], i, sink);
        }
        earliest(&outbound->due_ns, outbound->peers[i].due_ns);
    }
}

uint64_t outbound_deadline(const struct outbound *outbound)
{
    return outbound->due_ns;
}
