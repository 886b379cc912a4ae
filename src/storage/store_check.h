/* store_check.h - is the store what its note says? Internal to store_lmdb.
 *
 * The walk is done by a child process, because LMDB answers damage with SIGBUS, an abort, or wrong
 * data. The child is forked: call it before the process has threads. */
#ifndef STRATEGOS_STORAGE_STORE_CHECK_H
#define STRATEGOS_STORAGE_STORE_CHECK_H

#include "storage/store_note.h"

/* Reads every entry of the store in `path`, recomputes the set digest, and compares with the
 * checkpoint's own and with the note. The store may be one checkpoint ahead of the note (a crash
 * between the two), never behind. OK: *is_sound says. Other errors: it could not be found out. */
MUST_USE enum error store_check(const char *path, const struct store_note *note, bool *is_sound);

#endif
