/* store_lmdb.c - the store on LMDB: opening with its checks, reads of one snapshot, commits.
 *
 * The reading transaction belongs to the caller's thread, which renews it at refresh; a commit is a
 * transaction of its own, on whatever thread, and then the note. LMDB's mode is its safest: the
 * file is read through a map and written by write(), synced before a commit ends.
 *
 * Not covered by the check: fields inside LMDB's pages that only writers use. */
#include "storage/store_lmdb.h"

#include "machine/set_digest.h"
#include "storage/store_check.h"
#include "storage/store_env.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SET_ASIDE_MAX     1000
#define FREE_BYTES_ENOUGH (16ull << 20)

struct lmdb_store {
    struct store_env env;
    struct store_note note; /* of the last commit */
    struct digest genesis;
    MDB_txn *reader;
    MDB_cursor *cursor; /* of the reader */
    bool has_snapshot;
    int directory; /* locked */
    char path[PATH_MAX];
};

static enum error from_mdb(int result)
{
    switch (result) {
    case 0:
        return OK;
    case ENOSPC:
    case EDQUOT:
    case MDB_MAP_FULL:
        return ERROR_FULL;
    case ENOMEM:
        return ERROR_MEMORY;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
        return ERROR_DAMAGED;
    default:
        return ERROR_IO;
    }
}

/* LMDB takes what it reads as pointers to mutable bytes, and does not change them. */
static MDB_val val_of(struct slice bytes)
{
    MDB_val val = {.mv_size = bytes.size};
    memcpy(&val.mv_data, &bytes.data, sizeof val.mv_data);
    return val;
}

static enum error lmdb_get(void *self, struct slice key, struct slice *value, bool *found)
{
    struct lmdb_store *store = self;
    *found = false;
    if (!store->has_snapshot) {
        return ERROR_IO;
    }
    if (key.size == 0 || key.size > STORE_KEY_BYTES_MAX) {
        return OK;
    }
    MDB_val wanted = val_of(key);
    MDB_val got;
    int result = mdb_get(store->reader, store->env.entries, &wanted, &got);
    if (result == 0) {
        *value = slice_of(got.mv_data, got.mv_size);
        *found = true;
    }
    return result == MDB_NOTFOUND ? OK : from_mdb(result);
}

static enum error lmdb_next(void *self, struct slice after, bool inclusive, struct slice *key,
                            struct slice *value, bool *found)
{
    struct lmdb_store *store = self;
    *found = false;
    if (!store->has_snapshot) {
        return ERROR_IO;
    }
    /* A bound longer than any key lies just behind its own beginning. */
    struct slice bound =
        slice_of(after.data, after.size > STORE_KEY_BYTES_MAX ? STORE_KEY_BYTES_MAX : after.size);
    MDB_val got_key = val_of(bound);
    MDB_val got;
    int result =
        mdb_cursor_get(store->cursor, &got_key, &got, bound.size == 0 ? MDB_FIRST : MDB_SET_RANGE);
    if (result == 0 && bound.size != 0) {
        int order = slice_compare(slice_of(got_key.mv_data, got_key.mv_size), after);
        if (order < 0 || (order == 0 && !inclusive)) {
            result = mdb_cursor_get(store->cursor, &got_key, &got, MDB_NEXT);
        }
    }
    if (result == 0) {
        *key = slice_of(got_key.mv_data, got_key.mv_size);
        *value = slice_of(got.mv_data, got.mv_size);
        *found = true;
    }
    return result == MDB_NOTFOUND ? OK : from_mdb(result);
}

static enum error lmdb_refresh(void *self)
{
    struct lmdb_store *store = self;
    store->has_snapshot = false;
    int result;
    if (store->reader == NULL) {
        result = mdb_txn_begin(store->env.env, NULL, MDB_RDONLY, &store->reader);
        if (result == 0) {
            result = mdb_cursor_open(store->reader, store->env.entries, &store->cursor);
        }
    } else {
        mdb_txn_reset(store->reader);
        result = mdb_txn_renew(store->reader);
        if (result == 0) {
            result = mdb_cursor_renew(store->reader, store->cursor);
        }
    }
    store->has_snapshot = result == 0;
    return from_mdb(result);
}

