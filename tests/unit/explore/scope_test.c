/* scope_test.c - the orders that can exist, what can be said of them, and what excludes what. */
#include "explore/scope.h"
#include "explore/visited.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct scope scope;

static order_number find(const char *name)
{
    for (order_number order = 1; order < scope.order_count; order++) {
        if (strcmp(scope.orders[order].name, name) == 0) {
            return order;
        }
    }
    fail_msg("no order is called %s", name);
    return 0;
}

static bool excludes(const char *finalized, enum vote_kind kind, unsigned order_or_view)
{
    fact_set excluded = scope.excluded[scope_fact(&scope, VOTE_FINALIZE, find(finalized))];
    return (excluded >> scope_fact(&scope, kind, order_or_view) & 1) != 0;
}

/* One on each parent, a traitor's two: 1 + 2 + 4, and so on. */
static void commanders_give_orders_on_every_parent(void **state)
{
    (void)state;
    static const struct {
        replica_id traitor;
        unsigned orders[SCOPE_VIEWS_MAX];
    } cases[] = {{0, {1, 3, 7}}, {1, {2, 5, 11}}, {2, {1, 5, 11}}, {3, {1, 3, 11}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned views = 1; views <= SCOPE_VIEWS_MAX; views++) {
            scope_init(&scope, views, cases[i].traitor);
            assert_int_equal(scope.order_count - 1, cases[i].orders[views - 1]);
            assert_int_equal(scope.fact_count, 2 * cases[i].orders[views - 1] + views);
        }
    }
}

static void facts_and_their_numbers_agree(void **state)
{
    (void)state;
    scope_init(&scope, 3, 1);
    for (unsigned i = 0; i < scope.fact_count; i++) {
        struct fact fact = scope_fact_of(&scope, i);
        unsigned number = fact.kind == VOTE_NULLIFY ? fact.view : fact.order;
        assert_int_equal(scope_fact(&scope, fact.kind, number), i);
    }
    for (order_number order = 0; order < scope.order_count; order++) {
        assert_int_equal(scope_find_order(&scope, &scope.orders[order].digest), order);
    }
}

/* Only replicas that command no view in scope are alike. */
static void twins_command_nothing(void **state)
{
    (void)state;
    scope_init(&scope, 2, 1);
    assert_true(scope.has_twins);
    assert_int_equal(scope.loyal[0], 2);
    assert_int_equal(scope.loyal[1], 0);
    assert_int_equal(scope.loyal[2], 3);
    scope_init(&scope, 2, 3);
    assert_false(scope.has_twins);
    scope_init(&scope, 3, 1);
    assert_false(scope.has_twins);
}

static void finalization_excludes_nullification_and_other_chains(void **state)
{
    (void)state;
    scope_init(&scope, 2, 1); /* 1a, 1b; 2a on genesis, 2b on 1a, 2c on 1b */
    assert_int_equal(scope.orders[find("2b")].parent, find("1a"));
    assert_true(excludes("1a", VOTE_NULLIFY, 1));
    assert_false(excludes("1a", VOTE_NULLIFY, 2));
    assert_true(excludes("1a", VOTE_NOTARIZE, find("1b")));
    assert_false(excludes("1a", VOTE_NOTARIZE, find("1a")));
    assert_true(excludes("1a", VOTE_NOTARIZE, find("2a")));
    assert_false(excludes("1a", VOTE_NOTARIZE, find("2b")));
    assert_true(excludes("1a", VOTE_NOTARIZE, find("2c")));
    /* 1a may have been notarized beside 2a, whose commander did not know; not finalized. */
    assert_false(excludes("2a", VOTE_NOTARIZE, find("1a")));
    assert_true(excludes("2a", VOTE_FINALIZE, find("1a")));
    assert_false(excludes("2b", VOTE_FINALIZE, find("1a")));
}

static void orders_stand_on_parent_and_skipped_views(void **state)
{
    (void)state;
    scope_init(&scope, 3, 0); /* 1a; 2a, 2b; 3a on genesis, 3b on 1a, ... */
    fact_set founded = scope.founded_on[scope_fact(&scope, VOTE_NOTARIZE, find("3b"))];
    assert_int_equal(founded, UINT64_C(1) << scope_fact(&scope, VOTE_NOTARIZE, find("1a")) |
                                  UINT64_C(1) << scope_fact(&scope, VOTE_NULLIFY, 2));
    founded = scope.founded_on[scope_fact(&scope, VOTE_NOTARIZE, find("3a"))];
    assert_int_equal(founded, UINT64_C(1) << scope_fact(&scope, VOTE_NULLIFY, 1) |
                                  UINT64_C(1) << scope_fact(&scope, VOTE_NULLIFY, 2));
    founded = scope.founded_on[scope_fact(&scope, VOTE_FINALIZE, find("3a"))];
    assert_int_equal(founded, UINT64_C(1) << scope_fact(&scope, VOTE_NOTARIZE, find("3a")));
}

static void certificate_of_too_few_repeats_the_last(void **state)
{
    (void)state;
    struct certificate certificate;
    scope_init(&scope, 1, 0);
    scope_certificate(&scope, 0, 0xf, &certificate);
    assert_int_equal(certificate.count, SCOPE_QUORUM);
    assert_int_equal(certificate.signatures[2].voter, 2);
    scope_certificate(&scope, 0, 1U << 3, &certificate);
    assert_int_equal(certificate.count, SCOPE_QUORUM);
    assert_int_equal(certificate.signatures[0].voter, 3);
    assert_int_equal(certificate.signatures[2].voter, 3);
}

static void visited_key_is_new_once(void **state)
{
    (void)state;
    struct visited visited = {.slots = NULL};
    bool is_new;
    for (unsigned round = 0; round < 2; round++) {
        for (uint64_t key = 0; key < 20000; key++) {
            assert_int_equal(visited_add(&visited, key * key, &is_new), OK);
            assert_int_equal(is_new, round == 0);
        }
    }
    assert_int_equal(visited.count, 20000);
    visited_fini(&visited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commanders_give_orders_on_every_parent),
        cmocka_unit_test(facts_and_their_numbers_agree),
        cmocka_unit_test(twins_command_nothing),
        cmocka_unit_test(finalization_excludes_nullification_and_other_chains),
        cmocka_unit_test(orders_stand_on_parent_and_skipped_views),
        cmocka_unit_test(certificate_of_too_few_repeats_the_last),
        cmocka_unit_test(visited_key_is_new_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
