/* store_lmdb.h - the store on LMDB.
 *
 * LMDB cannot be trusted with damage, so the store is disposable: a note beside it (written and
 * synced after each commit) says how large it was, at which height and with which set digest;
 * before the store is opened for use a child process walks it and recomputes that digest. A store
 * in doubt is renamed to store.damaged-N and an empty one is made: the ledger rebuilds it.
 *
 * Opening forks that child, so it comes before the process has threads. A commit that ends with
 * ERROR_FULL changed nothing that reads see, and may be tried again. */
#ifndef STRATEGOS_STORAGE_STORE_LMDB_H
#define STRATEGOS_STORAGE_STORE_LMDB_H

#include "machine/store.h"

enum store_opened { STORE_SOUND, STORE_FRESH, STORE_SET_ASIDE };

/* Opens or makes the store in folder `path`. A store of another group (genesis) or version is
 * ERROR_FOREIGN. *opened says what was found; `text` names the folder a damaged one was moved to.
 */
MUST_USE enum error store_lmdb_open(struct store *store, const char *path,
                                    const struct digest *genesis, enum store_opened *opened,
                                    struct error_text *text);
void store_lmdb_close(struct store *store);

#endif
