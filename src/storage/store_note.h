/* store_note.h - the note beside the store: what the last checkpoint looked like, so that damage is
 * found before the store is believed. Internal to store_lmdb.
 *
 * A file of two slots, written in turn and synced: a torn write leaves the other one. It is never
 * resized, so it can be written on a full disk. */
#ifndef STRATEGOS_STORAGE_STORE_NOTE_H
#define STRATEGOS_STORAGE_STORE_NOTE_H

#include "machine/store.h"

struct store_note {
    struct digest genesis;
    uint64_t sequence;     /* grows with every write */
    height_nr height;      /* of the checkpoint; 0: no entries yet */
    uint64_t data_bytes;   /* at least so large is the data file */
    struct digest content; /* the folded set digest */
    struct digest shape;   /* of what LMDB keeps beside the entries; all zeros: not known */
};

/* The newest intact slot. ERROR_MISSING: no note. ERROR_DAMAGED: no intact slot. ERROR_FOREIGN:
 * another format version. */
MUST_USE enum error store_note_read(int directory, struct store_note *note);

/* Makes the file if it is not there, raises the sequence, writes and syncs. */
MUST_USE enum error store_note_write(int directory, struct store_note *note);

#endif
