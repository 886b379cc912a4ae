/* ledger_format.h - the bytes of a ledger: file header and record frame. Pure; internal to the
 * ledger.
 *
 * A ledger is files of equal size, numbered from 0. A file is a header of LEDGER_HEADER_BYTES, then
 * its record area. Locations count through the record areas alone.
 *
 *   file header  magic 8 | checksum u64 | version u32 | replica id u32 | genesis 32 | replica key
 * 32 | ledger id 16 | file number u64 | file bytes u64 | zeros The checksum is over all that
 * follows it, keyed by the ledger id. Every version keeps this frame, so that a foreign version can
 * be told from damage. record       checksum u64 | body size u32 | type u32 | batch u64 | location
 * u64 | body | zeros up to a multiple of 8. The checksum is over all that follows it but the zeros,
 *                keyed by the ledger id, and covers the location: a record that was meant for
 *                another place, or is left from another ledger, never passes.
 *
 * A batch's number is the location of its first record. */
#ifndef STRATEGOS_STORAGE_LEDGER_FORMAT_H
#define STRATEGOS_STORAGE_LEDGER_FORMAT_H

#include "crypto/checksum.h"
#include "storage/ledger.h"

#define LEDGER_HEADER_BYTES 4096u
#define LEDGER_FRAME_BYTES  32u /* of a record, before its body */
#define LEDGER_ALIGNMENT    8u

/* The last record of a file that is full: goes on in the next one. Never shown to callers. */
#define LEDGER_FILE_END 255u

struct ledger_header {
    struct ledger_identity identity;
    struct checksum_key id; /* random: this ledger and no other */
    uint64_t number;
    uint64_t file_bytes;
};

/* `out` has LEDGER_HEADER_BYTES. */
void ledger_header_encode(const struct ledger_header *header, uint8_t *out);

/* ERROR_DAMAGED: not an intact header. ERROR_FOREIGN: intact, of another version (*version). */
MUST_USE enum error ledger_header_decode(const uint8_t *bytes, struct ledger_header *header,
                                         uint32_t *version);

struct ledger_frame {
    uint32_t size; /* of the body */
    uint32_t type;
    uint64_t batch;
};

/* Bytes that a record with a body of `size` takes in the file. */
static inline size_t ledger_frame_bytes(size_t size)
{
    return (LEDGER_FRAME_BYTES + size + LEDGER_ALIGNMENT - 1) / LEDGER_ALIGNMENT * LEDGER_ALIGNMENT;
}

/* Appends the record, padded. */
void ledger_frame_encode(struct buffer *out, const struct checksum_key *id, uint64_t location,
                         const struct ledger_frame *frame, struct slice body);

/* Reads the frame's fields and says whether they could be those of a record at `location` with at
 * most `room` bytes: what must hold before its body is worth reading. */
bool ledger_frame_is_plausible(const uint8_t *bytes, uint64_t location, uint64_t room,
                               struct ledger_frame *frame);

/* `record` is a plausible frame with its body, without padding. */
bool ledger_frame_is_intact(const struct checksum_key *id, struct slice record);

#endif
