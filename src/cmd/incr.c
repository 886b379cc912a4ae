/* incr.c - `strategos incr`: adds to a number. */
#include "cmd/connection.h"
#include "strategos/kv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char description[] =
    "Adds BY (default 1, may be negative) to the decimal number that is the key's value and prints "
    "the sum; an absent key counts as 0. Refused if the value is no number or the sum is outside "
    "of 64 bits, signed. Each command is executed exactly once, however often the client had to "
    "send it.";

static const char ending[] = "EXAMPLES\n"
                             "       strategos --group demo incr visits\n"
                             "       strategos --group demo incr stock -5\n"
                             "\n"
                             "SEE ALSO\n"
                             "       strategos cas --help\n";

static bool parse_by(const char *text, int64_t *by)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool is_number = end != text && *end == '\0' && errno == 0 &&
                     (text[0] == '-' || text[0] == '+' || (text[0] >= '0' && text[0] <= '9'));
    *by = value;
    return is_number;
}

int command_incr(int argc, char **argv)
{
    static const struct argument_option options[] = {{.name = NULL}};
    static const struct argument_command command = {
        .name = "strategos incr",
        .usage = "K [BY]",
        .summary = "add to the number a key has",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_min = 1,
        .operands_max = 2,
        .ending = ending,
    };
    struct arguments arguments;
    struct connection connection;
    struct strategos_slice result = {0};
    uint8_t request[STRATEGOS_KEY_BYTES_MAX + 32];
    int exit_code = EXIT_DONE;
    int64_t by = 1;
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    if (arguments.operand_count == 2 && !parse_by(arguments.operands[1], &by)) {
        return arguments_refuse(&command, "BY = '%s': must be a whole number of 64 bits, signed",
                                arguments.operands[1]);
    }
    const char *key = arguments.operands[0];
    size_t size =
        strategos_kv_incr(request, sizeof request, connection_slice(slice_of_text(key)), by);
    if (size == 0) {
        return connection_refuse_key(&command, key);
    }
    if (!connection_open_kv(&connection, &command, 1, &exit_code)) {
        return exit_code;
    }
    exit_code = connection_call(&connection, slice_of(request, size), &result);
    if (exit_code == EXIT_DONE && !strategos_kv_incr_reply(result, &by)) {
        exit_code = connection_fail(&command, "the reply is not one of kv's incr");
    } else if (exit_code == EXIT_DONE) {
        (void)printf("%" PRId64 "\n", by);
    }
    connection_close(&connection);
    return exit_code;
}
