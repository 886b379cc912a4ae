/* store_env.c - see store_env.h. */
#include "storage/store_env.h"

#include <errno.h>

#define FREE_TABLE 0u /* LMDB's own tables have fixed numbers */
#define MAIN_TABLE 1u

/* The meta record. */
enum {
    META_DIGEST = 0, /* of all that follows */
    META_GENESIS = 32,
    META_HEIGHT = 64,
    META_VIEW = 72,
    META_PARENT_VIEW = 80,
    META_PARENT = 88,
    META_ORDER_HEIGHT = 120,
    META_TIME = 128,
    META_ORDER_DIGEST = 136,
    META_EXECUTED = 168,
    META_LEDGER_SCAN = 176,
    META_SET_DIGEST = 184,
    META_BYTES = META_SET_DIGEST + STORE_DIGEST_BYTES,
};

static int open_map(MDB_env **out, const char *path, unsigned flags)
{
    int result = ENOMEM;
    for (size_t bytes = STORE_MAP_BYTES_MAX; result == ENOMEM && bytes >= STORE_MAP_BYTES_MIN;
         bytes /= 4) {
        MDB_env *env;
        result = mdb_env_create(&env);
        if (result != 0) {
            return result;
        }
        result = mdb_env_set_maxdbs(env, 2);
        if (result == 0) {
            result = mdb_env_set_mapsize(env, bytes);
        }
        if (result == 0) {
            result = mdb_env_open(env, path, flags, 0600);
        }
        if (result == 0) {
            *out = env;
            return 0;
        }
        mdb_env_close(env);
    }
    return result;
}

static int open_tables(struct store_env *env, bool read_only)
{
    MDB_txn *txn;
    int result = mdb_txn_begin(env->env, NULL, read_only ? MDB_RDONLY : 0, &txn);
    if (result != 0) {
        return result;
    }
    unsigned flags = read_only ? 0 : MDB_CREATE;
    result = mdb_dbi_open(txn, "entries", flags, &env->entries);
    if (result == 0) {
        result = mdb_dbi_open(txn, "meta", flags, &env->meta);
    }
    if (result != 0) {
        mdb_txn_abort(txn);
        return result;
    }
    return mdb_txn_commit(txn);
}

int store_env_open(struct store_env *env, const char *path, bool read_only)
{
    unsigned flags = MDB_NOTLS | (read_only ? MDB_RDONLY | MDB_NOLOCK : MDB_NORDAHEAD);
    int result = open_map(&env->env, path, flags);
    if (result != 0) {
        return result;
    }
    result = open_tables(env, read_only);
    if (result != 0) {
        mdb_env_close(env->env);
    }
    return result;
}

void store_env_close(struct store_env *env)
{
    mdb_env_close(env->env);
    env->env = NULL;
}

static void meta_digest(const uint8_t *record, struct digest *digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_FILE);
    digest_add(&state, slice_of(record + META_GENESIS, META_BYTES - META_GENESIS));
    digest_end(&state, digest);
}

static MDB_val meta_key(void)
{
    static char name[] = "checkpoint";
    return (MDB_val){.mv_size = sizeof name - 1, .mv_data = name};
}

int store_env_meta(const struct store_env *env, MDB_txn *txn, const struct digest *genesis,
                   struct store_meta *meta)
{
    *meta = (struct store_meta){0};
    MDB_val key = meta_key();
    MDB_val value;
    int result = mdb_get(txn, env->meta, &key, &value);
    if (result == MDB_NOTFOUND) {
        return 0;
    }
    if (result != 0) {
        return result;
    }
    if (value.mv_size != META_BYTES) {
        return MDB_CORRUPTED;
    }
    const uint8_t *record = value.mv_data;
    struct digest digest;
    meta_digest(record, &digest);
    if (memcmp(record + META_DIGEST, digest.bytes, DIGEST_BYTES) != 0 ||
        memcmp(record + META_GENESIS, genesis->bytes, DIGEST_BYTES) != 0) {
        return MDB_CORRUPTED;
    }
    meta->height = get_u64(record + META_HEIGHT);
    meta->order.view = get_u64(record + META_VIEW);
    meta->order.parent_view = get_u64(record + META_PARENT_VIEW);
    memcpy(meta->order.parent.bytes, record + META_PARENT, DIGEST_BYTES);
    meta->order.height = get_u64(record + META_ORDER_HEIGHT);
    meta->order.time_ns = get_u64(record + META_TIME);
    memcpy(meta->order_digest.bytes, record + META_ORDER_DIGEST, DIGEST_BYTES);
    meta->executed = get_u64(record + META_EXECUTED);
    meta->ledger_scan = get_u64(record + META_LEDGER_SCAN);
    memcpy(meta->set_digest, record + META_SET_DIGEST, STORE_DIGEST_BYTES);
    return 0;
}

