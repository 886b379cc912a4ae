/* command.h - the subcommands of `strategos`. */
#ifndef STRATEGOS_CMD_COMMAND_H
#define STRATEGOS_CMD_COMMAND_H

#include "console/arguments.h"

#define COMMAND_TIMEOUT_NS_DEFAULT UINT64_C(10000000000)

/* What all commands that talk to a group share. Each option may stand before or after the
 * subcommand's name; the later one counts. */
struct command_settings {
    const char *group; /* --group: file or folder; NULL if not given */
    const char *key;   /* --key; NULL: client.key beside the group file */
    uint64_t timeout_ns;
};

extern struct command_settings command_settings;

/* Rows for argument_command.common: --group, --key, --timeout, all into command_settings. */
extern const struct argument_option command_common_options[];

/* One subcommand. argv[0] is its name; returns the exit code. */
typedef int command_run(int argc, char **argv);

struct command {
    const char *name;
    const char *operands; /* for the list: "K V" */
    const char *summary;
    command_run *run;
};

/* Ends with a NULL name. */
extern const struct command command_table[];

command_run command_init;
command_run command_help_config;
command_run command_up;
command_run command_put;
command_run command_get;
command_run command_del;
command_run command_cas;
command_run command_incr;
command_run command_scan;
command_run command_submit;
command_run command_load;
command_run command_status;
command_run command_log;
command_run command_bench;

#endif
