/* spoil.c - messages with one thing wrong in them, and otherwise well-formed. */
#include "traitors/inside.h"

static void flip(struct traitor *t, uint8_t *bytes, size_t size)
{
    uint8_t flipped = (uint8_t)(1u << traitor_draw(t, 8));
    bytes[traitor_draw(t, size)] ^= flipped;
}

void traitor_spoil_certificate(struct traitor *t, struct certificate *certificate)
{
    size_t one = (size_t)traitor_draw(t, certificate->count);
    switch (traitor_draw(t, 5)) {
    case 0: /* for another order, or for one at all */
        certificate->kind = certificate->kind == VOTE_NULLIFY ? VOTE_NOTARIZE : certificate->kind;
        flip(t, certificate->digest.bytes, DIGEST_BYTES);
        return;
    case 1: /* of another view */
        certificate->view = certificate->view == UINT64_MAX ? 1 : certificate->view + 1;
        return;
    case 2: /* of another kind */
        certificate->kind = certificate->kind == VOTE_FINALIZE ? VOTE_NOTARIZE : VOTE_FINALIZE;
        return;
    case 3: /* one vote short */
        if (certificate->count > 1) {
            certificate->count--;
            return;
        }
        break;
    default:
        break;
    }
    flip(t, certificate->signatures[one].signature.bytes, SIGNATURE_BYTES);
}

void traitor_spoil_segment(struct traitor *t, struct segment *segment)
{
    switch (traitor_draw(t, 4)) {
    case 0:
        segment->sequence = segment->sequence == UINT64_MAX ? 1 : segment->sequence + 1;
        break;
    case 1:
        segment->lane.session++;
        break;
    case 2:
        flip(t, segment->previous.bytes, DIGEST_BYTES);
        break;
    default:
        flip(t, segment->signature.bytes, SIGNATURE_BYTES);
        break;
    }
    buffer_clear(&t->scratch);
    wire_encode_segment(&t->scratch, segment);
    segment->encoded = buffer_slice(&t->scratch);
}

/* One of its segments is another one. False if it has none, or there is no room. */
static bool spoil_segments(struct traitor *t, struct block *block)
{
    size_t count = block->segment_count;
    struct segment *segments =
        count == 0 ? NULL : arena_take_array(&t->arena, count, sizeof *segments);
    if (segments == NULL) {
        return false;
    }
    memcpy(segments, block->segments, count * sizeof *segments);
    block->segments = segments;
    size_t one = (size_t)traitor_draw(t, count);
    size_t other = (size_t)traitor_draw(t, count);
    if (one != other && traitor_draw(t, 2) == 0) {
        struct segment swapped = segments[one];
        segments[one] = segments[other];
        segments[other] = swapped;
        return true;
    }
    traitor_spoil_segment(t, &segments[one]);
    return true;
}

void traitor_spoil_block(struct traitor *t, struct block *block)
{
    switch (traitor_draw(t, 6)) {
    case 0:
        if (block->segment_count > 0) { /* less than its order names */
            block->segment_count--;
            return;
        }
        break;
    case 1:
    case 2:
        if (spoil_segments(t, block)) {
            return;
        }
        break;
    case 3:
        if (block->has_certificate) {
            traitor_spoil_certificate(t, &block->certificate);
            return;
        }
        break;
    case 4: { /* what was ordered elsewhere */
        const struct seen_order *seen = memory_order(&t->memory, 0);
        if (seen != NULL && seen->proposal.order.view != block->order.view) {
            block->order = seen->proposal.order;
            return;
        }
        break;
    }
    default:
        break;
    }
    block->order.time_ns++;
}
