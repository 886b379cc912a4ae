/* parameter.c - see parameter.h. */
#include "config/parameter.h"

#include "base/assert.h"
#include "config/address.h"
#include "crypto/link.h"
#include "wire/limits.h"

#include <stdio.h>
#include <string.h>

#define NAME_LENGTH_MAX ((long)NAME_BYTES_MAX - 1)
#define FAULTS_MAX      (((long)REPLICAS_MAX - 1) / 3)
#define PATH_LENGTH_MAX 4000 /* leaves room for the group file's folder in front */

static const struct parameter table[PARAMETER_COUNT] = {
    [PARAMETER_FORMAT] = {.section = SECTION_GROUP,
                          .type = PARAMETER_INTEGER,
                          .name = "format",
                          .is_required = true,
                          .is_identity = true,
                          .minimum = CONFIG_VERSION,
                          .maximum = CONFIG_VERSION,
                          .unit = "",
                          .help = "Version of this file's format."},
    [PARAMETER_GROUP_NAME] = {.section = SECTION_GROUP,
                              .type = PARAMETER_NAME,
                              .name = "name",
                              .is_required = true,
                              .is_identity = true,
                              .minimum = 1,
                              .maximum = NAME_LENGTH_MAX,
                              .unit = "bytes",
                              .help = "Name of the group."},
    [PARAMETER_MESSAGES] = {.section = SECTION_GROUP,
                            .type = PARAMETER_CHOICE,
                            .name = "messages",
                            .is_identity = true,
                            .choices = {"signed", "oral"},
                            .unit = "",
                            .default_text = "signed",
                            .help =
                                "Whether replicas sign what they say to each other. This version "
                                "has signed."},
    [PARAMETER_TIMING] = {.section = SECTION_GROUP,
                          .type = PARAMETER_CHOICE,
                          .name = "timing",
                          .is_identity = true,
                          .choices = {"partial", "synchronous"},
                          .unit = "",
                          .default_text = "partial",
                          .help = "What is assumed of the network: partial synchrony (safe always, "
                                  "live when messages arrive in time). This version has partial."},
    [PARAMETER_FAULTS] = {.section = SECTION_GROUP,
                          .type = PARAMETER_INTEGER,
                          .name = "faults",
                          .is_identity = true,
                          .minimum = 1,
                          .maximum = FAULTS_MAX,
                          .unit = "replicas",
                          .default_text = "the most that n replicas allow, (n - 1) / 3",
                          .help = "f: how many replicas may fail in any way, or lie, at once. "
                                  "n >= 3f + 1."},
    [PARAMETER_DELTA_MS] = {.section = SECTION_GROUP,
                            .type = PARAMETER_INTEGER,
                            .name = "delta_ms",
                            .minimum = 1,
                            .maximum = 60000,
                            .default_value = DELTA_MS_DEFAULT,
                            .unit = "ms",
                            .default_text = "100",
                            .help =
                                "Time within which a message usually arrives. Too small: views "
                                "end without an order; too large: a dead commander costs more."},
    [PARAMETER_TIME_AHEAD_MS] = {.section = SECTION_GROUP,
                                 .type = PARAMETER_INTEGER,
                                 .name = "time_ahead_ms",
                                 .minimum = 10,
                                 .maximum = 3600000,
                                 .default_value = TIME_AHEAD_MS_DEFAULT,
                                 .unit = "ms",
                                 .default_text = "500",
                                 .help = "How far an order's time may be ahead of a voter's clock. "
                                         "Keep clocks together with NTP."},
    [PARAMETER_DISK_LOW_MB] = {.section = SECTION_GROUP,
                               .type = PARAMETER_INTEGER,
                               .name = "disk_low_mb",
                               .minimum = 0,
                               .maximum = 1024L * 1024,
                               .default_value = 1024,
                               .unit = "MB",
                               .default_text = "1024",
                               .help = "Below this much free disk space `strategos status` warns; "
                                       "0 never."},
    [PARAMETER_MACHINE_NAME] = {.section = SECTION_MACHINE,
                                .type = PARAMETER_NAME,
                                .name = "name",
                                .is_required = true,
                                .is_identity = true,
                                .minimum = 1,
                                .maximum = NAME_LENGTH_MAX,
                                .unit = "bytes",
                                .help = "Built in: kv or counter. With a path: the name that the "
                                        "shared object gives itself."},
    [PARAMETER_MACHINE_PATH] = {.section = SECTION_MACHINE,
                                .type = PARAMETER_PATH,
                                .name = "path",
                                .minimum = 1,
                                .maximum = PATH_LENGTH_MAX,
                                .unit = "bytes",
                                .default_text = "none: the machine is built in",
                                .help = "Shared object with the machine; relative to this file."},
    [PARAMETER_MACHINE_DIGEST] = {.section = SECTION_MACHINE,
                                  .type = PARAMETER_DIGEST,
                                  .name = "digest",
                                  .is_identity = true,
                                  .minimum = 2L * DIGEST_BYTES,
                                  .maximum = 2L * DIGEST_BYTES,
                                  .unit = "hex digits",
                                  .default_text = "none: the machine is built in",
                                  .help =
                                      "Digest of the shared object, so that all replicas run the "
                                      "same code; `strategos init --machine` computes it."},
    [PARAMETER_REPLICA_PEER] = {.section = SECTION_REPLICA,
                                .type = PARAMETER_ADDRESS,
                                .name = "peer",
                                .is_required = true,
                                .minimum = 1,
                                .maximum = ADDRESS_LENGTH_MAX,
                                .unit = "bytes",
                                .help = "Where the other replicas reach it: tcp://HOST:PORT, "
                                        "tcp://[IPv6]:PORT or ipc:///PATH."},
    [PARAMETER_REPLICA_CLIENT] = {.section = SECTION_REPLICA,
                                  .type = PARAMETER_ADDRESS,
                                  .name = "client",
                                  .is_required = true,
                                  .minimum = 1,
                                  .maximum = ADDRESS_LENGTH_MAX,
                                  .unit = "bytes",
                                  .help = "Where clients reach it."},
    [PARAMETER_REPLICA_KEY] = {.section = SECTION_REPLICA,
                               .type = PARAMETER_KEY,
                               .name = "key",
                               .is_required = true,
                               .is_identity = true,
                               .minimum = 2L * PUBLIC_KEY_BYTES,
                               .maximum = 2L * PUBLIC_KEY_BYTES,
                               .unit = "hex digits",
                               .help = "The replica's public key: the last word of its key file."},
    [PARAMETER_CLIENT_KEY] = {.section = SECTION_CLIENT,
                              .type = PARAMETER_KEY,
                              .name = "key",
                              .is_required = true,
                              .minimum = 2L * PUBLIC_KEY_BYTES,
                              .maximum = 2L * PUBLIC_KEY_BYTES,
                              .unit = "hex digits",
                              .help = "The client's public key: the last word of its key file."},
    [PARAMETER_CLIENT_ROLE] = {.section = SECTION_CLIENT,
                               .type = PARAMETER_CHOICE,
                               .name = "role",
                               .choices = {"read", "write", "admin"},
                               .default_value = 1,
                               .unit = "",
                               .default_text = "write",
                               .help =
                                   "read may only ask; write may also change; admin may also ask "
                                   "for the log and operate."},
};

