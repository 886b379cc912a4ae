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

/* NULL: there is none of that name. */
static const struct subcommand *find(const struct subcommand *table, const char *name)
{
    for (const struct subcommand *entry = table; entry->name != NULL; entry++) {
        if (strcmp(entry->name, name) == 0) {
            return entry;
        }
    }
    return NULL;
}

static int run(const struct argument_command *program, const struct subcommand *table, int argc,
               char **argv)
{
    static char help_option[] = "--help";
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    if (!arguments_parse(program, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    size_t count = arguments.operand_count;
    char **rest = argv + 1; /* operands are gathered there */
    bool is_help = strcmp(rest[0], "help") == 0;
    if (is_help && count != 2) {
        return arguments_refuse(program, "help takes one command");
    }
    const char *name = is_help ? rest[1] : rest[0];
    const struct subcommand *entry = find(table, name);
    if (entry == NULL) {
        return arguments_refuse(program, "unknown command '%s'", name);
    }
    if (is_help) { /* "help COMMAND" is "COMMAND --help" */
        rest[0] = rest[1];
        rest[1] = help_option;
    }
    return entry->run((int)count, rest);
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
