/* faulty_store.c - see faulty_store.h.
 *
 * Two stores in memory: what the process sees, and what is on the disk. A commit goes to both; that
 * to the disk's is only taken up (refreshed) when it is synced, so what was not can still be lost.
 *
 * The calls of a commit: pages, then the sync after which it counts, then a note beside it. A crash
 * in the first leaves the old state, in the last the new one, between them either. */
#include "disk/faulty_store.h"

#include "base/assert.h"
#include "base/prng.h"
#include "storage/store_memory.h"

#include <stdlib.h>

#define PAGE_BYTES 4096u /* a commit changes one of each table at least */

struct faulty_store {
    struct prng prng;
    struct faulty_folder *folder;
    struct store live;
    struct store disk;
    height_nr height; /* of the newest commit */
    bool is_unsynced; /* the disk's lacks something that was committed */
    bool is_dying;
};

/* ---- stores ---- */

static struct store empty_store(void)
{
    struct store store;
    ASSERT(store_memory_new(&store) == OK);
    return store;
}

static void refresh(const struct store *store)
{
    ASSERT(store->ops->refresh(store->self) == OK);
}

/* What the snapshot of `from` has, in a store of its own. */
static struct store copy_of(const struct store *from)
{
    struct store to = empty_store();
    struct store_change change = {0};
    struct store_meta meta;
    bool found;
    ASSERT(from->ops->meta(from->self, &meta) == OK);
    struct slice after = slice_of(NULL, 0);
    for (;;) {
        ASSERT(from->ops->next(from->self, after, false, &change.key, &change.value, &found) == OK);
        if (!found) {
            break;
        }
        change.value.data = change.value.data != NULL ? change.value.data : (const uint8_t *)"";
        ASSERT(to.ops->commit(to.self, &change, 1, &meta, NULL) == OK);
        after = change.key;
    }
    ASSERT(to.ops->commit(to.self, NULL, 0, &meta, NULL) == OK);
    refresh(&to);
    return to;
}

static void replace(struct store *store, struct store by)
{
    store_memory_free(store);
    *store = by;
}

/* ---- the interface ---- */

static enum error faulty_get(void *self, struct slice key, struct slice *value, bool *found)
{
    const struct faulty_store *store = self;
    return store->live.ops->get(store->live.self, key, value, found);
}

static enum error faulty_next(void *self, struct slice after, bool inclusive, struct slice *key,
                              struct slice *value, bool *found)
{
    const struct faulty_store *store = self;
    return store->live.ops->next(store->live.self, after, inclusive, key, value, found);
}

static enum error faulty_refresh(void *self)
{
    const struct faulty_store *store = self;
    return store->live.ops->refresh(store->live.self);
}

static enum error faulty_meta(void *self, struct store_meta *meta)
{
    const struct faulty_store *store = self;
    return store->live.ops->meta(store->live.self, meta);
}

/* The disk's calls. OK, or why the commit fails; *is_kept says whether it is there all the same. */
static enum error call_disk(struct faulty_store *store, bool *is_kept)
{
    *is_kept = false;
    for (unsigned call = 0; call < FAULTY_STORE_CALLS; call++) {
        bool is_crash;
        TRY(faulty_folder_pass(store->folder, &is_crash));
        if (is_crash) {
            *is_kept = call != 0 && (call != 1 || prng_below(&store->prng, 2) == 0);
            return ERROR_IO;
        }
    }
    *is_kept = true;
    return OK;
}

static uint64_t bytes_of(const struct store_change *changes, size_t count)
{
    uint64_t bytes = PAGE_BYTES;
    for (size_t i = 0; i < count; i++) {
        bytes += changes[i].key.size + changes[i].value.size;
    }
    return bytes;
}

static enum error faulty_commit(void *self, const struct store_change *changes, size_t count,
                                const struct store_meta *meta, struct error_text *text)
{
    struct faulty_store *store = self;
    struct folder folder = faulty_folder_view(store->folder);
    enum error error;
    bool is_kept;
    if (store->is_dying) {
        is_kept = prng_below(&store->prng, 2) == 0;
        error = ERROR_IO;
    } else if (folder.ops->free_bytes(folder.self) < bytes_of(changes, count)) {
        return error_set(text, ERROR_FULL, "no room for a checkpoint");
    } else {
        error = call_disk(store, &is_kept);
    }
    if (is_kept) {
        TRY(store->live.ops->commit(store->live.self, changes, count, meta, text));
        TRY(store->disk.ops->commit(store->disk.self, changes, count, meta, text));
        store->height = meta->height;
        store->is_unsynced = true;
        if (!faulty_folder_is_lying(store->folder)) {
            refresh(&store->disk);
            store->is_unsynced = false;
        }
    }
    return error == OK ? OK : error_set(text, error, "the disk failed in a checkpoint");
}

static const struct store_ops faulty_ops = {
    .get = faulty_get,
    .next = faulty_next,
    .commit = faulty_commit,
    .refresh = faulty_refresh,
    .meta = faulty_meta,
};

struct store faulty_store_view(struct faulty_store *store)
{
    return (struct store){.ops = &faulty_ops, .self = store};
}

/* ---- life ---- */

/* What there is, after it has changed otherwise than by a commit. */
static void look(struct faulty_store *store)
{
    struct store_meta meta;
    refresh(&store->live);
    ASSERT(store->live.ops->meta(store->live.self, &meta) == OK);
    store->height = meta.height;
}

static struct faulty_store *store_over(struct store live, struct store disk,
                                       struct faulty_folder *folder, uint64_t seed)
{
    struct faulty_store *store = calloc(1, sizeof *store);
    ASSERT(store != NULL);
    prng_init(&store->prng, seed);
    store->folder = folder;
    store->live = live;
    store->disk = disk;
    look(store);
    return store;
}

struct faulty_store *faulty_store_new(struct faulty_folder *folder, uint64_t seed)
{
    return store_over(empty_store(), empty_store(), folder, seed);
}

struct faulty_store *faulty_store_clone(const struct faulty_store *store,
                                        struct faulty_folder *folder, uint64_t seed)
{
    return store_over(copy_of(&store->disk), copy_of(&store->disk), folder, seed);
}

void faulty_store_free(struct faulty_store *store)
{
    store_memory_free(&store->live);
    store_memory_free(&store->disk);
    free(store);
}

void faulty_store_die(struct faulty_store *store)
{
    store->is_dying = true;
}

/* What was not synced is lost, or the pages that made it and those that did not fit together no
 * more. */
static void lose_unsynced(struct faulty_store *store)
{
    bool is_damaged = prng_below(&store->prng, 2) == 0;
    replace(&store->live, is_damaged ? empty_store() : copy_of(&store->disk));
    replace(&store->disk, copy_of(&store->live));
    store->is_unsynced = false;
}

void faulty_store_restart(struct faulty_store *store, enum faulty_loss loss)
{
    store->is_dying = false;
    if (store->is_unsynced && loss == FAULTY_KEEP) {
        refresh(&store->disk);
        store->is_unsynced = false;
    } else if (store->is_unsynced && loss != FAULTY_KILL) {
        lose_unsynced(store);
    }
    look(store);
}

void faulty_store_spoil(struct faulty_store *store)
{
    replace(&store->live, empty_store());
    replace(&store->disk, empty_store());
    store->is_unsynced = false;
    look(store);
}

height_nr faulty_store_height(const struct faulty_store *store)
{
    return store->height;
}
