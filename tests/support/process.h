/* process.h - programs under test: started with captured output, waited for with a deadline, killed
 * when the test ends, however it ends. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_DEADLINE_MS 60000 /* generous: only a hang meets it, never a slow machine */

struct process {
    pid_t pid; /* 0 once it has been waited for */
    int input; /* -1 if it is closed or /dev/null */
    int output;
    int error_output;
    int exit_code; /* or 128 + signal; -1 while it runs */
    char *out;     /* what it has written so far, with a NUL after it */
    size_t out_size;
    char *err;
    size_t err_size;
};

/* `arguments` ends with NULL; arguments[0] is the program's path. `environment` are further
 * NAME=VALUE entries on top of ours, ends with NULL, or NULL; NAME alone takes it away. With
 * `has_input` the program's stdin is a pipe, else /dev/null. The process dies with the test. */
void process_start(struct process *process, const char *const *arguments,
                   const char *const *environment, bool has_input);

/* The same without input; stdout and stderr are appended to the file `log_path` and not captured.
 */
void process_start_logged(struct process *process, const char *const *arguments,
                          const char *log_path);

void process_write(struct process *process, const void *bytes, size_t size);
void process_close_input(struct process *process);

/* Takes in what has been written, waiting up to `timeout_ms` for something; false if nothing came
 * or both streams have ended. */
bool process_collect(struct process *process, int timeout_ms);

/* True as soon as `text` stands in its stdout or stderr; false after the deadline or at its end. */
bool process_wait_text(struct process *process, const char *text, int timeout_ms);

void process_signal(struct process *process, int number);

/* True if it has ended: exit_code, out and err are complete. False after the deadline. */
bool process_wait(struct process *process, int timeout_ms);

/* Kills it if it runs, frees everything. Fine on an all-zero struct. */
void process_fini(struct process *process);

/* Starts, gives `input` (may be NULL), waits; fails the test if it does not end. Returns the exit
 * code; the caller calls process_fini. */
int process_run(struct process *process, const char *const *arguments,
                const char *const *environment, const char *input);

#endif
