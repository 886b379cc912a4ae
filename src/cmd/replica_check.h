/* replica_check.h - whether a replica's configuration, key and data folder belong together. */
#ifndef STRATEGOS_CMD_REPLICA_CHECK_H
#define STRATEGOS_CMD_REPLICA_CHECK_H

#include "daemon/daemon.h"

/* Reads group file and key file, and fills settings->group, secret, id and data_path. ERROR_FOREIGN
 * if the key is none of the group's replicas. */
MUST_USE enum error replica_check_identity(const char *group_path, const char *key_path,
                                           const char *data_path, struct daemon_settings *settings,
                                           struct error_text *text);

/* The machine: known, or a shared object with the pinned digest and name. Its code is loaded. */
MUST_USE enum error replica_check_machine(const struct group *group, struct error_text *text);

/* The data folder has a ledger at all. */
MUST_USE enum error replica_check_data(const char *data_path, struct error_text *text);

/* The data folder's ledger: there, of this group and replica, whole. Reads all of it, and cuts a
 * torn tail as a start would. ERROR_IN_USE while the replica runs. */
MUST_USE enum error replica_check_ledger(const struct daemon_settings *settings,
                                         struct error_text *text);

#endif