const struct parameter *parameter_of(enum parameter_id id)
{
    ASSERT((unsigned)id < PARAMETER_COUNT);
    return &table[id];
}

const char *parameter_section_name(enum parameter_section section)
{
    static const char *const names[SECTION_COUNT] = {
        [SECTION_GROUP] = "",
        [SECTION_MACHINE] = "machine",
        [SECTION_REPLICA] = "replica",
        [SECTION_CLIENT] = "client",
    };
    ASSERT((unsigned)section < SECTION_COUNT);
    return names[section];
}

const char *parameter_quote(const char *value, char quoted[PARAMETER_QUOTE_BYTES])
{
    size_t const room = PARAMETER_QUOTE_BYTES - 6; /* quotes, dots, NUL */
    size_t used = 0;
    quoted[used++] = '"';
    size_t i = 0;
    for (; i < room && value[i] != '\0'; i++) {
        bool is_plain = (unsigned char)value[i] >= 0x20 && (unsigned char)value[i] < 0x7f;
        quoted[used++] = (char)(is_plain ? value[i] : '?');
    }
    for (int dots = 0; value[i] != '\0' && dots < 3; dots++) {
        quoted[used++] = '.';
    }
    quoted[used++] = '"';
    quoted[used] = '\0';
    return quoted;
}

