/* prove_svg.c - see prove_svg.h. One grid for each m, side by side; marks as well as colours, so
 * that it can be read without them; where the formula is wrong, a thick border. */
#include "command/prove_svg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CELL   28u
#define LEFT   44u
#define TOP    76u
#define GAP    36u
#define BOTTOM 40u

static unsigned grid_width(const struct proof_table *table)
{
    return LEFT + CELL * (table->generals_max - 2) + GAP;
}

static void draw_cell(FILE *file, unsigned x, unsigned y, const struct table_cell *cell)
{
    bool holds = cell->ic1 && cell->ic2;
    const char *fill = holds ? "#7fbf7b" : cell->ic1 || cell->ic2 ? "#fdd870" : "#e78a80";
    const char *mark = holds ? "✓" : cell->ic2 ? "2" : cell->ic1 ? "1" : "✗";
    (void)fprintf(file,
                  "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"%s\" "
                  "stroke-width=\"%u\"><title>n=%u k=%u m=%u: IC1 %s, IC2 %s</title></rect>\n",
                  x, y, CELL - 2, CELL - 2, fill, cell->is_as_formula ? "none" : "#000000",
                  cell->is_as_formula ? 0u : 3u, cell->question.generals, cell->question.traitors,
                  cell->question.m, cell->ic1 ? "holds" : "violated",
                  cell->ic2 ? "holds" : "violated");
    (void)fprintf(file, "<text x=\"%u\" y=\"%u\" text-anchor=\"middle\">%s</text>\n",
                  x + CELL / 2 - 1, y + CELL / 2 + 4, mark);
}

static void draw_grid(FILE *file, const struct proof_table *table, unsigned m, unsigned left)
{
    (void)fprintf(file, "<text x=\"%u\" y=\"%u\" font-weight=\"bold\">OM(%u)</text>\n", left,
                  TOP - 28, m);
    for (unsigned k = 1; k + 2 <= table->generals_max; k++) {
        (void)fprintf(file, "<text x=\"%u\" y=\"%u\" text-anchor=\"middle\">k=%u</text>\n",
                      left + LEFT + CELL * (k - 1) + CELL / 2 - 1, TOP - 8, k);
    }
    for (unsigned n = m + 2; n <= table->generals_max; n++) {
        unsigned y = TOP + CELL * (n - 3);
        (void)fprintf(file, "<text x=\"%u\" y=\"%u\" text-anchor=\"end\">n=%u</text>\n",
                      left + LEFT - 8, y + CELL / 2 + 4, n);
        for (unsigned k = 1; k + 2 <= n; k++) {
            const struct table_cell *cell = proof_table_cell(table, n, m, k);
            if (cell != NULL) {
                draw_cell(file, left + LEFT + CELL * (k - 1), y, cell);
            }
        }
    }
}

enum error prove_svg(const struct proof_table *table, const char *path, struct error_text *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return error_set(text, ERROR_IO, "--svg '%s': cannot be written: %s", path,
                         strerrordesc_np(errno));
    }
    unsigned grids =
        table->m_max < table->generals_max - 2 ? table->m_max : table->generals_max - 2;
    unsigned width = GAP + grids * grid_width(table);
    width = width < 640 ? 640 : width;
    unsigned height = TOP + CELL * (table->generals_max - 2) + BOTTOM;
    (void)fprintf(
        file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
        "viewBox=\"0 0 %u %u\" font-family=\"sans-serif\" font-size=\"12\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
        "<text x=\"%u\" y=\"24\" font-size=\"15\">OM(m) of n generals, k of them traitors: "
        "every strategy of every placement</text>\n",
        width, height, width, height, GAP);
    for (unsigned m = 1; m <= grids; m++) {
        draw_grid(file, table, m, GAP + (m - 1) * grid_width(table));
    }
    (void)fprintf(
        file,
        "<text x=\"%u\" y=\"%u\">✓ IC1 and IC2 hold; 1, 2 only that one; ✗ neither. Formula: "
        "n &gt; 2k + m and k ≤ m (%zu of %zu cells differ)</text>\n</svg>\n",
        GAP, height - 14, proof_table_mismatches(table), table->count);
    bool is_written = ferror(file) == 0;
    if (fclose(file) != 0 || !is_written) {
        return error_set(text, ERROR_IO, "--svg '%s': cannot be written", path);
    }
    return OK;
}
