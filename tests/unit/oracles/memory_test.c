/* memory_test.c - the oracles' memory: map and pages find what was put, the shelf keeps what it was
 * given, marks tell bytes apart, a finding is the first one and fits its room. */
#include "oracles/finding.h"
#include "oracles/map.h"
#include "oracles/pages.h"
#include "oracles/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void map_finds_what_was_put(void **state)
{
    (void)state;
    struct oracle_map map = {0};
    bool is_new;
    assert_null(oracle_map_find(&map, 1, 2));
    for (uint64_t i = 0; i < 5000; i++) {
        *oracle_map_at(&map, i / 70, i % 70, &is_new) = i;
        assert_true(is_new);
    }
    for (uint64_t i = 0; i < 5000; i++) {
        assert_int_equal(*oracle_map_find(&map, i / 70, i % 70), i);
        assert_int_equal(*oracle_map_at(&map, i / 70, i % 70, &is_new), i);
        assert_false(is_new);
    }
    assert_null(oracle_map_find(&map, 1, 70));
    assert_int_equal(map.count, 5000);
    oracle_map_fini(&map);
}

static void pages_find_what_was_put(void **state)
{
    (void)state;
    struct oracle_pages pages = {0};
    uint64_t *first = NULL;
    assert_null(oracle_pages_find(&pages, 7, sizeof *first));
    for (uint64_t i = 0; i < 5000; i++) { /* some side by side, some far apart, back and forth */
        uint64_t number = i % 2 == 0 ? i / 2 : UINT64_MAX - i * i * 1000;
        uint64_t *item = oracle_pages_at(&pages, number, sizeof *item);
        assert_int_equal(*item, 0);
        *item = i + 1;
        first = i == 0 ? item : first;
    }
    for (uint64_t i = 0; i < 5000; i++) {
        uint64_t number = i % 2 == 0 ? i / 2 : UINT64_MAX - i * i * 1000;
        const uint64_t *item = oracle_pages_find(&pages, number, sizeof *item);
        assert_non_null(item);
        assert_int_equal(*item, i + 1);
        assert_ptr_equal(oracle_pages_at(&pages, number, sizeof *item), item);
    }
    assert_ptr_equal(oracle_pages_find(&pages, 0, sizeof *first), first); /* where it was */
    assert_null(oracle_pages_find(&pages, UINT64_C(1) << 40, sizeof *first));
    oracle_pages_fini(&pages);
}

static void shelf_keeps_what_it_was_given(void **state)
{
    (void)state;
    struct oracle_shelf shelf = {0};
    struct slice kept[64];
    static uint8_t bytes[300 << 10];
    for (size_t i = 0; i < 64; i++) {
        memset(bytes, (int)i, sizeof bytes);
        kept[i] =
            oracle_shelf_keep(&shelf, slice_of(bytes, i == 40 ? sizeof bytes : 7000 * i % 999));
    }
    for (size_t i = 0; i < 64; i++) {
        memset(bytes, (int)i, sizeof bytes);
        assert_true(slice_is_equal(kept[i], slice_of(bytes, kept[i].size)));
        assert_int_equal(kept[i].size, i == 40 ? sizeof bytes : 7000 * i % 999);
    }
    oracle_shelf_fini(&shelf);
}

static void marks_tell_bytes_apart(void **state)
{
    (void)state;
    uint8_t bytes[40] = {0};
    struct oracle_map seen = {0};
    bool is_new;
    for (size_t size = 0; size <= sizeof bytes; size++) { /* zeros differ by their number */
        struct oracle_mark mark = oracle_mark_of(slice_of(bytes, size));
        (void)oracle_map_at(&seen, mark.a, mark.b, &is_new);
        assert_true(is_new);
    }
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] = (uint8_t)(1u << bit % 8);
        struct oracle_mark mark = oracle_mark_of(slice_of(bytes, sizeof bytes));
        (void)oracle_map_at(&seen, mark.a, mark.b, &is_new);
        assert_true(is_new);
        assert_true(oracle_mark_is_equal(mark, oracle_mark_of(slice_of(bytes, sizeof bytes))));
        bytes[bit / 8] = 0;
    }
    oracle_map_fini(&seen);
}

/* The same on every machine: findings and traces may not depend on it. */
static void marks_are_pinned(void **state)
{
    (void)state;
    struct oracle_mark mark = oracle_mark_of(slice_of("commander", 9));
    struct oracle_mark again = oracle_mark_of(slice_of("commander", 9));
    assert_true(oracle_mark_is_equal(mark, again));
    assert_int_equal(mark.a, UINT64_C(0xb825d1411701be07));
    assert_int_equal(mark.b, UINT64_C(0x8ca3e77d750ff9b7));
}

static void finding_is_the_first_and_fits(void **state)
{
    (void)state;
    struct oracle_finding finding = {0};
    assert_null(oracle_finding_text(&finding));
    oracle_finding_note(&finding, "replica %u %0400d", 3u, 1);
    oracle_finding_note(&finding, "another");
    const char *text = oracle_finding_text(&finding);
    assert_int_equal(strlen(text), ORACLE_TEXT_BYTES - 1);
    assert_memory_equal(text, "replica 3 000", 13);
    struct digest digest = {{0x01, 0xab, 0xff}};
    assert_string_equal(oracle_hex_of(&digest).text, "01abff0000000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_finds_what_was_put),
        cmocka_unit_test(pages_find_what_was_put),
        cmocka_unit_test(shelf_keeps_what_it_was_given),
        cmocka_unit_test(marks_tell_bytes_apart),
        cmocka_unit_test(marks_are_pinned),
        cmocka_unit_test(finding_is_the_first_and_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
