/* grid.h - cells in columns for a terminal, some of them tinted. Colour is never the only sign: a
 * cell's text says it too. */
#ifndef STRATEGOS_COMMAND_GRID_H
#define STRATEGOS_COMMAND_GRID_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum tint {
    TINT_PLAIN,
    TINT_HEAD,  /* headings */
    TINT_FAINT, /* of little weight */
    TINT_LIE,   /* what no loyal general would say; violated */
    TINT_GOOD   /* holds */
};

/* What a terminal needs before a text and after it; "" without colour. */
const char *tint_begin(enum tint tint, bool has_colour);
const char *tint_end(enum tint tint, bool has_colour);

#define GRID_CELL_BYTES 48u

struct grid_cell {
    enum tint tint;
    char text[GRID_CELL_BYTES];
};

struct grid {
    size_t columns;
    struct buffer cells; /* of struct grid_cell, row after row */
};

void grid_init(struct grid *grid, size_t columns);
void grid_fini(struct grid *grid);

/* The next cell, left to right, row by row; what is too long is cut. */
__attribute__((format(printf, 3, 4))) void grid_add(struct grid *grid, enum tint tint,
                                                    const char *format, ...);

/* Columns of the terminal that a row takes, with two blanks before each cell. */
size_t grid_width(const struct grid *grid);

/* Prints the rows to `stream` (a FILE *); nothing trails on a line. */
void grid_print(const struct grid *grid, void *stream, bool has_colour);

#endif
