/* histogram_test.c - the histogram against exact percentiles. */
#include "cmd/histogram.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct histogram histogram;

static int set_up(void **state)
{
    (void)state;
    memset(&histogram, 0, sizeof histogram);
    return 0;
}

static void assert_within(uint64_t found, uint64_t expected, double share)
{
    double off = found > expected ? (double)(found - expected) : (double)(expected - found);
    if (off > share * (double)expected) {
        fail_msg("%llu is not within %g of %llu", (unsigned long long)found, share,
                 (unsigned long long)expected);
    }
}

static void histogram_empty_is_zero(void **state)
{
    (void)state;
    assert_int_equal(histogram_at(&histogram, 50000), 0);
    assert_int_equal(histogram.maximum, 0);
}

static void histogram_small_numbers_are_exact(void **state)
{
    (void)state;
    for (uint64_t value = 0; value < 256; value++) {
        memset(&histogram, 0, sizeof histogram);
        histogram_add(&histogram, value);
        histogram_add(&histogram, 1000);
        assert_int_equal(histogram_at(&histogram, 50000), value);
    }
}

static void histogram_any_number_is_within_half_a_percent(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 7);
    for (unsigned bits = 1; bits <= HISTOGRAM_VALUE_BITS; bits++) {
        uint64_t edge = UINT64_C(1) << bits;
        for (int i = 0; i < 200; i++) {
            uint64_t value = i == 0 ? edge - 1 : i == 1 ? edge / 2 : prng_below(&prng, edge);
            memset(&histogram, 0, sizeof histogram);
            histogram_add(&histogram, value);
            histogram_add(&histogram, HISTOGRAM_VALUE_MAX); /* so that the maximum caps nothing */
            assert_within(histogram_at(&histogram, 50000), value, 0.004);
        }
    }
}

static void histogram_beyond_the_range_counts_as_the_end_and_maximum_is_exact(void **state)
{
    (void)state;
    histogram_add(&histogram, UINT64_MAX);
    assert_int_equal(histogram.maximum, UINT64_MAX);
    assert_within(histogram_at(&histogram, 50000), HISTOGRAM_VALUE_MAX, 0.004);
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void histogram_percentiles_match_sorted_values(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static uint64_t values[COUNT];
    static const uint32_t shares[] = {1, 50000, 90000, 99000, 99900, 100000};
    struct prng prng;
    prng_init(&prng, 11);
    for (size_t i = 0; i < COUNT; i++) { /* a long tail: microseconds to minutes */
        values[i] = 1000 + prng_below(&prng, UINT64_C(1) << (10 + prng_below(&prng, 27)));
        histogram_add(&histogram, values[i]);
    }
    qsort(values, COUNT, sizeof values[0], compare);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        size_t rank =
            ((size_t)COUNT * shares[i] + HISTOGRAM_SHARE_WHOLE - 1) / HISTOGRAM_SHARE_WHOLE;
        rank = rank == 0 ? 1 : rank;
        assert_within(histogram_at(&histogram, shares[i]), values[rank - 1], 0.01);
    }
    assert_int_equal(histogram.maximum, values[COUNT - 1]);
}

static void histogram_of_one_number_has_it_at_every_share(void **state)
{
    (void)state;
    histogram_add(&histogram, 123456789);
    assert_within(histogram_at(&histogram, 0), 123456789, 0.004);
    assert_within(histogram_at(&histogram, 99900), 123456789, 0.004);
    assert_true(histogram_at(&histogram, 100000) <= histogram.maximum);
}

static void histogram_merged_is_as_if_counted_together(void **state)
{
    (void)state;
    static struct histogram left;
    static struct histogram right;
    struct prng prng;
    prng_init(&prng, 3);
    for (int i = 0; i < 1000; i++) {
        uint64_t value = prng_below(&prng, UINT64_C(1) << 34);
        histogram_add(i % 2 == 0 ? &left : &right, value);
        histogram_add(&histogram, value);
    }
    histogram_merge(&left, &right);
    assert_memory_equal(&left, &histogram, sizeof histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(histogram_empty_is_zero, set_up),
        cmocka_unit_test_setup(histogram_small_numbers_are_exact, set_up),
        cmocka_unit_test_setup(histogram_any_number_is_within_half_a_percent, set_up),
        cmocka_unit_test_setup(histogram_beyond_the_range_counts_as_the_end_and_maximum_is_exact,
                               set_up),
        cmocka_unit_test_setup(histogram_percentiles_match_sorted_values, set_up),
        cmocka_unit_test_setup(histogram_of_one_number_has_it_at_every_share, set_up),
        cmocka_unit_test_setup(histogram_merged_is_as_if_counted_together, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
