/* disk.h - the disk of one simulated machine: its ledger's folder and its store, which crash, fail,
 * come back and are copied together. A state that is ahead of its ledger is another matter than a
 * disk of long ago, so nobody should exchange one of them alone. */
#ifndef STRATEGOS_DISK_DISK_H
#define STRATEGOS_DISK_DISK_H

#include "disk/faulty_folder.h"
#include "disk/faulty_store.h"

struct disk { /* folder NULL: there is none */
    struct faulty_folder *folder;
    struct faulty_store *store;
};

static inline struct disk disk_new(uint64_t seed)
{
    struct faulty_folder *folder = faulty_folder_new(seed);
    return (struct disk){.folder = folder, .store = faulty_store_new(folder, seed)};
}

static inline void disk_free(struct disk *disk)
{
    if (disk->folder != NULL) {
        faulty_store_free(disk->store);
        faulty_folder_free(disk->folder);
    }
    *disk = (struct disk){0};
}

/* What is surely on it, on another one. */
static inline struct disk disk_clone(const struct disk *disk, uint64_t seed)
{
    struct faulty_folder *folder = faulty_folder_clone(disk->folder, seed);
    return (struct disk){.folder = folder, .store = faulty_store_clone(disk->store, folder, seed)};
}

static inline void disk_restart(const struct disk *disk, enum faulty_loss loss)
{
    faulty_folder_restart(disk->folder, loss);
    faulty_store_restart(disk->store, loss);
}

#endif
