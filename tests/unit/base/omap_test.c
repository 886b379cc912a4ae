/* omap_test.c - the ordered map against a sorted array that does the same the slow way. */
#include "base/omap.h"
#include "base/prng.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MODEL_MAX 4096

struct model_entry {
    uint8_t key[24];
    size_t key_size;
    uint8_t value[1100];
    size_t value_size;
};

struct model {
    size_t count;
    struct model_entry *entries[MODEL_MAX];
};

static struct slice model_key(const struct model *model, size_t i)
{
    return slice_of(model->entries[i]->key, model->entries[i]->key_size);
}

/* Index of the first key >= `key`. */
static size_t model_search(const struct model *model, struct slice key)
{
    size_t i = 0;
    while (i < model->count && slice_compare(model_key(model, i), key) < 0) {
        i++;
    }
    return i;
}

static bool model_has(const struct model *model, size_t at, struct slice key)
{
    return at < model->count && slice_is_equal(model_key(model, at), key);
}

static void model_put(struct model *model, struct slice key, struct slice value)
{
    size_t at = model_search(model, key);
    if (!model_has(model, at, key)) {
        assert_true(model->count < MODEL_MAX);
        memmove(model->entries + at + 1, model->entries + at,
                (model->count - at) * sizeof(struct model_entry *));
        model->entries[at] = calloc(1, sizeof(struct model_entry));
        assert_non_null(model->entries[at]);
        model->count++;
    }
    bytes_copy(model->entries[at]->key, key.data, key.size);
    model->entries[at]->key_size = key.size;
    bytes_copy(model->entries[at]->value, value.data, value.size);
    model->entries[at]->value_size = value.size;
}

static bool model_delete(struct model *model, struct slice key)
{
    size_t at = model_search(model, key);
    if (!model_has(model, at, key)) {
        return false;
    }
    free(model->entries[at]);
    model->count--;
    memmove(model->entries + at, model->entries + at + 1,
            (model->count - at) * sizeof(struct model_entry *));
    return true;
}

static void assert_same(const struct omap *map, const struct model *model)
{
    omap_check(map);
    assert_int_equal(omap_count(map), model->count);
    struct omap_cursor cursor = omap_begin(map);
    for (size_t i = 0; i < model->count; i++) {
        struct omap_entry *entry = omap_step(&cursor);
        assert_non_null(entry);
        assert_true(slice_is_equal(omap_key(entry), model_key(model, i)));
        assert_true(slice_is_equal(
            omap_value(entry), slice_of(model->entries[i]->value, model->entries[i]->value_size)));
    }
    assert_null(omap_step(&cursor));
}

static void assert_seeks(const struct omap *map, const struct model *model, struct slice key)
{
    size_t at = model_search(model, key);
    bool has = model_has(model, at, key);
    assert_int_equal(omap_find(map, key) != NULL, has);
    for (int inclusive = 0; inclusive < 2; inclusive++) {
        size_t expected = has && inclusive == 0 ? at + 1 : at;
        struct omap_entry *entry = omap_seek(map, key, inclusive != 0);
        if (expected == model->count) {
            assert_null(entry);
        } else {
            assert_non_null(entry);
            assert_true(slice_is_equal(omap_key(entry), model_key(model, expected)));
        }
    }
}

/* Keys that like to share prefixes, end inside one another, and hold zero bytes. */
static struct slice random_key(struct prng *prng, uint64_t shape, uint8_t out[24])
{
    size_t size = shape == 0 ? prng_below(prng, 6) : 4 + prng_below(prng, 20);
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)prng_below(prng, shape == 2 ? 256 : 2);
    }
    if (shape == 1 && size > 12) {
        memset(out, 0x6b, 11);
    }
    return slice_of(out, size);
}

