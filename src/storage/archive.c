/* archive.c - see archive.h. What a record means is known here; where it lies, in
 * archive_segments.c and archive_heights.c. */
#include "storage/archive.h"

#include "base/assert.h"
#include "storage/archive_heights.h"
#include "storage/archive_segments.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <inttypes.h>
#include <stdlib.h>

struct archive {
    struct ledger *ledger;
    struct archive_segments segments;
    struct archive_heights heights;
    uint64_t live; /* location of the last LEDGER_LIVE record */
    bool has_live;
    const struct ledger_visitor *visitor; /* during the opening scan */
    struct buffer record; /* being encoded, or read; lent by load_block and load_order */
    struct buffer part;   /* one segment's record */
    struct buffer bodies; /* all segments of a block */
    struct buffer
        spots; /* u64 locations while a decided order is encoded; sizes while one is read */
    struct arena arena;   /* what was decoded last */
    struct arena scratch; /* of scans */
    struct segment *block_segments;
    struct digest *block_digests;
    size_t block_capacity;
};

static enum error index_segment(struct archive *archive, uint64_t location, struct slice bytes)
{
    struct segment segment;
    struct digest digest;
    arena_reset(&archive->scratch);
    if (wire_decode_segment(bytes, &archive->scratch, &segment) != VERDICT_ACCEPTED) {
        return ERROR_DAMAGED;
    }
    lane_digest_next(&segment.lane, segment.sequence, &segment.previous, segment.body, &digest);
    archive_segments_put(&archive->segments, &digest, location);
    return OK;
}

static enum error index_decided(struct archive *archive, uint64_t location, struct slice bytes)
{
    struct decided decided;
    arena_reset(&archive->scratch);
    if (wire_decode_decided(bytes, &archive->scratch, &decided) != VERDICT_ACCEPTED ||
        !archive_heights_add(&archive->heights, decided.order.height, location)) {
        return ERROR_DAMAGED;
    }
    for (size_t i = 0; i < decided.segment_count; i++) {
        archive_segments_drop_at(&archive->segments, decided.locations[i]);
    }
    return OK;
}

static void begin_live(struct archive *archive, uint64_t location)
{
    /* What is live now is repeated after this mark; what was not after the one before and is not
     * live now is of no use. */
    if (archive->has_live) {
        archive_segments_drop_before(&archive->segments, archive->live);
    }
    archive->live = location;
    archive->has_live = true;
}

static enum error on_record(void *context, uint64_t location, enum ledger_record type,
                            struct slice bytes)
{
    struct archive *archive = context;
    switch (type) {
    case LEDGER_SEGMENT:
        TRY(index_segment(archive, location, bytes));
        break;
    case LEDGER_DECIDED:
        TRY(index_decided(archive, location, bytes));
        break;
    case LEDGER_LIVE:
        /* No entry is dropped here: a crash may have cut what was to be repeated after a mark, and
         * then the records before it are still what the core is given back. */
        archive->live = location;
        archive->has_live = true;
        break;
    case LEDGER_PROPOSAL:
    case LEDGER_VOTE:
    case LEDGER_CERTIFICATE:
        break;
    }
    const struct ledger_visitor *visitor = archive->visitor;
    return visitor == NULL ? OK : visitor->on_record(visitor->context, location, type, bytes);
}

static enum error arena_new(struct arena *arena)
{
    void *memory = malloc(DECODE_BYTES_MAX);
    if (memory == NULL) {
        return ERROR_MEMORY;
    }
    arena_init(arena, memory, DECODE_BYTES_MAX);
    return OK;
}

static enum error archive_new(struct archive **out, const struct checksum_key *key)
{
    struct archive *archive = calloc(1, sizeof *archive);
    if (archive == NULL) {
        return ERROR_MEMORY;
    }
    archive_heights_init(&archive->heights, &archive->scratch);
    enum error error = archive_segments_init(&archive->segments, key);
    if (error == OK) {
        error = arena_new(&archive->arena);
    }
    if (error == OK) {
        error = arena_new(&archive->scratch);
    }
    if (error != OK) {
        archive_close(archive);
        return error;
    }
    *out = archive;
    return OK;
}

