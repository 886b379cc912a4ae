/* support_store.c - see support_store.h. */
#include "support_store.h"

#include "base/assert.h"
#include "machine/set_digest.h"

void test_store_init(struct test_store *store)
{
    *store = (struct test_store){0};
    omap_init(&store->visible, 0);
    omap_init(&store->staged, sizeof(bool));
    ASSERT(pthread_mutex_init(&store->mutex, NULL) == 0);
}

void test_store_fini(struct test_store *store)
{
    omap_fini(&store->visible);
    omap_fini(&store->staged);
    ASSERT(pthread_mutex_destroy(&store->mutex) == 0);
}

static bool answer(struct omap_entry *entry, struct slice *key, struct slice *value)
{
    if (entry == NULL) {
        return false;
    }
    *key = omap_key(entry);
    *value = omap_value(entry);
    return true;
}

static enum error on_get(void *self, struct slice key, struct slice *value, bool *found)
{
    struct test_store *store = self;
    struct slice same;
    *found = answer(omap_find(&store->visible, key), &same, value);
    return store->fail_reads ? ERROR_IO : OK;
}

static enum error on_next(void *self, struct slice after, bool inclusive, struct slice *key,
                          struct slice *value, bool *found)
{
    struct test_store *store = self;
    *found = answer(omap_seek(&store->visible, after, inclusive), key, value);
    return store->fail_reads ? ERROR_IO : OK;
}

static enum error on_commit(void *self, const struct store_change *changes, size_t count,
                            const struct store_meta *meta, struct error_text *text)
{
    struct test_store *store = self;
    if (store->fail_commit) {
        return error_set(text, ERROR_FULL, "the test's disk is full");
    }
    ASSERT(pthread_mutex_lock(&store->mutex) == 0);
    for (size_t i = 0; i < count; i++) {
        ASSERT(i == 0 || slice_compare(changes[i - 1].key, changes[i].key) < 0);
        bool is_deleted = changes[i].value.data == NULL;
        struct omap_entry *entry = omap_put(&store->staged, changes[i].key, changes[i].value, NULL);
        *(bool *)omap_notes(entry) = is_deleted;
    }
    store->staged_meta = *meta;
    store->is_staged = true;
    store->commits++;
    store->last_count = count;
    ASSERT(pthread_mutex_unlock(&store->mutex) == 0);
    return OK;
}

static enum error on_refresh(void *self)
{
    struct test_store *store = self;
    ASSERT(pthread_mutex_lock(&store->mutex) == 0);
    struct omap_cursor cursor = omap_begin(&store->staged);
    for (struct omap_entry *entry = omap_step(&cursor); entry != NULL; entry = omap_step(&cursor)) {
        if (*(bool *)omap_notes(entry)) {
            (void)omap_delete(&store->visible, omap_key(entry));
        } else {
            (void)omap_put(&store->visible, omap_key(entry), omap_value(entry), NULL);
        }
    }
    omap_clear(&store->staged);
    if (store->is_staged) {
        store->visible_meta = store->staged_meta;
        store->is_staged = false;
    }
    ASSERT(pthread_mutex_unlock(&store->mutex) == 0);
    return OK;
}

static enum error on_meta(void *self, struct store_meta *meta)
{
    struct test_store *store = self;
    *meta = store->visible_meta;
    return OK;
}

struct store test_store_interface(struct test_store *store)
{
    static const struct store_ops ops = {.get = on_get,
                                         .next = on_next,
                                         .commit = on_commit,
                                         .refresh = on_refresh,
                                         .meta = on_meta};
    return (struct store){.ops = &ops, .self = store};
}

void test_store_digest(const struct test_store *store, struct digest *digest)
{
    struct set_digest sum = {{0}};
    struct omap_cursor cursor = omap_begin(&store->visible);
    for (struct omap_entry *entry = omap_step(&cursor); entry != NULL; entry = omap_step(&cursor)) {
        struct digest one;
        set_digest_entry(omap_key(entry), omap_value(entry), &one);
        set_digest_add(&sum, &one);
    }
    set_digest_fold(&sum, digest);
}
