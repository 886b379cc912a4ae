/* table_test.c - the grid: its cells, and that a wrong cell would be seen. */
#include "prove/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void table_up_to_ten_generals_is_as_the_formula(void **state)
{
    (void)state;
    struct proof_table table;
    assert_int_equal(proof_table_init(&table, 10, 3, NULL), OK);
    /* n - 2 columns for each n from m + 2 to 10. */
    assert_int_equal(table.count, (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8) + (2 + 3 + 4 + 5 + 6 + 7 + 8) +
                                      (3 + 4 + 5 + 6 + 7 + 8));
    assert_int_equal(proof_table_mismatches(&table), 0);
    assert_true(proof_table_cell(&table, 7, 2, 2)->ic1);
    assert_false(proof_table_cell(&table, 6, 2, 2)->ic1);
    assert_true(proof_table_cell(&table, 6, 1, 2)->ic2);
    assert_null(proof_table_cell(&table, 4, 3, 1));
    table.cells[5].is_as_formula = false;
    assert_int_equal(proof_table_mismatches(&table), 1);
    proof_table_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_up_to_ten_generals_is_as_the_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
