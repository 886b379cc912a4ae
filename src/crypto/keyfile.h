/* keyfile.h - one principal's secret key on disk.
 *
 * Text, one line: "strategos-key-1 <64 hex digits of the seed> <64 hex digits of the public key>".
 * Mode 0600, owned by the reader: anything readable by group or others is refused. Created with
 * O_EXCL, synced, its directory too; never overwritten. */
#ifndef STRATEGOS_CRYPTO_KEYFILE_H
#define STRATEGOS_CRYPTO_KEYFILE_H

#include "crypto/signature.h"

/* Creates `path`. ERROR_EXISTS if something is there. */
MUST_USE enum error keyfile_create(const char *path, const struct secret_key *secret,
                                   struct error_text *text);

/* Reads `path`; checks mode (ERROR_PERMISSION), format and that the public half belongs to the
 * seed (ERROR_INVALID). `text` names the file and what to do. On failure both keys are zeros. */
MUST_USE enum error keyfile_load(const char *path, struct secret_key *secret,
                                 struct public_key *public, struct error_text *text);

#endif
