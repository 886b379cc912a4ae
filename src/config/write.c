/* write.c - a group as the text of a group file, commented from the parameter table. */
#include "config/group.h"
#include "config/parameter.h"

#include <stdio.h>

static void write_number(FILE *out, enum parameter_id id, unsigned long value)
{
    (void)fputc('\n', out);
    schema_write_help(out, "", parameter_of(id));
    (void)fprintf(out, "%s = %lu\n", parameter_of(id)->name, value);
}

static void write_text(FILE *out, enum parameter_id id, const char *value)
{
    (void)fputc('\n', out);
    schema_write_help(out, "", parameter_of(id));
    (void)fprintf(out, "%s = \"%s\"\n", parameter_of(id)->name, value);
}

static void write_machine(FILE *out, const struct group *group)
{
    (void)fprintf(out, "\n# The replicated state machine. ");
    (void)fprintf(out, "[identity: name and digest]\n");
    (void)fprintf(out, "machine {\n");
    schema_write_help(out, "    ", parameter_of(PARAMETER_MACHINE_NAME));
    (void)fprintf(out, "    name = \"%s\"\n", group->machine_name);
    if (group->machine_path[0] != '\0') {
        char hex[2 * DIGEST_BYTES + 1];
        digest_to_hex(&group->machine_digest, hex);
        schema_write_help(out, "    ", parameter_of(PARAMETER_MACHINE_PATH));
        (void)fprintf(out, "    path = \"%s\"\n", group->machine_path);
        schema_write_help(out, "    ", parameter_of(PARAMETER_MACHINE_DIGEST));
        (void)fprintf(out, "    digest = \"%s\"\n", hex);
    }
    (void)fprintf(out, "}\n");
}

static void write_replicas(FILE *out, const struct group *group)
{
    (void)fprintf(out, "\n# The replicas, ids 0 to n - 1. [identity: ids and keys]\n");
    schema_write_comment(out, "",
                         "peer: where the other replicas reach it; client: where clients do. "
                         "tcp://HOST:PORT, tcp://[IPv6]:PORT or ipc:///PATH.");
    schema_write_comment(out, "", parameter_of(PARAMETER_REPLICA_KEY)->help);
    for (size_t i = 0; i < group->replica_count; i++) {
        const struct group_replica *replica = &group->replicas[i];
        char hex[2 * PUBLIC_KEY_BYTES + 1];
        public_key_to_hex(&replica->key, hex);
        (void)fprintf(out, "replica %u {\n    peer = \"%s\"\n    client = \"%s\"\n", replica->id,
                      replica->peer_address, replica->client_address);
        (void)fprintf(out, "    key = \"%s\"\n}\n", hex);
    }
}

static void write_clients(FILE *out, const struct group *group)
{
    const struct parameter *role = parameter_of(PARAMETER_CLIENT_ROLE);
    (void)fprintf(out, "\n# Who may use the group.\n");
    schema_write_help(out, "", parameter_of(PARAMETER_CLIENT_ROLE));
    for (size_t i = 0; i < group->client_count; i++) {
        const struct group_client *client = &group->clients[i];
        char hex[2 * PUBLIC_KEY_BYTES + 1];
        public_key_to_hex(&client->key, hex);
        (void)fprintf(out, "client \"%s\" {\n    key = \"%s\"\n    role = \"%s\"\n}\n",
                      client->name, hex, role->choices[client->role]);
    }
}

enum error group_write(const struct group *group, void *stream)
{
    FILE *out = stream;
    (void)fprintf(out, "# The group %s: the same file on every replica and client.\n", group->name);
    schema_write_comment(out, "",
                         "Settings marked [identity] make the group what it is and must never "
                         "change; the others may, by restarting one replica after the other. "
                         "`strategos help-config` explains each.");
    write_number(out, PARAMETER_FORMAT, CONFIG_VERSION);
    write_text(out, PARAMETER_GROUP_NAME, group->name);
    write_text(out, PARAMETER_MESSAGES, parameter_of(PARAMETER_MESSAGES)->choices[group->messages]);
    write_text(out, PARAMETER_TIMING, parameter_of(PARAMETER_TIMING)->choices[group->timing]);
    write_number(out, PARAMETER_FAULTS, group->faults);
    write_number(out, PARAMETER_DELTA_MS, group->delta_ms);
    write_number(out, PARAMETER_TIME_AHEAD_MS, group->time_ahead_ms);
    write_number(out, PARAMETER_DISK_LOW_MB, group->disk_low_mb);
    write_machine(out, group);
    write_replicas(out, group);
    write_clients(out, group);
    return fflush(out) == 0 && ferror(out) == 0 ? OK : ERROR_IO;
}
