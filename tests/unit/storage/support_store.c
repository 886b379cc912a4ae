/* support_store.c - see support_store.h. */
#include "support_store.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

const struct digest store_genesis = {{9, 8, 7}};

void store_model_init(struct store_model *model)
{
    *model = (struct store_model){0};
    omap_init(&model->map, 0);
}

void store_model_fini(struct store_model *model)
{
    omap_fini(&model->map);
}

static void model_put(struct store_model *model, struct slice key, const struct slice *value)
{
    const struct omap_entry *old = omap_find(&model->map, key);
    struct digest entry;
    if (old != NULL) {
        set_digest_entry(key, omap_value(old), &entry);
        set_digest_remove(&model->set, &entry);
    }
    if (value != NULL) {
        set_digest_entry(key, *value, &entry);
        set_digest_add(&model->set, &entry);
        (void)omap_put(&model->map, key, *value, NULL);
    } else if (old != NULL) {
        (void)omap_delete(&model->map, key);
    }
}

/* The new value of a key in this commit; some long enough for pages of their own. */
static struct slice make_value(struct prng *prng, uint8_t *bytes)
{
    uint64_t kind = prng_below(prng, 40);
    size_t size = (size_t)prng_below(prng, kind == 0 ? 9000 : 200);
    memset(bytes, (int)prng_below(prng, 256), size);
    return slice_of(bytes, size);
}

static struct store_meta make_meta(const struct store_model *model)
{
    struct store_meta meta = {.height = model->height,
                              .order = {.view = model->height + 3, .height = model->height},
                              .executed = model->height * 10,
                              .ledger_scan = model->height * 64};
    set_digest_encode(&model->set, meta.set_digest);
    return meta;
}

enum error store_model_commit(struct store_model *model, const struct store *store, uint64_t seed,
                              size_t count, uint64_t keys, struct error_text *text)
{
    /* The changes as an ordered map first: strictly ascending, each key once. */
    struct prng prng;
    prng_init(&prng, seed);
    struct omap changes;
    omap_init(&changes, sizeof(uint64_t));
    for (size_t i = 0; i < count; i++) {
        char key[600];
        uint8_t value[9000];
        uint64_t number = prng_below(&prng, keys);
        int size = number % 50 == 49
                       ? snprintf(key, sizeof key, "%0511llu", (unsigned long long)number)
                       : snprintf(key, sizeof key, "key-%llu", (unsigned long long)number);
        struct omap_entry *entry =
            omap_put(&changes, slice_of(key, (size_t)size), make_value(&prng, value), NULL);
        uint64_t is_deleted = prng_below(&prng, 5) == 0;
        memcpy(omap_notes(entry), &is_deleted, sizeof is_deleted);
    }
    struct store_change *list = calloc(omap_count(&changes) + 1, sizeof *list);
    assert_non_null(list);
    struct store_model next = *model;
    next.height++;
    size_t used = 0;
    struct omap_cursor cursor = omap_begin(&changes);
    struct omap_entry *entry;
    /* The digest of the result is needed before the commit, and the model must not change if that
     * fails: so the set is computed by hand here, and the map changed afterwards. */
    while ((entry = omap_step(&cursor)) != NULL) {
        uint64_t is_deleted;
        memcpy(&is_deleted, omap_notes(entry), sizeof is_deleted);
        struct slice key = omap_key(entry);
        struct slice value = omap_value(entry);
        if (value.data == NULL) {
            value = slice_of("", 0);
        }
        struct digest digest;
        const struct omap_entry *old = omap_find(&model->map, key);
        if (old != NULL) {
            set_digest_entry(key, omap_value(old), &digest);
            set_digest_remove(&next.set, &digest);
        }
        if (is_deleted == 0) {
            set_digest_entry(key, value, &digest);
            set_digest_add(&next.set, &digest);
        }
        list[used++] =
            (struct store_change){.key = key, .value = is_deleted != 0 ? slice_of(NULL, 0) : value};
    }
    struct store_meta meta = make_meta(&next);
    enum error error = store->ops->commit(store->self, list, used, &meta, text);
    if (error == OK) {
        for (size_t i = 0; i < used; i++) {
            model_put(model, list[i].key, list[i].value.data == NULL ? NULL : &list[i].value);
        }
        model->height++;
    }
    free(list);
    omap_fini(&changes);
    return error;
}

static void check_walk(const struct store_model *model, const struct store *store)
{
    struct slice after = slice_of(NULL, 0);
    bool inclusive = true;
    bool found;
    struct slice key;
    struct slice value;
    struct omap_cursor cursor = omap_begin(&model->map);
    struct omap_entry *entry;
    while ((entry = omap_step(&cursor)) != NULL) {
        assert_int_equal(store->ops->next(store->self, after, inclusive, &key, &value, &found), OK);
        assert_true(found);
        assert_true(slice_is_equal(key, omap_key(entry)));
        assert_true(slice_is_equal(value, omap_value(entry)));
        assert_int_equal(store->ops->get(store->self, omap_key(entry), &value, &found), OK);
        assert_true(found && slice_is_equal(value, omap_value(entry)));
        after = omap_key(entry);
        inclusive = false;
    }
    assert_int_equal(store->ops->next(store->self, after, inclusive, &key, &value, &found), OK);
    assert_false(found);
}

void store_model_check(const struct store_model *model, const struct store *store)
{
    check_walk(model, store);
    struct store_meta meta;
    assert_int_equal(store->ops->meta(store->self, &meta), OK);
    assert_int_equal(meta.height, model->height);
    assert_int_equal(meta.order.tip_count, 0);
    if (model->height != 0) {
        struct store_meta wanted = make_meta(model);
        assert_int_equal(meta.order.view, wanted.order.view);
        assert_int_equal(meta.executed, wanted.executed);
        assert_int_equal(meta.ledger_scan, wanted.ledger_scan);
        assert_memory_equal(meta.set_digest, wanted.set_digest, sizeof meta.set_digest);
    }
}
