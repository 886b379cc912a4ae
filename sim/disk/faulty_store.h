/* faulty_store.h - the store in memory, beside a faulty folder on the same disk. For simulation.
 *
 * What LMDB promises holds: after a crash it has the last commit that ended, or the one that was
 * under way, whole. A commit is several changing calls of the disk: it may crash in the midst of
 * each, and fails with ERROR_FULL while the folder has no room for what it changes. Where the disk
 * lied about syncs nothing is promised: a crash may bring back what was committed before it lied,
 * or something so damaged that it is set aside and begun anew, as the real one would be. */
#ifndef STRATEGOS_DISK_FAULTY_STORE_H
#define STRATEGOS_DISK_FAULTY_STORE_H

#include "disk/faulty_folder.h"
#include "machine/store.h"

/* Changing calls of one commit. */
#define FAULTY_STORE_CALLS 3u

struct faulty_store;

/* An empty one. `folder` outlives it. */
struct faulty_store *faulty_store_new(struct faulty_folder *folder, uint64_t seed);
void faulty_store_free(struct faulty_store *store);
struct store faulty_store_view(struct faulty_store *store);

/* What is surely in this one, on another disk: for twins, and for a disk of long ago. */
struct faulty_store *faulty_store_clone(const struct faulty_store *store,
                                        struct faulty_folder *folder, uint64_t seed);

/* A commit that was under way when the process died ends now: wholly or not at all, and with
 * ERROR_IO, since there is nobody to whom it could be told. Until the restart. */
void faulty_store_die(struct faulty_store *store);
/* The machine comes back, as its folder does: after a crash, and before it is used again. */
void faulty_store_restart(struct faulty_store *store, enum faulty_loss loss);
/* It is found damaged and set aside: an empty one is in its place. Only while nobody uses it. */
void faulty_store_spoil(struct faulty_store *store);

/* Of the checkpoint that a start would find now; 0: none. */
height_nr faulty_store_height(const struct faulty_store *store);

#endif
