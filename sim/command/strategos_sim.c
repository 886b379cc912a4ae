/* strategos_sim.c - the simulator's program: one subcommand per task. */
#include "command/command.h"
#include "console/arguments.h"

#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    const char *operands;
    const char *summary;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"generals", "[OPTION ...]", "play one game of the Byzantine generals, and show it",
     command_generals},
    {"prove", "[OPTION ...]", "prove what traitors can and cannot do", command_prove},
    {"explore", "[OPTION ...]", "look for what breaks Simplex in all states of a small group",
     command_explore},
    {"help-scenario", "", "print every setting of a scenario file", command_help_scenario},
    {"cluster", "--seed S", "play a whole group in virtual time", command_cluster},
    {"campaign", "[OPTION ...]", "play many groups, each drawn from a seed", command_campaign},
    {"replay", "SEED", "play a run of a campaign again", command_replay},
    {"shrink", "SEED", "make a failing run small", command_shrink},
    {"traitor", "[OPTION ...]", "join a real group as a replica that betrays", command_traitor},
    {NULL, NULL, NULL, NULL},
};

static const struct argument_option no_options[] = {{.name = NULL}};

static const struct argument_command program = {
    .name = "strategos-sim",
    .usage = "COMMAND [OPTION ...]",
    .summary = "show and prove what traitors can and cannot do",
    .description =
        "Plays the algorithms of the Byzantine generals, and whole groups of strategosd's own "
        "code, with traitors among them. Nothing here but `traitor` needs a network, a disk or a "
        "clock: the same options and the same seed give the same game. Each command has "
        "a page of its own: strategos-sim COMMAND --help.",
    .options = no_options,
    .operands_min = 1,
    .stops_at_operand = true,
    .exit_status = "       0  done; what was asked for holds\n"
                   "       1  it is violated\n"
                   "       2  wrong usage, or refused\n"
                   "       10 and up: what a simulated group broke; see the command's page\n",
};

static void print_commands(FILE *out)
{
    (void)fprintf(out, "\nCOMMANDS\n");
    for (const struct command *command = commands; command->name != NULL; command++) {
        char usage[80];
        (void)snprintf(usage, sizeof usage, "%s %s", command->name, command->operands);
        (void)fprintf(out, "       %-24s %s\n", usage, command->summary);
    }
}

/* True if help is asked for before any command. */
static bool wants_help(int argc, char **argv)
{
    return argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                         strcmp(argv[1], "help") == 0);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    if (wants_help(argc, argv)) {
        arguments_print_help(&program, stdout);
        print_commands(stdout);
    } else if (arguments_parse(&program, argc, argv, &arguments, &exit_code)) {
        const struct command *command = commands;
        while (command->name != NULL && strcmp(command->name, arguments.operands[0]) != 0) {
            command++;
        }
        if (command->name == NULL) {
            return arguments_refuse(&program, "unknown command '%s'", arguments.operands[0]);
        }
        char **rest = argv + 1; /* operands are gathered there */
        exit_code = command->run((int)arguments.operand_count, rest);
    }
    if ((fflush(stdout) != 0 || ferror(stdout) != 0) &&
        exit_code != EXIT_USAGE) { /* what was asked for did not arrive */
        (void)fprintf(stderr, "strategos-sim: cannot write the output\n");
        exit_code = EXIT_USAGE;
    }
    return exit_code;
}
