/* faulty_folder.h - the file interface in memory, on a disk that lies: it crashes at a chosen call,
 * and then unsynced writes are kept, lost, cut or torn, by a seeded generator. For tests and
 * simulation.
 *
 * Calls that change something (make a file, write, sync, remove) are counted from 1. */
#ifndef STRATEGOS_DISK_FAULTY_FOLDER_H
#define STRATEGOS_DISK_FAULTY_FOLDER_H

#include "storage/file.h"

#define FAULTY_SECTOR_BYTES 512u

struct faulty_folder;

/* What a crash does to writes that were not synced. */
enum faulty_loss {
    FAULTY_KEEP, /* nothing: only the process died */
    FAULTY_LOSE, /* all are lost */
    FAULTY_CUT,  /* kept in the order of writing up to a point inside one of them */
    FAULTY_TEAR, /* each sector of each is kept or lost by itself */
    FAULTY_KILL, /* nothing yet: only the process died, and the next crash may still lose them */
};
#define FAULTY_LOSS_COUNT 5

struct faulty_folder *faulty_folder_new(uint64_t seed);
void faulty_folder_free(struct faulty_folder *faulty);
struct folder faulty_folder_view(struct faulty_folder *faulty);

/* Changing calls so far. */
uint64_t faulty_folder_calls(const struct faulty_folder *faulty);

/* The machine stops in the midst of changing call number `call`; that and all later ones fail with
 * ERROR_IO until the restart. 0: never. */
void faulty_folder_crash_at(struct faulty_folder *faulty, uint64_t call);
/* Whether all that was written would survive a crash. */
bool faulty_folder_is_synced(const struct faulty_folder *faulty);
bool faulty_folder_has_crashed(const struct faulty_folder *faulty);
/* The machine comes back, handles closed (a stop without a crash is allowed too). */
void faulty_folder_restart(struct faulty_folder *faulty, enum faulty_loss loss);

/* Changing call number `call` has no effect and fails with `error`, once. */
void faulty_folder_fail_at(struct faulty_folder *faulty, uint64_t call, enum error error);

/* The read-th read from now on fails with ERROR_IO, once. 0: none does. */
void faulty_folder_fail_read(struct faulty_folder *faulty, uint64_t read);

/* How many bytes can still be preallocated; UINT64_MAX at first. */
void faulty_folder_set_room(struct faulty_folder *faulty, uint64_t bytes);
/* Whether writes into what is preallocated fail for want of room too, part of them done: as on a
 * disk that never overwrites in place. */
void faulty_folder_fail_writes(struct faulty_folder *faulty, bool is_failing);

/* From now on sync does nothing and says that it did: for negative controls. */
void faulty_folder_set_lying(struct faulty_folder *faulty, bool is_lying);
bool faulty_folder_is_lying(const struct faulty_folder *faulty);

/* A changing call of something else that lives on the same disk: counted, and failed, as the
 * folder's own. *is_crash: the machine stops in the midst of it. */
MUST_USE enum error faulty_folder_pass(struct faulty_folder *faulty, bool *is_crash);

/* Flips one bit, for good, among the bytes that were ever written; false if none were. `at` chooses
 * it. */
bool faulty_folder_flip(struct faulty_folder *faulty, uint64_t at);
/* The next write lands up to `distance` bytes further on (within its file); what it should have
 * written is lost. */
void faulty_folder_misdirect(struct faulty_folder *faulty, uint64_t distance);

/* Another disk with what is surely on this one: for twins, and for a disk of long ago. */
struct faulty_folder *faulty_folder_clone(const struct faulty_folder *faulty, uint64_t seed);

/* A copy of a file's bytes as the process sees them, in the caller's `to` (which may be NULL);
 * returns the size, 0 if there is no such file. */
uint64_t faulty_folder_copy(struct faulty_folder *faulty, const char *name, uint8_t *to);
/* Overwrites bytes for good, as damage would. */
void faulty_folder_damage(struct faulty_folder *faulty, const char *name, uint64_t offset,
                          struct slice bytes);
void faulty_folder_truncate(struct faulty_folder *faulty, const char *name, uint64_t size);
/* A file of this content, whatever was there before. */
void faulty_folder_put(struct faulty_folder *faulty, const char *name, struct slice bytes);
void faulty_folder_drop(struct faulty_folder *faulty, const char *name);

size_t faulty_folder_open_handles(const struct faulty_folder *faulty);

#endif
