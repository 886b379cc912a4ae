/* machine_file.c - see machine_file.h. */
#include "cmd/machine_file.h"

#include "cmd/tree.h"
#include "config/parameter.h"
#include "machine/registry.h"

enum error machine_file_read(const char *path, struct buffer *bytes, char name[NAME_BYTES_MAX],
                             struct digest *digest, struct error_text *text)
{
    struct digest_state state;
    struct plugin plugin;
    TRY(tree_read_file(path, (size_t)PLUGIN_BYTES_MAX, bytes, text));
    digest_begin(&state, DIGEST_PLUGIN);
    digest_add(&state, buffer_slice(bytes));
    digest_end(&state, digest);
    TRY(plugin_load(&plugin, path, digest, text)); /* refuses other bytes than those read */
    enum error error = OK;
    if (parameter_is_name(plugin.machine->name)) {
        memcpy(name, plugin.machine->name, strlen(plugin.machine->name) + 1);
    } else {
        error = error_set(text, ERROR_INVALID,
                          "%s: the machine's name must be 1 to %u letters, digits, '.', '_' or '-'",
                          path, NAME_BYTES_MAX - 1);
    }
    plugin_unload(&plugin);
    return error;
}
