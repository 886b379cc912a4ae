/* load_state.h - what a load knows. For load.c and load_check.c only. */
#ifndef TESTS_SUPPORT_LOAD_STATE_H
#define TESTS_SUPPORT_LOAD_STATE_H

#include "strategos/kv.h"
#include "support/load.h"

#include <pthread.h>
#include <stdatomic.h>

#define LOAD_REQUESTS_MAX 400000u
#define LOAD_COUNTERS     8u
#define LOAD_TEXT_BYTES   128u
#define LOAD_TIMEOUT_MS   80000u

struct load_request {
    struct load *load;
    enum strategos_status status;
    bool is_malformed;
    int64_t result; /* of an increment that is done */
};

struct load {
    struct load *next;
    struct test_group *group;
    const char *name;
    const char *key;
    unsigned in_flight;
    unsigned per_second;
    struct strategos_client *client; /* the thread's while it runs */
    pthread_t thread;
    bool has_thread;
    atomic_bool is_abandoned; /* nobody waits for outcomes any more */
    atomic_bool is_stopping;
    atomic_uint_fast64_t acknowledged;
    size_t submitted;
    struct load_request *requests;
};

enum load_outcome { LOAD_DONE, LOAD_NOT_DONE, LOAD_UNKNOWN };

static inline enum load_outcome load_outcome(const struct load_request *request)
{
    if (request->status == STRATEGOS_STATUS_DONE ||
        request->status == STRATEGOS_STATUS_RESULT_LOST) {
        return LOAD_DONE;
    }
    bool is_unknown = request->status == STRATEGOS_STATUS_TIMEOUT ||
                      request->status == STRATEGOS_STATUS_SESSION_LOST;
    return is_unknown ? LOAD_UNKNOWN : LOAD_NOT_DONE;
}

static inline bool load_is_counter(size_t number)
{
    return number % 4 == 3;
}

/* The key and the value of a request, their sizes. */
size_t load_make_key(const struct load *load, size_t number, char key[LOAD_TEXT_BYTES]);
size_t load_make_value(const struct load *load, size_t number, char value[LOAD_TEXT_BYTES]);

#endif
