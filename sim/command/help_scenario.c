/* help_scenario.c - `strategos-sim help-scenario`: every setting of a scenario file. */
#include "command/command.h"
#include "console/arguments.h"
#include "generals/scenario_table.h"

#include <stdio.h>

int command_help_scenario(int argc, char **argv)
{
    static const struct argument_option options[] = {{.name = NULL}};
    static const struct argument_command command = {
        .name = "strategos-sim help-scenario",
        .usage = "",
        .summary = "print every setting of a scenario file: bounds, default, unit, meaning",
        .options = options};
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    schema_print_help(scenario_schema(), stdout);
    return EXIT_DONE;
}