static void run_random(uint64_t seed, uint64_t shape, size_t rounds, uint64_t delete_percent)
{
    struct prng prng;
    prng_init(&prng, seed);
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    struct omap map;
    omap_init(&map, 16);
    for (size_t round = 0; round < rounds; round++) {
        uint8_t key_bytes[24];
        struct slice key = random_key(&prng, shape, key_bytes);
        /* Phases that mostly grow and mostly shrink, so that nodes empty out. */
        bool shrink = (round / 700) % 2 == 1;
        uint64_t percent = shrink ? 100 - delete_percent : delete_percent;
        if (prng_below(&prng, 100) < percent) {
            if (shrink && model->count > 0 && prng_below(&prng, 4) != 0) {
                struct slice present = model_key(model, prng_below(&prng, model->count));
                memcpy(key_bytes, present.data, present.size);
                key = slice_of(key_bytes, present.size);
            }
            assert_int_equal(omap_delete(&map, key), model_delete(model, key));
        } else {
            uint8_t value[1100];
            size_t size = prng_below(&prng, prng_below(&prng, 10) == 0 ? 1100 : 40);
            memset(value, (int)(round & 0xff), size);
            bool had = omap_find(&map, key) != NULL;
            bool is_new;
            struct omap_entry *entry = omap_put(&map, key, slice_of(value, size), &is_new);
            assert_int_equal(is_new, !had);
            assert_true(slice_is_equal(omap_value(entry), slice_of(value, size)));
            model_put(model, key, slice_of(value, size));
        }
        assert_seeks(&map, model, random_key(&prng, shape, key_bytes));
        if (round % 97 == 0) {
            assert_same(&map, model);
        }
    }
    assert_same(&map, model);
    while (model->count > 0) {
        struct slice key = model_key(model, prng_below(&prng, model->count));
        assert_true(omap_delete(&map, key));
        (void)model_delete(model, key);
    }
    assert_same(&map, model);
    omap_fini(&map);
    free(model);
}

static void random_operations_agree_with_sorted_array(void **state)
{
    (void)state;
    for (uint64_t shape = 0; shape < 3; shape++) {
        for (uint64_t seed = 1; seed <= 4; seed++) {
            run_random(seed, shape, 4200, 15);
        }
    }
}

static void empty_map_finds_nothing(void **state)
{
    (void)state;
    struct omap map;
    omap_init(&map, 0);
    omap_check(&map);
    assert_null(omap_find(&map, slice_of_text("a")));
    assert_null(omap_seek(&map, slice_of(NULL, 0), true));
    assert_false(omap_delete(&map, slice_of_text("a")));
    omap_clear(&map);
    assert_int_equal(omap_count(&map), 0);
    omap_fini(&map);
}

static void empty_key_is_a_key(void **state)
{
    (void)state;
    struct omap map;
    omap_init(&map, 0);
    (void)omap_put(&map, slice_of(NULL, 0), slice_of_text("x"), NULL);
    (void)omap_put(&map, slice_of("\0", 1), slice_of_text("y"), NULL);
    assert_int_equal(omap_count(&map), 2);
    assert_int_equal(omap_value(omap_find(&map, slice_of(NULL, 0))).data[0], 'x');
    assert_int_equal(omap_value(omap_seek(&map, slice_of(NULL, 0), false)).data[0], 'y');
    omap_check(&map);
    omap_fini(&map);
}

static void fill(struct omap *map, size_t count, size_t step)
{
    for (size_t i = 0; i < count; i++) {
        char key[32];
        int size = snprintf(key, sizeof key, "mkey-%010zu", i * step % count);
        (void)omap_put(map, slice_of(key, (size_t)size), slice_of(key, (size_t)size), NULL);
    }
}

static void many_keys_in_any_order_come_out_sorted(void **state)
{
    (void)state;
    size_t const steps[] = {1, 99999, 7919}; /* ascending, descending, scattered */
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        struct omap map;
        omap_init(&map, 8);
        fill(&map, 100000, steps[s]);
        omap_check(&map);
        assert_int_equal(omap_count(&map), 100000);
        struct omap_cursor cursor = omap_begin(&map);
        for (size_t i = 0; i < 100000; i++) {
            char key[32];
            int size = snprintf(key, sizeof key, "mkey-%010zu", i);
            assert_true(slice_is_equal(omap_key(omap_step(&cursor)), slice_of(key, (size_t)size)));
        }
        omap_clear(&map);
        omap_check(&map);
        assert_int_equal(omap_bytes(&map), 0);
        omap_fini(&map);
    }
}

