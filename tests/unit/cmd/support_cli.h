/* support_cli.h - runs `strategos` as a person would: a group over sockets in a folder of its own,
 * and one command at a time with its output kept. */
#ifndef TESTS_UNIT_CMD_SUPPORT_CLI_H
#define TESTS_UNIT_CMD_SUPPORT_CLI_H

#include "support/folder.h"
#include "support/process.h"

extern struct test_folder cli_folder;
extern char cli_group[FOLDER_PATH_BYTES + 16]; /* of a group that is made, not started */
extern struct process cli_process;             /* the command that ran last */

/* Fixtures. The group's addresses are sockets in cli_folder. */
int cli_make_group(void **state);
int cli_remove_group(void **state);
int cli_tear_down(void **state);

/* Runs strategos with arguments that end with NULL, without the variables that stand in for some.
 * Returns the exit code. `input` may be NULL. */
int cli_run(const char *input, const char *const *arguments);

#define CLI(...)              cli_run(NULL, (const char *const[]){__VA_ARGS__, NULL})
#define CLI_INPUT(input, ...) cli_run(input, (const char *const[]){__VA_ARGS__, NULL})

/* Fails the test unless `text` stands in `stream`. */
void cli_expect(const char *stream, const char *text);

#endif
