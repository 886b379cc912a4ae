/* support_store.h - a store in memory for the machine layer's tests, with faults on request. A
 * commit is staged until refresh, as the interface says; commit may run on another thread. */
#ifndef STRATEGOS_TEST_SUPPORT_STORE_H
#define STRATEGOS_TEST_SUPPORT_STORE_H

#include "base/omap.h"
#include "machine/store.h"

#include <pthread.h>

struct test_store {
    struct omap visible;
    struct store_meta visible_meta;
    pthread_mutex_t mutex; /* around what is staged */
    struct omap staged;    /* notes: bool, is deleted */
    struct store_meta staged_meta;
    bool is_staged;
    bool fail_reads;
    bool fail_commit;
    size_t commits;
    size_t last_count; /* changes of the last commit */
};

void test_store_init(struct test_store *store);
void test_store_fini(struct test_store *store);
struct store test_store_interface(struct test_store *store);

/* The set digest of everything visible, from scratch. */
void test_store_digest(const struct test_store *store, struct digest *digest);

#endif