static enum error lmdb_meta(void *self, struct store_meta *meta)
{
    struct lmdb_store *store = self;
    if (!store->has_snapshot) {
        return ERROR_IO;
    }
    return from_mdb(store_env_meta(&store->env, store->reader, &store->genesis, meta));
}

static int put_changes(struct lmdb_store *store, MDB_txn *txn, const struct store_change *changes,
                       size_t count)
{
    MDB_cursor *cursor;
    int result = mdb_cursor_open(txn, store->env.entries, &cursor);
    for (size_t i = 0; result == 0 && i < count; i++) {
        const struct store_change *change = &changes[i];
        MDB_val key = val_of(change->key);
        if (change->value.data != NULL) {
            MDB_val value = val_of(change->value);
            result = mdb_cursor_put(cursor, &key, &value, 0);
        } else {
            result = mdb_cursor_get(cursor, &key, NULL, MDB_SET);
            result = result == 0 ? mdb_cursor_del(cursor, 0) : result;
            result = result == MDB_NOTFOUND ? 0 : result;
        }
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    return result;
}

static int commit_entries(struct lmdb_store *store, const struct store_change *changes,
                          size_t count, const struct store_meta *meta)
{
    MDB_txn *txn;
    int result = mdb_txn_begin(store->env.env, NULL, 0, &txn);
    if (result != 0) {
        return result;
    }
    result = put_changes(store, txn, changes, count);
    if (result == 0) {
        result = store_env_put_meta(&store->env, txn, &store->genesis, meta);
    }
    if (result != 0) {
        mdb_txn_abort(txn);
        return result;
    }
    return mdb_txn_commit(txn);
}

/* Notes the newest commit, whose meta it is. */
static enum error write_note(struct lmdb_store *store, height_nr height, const uint8_t *set_digest)
{
    struct set_digest set;
    set_digest_decode(&set, set_digest);
    set_digest_fold(&set, &store->note.content);
    store->note.height = height;
    MDB_txn *txn;
    int result = mdb_txn_begin(store->env.env, NULL, MDB_RDONLY, &txn);
    if (result != 0) {
        return from_mdb(result);
    }
    result = store_env_shape(&store->env, txn, &store->note.shape);
    mdb_txn_abort(txn);
    struct stat status;
    if (result != 0 || fstatat(store->directory, STORE_DATA_NAME, &status, 0) != 0) {
        return result != 0 ? from_mdb(result) : ERROR_IO;
    }
    store->note.data_bytes = (uint64_t)status.st_size;
    return store_note_write(store->directory, &store->note);
}

/* LMDB says "input/output error" for a write that the disk cut short because it is full. */
static enum error tell_full(const struct lmdb_store *store, enum error error, uint64_t wanted)
{
    struct statvfs status;
    if (error == ERROR_IO && fstatvfs(store->directory, &status) == 0 &&
        (uint64_t)status.f_bavail * status.f_frsize < FREE_BYTES_ENOUGH + wanted) {
        return ERROR_FULL;
    }
    return error;
}

static enum error lmdb_commit(void *self, const struct store_change *changes, size_t count,
                              const struct store_meta *meta, struct error_text *text)
{
    struct lmdb_store *store = self;
    uint64_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].key.size == 0 || changes[i].key.size > STORE_KEY_BYTES_MAX) {
            return error_set(text, ERROR_LIMIT, "%s: a key of %zu bytes", store->path,
                             changes[i].key.size);
        }
        wanted += changes[i].key.size + changes[i].value.size;
    }
    int result = commit_entries(store, changes, count, meta);
    enum error error = from_mdb(result);
    if (error == OK) {
        error = write_note(store, meta->height, meta->set_digest);
    }
    error = tell_full(store, error, wanted);
    if (error != OK) {
        return error_set(
            text, error, "%s: the checkpoint at height %" PRIu64 " cannot be written: %s",
            store->path, meta->height, result == 0 ? error_name(error) : mdb_strerror(result));
    }
    return OK;
}

