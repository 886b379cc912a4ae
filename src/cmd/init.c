/* init.c - `strategos init`: makes a group. All of it or nothing: what was made is removed again if
 * something fails. */
#include "cmd/command.h"
#include "cmd/init_settings.h"
#include "cmd/tree.h"
#include "crypto/keyfile.h"
#include "crypto/random.h"
#include "storage/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PATH_BYTES (INIT_PATH_BYTES_MAX + 256)

/* "DIR/name" */
__attribute__((format(printf, 3, 4))) static const char *
join(char path[PATH_BYTES], const struct init_settings *settings, const char *format, ...)
{
    int used = snprintf(path, PATH_BYTES, "%s/", settings->folder);
    va_list values;
    va_start(values, format);
    (void)vsnprintf(path + used, PATH_BYTES - (size_t)used, format, values);
    va_end(values);
    return path;
}

/* Secret keys, until they are in their files. */
struct secrets {
    struct secret_key replicas[REPLICAS_MAX];
    struct secret_key clients[CLIENTS_MAX];
};

static void generate_keys(struct group *group, struct secrets *secrets)
{
    for (size_t i = 0; i < group->replica_count; i++) {
        signature_generate(&secrets->replicas[i], &group->replicas[i].key);
    }
    for (size_t i = 0; i < group->client_count; i++) {
        signature_generate(&secrets->clients[i], &group->clients[i].key);
    }
    group_genesis(group, &group->genesis);
}

static void forget_keys(struct secrets *secrets)
{
    for (size_t i = 0; i < REPLICAS_MAX; i++) {
        signature_forget(&secrets->replicas[i]);
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        signature_forget(&secrets->clients[i]);
    }
}

/* The group file's text, on the heap. */
static enum error make_text(const struct group *group, struct buffer *out, struct error_text *text)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&bytes, &size);
    if (stream == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for the group file");
    }
    enum error error = group_write(group, stream);
    if (fclose(stream) != 0 || error != OK) {
        error = error_set(text, ERROR_MEMORY, "no memory for the group file");
    } else {
        buffer_append(out, slice_of(bytes, size));
    }
    free(bytes);
    return error;
}

static enum error make_ledger(const struct init_settings *settings, size_t index,
                              struct error_text *text)
{
    char path[PATH_BYTES];
    struct folder folder;
    const struct group *group = &settings->group;
    struct ledger_identity identity = {
        .genesis = group->genesis, .replica = group->replicas[index].key, .id = (replica_id)index};
    TRY(tree_make_folder(join(path, settings, "replica-%zu/data", index), 0700, text));
    (void)join(path, settings, "replica-%zu/data/ledger", index);
    TRY(folder_posix_open(&folder, path, true, text));
    struct error_text reason = {{0}};
    struct checksum_key id;
    random_fill(id.bytes, sizeof id.bytes);
    enum error error = ledger_create(folder, &identity, &id, settings->ledger_file_bytes, &reason);
    folder_posix_close(&folder);
    return error == OK ? OK : error_set(text, error, "%s: %s", path, reason.text);
}

/* The group file, and the shared object it names, in one folder. `name` ends with a slash or is
 * empty. */
static enum error write_group_files(const struct init_settings *settings, const char *name,
                                    struct slice group_text, struct error_text *text)
{
    char path[PATH_BYTES];
    TRY(tree_write_file(join(path, settings, "%sgroup.conf", name), group_text, 0644, text));
    if (settings->machine.size > 0) {
        (void)join(path, settings, "%s%s", name, settings->group.machine_path);
        TRY(tree_write_file(path, buffer_slice(&settings->machine), 0755, text));
    }
    return OK;
}

static enum error make_replica(const struct init_settings *settings, size_t index,
                               const struct secret_key *secret, struct slice group_text,
                               struct error_text *text)
{
    char path[PATH_BYTES];
    char name[32];
    TRY(tree_make_folder(join(path, settings, "replica-%zu", index), 0700, text));
    (void)snprintf(name, sizeof name, "replica-%zu/", index);
    TRY(write_group_files(settings, name, group_text, text));
    TRY(keyfile_create(join(path, settings, "replica-%zu/replica.key", index), secret, text));
    return make_ledger(settings, index, text);
}

