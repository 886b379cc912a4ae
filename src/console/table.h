/* table.h - rows of text cells under headings, each column as wide as its widest cell. */
#ifndef STRATEGOS_CONSOLE_TABLE_H
#define STRATEGOS_CONSOLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 16u

struct table_column {
    const char *heading;
    bool is_number; /* to the right */
};

struct table {
    const struct table_column *columns; /* borrowed */
    size_t column_count;
    size_t cell_count;
    size_t capacity;
    char **cells; /* row after row */
};

void table_init(struct table *table, const struct table_column *columns, size_t count);
void table_fini(struct table *table);

/* The next cell, left to right, row by row. */
__attribute__((format(printf, 2, 3))) void table_add(struct table *table, const char *format, ...);

/* Prints headings and complete rows to `stream` (a FILE *); nothing trails on a line. `line_end`
 * stands before each newline: "" or what clears the rest of a terminal's line. Returns the number
 * of lines. */
size_t table_print(const struct table *table, void *stream, const char *line_end);

#endif
