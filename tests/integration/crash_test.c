/* crash_test.c - replicas killed under load lose nothing and repeat nothing. */
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* So many requests are acknowledged between two deeds. */
#define SOME 400u

static void kill_of_each_replica_in_turn_loses_nothing(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    for (unsigned i = 0; i < group->count; i++) {
        test_group_kill(group, i);
        load_wait(load, SOME); /* three go on */
        test_group_start(group, i);
        test_group_wait_ready(group);
        load_wait(load, SOME);
    }
    load_finish(load);
    test_group_free(group);
}

static void kill_of_all_at_once_loses_nothing(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    for (int round = 0; round < 3; round++) {
        load_wait(load, SOME);
        for (unsigned i = 0; i < group->count; i++) {
            process_signal(&group->replicas[i], 9);
            group->is_started[i] = false;
        }
        for (unsigned i = 0; i < group->count; i++) {
            assert_true(process_wait(&group->replicas[i], TEST_GROUP_DEADLINE_MS));
        }
        test_group_start_all(group);
    }
    load_wait(load, SOME);
    load_finish(load);
    test_group_free(group);
}

/* While it replays and catches up too. */
static void kill_of_one_again_and_again_loses_nothing(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    for (int round = 0; round < 15; round++) {
        test_group_kill(group, 1);
        test_group_start(group, 1);
        load_wait(load, (uint64_t)round * 20);
    }
    test_group_wait_ready(group);
    load_finish(load);
    test_group_free(group);
}

/* Without a quorum nothing is acknowledged; with it everything goes on. */
static void loss_of_the_quorum_stops_the_group_until_it_is_back(void **state)
{
    (void)state;
    struct test_group *group = test_group_new(NULL);
    test_group_start_all(group);
    struct load *load = load_start(group, NULL);
    load_wait(load, SOME);
    test_group_kill(group, 2);
    load_wait(load, SOME);
    test_group_kill(group, 3);
    struct status before;
    struct status after;
    int64_t quiet_ms = test_now_ms() + 1000;
    test_group_must_look(group, 0, &before); /* a last order may still be on its way */
    while (test_now_ms() < quiet_ms) {
        test_group_must_look(group, 0, &before);
        test_pause_ms(50);
    }
    uint64_t acknowledged = load_acknowledged(load);
    quiet_ms = test_now_ms() + 2000;
    while (test_now_ms() < quiet_ms) {
        test_group_must_look(group, 0, &after);
        assert_int_equal(after.height, before.height);
        test_pause_ms(50);
    }
    assert_int_equal(load_acknowledged(load), acknowledged);
    test_group_start(group, 3);
    load_wait(load, SOME);
    test_group_start(group, 2);
    test_group_wait_ready(group);
    load_wait(load, SOME);
    load_finish(load);
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(kill_of_each_replica_in_turn_loses_nothing, load_teardown),
        cmocka_unit_test_teardown(kill_of_all_at_once_loses_nothing, load_teardown),
        cmocka_unit_test_teardown(kill_of_one_again_and_again_loses_nothing, load_teardown),
        cmocka_unit_test_teardown(loss_of_the_quorum_stops_the_group_until_it_is_back,
                                  load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