static void notes_survive_replacing_the_value(void **state)
{
    (void)state;
    struct omap map;
    omap_init(&map, sizeof(uint64_t));
    struct omap_entry *entry = omap_put(&map, slice_of_text("k"), slice_of_text("v"), NULL);
    uint64_t *notes = omap_notes(entry);
    assert_int_equal(*notes, 0);
    *notes = 77;
    uint8_t large[4000] = {1};
    assert_ptr_equal(omap_put(&map, slice_of_text("k"), slice_of(large, sizeof large), NULL),
                     entry);
    assert_int_equal(*(uint64_t *)omap_notes(entry), 77);
    omap_fini(&map);
}

static void value_taken_from_the_same_entry_is_copied_first(void **state)
{
    (void)state;
    struct omap map;
    omap_init(&map, 0);
    uint8_t large[4000];
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (uint8_t)(i * 7);
    }
    struct slice key = slice_of_text("k");
    struct omap_entry *entry = omap_put(&map, key, slice_of(large, sizeof large), NULL);
    struct slice part = slice_of(omap_value(entry).data + 1, 3000); /* stays in the block */
    (void)omap_put(&map, key, part, NULL);
    assert_memory_equal(omap_value(entry).data, large + 1, 3000);
    part = slice_of(omap_value(entry).data + 1, 100); /* moves to a smaller block */
    (void)omap_put(&map, key, part, NULL);
    assert_memory_equal(omap_value(entry).data, large + 2, 100);
    omap_fini(&map);
}

static void repeated_puts_to_one_key_do_not_grow_memory(void **state)
{
    (void)state;
    struct omap map;
    omap_init(&map, 0);
    uint8_t value[3000] = {0};
    struct slice key = slice_of_text("the key");
    struct prng prng;
    prng_init(&prng, 5);
    size_t most = 0;
    for (int i = 0; i < 20000; i++) {
        (void)omap_put(&map, key, slice_of(value, prng_below(&prng, sizeof value)), NULL);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        size_t used = mallinfo2().uordblks;
        if (i == 1000) {
            most = used + 16384;
        }
        assert_true(i <= 1000 || used <= most);
#endif
    }
    (void)most;
    assert_int_equal(omap_count(&map), 1);
    assert_true(omap_bytes(&map) < 7 + sizeof value);
    omap_fini(&map);
}

static void map_can_end_in_small_steps(void **state)
{
    (void)state;
    size_t const counts[] = {0, 1, 32, 33, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct omap map;
        omap_init(&map, 0);
        fill(&map, counts[i], 1);
        size_t calls = 1;
        while (!omap_fini_some(&map, 3)) {
            calls++;
        }
        assert_true(calls <= counts[i] / 32 + 1);
        assert_true(omap_fini_some(&map, 3));
        omap_fini(&map);
    }
}

static void map_can_end_halfway_at_once(void **state)
{
    (void)state;
    struct omap map;
    omap_init(&map, 0);
    fill(&map, 5000, 7);
    assert_false(omap_fini_some(&map, 1));
    omap_fini(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_agree_with_sorted_array),
        cmocka_unit_test(empty_map_finds_nothing),
        cmocka_unit_test(empty_key_is_a_key),
        cmocka_unit_test(many_keys_in_any_order_come_out_sorted),
        cmocka_unit_test(notes_survive_replacing_the_value),
        cmocka_unit_test(value_taken_from_the_same_entry_is_copied_first),
        cmocka_unit_test(map_can_end_in_small_steps),
        cmocka_unit_test(map_can_end_halfway_at_once),
        cmocka_unit_test(repeated_puts_to_one_key_do_not_grow_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
