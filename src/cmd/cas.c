/* cas.c - `strategos cas`: compare and set. */
#include "cmd/connection.h"
#include "strategos/kv.h"

static const char description[] =
    "Sets a key to NEW if its value is OLD at that moment, byte for byte; otherwise changes "
    "nothing, says what the value is, and exits with status 1. With --absent, OLD is left out and "
    "the key must not exist. NEW may be - for stdin.\n"
    "A time-out leaves the outcome unknown. Asking again then tells: a second cas is refused, with "
    "NEW as the present value, if the first one took effect after all.";

static const char ending[] = "EXAMPLES\n"
                             "       strategos --group demo cas leader host-a host-b\n"
                             "       strategos --group demo cas lock mine --absent\n"
                             "\n"
                             "SEE ALSO\n"
                             "       strategos put --help, strategos incr --help\n";

static bool parse(int argc, char **argv, struct argument_command *command, bool *absent,
                  struct arguments *arguments, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "absent",
         .kind = ARGUMENT_FLAG,
         .value = absent,
         .help = "The key must not exist yet; there is no OLD."},
        {.name = NULL},
    };
    *command = (struct argument_command){
        .name = "strategos cas",
        .usage = "K OLD NEW | cas K NEW --absent",
        .summary = "set a key if its value is what it was",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_min = 2,
        .operands_max = 3,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(command, argc, argv, arguments, exit_code);
    command->options = NULL; /* on our stack */
    if (is_parsed && arguments->operand_count != (*absent ? 2u : 3u)) {
        *exit_code = arguments_refuse(command, "wants K OLD NEW, or K NEW with --absent");
        return false;
    }
    return is_parsed;
}

static bool make_request(const struct argument_command *command, const struct arguments *arguments,
                         bool absent, struct buffer *request, int *exit_code)
{
    const char *key = arguments->operands[0];
    struct strategos_slice old = connection_slice(slice_of_text(arguments->operands[1]));
    struct buffer value = {0};
    if (key[0] == '\0' || strlen(key) > STRATEGOS_KEY_BYTES_MAX) {
        *exit_code = connection_refuse_key(command, key);
        return false;
    }
    const char *operand = arguments->operands[arguments->operand_count - 1];
    bool is_made = connection_read_operand(command, operand, &value, exit_code);
    if (is_made) {
        request->size =
            strategos_kv_cas(buffer_reserve(request, STRATEGOS_KV_COMMAND_BYTES_MAX),
                             STRATEGOS_KV_COMMAND_BYTES_MAX, connection_slice(slice_of_text(key)),
                             absent ? NULL : &old, connection_slice(buffer_slice(&value)));
        if (request->size == 0 || request->size > STRATEGOS_KV_COMMAND_BYTES_MAX) {
            *exit_code =
                connection_fail(command, "key and values are more than one request's limit of %u",
                                STRATEGOS_KV_COMMAND_BYTES_MAX);
            is_made = false;
        }
    }
    buffer_fini(&value);
    return is_made;
}

int command_cas(int argc, char **argv)
{
    struct argument_command command;
    struct arguments arguments;
    struct connection connection;
    struct buffer request = {0};
    struct strategos_slice result = {0};
    bool absent = false;
    int exit_code = EXIT_DONE;
    if (!parse(argc, argv, &command, &absent, &arguments, &exit_code) ||
        !make_request(&command, &arguments, absent, &request, &exit_code)) {
        buffer_fini(&request);
        return exit_code;
    }
    if (connection_open_kv(&connection, &command, 1, &exit_code)) {
        exit_code = connection_call(&connection, buffer_slice(&request), &result);
        connection_close(&connection);
    }
    buffer_fini(&request);
    return exit_code;
}
