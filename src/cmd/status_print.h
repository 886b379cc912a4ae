/* status_print.h - a status board as a table for people and as JSON for scripts. */
#ifndef STRATEGOS_CMD_STATUS_PRINT_H
#define STRATEGOS_CMD_STATUS_PRINT_H

#include "cmd/status_board.h"

/* Replicas that answered since `since_ns` are reachable. Lines end with `line_end` and a newline;
 * `stream` is a FILE *. With `verbose`, every verdict is listed, not only the unwelcome ones. */
void status_print_table(const struct status_board *board, uint64_t since_ns, bool verbose,
                        void *stream, const char *line_end);

/* One array of an object per replica. */
void status_print_json(const struct status_board *board, uint64_t since_ns, void *stream);

#endif
