/* support_game.h - games to draw, and a reader of what was drawn. */
#ifndef STRATEGOS_TESTS_DRAW_SUPPORT_GAME_H
#define STRATEGOS_TESTS_DRAW_SUPPORT_GAME_H

#include "draw/draw.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A game on the complete graph, all loyal, commander 0 ordering attack. */
struct scenario game_of(enum algorithm algorithm, unsigned generals, unsigned m);
void game_betray(struct scenario *scenario, general_id general, enum strategy strategy);
/* Edges as pairs, ended by a pair of the same general twice. */
void game_graph(struct scenario *scenario, const char *name, const general_id edges[][2]);
/* Plays it, frees the scenario; fails the test if it is refused. */
struct play *game_play(struct scenario *scenario);

/* The finished file, on the heap; fails the test if there was an error. */
char *game_svg(const struct play *play, general_id tree_of);
char *game_html(const struct play *play);

/* How often `part` occurs. */
size_t count_of(const char *text, const char *part);
/* The sum of data-count of all marks of a class such as "lie". */
uint64_t marks_of(const char *text, const char *class);
/* Messages of the record with this fate. */
size_t fates_of(const struct play *play, enum fate fate);

/* NULL if `text` is well-formed XML as far as our pictures go (elements, attributes in double
 * quotes, the five entities and numeric ones, one root, no other markup), otherwise what is not. */
const char *xml_trouble(const char *text);

#endif
