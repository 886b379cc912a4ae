/* command.h - the subcommands of `strategos`. */
#ifndef STRATEGOS_CMD_COMMAND_H
#define STRATEGOS_CMD_COMMAND_H

#include "console/subcommands.h"

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

subcommand_run command_init;
subcommand_run command_help_config;
subcommand_run command_up;
subcommand_run command_put;
subcommand_run command_get;
subcommand_run command_del;
subcommand_run command_cas;
subcommand_run command_incr;
subcommand_run command_scan;
subcommand_run command_submit;
subcommand_run command_load;
subcommand_run command_status;
subcommand_run command_log;
subcommand_run command_bench;

#endif
