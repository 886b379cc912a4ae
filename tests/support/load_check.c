/* load_check.c - did the group keep its word? See load.h for the rules. */
#include "support/load_state.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_TIMEOUT_MS 60000u
#define COMPLAINTS_MAX 20u
#define SCAN_LIMIT     1000u
#define COMMAND_BYTES  (4 * LOAD_TEXT_BYTES)

struct judge {
    const struct load *load;
    uint64_t wrong;
    bool is_quiet;
    uint8_t *is_there; /* per request: a put's key was found with its value */
};

__attribute__((format(printf, 2, 3))) static void complain(struct judge *judge, const char *format,
                                                           ...)
{
    va_list arguments;
    if (++judge->wrong > COMPLAINTS_MAX || judge->is_quiet) {
        return;
    }
    char text[256];
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_error("load '%s': %s\n", judge->load->name, text);
}

/* One entry of the scan. */
static void look_at_entry(struct judge *judge, struct strategos_slice key,
                          struct strategos_slice value)
{
    const struct load *load = judge->load;
    char text[LOAD_TEXT_BYTES] = {0};
    char expected[LOAD_TEXT_BYTES];
    size_t prefix = strlen(load->name) + strlen("/key-");
    size_t number = SIZE_MAX;
    if (key.size < sizeof text && key.size > prefix) {
        memcpy(text, key.data, key.size);
        number = strtoull(text + prefix, NULL, 10);
    }
    if (number >= load->submitted || load_is_counter(number) ||
        load_make_key(load, number, expected) != key.size ||
        memcmp(expected, key.data, key.size) != 0) {
        complain(judge, "key '%s' was never submitted", text);
        return;
    }
    if (value.size != load_make_value(load, number, expected) ||
        memcmp(expected, value.data, value.size) != 0) {
        complain(judge, "key '%s' has a wrong value", text);
        return;
    }
    judge->is_there[number] = 1;
}

/* All puts' keys, through agreement. */
static void scan_all(struct judge *judge, struct strategos_client *client)
{
    char prefix[LOAD_TEXT_BYTES];
    char last[LOAD_TEXT_BYTES];
    size_t last_size = 0;
    bool more = true;
    size_t prefix_size = (size_t)snprintf(prefix, sizeof prefix, "%s/key-", judge->load->name);
    while (more) {
        uint8_t command[COMMAND_BYTES];
        struct strategos_slice reply;
        struct strategos_slice entries;
        struct strategos_slice key;
        struct strategos_slice value;
        struct strategos_slice after = strategos_slice(last, last_size);
        size_t size =
            strategos_kv_scan(command, sizeof command, strategos_slice(prefix, prefix_size),
                              SCAN_LIMIT, last_size == 0 ? NULL : &after);
        assert_int_equal(strategos_client_call(client, strategos_slice(command, size), &reply),
                         STRATEGOS_STATUS_DONE);
        assert_true(strategos_kv_scan_reply(reply, &more, &entries));
        while (strategos_kv_scan_next(&entries, &key, &value)) {
            look_at_entry(judge, key, value);
            assert_true(key.size <= sizeof last);
            memcpy(last, key.data, key.size);
            last_size = key.size;
        }
    }
}

static void judge_puts(struct judge *judge)
{
    const struct load *load = judge->load;
    for (size_t i = 0; i < load->submitted; i++) {
        enum load_outcome outcome = load_outcome(&load->requests[i]);
        if (load_is_counter(i)) {
            continue;
        }
        if (outcome == LOAD_DONE && !judge->is_there[i]) {
            complain(judge, "put %zu was acknowledged, and its key is not there", i);
        } else if (outcome == LOAD_NOT_DONE && judge->is_there[i]) {
            complain(judge, "put %zu was answered '%s', and its key is there", i,
                     strategos_status_name(load->requests[i].status));
        }
    }
}

static int64_t ask_counter(const struct load *load, struct strategos_client *client, size_t counter)
{
    uint8_t command[COMMAND_BYTES];
    char key[LOAD_TEXT_BYTES];
    char text[32] = {0};
    struct strategos_slice reply;
    struct strategos_slice value;
    bool found = false;
    size_t key_size = load_make_key(load, counter * 4 + 3, key);
    size_t size = strategos_kv_get(command, sizeof command, strategos_slice(key, key_size));
    assert_int_equal(strategos_client_call(client, strategos_slice(command, size), &reply),
                     STRATEGOS_STATUS_DONE);
    assert_true(strategos_kv_get_reply(reply, &found, &value));
    if (!found) {
        return 0;
    }
    assert_true(value.size < sizeof text);
    memcpy(text, value.data, value.size);
    return strtoll(text, NULL, 10);
}

static void judge_counter(struct judge *judge, size_t counter, int64_t value)
{
    const struct load *load = judge->load;
    int64_t acknowledged = 0;
    int64_t possible = 0;
    int64_t last = 0;
    for (size_t i = counter * 4 + 3; i < load->submitted; i += (size_t)4 * LOAD_COUNTERS) {
        const struct load_request *request = &load->requests[i];
        enum load_outcome outcome = load_outcome(request);
        possible += outcome != LOAD_NOT_DONE;
        acknowledged += outcome == LOAD_DONE;
        if (request->status != STRATEGOS_STATUS_DONE) {
            continue;
        }
        if (request->is_malformed || request->result <= last || request->result > possible) {
            complain(judge,
                     "counter %zu, increment %zu: the result is %" PRId64 " after %" PRId64
                     ", with at most %" PRId64 " executed",
                     counter, i, request->result, last, possible);
        }
        last = request->result;
    }
    if (value < acknowledged || value > possible || value < last) {
        complain(judge,
                 "counter %zu is %" PRId64 ": %" PRId64 " increments were acknowledged, at most "
                 "%" PRId64 " executed, the last result was %" PRId64,
                 counter, value, acknowledged, possible, last);
    }
}

uint64_t load_count_wrong(struct load *load, bool is_quiet)
{
    assert_false(load->has_thread);
    struct judge judge = {.load = load, .is_quiet = is_quiet};
    judge.is_there = calloc(load->submitted + 1, 1);
    assert_non_null(judge.is_there);
    struct strategos_client *client = test_group_client(load->group, "client.key", ASK_TIMEOUT_MS);
    scan_all(&judge, client);
    judge_puts(&judge);
    for (size_t i = 0; i < LOAD_COUNTERS; i++) {
        judge_counter(&judge, i, ask_counter(load, client, i));
    }
    strategos_client_close(client);
    free(judge.is_there);
    return judge.wrong;
}

void load_check(struct load *load)
{
    assert_true(load_acknowledged(load) > 0);
    uint64_t wrong = load_count_wrong(load, false);
    if (wrong != 0) {
        fail_msg("load '%s': %" PRIu64 " things are wrong", load->name, wrong);
    }
}
