/* pairs.c - see pairs.h. */
#include "cmd/pairs.h"

#include "console/text.h"
#include "strategos/kv.h"

#include <errno.h>
#include <unistd.h>

#define READ_BYTES      ((size_t)256 * 1024)
#define PAIR_HEAD_BYTES 16u /* what a kv command adds to key and value, and some */

void pairs_init(struct pairs *pairs, const char *name, int fd, enum pairs_format format,
                uint64_t offset, uint64_t line)
{
    *pairs =
        (struct pairs){.name = name, .fd = fd, .format = format, .offset = offset, .line = line};
}

void pairs_fini(struct pairs *pairs)
{
    buffer_fini(&pairs->data);
    buffer_fini(&pairs->fields);
}

static struct slice unread(const struct pairs *pairs)
{
    return slice_of(pairs->data.data + pairs->next, pairs->data.size - pairs->next);
}

static bool read_more(struct pairs *pairs, struct error_text *text)
{
    if (pairs->next > 0) {
        struct slice rest = unread(pairs);
        memmove(pairs->data.data, rest.data, rest.size);
        pairs->data.size = rest.size;
        pairs->next = 0;
    }
    ssize_t got = 0;
    do {
        got = read(pairs->fd, buffer_reserve(&pairs->data, READ_BYTES), READ_BYTES);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        (void)error_set(text, ERROR_IO, "%s: cannot read: %s", pairs->name, strerrordesc_np(errno));
        return false;
    }
    pairs->data.size += (size_t)got;
    pairs->is_ended = got == 0;
    return true;
}

/* How far a record reaches in what has been read: bytes with and without its line end, and lines.
 * `at` and `quoted` keep the place while more is read. */
struct extent {
    size_t at;
    bool is_quoted;
    bool may_open; /* a quote here begins, or goes on with, a quoted field */
    bool is_whole;
    size_t size;
    size_t size_with_end;
    uint64_t lines;
};

static void find_end(const struct pairs *pairs, struct extent *extent)
{
    struct slice bytes = unread(pairs);
    for (; extent->at < bytes.size && !extent->is_whole; extent->at++) {
        uint8_t byte = bytes.data[extent->at];
        if (byte == '\n') {
            extent->lines++;
            extent->is_whole = !extent->is_quoted;
        }
        if (byte == '"' && extent->is_quoted) {
            extent->is_quoted = false;
            extent->may_open = true; /* "" closes and opens again */
        } else if (byte == '"') {
            extent->is_quoted = extent->may_open;
        } else {
            extent->may_open = byte == ',' && pairs->format == PAIRS_CSV;
        }
    }
    extent->size_with_end = extent->at;
    extent->size = extent->at - (extent->is_whole ? 1 : 0);
    if (!extent->is_whole && pairs->is_ended && extent->at > 0) {
        extent->is_whole = true;
        extent->lines++;
    }
    if (extent->is_whole && extent->size > 0 && bytes.data[extent->size - 1] == '\r') {
        extent->size--;
    }
}

static void guess_format(struct pairs *pairs)
{
    const char *dot = strrchr(pairs->name, '.');
    if (dot != NULL && (strcmp(dot, ".csv") == 0 || strcmp(dot, ".tsv") == 0)) {
        pairs->format = dot[1] == 'c' ? PAIRS_CSV : PAIRS_TSV;
        return;
    }
    struct slice bytes = unread(pairs);
    const uint8_t *end = bytes.size == 0 ? NULL : memchr(bytes.data, '\n', bytes.size);
    size_t size = end == NULL ? bytes.size : (size_t)(end - bytes.data);
    bool has_tab = size > 0 && memchr(bytes.data, '\t', size) != NULL;
    pairs->format = has_tab ? PAIRS_TSV : PAIRS_CSV;
}

enum error pairs_begin(struct pairs *pairs, struct error_text *text)
{
    if (pairs->data.size == 0 && !pairs->is_ended && !read_more(pairs, text)) {
        return ERROR_IO;
    }
    if (pairs->format == PAIRS_GUESS) {
        guess_format(pairs);
    }
    return OK;
}

/* Takes one field off the front of `line`, to the end of `out`; the reason if it is none. */
static const char *take_csv_field(struct slice *line, struct buffer *out)
{
    if (line->size == 0 || line->data[0] != '"') {
        const uint8_t *comma = line->size == 0 ? NULL : memchr(line->data, ',', line->size);
        size_t size = comma == NULL ? line->size : (size_t)(comma - line->data);
        buffer_append(out, slice_of(line->data, size));
        *line = slice_of(line->data + size, line->size - size);
        return size > 0 && memchr(line->data - size, '"', size) != NULL
                   ? "a quote inside a field that does not begin with one"
                   : NULL;
    }
    size_t at = 1;
    for (;;) {
        const uint8_t *quote = memchr(line->data + at, '"', line->size - at);
        if (quote == NULL) {
            return "a quoted field does not end";
        }
        size_t end = (size_t)(quote - line->data);
        bool is_doubled = end + 1 < line->size && line->data[end + 1] == '"';
        buffer_append(out, slice_of(line->data + at, end - at + (is_doubled ? 1 : 0)));
        at = end + (is_doubled ? 2 : 1);
        if (!is_doubled) {
            break;
        }
    }
    *line = slice_of(line->data + at, line->size - at);
    return line->size > 0 && line->data[0] != ',' ? "something between a closing quote and the "
                                                    "comma"
                                                  : NULL;
}

