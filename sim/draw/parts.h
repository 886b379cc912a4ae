/* parts.h - the parts that a picture of a game is made of. Each draws itself from 0, 0 into an
 * empty `struct svg` and sets its size; each leaves it empty if it has nothing to show. */
#ifndef STRATEGOS_DRAW_PARTS_H
#define STRATEGOS_DRAW_PARTS_H

#include "draw/packets.h"
#include "draw/svg.h"

/* More generals than this are drawn as who-told-whom grids instead of lines. */
#define LANES_GENERALS_MAX 12u
#define SUMMARY_WIDTH      1180

/* Name, text, what was played, verdict. */
void part_heading(struct svg *svg, const struct play *play);
/* Orders and marks. */
void part_legend(struct svg *svg, const struct play *play);
/* Lanes and lines: the space-time diagram of one instance. */
void part_lanes(struct svg *svg, const struct packets *packets);
/* The same as grids of senders and receivers, for many generals. */
void part_grids(struct svg *svg, const struct packets *packets);
/* Who is who, what he did, what he obeys; where there is no record, all that there is. */
void part_roster(struct svg *svg, const struct play *play);
/* OM: what each lieutenant took the majority of. */
void part_votes(struct svg *svg, const struct play *play, unsigned instance);
/* OM: the gathering tree of one lieutenant, at most about `rows_max` lines high. */
void part_tree(struct svg *svg, const struct packets *packets, general_id general,
               unsigned rows_max);
/* SM: V of each lieutenant with the chains that brought it. */
void part_sets(struct svg *svg, const struct play *play, unsigned instance);
/* Who can send to whom; of OM(m,p) the commander's regular set and its paths to `target`. */
void part_graph(struct svg *svg, const struct play *play, unsigned instance, general_id target);
/* Interactive consistency: each general's vector. */
void part_vectors(struct svg *svg, const struct play *play);
/* Three generals: the two games that lieutenant 1 cannot tell apart. */
void part_twins(struct svg *svg, const struct play *play);
bool has_twins(const struct play *play);

/* The regular set that the commander of an OM(m,p) addresses, as the record shows it; 0: none. */
general_set play_regular_set(const struct play *play, unsigned instance);

/* A mark on a line or cell; `count` of what it stands for. */
enum mark { MARK_LIE, MARK_SILENT, MARK_LATE, MARK_GARBAGE, MARK_EXTRA, MARK_REFUSED, MARK_COUNT };
void draw_mark(struct svg *svg, enum mark mark, struct point at, int radius, uint32_t count);
/* A cell in the colour of an order, with its letter if there is room. */
void draw_cell(struct svg *svg, const struct play *play, order_nr order, int x, int y, int width,
               int height);
/* A cell without a letter. */
void draw_band(struct svg *svg, order_nr order, int x, int y, int width, int height);
/* Pieces side by side, each as wide as its share; with letters if there is room for all. */
void draw_pieces(struct svg *svg, const struct play *play, const struct piece *pieces,
                 unsigned count, struct point at, int width, int height);
/* A round for an order and its name beside it: what somebody obeys. */
void draw_decision(struct svg *svg, const struct play *play, order_nr order, int x, int y);

/* The class of an order's colour: "o0" .. "o15", "ox" for nothing. */
const char *order_class(order_nr order);
/* One letter or digit that tells an order from the others of its scenario. */
void order_letter(const struct play *play, order_nr order, char letter[8]);
/* "commander" or "lieutenant", "general" where there is none or each is one. */
const char *general_role(const struct play *play, unsigned instance, general_id general);
bool is_commander(const struct play *play, unsigned instance, general_id general);
/* "0 . 2 . 3" */
#define PATH_TEXT_BYTES 256
void path_text(char text[PATH_TEXT_BYTES], const general_id *path, unsigned count);
/* "{1, 2}" */
#define SET_TEXT_BYTES 256
void set_text(char text[SET_TEXT_BYTES], general_set set);
/* "OM(1)", "OM(1,3)", "SM(2)", "one exchange" with "of seven generals on a ring". */
#define GAME_TEXT_BYTES 320
void game_text(char text[GAME_TEXT_BYTES], const struct play *play);

#endif
