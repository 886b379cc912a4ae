/* support_games.c - see support_games.h. */
#include "support_games.h"

#include "agreement/general.h"

#include <inttypes.h>
#include <stdio.h>

bool bench_games_read(struct bench_games *games, struct argument_command *command,
                      const char *algorithm, uint64_t m_least, uint64_t runs_most, int argc,
                      char **argv, int *exit_code)
{
    char m_help[80];
    char runs_help[80];
    (void)snprintf(m_help, sizeof m_help,
                   "The m of %s(m), at most N - 2 (%" PRIu64 " if not given).", algorithm,
                   games->m);
    (void)snprintf(runs_help, sizeof runs_help,
                   "Games of each kind, of which the median is printed (%" PRIu64 " if not given).",
                   games->runs);
    const struct argument_option options[] = {
        {.name = "generals",
         .kind = ARGUMENT_NUMBER,
         .value = &games->generals,
         .placeholder = "N",
         .help = "Generals, the commander included; without it, a list of sizes is measured.",
         .minimum = 3,
         .maximum = GENERALS_MAX},
        {.name = "traitors",
         .kind = ARGUMENT_NUMBER,
         .value = &games->m,
         .placeholder = "M",
         .help = m_help,
         .minimum = m_least,
         .maximum = ROUNDS_MAX - 1},
        {.name = "runs",
         .kind = ARGUMENT_NUMBER,
         .value = &games->runs,
         .placeholder = "R",
         .help = runs_help,
         .minimum = 1,
         .maximum = runs_most},
        {.name = NULL}};
    struct arguments arguments;
    command->usage = "[OPTION ...]";
    command->options = options;
    bool goes_on = arguments_parse(command, argc, argv, &arguments, exit_code);
    if (goes_on && games->generals != 0 && games->m > games->generals - 2) {
        *exit_code = arguments_refuse(command, "--traitors is at most --generals - 2");
        goes_on = false;
    }
    command->options = NULL; /* which were this function's */
    return goes_on;
}
