/* table.c - see table.h. */
#include "console/table.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void table_init(struct table *table, const struct table_column *columns, size_t count)
{
    ASSERT(count >= 1 && count <= TABLE_COLUMNS_MAX);
    *table = (struct table){.columns = columns, .column_count = count};
}

void table_fini(struct table *table)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    *table = (struct table){0};
}

void table_add(struct table *table, const char *format, ...)
{
    if (table->cell_count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
        char **cells = reallocarray(table->cells, capacity, sizeof *cells);
        ASSERT(cells != NULL); /* as buffer.h: without memory for a line there is no going on */
        table->cells = cells;
        table->capacity = capacity;
    }
    va_list values;
    va_start(values, format);
    char *cell = NULL;
    int length = vasprintf(&cell, format, values);
    va_end(values);
    ASSERT(length >= 0);
    table->cells[table->cell_count++] = cell;
}

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0u) != 0x80u ? 1u : 0u;
    }
    return width;
}

static void print_row(const struct table *table, FILE *out, char *const *cells,
                      const size_t *widths, const char *line_end)
{
    size_t last = table->column_count;
    while (last > 0 &&
           (cells == NULL ? table->columns[last - 1].heading : cells[last - 1])[0] == '\0') {
        last--;
    }
    for (size_t i = 0; i < last; i++) {
        const char *text = cells == NULL ? table->columns[i].heading : cells[i];
        size_t padding = widths[i] - width_of(text);
        bool is_number = table->columns[i].is_number;
        (void)fprintf(out, "%s%*s%s", i == 0 ? "" : "  ", is_number ? (int)padding : 0, "", text);
        if (!is_number && i + 1 < last) {
            (void)fprintf(out, "%*s", (int)padding, "");
        }
    }
    (void)fprintf(out, "%s\n", line_end);
}

size_t table_print(const struct table *table, void *stream, const char *line_end)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    size_t columns = table->column_count;
    size_t rows = table->cell_count / columns;
    for (size_t i = 0; i < columns; i++) {
        widths[i] = width_of(table->columns[i].heading);
        for (size_t row = 0; row < rows; row++) {
            size_t width = width_of(table->cells[row * columns + i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    print_row(table, stream, NULL, widths, line_end);
    for (size_t row = 0; row < rows; row++) {
        print_row(table, stream, &table->cells[row * columns], widths, line_end);
    }
    return rows + 1;
}
