/* text.c - see text.h. */
#include "console/text.h"

#include <stdio.h>

static const char hex_digits[] = "0123456789abcdef";

/* Bytes of the well-formed character at the front; 0 if there is none. */
static size_t utf8_length(struct slice bytes)
{
    static const struct {
        uint8_t first, last;       /* of the first byte */
        uint8_t second, second_to; /* of the second: this is where overlong forms are told apart */
        size_t length;
    } forms[] = {
        {0x00, 0x7f, 0x80, 0xbf, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; bytes.size > 0 && i < sizeof forms / sizeof forms[0]; i++) {
        if (bytes.data[0] < forms[i].first || bytes.data[0] > forms[i].last) {
            continue;
        }
        if (bytes.size < forms[i].length) {
            return 0;
        }
        for (size_t k = 1; k < forms[i].length; k++) {
            uint8_t low = k == 1 ? forms[i].second : 0x80;
            uint8_t high = k == 1 ? forms[i].second_to : 0xbf;
            if (bytes.data[k] < low || bytes.data[k] > high) {
                return 0;
            }
        }
        return forms[i].length;
    }
    return 0;
}

bool text_is_utf8(struct slice bytes)
{
    while (bytes.size > 0) {
        size_t length = utf8_length(bytes);
        if (length == 0) {
            return false;
        }
        bytes = slice_of(bytes.data + length, bytes.size - length);
    }
    return true;
}

/* The letter of a two-character escape, or 0. */
static char short_escape(uint8_t byte)
{
    switch (byte) {
    case '\\':
        return '\\';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    default:
        return 0;
    }
}

/* C0, DEL and C1 (U+0080 to U+009F), which terminals act on. */
static bool is_control(struct slice bytes, size_t length)
{
    return (length == 1 && (bytes.data[0] < 0x20 || bytes.data[0] == 0x7f)) ||
           (length == 2 && bytes.data[0] == 0xc2 && bytes.data[1] < 0xa0);
}

void text_escape(struct buffer *out, struct slice bytes, enum text_escape how)
{
    while (bytes.size > 0) {
        size_t length = how == TEXT_ESCAPE_FRAMING ? 1 : utf8_length(bytes);
        char letter = short_escape(bytes.data[0]);
        if (letter != 0) {
            buffer_append(out, slice_of((char[]){'\\', letter}, 2));
            length = 1;
        } else if (how == TEXT_ESCAPE_FOR_SCREEN && (length == 0 || is_control(bytes, length))) {
            length = length == 0 ? 1 : length;
            for (size_t i = 0; i < length; i++) {
                uint8_t byte = bytes.data[i];
                buffer_append(
                    out,
                    slice_of((char[]){'\\', 'x', hex_digits[byte >> 4], hex_digits[byte & 15]}, 4));
            }
        } else {
            buffer_append(out, slice_of(bytes.data, length));
        }
        bytes = slice_of(bytes.data + length, bytes.size - length);
    }
}

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* The byte that the escape at the front stands for, and how long it is; false if it is none. */
static bool read_escape(struct slice bytes, uint8_t *byte, size_t *length)
{
    static const char letters[] = "\\tnr";
    static const char meanings[] = "\\\t\n\r";
    if (bytes.size < 2) {
        return false;
    }
    const char *letter = memchr(letters, bytes.data[1], sizeof letters - 1);
    if (letter != NULL) {
        *byte = (uint8_t)meanings[letter - letters];
        *length = 2;
        return true;
    }
    if (bytes.data[1] != 'x' || bytes.size < 4 || hex_value(bytes.data[2]) < 0 ||
        hex_value(bytes.data[3]) < 0) {
        return false;
    }
    *byte = (uint8_t)(hex_value(bytes.data[2]) * 16 + hex_value(bytes.data[3]));
    *length = 4;
    return true;
}

bool text_unescape(struct buffer *out, struct slice bytes)
{
    size_t before = out->size;
    while (bytes.size > 0) {
        const uint8_t *backslash = memchr(bytes.data, '\\', bytes.size);
        size_t plain = backslash == NULL ? bytes.size : (size_t)(backslash - bytes.data);
        buffer_append(out, slice_of(bytes.data, plain));
        bytes = slice_of(bytes.data + plain, bytes.size - plain);
        if (bytes.size > 0) {
            uint8_t byte = 0;
            size_t length = 0;
            if (!read_escape(bytes, &byte, &length)) {
                out->size = before;
                return false;
            }
            buffer_append(out, slice_of(&byte, 1));
            bytes = slice_of(bytes.data + length, bytes.size - length);
        }
    }
    return true;
}

void text_base64(struct buffer *out, struct slice bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t bits = (uint32_t)bytes.data[i] << 16;
        bits |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)bytes.data[i + 2] : 0;
        char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63],
                         digits[bits & 63]};
        if (left < 3) {
            memset(group + 1 + left, '=', 3 - left);
        }
        buffer_append(out, slice_of(group, sizeof group));
    }
}

bool text_from_hex(struct buffer *out, struct slice hex)
{
    for (size_t i = 0; i < hex.size; i++) {
        if (strchr(" \t\r\n", hex.data[i]) != NULL && hex.data[i] != '\0') {
            continue;
        }
        int high = hex_value(hex.data[i]);
        int low = i + 1 < hex.size ? hex_value(hex.data[i + 1]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        uint8_t byte = (uint8_t)(high * 16 + low);
        buffer_append(out, slice_of(&byte, 1));
        i++;
    }
    return true;
}

const char *text_of_size(uint64_t bytes, char text[TEXT_SIZE_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        size /= 1024;
        unit++;
    }
    (void)snprintf(text, TEXT_SIZE_BYTES, "%.*f %s", unit > 0 && size < 10 ? 1 : 0, size,
                   units[unit]);
    return text;
}