/* Both fields into `out`, one after the other; *key_size is where the second begins. */
static const char *split_csv(struct slice line, struct buffer *out, size_t *key_size)
{
    const char *reason = take_csv_field(&line, out);
    *key_size = out->size;
    if (reason != NULL) {
        return reason;
    }
    if (line.size == 0) {
        return "no comma: a line has a key, a comma and a value";
    }
    line = slice_of(line.data + 1, line.size - 1);
    reason = take_csv_field(&line, out);
    if (reason != NULL) {
        return reason;
    }
    return line.size > 0 ? "more than two fields: put a value with commas in double quotes" : NULL;
}

static const char *split_tsv(struct slice line, struct buffer *out, size_t *key_size)
{
    const uint8_t *tab = memchr(line.data, '\t', line.size);
    if (tab == NULL) {
        return "no tab: a line has a key, a tab and a value";
    }
    size_t at = (size_t)(tab - line.data);
    struct slice value = slice_of(tab + 1, line.size - at - 1);
    if (value.size > 0 && memchr(value.data, '\t', value.size) != NULL) {
        return "more than one tab: write \\t for a tab in a value";
    }
    if (!text_unescape(out, slice_of(line.data, at))) {
        return "a backslash in the key begins none of \\\\ \\t \\n \\r \\xHH";
    }
    *key_size = out->size;
    return text_unescape(out, value) ? NULL
                                     : "a backslash in the value begins none of \\\\ \\t \\n \\r "
                                       "\\xHH";
}

static enum pairs_result refuse(const struct pairs *pairs, uint64_t line, const char *reason,
                                struct error_text *text)
{
    (void)error_set(text, ERROR_INVALID, "%s:%llu: %s", pairs->name, (unsigned long long)line,
                    reason);
    return PAIRS_BAD;
}

static enum pairs_result split(struct pairs *pairs, struct slice line, struct pair *pair,
                               struct error_text *text)
{
    size_t key_size = 0;
    buffer_clear(&pairs->fields);
    const char *reason = pairs->format == PAIRS_CSV ? split_csv(line, &pairs->fields, &key_size)
                                                    : split_tsv(line, &pairs->fields, &key_size);
    if (reason != NULL) {
        return refuse(pairs, pair->line, reason, text);
    }
    struct slice both = buffer_slice(&pairs->fields);
    if (key_size == 0) {
        return refuse(pairs, pair->line, "the key is empty", text);
    }
    if (key_size > STRATEGOS_KEY_BYTES_MAX) {
        (void)error_set(text, ERROR_LIMIT,
                        "%s:%llu: the key has %zu bytes, more than the limit "
                        "of %u",
                        pairs->name, (unsigned long long)pair->line, key_size,
                        STRATEGOS_KEY_BYTES_MAX);
        return PAIRS_BAD;
    }
    if (both.size + PAIR_HEAD_BYTES > STRATEGOS_KV_COMMAND_BYTES_MAX) {
        (void)error_set(text, ERROR_LIMIT,
                        "%s:%llu: key and value have %zu bytes, more than the "
                        "limit of %u",
                        pairs->name, (unsigned long long)pair->line, both.size,
                        STRATEGOS_KV_COMMAND_BYTES_MAX - PAIR_HEAD_BYTES);
        return PAIRS_BAD;
    }
    pair->key = slice_of(both.data, key_size);
    pair->value = slice_of(both.data + key_size, both.size - key_size);
    return PAIRS_READ;
}

/* Passes over a record that is too long to be kept: to the end of this line, however quoted. */
static enum pairs_result pass_over_long(struct pairs *pairs, uint64_t line, struct error_text *text)
{
    for (;;) {
        struct slice bytes = unread(pairs);
        const uint8_t *end = bytes.size == 0 ? NULL : memchr(bytes.data, '\n', bytes.size);
        size_t size = end == NULL ? bytes.size : (size_t)(end - bytes.data) + 1;
        pairs->next += size;
        pairs->offset += size;
        pairs->line += end == NULL ? 0 : 1;
        if (end != NULL || pairs->is_ended) {
            break;
        }
        if (!read_more(pairs, text)) {
            return PAIRS_FAILED;
        }
    }
    (void)error_set(text, ERROR_LIMIT, "%s:%llu: longer than %u bytes%s", pairs->name,
                    (unsigned long long)line, PAIRS_LINE_BYTES_MAX,
                    pairs->format == PAIRS_CSV ? "; is a closing quote missing?" : "");
    return PAIRS_BAD;
}

enum pairs_result pairs_next(struct pairs *pairs, struct pair *pair, struct error_text *text)
{
    if (pairs->format == PAIRS_GUESS && pairs_begin(pairs, text) != OK) {
        return PAIRS_FAILED;
    }
    for (;;) {
        struct extent extent = {.may_open = pairs->format == PAIRS_CSV};
        find_end(pairs, &extent);
        while (!extent.is_whole && !pairs->is_ended) {
            if (extent.at > PAIRS_LINE_BYTES_MAX) {
                return pass_over_long(pairs, pairs->line + 1, text);
            }
            if (!read_more(pairs, text)) {
                return PAIRS_FAILED;
            }
            find_end(pairs, &extent);
        }
        if (!extent.is_whole) {
            return PAIRS_END;
        }
        struct slice line = slice_of(unread(pairs).data, extent.size);
        pair->line = pairs->line + 1;
        pairs->line += extent.lines;
        pairs->next += extent.size_with_end;
        pairs->offset += extent.size_with_end;
        if (line.size > 0) {
            return split(pairs, line, pair, text);
        }
    }
}
