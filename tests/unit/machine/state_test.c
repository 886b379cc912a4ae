/* state_test.c - reads through all layers agree with one flat map, wherever the changes lie. */
#include "base/prng.h"
#include "machine/state.h"
#include "support_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEYS 60u

static struct slice make_key(char text[16], uint64_t number)
{
    int size = snprintf(text, 16, "mkey-%02u", (unsigned)number);
    return slice_of(text, (size_t)size);
}

static void assert_same_reads(struct state *state, const struct omap *model)
{
    for (uint64_t number = 0; number <= KEYS; number++) {
        char text[16];
        struct slice key = make_key(text, number);
        struct slice value;
        struct omap_entry *entry = omap_find(model, key);
        assert_int_equal(state_get(state, key, &value), entry != NULL);
        assert_true(entry == NULL || slice_is_equal(value, omap_value(entry)));
        for (int inclusive = 0; inclusive < 2; inclusive++) {
            struct slice next;
            entry = omap_seek(model, key, inclusive != 0);
            assert_int_equal(state_next(state, key, inclusive != 0, &next, &value), entry != NULL);
            assert_true(entry == NULL || (slice_is_equal(next, omap_key(entry)) &&
                                          slice_is_equal(value, omap_value(entry))));
        }
    }
}

static void commit(struct state *state, struct store store)
{
    struct store_meta meta = {0};
    struct set_digest sum;
    struct store_change *list;
    size_t count;
    struct error_text text;
    assert_int_equal(state_fold_frozen(state, &sum), OK);
    set_digest_encode(&sum, meta.set_digest);
    assert_int_equal(state_list_frozen(state, &list, &count), OK);
    assert_int_equal(store.ops->commit(store.self, list, count, &meta, &text), OK);
    free(list);
    assert_int_equal(store.ops->refresh(store.self), OK);
    state_thaw(state);
}

static void reads_agree_with_a_flat_map_in_any_layer(void **unused)
{
    (void)unused;
    struct prng prng;
    prng_init(&prng, 3);
    struct test_store memory;
    test_store_init(&memory);
    struct store store = test_store_interface(&memory);
    uint8_t const nothing[SET_DIGEST_BYTES] = {0};
    struct state state;
    assert_int_equal(state_init(&state, store, nothing), OK);
    struct omap model;
    omap_init(&model, 0);
    for (size_t step = 0; step < 3000; step++) {
        char text[16];
        struct slice key = make_key(text, prng_below(&prng, KEYS));
        if (prng_below(&prng, 2) == 0) {
            state_put(&state, key, NULL);
            (void)omap_delete(&model, key);
        } else {
            struct slice value = slice_of("0123456789", prng_below(&prng, 10));
            state_put(&state, key, &value);
            (void)omap_put(&model, key, value, NULL);
        }
        if (prng_below(&prng, 30) == 0) {
            if (state.is_frozen) {
                commit(&state, store);
            } else {
                state_freeze(&state);
            }
        }
        if (step % 20 == 0) {
            (void)state_fold(&state, prng_below(&prng, 10));
            assert_same_reads(&state, &model);
        }
    }
    assert_same_reads(&state, &model);
    for (int rounds = 0; rounds < 2; rounds++) { /* into the store with everything */
        if (!state.is_frozen) {
            state_freeze(&state);
        }
        commit(&state, store);
    }
    assert_int_equal(omap_count(&memory.visible), omap_count(&model));
    struct digest scratch;
    struct digest kept;
    struct set_digest sum;
    test_store_digest(&memory, &scratch);
    state_digest(&state, &sum);
    set_digest_fold(&sum, &kept);
    assert_true(digest_is_equal(&scratch, &kept));
    state_fini(&state);
    omap_fini(&model);
    test_store_fini(&memory);
}

static void machine_bytes_count_distinct_machine_changes(void **unused)
{
    (void)unused;
    struct test_store memory;
    test_store_init(&memory);
    uint8_t const nothing[SET_DIGEST_BYTES] = {0};
    struct state state;
    assert_int_equal(state_init(&state, test_store_interface(&memory), nothing), OK);
    struct slice value = slice_of_text("12345");
    struct slice shorter = slice_of_text("1");
    state_put(&state, slice_of_text("mk"), &value);
    assert_int_equal(state.machine_bytes, CHANGE_OVERHEAD_BYTES + 2 + 5);
    state_put(&state, slice_of_text("mk"), &shorter);
    assert_int_equal(state.machine_bytes, CHANGE_OVERHEAD_BYTES + 2 + 1);
    state_put(&state, slice_of_text("mk"), NULL);
    assert_int_equal(state.machine_bytes, CHANGE_OVERHEAD_BYTES + 2);
    state_put(&state, slice_of_text("session"), &value);
    assert_int_equal(state.machine_bytes, CHANGE_OVERHEAD_BYTES + 2);
    state_fini(&state);
    test_store_fini(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_agree_with_a_flat_map_in_any_layer),
        cmocka_unit_test(machine_bytes_count_distinct_machine_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
