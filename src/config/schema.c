/* schema.c - see schema.h: values are judged here, whichever file they stand in. */
#include "config/schema.h"

#include "base/assert.h"
#include "config/address.h"
#include "crypto/link.h"
#include "wire/limits.h"

#include <stdio.h>
#include <string.h>

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

/* False if it is not decimal. Out of the range of long: `*is_huge`, and the nearest end of it. */
static bool parse_long(const char *value, long *number, bool *is_huge)
{
    bool is_negative = *value == '-';
    const char *digit = value + (is_negative ? 1 : 0);
    if (*digit == '\0') {
        return false;
    }
    long result = 0;
    *is_huge = false;
    for (; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, *digit - '0', &result)) {
            result = INT64_MAX;
            *is_huge = true;
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
    bool is_huge = false;
    if (!parse_long(value, &number, &is_huge)) {
        return error_set(text, ERROR_INVALID, "%s = %s: must be a whole number, %ld to %ld%s%s",
                         parameter->name, quoted, parameter->minimum, parameter->maximum, space,
                         parameter->unit);
    }
    if (is_huge || number < parameter->minimum || number > parameter->maximum) {
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

static enum error check_text(const struct parameter *parameter, const char *value,
                             const char *quoted, struct error_text *text)
{
    size_t length = strlen(value);
    if (length < (size_t)parameter->minimum || length > (size_t)parameter->maximum) {
        return error_set(text, ERROR_INVALID, "%s = %s: must be %ld to %ld bytes long",
                         parameter->name, quoted, parameter->minimum, parameter->maximum);
    }
    if (strchr(value, '"') != NULL) { /* it could not be written back */
        return error_set(text, ERROR_INVALID, "%s = %s: must be without quotation marks",
                         parameter->name, quoted);
    }
    return OK;
}

enum error parameter_check(const struct parameter *parameter, const char *value,
                           struct error_text *text)
{
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
        return parameter_is_name(value) && strlen(value) <= (size_t)parameter->maximum
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
    case PARAMETER_TEXT:
    case PARAMETER_PATH:
        return check_text(parameter, value, quoted, text);
    }
    return ERROR_INVALID;
}

long parameter_number(const struct parameter *parameter, const char *value)
{
    if (value == NULL) {
        return parameter->default_value;
    }
    if (parameter->type == PARAMETER_CHOICE) {
        int choice = find_choice(parameter, value);
        ASSERT(choice >= 0);
        return choice;
    }
    long number = 0;
    bool is_huge = false;
    bool is_decimal = parse_long(value, &number, &is_huge);
    ASSERT(is_decimal);
    return number;
}
