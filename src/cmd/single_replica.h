/* single_replica.h - picks the one replica that a command asks, unordered. */
#ifndef STRATEGOS_CMD_SINGLE_REPLICA_H
#define STRATEGOS_CMD_SINGLE_REPLICA_H

#include "cmd/connection.h"

#define SINGLE_REPLICA_ANY REPLICAS_MAX /* not a replica's id: whichever answers first */

/* Waits until `wanted`, or the first of all, has said how far it has come. EXIT_DONE, or why not
 * has been printed. */
int single_replica_find(struct connection *connection, uint64_t wanted, unsigned *replica,
                        height_nr *height);

#endif
