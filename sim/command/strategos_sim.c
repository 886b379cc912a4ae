/* strategos_sim.c - the simulator's program: one subcommand per task. */
#include "command/command.h"
#include "console/subcommands.h"

static const struct subcommand commands[] = {
    {"generals", "[OPTION ...]", "play one game of the Byzantine generals, and show it",
     command_generals},
    {"prove", "[OPTION ...]", "prove what traitors can and cannot do", command_prove},
    {"explore", "[OPTION ...]", "look for what breaks Simplex in all states of a small group",
     command_explore},
    {"help-scenario", "", "print every setting of a scenario file", command_help_scenario},
    {"cluster", "[OPTION ...]", "play a whole group in virtual time", command_cluster},
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

int main(int argc, char **argv)
{
    return subcommands_main(&program, commands, EXIT_USAGE, argc, argv);
}
