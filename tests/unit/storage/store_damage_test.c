/* store_damage_test.c - a store whose files were changed behind its back is set aside, or is still
 * exactly what it was; it is never half-believed, and never brings the program down. */
#include "support/folder.h"
#include "support_store.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
// cmocka.h wants the three above first
#include <cmocka.h>

struct fixture {
    struct test_folder folder;
    struct store_model model;
    char *data;
    size_t data_size;
    char *note;
    size_t note_size;
};

static const char *store_path(struct fixture *fixture, const char *name)
{
    return test_path(&fixture->folder, "store/%s", name);
}

static enum store_opened open_store(struct fixture *fixture, struct store *store)
{
    enum store_opened opened;
    struct error_text text = {{0}};
    enum error error = store_lmdb_open(store, test_path(&fixture->folder, "store"), &store_genesis,
                                       &opened, &text);
    if (error != OK) {
        print_error("%s\n", text.text);
    }
    assert_int_equal(error, OK);
    if (opened == STORE_SET_ASIDE) {
        assert_true(test_exists(text.text));
        assert_non_null(strstr(text.text, "store.damaged-1"));
        test_remove_tree(text.text);
    }
    return opened;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    test_folder_init(&fixture->folder);
    store_model_init(&fixture->model);
    struct store store;
    assert_int_equal(open_store(fixture, &store), STORE_FRESH);
    for (uint64_t seed = 0; seed < 8; seed++) {
        assert_int_equal(store_model_commit(&fixture->model, &store, seed, 150, 400, NULL), OK);
    }
    store_lmdb_close(&store);
    fixture->data = test_read_file(store_path(fixture, "data.mdb"), &fixture->data_size);
    fixture->note = test_read_file(store_path(fixture, "note"), &fixture->note_size);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    store_model_fini(&fixture->model);
    free(fixture->data);
    free(fixture->note);
    test_folder_fini(&fixture->folder);
    free(fixture);
    return 0;
}

/* The folder with this data and note, whatever was there. */
static void put_back(struct fixture *fixture, size_t data_size)
{
    test_remove_tree(test_path(&fixture->folder, "store"));
    assert_int_equal(mkdir(test_path(&fixture->folder, "store"), 0700), 0);
    test_write_file(store_path(fixture, "data.mdb"), fixture->data, data_size);
    test_write_file(store_path(fixture, "note"), fixture->note, fixture->note_size);
}

/* Opens whatever is there: either set aside and usable afresh, or exactly the model and usable. */
static bool open_is_honest(struct fixture *fixture)
{
    struct store store;
    enum store_opened opened = open_store(fixture, &store);
    struct store_model fresh;
    store_model_init(&fresh);
    if (opened == STORE_SOUND) {
        store_model_check(&fixture->model, &store);
    } else {
        assert_int_equal(opened, STORE_SET_ASIDE);
        store_model_check(&fresh, &store);
        assert_int_equal(store_model_commit(&fresh, &store, 5, 50, 50, NULL), OK);
        assert_int_equal(store.ops->refresh(store.self), OK);
        store_model_check(&fresh, &store);
    }
    store_model_fini(&fresh);
    store_lmdb_close(&store);
    return opened == STORE_SET_ASIDE;
}

static void store_that_was_not_touched_is_sound(void **state)
{
    struct fixture *fixture = *state;
    put_back(fixture, fixture->data_size);
    assert_false(open_is_honest(fixture));
}

static void truncated_data_is_set_aside(void **state)
{
    struct fixture *fixture = *state;
    for (size_t size = 0; size < fixture->data_size; size += 1 + fixture->data_size / 25) {
        put_back(fixture, size);
        assert_true(open_is_honest(fixture));
    }
    put_back(fixture, fixture->data_size - 1);
    assert_true(open_is_honest(fixture));
}

static void flipped_bits_are_found_or_harmless(void **state)
{
    struct fixture *fixture = *state;
    struct prng prng;
    prng_init(&prng, 1);
    size_t found = 0;
    for (size_t round = 0; round < 250; round++) {
        /* The beginnings of the first two pages hold the trees' roots: more of these. */
        size_t place = round % 3 == 0 ? prng_below(&prng, 2) * 4096 + prng_below(&prng, 170)
                                      : (size_t)prng_below(&prng, fixture->data_size);
        unsigned bit = 1u << prng_below(&prng, 8);
        fixture->data[place] = (char)((unsigned char)fixture->data[place] ^ bit);
        put_back(fixture, fixture->data_size);
        found += open_is_honest(fixture);
        fixture->data[place] = (char)((unsigned char)fixture->data[place] ^ bit);
    }
    assert_true(found > 20); /* most of the file is free, or room in pages */
}

