/* progress.h - how far the loading of a file has come, kept beside it, so that an interrupted load
 * goes on where it was.
 *
 * FILE.strategos-progress holds the group, the format, and the offset up to which every line has
 * been acknowledged, with a digest of all bytes before it: a file that changed there is not taken
 * for the same. It is replaced as a whole, so that there is always one that is right. */
#ifndef STRATEGOS_CMD_PROGRESS_H
#define STRATEGOS_CMD_PROGRESS_H

#include "base/error.h"
#include "cmd/pairs.h"
#include "crypto/digest.h"

struct progress_mark {
    uint64_t offset; /* of the first byte that is not done */
    uint64_t lines;  /* before it */
    uint64_t loaded; /* pairs */
    uint64_t skipped;
};

struct progress {
    const char *file; /* the data file; borrowed */
    int fd;           /* of the data file; borrowed */
    char path[4096];
    struct digest genesis;
    enum pairs_format format;
    struct progress_mark mark; /* what the file on disk says */
    struct digest_state prefix;
};

/* Reads what an earlier load left, if anything: *found, and then mark and format are set.
 * ERROR_FOREIGN: that was into another group. ERROR_INVALID: the data file changed, or the progress
 * file is none; `text` says what to do. With `restart`, it is ignored. */
MUST_USE enum error progress_open(struct progress *progress, const char *file, int fd,
                                  const struct digest *genesis, bool restart, bool *found,
                                  struct error_text *text);

/* All before mark->offset, which never goes back, is acknowledged: notes it on disk. */
MUST_USE enum error progress_save(struct progress *progress, const struct progress_mark *mark,
                                  struct error_text *text);

/* The load is complete: nothing is left to go on with. */
MUST_USE enum error progress_remove(const struct progress *progress, struct error_text *text);

#endif
