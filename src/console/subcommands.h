/* subcommands.h - a program that is a table of subcommands: its page, and which of them to run. */
#ifndef STRATEGOS_CONSOLE_SUBCOMMANDS_H
#define STRATEGOS_CONSOLE_SUBCOMMANDS_H

#include "console/arguments.h"

/* One subcommand. argv[0] is its name; returns the exit code. */
typedef int subcommand_run(int argc, char **argv);

struct subcommand {
    const char *name;
    const char *operands; /* for the list: "K V" */
    const char *summary;
    subcommand_run *run;
};

/* The whole of main(): prints the page with the list, or runs the subcommand that the first operand
 * names; "help COMMAND" prints its page. `table` ends with a NULL name. Output that did not arrive
 * is said on stderr, and the exit code is then `unwritten_code`. */
int subcommands_main(const struct argument_command *program, const struct subcommand *table,
                     int unwritten_code, int argc, char **argv);

#endif