enum error archive_open(struct archive **out, struct folder folder,
                        const struct ledger_identity *identity, const struct checksum_key *key,
                        uint64_t scan_from, const struct ledger_visitor *visitor,
                        struct error_text *text)
{
    struct archive *archive;
    enum error error = archive_new(&archive, key);
    if (error != OK) {
        return error_set(text, error, "no memory for the ledger's index");
    }
    archive->visitor = visitor;
    const struct ledger_visitor own = {.context = archive, .on_record = on_record};
    error = ledger_open(&archive->ledger, folder, identity, scan_from, &own, text);
    archive->visitor = NULL;
    archive->heights.ledger = archive->ledger;
    if (error == OK && archive->heights.height == 0 && scan_from > 0) {
        error = archive_heights_find_last(&archive->heights, scan_from);
        if (error != OK) {
            (void)error_set(text, error,
                            "the ledger before location %" PRIu64 " cannot be read: %s", scan_from,
                            error_name(error));
        }
    }
    if (error != OK) {
        archive_close(archive);
        return error;
    }
    *out = archive;
    return OK;
}

void archive_close(struct archive *archive)
{
    if (archive == NULL) {
        return;
    }
    ledger_close(archive->ledger);
    archive_segments_fini(&archive->segments);
    archive_heights_fini(&archive->heights);
    buffer_fini(&archive->record);
    buffer_fini(&archive->part);
    buffer_fini(&archive->bodies);
    buffer_fini(&archive->spots);
    free(archive->arena.memory);
    free(archive->scratch.memory);
    free(archive->block_segments);
    free(archive->block_digests);
    free(archive);
}

struct ledger *archive_ledger(struct archive *archive)
{
    return archive->ledger;
}

void archive_append_segment(struct archive *archive, const struct segment *segment,
                            const struct digest *digest)
{
    uint64_t location;
    bool is_there = archive_segments_find(&archive->segments, digest, &location);
    if (is_there && (!archive->has_live || location > archive->live)) {
        return;
    }
    ASSERT(segment->encoded.size != 0);
    location = ledger_append(archive->ledger, LEDGER_SEGMENT, segment->encoded);
    archive_segments_put(&archive->segments, digest, location);
}

void archive_forget_segment(struct archive *archive, const struct digest *digest)
{
    archive_segments_drop(&archive->segments, digest);
}

static uint64_t append_record(struct archive *archive, enum ledger_record type)
{
    return ledger_append(archive->ledger, type, buffer_slice(&archive->record));
}

void archive_append_proposal(struct archive *archive, const struct proposal *proposal)
{
    buffer_clear(&archive->record);
    wire_encode_proposal(&archive->record, proposal);
    (void)append_record(archive, LEDGER_PROPOSAL);
}

void archive_append_vote(struct archive *archive, const struct vote *vote)
{
    buffer_clear(&archive->record);
    wire_encode_vote(&archive->record, vote);
    (void)append_record(archive, LEDGER_VOTE);
}

void archive_append_certificate(struct archive *archive, const struct certificate *certificate)
{
    buffer_clear(&archive->record);
    wire_encode_certificate(&archive->record, certificate);
    (void)append_record(archive, LEDGER_CERTIFICATE);
}

void archive_append_decided(struct archive *archive, const struct order *order,
                            const struct certificate *certificate,
                            const struct digest *segment_digests, size_t segment_count,
                            uint64_t request_count)
{
    struct decided decided = {.order = *order,
                              .certificate = certificate,
                              .segment_count = segment_count,
                              .request_count = request_count};
    buffer_clear(&archive->spots);
    uint64_t *locations = NULL;
    if (segment_count != 0) {
        locations = (void *)buffer_reserve(&archive->spots, segment_count * sizeof *locations);
    }
    for (size_t i = 0; i < segment_count; i++) {
        bool is_there =
            archive_segments_find(&archive->segments, &segment_digests[i], &locations[i]);
        ASSERT(is_there);
    }
    decided.locations = locations;
    buffer_clear(&archive->record);
    wire_encode_decided(&archive->record, &decided);
    uint64_t location = append_record(archive, LEDGER_DECIDED);
    bool is_next = archive_heights_add(&archive->heights, order->height, location);
    ASSERT(is_next);
    for (size_t i = 0; i < segment_count; i++) {
        archive_segments_drop_at(&archive->segments, locations[i]);
    }
}

