/* What libstrategos exports: the public headers' functions, none of ours and none of those we
 * link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void library_exports_the_public_interface_and_nothing_else(void **state)
{
    (void)state;
    FILE *symbols = popen("nm -D --defined-only --format=just-symbols '" LIBSTRATEGOS "'", "re");
    assert_non_null(symbols);
    char line[256];
    unsigned client = 0;
    unsigned kv = 0;
    while (fgets(line, sizeof line, symbols) != NULL) {
        line[strcspn(line, "@\n")] = '\0';
        if (strncmp(line, "strategos_client_ask_", 21) == 0) {
            fail_msg("%s is not for applications", line);
        } else if (strncmp(line, "strategos_client_", 17) == 0) {
            client++;
        } else if (strncmp(line, "strategos_kv_", 13) == 0) {
            kv++;
        } else if (strcmp(line, "strategos_status_name") != 0 && strcmp(line, "STRATEGOS_0") != 0) {
            fail_msg("%s is exported", line);
        }
    }
    assert_int_equal(pclose(symbols), 0);
    assert_int_equal(client, 11);
    assert_true(kv >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library_exports_the_public_interface_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
