/* grid.c - see grid.h. */
#include "command/grid.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GAP 2u

const char *tint_begin(enum tint tint, bool has_colour)
{
    static const char *const codes[] = {
        [TINT_PLAIN] = "",         [TINT_HEAD] = "\x1b[1m",    [TINT_FAINT] = "\x1b[2m",
        [TINT_LIE] = "\x1b[1;31m", [TINT_GOOD] = "\x1b[1;32m",
    };
    return has_colour ? codes[tint] : "";
}

const char *tint_end(enum tint tint, bool has_colour)
{
    return has_colour && tint != TINT_PLAIN ? "\x1b[0m" : "";
}

void grid_init(struct grid *grid, size_t columns)
{
    ASSERT(columns > 0);
    *grid = (struct grid){.columns = columns};
}

void grid_fini(struct grid *grid)
{
    buffer_fini(&grid->cells);
}

void grid_add(struct grid *grid, enum tint tint, const char *format, ...)
{
    struct grid_cell cell = {.tint = tint};
    va_list values;
    va_start(values, format);
    (void)vsnprintf(cell.text, sizeof cell.text, format, values);
    va_end(values);
    buffer_append(&grid->cells, slice_of(&cell, sizeof cell));
}

static size_t count_cells(const struct grid *grid)
{
    return grid->cells.size / sizeof(struct grid_cell);
}

static struct grid_cell cell_at(const struct grid *grid, size_t index)
{
    struct grid_cell cell;
    memcpy(&cell, grid->cells.data + index * sizeof cell, sizeof cell);
    return cell;
}

static size_t column_width(const struct grid *grid, size_t column)
{
    size_t width = 0;
    for (size_t i = column; i < count_cells(grid); i += grid->columns) {
        struct grid_cell cell = cell_at(grid, i);
        size_t length = strlen(cell.text);
        width = length > width ? length : width;
    }
    return width;
}

size_t grid_width(const struct grid *grid)
{
    size_t width = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        width += GAP + column_width(grid, column);
    }
    return width;
}

/* How many cells of the row that starts at `first` are not empty behind their last one. */
static size_t row_length(const struct grid *grid, size_t first)
{
    size_t length = grid->columns;
    while (length > 0 && cell_at(grid, first + length - 1).text[0] == '\0') {
        length--;
    }
    return length;
}

void grid_print(const struct grid *grid, void *stream, bool has_colour)
{
    FILE *out = stream;
    for (size_t first = 0; first + grid->columns <= count_cells(grid); first += grid->columns) {
        size_t length = row_length(grid, first);
        size_t blanks = 0; /* due before the next cell */
        for (size_t column = 0; column < length; column++) {
            struct grid_cell cell = cell_at(grid, first + column);
            (void)fprintf(out, "%*s%s%s%s", (int)(blanks + GAP), "",
                          tint_begin(cell.tint, has_colour), cell.text,
                          tint_end(cell.tint, has_colour));
            blanks = column_width(grid, column) - strlen(cell.text);
        }
        (void)fputc('\n', out);
    }
}
