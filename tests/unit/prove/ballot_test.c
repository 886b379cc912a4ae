/* ballot_test.c - the fewest lies of one majority, against every matrix of votes; and the votes
 * that are laid out from the answer. */
#include "prove/fill.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { COLUMNS_MAX = 4, ROWS_MAX = 5, ROUNDS = 3000 };

static struct ballot_solver solver;

struct world {
    lie_count_nr costs[BALLOT_GROUPS][COLUMNS_MAX + 1];
    struct ballot ballot;
    struct fill fill; /* columns in the order of groups */
    unsigned group_of[ROWS_MAX];
};

/* Random groups; weights that cannot be had are as frequent as cheap ones. */
static void draw(struct world *world, struct prng *prng)
{
    unsigned row = 0;
    *world = (struct world){.fill = {.column_count = 0}};
    unsigned columns = (unsigned)prng_below(prng, COLUMNS_MAX + 1);
    unsigned traitors = (unsigned)prng_below(prng, ROWS_MAX + 1 - columns);
    for (; row < columns; row++) {
        unsigned group = (unsigned)prng_below(prng, BALLOT_TRAITORS);
        world->group_of[row] = group;
        world->ballot.counts[group]++;
        world->fill.wanted |= (uint64_t)(group / 2) << row;
        world->fill.own |= (uint64_t)(group % 2) << row;
    }
    for (; row < columns + traitors; row++) {
        world->group_of[row] = BALLOT_TRAITORS;
    }
    world->ballot.counts[BALLOT_TRAITORS] = traitors;
    world->fill.column_count = columns;
    world->fill.row_count = columns + traitors;
    for (unsigned g = 0; g < BALLOT_GROUPS; g++) {
        for (unsigned w = 0; w <= COLUMNS_MAX; w++) {
            uint64_t cost = prng_below(prng, 8);
            world->costs[g][w] = cost >= 4 ? LIES_NEVER : (lie_count_nr)cost;
        }
        world->ballot.costs[g] = world->costs[g];
    }
}

/* Whether every column comes to what is wanted of it. */
static bool is_wanted(const struct world *world, const uint64_t *ones)
{
    for (unsigned column = 0; column < world->fill.column_count; column++) {
        unsigned votes = world->fill.own >> column & 1;
        for (unsigned row = 0; row < world->fill.row_count; row++) {
            votes += row == column ? 0 : (unsigned)(ones[row] >> column & 1);
        }
        if ((2 * votes > world->fill.row_count) != (world->fill.wanted >> column & 1)) {
            return false;
        }
    }
    return true;
}

static lie_count_nr price(const struct world *world, const uint64_t *ones)
{
    lie_count_nr lies = 0;
    for (unsigned row = 0; row < world->fill.row_count; row++) {
        unsigned weight = (unsigned)__builtin_popcountll(ones[row]);
        lies = lies_sum(lies, world->costs[world->group_of[row]][weight]);
    }
    return lies;
}

/* Every matrix, as a number with a digit of `columns` bits for each row. */
static lie_count_nr search(const struct world *world)
{
    unsigned columns = world->fill.column_count;
    unsigned rows = world->fill.row_count;
    lie_count_nr least = LIES_NEVER;
    for (uint64_t matrix = 0; matrix < UINT64_C(1) << (columns * rows); matrix++) {
        uint64_t ones[ROWS_MAX];
        bool has_own = false;
        for (unsigned row = 0; row < rows; row++) {
            ones[row] = matrix >> (row * columns) & ((1u << columns) - 1);
            has_own = has_own || (row < columns && (ones[row] >> row & 1) != 0);
        }
        if (!has_own && price(world, ones) < least && is_wanted(world, ones)) {
            least = price(world, ones);
        }
    }
    return least;
}

static void ballot_any_small_one_costs_what_the_search_finds(void **state)
{
    (void)state;
    struct prng prng;
    unsigned possible = 0;
    prng_init(&prng, 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct world world;
        struct ballot_answer answer;
        do {
            draw(&world, &prng);
        } while (world.fill.column_count * world.fill.row_count > 12);
        lie_count_nr least = search(&world);
        assert_int_equal(ballot_solve(&solver, &world.ballot, LIES_NEVER, &answer), OK);
        assert_int_equal(answer.lies, least);
        if (least == LIES_NEVER) {
            continue;
        }
        possible++;
        fill_set_weights(&world.fill, &answer);
        assert_true(fill_solve(&world.fill));
        assert_true(is_wanted(&world, world.fill.ones));
        assert_int_equal(price(&world, world.fill.ones), least);
    }
    /* Both answers were met often. */
    assert_in_range(possible, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

static void ballot_below_a_bound_finds_only_what_is_cheaper(void **state)
{
    (void)state;
    static const lie_count_nr costs[2] = {3, 0};
    struct ballot ballot = {.counts = {[BALLOT_TRAITORS] = 1, [2 * 0 + 1] = 1},
                            .costs = {[BALLOT_TRAITORS] = costs, [2 * 0 + 1] = costs}};
    struct ballot_answer answer;
    /* One lieutenant who was told 1 shall resolve to 0: the traitor must say 0, for 3 lies; his own
     * relay has no column and costs 3, too. */
    assert_int_equal(ballot_solve(&solver, &ballot, LIES_NEVER, &answer), OK);
    assert_int_equal(answer.lies, 6);
    assert_int_equal(ballot_solve(&solver, &ballot, 7, &answer), OK);
    assert_int_equal(answer.lies, 6);
    assert_int_equal(ballot_solve(&solver, &ballot, 6, &answer), OK);
    assert_int_equal(answer.lies, LIES_NEVER);
}

static void fill_more_wrong_votes_than_columns_bear_is_refused(void **state)
{
    (void)state;
    /* Three lieutenants were told 1 and shall resolve to 1, but all three relays say 0 to all. */
    struct fill fill = {.column_count = 3, .row_count = 3, .own = 7, .wanted = 7};
    assert_false(fill_solve(&fill));
    fill.weights[0] = fill.weights[1] = fill.weights[2] = 1;
    assert_true(fill_solve(&fill));
}

static int make_solver(void **state)
{
    (void)state;
    ballot_solver_init(&solver, 0);
    return 0;
}

static int drop_solver(void **state)
{
    (void)state;
    ballot_solver_fini(&solver);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ballot_any_small_one_costs_what_the_search_finds),
        cmocka_unit_test(ballot_below_a_bound_finds_only_what_is_cheaper),
        cmocka_unit_test(fill_more_wrong_votes_than_columns_bear_is_refused),
    };
    return cmocka_run_group_tests(tests, make_solver, drop_solver);
}
