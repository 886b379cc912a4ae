/* subcommands.c - see subcommands.h. */
#include "console/subcommands.h"

#include <stdio.h>
#include <string.h>

static void print_list(const struct subcommand *table)
{
    (void)printf("\nCOMMANDS\n");
    for (const struct subcommand *entry = table; entry->name != NULL; entry++) {
        char usage[80];
        (void)snprintf(usage, sizeof usage, "%s %s", entry->name, entry->operands);
        (void)printf("       %-28s %s\n", usage, entry->summary);
    }
}

/* True if help is asked for before any subcommand. */
static bool wants_help(int argc, char **argv)
{
    return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                         strcmp(argv[1], "help") == 0);
}

static int run(const struct argument_command *program, const struct subcommand *table, int argc,
               char **argv)
{
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    if (!arguments_parse(program, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    const struct subcommand *entry = table;
    while (entry->name != NULL && strcmp(entry->name, arguments.operands[0]) != 0) {
        entry++;
    }
    if (entry->name == NULL) {
        return arguments_refuse(program, "unknown command '%s'", arguments.operands[0]);
    }
    char **rest = argv + 1; /* operands are gathered there */
    return entry->run((int)arguments.operand_count, rest);
}

int subcommands_main(const struct argument_command *program, const struct subcommand *table,
                     int unwritten_code, int argc, char **argv)
{
    int exit_code = EXIT_DONE;
    if (wants_help(argc, argv)) {
        arguments_print_help(program, stdout);
        print_list(table);
    } else {
        exit_code = run(program, table, argc, argv);
    }
    bool is_lost = fflush(stdout) != 0 || ferror(stdout) != 0; /* what was asked for */
    if (is_lost && exit_code != EXIT_USAGE && exit_code != EXIT_TIMEOUT) {
        (void)fprintf(stderr, "%s: cannot write the output\n", program->name);
        exit_code = unwritten_code;
    }
    return exit_code;
}
