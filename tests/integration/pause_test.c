/* pause_test.c - a replica that stands still for a while, and then goes on as if nothing were. */
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SOME     400u
#define PAUSE_MS 30000

static void stop_for_30_s_is_caught_up(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, &(struct load_options){.per_second = 500});
    load_wait(load, SOME);
    test_group_pause(group, 2);
    int64_t end_ms = test_now_ms() + PAUSE_MS; /* the length is what is tested */
    while (test_now_ms() < end_ms) {
        load_wait(load, SOME); /* three go on */
    }
    struct status ahead;
    test_group_must_look(group, 0, &ahead);
    test_group_continue(group, 2);
    test_group_wait_height(group, 2, ahead.height);
    load_wait(load, SOME);
    load_finish(load);
    test_group_free(group);
}

/* Two of four: nothing goes on meanwhile, everything afterwards. */
static void stop_of_two_is_survived(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, &(struct load_options){.per_second = 500});
    for (unsigned i = 0; i < group->count; i++) {
        load_wait(load, SOME);
        test_group_pause(group, i);
        load_wait(load, SOME);
        test_group_pause(group, (i + 1) % group->count);
        test_pause_ms(1000); /* its length is what is tested */
        test_group_continue(group, i);
        load_wait(load, SOME);
        test_group_continue(group, (i + 1) % group->count);
    }
    load_finish(load);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(stop_for_30_s_is_caught_up, load_teardown),
        cmocka_unit_test_teardown(stop_of_two_is_survived, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
