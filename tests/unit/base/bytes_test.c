/* bytes_test.c - slices and little-endian integers. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void slice_compare_orders_as_bytes_and_prefix_first(void **state)
{
    (void)state;
    const char *const ascending[] = {"", "a", "a\x01", "ab", "b", "\x7f", "\x80", "\xff\xff"};
    size_t const count = sizeof ascending / sizeof ascending[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            struct slice a = slice_of_text(ascending[i]);
            struct slice b = slice_of_text(ascending[j]);
            assert_int_equal(sign(slice_compare(a, b)), (i > j) - (i < j));
            assert_int_equal(slice_is_equal(a, b), i == j);
        }
    }
}

static void slice_empty_at_null_is_like_any_empty(void **state)
{
    (void)state;
    struct slice const none = slice_of(NULL, 0);
    struct slice const empty = slice_of_text("");
    struct slice const some = slice_of_text("x");
    uint8_t byte = 7;
    assert_int_equal(slice_compare(none, empty), 0);
    assert_true(slice_is_equal(none, empty));
    assert_true(slice_compare(none, some) < 0);
    assert_true(slice_starts_with(some, none));
    assert_true(slice_starts_with(none, none));
    assert_false(slice_starts_with(none, some));
    bytes_copy(&byte, NULL, 0);
    bytes_copy(NULL, NULL, 0);
    assert_int_equal(byte, 7);
}

static void slice_starts_with_only_its_prefixes(void **state)
{
    (void)state;
    struct slice const bytes = slice_of_text("order");
    assert_true(slice_starts_with(bytes, slice_of_text("ord")));
    assert_true(slice_starts_with(bytes, bytes));
    assert_false(slice_starts_with(bytes, slice_of_text("orders")));
    assert_false(slice_starts_with(bytes, slice_of_text("rd")));
}

static void integers_are_little_endian_and_round_trip(void **state)
{
    (void)state;
    uint8_t bytes[9] = {0};
    put_u32(bytes + 1, UINT32_C(0x01020304)); /* at any alignment */
    assert_memory_equal(bytes, "\0\4\3\2\1\0\0\0\0", sizeof bytes);
    assert_true(get_u32(bytes + 1) == UINT32_C(0x01020304));
    put_u64(bytes + 1, UINT64_C(0xf1f2f3f4f5f6f7f8));
    assert_memory_equal(bytes, "\0\xf8\xf7\xf6\xf5\xf4\xf3\xf2\xf1", sizeof bytes);
    assert_true(get_u64(bytes + 1) == UINT64_C(0xf1f2f3f4f5f6f7f8));
    put_u64(bytes, UINT64_MAX);
    assert_true(get_u64(bytes) == UINT64_MAX);
    assert_true(get_u32(bytes) == UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slice_compare_orders_as_bytes_and_prefix_first),
        cmocka_unit_test(slice_empty_at_null_is_like_any_empty),
        cmocka_unit_test(slice_starts_with_only_its_prefixes),
        cmocka_unit_test(integers_are_little_endian_and_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
