/* pairs.h - reads keys and values from lines of text, one pair after the other.
 *
 * TSV: key, tab, value; in both, \\ \t \n \r and \xHH stand for what cannot stand itself (text.h).
 * CSV (RFC 4180): two fields, each bare or in double quotes, where "" is a quote and commas and
 * line ends are themselves. Lines end with LF or CRLF; the last may lack it. Empty lines are
 * passed over. A pair that kv could not take (empty or too long) is a bad line, too. */
#ifndef STRATEGOS_CMD_PAIRS_H
#define STRATEGOS_CMD_PAIRS_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>

#define PAIRS_LINE_BYTES_MAX (2u << 20) /* every byte of the longest pair escaped, and more */

enum pairs_format {
    PAIRS_GUESS, /* by the name's ending (.csv, .tsv); else CSV if the first line has no tab */
    PAIRS_CSV,
    PAIRS_TSV,
};

struct pairs {
    const char *name; /* for messages; borrowed */
    int fd;           /* borrowed */
    enum pairs_format format;
    bool is_ended;
    uint64_t line;   /* lines before `next`, counted from the beginning of the file */
    uint64_t offset; /* of data[next] in the file */
    size_t next;
    struct buffer data;
    struct buffer fields; /* the pair read last, escapes undone */
};

/* `offset` and `line` say where the descriptor stands: 0 and 0 at the beginning. */
void pairs_init(struct pairs *pairs, const char *name, int fd, enum pairs_format format,
                uint64_t offset, uint64_t line);
void pairs_fini(struct pairs *pairs);

/* Reads a first piece, so that `format` is settled. Optional. */
MUST_USE enum error pairs_begin(struct pairs *pairs, struct error_text *text);

struct pair {
    struct slice key; /* borrowed until the next call */
    struct slice value;
    uint64_t line; /* where it begins, from 1 */
};

enum pairs_result {
    PAIRS_READ,
    PAIRS_END,
    PAIRS_BAD,    /* `text` says file:line and why; the line is passed over */
    PAIRS_FAILED, /* cannot read on; `text` says why */
};

enum pairs_result pairs_next(struct pairs *pairs, struct pair *pair, struct error_text *text);

#endif