int store_env_put_meta(const struct store_env *env, MDB_txn *txn, const struct digest *genesis,
                       const struct store_meta *meta)
{
    uint8_t record[META_BYTES];
    memcpy(record + META_GENESIS, genesis->bytes, DIGEST_BYTES);
    put_u64(record + META_HEIGHT, meta->height);
    put_u64(record + META_VIEW, meta->order.view);
    put_u64(record + META_PARENT_VIEW, meta->order.parent_view);
    memcpy(record + META_PARENT, meta->order.parent.bytes, DIGEST_BYTES);
    put_u64(record + META_ORDER_HEIGHT, meta->order.height);
    put_u64(record + META_TIME, meta->order.time_ns);
    memcpy(record + META_ORDER_DIGEST, meta->order_digest.bytes, DIGEST_BYTES);
    put_u64(record + META_EXECUTED, meta->executed);
    put_u64(record + META_LEDGER_SCAN, meta->ledger_scan);
    memcpy(record + META_SET_DIGEST, meta->set_digest, STORE_DIGEST_BYTES);
    struct digest digest;
    meta_digest(record, &digest);
    memcpy(record + META_DIGEST, digest.bytes, DIGEST_BYTES);
    MDB_val key = meta_key();
    MDB_val value = {.mv_size = sizeof record, .mv_data = record};
    return mdb_put(txn, env->meta, &key, &value, 0);
}

static int add_table(struct digest_state *state, MDB_txn *txn, MDB_dbi table)
{
    MDB_stat stat;
    int result = mdb_stat(txn, table, &stat);
    if (result != 0) {
        return result;
    }
    digest_add_u64(state, stat.ms_psize);
    digest_add_u64(state, stat.ms_depth);
    digest_add_u64(state, stat.ms_branch_pages);
    digest_add_u64(state, stat.ms_leaf_pages);
    digest_add_u64(state, stat.ms_overflow_pages);
    digest_add_u64(state, stat.ms_entries);
    return 0;
}

static int add_free_pages(struct digest_state *state, MDB_txn *txn)
{
    MDB_cursor *cursor;
    int result = mdb_cursor_open(txn, FREE_TABLE, &cursor);
    if (result != 0) {
        return result;
    }
    size_t last = 0; /* keys are transaction numbers: ascending, or the tree is damaged */
    MDB_val key;
    MDB_val value;
    while ((result = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        size_t number = 0;
        if (key.mv_size == sizeof number) {
            memcpy(&number, key.mv_data, sizeof number);
        }
        if (number <= last) {
            result = MDB_CORRUPTED;
            break;
        }
        last = number;
        digest_add_u64(state, number);
        digest_add_sized(state, slice_of(value.mv_data, value.mv_size));
    }
    mdb_cursor_close(cursor);
    return result == MDB_NOTFOUND ? 0 : result;
}

int store_env_shape(const struct store_env *env, MDB_txn *txn, struct digest *shape)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_FILE);
    MDB_envinfo info;
    int result = mdb_env_info(env->env, &info);
    if (result == 0) {
        digest_add_u64(&state, info.me_last_pgno);
        digest_add_u64(&state, info.me_last_txnid);
        result = add_free_pages(&state, txn);
    }
    const MDB_dbi tables[] = {FREE_TABLE, MAIN_TABLE, env->entries, env->meta};
    for (size_t i = 0; result == 0 && i < sizeof tables / sizeof tables[0]; i++) {
        result = add_table(&state, txn, tables[i]);
    }
    digest_end(&state, shape);
    return result;
}
