/* command_common.c - the options that all commands of `strategos` share. */
#include "cmd/command.h"

struct command_settings command_settings = {.timeout_ns = COMMAND_TIMEOUT_NS_DEFAULT};

const struct argument_option command_common_options[] = {
    {.name = "group",
     .kind = ARGUMENT_TEXT,
     .value = &command_settings.group,
     .placeholder = "DIR|FILE",
     .environment = "STRATEGOS_GROUP",
     .help = "The group file, or the folder that holds it as group.conf."},
    {.name = "key",
     .kind = ARGUMENT_TEXT,
     .value = &command_settings.key,
     .placeholder = "FILE",
     .environment = "STRATEGOS_KEY",
     .help = "The client's key file. Default: client.key beside the group file."},
    {.name = "timeout",
     .kind = ARGUMENT_SECONDS,
     .value = &command_settings.timeout_ns,
     .placeholder = "S",
     .minimum = UINT64_C(1000000),
     .maximum = UINT64_C(86400000000000),
     .help = "Give up after this long without a result."},
    {.name = NULL},
};
