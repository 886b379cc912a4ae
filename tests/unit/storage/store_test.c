/* store_test.c - both stores keep the contract of machine/store.h. Damage is in
 * store_damage_test.c, the full disk in store_full_test.c. */
#include "support/folder.h"
#include "support_store.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

struct fixture {
    struct test_folder folder;
    struct store store;
    struct store_model model;
    bool is_lmdb;
};

static void open_lmdb(struct fixture *fixture, enum store_opened expected)
{
    enum store_opened opened;
    struct error_text text = {{0}};
    enum error error = store_lmdb_open(&fixture->store, test_path(&fixture->folder, "store"),
                                       &store_genesis, &opened, &text);
    if (error != OK) {
        print_error("%s\n", text.text);
    }
    assert_int_equal(error, OK);
    assert_int_equal(opened, expected);
}

static int set_up_lmdb(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    test_folder_init(&fixture->folder);
    store_model_init(&fixture->model);
    fixture->is_lmdb = true;
    open_lmdb(fixture, STORE_FRESH);
    *state = fixture;
    return 0;
}

static int set_up_memory(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    test_folder_init(&fixture->folder);
    store_model_init(&fixture->model);
    assert_int_equal(store_memory_new(&fixture->store), OK);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->is_lmdb) {
        store_lmdb_close(&fixture->store);
    } else {
        store_memory_free(&fixture->store);
    }
    store_model_fini(&fixture->model);
    test_folder_fini(&fixture->folder);
    free(fixture);
    return 0;
}

static void refresh(const struct fixture *fixture)
{
    assert_int_equal(fixture->store.ops->refresh(fixture->store.self), OK);
}

static void fresh_store_is_empty_at_height_0(void **state)
{
    struct fixture *fixture = *state;
    refresh(fixture);
    store_model_check(&fixture->model, &fixture->store);
}

static void commits_are_seen_after_refresh_and_not_before(void **state)
{
    struct fixture *fixture = *state;
    refresh(fixture);
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct store_model before;
        store_model_init(&before);
        assert_int_equal(store_model_commit(&fixture->model, &fixture->store, seed, 200, 300, NULL),
                         OK);
        struct store_meta meta;
        assert_int_equal(fixture->store.ops->meta(fixture->store.self, &meta), OK);
        assert_int_equal(meta.height, seed);
        refresh(fixture);
        store_model_check(&fixture->model, &fixture->store);
        store_model_fini(&before);
    }
}

static void next_and_get_take_any_bound(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t low[600];
    static uint8_t high[600];
    memset(high, 0xff, sizeof high);
    const uint8_t key_bytes[] = {0, 5};
    struct store_change change = {.key = slice_of(key_bytes, 2), .value = slice_of_text("value")};
    struct store_meta meta = {.height = 1};
    struct digest entry;
    struct set_digest set = {{0}};
    set_digest_entry(change.key, change.value, &entry);
    set_digest_add(&set, &entry);
    set_digest_encode(&set, meta.set_digest);
    assert_int_equal(fixture->store.ops->commit(fixture->store.self, &change, 1, &meta, NULL), OK);
    refresh(fixture);
    for (size_t size = 0; size <= sizeof low; size += 1 + size / 7) {
        struct slice key;
        struct slice value;
        bool found;
        const struct store *store = &fixture->store;
        assert_int_equal(
            store->ops->next(store->self, slice_of(low, size), false, &key, &value, &found), OK);
        assert_true(found && slice_is_equal(key, change.key));
        assert_int_equal(
            store->ops->next(store->self, slice_of(high, size), true, &key, &value, &found), OK);
        assert_true(found == (size == 0));
        assert_int_equal(store->ops->get(store->self, slice_of(low, size), &value, &found), OK);
        assert_false(found);
    }
}

static void reopened_store_is_sound_and_the_same(void **state)
{
    struct fixture *fixture = *state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        size_t count = seed % 3 == 2 ? 0 : 400;
        assert_int_equal(
            store_model_commit(&fixture->model, &fixture->store, seed, count, 2000, NULL), OK);
        store_lmdb_close(&fixture->store);
        open_lmdb(fixture, STORE_SOUND);
        refresh(fixture);
        store_model_check(&fixture->model, &fixture->store);
    }
}

