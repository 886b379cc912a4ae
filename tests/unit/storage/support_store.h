/* support_store.h - commits of known content, and checks that a store holds exactly that. */
#ifndef STRATEGOS_TESTS_STORAGE_SUPPORT_STORE_H
#define STRATEGOS_TESTS_STORAGE_SUPPORT_STORE_H

#include "base/omap.h"
#include "machine/set_digest.h"
#include "storage/store_lmdb.h"
#include "storage/store_memory.h"

extern const struct digest store_genesis;

/* What the store should hold after the commits made so far. */
struct store_model {
    struct omap map;
    struct set_digest set;
    height_nr height;
};

void store_model_init(struct store_model *model);
void store_model_fini(struct store_model *model);

/* One commit of `count` pseudo-random changes (puts, overwrites, deletions) among `keys` keys, with
 * its meta. The model takes it only if the store did. */
enum error store_model_commit(struct store_model *model, const struct store *store, uint64_t seed,
                              size_t count, uint64_t keys, struct error_text *text);

/* The snapshot is exactly the model: every key, in order, and the meta. */
void store_model_check(const struct store_model *model, const struct store *store);

#endif
