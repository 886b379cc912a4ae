/* prng_test.c - the published generator, and no bias below a bound. */
#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The first outputs of the reference xoshiro256** from the state {1, 2, 3, 4}. */
static void prng_from_reference_state_gives_reference_outputs(void **state)
{
    (void)state;
    uint64_t const expected[] = {11520,
                                 0,
                                 1509978240,
                                 UINT64_C(1215971899390074240),
                                 UINT64_C(1216172134540287360),
                                 UINT64_C(607988272756665600),
                                 UINT64_C(16172922978634559625),
                                 UINT64_C(8476171486693032832)};
    struct prng prng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(prng_next(&prng) == expected[i]);
    }
}

/* The first outputs of the reference splitmix64 from the seed 0. */
static void prng_seed_is_spread_by_splitmix64(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 0);
    assert_true(prng.state[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(prng.state[1] == UINT64_C(0x6e789e6aa1b965f4));
    assert_true(prng.state[2] == UINT64_C(0x06c45d188009454f));
    assert_true(prng.state[3] == UINT64_C(0xf88bb8a8724c81ec));
}

static void prng_same_seed_gives_same_sequence(void **state)
{
    (void)state;
    struct prng a;
    struct prng b;
    struct prng c;
    prng_init(&a, 7);
    prng_init(&b, 7);
    prng_init(&c, 8);
    for (int i = 0; i < 100; i++) {
        uint64_t value = prng_next(&a);
        assert_true(value == prng_next(&b));
        assert_true(value != prng_next(&c));
    }
}

static void prng_below_stays_below_and_reaches_all(void **state)
{
    (void)state;
    struct prng prng;
    prng_init(&prng, 3);
    for (uint64_t bound = 1; bound <= 20; bound++) {
        uint32_t seen = 0;
        for (int i = 0; i < 1000; i++) {
            uint64_t value = prng_below(&prng, bound);
            assert_true(value < bound);
            seen |= UINT32_C(1) << value;
        }
        assert_int_equal(seen, (UINT32_C(1) << bound) - 1);
    }
    for (int i = 0; i < 1000; i++) { /* nearly half of all values are rejected here */
        assert_true(prng_below(&prng, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
        assert_true(prng_below(&prng, UINT64_MAX) < UINT64_MAX);
    }
}

/* A bound of 3 * 2^62 would give its lower third twice as often without rejection. */
static void prng_below_large_bound_is_not_biased(void **state)
{
    (void)state;
    struct prng prng;
    int low = 0;
    prng_init(&prng, 11);
    for (int i = 0; i < 30000; i++) {
        low += prng_below(&prng, UINT64_C(3) << 62) < UINT64_C(1) << 62 ? 1 : 0;
    }
    assert_in_range(low, 9600, 10400); /* five standard deviations around a third */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prng_from_reference_state_gives_reference_outputs),
        cmocka_unit_test(prng_seed_is_spread_by_splitmix64),
        cmocka_unit_test(prng_same_seed_gives_same_sequence),
        cmocka_unit_test(prng_below_stays_below_and_reaches_all),
        cmocka_unit_test(prng_below_large_bound_is_not_biased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