/* Locale-free, unlike isalnum. */
static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

bool parameter_is_name(const char *text)
{
    size_t length = 0;
    while (length < NAME_BYTES_MAX && text[length] != '\0') {
        if (!is_name_byte(text[length])) {
            return false;
        }
        length++;
    }
    return length > 0 && length < NAME_BYTES_MAX;
}

bool parameter_parse_digest(const char *hex, struct digest *digest)
{
    struct public_key bytes; /* the same 64 digits */
    _Static_assert(sizeof bytes.bytes == sizeof digest->bytes, "one width");
    if (!public_key_from_hex(hex, &bytes)) {
        return false;
    }
    memcpy(digest->bytes, bytes.bytes, sizeof digest->bytes);
    return true;
}

/* False if it is not decimal. Out of the range of long: the nearest end of it. */
static bool parse_long(const char *value, long *number)
{
    bool is_negative = *value == '-';
    const char *digit = value + (is_negative ? 1 : 0);
    if (*digit == '\0') {
        return false;
    }
    long result = 0;
    for (; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, *digit - '0', &result)) {
            result = INT64_MAX;
        }
    }
    *number = is_negative ? -result : result;
    return true;
}

static enum error check_integer(const struct parameter *parameter, const char *value,
                                const char *quoted, struct error_text *text)
{
    const char *space = parameter->unit[0] == '\0' ? "" : " ";
    long number = 0;
    if (!parse_long(value, &number)) {
        return error_set(text, ERROR_INVALID, "%s = %s: must be a whole number, %ld to %ld%s%s",
                         parameter->name, quoted, parameter->minimum, parameter->maximum, space,
                         parameter->unit);
    }
    if (number < parameter->minimum || number > parameter->maximum) {
        return error_set(text, ERROR_INVALID, "%s = %s: must be %ld to %ld%s%s", parameter->name,
                         quoted, parameter->minimum, parameter->maximum, space, parameter->unit);
    }
    return OK;
}

static int find_choice(const struct parameter *parameter, const char *value)
{
    for (int i = 0; parameter->choices[i] != NULL; i++) {
        if (strcmp(parameter->choices[i], value) == 0) {
            return i;
        }
    }
    return -1;
}

static enum error check_choice(const struct parameter *parameter, const char *value,
                               const char *quoted, struct error_text *text)
{
    if (find_choice(parameter, value) >= 0) {
        return OK;
    }
    char all[64] = "";
    for (size_t i = 0; parameter->choices[i] != NULL; i++) {
        size_t used = strlen(all);
        (void)snprintf(all + used, sizeof all - used, "%s%s", i == 0 ? "" : ", ",
                       parameter->choices[i]);
    }
    return error_set(text, ERROR_INVALID, "%s = %s: must be one of %s", parameter->name, quoted,
                     all);
}

static enum error check_key(const struct parameter *parameter, const char *value,
                            const char *quoted, struct error_text *text)
{
    struct public_key key;
    if (!public_key_from_hex(value, &key)) {
        return error_set(text, ERROR_INVALID, "%s = %s: must be %u hex digits", parameter->name,
                         quoted, 2 * PUBLIC_KEY_BYTES);
    }
    uint8_t converted[32];
    if (!link_public_from(&key, converted)) {
        return error_set(text, ERROR_INVALID, "%s = %s: is not an Ed25519 public key",
                         parameter->name, quoted);
    }
    return OK;
}

