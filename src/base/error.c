/* error.c - names and texts of environment errors. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *error_name(enum error error)
{
    switch (error) {
    case OK:
        return "ok";
    case ERROR_IO:
        return "input/output error";
    case ERROR_FULL:
        return "disk full";
    case ERROR_MEMORY:
        return "out of memory";
    case ERROR_MISSING:
        return "missing";
    case ERROR_EXISTS:
        return "exists already";
    case ERROR_PERMISSION:
        return "wrong permissions";
    case ERROR_DAMAGED:
        return "damaged";
    case ERROR_FOREIGN:
        return "foreign";
    case ERROR_INVALID:
        return "invalid";
    case ERROR_IN_USE:
        return "in use";
    case ERROR_TIMEOUT:
        return "timed out";
    case ERROR_LIMIT:
        return "over a limit";
    }
    return "unknown error";
}

enum error error_set(struct error_text *text, enum error error, const char *format, ...)
{
    if (text != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(text->text, sizeof text->text, format, arguments);
        va_end(arguments);
    }
    return error;
}
