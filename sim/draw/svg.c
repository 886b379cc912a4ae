/* svg.c - escaping, and the few elements that our pictures are made of. */
#include "draw/svg.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_BYTES 2048

void svg_fini(struct svg *svg)
{
    buffer_fini(&svg->body);
}

__attribute__((format(printf, 2, 0))) static void put_format(struct buffer *out, const char *format,
                                                             va_list arguments)
{
    char text[TEXT_BYTES];
    int size = vsnprintf(text, sizeof text, format, arguments);
    ASSERT(size >= 0 && (size_t)size < sizeof text);
    buffer_append(out, slice_of(text, (size_t)size));
}

void text_put(struct buffer *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_format(out, format, arguments);
    va_end(arguments);
}

/* Bytes of the character that begins at `at`; 0: none that UTF-8 and XML know begins here. */
static size_t character_bytes(const uint8_t *at)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = at[0] < 0x80             ? 1
                  : (at[0] & 0xe0) == 0xc0 ? 2
                  : (at[0] & 0xf0) == 0xe0 ? 3
                  : (at[0] & 0xf8) == 0xf0 ? 4
                                           : 0;
    if (size == 0) {
        return 0;
    }
    uint32_t code = size == 1 ? at[0] : at[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0; /* a terminating zero ends here too */
        }
        code = code << 6 | (at[i] & 0x3fu);
    }
    bool is_control = (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7f;
    bool is_none = code < smallest[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ||
                   code == 0xfffe || code == 0xffff;
    return is_control || is_none ? 0 : size;
}

/* The next character: its bytes, or a replacement for a broken one; moves on. */
static struct slice next_character(const uint8_t **at)
{
    static const uint8_t replacement[3] = {0xef, 0xbf, 0xbd};
    size_t size = character_bytes(*at);
    struct slice found = size == 0 ? slice_of(replacement, 3) : slice_of(*at, size);
    *at += size == 0 ? 1 : size;
    return found;
}

void markup_escape(struct buffer *out, const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    while (*at != 0) {
        struct slice character = next_character(&at);
        switch (character.data[0]) {
        case '&':
            buffer_append(out, slice_of_text("&amp;"));
            break;
        case '<':
            buffer_append(out, slice_of_text("&lt;"));
            break;
        case '>':
            buffer_append(out, slice_of_text("&gt;"));
            break;
        case '"':
            buffer_append(out, slice_of_text("&quot;"));
            break;
        case '\'':
            buffer_append(out, slice_of_text("&#39;"));
            break;
        default:
            buffer_append(out, character);
        }
    }
}

void text_json(struct buffer *out, const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    text_put(out, "\"");
    while (*at != 0) {
        struct slice character = next_character(&at);
        uint8_t byte = character.data[0];
        /* What a JSON string may not hold, and what could end or hide in a script element. */
        if (byte < 0x20 || byte == '"' || byte == '\\' || byte == '<' || byte == '>' ||
            byte == '&' || byte == '\'') {
            text_put(out, "\\u%04x", byte);
        } else {
            buffer_append(out, character);
        }
    }
    text_put(out, "\"");
}

size_t text_bytes(const char *text, size_t count)
{
    const uint8_t *start = (const uint8_t *)text;
    const uint8_t *at = start;
    for (size_t i = 0; i < count && *at != 0; i++) {
        next_character(&at);
    }
    return (size_t)(at - start);
}

size_t text_length(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t count = 0;
    while (*at != 0) {
        next_character(&at);
        count++;
    }
    return count;
}

void svg_rect(struct svg *svg, const char *class, int x, int y, int width, int height)
{
    text_put(&svg->body, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", class,
             x, y, width, height);
}

void svg_circle(struct svg *svg, const char *class, int x, int y, int radius)
{
    text_put(&svg->body, "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>", class, x, y,
             radius);
}

static void put_tenths(struct svg *svg, const char *name, int tenths)
{
    const char *sign = tenths < 0 ? "-" : "";
    int size = tenths < 0 ? -tenths : tenths;
    if (size % 10 == 0) {
        text_put(&svg->body, " %s=\"%s%d\"", name, sign, size / 10);
    } else {
        text_put(&svg->body, " %s=\"%s%d.%d\"", name, sign, size / 10, size % 10);
    }
}

void svg_line(struct svg *svg, const char *class, struct point from, struct point to)
{
    text_put(&svg->body, "<line class=\"%s\"", class);
    put_tenths(svg, "x1", from.x);
    put_tenths(svg, "y1", from.y);
    put_tenths(svg, "x2", to.x);
    put_tenths(svg, "y2", to.y);
    text_put(&svg->body, "/>");
}

void svg_title(struct svg *svg, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ASSERT(size >= 0);
    text_put(&svg->body, "<title>");
    markup_escape(&svg->body, text);
    text_put(&svg->body, "</title>");
}

void svg_text(struct svg *svg, const char *class, int x, int y, size_t characters,
              const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ASSERT(size >= 0);
    text_put(&svg->body, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
    if (characters != 0 && text_length(text) > characters) {
        svg_title(svg, "%s", text);
        text[text_bytes(text, characters - 1)] = '\0';
        markup_escape(&svg->body, text);
        text_put(&svg->body, "\xe2\x80\xa6");
    } else {
        markup_escape(&svg->body, text);
    }
    text_put(&svg->body, "</text>\n");
}

void svg_grow(struct svg *svg, int right, int bottom)
{
    svg->width = right > svg->width ? right : svg->width;
    svg->height = bottom > svg->height ? bottom : svg->height;
}

void svg_place(struct svg *svg, struct svg *part, int x, int y)
{
    text_put(&svg->body, "<g transform=\"translate(%d %d)\">\n", x, y);
    buffer_append(&svg->body, buffer_slice(&part->body));
    text_put(&svg->body, "</g>\n");
    svg_grow(svg, x + part->width, y + part->height);
    svg_fini(part);
    *part = (struct svg){.width = 0};
}

struct point point_between(struct point from, struct point to, int share)
{
    return (struct point){.x = from.x + (to.x - from.x) * share / 1000,
                          .y = from.y + (to.y - from.y) * share / 1000};
}

int sine(int angle)
{
    /* Bhaskara's formula of the seventh century, on the half turn that it is made for. */
    angle %= 36000;
    if (angle < 0) {
        angle += 36000;
    }
    bool is_negative = angle >= 18000;
    int64_t half = is_negative ? angle - 18000 : angle;
    int64_t product = half * (18000 - half);
    int value = (int)(40000 * product / (405000000 - product));
    return is_negative ? -value : value;
}
