/* rolling_test.c - restarts on purpose, one replica after the other: clients notice nothing. */
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

#define SOME 400u

static void rolling_restart_loses_nothing(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < group->count; i++) {
            load_wait(load, SOME);
            test_group_stop(group, i);
            load_wait(load, SOME);
            test_group_start(group, i);
            test_group_wait_ready(group);
        }
    }
    load_finish(load);
    test_group_free(group);
}

/* A setting that is no part of the identity may change so; replicas with the old and the new one
 * work together meanwhile. */
static void rolling_restart_brings_in_new_settings(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    for (unsigned i = 0; i < group->count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "replica-%u/group.conf", i);
        load_wait(load, SOME);
        test_group_stop(group, i);
        test_group_edit(group, name, "delta_ms = 100", "delta_ms = 60");
        test_group_edit(group, name, "role = \"admin\"", "role = \"write\"");
        test_group_start(group, i);
        test_group_wait_ready(group);
    }
    load_finish(load);
    test_group_free(group);
}

/* Stopped and started as a whole, with nothing going on: nothing is lost or done again. */
static void restart_of_the_whole_group_keeps_the_state(void **state)
{
    (void)state;
    struct status before;
    struct status after;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    assert_int_equal(load_stop(load), 0);
    test_group_wait_equal(group);
    test_group_must_look(group, 0, &before);
    for (unsigned i = 0; i < group->count; i++) {
        test_group_stop(group, i);
    }
    test_group_start_all(group);
    test_group_wait_equal(group);
    test_group_must_look(group, 3, &after);
    assert_int_equal(after.height, before.height);
    assert_int_equal(after.executed, before.executed);
    assert_true(digest_is_equal(&after.digest, &before.digest));
    load_check(load);
    load_free(load);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(rolling_restart_loses_nothing, load_teardown),
        cmocka_unit_test_teardown(rolling_restart_brings_in_new_settings, load_teardown),
        cmocka_unit_test_teardown(restart_of_the_whole_group_keeps_the_state, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
