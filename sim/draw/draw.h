/* draw.h - pictures of a game: SVG for papers and pages, HTML to play with. */
#ifndef STRATEGOS_DRAW_DRAW_H
#define STRATEGOS_DRAW_DRAW_H

#include "generals/play.h"

/* A space-time diagram (generals as lanes, time to the right, messages coloured by order, lies
 * marked), the verdict, and for OM the gathering tree of general `tree_of`. */
MUST_USE enum error draw_svg(const struct play *play, general_id tree_of, const char *path,
                             struct error_text *text);

/* One self-contained page, no network: a player by rounds, clickable messages and signature chains,
 * the tree of any general, the graph with its disjoint paths, the verdict. */
MUST_USE enum error draw_html(const struct play *play, const char *path, struct error_text *text);

#endif
