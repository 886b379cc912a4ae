/* sim.c - see sim.h. */
#include "support/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 24

int sim_run(struct process *process, const char *line)
{
    char words[SIM_LINE_BYTES];
    const char *arguments[ARGUMENTS_MAX + 1] = {STRATEGOS_SIM};
    size_t count = 1;
    char *rest = words;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
        assert_true(count < ARGUMENTS_MAX);
        arguments[count++] = word;
    }
    arguments[count] = NULL;
    return process_run(process, arguments, NULL, NULL);
}

void sim_expect(const char *line, int status, const char *out, const char *err)
{
    struct process process;
    (void)sim_run(&process, line);
    if (process.exit_code != status || (out != NULL && strstr(process.out, out) == NULL) ||
        (err != NULL && strstr(process.err, err) == NULL)) {
        fail_msg("%s: exit status %d, wanted %d\n%s\n%s", line, process.exit_code, status,
                 process.out, process.err);
    }
    process_fini(&process);
}

json_t *sim_json(const char *line, int status)
{
    struct process process;
    json_error_t error;
    if (sim_run(&process, line) != status) {
        fail_msg("%s: exit status %d instead of %d: %s", line, process.exit_code, status,
                 process.err);
    }
    json_t *page = json_loadb(process.out, process.out_size, 0, &error);
    if (page == NULL) {
        fail_msg("%s: no JSON: %s", line, error.text);
    }
    process_fini(&process);
    return page;
}
