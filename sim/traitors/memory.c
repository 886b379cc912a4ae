/* memory.c - see memory.h. */
#include "traitors/memory.h"

#include "wire/digests.h"

#define VOTES_LOOKED_AT ((size_t)4 * REPLICAS_MAX) /* for the same one: repetition comes soon */

void memory_fini(struct memory *memory)
{
    for (size_t i = 0; i < MEMORY_ORDERS; i++) {
        buffer_fini(&memory->orders[i].tips);
    }
    for (size_t i = 0; i < MEMORY_SEGMENTS; i++) {
        buffer_fini(&memory->segments[i].bytes);
    }
    for (size_t i = 0; i < MEMORY_FRAMES; i++) {
        buffer_fini(&memory->frames[i].bytes);
    }
}

/* Place of the index-th newest of `count` ever in a ring of `size`; SIZE_MAX: there are not so
 * many. */
static size_t place(size_t count, size_t size, size_t index)
{
    size_t kept = count < size ? count : size;
    return index < kept ? (count - 1 - index) % size : SIZE_MAX;
}

const struct seen_order *memory_order(const struct memory *memory, size_t index)
{
    size_t at = place(memory->order_count, MEMORY_ORDERS, index);
    return at == SIZE_MAX ? NULL : &memory->orders[at];
}

const struct vote *memory_vote(const struct memory *memory, size_t index)
{
    size_t at = place(memory->vote_count, MEMORY_VOTES, index);
    return at == SIZE_MAX ? NULL : &memory->votes[at];
}

const struct certificate *memory_certificate(const struct memory *memory, size_t index)
{
    size_t at = place(memory->certificate_count, MEMORY_CERTIFICATES, index);
    return at == SIZE_MAX ? NULL : &memory->certificates[at];
}

const struct seen_segment *memory_segment(const struct memory *memory, size_t index)
{
    size_t at = place(memory->segment_count, MEMORY_SEGMENTS, index);
    return at == SIZE_MAX ? NULL : &memory->segments[at];
}

const struct seen_frame *memory_frame(const struct memory *memory, size_t index)
{
    size_t at = place(memory->frame_count, MEMORY_FRAMES, index);
    return at == SIZE_MAX ? NULL : &memory->frames[at];
}

const struct seen_order *memory_find_view(const struct memory *memory, view_nr view)
{
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(memory, i)) != NULL; i++) {
        if (seen->proposal.order.view == view) {
            return seen;
        }
    }
    return NULL;
}

const struct seen_order *memory_find_order(const struct memory *memory, const struct digest *digest)
{
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(memory, i)) != NULL; i++) {
        if (digest_is_equal(&seen->digest, digest)) {
            return seen;
        }
    }
    return NULL;
}

const struct seen_order *memory_find_below(const struct memory *memory, view_nr view)
{
    const struct seen_order *seen;
    for (size_t i = 0; (seen = memory_order(memory, i)) != NULL; i++) {
        if (seen->proposal.order.view < view) {
            return seen;
        }
    }
    return NULL;
}

static bool keep_order(struct memory *memory, const struct proposal *proposal)
{
    struct digest digest;
    order_digest(&proposal->order, &digest);
    if (memory_find_order(memory, &digest) != NULL) {
        return false;
    }
    struct seen_order *seen = &memory->orders[memory->order_count++ % MEMORY_ORDERS];
    buffer_clear(&seen->tips);
    buffer_append(&seen->tips, slice_of(proposal->order.tips,
                                        proposal->order.tip_count * sizeof(struct lane_tip)));
    seen->proposal = *proposal;
    seen->proposal.order.tips = (const struct lane_tip *)(const void *)seen->tips.data;
    seen->digest = digest;
    return true;
}

static bool keep_vote(struct memory *memory, const struct vote *vote)
{
    const struct vote *seen;
    for (size_t i = 0; i < VOTES_LOOKED_AT && (seen = memory_vote(memory, i)) != NULL; i++) {
        if (seen->kind == vote->kind && seen->voter == vote->voter && seen->view == vote->view &&
            digest_is_equal(&seen->digest, &vote->digest)) {
            return false;
        }
    }
    memory->votes[memory->vote_count++ % MEMORY_VOTES] = *vote;
    return true;
}

static bool keep_certificate(struct memory *memory, const struct certificate *certificate)
{
    const struct certificate *seen;
    for (size_t i = 0; (seen = memory_certificate(memory, i)) != NULL; i++) {
        if (seen->kind == certificate->kind && seen->view == certificate->view &&
            digest_is_equal(&seen->digest, &certificate->digest)) {
            return false;
        }
    }
    memory->certificates[memory->certificate_count++ % MEMORY_CERTIFICATES] = *certificate;
    return true;
}

static bool keep_segment(struct memory *memory, const struct segment *segment)
{
    const struct seen_segment *seen;
    if (segment->encoded.size == 0 || segment->encoded.size > MEMORY_SEGMENT_MAX) {
        return false;
    }
    for (size_t i = 0; (seen = memory_segment(memory, i)) != NULL; i++) {
        if (slice_is_equal(seen->segment.encoded, segment->encoded)) {
            return false;
        }
    }
    struct seen_segment *kept = &memory->segments[memory->segment_count++ % MEMORY_SEGMENTS];
    buffer_clear(&kept->bytes);
    buffer_append(&kept->bytes, segment->encoded);
    kept->segment = *segment;
    kept->segment.encoded = buffer_slice(&kept->bytes);
    kept->segment.body.data =
        kept->bytes.data + (size_t)(segment->body.data - segment->encoded.data);
    return true;
}

bool memory_keep(struct memory *memory, const struct peer_message *message)
{
    switch (message->kind) {
    case PEER_PROPOSAL:
        return keep_order(memory, &message->proposal);
    case PEER_VOTE:
        return keep_vote(memory, &message->vote);
    case PEER_CERTIFICATE:
        return keep_certificate(memory, &message->certificate);
    case PEER_SEGMENT:
        return keep_segment(memory, &message->segment);
    case PEER_BLOCK:
        for (size_t i = 0; i < message->block.segment_count; i++) {
            (void)keep_segment(memory, &message->block.segments[i]);
        }
        return false;
    case PEER_ASK_VIEW:
    case PEER_ASK_ORDER:
    case PEER_ASK_SEGMENTS:
    case PEER_ASK_BLOCKS:
    case PEER_HEARTBEAT:
        break;
    }
    return false;
}

void memory_keep_frame(struct memory *memory, replica_id to, struct slice frame)
{
    if (frame.size == 0 || frame.size > MEMORY_FRAME_MAX) {
        return;
    }
    struct seen_frame *seen = &memory->frames[memory->frame_count++ % MEMORY_FRAMES];
    buffer_clear(&seen->bytes);
    buffer_append(&seen->bytes, frame);
    seen->to = to;
}
