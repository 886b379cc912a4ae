/* registry.h - finds the machine that a group's configuration names: a built-in one, or a plugin: a
 * shared object whose digest the configuration pins, so that all replicas run the same code. */
#ifndef STRATEGOS_MACHINE_REGISTRY_H
#define STRATEGOS_MACHINE_REGISTRY_H

#include "base/error.h"
#include "crypto/digest.h"
#include "strategos/machine.h"

#define PLUGIN_BYTES_MAX      (256u << 20)
#define PLUGIN_NAME_BYTES_MAX 63u

extern const struct strategos_machine machine_kv;
extern const struct strategos_machine machine_counter;

/* NULL if there is no built-in machine of that name. */
const struct strategos_machine *registry_find(const char *name);
/* Name of the index-th built-in machine; NULL after the last. */
const char *registry_name(size_t index);

/* The digest to pin: of the whole file. */
MUST_USE enum error plugin_digest(const char *path, struct digest *digest, struct error_text *text);

struct plugin {
    void *library;
    int descriptor; /* of the private copy that was loaded */
    const struct strategos_machine *machine;
};

/* Loads the file, if its digest is `expected`: the very bytes that were checked, however the file
 * changes meanwhile. Its code runs from here on, constructors included.
 * ERROR_MISSING: no such file. ERROR_FOREIGN: another digest, or another ABI. ERROR_INVALID: not a
 * shared object, no symbol `strategos_machine`, no sound name or no apply. */
MUST_USE enum error plugin_load(struct plugin *plugin, const char *path,
                                const struct digest *expected, struct error_text *text);
void plugin_unload(struct plugin *plugin);

#endif
