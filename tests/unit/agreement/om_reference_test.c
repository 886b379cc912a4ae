/* om_reference_test.c - OM(m) against the algorithm as the paper words it: recursive, one general
 * commanding another's game, with no arrays and no ranks. */
#include "support_oral.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct reference {
    const struct oral_game *game;
    general_id path[ROUNDS_MAX]; /* who commands, in whose name, up to now */
};

/* What the last of the first `count` generals of the path tells `to` when he commands. */
static order_nr told(const struct reference *reference, unsigned count, general_id to)
{
    const struct oral_game *game = reference->game;
    order_nr order = game->order;
    for (unsigned i = 0; i < count; i++) {
        const general_id from = reference->path[i];
        const general_id receiver = i + 1 < count ? reference->path[i + 1] : to;
        if (general_is_in(game->traitors, from) && !general_is_in(game->traitors, receiver)) {
            order = game->lie(game->context, reference->path, i + 1, receiver, order);
            order = order < ORDERS_MAX ? order : RETREAT;
        }
    }
    return order;
}

static bool is_on_path(const struct reference *reference, unsigned count, unsigned general)
{
    for (unsigned i = 0; i < count; i++) {
        if (reference->path[i] == general) {
            return true;
        }
    }
    return false;
}

static order_nr strict_majority(const unsigned *votes, unsigned voters)
{
    for (unsigned order = 0; order < ORDERS_MAX; order++) {
        if (2 * votes[order] > voters) {
            return (order_nr)order;
        }
    }
    return RETREAT;
}

/* What `self` uses in OM(m) whose commander is the last of the path. OM(0): what he receives.
 * OM(m): the majority of what he receives and, for each other lieutenant, what he uses in OM(m-1)
 * with that one as commander. */
/* NOLINTNEXTLINE(misc-no-recursion): the paper's own wording, m deep */
static order_nr obey(struct reference *reference, unsigned count, unsigned m, general_id self)
{
    const order_nr received = told(reference, count, self);
    if (m == 0) {
        return received;
    }
    unsigned votes[ORDERS_MAX] = {0};
    unsigned voters = 1;
    votes[received]++;
    for (unsigned other = 0; other < reference->game->shape.generals; other++) {
        if (other != self && !is_on_path(reference, count, other)) {
            reference->path[count] = (general_id)other;
            votes[obey(reference, count + 1, m - 1, self)]++;
            voters++;
        }
    }
    return strict_majority(votes, voters);
}

static void check_game(const struct oral_game *game)
{
    struct oral_outcome outcome;
    oral_play(game, &outcome);
    for (unsigned self = 0; self < game->shape.generals; self++) {
        if (self == game->shape.commander || general_is_in(game->traitors, (general_id)self)) {
            continue;
        }
        struct reference reference = {.game = game, .path = {game->shape.commander}};
        assert_int_equal(outcome.decisions[self],
                         obey(&reference, 1, game->shape.m, (general_id)self));
    }
}

static void check_sizes(unsigned generals, unsigned m, unsigned orders, unsigned games)
{
    for (unsigned i = 0; i < games; i++) {
        struct oral_plan plan = {.seed = i * 131u + m, .orders = orders};
        const unsigned traitors = i % generals;
        const struct oral_game game = {.shape = {generals, m, (general_id)(i * 5 % generals)},
                                       .traitors = (generals_all(traitors) << (i % 7)) &
                                                   generals_all(generals),
                                       .order = (order_nr)(i % orders),
                                       .lie = oral_lie_by_plan,
                                       .context = &plan};
        check_game(&game);
    }
}

static void decisions_are_those_of_the_recursive_definition(void **state)
{
    (void)state;
    for (unsigned generals = 2; generals <= 6; generals++) {
        for (unsigned m = 0; m <= generals - 2; m++) {
            check_sizes(generals, m, 2, 60);
            check_sizes(generals, m, 3, 60);
            check_sizes(generals, m, ORDERS_MAX, 20);
        }
    }
}

static void decisions_of_larger_games_are_those_of_the_recursive_definition(void **state)
{
    (void)state;
    check_sizes(7, 2, 4, 40);
    check_sizes(7, 5, 3, 3);
    check_sizes(10, 3, 3, 8);
    check_sizes(12, 2, 3, 15);
}

/* The view of one who looks on: every path of every lieutenant. */
/* NOLINTNEXTLINE(misc-no-recursion): walks all paths, m deep */
static void check_view(struct reference *reference, const struct om *om, unsigned count)
{
    assert_int_equal(om_stored(om, reference->path, count), told(reference, count, om->self));
    struct reference copy = *reference;
    assert_int_equal(om_resolved(om, reference->path, count),
                     obey(&copy, count, om->shape.m + 1 - count, om->self));
    if (count == om->shape.m + 1) {
        return;
    }
    for (unsigned other = 0; other < om->shape.generals; other++) {
        if (other != om->self && !is_on_path(reference, count, other)) {
            reference->path[count] = (general_id)other;
            check_view(reference, om, count + 1);
        }
    }
}

static void stored_and_resolved_values_are_those_of_the_recursive_definition(void **state)
{
    (void)state;
    for (unsigned m = 0; m <= 4; m++) {
        for (unsigned i = 0; i < 3; i++) {
            struct oral_plan plan = {.seed = 77 * i + m, .orders = 3};
            const struct oral_game game = {.shape = {6, m, (general_id)(i * 2)},
                                           .traitors = general_bit(1) | general_bit(2),
                                           .order = 2,
                                           .lie = oral_lie_by_plan,
                                           .context = &plan};
            struct oral_outcome outcome;
            oral_play(&game, &outcome);
            for (unsigned self = 3; self < 6; self++) {
                if (self != game.shape.commander) {
                    struct reference reference = {.game = &game, .path = {game.shape.commander}};
                    check_view(&reference, &outcome.oms[self], 1);
                }
            }
        }
    }
}

static void resolving_changes_nothing(void **state)
{
    (void)state;
    struct oral_plan plan = {.seed = 3, .orders = 3};
    const struct oral_game game = {.shape = {7, 3, 0},
                                   .traitors = general_bit(1) | general_bit(6),
                                   .order = 1,
                                   .lie = oral_lie_by_plan,
                                   .context = &plan};
    static uint8_t before[4096];
    const size_t bytes = (size_t)om_value_count(7, 3);
    struct oral_outcome outcome;
    oral_play(&game, &outcome);
    assert_true(bytes <= sizeof before);
    memcpy(before, outcome.oms[3].values[0], bytes);
    const general_id path[] = {0, 5};
    const order_nr resolved = om_resolved(&outcome.oms[3], path, 2);
    assert_int_equal(om_decide(&outcome.oms[3]), outcome.decisions[3]);
    assert_int_equal(om_resolved(&outcome.oms[3], path, 2), resolved);
    assert_memory_equal(before, outcome.oms[3].values[0], bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_are_those_of_the_recursive_definition),
        cmocka_unit_test(decisions_of_larger_games_are_those_of_the_recursive_definition),
        cmocka_unit_test(stored_and_resolved_values_are_those_of_the_recursive_definition),
        cmocka_unit_test(resolving_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