static void garbage_pages_are_found_or_were_free(void **state)
{
    struct fixture *fixture = *state;
    size_t pages = fixture->data_size / 4096;
    size_t found = 0;
    for (size_t page = 0; page < pages; page += 1 + pages / 60) {
        char saved[4096];
        memcpy(saved, fixture->data + page * 4096, sizeof saved);
        for (size_t i = 0; i < sizeof saved; i++) {
            fixture->data[page * 4096 + i] = (char)(i * 131 + page);
        }
        put_back(fixture, fixture->data_size);
        found += open_is_honest(fixture);
        memset(fixture->data + page * 4096, 0, sizeof saved);
        put_back(fixture, fixture->data_size);
        found += open_is_honest(fixture);
        memcpy(fixture->data + page * 4096, saved, sizeof saved);
    }
    assert_true(found > 10);
}

static void older_data_under_a_newer_note_is_set_aside(void **state)
{
    struct fixture *fixture = *state;
    struct store store;
    put_back(fixture, fixture->data_size);
    assert_int_equal(open_store(fixture, &store), STORE_SOUND);
    struct store_model model = fixture->model;
    omap_init(&model.map, 0);
    struct store_meta meta;
    assert_int_equal(store.ops->meta(store.self, &meta), OK);
    meta.height++;
    assert_int_equal(store.ops->commit(store.self, NULL, 0, &meta, NULL), OK);
    store_lmdb_close(&store);
    test_write_file(store_path(fixture, "data.mdb"), fixture->data, fixture->data_size);
    assert_true(open_is_honest(fixture));
    store_model_fini(&model);
}

static void note_one_commit_behind_the_data_is_a_crash_and_sound(void **state)
{
    struct fixture *fixture = *state;
    struct store store;
    put_back(fixture, fixture->data_size);
    assert_int_equal(open_store(fixture, &store), STORE_SOUND);
    assert_int_equal(store_model_commit(&fixture->model, &store, 77, 100, 400, NULL), OK);
    store_lmdb_close(&store);
    test_write_file(store_path(fixture, "note"), fixture->note, fixture->note_size);
    assert_false(open_is_honest(fixture));
    assert_false(open_is_honest(fixture));
}

static void damaged_or_missing_note_sets_aside_what_it_spoke_of(void **state)
{
    struct fixture *fixture = *state;
    struct prng prng;
    prng_init(&prng, 2);
    for (size_t slot = 0; slot < 2; slot++) { /* one slot may be lost, as in a torn write */
        for (size_t round = 0; round < 10; round++) {
            size_t place = slot * 4096 + (size_t)prng_below(&prng, 4096);
            fixture->note[place] ^= 1;
            put_back(fixture, fixture->data_size);
            assert_false(open_is_honest(fixture));
            fixture->note[place] ^= 1;
        }
    }
    fixture->note[100] ^= 1;
    fixture->note[4096 + 100] ^= 1;
    put_back(fixture, fixture->data_size);
    assert_true(open_is_honest(fixture));
    put_back(fixture, fixture->data_size);
    assert_int_equal(unlink(store_path(fixture, "note")), 0);
    assert_true(open_is_honest(fixture));
    fixture->note[100] ^= 1;
    fixture->note[4096 + 100] ^= 1;
    put_back(fixture, fixture->data_size);
    assert_int_equal(unlink(store_path(fixture, "data.mdb")), 0);
    assert_true(open_is_honest(fixture));
}

static void damaged_lock_file_does_not_matter(void **state)
{
    struct fixture *fixture = *state;
    static char garbage[8192];
    memset(garbage, 0x5a, sizeof garbage);
    put_back(fixture, fixture->data_size);
    test_write_file(store_path(fixture, "lock.mdb"), garbage, sizeof garbage);
    assert_false(open_is_honest(fixture));
}

static void set_aside_folders_are_numbered(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 1; i <= 3; i++) {
        put_back(fixture, fixture->data_size / 2);
        struct store store;
        enum store_opened opened;
        struct error_text text;
        assert_int_equal(store_lmdb_open(&store, test_path(&fixture->folder, "store"),
                                         &store_genesis, &opened, &text),
                         OK);
        assert_int_equal(opened, STORE_SET_ASIDE);
        assert_true(test_exists(test_path(&fixture->folder, "store.damaged-%d", i)));
        store_lmdb_close(&store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(store_that_was_not_touched_is_sound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(truncated_data_is_set_aside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flipped_bits_are_found_or_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(garbage_pages_are_found_or_were_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(older_data_under_a_newer_note_is_set_aside, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(note_one_commit_behind_the_data_is_a_crash_and_sound,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_or_missing_note_sets_aside_what_it_spoke_of, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(damaged_lock_file_does_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(set_aside_folders_are_numbered, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
