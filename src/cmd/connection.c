/* connection.c - see connection.h. */
#include "cmd/connection.h"

#include "console/text.h"
#include "strategos/kv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_MS UINT64_C(1000000)

int connection_fail(const struct argument_command *command, const char *format, ...)
{
    char reason[1024];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(reason, sizeof reason, format, values);
    va_end(values);
    (void)fflush(stdout); /* in the order in which it happened */
    (void)fprintf(stderr, "%s: %s\n", command->name, reason);
    return EXIT_REFUSED;
}

/* client.key beside the group file. */
static void default_key_path(const char *group, char *path, size_t room)
{
    struct stat status;
    const char *slash = strrchr(group, '/');
    if (stat(group, &status) == 0 && S_ISDIR(status.st_mode)) {
        (void)snprintf(path, room, "%s/client.key", group);
    } else if (slash != NULL) {
        (void)snprintf(path, room, "%.*s/client.key", (int)(slash - group), group);
    } else {
        (void)snprintf(path, room, "client.key");
    }
}

static enum strategos_status open_client(uint32_t in_flight_max, struct strategos_client **client,
                                         char *reason)
{
    char key[4096];
    uint64_t timeout_ms = command_settings.timeout_ns / NS_PER_MS;
    struct strategos_client_options options = {
        .group = command_settings.group,
        .key = command_settings.key,
        .timeout_ms = (uint32_t)timeout_ms,
        .in_flight_max = in_flight_max,
    };
    if (options.key == NULL) {
        default_key_path(options.group, key, sizeof key);
        options.key = key;
    }
    return strategos_client_open(client, &options, reason);
}

bool connection_open(struct connection *connection, const struct argument_command *command,
                     uint32_t in_flight_max, int *exit_code)
{
    char reason[STRATEGOS_REASON_BYTES];
    *connection = (struct connection){.command = command};
    if (command_settings.group == NULL) {
        *exit_code = arguments_refuse(command, "--group DIR|FILE is missing, and so is "
                                               "STRATEGOS_GROUP");
        return false;
    }
    if (open_client(in_flight_max, &connection->client, reason) != STRATEGOS_STATUS_DONE) {
        *exit_code = connection_fail(command, "%s", reason);
        return false;
    }
    connection->group = strategos_client_group(connection->client);
    return true;
}

bool connection_open_kv(struct connection *connection, const struct argument_command *command,
                        uint32_t in_flight_max, int *exit_code)
{
    if (!connection_open(connection, command, in_flight_max, exit_code)) {
        return false;
    }
    if (strcmp(connection->group->machine_name, "kv") != 0) {
        *exit_code = connection_fail(
            command, "%s: the group's machine is '%s', not kv; use 'strategos submit'",
            connection->group->path, connection->group->machine_name);
        connection_close(connection);
        return false;
    }
    return true;
}

bool connection_open_another(struct connection *connection, uint32_t in_flight_max,
                             struct strategos_client **another, int *exit_code)
{
    char reason[STRATEGOS_REASON_BYTES];
    if (open_client(in_flight_max, another, reason) != STRATEGOS_STATUS_DONE) {
        *exit_code = connection_fail(connection->command, "%s", reason);
        return false;
    }
    return true;
}

void connection_close(struct connection *connection)
{
    strategos_client_close(connection->client);
    connection->client = NULL;
}

void connection_list_missing(const struct connection *connection, char *text, size_t room)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < connection->group->replica_count; i++) {
        if (strategos_client_is_connected(connection->client, i)) {
            continue;
        }
        int length = snprintf(text + used, room - used, "%sreplica %u (%s)", used == 0 ? "" : ", ",
                              i, connection->group->replicas[i].client_address);
        used += (size_t)length < room - used ? (size_t)length : room - used - 1;
    }
}

static int explain_timeout(const struct connection *connection, enum strategos_status status)
{
    char missing[700];
    connection_list_missing(connection, missing, sizeof missing);
    size_t count = connection->group->replica_count;
    (void)connection_fail(
        connection->command, "no result within %g s; %s. Connected to %u of %zu replicas%s%s",
        (double)command_settings.timeout_ns / 1e9,
        status == STRATEGOS_STATUS_NOT_SENT
            ? "nothing was sent, nothing will be executed"
            : "the outcome is unknown: it may have been executed, or may be later",
        strategos_client_connected_count(connection->client), count,
        missing[0] == '\0' ? "" : "; not to ", missing);
    return EXIT_TIMEOUT;
}

