/* prove.c - `strategos-sim prove`: whether anything that traitors do can break an algorithm. */
#include "command/command.h"
#include "command/prove_result.h"

int command_prove(int argc, char **argv)
{
    struct prove_settings settings;
    int exit_code = EXIT_DONE;
    if (!prove_settings_parse(&settings, argc, argv, &exit_code)) {
        return exit_code;
    }
    if (settings.is_table) {
        return prove_table(&settings);
    }
    if (settings.is_three) {
        return prove_three(&settings);
    }
    if (settings.is_merge) {
        return prove_om_merge(&settings);
    }
    if (settings.graph != NULL) {
        return prove_graph(&settings);
    }
    if (settings.algorithm == ALGORITHM_SM) {
        return prove_sm(&settings);
    }
    return settings.method == PROVE_ENUMERATE ? prove_om_enumerate(&settings) : prove_om(&settings);
}
