/* archive_segments.c - see archive_segments.h. Two chained tables over one array of entries, which
 * a list threads by age, and that is by location. */
#include "storage/archive_segments.h"

#include "base/assert.h"
#include "storage/ledger_format.h"

#include <stdlib.h>

#define BUCKETS (ARCHIVE_SEGMENTS_MAX / 2)

_Static_assert((BUCKETS & (BUCKETS - 1)) == 0, "a power of two");

struct archive_segment {
    struct digest digest;
    uint64_t location;
    uint32_t digest_bucket;
    uint32_t next_by_digest; /* or the next free one */
    uint32_t next_by_location;
    uint32_t older;
    uint32_t newer;
};

enum error archive_segments_init(struct archive_segments *segments, const struct checksum_key *key)
{
    *segments = (struct archive_segments){.key = *key, .touched = 1};
    segments->entries = calloc(ARCHIVE_SEGMENTS_MAX + 1, sizeof *segments->entries);
    segments->by_digest = calloc(BUCKETS, sizeof *segments->by_digest);
    segments->by_location = calloc(BUCKETS, sizeof *segments->by_location);
    if (segments->entries == NULL || segments->by_digest == NULL || segments->by_location == NULL) {
        archive_segments_fini(segments);
        return ERROR_MEMORY;
    }
    return OK;
}

void archive_segments_fini(struct archive_segments *segments)
{
    free(segments->entries);
    free(segments->by_digest);
    free(segments->by_location);
    *segments = (struct archive_segments){0};
}

/* Of the first 8 bytes: whoever looks for digests that share these finds too few to fill it. */
static uint32_t digest_bucket(const struct archive_segments *segments, const struct digest *digest)
{
    return checksum_compute(&segments->key, slice_of(digest->bytes, 8)) & (BUCKETS - 1);
}

/* Locations spread by themselves: records that share a bucket lie 2 MiB apart, or a multiple. */
_Static_assert(BUCKETS *LEDGER_ALIGNMENT == 2u << 20, "as far as the comment says");

static uint32_t *location_bucket(const struct archive_segments *segments, uint64_t location)
{
    return &segments->by_location[location / LEDGER_ALIGNMENT & (BUCKETS - 1)];
}

static uint32_t find_in(const struct archive_segments *segments, uint32_t bucket,
                        const struct digest *digest)
{
    uint32_t entry = segments->by_digest[bucket];
    while (entry != 0 && !digest_is_equal(&segments->entries[entry].digest, digest)) {
        entry = segments->entries[entry].next_by_digest;
    }
    return entry;
}

static uint32_t find_digest(const struct archive_segments *segments, const struct digest *digest)
{
    return find_in(segments, digest_bucket(segments, digest), digest);
}

static void unlink_location(struct archive_segments *segments, uint32_t entry)
{
    struct archive_segment *entries = segments->entries;
    uint32_t *link = location_bucket(segments, entries[entry].location);
    while (*link != entry) {
        ASSERT(*link != 0);
        link = &entries[*link].next_by_location;
    }
    *link = entries[entry].next_by_location;
    entries[entries[entry].older].newer = entries[entry].newer;
    entries[entries[entry].newer].older = entries[entry].older;
}

static void link_location(struct archive_segments *segments, uint32_t entry, uint64_t location)
{
    struct archive_segment *entries = segments->entries;
    ASSERT(entries[0].older == 0 || entries[entries[0].older].location < location);
    uint32_t *bucket = location_bucket(segments, location);
    entries[entry].location = location;
    entries[entry].next_by_location = *bucket;
    *bucket = entry;
    entries[entry].newer = 0;
    entries[entry].older = entries[0].older;
    entries[entries[0].older].newer = entry;
    entries[0].older = entry;
}

static void remove_entry(struct archive_segments *segments, uint32_t entry)
{
    struct archive_segment *entries = segments->entries;
    unlink_location(segments, entry);
    uint32_t *link = &segments->by_digest[entries[entry].digest_bucket];
    while (*link != entry) {
        ASSERT(*link != 0);
        link = &entries[*link].next_by_digest;
    }
    *link = entries[entry].next_by_digest;
    entries[entry].next_by_digest = segments->free;
    segments->free = entry;
    segments->count--;
}

bool archive_segments_find(const struct archive_segments *segments, const struct digest *digest,
                           uint64_t *location)
{
    uint32_t entry = find_digest(segments, digest);
    *location = segments->entries[entry].location;
    return entry != 0;
}

static uint32_t take_entry(struct archive_segments *segments)
{
    if (segments->count == ARCHIVE_SEGMENTS_MAX) {
        remove_entry(segments, segments->entries[0].newer);
    }
    uint32_t entry = segments->free;
    if (entry != 0) {
        segments->free = segments->entries[entry].next_by_digest;
    } else {
        entry = segments->touched++;
    }
    segments->count++;
    return entry;
}

void archive_segments_put(struct archive_segments *segments, const struct digest *digest,
                          uint64_t location)
{
    uint32_t bucket = digest_bucket(segments, digest);
    uint32_t entry = find_in(segments, bucket, digest);
    if (entry != 0) {
        unlink_location(segments, entry);
    } else {
        entry = take_entry(segments);
        segments->entries[entry].digest = *digest;
        segments->entries[entry].digest_bucket = bucket;
        segments->entries[entry].next_by_digest = segments->by_digest[bucket];
        segments->by_digest[bucket] = entry;
    }
    link_location(segments, entry, location);
}

void archive_segments_drop(struct archive_segments *segments, const struct digest *digest)
{
    uint32_t entry = find_digest(segments, digest);
    if (entry != 0) {
        remove_entry(segments, entry);
    }
}

void archive_segments_drop_at(struct archive_segments *segments, uint64_t location)
{
    uint32_t entry = *location_bucket(segments, location);
    while (entry != 0 && segments->entries[entry].location != location) {
        entry = segments->entries[entry].next_by_location;
    }
    if (entry != 0) {
        remove_entry(segments, entry);
    }
}

void archive_segments_drop_before(struct archive_segments *segments, uint64_t location)
{
    uint32_t oldest;
    while ((oldest = segments->entries[0].newer) != 0 &&
           segments->entries[oldest].location < location) {
        remove_entry(segments, oldest);
    }
}
