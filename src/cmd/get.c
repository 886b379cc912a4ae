/* get.c - `strategos get`: the value of a key, agreed or stale. */
#include "cmd/connection.h"
#include "cmd/single_replica.h"
#include "strategos/kv.h"

#include <stdio.h>

static const char description[] =
    "Writes the value to stdout as it is, byte for byte. Only on a terminal, a line end is added "
    "if it has none. An absent key is a failure (exit status 1), so that it can be told from an "
    "empty value.\n"
    "The answer is ordered through the group's log and believed when f+1 replicas agree on it: it "
    "reflects every write that was acknowledged before. With --stale one replica answers from its "
    "own state: that is faster and works even while the group cannot agree, but the answer may be "
    "old, and is only as true as that replica. Which one it was, and how far it had come, is said "
    "on stderr.";

static const char ending[] = "EXAMPLES\n"
                             "       strategos --group demo get hello\n"
                             "       strategos --group demo get photo.jpg > photo.jpg\n"
                             "       strategos --group demo get hello --stale --replica 2\n"
                             "\n"
                             "SEE ALSO\n"
                             "       strategos put --help, strategos scan --help\n";

struct get_settings {
    bool stale;
    uint64_t replica; /* SINGLE_REPLICA_ANY if not given */
    const char *key;
};

static bool parse(int argc, char **argv, struct argument_command *command,
                  struct get_settings *settings, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "stale",
         .kind = ARGUMENT_FLAG,
         .value = &settings->stale,
         .help = "Ask one replica, unordered: the first that answers, or that of --replica."},
        {.name = "replica",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->replica,
         .placeholder = "ID",
         .maximum = REPLICAS_MAX - 1,
         .help = "With --stale: the replica to ask. Default: any."},
        {.name = NULL},
    };
    struct arguments arguments;
    *command = (struct argument_command){
        .name = "strategos get",
        .usage = "K [--stale [--replica ID]]",
        .summary = "print the value of a key",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_min = 1,
        .operands_max = 1,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(command, argc, argv, &arguments, exit_code);
    command->options = NULL; /* on our stack */
    if (!is_parsed) {
        return false;
    }
    settings->key = arguments.operands[0];
    if (settings->replica != SINGLE_REPLICA_ANY && !settings->stale) {
        *exit_code = arguments_refuse(command, "--replica goes with --stale");
        return false;
    }
    return true;
}

static int get_stale(struct connection *connection, const struct get_settings *settings,
                     struct slice command, struct strategos_slice *result)
{
    unsigned replica = 0;
    height_nr height = 0;
    int exit_code = single_replica_find(connection, settings->replica, &replica, &height);
    if (exit_code != EXIT_DONE) {
        return exit_code;
    }
    enum strategos_status status =
        strategos_client_call_query(connection->client, replica, connection_slice(command), result);
    exit_code = connection_explain(connection, status, *result);
    if (exit_code == EXIT_DONE) {
        (void)fprintf(stderr, "stale: answered by replica %u alone, at height %llu or later\n",
                      replica, (unsigned long long)height);
    }
    return exit_code;
}

int command_get(int argc, char **argv)
{
    struct argument_command command;
    struct get_settings settings = {.replica = SINGLE_REPLICA_ANY};
    struct connection connection;
    struct strategos_slice result = {0};
    struct strategos_slice value;
    uint8_t request[STRATEGOS_KEY_BYTES_MAX + 16];
    int exit_code = EXIT_DONE;
    bool found = false;
    if (!parse(argc, argv, &command, &settings, &exit_code)) {
        return exit_code;
    }
    size_t size =
        strategos_kv_get(request, sizeof request, connection_slice(slice_of_text(settings.key)));
    if (size == 0) {
        return connection_refuse_key(&command, settings.key);
    }
    if (!connection_open_kv(&connection, &command, 1, &exit_code)) {
        return exit_code;
    }
    exit_code = settings.stale ? get_stale(&connection, &settings, slice_of(request, size), &result)
                               : connection_call(&connection, slice_of(request, size), &result);
    if (exit_code == EXIT_DONE && !strategos_kv_get_reply(result, &found, &value)) {
        exit_code = connection_fail(&command, "the reply is not one of kv's get");
    } else if (exit_code == EXIT_DONE && !found) {
        exit_code = connection_fail(&command, "no such key: '%s'", settings.key);
    } else if (exit_code == EXIT_DONE) {
        connection_print_bytes(value);
    }
    connection_close(&connection);
    return exit_code;
}
