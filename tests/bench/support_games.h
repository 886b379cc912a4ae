/* support_games.h - the arguments of the benches that play games of generals: one size, or a list.
 */
#ifndef STRATEGOS_SUPPORT_GAMES_H
#define STRATEGOS_SUPPORT_GAMES_H

#include "console/arguments.h"

#include <stdbool.h>

struct bench_games {
    uint64_t generals; /* 0: not given */
    uint64_t m;
    uint64_t runs;
};

/* What `games` holds are the defaults, and the least m. `command` comes with name, summary and
 * description, and is there to refuse with; `algorithm` is "OM" or "SM". False: leave with
 * *exit_code. */
bool bench_games_read(struct bench_games *games, struct argument_command *command,
                      const char *algorithm, uint64_t m_least, uint64_t runs_most, int argc,
                      char **argv, int *exit_code);

#endif
