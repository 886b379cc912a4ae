/* del.c - `strategos del`: removes a key. */
#include "cmd/connection.h"
#include "strategos/kv.h"

#include <stdio.h>

static const char ending[] = "EXAMPLES\n"
                             "       strategos --group demo del hello\n"
                             "\n"
                             "SEE ALSO\n"
                             "       strategos put --help\n";

int command_del(int argc, char **argv)
{
    static const struct argument_option options[] = {{.name = NULL}};
    static const struct argument_command command = {
        .name = "strategos del",
        .usage = "K",
        .summary = "remove a key",
        .description = "Removes a key and its value. It is no failure if it was not there; that "
                       "is said on stderr.",
        .options = options,
        .common = command_common_options,
        .operands_min = 1,
        .operands_max = 1,
        .ending = ending,
    };
    struct arguments arguments;
    struct connection connection;
    struct strategos_slice result = {0};
    uint8_t request[STRATEGOS_KEY_BYTES_MAX + 16];
    int exit_code = EXIT_DONE;
    bool was_there = false;
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    const char *key = arguments.operands[0];
    size_t size = strategos_kv_del(request, sizeof request, connection_slice(slice_of_text(key)));
    if (size == 0) {
        return connection_refuse_key(&command, key);
    }
    if (!connection_open_kv(&connection, &command, 1, &exit_code)) {
        return exit_code;
    }
    exit_code = connection_call(&connection, slice_of(request, size), &result);
    if (exit_code == EXIT_DONE && !strategos_kv_del_reply(result, &was_there)) {
        exit_code = connection_fail(&command, "the reply is not one of kv's del");
    } else if (exit_code == EXIT_DONE && !was_there) {
        (void)fprintf(stderr, "strategos del: '%s' was not there\n", key);
    }
    connection_close(&connection);
    return exit_code;
}
