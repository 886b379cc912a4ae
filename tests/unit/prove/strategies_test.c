/* strategies_test.c - large numbers, exactly. */
#include "prove/strategies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void strategies_of_om2_among_seven_are_exact(void **state)
{
    (void)state;
    char text[STRATEGIES_EXACT_BYTES];
    struct strategies strategies = {0};
    strategies_add(&strategies, 6, 30);
    strategies_add(&strategies, 30, 40);
    strategies_form(&strategies, text);
    assert_string_equal(text, "6*2^30 + 30*2^40");
    assert_true(strategies_exact(&strategies, text));
    assert_string_equal(text, "32991791284224");
    strategies = (struct strategies){0};
    strategies_add(&strategies, 1, 12);
    strategies_add(&strategies, 0, 99);
    strategies_add(&strategies, 6, 0);
    strategies_form(&strategies, text);
    assert_string_equal(text, "2^12 + 6");
}

static void strategies_large_number_has_all_its_digits(void **state)
{
    (void)state;
    char text[STRATEGIES_EXACT_BYTES];
    struct strategies strategies = {0};
    strategies_add(&strategies, 1, 128);
    assert_true(strategies_exact(&strategies, text));
    assert_string_equal(text, "340282366920938463463374607431768211456");
    strategies = (struct strategies){0};
    strategies_add(&strategies, 1, 3300);
    assert_true(strategies_exact(&strategies, text));
    assert_int_equal(strlen(text), 994);
    strategies_add(&strategies, 1, 100000);
    assert_false(strategies_exact(&strategies, text));
    strategies = (struct strategies){0};
    assert_true(strategies_exact(&strategies, text));
    assert_string_equal(text, "0");
}

static void binomials_are_exact_or_said_to_be_too_large(void **state)
{
    (void)state;
    assert_int_equal(binomial(6, 2), 15);
    assert_int_equal(binomial(31, 15), 300540195);
    assert_int_equal(binomial(3, 4), 0);
    assert_true(binomial(1000, 500) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategies_of_om2_among_seven_are_exact),
        cmocka_unit_test(strategies_large_number_has_all_its_digits),
        cmocka_unit_test(binomials_are_exact_or_said_to_be_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
