/* report.h - a game told on a terminal: what was played, who said what to whom, what each general
 * counted and obeyed, and whether IC1 and IC2 hold.
 *
 * Lines have at most REPORT_COLUMNS columns. What would not fit, or would be too long to read, is
 * summed up. */
#ifndef STRATEGOS_COMMAND_REPORT_H
#define STRATEGOS_COMMAND_REPORT_H

#include "command/grid.h"
#include "generals/play.h"

#include <stdio.h>

#define REPORT_COLUMNS 100u

struct report {
    FILE *out;
    const struct play *play;
    bool has_colour;
    bool has_tree;
    general_id tree_of;
    const char *search; /* what came of the strategy worst; NULL: it was not asked for */
    bool is_short;      /* tables: orders by as few letters as tell them apart */
    unsigned letters;   /* that many */
};

/* Everything. */
void report_print(struct report *report);

/* Its parts. */

/* Who said what to whom, round by round; or one line that says that it is too much. */
void report_print_rounds(struct report *report);
/* What each general counted, and what came of it. */
void report_print_votes(struct report *report);
/* What one general was told, as a tree; of om on a complete graph. */
void report_print_tree(struct report *report);

/* An order as tables have it. */
const char *report_order(const struct report *report, order_nr order);

/* What the letters of short orders stand for; nothing if they are not short. */
void report_legend(const struct report *report);

/* "3", or "3*" for a traitor. */
#define REPORT_GENERAL_BYTES 8u
const char *report_general(const struct report *report, general_id general,
                           char text[REPORT_GENERAL_BYTES]);

/* A path as "0>2>1". */
#define REPORT_PATH_BYTES 100u
const char *report_path(const general_id *path, unsigned count, char text[REPORT_PATH_BYTES]);

/* A heading, an empty line before it. */
__attribute__((format(printf, 2, 3))) void report_head(const struct report *report,
                                                       const char *format, ...);

/* A paragraph, wrapped, each line after `indent` blanks. */
void report_wrap(const struct report *report, unsigned indent, const char *text);

#endif
