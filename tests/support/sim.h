/* sim.h - the simulator's program as its user has it: a line of arguments, split at spaces. */
#ifndef STRATEGOS_TESTS_SUPPORT_SIM_H
#define STRATEGOS_TESTS_SUPPORT_SIM_H

#include "support/process.h"

#include <jansson.h>

#define SIM_LINE_BYTES 4096u

/* Runs `strategos-sim` with `line` to its end; the exit code. The caller gives *process back. */
int sim_run(struct process *process, const char *line);
/* Fails the test unless it exits with `status` and prints `out` and `err` (NULL: anything). */
void sim_expect(const char *line, int status, const char *out, const char *err);
/* What it prints, as JSON; the caller's. */
json_t *sim_json(const char *line, int status);

#endif
