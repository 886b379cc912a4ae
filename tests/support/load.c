/* load.c - the writer, see load.h. What it found is judged in load_check.c. */
#include "support/load_state.h"
#include "support/proxy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS 2

static struct load *running; /* the newest of a list */

size_t load_make_key(const struct load *load, size_t number, char key[LOAD_TEXT_BYTES])
{
    int size = number % 4 == 3 ? snprintf(key, LOAD_TEXT_BYTES, "%s/counter-%zu", load->name,
                                          number / 4 % LOAD_COUNTERS)
                               : snprintf(key, LOAD_TEXT_BYTES, "%s/key-%07zu", load->name, number);
    return (size_t)size;
}

size_t load_make_value(const struct load *load, size_t number, char value[LOAD_TEXT_BYTES])
{
    return (size_t)snprintf(value, LOAD_TEXT_BYTES,
                            "value %zu of %s, long enough to be worth agreeing on", number,
                            load->name);
}

static void on_result(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct load_request *request = context;
    struct load *load = request->load;
    request->status = status;
    if (status == STRATEGOS_STATUS_DONE && load_is_counter((size_t)(request - load->requests))) {
        request->is_malformed = !strategos_kv_incr_reply(result, &request->result);
    }
    if (status == STRATEGOS_STATUS_DONE) {
        (void)atomic_fetch_add(&load->acknowledged, 1);
    }
}

static bool submit_next(struct load *load)
{
    char key[LOAD_TEXT_BYTES];
    char value[LOAD_TEXT_BYTES];
    uint8_t command[3 * LOAD_TEXT_BYTES];
    struct load_request *request = &load->requests[load->submitted];
    struct strategos_slice key_bytes =
        strategos_slice(key, load_make_key(load, load->submitted, key));
    size_t size;
    if (load_is_counter(load->submitted)) {
        size = strategos_kv_incr(command, sizeof command, key_bytes, 1);
    } else {
        size_t value_size = load_make_value(load, load->submitted, value);
        size = strategos_kv_put(command, sizeof command, key_bytes,
                                strategos_slice(value, value_size));
    }
    *request = (struct load_request){.load = load, .status = STRATEGOS_STATUS_TIMEOUT};
    if (strategos_client_submit(load->client, strategos_slice(command, size), on_result, request) !=
        STRATEGOS_STATUS_DONE) {
        return false;
    }
    load->submitted++;
    return true;
}

static void *run(void *context)
{
    struct load *load = context;
    int64_t begun_ms = test_now_ms();
    while (!atomic_load(&load->is_stopping) ||
           (strategos_client_pending(load->client) != 0 && !atomic_load(&load->is_abandoned))) {
        uint64_t due = (uint64_t)(test_now_ms() - begun_ms) * load->per_second / 1000;
        due = due < LOAD_REQUESTS_MAX ? due : LOAD_REQUESTS_MAX;
        bool is_taken = true;
        while (is_taken && !atomic_load(&load->is_stopping) && load->submitted < due &&
               strategos_client_pending(load->client) < load->in_flight) {
            is_taken = submit_next(load);
        }
        (void)strategos_client_step(load->client, STEP_MS);
    }
    return NULL;
}

struct load *load_start(struct test_group *group, const struct load_options *options)
{
    static const struct load_options defaults;
    options = options == NULL ? &defaults : options;
    struct load *load = calloc(1, sizeof *load);
    assert_non_null(load);
    load->group = group;
    load->name = options->name == NULL ? "load" : options->name;
    load->key = options->key == NULL ? "client-1.key" : options->key;
    load->in_flight = options->in_flight == 0 ? 128 : options->in_flight;
    load->per_second = options->per_second == 0 ? 1000 : options->per_second;
    load->requests = calloc(LOAD_REQUESTS_MAX, sizeof *load->requests);
    assert_non_null(load->requests);
    load->client = test_group_client(
        group, load->key, options->timeout_ms == 0 ? LOAD_TIMEOUT_MS : options->timeout_ms);
    load->next = running;
    running = load;
    load->has_thread = pthread_create(&load->thread, NULL, run, load) == 0;
    assert_true(load->has_thread);
    return load;
}

uint64_t load_acknowledged(const struct load *load)
{
    return atomic_load(&load->acknowledged);
}

void load_wait(struct load *load, uint64_t more)
{
    uint64_t goal = load_acknowledged(load) + more;
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (load_acknowledged(load) < goal) {
        test_group_check_alive(load->group);
        if (test_now_ms() > deadline) {
            test_group_print_states(load->group);
            fail_msg("load '%s': only %llu of %llu requests were acknowledged", load->name,
                     (unsigned long long)load_acknowledged(load), (unsigned long long)goal);
        }
        test_pause_ms(STEP_MS);
    }
}

static void join(struct load *load)
{
    atomic_store(&load->is_stopping, true);
    if (load->has_thread) {
        (void)pthread_join(load->thread, NULL);
        load->has_thread = false;
    }
}

uint64_t load_stop(struct load *load)
{
    uint64_t unknown = 0;
    join(load);
    for (size_t i = 0; i < load->submitted; i++) {
        unknown += load_outcome(&load->requests[i]) == LOAD_UNKNOWN;
    }
    return unknown;
}

void load_free(struct load *load)
{
    struct load **place = &running;
    while (*place != load) {
        place = &(*place)->next;
    }
    *place = load->next;
    join(load);
    strategos_client_close(load->client);
    free(load->requests);
    free(load);
}

void load_finish(struct load *load)
{
    assert_int_equal(load_stop(load), 0);
    test_group_wait_equal(load->group);
    load_check(load);
    test_group_wait_equal(load->group);
    load_free(load);
}

int load_teardown(void **state)
{
    int result = 0;
    for (struct load *load = running; load != NULL; load = load->next) {
        print_error("load '%s': %zu submitted, %llu acknowledged\n", load->name, load->submitted,
                    (unsigned long long)load_acknowledged(load));
        atomic_store(&load->is_stopping, true);
        atomic_store(&load->is_abandoned, true);
    }
    result = test_group_teardown(state); /* with the replicas gone, nothing is worth waiting for */
    while (running != NULL) {
        load_free(running);
    }
    proxy_free_all();
    return result;
}
