/* registry.c - the built-in machines by name. Plugins are in plugin.c. */
#include "machine/registry.h"

#include <string.h>

static const struct strategos_machine *const machines[] = {&machine_kv, &machine_counter};
#define MACHINE_COUNT (sizeof machines / sizeof machines[0])

const struct strategos_machine *registry_find(const char *name)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        if (strcmp(machines[i]->name, name) == 0) {
            return machines[i];
        }
    }
    return NULL;
}

const char *registry_name(size_t index)
{
    return index < MACHINE_COUNT ? machines[index]->name : NULL;
}
