/* replica_options.h - the options that say which replica a program is to be: strategosd's, and
 * those of whoever takes a replica's place. */
#ifndef STRATEGOS_CMD_REPLICA_OPTIONS_H
#define STRATEGOS_CMD_REPLICA_OPTIONS_H

#include "console/arguments.h"

#define REPLICA_OPTIONS 5u

struct replica_options {
    const char *group;
    const char *key;
    const char *data;
    size_t log_level; /* enum log_level */
};

/* The table's rows for these, ended by a row without a name; `are_required`: all but the log level
 * must be given. What `options` holds is the default. */
void replica_options_table(struct replica_options *options, bool are_required,
                           struct argument_option rows[REPLICA_OPTIONS]);

#endif
