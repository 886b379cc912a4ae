/* up_child.h - one strategosd that `up` started: spawned, watched for readiness, reaped. */
#ifndef STRATEGOS_CMD_UP_CHILD_H
#define STRATEGOS_CMD_UP_CHILD_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define UP_PATH_BYTES 4096u

enum up_state { UP_STARTING, UP_READY, UP_STOPPING, UP_ENDED };

struct up_child {
    unsigned id;
    enum up_state state;
    pid_t pid;
    int notify_fd; /* where it says that it is ready */
    uint64_t started_ns;
    int wait_status; /* of waitpid, once ended */
    char log_path[UP_PATH_BYTES];
    int64_t log_begin; /* the log's size when this run began */
};

/* Finds strategosd: beside this program's own file, else by PATH (then just its name). */
void up_child_find_program(char path[UP_PATH_BYTES]);

/* Starts replica `id` of the group in `folder`; its output goes to the end of
 * FOLDER/replica-ID/log. It is sent SIGTERM when this process ends, however that ends. */
MUST_USE enum error up_child_start(struct up_child *child, const char *program, const char *folder,
                                   unsigned id, struct error_text *text);

/* Reads what it notified; true if it became ready by that. */
bool up_child_is_ready_now(struct up_child *child);

/* Reaps it if it has ended; true if it did so now. */
bool up_child_has_ended_now(struct up_child *child);

/* "exit status 1" or "signal 9 (Killed)". */
const char *up_child_describe_end(const struct up_child *child, char text[64]);

/* Copies the last `lines` lines that it logged in this run to `stream` (a FILE *), each after
 * `indent`. */
void up_child_print_log_end(const struct up_child *child, unsigned lines, const char *indent,
                            void *stream);

void up_child_close(struct up_child *child);

#endif