static const struct store_ops lmdb_ops = {
    .get = lmdb_get,
    .next = lmdb_next,
    .commit = lmdb_commit,
    .refresh = lmdb_refresh,
    .meta = lmdb_meta,
};

/* Opens the folder, makes it where there is none, and locks it. */
static enum error open_folder(struct lmdb_store *store, struct error_text *text)
{
    bool is_made = mkdir(store->path, 0700) == 0;
    if (!is_made && errno != EEXIST) {
        return error_set(text, errno == ENOSPC || errno == EDQUOT ? ERROR_FULL : ERROR_IO,
                         "%s: cannot make the store's folder: %s", store->path,
                         strerrordesc_np(errno));
    }
    store->directory = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->directory < 0) {
        return error_set(text, ERROR_IO, "%s: cannot open the store's folder: %s", store->path,
                         strerrordesc_np(errno));
    }
    int parent = is_made ? openat(store->directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool is_durable = !is_made || (parent >= 0 && fsync(parent) == 0);
    if (parent >= 0) {
        (void)close(parent);
    }
    if (!is_durable) {
        return error_set(text, ERROR_IO, "%s: the folder cannot be made durable: %s", store->path,
                         strerrordesc_np(errno));
    }
    if (flock(store->directory, LOCK_EX | LOCK_NB) != 0) {
        return error_set(text, errno == EWOULDBLOCK ? ERROR_IN_USE : ERROR_IO,
                         "%s: the store is in use by another process", store->path);
    }
    return OK;
}

enum finding { FOUND_SOUND, FOUND_NOTHING, FOUND_DOUBT };

static enum error examine(struct lmdb_store *store, enum finding *finding, struct error_text *text)
{
    struct stat status;
    bool has_data = fstatat(store->directory, STORE_DATA_NAME, &status, 0) == 0;
    if (!has_data && errno != ENOENT) {
        return error_set(text, ERROR_IO, "%s/%s: %s", store->path, STORE_DATA_NAME,
                         strerrordesc_np(errno));
    }
    struct store_note note;
    enum error error = store_note_read(store->directory, &note);
    bool is_other = error == OK && !digest_is_equal(&note.genesis, &store->genesis);
    if (error == ERROR_FOREIGN || is_other) {
        return error_set(text, ERROR_FOREIGN,
                         is_other ? "%s: this store belongs to another group; check --data and "
                                    "--group"
                                  : "%s: this store has another format version; use the program "
                                    "version that wrote it, or move the folder away to have it "
                                    "rebuilt",
                         store->path);
    }
    if (error != OK && error != ERROR_MISSING && error != ERROR_DAMAGED) {
        return error_set(text, error, "%s/note: cannot be read", store->path);
    }
    if (!has_data && (error == ERROR_MISSING || (error == OK && note.height == 0))) {
        *finding = FOUND_NOTHING;
        return OK;
    }
    *finding = FOUND_DOUBT;
    if (error != OK || !has_data || (uint64_t)status.st_size < note.data_bytes) {
        return OK;
    }
    bool is_sound = false;
    error = store_check(store->path, &note, &is_sound);
    if (error != OK) {
        return error_set(text, error, "%s: the store cannot be checked: %s", store->path,
                         error_name(error));
    }
    if (is_sound) {
        *finding = FOUND_SOUND;
        store->note = note;
    }
    return OK;
}

