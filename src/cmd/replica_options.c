/* replica_options.c - see replica_options.h. */
#include "cmd/replica_options.h"

#include <string.h>

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

void replica_options_table(struct replica_options *options, bool are_required,
                           struct argument_option rows[REPLICA_OPTIONS])
{
    const struct argument_option table[REPLICA_OPTIONS] = {
        {.name = "group",
         .kind = ARGUMENT_TEXT,
         .value = &options->group,
         .placeholder = "DIR|FILE",
         .environment = "STRATEGOS_GROUP",
         .is_required = are_required,
         .help = "The group file, or the folder that holds it as group.conf."},
        {.name = "key",
         .kind = ARGUMENT_TEXT,
         .value = &options->key,
         .placeholder = "FILE",
         .environment = "STRATEGOS_KEY",
         .is_required = are_required,
         .help = "The replica's secret key file, mode 0600."},
        {.name = "data",
         .kind = ARGUMENT_TEXT,
         .value = &options->data,
         .placeholder = "DIR",
         .is_required = are_required,
         .help = "The folder with the replica's ledger and store."},
        {.name = "log-level",
         .kind = ARGUMENT_CHOICE,
         .value = &options->log_level,
         .placeholder = "LEVEL",
         .choices = log_levels,
         .help = "How much to log."},
        {.name = NULL},
    };
    memcpy(rows, table, sizeof table);
}
