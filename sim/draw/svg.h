/* svg.h - writes SVG, and the escaping that SVG, HTML and JSON want of texts that strangers wrote.
 *
 * Coordinates are whole pixels and tenths of them where a line wants more; formats are ours alone
 * and know neither locale nor floating point, so that the same picture is the same bytes. Colours
 * and dashes are classes of picture.css: `o0` .. `o15` for the orders. */
#ifndef STRATEGOS_DRAW_SVG_H
#define STRATEGOS_DRAW_SVG_H

#include "base/buffer.h"

/* A picture, or a part of one, whose upper left corner is 0, 0. All zeros: empty. */
struct svg {
    struct buffer body;
    int width;
    int height;
};

struct point {
    int x; /* tenths of a pixel */
    int y;
};

void svg_fini(struct svg *svg);

/* As printf, unescaped: for markup of our own. */
__attribute__((format(printf, 2, 3))) void text_put(struct buffer *out, const char *format, ...);
/* A stranger's text: what XML gives a meaning is escaped, what is not UTF-8 or not a character of
 * XML 1.0 becomes U+FFFD. */
void markup_escape(struct buffer *out, const char *text);
/* The same for a JSON string inside a script element, quotes included. */
void text_json(struct buffer *out, const char *text);
/* Characters of a text, as both see it: broken bytes count one each. */
size_t text_length(const char *text);
/* Bytes of the first `count` characters. */
size_t text_bytes(const char *text, size_t count);

/* `class` is a constant of ours. Widths and heights of 0 are left out. */
void svg_rect(struct svg *svg, const char *class, int x, int y, int width, int height);
void svg_circle(struct svg *svg, const char *class, int x, int y, int radius);
void svg_line(struct svg *svg, const char *class, struct point from, struct point to);
/* Formats, cuts at `characters` (0: never) with an ellipsis and the whole as a title, escapes. */
__attribute__((format(printf, 6, 7))) void svg_text(struct svg *svg, const char *class, int x,
                                                    int y, size_t characters, const char *format,
                                                    ...);
/* A tool tip of the element that is open. */
__attribute__((format(printf, 2, 3))) void svg_title(struct svg *svg, const char *format, ...);

/* Puts `part` into `svg` at x, y, grows `svg` to hold it, and frees the part. */
void svg_place(struct svg *svg, struct svg *part, int x, int y);
/* Grows the picture to hold a point. */
void svg_grow(struct svg *svg, int right, int bottom);

/* The point at `share` thousandths of the way. */
struct point point_between(struct point from, struct point to, int share);

/* 10,000 times the sine of an angle in hundredths of a degree; wrong by 17 at most, the same
 * everywhere. */
int sine(int angle);

#endif
