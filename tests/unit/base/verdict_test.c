/* verdict_test.c - each verdict has a name that scripts can read. */
#include "base/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void verdict_every_value_has_its_own_plain_name(void **state)
{
    (void)state;
    for (int a = 0; a < VERDICT_COUNT; a++) {
        const char *name = verdict_name((enum verdict)a);
        assert_non_null(name);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(name, verdict_name((enum verdict)b));
        }
    }
    assert_string_equal(verdict_name(VERDICT_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdict_every_value_has_its_own_plain_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
