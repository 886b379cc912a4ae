/* explore_jobs.h - several pieces of work at once, each in a process of its own that writes to a
 * file of its own; what they wrote is shown in the order of their numbers, whoever is done first.
 */
#ifndef STRATEGOS_COMMAND_EXPLORE_JOBS_H
#define STRATEGOS_COMMAND_EXPLORE_JOBS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

#define EXPLORE_WORK_MAX 8u

struct explore_jobs {
    unsigned count; /* pieces of work, at most EXPLORE_WORK_MAX */
    unsigned jobs;  /* at once */
    void *context;
    /* In the worker. Returns its exit code. */
    int (*work)(void *context, unsigned number, FILE *out);
    /* In the caller's process: `said` is read from its beginning. */
    void (*show)(void *context, unsigned number, int exit_code, FILE *said);
    /* Workers are then told to end, by SIGTERM. */
    bool (*is_stop_wanted)(void);
};

/* ERROR_LIMIT: no process or file, or a worker has crashed. */
MUST_USE enum error explore_jobs_run(const struct explore_jobs *jobs, struct error_text *text);

#endif
