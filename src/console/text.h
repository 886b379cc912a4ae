/* text.h - arbitrary bytes as text that a terminal, a script or JSON can take.
 *
 * The escaped form is one line without tabs: \\ \t \n \r and \xHH (two hexadecimal digits). It is
 * what `scan` writes and what TSV files may contain, so that one can be fed to the other. */
#ifndef STRATEGOS_CONSOLE_TEXT_H
#define STRATEGOS_CONSOLE_TEXT_H

#include "base/buffer.h"

#include <stdbool.h>

enum text_escape {
    TEXT_ESCAPE_FRAMING,    /* only backslash, tab, newline, carriage return */
    TEXT_ESCAPE_FOR_SCREEN, /* control characters and what is not UTF-8 too */
};

/* Appends `bytes`, escaped. */
void text_escape(struct buffer *out, struct slice bytes, enum text_escape how);

/* Appends `bytes` with escapes undone. False, with `out` as it was, if a backslash begins none. */
bool text_unescape(struct buffer *out, struct slice bytes);

/* Well-formed UTF-8 (RFC 3629): nothing overlong, no surrogates. */
bool text_is_utf8(struct slice bytes);

/* Appends standard Base64 with padding (RFC 4648, 4). */
void text_base64(struct buffer *out, struct slice bytes);

/* Appends the bytes that `hex` says: pairs of digits, white space between pairs. False if it is
 * anything else; `out` then has what came before. */
bool text_from_hex(struct buffer *out, struct slice hex);

/* "1.5 KiB", "20 GiB"; returns `text`. */
#define TEXT_SIZE_BYTES 24u
const char *text_of_size(uint64_t bytes, char text[TEXT_SIZE_BYTES]);

#endif
