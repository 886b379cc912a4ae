/* table_test.c - columns, padding and what trails. */
#include "console/table.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static const struct table_column columns[] = {{"id", true}, {"name", false}, {"notes", false}};

static void expect(const struct table *table, const char *line_end, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    size_t lines = table_print(table, out, line_end);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    for (const char *at = text; *at != '\0'; at++) {
        lines -= *at == '\n';
    }
    assert_int_equal(lines, 0);
    free(text);
}

static void table_without_rows_is_its_headings(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 3);
    expect(&table, "", "id  name  notes\n");
    table_fini(&table);
}

static void table_aligns_and_trails_nothing(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 3);
    table_add(&table, "%d", 100);
    table_add(&table, "x");
    table_add(&table, "%s", "");
    table_add(&table, "%d", 7);
    table_add(&table, "\xc3\xa4ngstr\xc3\xb6m"); /* eight characters, ten bytes */
    table_add(&table, "note");
    expect(&table, "|",
           " id  name      notes|\n"
           "100  x|\n"
           "  7  \xc3\xa4ngstr\xc3\xb6m  note|\n");
    table_fini(&table);
}

static void table_with_many_rows_keeps_them_all(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 1);
    for (int i = 0; i < 1000; i++) {
        table_add(&table, "%d", i);
    }
    FILE *out = fopen("/dev/null", "we");
    assert_non_null(out);
    assert_int_equal(table_print(&table, out, ""), 1001);
    assert_int_equal(fclose(out), 0);
    table_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_without_rows_is_its_headings),
        cmocka_unit_test(table_aligns_and_trails_nothing),
        cmocka_unit_test(table_with_many_rows_keeps_them_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
