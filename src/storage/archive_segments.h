/* archive_segments.h - where each undecided segment lies in the ledger, by chain digest. Internal
 * to the archive.
 *
 * A hash table of a fixed number of entries, allocated once; memory is touched only when used. Its
 * hash of a digest is keyed, so clients that choose their segments cannot fill one bucket. The core
 * holds fewer segments than there are entries: where the table is full all the same, the oldest
 * entry is of a segment that was forgotten, and makes room. */
#ifndef STRATEGOS_STORAGE_ARCHIVE_SEGMENTS_H
#define STRATEGOS_STORAGE_ARCHIVE_SEGMENTS_H

#include "crypto/checksum.h"
#include "storage/ledger.h"

/* Twice what a segment pool full of the smallest pieces (256 bytes) holds. */
#define ARCHIVE_SEGMENTS_MAX (SEGMENT_POOL_BYTES / 128u)

struct archive_segment;

struct archive_segments {
    struct checksum_key key;
    struct archive_segment *entries; /* entry 0 is the ends of the age list */
    uint32_t *by_digest;             /* buckets: entry numbers, 0 none */
    uint32_t *by_location;
    uint32_t free;    /* first of the freed ones, 0 none */
    uint32_t touched; /* entries ever used */
    size_t count;
};

MUST_USE enum error archive_segments_init(struct archive_segments *segments,
                                          const struct checksum_key *key);
void archive_segments_fini(struct archive_segments *segments);

bool archive_segments_find(const struct archive_segments *segments, const struct digest *digest,
                           uint64_t *location);
/* Inserts, or moves an entry to its new place. `location` is above all others. */
void archive_segments_put(struct archive_segments *segments, const struct digest *digest,
                          uint64_t location);
/* Both do nothing where there is no such entry. */
void archive_segments_drop(struct archive_segments *segments, const struct digest *digest);
void archive_segments_drop_at(struct archive_segments *segments, uint64_t location);
/* Drops all whose location is below. */
void archive_segments_drop_before(struct archive_segments *segments, uint64_t location);

#endif
