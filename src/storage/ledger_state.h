/* ledger_state.h - what a ledger is in memory. Internal: shared by ledger.c and recovery. */
#ifndef STRATEGOS_STORAGE_LEDGER_STATE_H
#define STRATEGOS_STORAGE_LEDGER_STATE_H

#include "storage/ledger_cursor.h"

struct ledger {
    struct ledger_files files;
    uint64_t synced; /* location where the batch begins: its number. Everything before is durable */
    struct buffer
        batch;      /* the locations from `synced` on, byte for byte, gaps at file ends included */
    bool is_failed; /* a write or sync failed: what is on disk is unknown */
};

/* Finds the end of what was synced from `scan_from` on and feeds the visitor; cuts a torn tail;
 * sets ledger->synced. `half_made`: see ledger_files_find. */
MUST_USE enum error ledger_recover(struct ledger *ledger, uint64_t scan_from, bool half_made,
                                   const struct ledger_visitor *visitor, struct error_text *text);

#endif
