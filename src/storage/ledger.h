/* ledger.h - the append-only log of one replica: checksummed, length-framed records in preallocated
 * files, written in groups and synced once per turn.
 *
 * Records appended since the last sync form a batch. Each record carries its batch number, and a
 * batch number is used only after the one before has been synced. So a damaged record that is
 * followed by a valid one of a higher batch had been synced once: that is damage, and refused. One
 * that is not is the torn tail of a crash: it is cut (zeroed and synced).
 *
 * Location: a u64 that names a record for ever: byte offset in the concatenation of all files'
 * record areas. Grows with every append. */
#ifndef STRATEGOS_STORAGE_LEDGER_H
#define STRATEGOS_STORAGE_LEDGER_H

#include "base/buffer.h"
#include "crypto/checksum.h"
#include "storage/file.h"
#include "wire/message.h"

#define LEDGER_FILE_BYTES       (64u << 20)
#define LEDGER_WRITE_BYTES_MAX  (256u << 10)
#define LEDGER_RECORD_BYTES_MAX (1u << 20)

/* Whose ledger this is. */
struct ledger_identity {
    struct digest genesis;
    struct public_key replica;
    replica_id id;
};

enum ledger_record {                         /* append only: part of the format */
                     LEDGER_SEGMENT = 1,     /* wire segment */
                     LEDGER_PROPOSAL = 2,    /* wire proposal that this replica voted for or made */
                     LEDGER_VOTE = 3,        /* wire vote of this replica's own */
                     LEDGER_CERTIFICATE = 4, /* wire certificate by which it entered a view,
                                                finalized or committed */
                     LEDGER_DECIDED = 5,     /* wire decided */
                     LEDGER_LIVE = 6, /* empty: what follows repeats all live undecided state; a
                                         scan may start here */
};

struct ledger;

/* Makes a new ledger in an empty folder. `id` is random, and no other ledger's: it keys the
 * checksums. */
MUST_USE enum error ledger_create(struct folder folder, const struct ledger_identity *identity,
                                  const struct checksum_key *id, uint64_t file_bytes,
                                  struct error_text *text);

/* Called for every record from the scan's start on, in order. Bytes are borrowed. */
struct ledger_visitor {
    void *context;
    enum error (*on_record)(void *context, uint64_t location, enum ledger_record type,
                            struct slice bytes);
};

/* Opens and scans from `scan_from` (0: the beginning) to the end; cuts a torn tail.
 * ERROR_MISSING: no ledger here (only `init` creates one). ERROR_FOREIGN: other group, replica or
 * version. ERROR_DAMAGED: see above. `text` says which file, at what offset, and what to do. */
MUST_USE enum error ledger_open(struct ledger **ledger, struct folder folder,
                                const struct ledger_identity *identity, uint64_t scan_from,
                                const struct ledger_visitor *visitor, struct error_text *text);
void ledger_close(struct ledger *ledger);

/* Feeds the visitor once more with all records from `from` (0, or a record's location) to the end
 * of what is synced. Only while nothing has been appended since. */
MUST_USE enum error ledger_scan(struct ledger *ledger, uint64_t from,
                                const struct ledger_visitor *visitor, struct error_text *text);

/* Appends to the batch in memory; returns the record's location. Never fails: trouble shows at
 * sync. */
uint64_t ledger_append(struct ledger *ledger, enum ledger_record type, struct slice bytes);

/* Writes the batch and makes it durable. ERROR_FULL: no room for the next file; nothing is lost,
 * the batch stays in memory, try again later. Any other error: what is on disk is unknown, the
 * replica must stop. Does nothing if the batch is empty. */
MUST_USE enum error ledger_sync(struct ledger *ledger);

bool ledger_is_dirty(const struct ledger *ledger); /* something appended and not synced */

/* Reads one record, synced or not, into `out` (cleared first). ERROR_DAMAGED if its checksum fails.
 */
MUST_USE enum error ledger_read(struct ledger *ledger, uint64_t location, enum ledger_record *type,
                                struct buffer *out);

/* Location that the next append will get; bytes in use on disk. */
uint64_t ledger_end(const struct ledger *ledger);
uint64_t ledger_bytes(const struct ledger *ledger);

#endif
