/* store_env.h - the LMDB environment of a store: its two tables, and what is asked of a snapshot.
 * Internal to store_lmdb; with store_lmdb.c the only code that sees LMDB. Results are LMDB's: 0, or
 * an error of its own or of errno. */
#ifndef STRATEGOS_STORAGE_STORE_ENV_H
#define STRATEGOS_STORAGE_STORE_ENV_H

#include "machine/store.h"

#include <lmdb.h>

#define STORE_DATA_NAME "data.mdb"
#define STORE_LOCK_NAME "lock.mdb"

/* Address space, not memory: the file can never outgrow it in practice. Less where the process may
 * not have so much. */
#define STORE_MAP_BYTES_MAX (1ull << 40)
#define STORE_MAP_BYTES_MIN (1ull << 30)

struct store_env {
    MDB_env *env;
    MDB_dbi entries;
    MDB_dbi meta;
};

/* Opens folder `path`, makes the tables if needed. With `read_only` it takes no lock and changes
 * nothing: only while nobody else has it open. On failure nothing is left open. */
int store_env_open(struct store_env *env, const char *path, bool read_only);
void store_env_close(struct store_env *env);

/* The meta of the transaction's snapshot; all zeros where none was written yet. MDB_CORRUPTED: it
 * is not intact, or of another group. */
int store_env_meta(const struct store_env *env, MDB_txn *txn, const struct digest *genesis,
                   struct store_meta *meta);
int store_env_put_meta(const struct store_env *env, MDB_txn *txn, const struct digest *genesis,
                       const struct store_meta *meta);

/* Digest of what LMDB keeps beside keys and values: the size and depth of its trees and the list of
 * free pages. Damage there shows only when something is written. */
int store_env_shape(const struct store_env *env, MDB_txn *txn, struct digest *shape);

#endif