static enum error make_clients(const struct init_settings *settings, const struct secrets *secrets,
                               struct error_text *text)
{
    char path[PATH_BYTES];
    TRY(keyfile_create(join(path, settings, "client.key"), &secrets->clients[0], text));
    for (size_t i = 1; i < settings->group.client_count; i++) {
        TRY(keyfile_create(join(path, settings, "client-%zu.key", i), &secrets->clients[i], text));
    }
    return OK;
}

/* Everything below the folder. Reads the group file back: what cannot be loaded is not left. */
static enum error make_all(const struct init_settings *settings, const struct secrets *secrets,
                           struct error_text *text)
{
    struct buffer group_text = {0};
    struct group *loaded = calloc(1, sizeof *loaded);
    if (loaded == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for the group");
    }
    enum error error = make_text(&settings->group, &group_text, text);
    if (error == OK) {
        error = write_group_files(settings, "", buffer_slice(&group_text), text);
    }
    for (size_t i = 0; error == OK && i < settings->group.replica_count; i++) {
        error = make_replica(settings, i, &secrets->replicas[i], buffer_slice(&group_text), text);
    }
    error = error == OK ? make_clients(settings, secrets, text) : error;
    error = error == OK ? group_load(settings->folder, loaded, text) : error;
    if (error == OK && !digest_is_equal(&loaded->genesis, &settings->group.genesis)) {
        error = error_set(text, ERROR_DAMAGED, "%s: the group file does not read as written",
                          loaded->path);
    }
    free(loaded);
    buffer_fini(&group_text);
    return error;
}

static void print_result(const struct init_settings *settings)
{
    const struct group *group = &settings->group;
    const char *folder = settings->folder;
    char hex[2 * DIGEST_BYTES + 1];
    digest_to_hex(&group->genesis, hex);
    (void)printf("Made group \"%s\" in %s: %zu replicas, of which %zu may fail or lie.\n",
                 group->name, folder, group->replica_count, group->faults);
    (void)printf("  machine   %s\n  identity  %s\n\n", group->machine_name, hex);
    (void)printf("  %s/group.conf   the group, for replicas and clients\n", folder);
    (void)printf("  %s/client.key   the operator's key: keep it secret\n", folder);
    (void)printf("  %s/replica-I/   one per replica: copy each to its host, once\n\n", folder);
    (void)printf("Next, all on this machine:\n");
    (void)printf("  strategos up %s\n", folder);
    (void)printf("or on each host, for its replica I:\n");
    (void)printf("  strategosd --group replica-I/group.conf --key replica-I/replica.key "
                 "--data replica-I/data\n");
    (void)printf("and then:\n");
    (void)printf("  strategos --group %s status\n", folder);
    if (strcmp(group->machine_name, "kv") == 0 && settings->machine.size == 0) {
        (void)printf("  strategos --group %s put hello world\n", folder);
    }
}

static enum error make_group(struct init_settings *settings, struct error_text *text)
{
    struct stat status;
    bool existed = stat(settings->folder, &status) == 0;
    if (existed && !tree_is_empty_folder(settings->folder)) {
        return error_set(text, ERROR_EXISTS,
                         "%s: exists already and is not an empty folder; name another",
                         settings->folder);
    }
    if (!existed) {
        TRY(tree_make_folder(settings->folder, 0755, text));
    }
    struct secrets *secrets = calloc(1, sizeof *secrets);
    enum error error = ERROR_MEMORY;
    if (secrets == NULL) {
        (void)error_set(text, error, "no memory for the keys");
    } else {
        generate_keys(&settings->group, secrets);
        error = make_all(settings, secrets, text);
        forget_keys(secrets);
    }
    free(secrets);
    if (error != OK) {
        tree_remove_tree(settings->folder, existed);
    }
    return error;
}

int command_init(int argc, char **argv)
{
    struct error_text reason = {{0}};
    int exit_code = EXIT_REFUSED;
    if (signature_library_init() != OK) {
        (void)fprintf(stderr, "strategos init: the system has no randomness to give\n");
        return EXIT_REFUSED;
    }
    struct init_settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL) {
        (void)fprintf(stderr, "strategos init: out of memory\n");
        return EXIT_REFUSED;
    }
    if (init_settings_parse(argc, argv, settings, &exit_code)) {
        if (make_group(settings, &reason) == OK) {
            print_result(settings);
        } else {
            (void)fprintf(stderr, "strategos init: %s\n", reason.text);
            exit_code = EXIT_REFUSED;
        }
        init_settings_fini(settings);
    }
    free(settings);
    return exit_code;
}
