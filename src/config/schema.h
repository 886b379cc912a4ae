/* schema.h - what a configuration file may hold: its sections and settings as a table, each row
 * with type, bounds, default, unit and help.
 *
 * The table is all there is: document.c refuses by it, files that are written are commented by it,
 * and help prints it. The group file has one (parameter.h), a scenario of the simulator another. */
#ifndef STRATEGOS_CONFIG_SCHEMA_H
#define STRATEGOS_CONFIG_SCHEMA_H

#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parameter_type {
    PARAMETER_INTEGER, /* decimal, minimum to maximum */
    PARAMETER_CHOICE,  /* one of `choices` */
    PARAMETER_NAME,    /* letters, digits, '.', '_', '-' */
    PARAMETER_ADDRESS, /* see address.h */
    PARAMETER_KEY,     /* an Ed25519 public key, 64 hex digits */
    PARAMETER_DIGEST,  /* 64 hex digits */
    PARAMETER_PATH,
    PARAMETER_TEXT /* anything printable, on one line or more */
};

#define PARAMETER_CHOICES_MAX 4u

struct parameter {
    unsigned section; /* index into the schema's sections */
    enum parameter_type type;
    const char *name;
    bool is_required;
    bool is_identity; /* part of the group's identity: never to be changed */
    /* Of an integer; of a text, in bytes. */
    long minimum;
    long maximum;
    long
        default_value; /* of an integer, or index of a choice; meaningless if required or derived */
    const char *choices[PARAMETER_CHOICES_MAX + 1]; /* ends with NULL */
    const char *unit;                               /* "" if it has none */
    const char *default_text;                       /* as help prints it; NULL if required */
    const char *help;                               /* one or two lines */
};

struct schema_section {
    const char *name; /* "" for the file itself, outside of any braces */
    bool is_titled;   /* something stands between its name and its brace, and only once */
    const char *help; /* one line */
};

#define SCHEMA_SECTIONS_MAX   4u
#define SCHEMA_PARAMETERS_MAX 40u

struct schema {
    const char *what;                      /* "group file", for messages */
    size_t bytes_max;                      /* of a file */
    const struct schema_section *sections; /* the first is the file itself */
    unsigned section_count;
    const struct parameter *parameters;
    unsigned parameter_count;
};

/* Judges a value as it stands in the file. ERROR_INVALID: `text` has setting, value and bound, but
 * neither file nor line. */
MUST_USE enum error parameter_check(const struct parameter *parameter, const char *value,
                                    struct error_text *text);

/* The value of an integer, or the index of a choice; the default for NULL. Only for what
 * parameter_check accepted. */
long parameter_number(const struct parameter *parameter, const char *value);

/* A text that may stand as a name: 1 to NAME_BYTES_MAX - 1 of letters, digits, '.', '_', '-'. */
bool parameter_is_name(const char *text);

/* 64 hex digits. */
MUST_USE bool parameter_parse_digest(const char *hex, struct digest *digest);

/* Copies foreign text for a message: quoted, shortened, unprintable bytes as '?'. */
#define PARAMETER_QUOTE_BYTES 72u
const char *parameter_quote(const char *value, char quoted[PARAMETER_QUOTE_BYTES]);

/* Prints the table for a person to `stream` (a FILE *). */
void schema_print_help(const struct schema *schema, void *stream);

/* Writes a comment to a file's `stream`, in lines of at most 100 columns, each after `indent`. */
void schema_write_comment(void *stream, const char *indent, const char *text);

/* The same with a parameter's help, bounds and default. */
void schema_write_help(void *stream, const char *indent, const struct parameter *parameter);

#endif
