/* init_settings.c - see init_settings.h. */
#include "cmd/init_settings.h"

#include "cmd/machine_file.h"
#include "config/address.h"
#include "config/parameter.h"
#include "machine/registry.h"
#include "storage/ledger.h"

#include <stdio.h>

static const char description[] =
    "Makes the folder DIR (which must not exist, or be empty) with a new group in it: the group "
    "file, an operator's key, and one folder per replica with its key, a copy of the group file "
    "and "
    "an empty ledger, ready to be copied to its host.\n"
    "Only this command makes a ledger: strategosd refuses to start without one, because a replica "
    "that lost its disk and forgot its votes could vote twice. Never copy a replica's folder to "
    "two "
    "hosts, and never restore it from a backup.";

static const char ending[] =
    "FILES\n"
    "       DIR/group.conf               the group file, for clients\n"
    "       DIR/client.key               the operator's secret key (role admin)\n"
    "       DIR/client-J.key             further clients' secret keys (role write)\n"
    "       DIR/replica-I/group.conf     the group file, the same\n"
    "       DIR/replica-I/replica.key    the replica's secret key\n"
    "       DIR/replica-I/data/          what it must not lose: ledger and store\n"
    "\n"
    "EXAMPLES\n"
    "       Four replicas on this machine, tolerating one traitor:\n"
    "           strategos init demo && strategos up demo\n"
    "\n"
    "       Seven replicas on seven hosts, tolerating two:\n"
    "           strategos init prod --replicas 7 --host a,b,c,d,e,f,g\n";

static const char *const messages_choices[] = {"signed", NULL};
static const char *const timing_choices[] = {"partial", NULL};

/* As the command line has it. */
struct init_request {
    uint64_t replicas;
    uint64_t base_port;
    uint64_t clients;
    uint64_t ledger_file_mb;
    size_t messages;
    size_t timing;
    const char *hosts;
    const char *name;
    const char *machine;
};

/* Copies the i-th of `count` hosts; a single one stands for all. */
static bool pick_host(const char *hosts, size_t index, char *host, size_t room)
{
    for (; index > 0 && strchr(hosts, ',') != NULL; index--) {
        hosts = strchr(hosts, ',') + 1;
    }
    size_t length = strcspn(hosts, ",");
    if (length == 0 || length >= room) {
        return false;
    }
    memcpy(host, hosts, length);
    host[length] = '\0';
    return true;
}

static int set_addresses(const struct argument_command *command, const struct init_request *request,
                         struct group *group)
{
    size_t host_count = 1;
    for (const char *comma = strchr(request->hosts, ','); comma != NULL;
         comma = strchr(comma + 1, ',')) {
        host_count++;
    }
    if (host_count != 1 && host_count != group->replica_count) {
        return arguments_refuse(
            command, "--host names %zu hosts for %zu replicas: give one for all or one each",
            host_count, group->replica_count);
    }
    for (size_t i = 0; i < group->replica_count; i++) {
        char host[128];
        char quoted[PARAMETER_QUOTE_BYTES];
        struct error_text reason;
        struct group_replica *replica = &group->replicas[i];
        if (!pick_host(request->hosts, i, host, sizeof host)) {
            return arguments_refuse(command, "--host: an empty or overlong name");
        }
        bool is_v6 = strchr(host, ':') != NULL && host[0] != '[';
        (void)snprintf(replica->peer_address, sizeof replica->peer_address, "tcp://%s%s%s:%u",
                       is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                       (unsigned)(request->base_port + 2 * i));
        (void)snprintf(replica->client_address, sizeof replica->client_address, "tcp://%s%s%s:%u",
                       is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                       (unsigned)(request->base_port + 2 * i + 1));
        replica->id = (replica_id)i;
        if (address_check(replica->peer_address, &reason) != OK) {
            return arguments_refuse(command, "--host %s: %s", parameter_quote(host, quoted),
                                    reason.text);
        }
    }
    return EXIT_DONE;
}

static int set_clients(const struct init_request *request, struct group *group)
{
    group->client_count = 1 + (size_t)request->clients;
    (void)snprintf(group->clients[0].name, sizeof group->clients[0].name, "operator");
    group->clients[0].role = ROLE_ADMIN;
    for (size_t i = 1; i < group->client_count; i++) {
        (void)snprintf(group->clients[i].name, sizeof group->clients[i].name, "client-%zu", i);
        group->clients[i].role = ROLE_WRITE;
    }
    return EXIT_DONE;
}

/* A name that is not built in is a path. */
static int set_machine(const struct argument_command *command, const struct init_request *request,
                       struct init_settings *settings)
{
    struct group *group = &settings->group;
    struct error_text reason;
    if (registry_find(request->machine) != NULL) {
        (void)snprintf(group->machine_name, sizeof group->machine_name, "%s", request->machine);
        return EXIT_DONE;
    }
    if (strchr(request->machine, '/') == NULL && strchr(request->machine, '.') == NULL) {
        return arguments_refuse(
            command, "--machine '%s': must be kv, counter or the path of a shared object",
            request->machine);
    }
    if (machine_file_read(request->machine, &settings->machine, group->machine_name,
                          &group->machine_digest, &reason) != OK) {
        (void)fprintf(stderr, "%s: %s\n", command->name, reason.text);
        return EXIT_REFUSED;
    }
    (void)snprintf(group->machine_path, sizeof group->machine_path, "%s.so", group->machine_name);
    return EXIT_DONE;
}

/* The folder's own name, where it can be one. */
static void set_name(const struct init_request *request, struct init_settings *settings)
{
    const char *slash = strrchr(settings->folder, '/');
    const char *name = slash == NULL ? settings->folder : slash + 1;
    if (request->name != NULL) {
        name = request->name;
    } else if (!parameter_is_name(name) || name[0] == '.') {
        name = "strategos";
    }
    (void)snprintf(settings->group.name, sizeof settings->group.name, "%.*s",
                   (int)(NAME_BYTES_MAX - 1), name);
}