static enum error check_path(const struct parameter *parameter, const char *value,
                             const char *quoted, struct error_text *text)
{
    size_t length = strlen(value);
    if (length < 1 || length > (size_t)parameter->maximum) {
        return error_set(text, ERROR_INVALID, "%s = %s: must be %ld to %ld bytes long",
                         parameter->name, quoted, parameter->minimum, parameter->maximum);
    }
    if (strchr(value, '"') != NULL) { /* it could not be written back */
        return error_set(text, ERROR_INVALID, "%s = %s: must be without quotation marks",
                         parameter->name, quoted);
    }
    return OK;
}

enum error parameter_check(enum parameter_id id, const char *value, struct error_text *text)
{
    const struct parameter *parameter = parameter_of(id);
    char quoted[PARAMETER_QUOTE_BYTES];
    (void)parameter_quote(value, quoted);
    struct digest digest;
    struct error_text reason;
    switch (parameter->type) {
    case PARAMETER_INTEGER:
        return check_integer(parameter, value, quoted, text);
    case PARAMETER_CHOICE:
        return check_choice(parameter, value, quoted, text);
    case PARAMETER_NAME:
        return parameter_is_name(value)
                   ? OK
                   : error_set(text, ERROR_INVALID,
                               "%s = %s: must be 1 to %ld letters, digits, '.', '_' or '-'",
                               parameter->name, quoted, parameter->maximum);
    case PARAMETER_ADDRESS:
        if (address_check(value, &reason) != OK) {
            return error_set(text, ERROR_INVALID, "%s = %s: %s", parameter->name, quoted,
                             reason.text);
        }
        return OK;
    case PARAMETER_KEY:
        return check_key(parameter, value, quoted, text);
    case PARAMETER_DIGEST:
        return parameter_parse_digest(value, &digest)
                   ? OK
                   : error_set(text, ERROR_INVALID, "%s = %s: must be %u hex digits",
                               parameter->name, quoted, 2 * DIGEST_BYTES);
    case PARAMETER_PATH:
        return check_path(parameter, value, quoted, text);
    }
    return ERROR_INVALID;
}

long parameter_number(enum parameter_id id, const char *value)
{
    const struct parameter *parameter = parameter_of(id);
    if (value == NULL) {
        return parameter->default_value;
    }
    if (parameter->type == PARAMETER_CHOICE) {
        int choice = find_choice(parameter, value);
        ASSERT(choice >= 0);
        return choice;
    }
    long number = 0;
    bool is_decimal = parse_long(value, &number);
    ASSERT(is_decimal);
    return number;
}

static void print_bounds(FILE *stream, const struct parameter *parameter)
{
    if (parameter->type == PARAMETER_CHOICE) {
        for (size_t i = 0; parameter->choices[i] != NULL; i++) {
            (void)fprintf(stream, "%s%s", i == 0 ? "" : " | ", parameter->choices[i]);
        }
    } else if (parameter->minimum == parameter->maximum) {
        (void)fprintf(stream, "%ld %s", parameter->minimum, parameter->unit);
    } else {
        (void)fprintf(stream, "%ld to %ld %s", parameter->minimum, parameter->maximum,
                      parameter->unit);
    }
}

void parameter_print_help(void *stream)
{
    static const char *const heads[SECTION_COUNT] = {
        [SECTION_GROUP] = "The group",
        [SECTION_MACHINE] = "machine { ... }: the replicated state machine, once",
        [SECTION_REPLICA] = "replica ID { ... }: once per replica, ids 0 to n - 1",
        [SECTION_CLIENT] = "client NAME { ... }: once per client key",
    };
    FILE *out = stream;
    for (enum parameter_section section = SECTION_GROUP; section < SECTION_COUNT; section++) {
        (void)fprintf(out, "%s%s\n", section == SECTION_GROUP ? "" : "\n", heads[section]);
        for (size_t i = 0; i < PARAMETER_COUNT; i++) {
            const struct parameter *parameter = &table[i];
            if (parameter->section != section) {
                continue;
            }
            (void)fprintf(out, "  %-14s ", parameter->name);
            print_bounds(out, parameter);
            (void)fprintf(out, "; %s%s%s\n                 %s\n",
                          parameter->is_required ? "required" : "default: ",
                          parameter->is_required ? "" : parameter->default_text,
                          parameter->is_identity ? "; part of the group's identity" : "",
                          parameter->help);
        }
    }
}
