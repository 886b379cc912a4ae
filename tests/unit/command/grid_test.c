/* grid_test.c - cells in columns: widths, tints, and nothing that trails. */
#include "command/grid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *print(const struct grid *grid, bool has_colour)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    grid_print(grid, stream, has_colour);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void make(struct grid *grid)
{
    grid_init(grid, 3);
    grid_add(grid, TINT_FAINT, "from");
    grid_add(grid, TINT_FAINT, "to %d", 1);
    grid_add(grid, TINT_FAINT, "to 12");
    grid_add(grid, TINT_PLAIN, "3");
    grid_add(grid, TINT_LIE, "retreat!");
    grid_add(grid, TINT_PLAIN, "%s", "");
    grid_add(grid, TINT_PLAIN, "%s", "");
    grid_add(grid, TINT_PLAIN, "%s", "");
    grid_add(grid, TINT_GOOD, "a");
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    struct grid grid;
    make(&grid);
    char *text = print(&grid, false);
    assert_string_equal(text, "  from  to 1      to 12\n"
                              "  3     retreat!\n"
                              "                  a\n");
    assert_int_equal(grid_width(&grid), strlen("  from  to 1      to 12"));
    free(text);
    grid_fini(&grid);
}

static void colour_changes_no_column(void **state)
{
    (void)state;
    struct grid grid;
    make(&grid);
    char *text = print(&grid, true);
    assert_string_equal(text, "  \x1b[2mfrom\x1b[0m  \x1b[2mto 1\x1b[0m      \x1b[2mto 12\x1b[0m\n"
                              "  3     \x1b[1;31mretreat!\x1b[0m\n"
                              "                  \x1b[1;32ma\x1b[0m\n");
    free(text);
    grid_fini(&grid);
}

static void cell_that_is_too_long_is_cut(void **state)
{
    (void)state;
    struct grid grid;
    char expected[GRID_CELL_BYTES + 3];
    grid_init(&grid, 1);
    grid_add(&grid, TINT_PLAIN, "%0100d", 0);
    (void)snprintf(expected, sizeof expected, "  %0*d\n", (int)GRID_CELL_BYTES - 1, 0);
    char *text = print(&grid, false);
    assert_string_equal(text, expected);
    free(text);
    grid_fini(&grid);
}

static void row_that_is_not_complete_is_not_printed(void **state)
{
    (void)state;
    struct grid grid;
    grid_init(&grid, 2);
    char *text = print(&grid, false);
    assert_string_equal(text, "");
    free(text);
    grid_add(&grid, TINT_PLAIN, "a");
    text = print(&grid, false);
    assert_string_equal(text, "");
    free(text);
    grid_fini(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(colour_changes_no_column),
        cmocka_unit_test(cell_that_is_too_long_is_cut),
        cmocka_unit_test(row_that_is_not_complete_is_not_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
