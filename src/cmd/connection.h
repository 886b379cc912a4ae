/* connection.h - a client of the group that the common options name, and how its answers become
 * messages and exit codes. */
#ifndef STRATEGOS_CMD_CONNECTION_H
#define STRATEGOS_CMD_CONNECTION_H

#include "base/buffer.h"
#include "client/shell.h"
#include "cmd/command.h"

struct connection {
    const struct argument_command *command; /* borrowed; for messages */
    struct strategos_client *client;
    const struct group *group; /* the client's */
};

/* Opens files and begins to connect; does not wait. False: *exit_code says what to leave with, and
 * why has been printed. `in_flight_max` 0: the most there may be. */
bool connection_open(struct connection *connection, const struct argument_command *command,
                     uint32_t in_flight_max, int *exit_code);

/* The same for a group whose machine is kv; others are refused. */
bool connection_open_kv(struct connection *connection, const struct argument_command *command,
                        uint32_t in_flight_max, int *exit_code);

/* Further handles on the same group, to be closed by the caller. */
bool connection_open_another(struct connection *connection, uint32_t in_flight_max,
                             struct strategos_client **another, int *exit_code);

void connection_close(struct connection *connection);

/* One command, ordered, waited for. EXIT_DONE, or what connection_explain makes of it. `result`
 * is borrowed until the next call. */
int connection_call(struct connection *connection, struct slice command,
                    struct strategos_slice *result);

/* Prints why `status` is not DONE, and returns the exit code. */
int connection_explain(const struct connection *connection, enum strategos_status status,
                       struct strategos_slice result);

/* "replica 2 (tcp://10.0.0.2:7005), replica 3 (...)": those not connected. */
void connection_list_missing(const struct connection *connection, char *text, size_t room);

/* Prints "NAME: formatted text" to stderr and returns EXIT_REFUSED. */
__attribute__((format(printf, 2, 3))) int connection_fail(const struct argument_command *command,
                                                          const char *format, ...);

/* Fills `out` with an operand: its own bytes, or all of stdin where it is "-". False: said why. */
bool connection_read_operand(const struct argument_command *command, const char *operand,
                             struct buffer *out, int *exit_code);

/* Says that a key is empty or too long; EXIT_USAGE. */
int connection_refuse_key(const struct argument_command *command, const char *key);

/* Writes bytes to stdout as they are; on a terminal, and only there, ends the line if they don't.
 */
void connection_print_bytes(struct strategos_slice bytes);

static inline struct strategos_slice connection_slice(struct slice bytes)
{
    return strategos_slice(bytes.data, bytes.size);
}

#endif
