/* store_memory.h - the store as an ordered map in memory: for tests and the simulator. */
#ifndef STRATEGOS_STORAGE_STORE_MEMORY_H
#define STRATEGOS_STORAGE_STORE_MEMORY_H

#include "machine/store.h"

MUST_USE enum error store_memory_new(struct store *store);
void store_memory_free(struct store *store);

#endif
