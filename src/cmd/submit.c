/* submit.c - `strategos submit`: a raw command for whatever machine the group runs. */
#include "cmd/connection.h"
#include "console/text.h"

static const char description[] =
    "Sends a command as it is to the group's state machine, and writes the reply to stdout as it "
    "is. On a terminal, and only there, a line end is added if the reply has none. What commands "
    "and replies look like is the machine's own affair.\n"
    "If the machine refuses, exit status is 1 and its reply is shown on stderr.";

static const char ending[] =
    "EXAMPLES\n"
    "       strategos --group demo submit 'transfer alice bob 5'\n"
    "       strategos --group demo submit --hex '01 68 65 6c 6c 6f'   # kv: get hello\n"
    "       strategos --group demo submit - < command.bin > reply.bin\n"
    "\n"
    "SEE ALSO\n"
    "       include/strategos/machine.h, include/strategos/kv.h\n";

struct submit_settings {
    bool hex;
    const char *operand;
};

static bool parse(int argc, char **argv, struct argument_command *command,
                  struct submit_settings *settings, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "hex",
         .kind = ARGUMENT_FLAG,
         .value = &settings->hex,
         .help = "COMMAND, or stdin, is hexadecimal digits; white space between bytes is fine."},
        {.name = NULL},
    };
    struct arguments arguments;
    *command = (struct argument_command){
        .name = "strategos submit",
        .usage = "[--hex] COMMAND|-",
        .summary = "send a raw command, print the raw reply",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_min = 1,
        .operands_max = 1,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(command, argc, argv, &arguments, exit_code);
    command->options = NULL; /* on our stack */
    if (is_parsed) {
        settings->operand = arguments.operands[0];
    }
    return is_parsed;
}

static bool make_request(const struct argument_command *command,
                         const struct submit_settings *settings, struct buffer *request,
                         int *exit_code)
{
    if (!settings->hex) {
        return connection_read_operand(command, settings->operand, request, exit_code);
    }
    struct buffer hex = {0};
    bool is_read = connection_read_operand(command, settings->operand, &hex, exit_code);
    if (is_read && !text_from_hex(request, buffer_slice(&hex))) {
        *exit_code = arguments_refuse(command, "with --hex, a command is pairs of the digits 0 to "
                                               "9 and a to f");
        is_read = false;
    }
    buffer_fini(&hex);
    return is_read;
}

int command_submit(int argc, char **argv)
{
    struct argument_command command;
    struct submit_settings settings = {0};
    struct connection connection;
    struct buffer request = {0};
    struct strategos_slice result = {0};
    int exit_code = EXIT_DONE;
    if (!parse(argc, argv, &command, &settings, &exit_code) ||
        !make_request(&command, &settings, &request, &exit_code)) {
        buffer_fini(&request);
        return exit_code;
    }
    if (connection_open(&connection, &command, 1, &exit_code)) {
        exit_code = connection_call(&connection, buffer_slice(&request), &result);
        if (exit_code == EXIT_DONE) {
            connection_print_bytes(result);
        }
        connection_close(&connection);
    }
    buffer_fini(&request);
    return exit_code;
}
