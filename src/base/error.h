/* error.h - trouble with the environment: disk, memory, configuration, sockets.
 *
 * Functions that can fail for such a reason return `enum error`, which must be used. What a person
 * needs to read is written by the function that knows the file, line or peer: into a
 * `struct error_text` where the caller passes one. */
#ifndef STRATEGOS_BASE_ERROR_H
#define STRATEGOS_BASE_ERROR_H

enum error {
    OK = 0,
    ERROR_IO,         /* the disk or a socket failed; errno said how */
    ERROR_FULL,       /* no room on the disk; may pass */
    ERROR_MEMORY,     /* no memory */
    ERROR_MISSING,    /* a file or an entry that must be there is not */
    ERROR_EXISTS,     /* a file that must not be there is */
    ERROR_PERMISSION, /* file mode or owner is not what it must be */
    ERROR_DAMAGED,    /* bytes on disk are not those that were written */
    ERROR_FOREIGN,    /* belongs to another group, replica or format version */
    ERROR_INVALID,    /* a value is outside its bounds, or the text is malformed */
    ERROR_IN_USE,     /* address or folder is taken by another process */
    ERROR_TIMEOUT,    /* nothing came in time */
    ERROR_LIMIT,      /* a bound of limits.h would be passed */
};

#define ERROR_TEXT_BYTES_MAX 512

/* One line for a person: what, where (file:line, address or peer), and what to do. */
struct error_text {
    char text[ERROR_TEXT_BYTES_MAX];
};

#define MUST_USE __attribute__((warn_unused_result))

/* A short name such as "disk full", for logs. */
const char *error_name(enum error error);

/* Formats into `text` (which may be NULL) and returns `error`, so that a failure is one statement:
 * `return error_set(text, ERROR_INVALID, "%s:%d: ...", path, line);` */
__attribute__((format(printf, 3, 4))) enum error
error_set(struct error_text *text, enum error error, const char *format, ...);

/* Leaves the function with the error, where nothing is owned yet. The only macro that hides a
 * return. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        enum error try_error_ = (expression);                                                      \
        if (try_error_ != OK) {                                                                    \
            return try_error_;                                                                     \
        }                                                                                          \
    } while (0)

#endif
