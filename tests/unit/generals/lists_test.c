/* lists_test.c - lists of generals, paths, orders, strategies and edges, and their bounds. */
#include "generals/lists.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct error_text reason;

static void list_of_generals_takes_numbers_and_ranges(void **state)
{
    (void)state;
    general_set set = 0;
    assert_int_equal(list_generals(" 2 ,5", 6, &set, &reason), OK);
    assert_int_equal(set, general_bit(2) | general_bit(5));
    assert_int_equal(list_generals("0-2,63", 64, &set, &reason), OK);
    assert_true(set == (7 | general_bit(63)));
    static const char *const wrong[] = {
        "",   ",", "1,", "x",   "1 2", "-1",  "1-",    "1-2-3",
        "64", "6", "+1", "0x1", "2-1", "1,1", "0-2,1", "18446744073709551617"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(list_generals(wrong[i], 6, &set, &reason), ERROR_INVALID);
        assert_true(strlen(reason.text) > 10);
    }
}

static void path_keeps_its_order_and_has_no_one_twice(void **state)
{
    (void)state;
    general_id path[ROUNDS_MAX];
    uint8_t count = 0;
    assert_int_equal(list_path("3,0,2", 4, path, &count, &reason), OK);
    assert_int_equal(count, 3);
    assert_int_equal(path[0], 3);
    assert_int_equal(path[2], 2);
    assert_int_equal(list_path("0-2", 4, path, &count, &reason), ERROR_INVALID);
    assert_int_equal(list_path("0,1,0", 4, path, &count, &reason), ERROR_INVALID);
    assert_int_equal(list_path("", 4, path, &count, &reason), ERROR_INVALID);
}

static void path_ends_at_its_bound(void **state)
{
    (void)state;
    general_id path[ROUNDS_MAX];
    uint8_t count = 0;
    char list[256] = "0";
    for (unsigned general = 1; general <= ROUNDS_MAX; general++) {
        enum error expected = general < ROUNDS_MAX ? OK : ERROR_LIMIT;
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), ",%u", general);
        assert_int_equal(list_path(list, GENERALS_MAX, path, &count, &reason), expected);
    }
    assert_string_equal(reason.text, "a path has at most 32 generals");
}

static void strategies_are_for_all_or_for_each(void **state)
{
    (void)state;
    enum strategy strategies[GENERALS_MAX] = {STRATEGY_LOYAL};
    general_set named = 0;
    enum strategy others = STRATEGY_LOYAL;
    assert_int_equal(list_strategies("flip", 4, strategies, &named, &others, &reason), OK);
    assert_int_equal(others, STRATEGY_FLIP);
    assert_int_equal(named, 0);
    assert_int_equal(
        list_strategies("flip, 2=split,0=late", 4, strategies, &named, &others, &reason), OK);
    assert_int_equal(named, general_bit(0) | general_bit(2));
    assert_int_equal(strategies[2], STRATEGY_SPLIT);
    static const char *const wrong[] = {"",          "flop",      "2=",           "=flip",
                                        "2=flip,",   "4=flip",    "2=flip,flip",  "2 flip",
                                        "2=flip=no", "flip,late", "2=flip,2=late"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(list_strategies(wrong[i], 4, strategies, &named, &others, &reason),
                         ERROR_INVALID);
    }
}

static void orders_are_added_until_the_list_is_closed(void **state)
{
    (void)state;
    struct scenario scenario;
    order_nr orders[4] = {0};
    scenario_init(&scenario);
    assert_int_equal(list_orders(&scenario, false, "attack,wait,retreat", 3, orders, &reason), OK);
    assert_int_equal(orders[0], ATTACK);
    assert_int_equal(orders[1], 2);
    assert_int_equal(scenario.order_count, 3);
    assert_int_equal(list_orders(&scenario, true, "attack,go,wait", 3, orders, &reason),
                     ERROR_INVALID);
    assert_int_equal(scenario.order_count, 3);
    assert_int_equal(list_orders(&scenario, true, "attack,attack", 3, orders, &reason),
                     ERROR_INVALID);
    assert_int_equal(list_orders(&scenario, true, "wait,wait,wait,wait", 3, orders, &reason),
                     ERROR_INVALID);
    assert_int_equal(list_order(&scenario, true, true, "nothing", orders, &reason), OK);
    assert_int_equal(orders[0], ORDER_ABSENT);
    assert_int_equal(list_order(&scenario, true, false, "nothing", orders, &reason), ERROR_INVALID);
    scenario_fini(&scenario);
}

static void orders_end_at_their_bound(void **state)
{
    (void)state;
    struct scenario scenario;
    char list[256] = "o0";
    scenario_init(&scenario);
    for (unsigned i = 1; i <= SCENARIO_ORDERS_MAX; i++) {
        enum error expected = i < SCENARIO_ORDERS_MAX ? OK : ERROR_LIMIT;
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), ",o%u", i);
        assert_int_equal(list_order_names(&scenario, list, &reason), expected);
    }
    assert_int_equal(list_order_names(&scenario, "one", &reason), ERROR_INVALID);
    assert_int_equal(list_order_names(&scenario, "one,one", &reason), ERROR_INVALID);
    assert_int_equal(list_order_names(&scenario, "one,-", &reason), ERROR_INVALID);
    assert_int_equal(list_order_names(&scenario, "one,garbage", &reason), ERROR_INVALID);
    assert_int_equal(list_order_names(&scenario, "one,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &reason),
                     ERROR_INVALID); /* 32 letters */
    scenario_fini(&scenario);
}

static void edges_join_two_generals(void **state)
{
    (void)state;
    struct graph graph;
    graph_init(&graph, 4);
    assert_int_equal(list_edges("0-1, 3-1", &graph, &reason), OK);
    assert_int_equal(graph.neighbours[1], general_bit(0) | general_bit(3));
    static const char *const wrong[] = {"", "0", "0-0", "0-4", "0-1-2", "0-1,", "a-b"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(list_edges(wrong[i], &graph, &reason), ERROR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_of_generals_takes_numbers_and_ranges),
        cmocka_unit_test(path_keeps_its_order_and_has_no_one_twice),
        cmocka_unit_test(path_ends_at_its_bound),
        cmocka_unit_test(strategies_are_for_all_or_for_each),
        cmocka_unit_test(orders_are_added_until_the_list_is_closed),
        cmocka_unit_test(orders_end_at_their_bound),
        cmocka_unit_test(edges_join_two_generals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
