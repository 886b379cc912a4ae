/* init_settings.h - what `strategos init` was asked for, checked and made into a group without
 * keys. */
#ifndef STRATEGOS_CMD_INIT_SETTINGS_H
#define STRATEGOS_CMD_INIT_SETTINGS_H

#include "base/buffer.h"
#include "config/group.h"
#include "console/arguments.h"

#define INIT_PATH_BYTES_MAX 3072u /* leaves room for the names below it */

struct init_settings {
    char folder[INIT_PATH_BYTES_MAX];
    struct group group;    /* all but keys and genesis */
    struct buffer machine; /* the shared object's bytes; empty for a built-in */
    uint64_t ledger_file_bytes;
};

/* False: leave with *exit_code; what is wrong has been said. */
bool init_settings_parse(int argc, char **argv, struct init_settings *settings, int *exit_code);

void init_settings_fini(struct init_settings *settings);

#endif
