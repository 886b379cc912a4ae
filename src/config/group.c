/* group.c - see group.h: from a document to a group that is consistent in itself. */
#include "config/group.h"

#include "base/assert.h"
#include "config/document.h"
#include "config/parameter.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What all steps of one load share. */
struct loading {
    const struct document *document;
    struct group *group;
    struct error_text *text;
};

static void copy_text(char *to, size_t room, const char *from)
{
    size_t length = strlen(from);
    ASSERT(length < room); /* the parameter's bound is below the field's */
    memcpy(to, from, length + 1);
}

static enum error check_required(const struct loading *loading, enum parameter_section section,
                                 size_t index)
{
    return document_check_required(loading->document, section, index, loading->text);
}

static long number_of(const struct loading *loading, enum parameter_id id, size_t index)
{
    return parameter_number(parameter_of(id), document_value(loading->document, id, index));
}

static enum error load_root(const struct loading *loading)
{
    struct group *group = loading->group;
    TRY(check_required(loading, SECTION_GROUP, 0));
    copy_text(group->name, sizeof group->name,
              document_value(loading->document, PARAMETER_GROUP_NAME, 0));
    group->messages = (enum group_messages)number_of(loading, PARAMETER_MESSAGES, 0);
    group->timing = (enum group_timing)number_of(loading, PARAMETER_TIMING, 0);
    group->delta_ms = (uint32_t)number_of(loading, PARAMETER_DELTA_MS, 0);
    group->time_ahead_ms = (uint32_t)number_of(loading, PARAMETER_TIME_AHEAD_MS, 0);
    group->disk_low_mb = (uint32_t)number_of(loading, PARAMETER_DISK_LOW_MB, 0);
    if (group->messages != MESSAGES_SIGNED) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: messages = \"oral\": this version has messages = signed with "
                         "timing = partial only",
                         group->path,
                         document_value_line(loading->document, PARAMETER_MESSAGES, 0));
    }
    if (group->timing != TIMING_PARTIAL) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: timing = \"synchronous\": this version has messages = signed with "
                         "timing = partial only",
                         group->path, document_value_line(loading->document, PARAMETER_TIMING, 0));
    }
    return OK;
}

static enum error load_machine(const struct loading *loading)
{
    const struct document *document = loading->document;
    struct group *group = loading->group;
    size_t count = document_count(document, SECTION_MACHINE);
    if (count != 1) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: there are %zu machine sections: must be 1", group->path,
                         count == 0 ? document_line(document, SECTION_GROUP, 0)
                                    : document_line(document, SECTION_MACHINE, 1),
                         count);
    }
    TRY(check_required(loading, SECTION_MACHINE, 0));
    const char *path = document_value(document, PARAMETER_MACHINE_PATH, 0);
    const char *digest = document_value(document, PARAMETER_MACHINE_DIGEST, 0);
    copy_text(group->machine_name, sizeof group->machine_name,
              document_value(document, PARAMETER_MACHINE_NAME, 0));
    if ((path == NULL) != (digest == NULL)) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: machine has a %s but no %s: a shared object needs both",
                         group->path, document_line(document, SECTION_MACHINE, 0),
                         path == NULL ? "digest" : "path", path == NULL ? "path" : "digest");
    }
    if (path == NULL) {
        if (strcmp(group->machine_name, "kv") != 0 && strcmp(group->machine_name, "counter") != 0) {
            return error_set(loading->text, ERROR_INVALID,
                             "%s:%d: name = \"%s\": the built-in machines are kv and counter; any "
                             "other needs a path and a digest",
                             group->path, document_value_line(document, PARAMETER_MACHINE_NAME, 0),
                             group->machine_name);
        }
        return OK;
    }
    copy_text(group->machine_path, sizeof group->machine_path, path);
    bool is_digest = parameter_parse_digest(digest, &group->machine_digest);
    ASSERT(is_digest);
    return OK;
}