static void store_in_use_or_of_another_group_is_refused(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_path(&fixture->folder, "store");
    struct store other;
    enum store_opened opened;
    struct error_text text;
    assert_int_equal(store_model_commit(&fixture->model, &fixture->store, 1, 10, 10, NULL), OK);
    assert_int_equal(store_lmdb_open(&other, path, &store_genesis, &opened, &text), ERROR_IN_USE);
    store_lmdb_close(&fixture->store);
    struct digest genesis = store_genesis;
    genesis.bytes[5] ^= 1;
    assert_int_equal(store_lmdb_open(&other, path, &genesis, &opened, &text), ERROR_FOREIGN);
    open_lmdb(fixture, STORE_SOUND);
}

static void key_out_of_bounds_is_refused_and_nothing_changes(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t bytes[STORE_KEY_BYTES_MAX + 1];
    const struct store_change changes[] = {
        {.key = slice_of("a", 1), .value = slice_of("b", 1)},
        {.key = slice_of(bytes, sizeof bytes), .value = slice_of("b", 1)},
    };
    struct store_meta meta = {.height = 1};
    struct error_text text;
    assert_int_equal(fixture->store.ops->commit(fixture->store.self, changes, 2, &meta, &text),
                     ERROR_LIMIT);
    refresh(fixture);
    store_model_check(&fixture->model, &fixture->store);
}

/* A writer that commits until it is told to stop. */
struct writer {
    struct fixture *fixture;
    atomic_bool is_stopped;
    atomic_int commits;
    enum error error;
};

static void *write_on(void *context)
{
    struct writer *writer = context;
    uint64_t seed = 100;
    while (!atomic_load(&writer->is_stopped) && writer->error == OK) {
        writer->error = store_model_commit(&writer->fixture->model, &writer->fixture->store, seed++,
                                           100, 500, NULL);
        (void)atomic_fetch_add(&writer->commits, 1);
    }
    return NULL;
}

static size_t walk(const struct store *store, struct set_digest *set)
{
    struct slice after = slice_of(NULL, 0);
    size_t count = 0;
    *set = (struct set_digest){{0}};
    for (bool found = true; found; count++) {
        struct slice value;
        assert_int_equal(store->ops->next(store->self, after, false, &after, &value, &found), OK);
        if (found) {
            struct digest entry;
            set_digest_entry(after, value, &entry);
            set_digest_add(set, &entry);
        }
    }
    return count;
}

static void readers_see_one_snapshot_while_commits_go_on(void **state)
{
    struct fixture *fixture = *state;
    struct writer writer = {.fixture = fixture};
    assert_int_equal(store_model_commit(&fixture->model, &fixture->store, 1, 500, 500, NULL), OK);
    refresh(fixture);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
    for (size_t round = 0; round < 30 || atomic_load(&writer.commits) < 10; round++) {
        struct store_meta meta;
        assert_int_equal(fixture->store.ops->meta(fixture->store.self, &meta), OK);
        uint8_t sum[SET_DIGEST_BYTES];
        struct set_digest set;
        (void)walk(&fixture->store, &set);
        set_digest_encode(&set, sum);
        assert_memory_equal(sum, meta.set_digest, sizeof sum); /* all of one commit */
        refresh(fixture);
    }
    atomic_store(&writer.is_stopped, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(writer.error, OK);
    refresh(fixture);
    store_model_check(&fixture->model, &fixture->store);
}

#define BOTH(test)                                                                                 \
    {#test "/lmdb", test, set_up_lmdb, tear_down, NULL},                                           \
    {                                                                                              \
#test "/memory", test, set_up_memory, tear_down, NULL                                      \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(fresh_store_is_empty_at_height_0),
        BOTH(commits_are_seen_after_refresh_and_not_before),
        BOTH(next_and_get_take_any_bound),
        BOTH(readers_see_one_snapshot_while_commits_go_on),
        cmocka_unit_test_setup_teardown(reopened_store_is_sound_and_the_same, set_up_lmdb,
                                        tear_down),
        cmocka_unit_test_setup_teardown(store_in_use_or_of_another_group_is_refused, set_up_lmdb,
                                        tear_down),
        cmocka_unit_test_setup_teardown(key_out_of_bounds_is_refused_and_nothing_changes,
                                        set_up_lmdb, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