/* Renames the folder and opens a fresh one in its place. */
static enum error set_aside(struct lmdb_store *store, struct error_text *text)
{
    char aside[PATH_MAX + 32];
    int number = 1;
    struct stat status;
    do {
        (void)snprintf(aside, sizeof aside, "%s.damaged-%d", store->path, number++);
    } while (lstat(aside, &status) == 0 && number <= SET_ASIDE_MAX);
    if (rename(store->path, aside) != 0) {
        return error_set(text, ERROR_IO, "%s: damaged, and cannot be renamed to %s: %s",
                         store->path, aside, strerrordesc_np(errno));
    }
    (void)close(store->directory);
    store->directory = -1;
    TRY(open_folder(store, text));
    (void)error_set(text, OK, "%s", aside);
    return OK;
}

static enum error open_env(struct lmdb_store *store, bool is_fresh, struct error_text *text)
{
    if (is_fresh) { /* the note is first: data without one is in doubt */
        store->note = (struct store_note){.genesis = store->genesis};
        static const struct set_digest empty;
        set_digest_fold(&empty, &store->note.content);
        enum error error = store_note_write(store->directory, &store->note);
        if (error != OK) {
            return error_set(text, error, "%s/note: cannot be written: %s", store->path,
                             error_name(error));
        }
    }
    /* The folder is ours alone, so whatever a lock file says is old, and may be damaged. */
    (void)unlinkat(store->directory, STORE_LOCK_NAME, 0);
    int result = store_env_open(&store->env, store->path, false);
    if (result != 0) {
        enum error error = tell_full(store, from_mdb(result), 0);
        return error_set(text, error, "%s: the store cannot be opened: %s", store->path,
                         mdb_strerror(result));
    }
    if (fsync(store->directory) != 0) {
        return error_set(text, ERROR_IO, "%s: the folder cannot be made durable: %s", store->path,
                         strerrordesc_np(errno));
    }
    enum error error = lmdb_refresh(store);
    struct store_meta meta = {0};
    if (error == OK) {
        error = lmdb_meta(store, &meta);
    }
    if (error == OK && (is_fresh || meta.height != store->note.height)) {
        error = write_note(store, meta.height, meta.set_digest);
    }
    if (error != OK) {
        return error_set(text, error, "%s: the store cannot be read: %s", store->path,
                         error_name(error));
    }
    return OK;
}

static void release(struct lmdb_store *store)
{
    if (store->cursor != NULL) {
        mdb_cursor_close(store->cursor);
    }
    if (store->reader != NULL) {
        mdb_txn_abort(store->reader);
    }
    if (store->env.env != NULL) {
        store_env_close(&store->env);
    }
    if (store->directory >= 0) {
        (void)close(store->directory);
    }
    free(store);
}

enum error store_lmdb_open(struct store *out, const char *path, const struct digest *genesis,
                           enum store_opened *opened, struct error_text *text)
{
    struct lmdb_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return error_set(text, ERROR_MEMORY, "%s: no memory for the store", path);
    }
    store->directory = -1;
    store->genesis = *genesis;
    size_t size = strlen(path);
    if (size >= sizeof store->path) {
        free(store);
        return error_set(text, ERROR_INVALID, "the store's path is too long");
    }
    memcpy(store->path, path, size + 1);
    enum finding finding = FOUND_NOTHING;
    enum error error = open_folder(store, text);
    if (error == OK) {
        error = examine(store, &finding, text);
    }
    if (error == OK && finding == FOUND_DOUBT) {
        error = set_aside(store, text);
    }
    if (error == OK) {
        error = open_env(store, finding != FOUND_SOUND, text);
    }
    if (error != OK) {
        release(store);
        return error;
    }
    *opened = finding == FOUND_SOUND     ? STORE_SOUND
              : finding == FOUND_NOTHING ? STORE_FRESH
                                         : STORE_SET_ASIDE;
    *out = (struct store){.ops = &lmdb_ops, .self = store};
    return OK;
}

void store_lmdb_close(struct store *store)
{
    if (store->self != NULL) {
        release(store->self);
    }
    *store = (struct store){0};
}