static int apply(const struct argument_command *command, const struct init_request *request,
                 const char *folder, struct init_settings *settings)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    if (length == 0 || length >= sizeof settings->folder) {
        return arguments_refuse(command, "DIR must be 1 to %zu bytes long",
                                sizeof settings->folder - 1);
    }
    memcpy(settings->folder, folder, length);
    if (request->name != NULL && !parameter_is_name(request->name)) {
        return arguments_refuse(command,
                                "--name '%s': must be 1 to %u letters, digits, '.', '_' or '-'",
                                request->name, NAME_BYTES_MAX - 1);
    }
    if (request->base_port + 2 * request->replicas - 1 > 65535) {
        return arguments_refuse(
            command,
            "--base-port = '%llu': %llu replicas need ports up to %llu: must be at most %llu",
            (unsigned long long)request->base_port, (unsigned long long)request->replicas,
            (unsigned long long)(request->base_port + 2 * request->replicas - 1),
            (unsigned long long)(65536 - 2 * request->replicas));
    }
    struct group *group = &settings->group;
    set_name(request, settings);
    group->messages = MESSAGES_SIGNED;
    group->timing = TIMING_PARTIAL;
    group->replica_count = (size_t)request->replicas;
    group->faults = (group->replica_count - 1) / 3;
    group->delta_ms = (uint32_t)parameter_of(PARAMETER_DELTA_MS)->default_value;
    group->time_ahead_ms = (uint32_t)parameter_of(PARAMETER_TIME_AHEAD_MS)->default_value;
    group->disk_low_mb = (uint32_t)parameter_of(PARAMETER_DISK_LOW_MB)->default_value;
    settings->ledger_file_bytes = request->ledger_file_mb * 1024 * 1024;
    int code = set_addresses(command, request, group);
    code = code == EXIT_DONE ? set_clients(request, group) : code;
    return code == EXIT_DONE ? set_machine(command, request, settings) : code;
}

bool init_settings_parse(int argc, char **argv, struct init_settings *settings, int *exit_code)
{
    struct init_request request = {.replicas = REPLICAS_MIN,
                                   .base_port = 7400,
                                   .ledger_file_mb = LEDGER_FILE_BYTES / (1024 * 1024),
                                   .hosts = "127.0.0.1",
                                   .machine = "kv"};
    const struct argument_option options[] = {
        {.name = "replicas",
         .kind = ARGUMENT_NUMBER,
         .value = &request.replicas,
         .placeholder = "N",
         .minimum = REPLICAS_MIN,
         .maximum = REPLICAS_MAX,
         .help = "How many replicas. N tolerate (N - 1) / 3 that fail or lie: 4 one, 7 two, 10 "
                 "three."},
        {.name = "messages",
         .kind = ARGUMENT_CHOICE,
         .value = &request.messages,
         .placeholder = "KIND",
         .choices = messages_choices,
         .help = "Whether replicas sign what they say to each other."},
        {.name = "timing",
         .kind = ARGUMENT_CHOICE,
         .value = &request.timing,
         .placeholder = "MODEL",
         .choices = timing_choices,
         .help = "What is assumed of the network."},
        {.name = "host",
         .kind = ARGUMENT_TEXT,
         .value = &request.hosts,
         .placeholder = "H1,H2,...",
         .help =
             "Where the replicas run: one name or IP address for all, or one each, in the order "
             "of their ids. Default 127.0.0.1."},
        {.name = "base-port",
         .kind = ARGUMENT_NUMBER,
         .value = &request.base_port,
         .placeholder = "P",
         .minimum = 1,
         .maximum = 65535,
         .help = "Replica I listens on P + 2 I for its peers and on P + 2 I + 1 for clients."},
        {.name = "name",
         .kind = ARGUMENT_TEXT,
         .value = &request.name,
         .placeholder = "NAME",
         .help = "The group's name. Default: the last part of DIR."},
        {.name = "machine",
         .kind = ARGUMENT_TEXT,
         .value = &request.machine,
         .placeholder = "NAME|PATH",
         .help = "The state machine: kv, counter, or the path of a shared object, which is copied "
                 "beside each group file and pinned there by its digest. Default kv."},
        {.name = "clients",
         .kind = ARGUMENT_NUMBER,
         .value = &request.clients,
         .placeholder = "N",
         .maximum = CLIENTS_MAX - 1,
         .help = "How many further client keys to make, with the role write."},
        {.name = "ledger-file-mb",
         .kind = ARGUMENT_NUMBER,
         .value = &request.ledger_file_mb,
         .placeholder = "N",
         .minimum = 1,
         .maximum = 1024,
         .help = "Size of one ledger file in MB: the disk space that each replica takes at first, "
                 "and the step in which its ledger grows."},
        {.name = NULL},
    };
    const struct argument_command command = {.name = "strategos init",
                                             .usage = "DIR [OPTION ...]",
                                             .summary = "make a new group: configuration, keys, "
                                                        "ledgers",
                                             .description = description,
                                             .options = options,
                                             .operands_min = 1,
                                             .operands_max = 1,
                                             .ending = ending};
    struct arguments arguments;
    *settings = (struct init_settings){.folder = ""};
    if (!arguments_parse(&command, argc, argv, &arguments, exit_code)) {
        return false;
    }
    *exit_code = apply(&command, &request, arguments.operands[0], settings);
    if (*exit_code != EXIT_DONE) {
        init_settings_fini(settings);
        return false;
    }
    return true;
}

void init_settings_fini(struct init_settings *settings)
{
    buffer_fini(&settings->machine);
}