/* A title that is a decimal number below REPLICAS_MAX, without leading zeros. */
static bool parse_id(const char *title, size_t *id)
{
    *id = 0;
    size_t length = strlen(title);
    if (length < 1 || length > 2 || (length == 2 && title[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (title[i] < '0' || title[i] > '9') {
            return false;
        }
        *id = *id * 10 + (size_t)(title[i] - '0');
    }
    return *id < REPLICAS_MAX;
}

/* Titles are distinct (document.c), so ids below n each occur exactly once. */
static enum error load_replica(const struct loading *loading, size_t index)
{
    const struct document *document = loading->document;
    struct group *group = loading->group;
    char quoted[PARAMETER_QUOTE_BYTES];
    const char *title = document_title(document, SECTION_REPLICA, index);
    size_t id = 0;
    if (!parse_id(title, &id) || id >= group->replica_count) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: replica %s: ids must be 0 to %zu, one of each, for these %zu "
                         "replicas",
                         group->path, document_line(document, SECTION_REPLICA, index),
                         parameter_quote(title, quoted), group->replica_count - 1,
                         group->replica_count);
    }
    TRY(check_required(loading, SECTION_REPLICA, index));
    struct group_replica *replica = &group->replicas[id];
    replica->id = (replica_id)id;
    copy_text(replica->peer_address, sizeof replica->peer_address,
              document_value(document, PARAMETER_REPLICA_PEER, index));
    copy_text(replica->client_address, sizeof replica->client_address,
              document_value(document, PARAMETER_REPLICA_CLIENT, index));
    bool is_key =
        public_key_from_hex(document_value(document, PARAMETER_REPLICA_KEY, index), &replica->key);
    ASSERT(is_key);
    return OK;
}

/* n and f against each other. */
static enum error load_replicas(const struct loading *loading)
{
    const struct document *document = loading->document;
    struct group *group = loading->group;
    size_t count = document_count(document, SECTION_REPLICA);
    if (count < REPLICAS_MIN || count > REPLICAS_MAX) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: there are %zu replica sections: must be %u to %u", group->path,
                         count > REPLICAS_MAX
                             ? document_line(document, SECTION_REPLICA, REPLICAS_MAX)
                             : document_line(document, SECTION_GROUP, 0),
                         count, REPLICAS_MIN, REPLICAS_MAX);
    }
    group->replica_count = count;
    size_t most = (count - 1) / 3;
    group->faults = most;
    if (document_value(document, PARAMETER_FAULTS, 0) != NULL) {
        group->faults = (size_t)number_of(loading, PARAMETER_FAULTS, 0);
    }
    if (group->faults > most) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: faults = %zu: must be 1 to %zu for %zu replicas (n >= 3f + 1; %zu "
                         "faults need %zu replicas)",
                         group->path, document_value_line(document, PARAMETER_FAULTS, 0),
                         group->faults, most, count, group->faults, 3 * group->faults + 1);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(load_replica(loading, i));
    }
    return OK;
}

static enum error load_clients(const struct loading *loading)
{
    const struct document *document = loading->document;
    struct group *group = loading->group;
    size_t count = document_count(document, SECTION_CLIENT);
    if (count > CLIENTS_MAX) {
        return error_set(loading->text, ERROR_INVALID,
                         "%s:%d: there are %zu client sections: must be at most %u", group->path,
                         document_line(document, SECTION_CLIENT, CLIENTS_MAX), count, CLIENTS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        char quoted[PARAMETER_QUOTE_BYTES];
        struct group_client *client = &group->clients[i];
        const char *title = document_title(document, SECTION_CLIENT, i);
        if (!parameter_is_name(title)) {
            return error_set(loading->text, ERROR_INVALID,
                             "%s:%d: client %s: the name must be 1 to %u letters, digits, '.', '_' "
                             "or '-'",
                             group->path, document_line(document, SECTION_CLIENT, i),
                             parameter_quote(title, quoted), NAME_BYTES_MAX - 1);
        }
        TRY(check_required(loading, SECTION_CLIENT, i));
        copy_text(client->name, sizeof client->name, title);
        bool is_key =
            public_key_from_hex(document_value(document, PARAMETER_CLIENT_KEY, i), &client->key);
        ASSERT(is_key);
        client->role = (enum client_role)number_of(loading, PARAMETER_CLIENT_ROLE, i);
    }
    group->client_count = count;
    return OK;
}

/* A value that must differ from all others of its kind. */
struct unique {
    enum parameter_id id;
    size_t index;
};

static enum error check_unique(const struct loading *loading, const struct unique *uniques,
                               size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const char *value = document_value(loading->document, uniques[i].id, uniques[i].index);
        for (size_t j = 0; j < i; j++) {
            const char *other = document_value(loading->document, uniques[j].id, uniques[j].index);
            if (strcasecmp(value, other) != 0) { /* of hosts and hex digits case is no matter */
                continue;
            }
            char quoted[PARAMETER_QUOTE_BYTES];
            return error_set(
                loading->text, ERROR_INVALID,
                "%s:%d: %s = %s: stands on line %d too; every address and every key is for one "
                "purpose",
                loading->group->path,
                document_value_line(loading->document, uniques[i].id, uniques[i].index),
                parameter_of(uniques[i].id)->name, parameter_quote(value, quoted),
                document_value_line(loading->document, uniques[j].id, uniques[j].index));
        }
    }
    return OK;
}