uint64_t archive_append_live(struct archive *archive)
{
    uint64_t location = ledger_append(archive->ledger, LEDGER_LIVE, slice_of(NULL, 0));
    begin_live(archive, location);
    return location;
}

height_nr archive_height(const struct archive *archive)
{
    return archive->heights.height;
}

enum error archive_load_order(struct archive *archive, height_nr height, struct decided *decided)
{
    uint64_t location;
    TRY(archive_heights_locate(&archive->heights, height, &location));
    enum ledger_record type;
    TRY(ledger_read(archive->ledger, location, &type, &archive->record));
    arena_reset(&archive->arena);
    if (type != LEDGER_DECIDED ||
        wire_decode_decided(buffer_slice(&archive->record), &archive->arena, decided) !=
            VERDICT_ACCEPTED ||
        decided->order.height != height) {
        return ERROR_DAMAGED;
    }
    return OK;
}

static enum error grow_block(struct archive *archive, size_t count)
{
    if (count <= archive->block_capacity) {
        return OK;
    }
    void *segments = realloc(archive->block_segments, count * sizeof *archive->block_segments);
    if (segments == NULL) {
        return ERROR_MEMORY;
    }
    archive->block_segments = segments;
    void *digests = realloc(archive->block_digests, count * sizeof *archive->block_digests);
    if (digests == NULL) {
        return ERROR_MEMORY;
    }
    archive->block_digests = digests;
    archive->block_capacity = count;
    return OK;
}

/* The block with nothing of its segments but their bytes. */
static enum error load_encoded(struct archive *archive, height_nr height, struct block *block)
{
    struct decided decided;
    TRY(archive_load_order(archive, height, &decided));
    TRY(grow_block(archive, decided.segment_count));
    buffer_clear(&archive->bodies);
    for (size_t i = 0; i < decided.segment_count; i++) {
        enum ledger_record type;
        TRY(ledger_read(archive->ledger, decided.locations[i], &type, &archive->part));
        if (type != LEDGER_SEGMENT) {
            return ERROR_DAMAGED;
        }
        archive->block_segments[i] = (struct segment){.encoded.size = archive->part.size};
        buffer_append(&archive->bodies, buffer_slice(&archive->part));
    }
    const uint8_t *next = archive->bodies.data;
    for (size_t i = 0; i < decided.segment_count; i++) {
        archive->block_segments[i].encoded.data = next;
        next += archive->block_segments[i].encoded.size;
    }
    *block = (struct block){.order = decided.order,
                            .has_certificate = decided.certificate != NULL,
                            .segment_count = decided.segment_count,
                            .segments = archive->block_segments};
    if (decided.certificate != NULL) {
        block->certificate = *decided.certificate;
    }
    return OK;
}

enum error archive_read_block(struct archive *archive, height_nr height, struct buffer *out)
{
    struct peer_message message = {.kind = PEER_BLOCK};
    TRY(load_encoded(archive, height, &message.block));
    wire_encode_peer_message(out, &message);
    return OK;
}

enum error archive_load_block(struct archive *archive, height_nr height, struct block *block,
                              const struct digest **digests, struct error_text *text)
{
    enum error error = load_encoded(archive, height, block);
    for (size_t i = 0; error == OK && i < block->segment_count; i++) {
        struct segment *segment = &archive->block_segments[i];
        if (wire_decode_segment(segment->encoded, &archive->arena, segment) != VERDICT_ACCEPTED) {
            error = ERROR_DAMAGED;
        } else {
            lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                             &archive->block_digests[i]);
        }
    }
    *digests = archive->block_digests;
    if (error != OK) {
        return error_set(text, error,
                         "the decided order at height %" PRIu64
                         " cannot be read from the ledger: %s",
                         height, error_name(error));
    }
    return OK;
}
