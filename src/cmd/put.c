/* put.c - `strategos put`: sets a key, or many at once. */
#include "cmd/connection.h"
#include "cmd/pairs.h"
#include "strategos/kv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char description[] =
    "Sets a key to a value and returns once that is ordered by the group, durable, and confirmed "
    "by f+1 replicas. A value of - is read from stdin, byte for byte.\n"
    "With --file, all pairs of a file are set by one command: all of them or none, with no other "
    "command in between. It must fit one request (262144 bytes); for more, use strategos load. A "
    "bad line, and nothing is sent.";

static const char ending[] =
    "FORMATS\n"
    "       tsv   key, tab, value; in both, \\\\ \\t \\n \\r and \\xHH stand for bytes\n"
    "       csv   key,value; either may stand in double quotes, \"\" is then a quote\n"
    "       Without --format: by the name's ending, else tsv if the first line has a\n"
    "       tab. Empty lines are passed over.\n"
    "\n"
    "EXAMPLES\n"
    "       strategos --group demo put hello world\n"
    "       strategos --group demo put photo.jpg - < photo.jpg\n"
    "       strategos --group demo put --file accounts.tsv\n"
    "       printf 'a\\t1\\nb\\t2\\n' | strategos --group demo put --file -\n"
    "\n"
    "SEE ALSO\n"
    "       strategos cas --help, strategos load --help\n";

static const char *const formats[] = {"guess", "csv", "tsv", NULL}; /* as enum pairs_format */

struct put_settings {
    const char *file;
    size_t format;
    struct arguments arguments;
};

static bool parse(int argc, char **argv, struct argument_command *command,
                  struct put_settings *settings, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "file",
         .kind = ARGUMENT_TEXT,
         .value = &settings->file,
         .placeholder = "FILE",
         .help = "Set all pairs of this file in one atomic batch; - is stdin."},
        {.name = "format",
         .kind = ARGUMENT_CHOICE,
         .value = &settings->format,
         .placeholder = "FORMAT",
         .choices = formats,
         .help = "How the file is written."},
        {.name = NULL},
    };
    *command = (struct argument_command){
        .name = "strategos put",
        .usage = "K V | put --file FILE [--format FORMAT]",
        .summary = "set a key to a value, or many at once",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_max = 2,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(command, argc, argv, &settings->arguments, exit_code);
    command->options = NULL; /* on our stack */
    if (!is_parsed) {
        return false;
    }
    size_t wanted = settings->file == NULL ? 2 : 0;
    if (settings->arguments.operand_count != wanted) {
        *exit_code = arguments_refuse(command, "wants either a key and a value, or --file FILE");
        return false;
    }
    return true;
}

/* One pair, into `request`. */
static bool make_single(const struct argument_command *command, const struct put_settings *settings,
                        struct buffer *request, int *exit_code)
{
    struct buffer value = {0};
    const char *key = settings->arguments.operands[0];
    if (key[0] == '\0' || strlen(key) > STRATEGOS_KEY_BYTES_MAX) {
        *exit_code = connection_refuse_key(command, key);
        return false;
    }
    bool is_read =
        connection_read_operand(command, settings->arguments.operands[1], &value, exit_code);
    if (is_read) {
        request->size = strategos_kv_put(
            buffer_reserve(request, STRATEGOS_KV_COMMAND_BYTES_MAX), STRATEGOS_KV_COMMAND_BYTES_MAX,
            connection_slice(slice_of_text(key)), connection_slice(buffer_slice(&value)));
        if (request->size == 0 || request->size > STRATEGOS_KV_COMMAND_BYTES_MAX) {
            *exit_code = connection_fail(
                command, "key and value have %zu bytes, more than one request's limit of %u",
                strlen(key) + value.size, STRATEGOS_KV_COMMAND_BYTES_MAX);
            is_read = false;
        }
    }
    buffer_fini(&value);
    return is_read;
}

/* All pairs from `fd`, as one batch. */
static bool make_batch(const struct argument_command *command, const struct put_settings *settings,
                       int fd, struct buffer *request, int *exit_code)
{
    uint8_t *out = buffer_reserve(request, STRATEGOS_KV_COMMAND_BYTES_MAX);
    size_t size = strategos_kv_batch_begin(out, STRATEGOS_KV_COMMAND_BYTES_MAX);
    struct pairs pairs;
    struct pair pair;
    struct error_text reason;
    enum pairs_result result = PAIRS_READ;
    bool fits = true;
    size_t count = 0;
    const char *name = strcmp(settings->file, "-") == 0 ? "stdin" : settings->file;
    pairs_init(&pairs, name, fd, (enum pairs_format)settings->format, 0, 0);
    while (fits && (result = pairs_next(&pairs, &pair, &reason)) == PAIRS_READ) {
        size_t grown =
            strategos_kv_batch_put(out, size, STRATEGOS_KV_COMMAND_BYTES_MAX,
                                   connection_slice(pair.key), connection_slice(pair.value));
        fits = grown != 0;
        size = fits ? grown : size;
        count += fits;
    }
    if (!fits) {
        *exit_code = connection_fail(
            command,
            "%s:%llu: with this line the batch is larger than one request's limit of %u "
            "bytes; nothing was sent; use 'strategos load'",
            name, (unsigned long long)pair.line, STRATEGOS_KV_COMMAND_BYTES_MAX);
    } else if (result != PAIRS_END) {
        *exit_code = connection_fail(command, "%s; nothing was sent", reason.text);
    } else if (count == 0) {
        *exit_code = connection_fail(command, "%s: has no pairs", name);
    }
    pairs_fini(&pairs);
    request->size = size;
    return fits && result == PAIRS_END && count > 0;
}

static bool make_request(const struct argument_command *command,
                         const struct put_settings *settings, struct buffer *request,
                         int *exit_code)
{
    if (settings->file == NULL) {
        return make_single(command, settings, request, exit_code);
    }
    if (strcmp(settings->file, "-") == 0) {
        return make_batch(command, settings, STDIN_FILENO, request, exit_code);
    }
    int fd = open(settings->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        *exit_code =
            connection_fail(command, "%s: cannot open: %s", settings->file, strerrordesc_np(errno));
        return false;
    }
    bool is_made = make_batch(command, settings, fd, request, exit_code);
    (void)close(fd); /* read only */
    return is_made;
}

int command_put(int argc, char **argv)
{
    struct argument_command command;
    struct put_settings settings = {.format = PAIRS_GUESS};
    struct connection connection;
    struct buffer request = {0};
    struct strategos_slice result = {0};
    int exit_code = EXIT_DONE;
    if (!parse(argc, argv, &command, &settings, &exit_code) ||
        !make_request(&command, &settings, &request, &exit_code)) {
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