static enum error check_duplicates(const struct loading *loading)
{
    struct unique addresses[2 * REPLICAS_MAX];
    struct unique keys[REPLICAS_MAX + CLIENTS_MAX];
    size_t address_count = 0;
    size_t key_count = 0;
    for (size_t i = 0; i < loading->group->replica_count; i++) {
        addresses[address_count++] = (struct unique){PARAMETER_REPLICA_PEER, i};
        addresses[address_count++] = (struct unique){PARAMETER_REPLICA_CLIENT, i};
        keys[key_count++] = (struct unique){PARAMETER_REPLICA_KEY, i};
    }
    for (size_t i = 0; i < loading->group->client_count; i++) {
        keys[key_count++] = (struct unique){PARAMETER_CLIENT_KEY, i};
    }
    TRY(check_unique(loading, addresses, address_count));
    return check_unique(loading, keys, key_count);
}

/* From a document to a group; takes the document. group->path is set. */
static enum error load(struct document *document, struct group *group, struct error_text *text)
{
    struct loading loading = {.document = document, .group = group, .text = text};
    enum error error = load_root(&loading);
    error = error == OK ? load_machine(&loading) : error;
    error = error == OK ? load_replicas(&loading) : error;
    error = error == OK ? load_clients(&loading) : error;
    error = error == OK ? check_duplicates(&loading) : error;
    document_free(document);
    if (error == OK) {
        group_genesis(group, &group->genesis);
    }
    return error;
}

static enum error set_path(const char *path, const char *suffix, struct group *group,
                           struct error_text *text)
{
    *group = (struct group){0};
    int length = snprintf(group->path, sizeof group->path, "%s%s", path, suffix);
    if (length < 0 || (size_t)length >= sizeof group->path) {
        return error_set(text, ERROR_INVALID, "the group file's path has more than %zu bytes",
                         sizeof group->path - 1);
    }
    return OK;
}

enum error group_parse(const char *path, struct slice bytes, struct group *group,
                       struct error_text *text)
{
    struct document *document = NULL;
    TRY(set_path(path, "", group, text));
    TRY(document_parse(parameter_schema(), group->path, bytes, &document, text));
    return load(document, group, text);
}

enum error group_load(const char *path, struct group *group, struct error_text *text)
{
    struct stat status;
    struct document *document = NULL;
    bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    TRY(set_path(path, is_folder ? "/group.conf" : "", group, text));
    TRY(document_read(parameter_schema(), group->path, &document, text));
    return load(document, group, text);
}

enum error group_machine_path(const struct group *group, char *path, size_t room,
                              struct error_text *text)
{
    const char *slash = strrchr(group->path, '/');
    int folder =
        slash == NULL || group->machine_path[0] == '/' ? 0 : (int)(slash - group->path) + 1;
    int length = snprintf(path, room, "%.*s%s", folder, group->path, group->machine_path);
    return length >= 0 && (size_t)length < room
               ? OK
               : error_set(text, ERROR_INVALID, "%s: the path of the machine's file is too long",
                           group->path);
}

int group_find_replica(const struct group *group, const struct public_key *key)
{
    for (size_t i = 0; i < group->replica_count; i++) {
        if (public_key_is_equal(&group->replicas[i].key, key)) {
            return (int)i;
        }
    }
    return -1;
}

int group_find_client(const struct group *group, const struct public_key *key)
{
    for (size_t i = 0; i < group->client_count; i++) {
        if (public_key_is_equal(&group->clients[i].key, key)) {
            return (int)i;
        }
    }
    return -1;
}
