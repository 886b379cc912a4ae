/* archive_heights.h - where the decided order of each height lies in the ledger. Internal to the
 * archive.
 *
 * Heights grow with locations, so a height is found by halving over the files' first heights, each
 * read once when it is needed. The heights of a file are listed by one scan of it, and the lists of
 * a few files are kept; the newest heights are kept besides. Memory does not grow with the ledger
 * but for 8 bytes a file, and a start reads nothing of what came before its scan. */
#ifndef STRATEGOS_STORAGE_ARCHIVE_HEIGHTS_H
#define STRATEGOS_STORAGE_ARCHIVE_HEIGHTS_H

#include "base/arena.h"
#include "storage/ledger_state.h"

#define HEIGHTS_RECENT     4096u
#define HEIGHT_LISTS_KEPT  4u
#define HEIGHT_FIRST_UNSET 0u

struct height_list {
    bool is_used;
    uint64_t number; /* of the file */
    uint64_t used;   /* when last */
    height_nr first;
    struct buffer locations; /* a u64 each, of heights from `first` on */
};

struct archive_heights {
    struct ledger *ledger;           /* borrowed */
    struct arena *arena;             /* borrowed: scratch for decoding, reset by each scan */
    height_nr height;                /* the highest; 0 none */
    height_nr recent_from;           /* the lowest in `recent` */
    uint64_t recent[HEIGHTS_RECENT]; /* by height modulo its size */
    struct buffer firsts;            /* a u64 each: a file's first height, or HEIGHT_FIRST_UNSET */
    struct height_list lists[HEIGHT_LISTS_KEPT];
    uint64_t uses;
};

void archive_heights_init(struct archive_heights *heights, struct arena *arena);
void archive_heights_fini(struct archive_heights *heights);

/* The next height (after a start: whatever comes first) lies at `location`. False if it is not the
 * next. */
bool archive_heights_add(struct archive_heights *heights, height_nr height, uint64_t location);

/* After a start whose scan found no decided order: looks before it for the last one. */
MUST_USE enum error archive_heights_find_last(struct archive_heights *heights, uint64_t scan_from);

/* ERROR_MISSING: 0, or above the highest. */
MUST_USE enum error archive_heights_locate(struct archive_heights *heights, height_nr height,
                                           uint64_t *location);

#endif