/* What the machine said, in words if it is kv that said it. */
static int explain_refusal(const struct connection *connection, struct strategos_slice result)
{
    struct strategos_slice present = {0};
    bool found = false;
    int refusal = strcmp(connection->group->machine_name, "kv") == 0
                      ? strategos_kv_refusal(result, &found, &present)
                      : 0;
    struct buffer text = {0};
    size_t const shown_max = 200;
    if (refusal == STRATEGOS_KV_OTHER_VALUE && found) {
        size_t shown = present.size > shown_max ? shown_max : present.size;
        text_escape(&text, slice_of(present.data, shown), TEXT_ESCAPE_FOR_SCREEN);
        (void)connection_fail(connection->command, "refused: %s: it is '%.*s'%s",
                              strategos_kv_refusal_text(refusal), (int)text.size,
                              text.size == 0 ? "" : (const char *)text.data,
                              shown < present.size ? " and more" : "");
    } else if (refusal == STRATEGOS_KV_OTHER_VALUE) {
        (void)connection_fail(connection->command, "refused: %s: the key is absent",
                              strategos_kv_refusal_text(refusal));
    } else if (refusal != 0) {
        (void)connection_fail(connection->command, "refused: %s",
                              strategos_kv_refusal_text(refusal));
    } else {
        size_t shown = result.size > shown_max ? shown_max : result.size;
        text_escape(&text, slice_of(result.data, shown), TEXT_ESCAPE_FOR_SCREEN);
        (void)connection_fail(connection->command, "the machine refused: '%.*s'", (int)text.size,
                              text.size == 0 ? "" : (const char *)text.data);
    }
    buffer_fini(&text);
    return EXIT_REFUSED;
}

int connection_explain(const struct connection *connection, enum strategos_status status,
                       struct strategos_slice result)
{
    const struct argument_command *command = connection->command;
    switch (status) {
    case STRATEGOS_STATUS_DONE:
        return EXIT_DONE;
    case STRATEGOS_STATUS_REFUSED:
        return explain_refusal(connection, result);
    case STRATEGOS_STATUS_MALFORMED:
        return connection_fail(command, "refused: the machine '%s' does not understand this",
                               connection->group->machine_name);
    case STRATEGOS_STATUS_FORBIDDEN:
        return connection_fail(command, "refused: this key may only read (its role is in %s)",
                               connection->group->path);
    case STRATEGOS_STATUS_TIMEOUT:
    case STRATEGOS_STATUS_NOT_SENT:
        return explain_timeout(connection, status);
    case STRATEGOS_STATUS_SESSION_LOST:
        return connection_fail(command, "the group has forgotten this session; the outcome is "
                                        "unknown: it may or may not have been executed");
    case STRATEGOS_STATUS_RESULT_LOST:
        return connection_fail(command, "executed, but the group no longer has the result");
    case STRATEGOS_STATUS_TOO_LARGE:
        return connection_fail(command, "the request is larger than the limit of %u bytes",
                               STRATEGOS_REQUEST_BYTES_MAX);
    case STRATEGOS_STATUS_FULL:
    case STRATEGOS_STATUS_INVALID:
    case STRATEGOS_STATUS_CONFIG:
    case STRATEGOS_STATUS_SYSTEM:
        break;
    }
    return connection_fail(command, "the client failed: %s", strategos_status_name(status));
}

int connection_call(struct connection *connection, struct slice command,
                    struct strategos_slice *result)
{
    enum strategos_status status =
        strategos_client_call(connection->client, connection_slice(command), result);
    return connection_explain(connection, status, *result);
}

bool connection_read_operand(const struct argument_command *command, const char *operand,
                             struct buffer *out, int *exit_code)
{
    if (strcmp(operand, "-") != 0) {
        buffer_append(out, slice_of_text(operand));
        return true;
    }
    size_t const chunk = (size_t)64 * 1024;
    for (;;) {
        ssize_t got = read(STDIN_FILENO, buffer_reserve(out, chunk), chunk);
        if (got == 0) {
            return true;
        }
        if (got > 0) {
            out->size += (size_t)got;
        } else if (errno != EINTR) {
            *exit_code = connection_fail(command, "cannot read stdin: %s", strerrordesc_np(errno));
            return false;
        }
        if (out->size > (size_t)STRATEGOS_REQUEST_BYTES_MAX) {
            *exit_code = connection_fail(command, "stdin has more than the limit of %u bytes",
                                         STRATEGOS_REQUEST_BYTES_MAX);
            return false;
        }
    }
}

int connection_refuse_key(const struct argument_command *command, const char *key)
{
    return arguments_refuse(command, "a key has 1 to %u bytes, this one has %zu",
                            STRATEGOS_KEY_BYTES_MAX, strlen(key));
}

void connection_print_bytes(struct strategos_slice bytes)
{
    const char *data = bytes.data;
    if (bytes.size > 0) {
        (void)fwrite(data, 1, bytes.size, stdout); /* a failure is seen when it is flushed */
    }
    if ((bytes.size == 0 || data[bytes.size - 1] != '\n') && isatty(STDOUT_FILENO) == 1) {
        (void)fputc('\n', stdout);
    }
}
