/* block.c - decided orders with their segments, for replicas that are behind. */
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

enum { BLOCK_ORDER = 1, BLOCK_CERTIFICATE, BLOCK_SEGMENT };

/* How many segments are left, or SIZE_MAX if something else is. */
static size_t count_segments(struct walk walk)
{
    size_t count = 0;
    while (!walk_is_at_end(&walk)) {
        struct slice bytes;
        if (!walk_bytes(&walk, BLOCK_SEGMENT, &bytes)) {
            return SIZE_MAX;
        }
        count++;
    }
    return count;
}

enum verdict wire_decode_block(struct slice bytes, struct arena *arena, struct block *block)
{
    struct walk walk = walk_of(bytes);
    struct slice order, certificate;
    if (!walk_bytes(&walk, BLOCK_ORDER, &order) || !wire_read_order(order, arena, &block->order)) {
        return VERDICT_MALFORMED;
    }
    block->has_certificate = walk_bytes(&walk, BLOCK_CERTIFICATE, &certificate);
    block->certificate = (struct certificate){0};
    if (block->has_certificate && !wire_read_certificate(certificate, &block->certificate)) {
        return VERDICT_MALFORMED;
    }
    block->segment_count = count_segments(walk);
    block->segments = NULL;
    if (block->segment_count == 0) {
        return VERDICT_ACCEPTED;
    }
    struct segment *segments =
        block->segment_count == SIZE_MAX
            ? NULL
            : arena_take_array(arena, block->segment_count, sizeof *segments);
    if (segments == NULL) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < block->segment_count; i++) {
        struct slice segment;
        if (!walk_bytes(&walk, BLOCK_SEGMENT, &segment) ||
            !wire_read_segment(segment, &segments[i])) {
            return VERDICT_MALFORMED;
        }
    }
    block->segments = segments;
    return VERDICT_ACCEPTED;
}

size_t wire_block_size(const struct block *block)
{
    size_t size = pack_bytes_size(wire_order_size(&block->order));
    if (block->has_certificate) {
        size += pack_bytes_size(wire_certificate_size(&block->certificate));
    }
    for (size_t i = 0; i < block->segment_count; i++) {
        size += pack_bytes_size(block->segments[i].encoded.size);
    }
    return size;
}

void wire_encode_block(struct buffer *out, const struct block *block)
{
    wire_pack_order(out, BLOCK_ORDER, &block->order);
    if (block->has_certificate) {
        wire_pack_certificate(out, BLOCK_CERTIFICATE, &block->certificate);
    }
    for (size_t i = 0; i < block->segment_count; i++) {
        ASSERT(block->segments[i].encoded.size != 0);
        pack_bytes(out, BLOCK_SEGMENT, block->segments[i].encoded);
    }
}
