/* command.h - the subcommands of strategos-sim: each gets its own arguments, argv[0] its name, and
 * returns the program's exit code. */
#ifndef STRATEGOS_COMMAND_COMMAND_H
#define STRATEGOS_COMMAND_COMMAND_H

#include "console/exit_code.h"

int command_generals(int argc, char **argv);
int command_prove(int argc, char **argv);
int command_explore(int argc, char **argv);
int command_cluster(int argc, char **argv);
int command_campaign(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_shrink(int argc, char **argv);
int command_traitor(int argc, char **argv);
int command_help_scenario(int argc, char **argv);

#endif
