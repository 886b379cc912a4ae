/* parameter.h - every setting of the group file in one table: type, bounds, default, unit, help.
 *
 * The table is all there is: the parser refuses by it, the generated file is commented by it, and
 * `strategos help-config` prints it. */
#ifndef STRATEGOS_CONFIG_PARAMETER_H
#define STRATEGOS_CONFIG_PARAMETER_H

#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a setting stands. SECTION_GROUP is the file itself, outside of any braces. */
enum parameter_section {
    SECTION_GROUP,
    SECTION_MACHINE,
    SECTION_REPLICA,
    SECTION_CLIENT,
    SECTION_COUNT
};

enum parameter_type {
    PARAMETER_INTEGER, /* decimal, minimum to maximum */
    PARAMETER_CHOICE,  /* one of `choices` */
    PARAMETER_NAME,    /* letters, digits, '.', '_', '-' */
    PARAMETER_ADDRESS, /* see address.h */
    PARAMETER_KEY,     /* an Ed25519 public key, 64 hex digits */
    PARAMETER_DIGEST,  /* 64 hex digits */
    PARAMETER_PATH
};

enum parameter_id {
    PARAMETER_FORMAT,
    PARAMETER_GROUP_NAME,
    PARAMETER_MESSAGES,
    PARAMETER_TIMING,
    PARAMETER_FAULTS,
    PARAMETER_DELTA_MS,
    PARAMETER_TIME_AHEAD_MS,
    PARAMETER_DISK_LOW_MB,
    PARAMETER_MACHINE_NAME,
    PARAMETER_MACHINE_PATH,
    PARAMETER_MACHINE_DIGEST,
    PARAMETER_REPLICA_PEER,
    PARAMETER_REPLICA_CLIENT,
    PARAMETER_REPLICA_KEY,
    PARAMETER_CLIENT_KEY,
    PARAMETER_CLIENT_ROLE,
    PARAMETER_COUNT
};

#define PARAMETER_CHOICES_MAX 4u

struct parameter {
    enum parameter_section section;
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

/* The table's row. */
const struct parameter *parameter_of(enum parameter_id id);

/* "replica" and so on; "" for SECTION_GROUP. */
const char *parameter_section_name(enum parameter_section section);

/* Judges a value as it stands in the file. ERROR_INVALID: `text` has setting, value and bound, but
 * neither file nor line. */
MUST_USE enum error parameter_check(enum parameter_id id, const char *value,
                                    struct error_text *text);

/* The value of an integer, or the index of a choice. Only for what parameter_check accepted. */
long parameter_number(enum parameter_id id, const char *value);

/* A text that may stand as a name: 1 to NAME_BYTES_MAX - 1 of letters, digits, '.', '_', '-'. */
bool parameter_is_name(const char *text);

/* 64 hex digits. */
MUST_USE bool parameter_parse_digest(const char *hex, struct digest *digest);

/* Copies foreign text for a message: quoted, shortened, unprintable bytes as '?'. */
#define PARAMETER_QUOTE_BYTES 72u
const char *parameter_quote(const char *value, char quoted[PARAMETER_QUOTE_BYTES]);

/* Prints the table for a person to `stream` (a FILE *). */
void parameter_print_help(void *stream);

#endif
