/* settings.h - the command line of `strategos-sim generals`, as a scenario and what to do with
 * it. */
#ifndef STRATEGOS_COMMAND_SETTINGS_H
#define STRATEGOS_COMMAND_SETTINGS_H

#include "console/arguments.h"
#include "generals/scenario_sheet.h"

struct generals_settings {
    struct argument_command command; /* for messages */
    struct scenario_sheet sheet;     /* what the scenario was made of, for messages */
    struct scenario scenario;
    bool has_tree;
    general_id tree_of;
    bool json;
    bool quiet;
    const char *svg; /* paths; NULL: not wanted */
    const char *html;
    const char *save;
};

/* True: go on. False: leave with *exit_code; what was wrong has been said. In both cases
 * settings_fini frees it. */
bool settings_parse(struct generals_settings *settings, int argc, char **argv, int *exit_code);
void settings_fini(struct generals_settings *settings);

#endif
