/* support_cli.c - see support_cli.h. */
#include "support_cli.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_folder cli_folder;
char cli_group[FOLDER_PATH_BYTES + 16];
struct process cli_process;

/* A copy of a group file whose addresses are sockets in our folder. Addresses are no part of a
 * group's identity, so ledgers and keys go with it. */
static void move_to_sockets(const char *path)
{
    static const char mark[] = "tcp://127.0.0.1:";
    char *text = test_read_file(path, NULL);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    const char *from = text;
    for (const char *at = strstr(from, mark); at != NULL; at = strstr(from, mark)) {
        (void)fprintf(out, "%.*sipc://%s/", (int)(at - from), from, cli_folder.path);
        from = at + strlen(mark);
    }
    (void)fputs(from, out);
    assert_int_equal(fclose(out), 0);
    free(text);
}

int cli_make_group(void **state)
{
    (void)state;
    test_folder_init(&cli_folder);
    (void)snprintf(cli_group, sizeof cli_group, "%s", test_path(&cli_folder, "demo"));
    assert_int_equal(CLI("init", cli_group, "--ledger-file-mb", "1"), 0);
    process_fini(&cli_process);
    move_to_sockets(test_path(&cli_folder, "demo/group.conf"));
    for (int i = 0; i < 4; i++) {
        move_to_sockets(test_path(&cli_folder, "demo/replica-%d/group.conf", i));
    }
    return 0;
}

int cli_remove_group(void **state)
{
    (void)state;
    process_fini(&cli_process);
    test_folder_fini(&cli_folder);
    return 0;
}

int cli_tear_down(void **state)
{
    (void)state;
    process_fini(&cli_process);
    return 0;
}

int cli_run(const char *input, const char *const *more)
{
    static const char *const environment[] = {"STRATEGOS_GROUP", "STRATEGOS_KEY", NULL};
    const char *arguments[32] = {STRATEGOS};
    for (size_t i = 0; more[i] != NULL; i++) {
        arguments[i + 1] = more[i];
    }
    process_fini(&cli_process);
    return process_run(&cli_process, arguments, environment, input);
}

void cli_expect(const char *stream, const char *text)
{
    if (strstr(stream, text) == NULL) {
        fail_msg("no '%s' in '%s'", text, stream);
    }
}
