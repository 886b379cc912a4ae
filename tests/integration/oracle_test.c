/* oracle_test.c - negative controls: what the other tests rely on does notice what is wrong. */
#include "strategos/kv.h"
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define SOME 400u

static struct strategos_slice text(const char *bytes)
{
    return strategos_slice(bytes, strlen(bytes));
}

static void call(struct strategos_client *client, const uint8_t *command, size_t size)
{
    assert_int_equal(strategos_client_call(client, strategos_slice(command, size), NULL),
                     STRATEGOS_STATUS_DONE);
}

static void load_notices_every_kind_of_wrong(void **state)
{
    (void)state;
    uint8_t command[256];
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    assert_int_equal(load_stop(load), 0);
    assert_int_equal(load_count_wrong(load, false), 0);
    struct strategos_client *client = test_group_client(group, "client-2.key", 0);
    size_t size = strategos_kv_del(command, sizeof command, text("load/key-0000005"));
    call(client, command, size);
    assert_int_equal(load_count_wrong(load, true), 1); /* lost */
    size = strategos_kv_put(command, sizeof command, text("load/key-0000008"), text("other"));
    call(client, command, size);
    assert_int_equal(load_count_wrong(load, true), 3); /* wrong value, and so lost */
    size = strategos_kv_put(command, sizeof command, text("load/key-9999999"), text("stranger"));
    call(client, command, size);
    assert_int_equal(load_count_wrong(load, true), 4); /* never submitted */
    size = strategos_kv_incr(command, sizeof command, text("load/counter-3"), 1);
    call(client, command, size);
    assert_int_equal(load_count_wrong(load, true), 5); /* executed twice */
    size = strategos_kv_incr(command, sizeof command, text("load/counter-4"), -1);
    call(client, command, size);
    assert_int_equal(load_count_wrong(load, true), 6); /* forgotten */
    strategos_client_close(client);
    load_free(load);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(load_notices_every_kind_of_wrong, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
