/* replica_check.c - see replica_check.h. */
#include "cmd/replica_check.h"

#include "crypto/keyfile.h"
#include "machine/registry.h"
#include "storage/ledger.h"

#include <stdio.h>
#include <sys/stat.h>

enum error replica_check_identity(const char *group_path, const char *key_path,
                                  const char *data_path, struct daemon_settings *settings,
                                  struct error_text *text)
{
    struct public_key public;
    TRY(group_load(group_path, &settings->group, text));
    TRY(keyfile_load(key_path, &settings->secret, &public, text));
    int id = group_find_replica(&settings->group, &public);
    if (id < 0) {
        bool is_client = group_find_client(&settings->group, &public) >= 0;
        return error_set(text, ERROR_FOREIGN, "%s: this key is %s of the group in %s", key_path,
                         is_client ? "a client's, not a replica's," : "not in the replicas",
                         settings->group.path);
    }
    settings->id = (replica_id)id;
    int length = snprintf(settings->data_path, sizeof settings->data_path, "%s", data_path);
    if (length < 0 || (size_t)length >= sizeof settings->data_path) {
        return error_set(text, ERROR_INVALID, "the data folder's path has more than %zu bytes",
                         sizeof settings->data_path - 1);
    }
    return OK;
}

enum error replica_check_machine(const struct group *group, struct error_text *text)
{
    if (group->machine_path[0] == '\0') {
        return registry_find(group->machine_name) != NULL
                   ? OK
                   : error_set(text, ERROR_MISSING, "%s: there is no built-in machine \"%s\"",
                               group->path, group->machine_name);
    }
    char path[sizeof group->path + sizeof group->machine_path];
    TRY(group_machine_path(group, path, sizeof path, text));
    struct plugin plugin;
    TRY(plugin_load(&plugin, path, &group->machine_digest, text));
    enum error error = OK;
    if (strcmp(plugin.machine->name, group->machine_name) != 0) {
        error = error_set(text, ERROR_FOREIGN, "%s: calls itself \"%s\", the group file \"%s\"",
                          path, plugin.machine->name, group->machine_name);
    }
    plugin_unload(&plugin);
    return error;
}

static enum error skip_record(void *context, uint64_t location, enum ledger_record type,
                              struct slice bytes)
{
    (void)context;
    (void)location;
    (void)type;
    (void)bytes;
    return OK;
}

enum error replica_check_data(const char *data_path, struct error_text *text)
{
    char path[DAEMON_PATH_BYTES_MAX + 16];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/ledger", data_path);
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        return error_set(text, ERROR_MISSING,
                         "%s: there is no ledger in this data folder: `strategos init` makes it, "
                         "and nothing else; a replica that lost its disk must not start empty, or "
                         "it could vote twice (docs/operating.md)",
                         data_path);
    }
    return OK;
}

enum error replica_check_ledger(const struct daemon_settings *settings, struct error_text *text)
{
    char path[DAEMON_PATH_BYTES_MAX + 16];
    struct folder folder;
    (void)snprintf(path, sizeof path, "%s/ledger", settings->data_path);
    TRY(folder_posix_open(&folder, path, false, text));
    struct ledger_identity identity = {
        .genesis = settings->group.genesis,
        .replica = settings->group.replicas[settings->id].key,
        .id = settings->id,
    };
    struct ledger_visitor visitor = {.on_record = skip_record};
    struct error_text reason = {{0}};
    struct ledger *ledger = NULL;
    enum error error = ledger_open(&ledger, folder, &identity, 0, &visitor, &reason);
    if (error == OK) {
        ledger_close(ledger);
    } else {
        (void)error_set(text, error, "%s: %s", path, reason.text);
    }
    folder_posix_close(&folder);
    return error;
}
