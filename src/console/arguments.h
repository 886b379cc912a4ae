/* arguments.h - options and operands of a program or subcommand, from a table over getopt_long.
 *
 * Every command gets --help (a page with everything, to stdout) and --version. What is wrong is
 * said in one line on stderr that begins with the command's name and ends with where help is; the
 * exit code is then 2.
 *
 * Options and operands may be mixed; "--" ends the options. "-" and negative numbers are operands.
 */
#ifndef STRATEGOS_CONSOLE_ARGUMENTS_H
#define STRATEGOS_CONSOLE_ARGUMENTS_H

#include "console/exit_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum argument_kind {
    ARGUMENT_FLAG,    /* bool *value: true if given */
    ARGUMENT_TEXT,    /* const char **value: borrowed from argv or the environment */
    ARGUMENT_NUMBER,  /* uint64_t *value, minimum to maximum */
    ARGUMENT_SECONDS, /* uint64_t *value in ns; written as decimal seconds; bounds in ns */
    ARGUMENT_CHOICE,  /* size_t *value: index into `choices` */
};

/* One row. What `value` holds before parsing is the default. */
struct argument_option {
    const char *name; /* without the dashes; NULL ends the table */
    enum argument_kind kind;
    bool is_required; /* by option or environment */
    void *value;
    const char *placeholder; /* "FILE"; NULL for a flag */
    const char *help;        /* a line or more; wrapped when printed */
    uint64_t minimum;
    uint64_t maximum;
    const char *const *choices; /* ends with NULL */
    const char *environment;    /* variable that stands in for it, or NULL */
};

struct argument_command {
    const char *name;        /* "strategos init" */
    const char *usage;       /* "DIR [OPTION ...]" */
    const char *summary;     /* one line, what it is for */
    const char *description; /* paragraphs, separated by a newline; NULL if the summary says it */
    const struct argument_option *options;
    const struct argument_option
        *common; /* a second table, of options shared by commands; or NULL */
    size_t operands_min;
    size_t operands_max;
    const char
        *ending; /* printed as it is at the end of the page: EXAMPLES and the like; or NULL */
    const char *exit_status; /* lines for its section of the page; NULL: those of exit_code.h */
    bool stops_at_operand;   /* the first operand ends the options: the rest is a subcommand's */
};

struct arguments {
    size_t operand_count;
    const char *const *operands; /* borrowed from argv, which is reordered */
};

/* True: go on. False: leave with *exit_code (help or version was printed, or something is wrong).
 */
bool arguments_parse(const struct argument_command *command, int argc, char **argv,
                     struct arguments *arguments, int *exit_code);

/* Prints "NAME: formatted text; try 'NAME --help'" to stderr and returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int arguments_refuse(const struct argument_command *command,
                                                           const char *format, ...);

/* Prints the page. `stream` is a FILE *. */
void arguments_print_help(const struct argument_command *command, void *stream);

#endif
