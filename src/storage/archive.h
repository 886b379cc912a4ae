/* archive.h - the ledger as the replica uses it: finds segments and decided blocks again.
 *
 * Keeps in memory where each segment that is not yet decided lies (by chain digest), and a sparse
 * index of decided heights; knows nothing of protocol rules. */
#ifndef STRATEGOS_STORAGE_ARCHIVE_H
#define STRATEGOS_STORAGE_ARCHIVE_H

#include "storage/ledger.h"

struct archive;

/* Takes over the ledger's opening: scans from `scan_from`, feeds the visitor (LEDGER_SEGMENT and
 * LEDGER_DECIDED records are indexed on the way). `key` is random, and hashes what is in the index:
 * no client may know it. */
MUST_USE enum error archive_open(struct archive **archive, struct folder folder,
                                 const struct ledger_identity *identity,
                                 const struct checksum_key *key, uint64_t scan_from,
                                 const struct ledger_visitor *visitor, struct error_text *text);
void archive_close(struct archive *archive);

/* The ledger underneath: sync, sizes. Owned by the archive. */
struct ledger *archive_ledger(struct archive *archive);

/* Appends a segment with chain digest `digest`, unless it is there already and undecided. */
void archive_append_segment(struct archive *archive, const struct segment *segment,
                            const struct digest *digest);
/* A segment that lost to another of its lane or was dropped: no longer indexed. */
void archive_forget_segment(struct archive *archive, const struct digest *digest);

void archive_append_proposal(struct archive *archive, const struct proposal *proposal);
void archive_append_vote(struct archive *archive, const struct vote *vote);
void archive_append_certificate(struct archive *archive, const struct certificate *certificate);

/* Appends a decided order; its segments must have been appended. `certificate` may be NULL.
 * Their index entries are dropped. */
void archive_append_decided(struct archive *archive, const struct order *order,
                            const struct certificate *certificate,
                            const struct digest *segment_digests, size_t segment_count,
                            uint64_t request_count);

/* Marks that everything live follows; returns the location to scan from. */
uint64_t archive_append_live(struct archive *archive);

height_nr archive_height(const struct archive *archive); /* highest decided; 0 none */

/* Appends to `out` the wire encoding of the peer frame chunk (PEER_BLOCK) of the block at `height`.
 * ERROR_MISSING beyond what is decided. */
MUST_USE enum error archive_read_block(struct archive *archive, height_nr height,
                                       struct buffer *out);

/* The block at `height` decoded: for replay after a restart and for `strategos log`. Borrowed until
 * the next call. `digests` gets the chain digest of each segment. */
MUST_USE enum error archive_load_block(struct archive *archive, height_nr height,
                                       struct block *block, const struct digest **digests,
                                       struct error_text *text);

/* The order alone, with how many requests it covered. Borrowed until the next call. */
MUST_USE enum error archive_load_order(struct archive *archive, height_nr height,
                                       struct decided *decided);

#endif
