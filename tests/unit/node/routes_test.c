/* routes_test.c - which link a session's client is reached over. */
#include "node/routes.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct routes));
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void route_of_an_unknown_session_is_none(void **state)
{
    assert_int_equal(routes_find(*state, 0, 0), 0);
    assert_int_equal(routes_find(*state, CLIENTS_MAX - 1, 77), 0);
}

static void latest_link_of_a_session_is_found(void **state)
{
    (void)routes_set(*state, 3, 77, 5);
    assert_int_equal(routes_find(*state, 3, 77), 5);
    (void)routes_set(*state, 3, 77, 6);
    assert_int_equal(routes_find(*state, 3, 77), 6);
    assert_int_equal(routes_find(*state, 4, 77), 0);
}

static void longest_unused_session_makes_room_for_a_new_one(void **state)
{
    for (uint64_t session = 0; session < SESSIONS_PER_CLIENT_MAX; session++) {
        (void)routes_set(*state, 3, session, 100 + session);
    }
    (void)routes_set(*state, 3, 0, 100); /* used again: now session 1 is the oldest */
    (void)routes_set(*state, 3, 1000, 9);
    assert_int_equal(routes_find(*state, 3, 0), 100);
    assert_int_equal(routes_find(*state, 3, 1), 0);
    assert_int_equal(routes_find(*state, 3, 2), 102);
    assert_int_equal(routes_find(*state, 3, 1000), 9);
}

static void flood_of_sessions_leaves_other_clients_alone(void **state)
{
    (void)routes_set(*state, 4, 1, 50);
    for (uint64_t session = 0; session < 10000; session++) {
        (void)routes_set(*state, 3, session, 60);
    }
    assert_int_equal(routes_find(*state, 4, 1), 50);
}

static void new_route_remembers_nothing_of_the_one_before(void **state)
{
    for (uint64_t session = 0; session <= SESSIONS_PER_CLIENT_MAX; session++) {
        struct route *route = routes_set(*state, 0, session, 1);
        assert_int_equal(route->refused_sequence, 0);
        route->refused_sequence = 5;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(route_of_an_unknown_session_is_none),
        TEST(latest_link_of_a_session_is_found),
        TEST(longest_unused_session_makes_room_for_a_new_one),
        TEST(flood_of_sessions_leaves_other_clients_alone),
        TEST(new_route_remembers_nothing_of_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
