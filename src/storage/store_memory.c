/* store_memory.c - see store_memory.h.
 *
 * The map is the snapshot that reads see. A commit is kept aside, whole, until the next refresh
 * folds it in; so it behaves as the one on disk does, with a commit on another thread too. */
#include "storage/store_memory.h"

#include "base/buffer.h"
#include "base/omap.h"

#include <pthread.h>
#include <stdlib.h>

struct memory_commit {
    struct memory_commit *next;
    struct store_meta meta;
    struct buffer changes; /* key size u64, value size u64 (DELETED: none), key, value; repeated */
};

#define DELETED UINT64_MAX

struct memory_store {
    struct omap map; /* with `meta`, the snapshot */
    struct store_meta meta;
    pthread_mutex_t gate; /* around the list */
    struct memory_commit *first;
    struct memory_commit **last;
};

static enum error memory_get(void *self, struct slice key, struct slice *value, bool *found)
{
    const struct memory_store *store = self;
    const struct omap_entry *entry = key.size == 0 ? NULL : omap_find(&store->map, key);
    *found = entry != NULL;
    if (entry != NULL) {
        *value = omap_value(entry);
    }
    return OK;
}

static enum error memory_next(void *self, struct slice after, bool inclusive, struct slice *key,
                              struct slice *value, bool *found)
{
    const struct memory_store *store = self;
    struct slice bound = after.size == 0 ? slice_of_text("") : after;
    const struct omap_entry *entry = omap_seek(&store->map, bound, inclusive);
    *found = entry != NULL;
    if (entry != NULL) {
        *key = omap_key(entry);
        *value = omap_value(entry);
    }
    return OK;
}

static void append_u64(struct buffer *out, uint64_t value)
{
    put_u64(buffer_reserve(out, 8), value);
    out->size += 8;
}

static enum error memory_commit_changes(void *self, const struct store_change *changes,
                                        size_t count, const struct store_meta *meta,
                                        struct error_text *text)
{
    struct memory_store *store = self;
    struct memory_commit *commit = calloc(1, sizeof *commit);
    if (commit == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a checkpoint");
    }
    commit->meta = *meta;
    commit->meta.order.tip_count = 0;
    commit->meta.order.tips = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct store_change *change = &changes[i];
        bool is_deleted = change->value.data == NULL;
        append_u64(&commit->changes, change->key.size);
        append_u64(&commit->changes, is_deleted ? DELETED : change->value.size);
        buffer_append(&commit->changes, change->key);
        if (!is_deleted) {
            buffer_append(&commit->changes, change->value);
        }
    }
    (void)pthread_mutex_lock(&store->gate);
    *store->last = commit;
    store->last = &commit->next;
    (void)pthread_mutex_unlock(&store->gate);
    return OK;
}

static void fold(struct memory_store *store, const struct memory_commit *commit)
{
    const uint8_t *next = commit->changes.data;
    size_t left = commit->changes.size;
    while (left > 0) {
        uint64_t key_size = get_u64(next);
        uint64_t value_size = get_u64(next + 8);
        struct slice key = slice_of(next + 16, (size_t)key_size);
        size_t size = 16 + (size_t)key_size;
        if (value_size == DELETED) {
            (void)omap_delete(&store->map, key);
        } else {
            struct slice value = slice_of(next + size, (size_t)value_size);
            (void)omap_put(&store->map, key, value, NULL);
            size += (size_t)value_size;
        }
        next += size;
        left -= size;
    }
    store->meta = commit->meta;
}

static struct memory_commit *take_all(struct memory_store *store)
{
    (void)pthread_mutex_lock(&store->gate);
    struct memory_commit *first = store->first;
    store->first = NULL;
    store->last = &store->first;
    (void)pthread_mutex_unlock(&store->gate);
    return first;
}

static struct memory_commit *commit_free(struct memory_commit *commit)
{
    struct memory_commit *next = commit->next;
    buffer_fini(&commit->changes);
    free(commit);
    return next;
}

static enum error memory_refresh(void *self)
{
    struct memory_store *store = self;
    struct memory_commit *commit = take_all(store);
    while (commit != NULL) {
        fold(store, commit);
        commit = commit_free(commit);
    }
    return OK;
}

static enum error memory_meta(void *self, struct store_meta *meta)
{
    const struct memory_store *store = self;
    *meta = store->meta;
    return OK;
}

static const struct store_ops memory_ops = {
    .get = memory_get,
    .next = memory_next,
    .commit = memory_commit_changes,
    .refresh = memory_refresh,
    .meta = memory_meta,
};

enum error store_memory_new(struct store *out)
{
    struct memory_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return ERROR_MEMORY;
    }
    if (pthread_mutex_init(&store->gate, NULL) != 0) {
        free(store);
        return ERROR_MEMORY;
    }
    omap_init(&store->map, 0);
    store->last = &store->first;
    *out = (struct store){.ops = &memory_ops, .self = store};
    return OK;
}

void store_memory_free(struct store *out)
{
    struct memory_store *store = out->self;
    if (store == NULL) {
        return;
    }
    struct memory_commit *commit = take_all(store);
    while (commit != NULL) {
        commit = commit_free(commit);
    }
    omap_fini(&store->map);
    (void)pthread_mutex_destroy(&store->gate);
    free(store);
    *out = (struct store){0};
}
