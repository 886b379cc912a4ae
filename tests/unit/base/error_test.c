/* error_test.c - names, texts and early return of environment errors. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void error_every_value_has_its_own_name(void **state)
{
    (void)state;
    for (int a = OK; a <= (int)ERROR_LIMIT; a++) {
        assert_string_not_equal(error_name((enum error)a), "unknown error");
        for (int b = OK; b < a; b++) {
            assert_string_not_equal(error_name((enum error)a), error_name((enum error)b));
        }
    }
    assert_string_equal(error_name((enum error)(ERROR_LIMIT + 1)), "unknown error");
}

static void error_set_formats_and_returns_its_error(void **state)
{
    (void)state;
    struct error_text text;
    assert_int_equal(error_set(&text, ERROR_INVALID, "%s:%d: no", "group.conf", 3), ERROR_INVALID);
    assert_string_equal(text.text, "group.conf:3: no");
    assert_int_equal(error_set(NULL, ERROR_FULL, "%d", 1), ERROR_FULL);
}

static void error_set_cuts_what_is_too_long(void **state)
{
    (void)state;
    struct error_text text;
    char longer[2 * ERROR_TEXT_BYTES_MAX];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(error_set(&text, ERROR_IO, "%s", longer), ERROR_IO);
    assert_int_equal(strlen(text.text), ERROR_TEXT_BYTES_MAX - 1);
}

static enum error first_of(enum error a, enum error b, int *reached)
{
    TRY(a);
    *reached = 1;
    TRY(b);
    *reached = 2;
    return OK;
}

static void error_try_leaves_with_the_first_error(void **state)
{
    (void)state;
    int reached = 0;
    assert_int_equal(first_of(ERROR_FULL, ERROR_IO, &reached), ERROR_FULL);
    assert_int_equal(reached, 0);
    assert_int_equal(first_of(OK, ERROR_IO, &reached), ERROR_IO);
    assert_int_equal(reached, 1);
    assert_int_equal(first_of(OK, OK, &reached), OK);
    assert_int_equal(reached, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_every_value_has_its_own_name),
        cmocka_unit_test(error_set_formats_and_returns_its_error),
        cmocka_unit_test(error_set_cuts_what_is_too_long),
        cmocka_unit_test(error_try_leaves_with_the_first_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
