/* group_test.c - each strategy in a group of production replicas: it acts, and f of it neither
 * split the loyal ones nor stop them. */
#include "support_table.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

#define RUN_MS     2500u /* ends when the last seat has been back for a quarter of a second */
#define MORE_MS    1000u /* that it may take to catch up, where a traitor keeps it from that */
#define STEP_MS    50u
#define HEIGHT_MIN 12u
#define BEHIND_MAX 2u /* orders that the last seat may still lack then */

static bool is_back(const struct table *table, size_t last)
{
    return table->seats[last].height + BEHIND_MAX >= table_lowest(table);
}

/* Every strategy that there is, f traitors of it. */
static void play_all(size_t replica_count, uint32_t members, uint64_t seed)
{
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        struct table *table = table_new(replica_count, members, i, seed, NULL);
        table_run(table, RUN_MS);
        for (uint64_t ms = RUN_MS; ms < RUN_MS + MORE_MS && !is_back(table, replica_count - 1);) {
            ms += STEP_MS;
            table_run(table, ms);
        }
        height_nr lowest = table_lowest(table);
        height_nr returned = table->seats[replica_count - 1].height;
        bool is_well = table_acted(table) > 0 && !table->is_split && lowest >= HEIGHT_MIN &&
                       is_back(table, replica_count - 1);
        print_message("%s: acted=%llu split=%d height=%llu returned=%llu\n",
                      traitor_strategy(i)->name, (unsigned long long)table_acted(table),
                      table->is_split, (unsigned long long)lowest, (unsigned long long)returned);
        assert_true(is_well);
        table_free(table);
    }
}

static void strategy_of_one_in_four_acts_and_breaks_nothing(void **state)
{
    (void)state;
    play_all(4, 1u << 1, 7);
}

static void strategy_of_two_in_seven_acts_and_breaks_nothing(void **state)
{
    (void)state;
    play_all(7, 1u << 1 | 1u << 4, 3);
}

/* Negative control of the two above: the same eyes see a group of which too many are traitors. */
static void collude_split_of_two_in_four_splits_the_loyal(void **state)
{
    (void)state;
    size_t strategy = traitor_strategy_find("collude-split");
    size_t splits = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct table *table = table_new(4, 1u << 1 | 1u << 2, strategy, seed, NULL);
        table_run(table, RUN_MS);
        splits += table->is_split ? 1 : 0;
        table_free(table);
    }
    assert_true(splits > 0);
}

static void loyal_group_decides_all_and_nobody_acts(void **state)
{
    (void)state;
    struct table *table = table_new(4, 0, SIZE_MAX, 1, NULL);
    table_run(table, RUN_MS);
    assert_int_equal(table_acted(table), 0);
    assert_false(table->is_split);
    assert_true(table_lowest(table) >= 20);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loyal_group_decides_all_and_nobody_acts),
        cmocka_unit_test(strategy_of_one_in_four_acts_and_breaks_nothing),
        cmocka_unit_test(strategy_of_two_in_seven_acts_and_breaks_nothing),
        cmocka_unit_test(collude_split_of_two_in_four_splits_the_loyal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
