/* help_config.c - `strategos help-config`: every setting of a group file. */
#include "cmd/command.h"
#include "config/parameter.h"

#include <stdio.h>

int command_help_config(int argc, char **argv)
{
    static const struct argument_option options[] = {{.name = NULL}};
    static const struct argument_command command = {
        .name = "strategos help-config",
        .usage = "",
        .summary = "print every setting of a group file: bounds, default, unit, meaning",
        .options = options};
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    schema_print_help(parameter_schema(), stdout);
    return EXIT_DONE;
}
