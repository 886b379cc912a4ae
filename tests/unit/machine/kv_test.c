/* kv_test.c - every command of the kv machine, from encoder to decoded reply. */
#include "machine/kv_command.h"
#include "strategos/kv.h"
#include "support_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint8_t command[STRATEGOS_KV_COMMAND_BYTES_MAX];

struct fixture {
    struct world world;
    struct lane lane;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    world_init(&fixture->world, &machine_kv);
    lane_begin(&fixture->world, &fixture->lane, 1, 1);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    world_fini(&fixture->world);
    free(fixture);
    return 0;
}

static struct strategos_slice s(const char *text)
{
    return strategos_slice(text, strlen(text));
}

static struct strategos_slice bytes_of(const struct world_reply *reply)
{
    return strategos_slice(reply->bytes, reply->size);
}

/* Runs the command of `size` bytes that stands in `command`. */
static const struct world_reply *run(struct fixture *fixture, size_t size)
{
    assert_true(size > 0);
    return world_run(&fixture->world, &fixture->lane, slice_of(command, size));
}

static void put(struct fixture *fixture, struct strategos_slice key, struct strategos_slice value)
{
    const struct world_reply *reply =
        run(fixture, strategos_kv_put(command, sizeof command, key, value));
    assert_int_equal(reply->outcome, OUTCOME_DONE);
    assert_int_equal(reply->size, 0);
}

static void assert_value(struct fixture *fixture, struct strategos_slice key, const char *expected)
{
    const struct world_reply *reply = run(fixture, strategos_kv_get(command, sizeof command, key));
    bool found;
    struct strategos_slice value;
    assert_int_equal(reply->outcome, OUTCOME_DONE);
    assert_true(strategos_kv_get_reply(bytes_of(reply), &found, &value));
    assert_int_equal(found, expected != NULL);
    if (expected != NULL) {
        assert_int_equal(value.size, strlen(expected));
        assert_memory_equal(value.data, expected, value.size);
    }
}

static void get_returns_what_was_put(void **state)
{
    struct fixture *fixture = *state;
    assert_value(fixture, s("k"), NULL);
    put(fixture, s("k"), s("v"));
    assert_value(fixture, s("k"), "v");
    put(fixture, s("k"), s(""));
    assert_value(fixture, s("k"), "");
    put(fixture, strategos_slice("\0\xff", 2), s("binary"));
    assert_value(fixture, strategos_slice("\0\xff", 2), "binary");
    assert_value(fixture, strategos_slice("\0", 1), NULL);
}

static void get_as_query_sees_the_same(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, s("k"), s("v"));
    size_t size = strategos_kv_get(command, sizeof command, s("k"));
    assert_true(strategos_kv_command_is_read(strategos_slice(command, size)));
    struct reply reply;
    assert_int_equal(executor_query(fixture->world.executor, &fixture->lane.tip.lane.client,
                                    slice_of(command, size), &reply),
                     OK);
    assert_int_equal(reply.outcome, OUTCOME_DONE);
    assert_true(slice_is_equal(reply.result, slice_of("\1v", 2)));
}

static void write_as_query_is_malformed_and_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    size_t size = strategos_kv_put(command, sizeof command, s("k"), s("v"));
    assert_false(strategos_kv_command_is_read(strategos_slice(command, size)));
    struct reply reply;
    assert_int_equal(executor_query(fixture->world.executor, &fixture->lane.tip.lane.client,
                                    slice_of(command, size), &reply),
                     OK);
    assert_int_equal(reply.outcome, OUTCOME_MALFORMED);
    assert_value(fixture, s("k"), NULL);
}

static void del_says_whether_it_was_there(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, s("k"), s("v"));
    for (int there = 1; there >= 0; there--) {
        const struct world_reply *reply =
            run(fixture, strategos_kv_del(command, sizeof command, s("k")));
        bool was_there;
        assert_true(strategos_kv_del_reply(bytes_of(reply), &was_there));
        assert_int_equal(was_there, there);
    }
    assert_value(fixture, s("k"), NULL);
}

static void cas_sets_only_over_the_expected(void **state)
{
    struct fixture *fixture = *state;
    struct strategos_slice one = s("one");
    struct strategos_slice two = s("two");
    const struct world_reply *reply =
        run(fixture, strategos_kv_cas(command, sizeof command, s("k"), &one, two));
    bool found = true;
    struct strategos_slice value;
    assert_int_equal(reply->outcome, OUTCOME_REFUSED);
    assert_int_equal(strategos_kv_refusal(bytes_of(reply), &found, &value),
                     STRATEGOS_KV_OTHER_VALUE);
    assert_false(found);
    reply = run(fixture, strategos_kv_cas(command, sizeof command, s("k"), NULL, one));
    assert_int_equal(reply->outcome, OUTCOME_DONE);
    reply = run(fixture, strategos_kv_cas(command, sizeof command, s("k"), NULL, two));
    assert_int_equal(reply->outcome, OUTCOME_REFUSED);
    assert_int_equal(strategos_kv_refusal(bytes_of(reply), &found, &value),
                     STRATEGOS_KV_OTHER_VALUE);
    assert_true(found);
    assert_memory_equal(value.data, "one", 3);
    reply = run(fixture, strategos_kv_cas(command, sizeof command, s("k"), &one, two));
    assert_int_equal(reply->outcome, OUTCOME_DONE);
    assert_value(fixture, s("k"), "two");
}

static void incr_counts_and_refuses(void **state)
{
    struct fixture *fixture = *state;
    int64_t const steps[][2] = {{5, 5}, {-7, -2}, {INT64_MAX, INT64_MAX - 2}, {2, INT64_MAX}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const struct world_reply *reply =
            run(fixture, strategos_kv_incr(command, sizeof command, s("n"), steps[i][0]));
        int64_t value;
        assert_int_equal(reply->outcome, OUTCOME_DONE);
        assert_true(strategos_kv_incr_reply(bytes_of(reply), &value));
        assert_true(value == steps[i][1]);
    }
    const struct world_reply *reply =
        run(fixture, strategos_kv_incr(command, sizeof command, s("n"), 1));
    assert_int_equal(reply->outcome, OUTCOME_REFUSED);
    assert_int_equal(strategos_kv_refusal(bytes_of(reply), NULL, NULL), STRATEGOS_KV_OVERFLOW);
    assert_value(fixture, s("n"), "9223372036854775807");
    put(fixture, s("n"), s("-9223372036854775808"));
    reply = run(fixture, strategos_kv_incr(command, sizeof command, s("n"), -1));
    assert_int_equal(strategos_kv_refusal(bytes_of(reply), NULL, NULL), STRATEGOS_KV_OVERFLOW);
    const char *const not_numbers[] = {"",
                                       "-",
                                       "x",
                                       "1x",
                                       " 1",
                                       "01",
                                       "-0",
                                       "+1",
                                       "1 ",
                                       "9223372036854775808",
                                       "1.0",
                                       "0x10",
                                       "-9223372036854775809"};
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++) {
        put(fixture, s("n"), s(not_numbers[i]));
        reply = run(fixture, strategos_kv_incr(command, sizeof command, s("n"), 1));
        assert_int_equal(reply->outcome, OUTCOME_REFUSED);
        assert_int_equal(strategos_kv_refusal(bytes_of(reply), NULL, NULL),
                         STRATEGOS_KV_NOT_A_NUMBER);
    }
}

/* Scans page by page of `limit`; returns how many entries came, all in order and with the prefix.
 */
static size_t scan_all(struct fixture *fixture, const char *prefix, uint32_t limit, size_t *pages)
{
    char last[STRATEGOS_KEY_BYTES_MAX];
    struct strategos_slice after = {last, 0};
    size_t total = 0;
    bool more = true;
    for (*pages = 0; more; (*pages)++) {
        size_t size = strategos_kv_scan(command, sizeof command, s(prefix), limit,
                                        *pages == 0 ? NULL : &after);
        const struct world_reply *reply = run(fixture, size);
        assert_int_equal(reply->outcome, OUTCOME_DONE);
        struct strategos_slice entries;
        assert_true(strategos_kv_scan_reply(bytes_of(reply), &more, &entries));
        struct strategos_slice key;
        struct strategos_slice value;
        size_t count = 0;
        while (strategos_kv_scan_next(&entries, &key, &value)) {
            assert_true(slice_starts_with(slice_of(key.data, key.size), slice_of_text(prefix)));
            assert_true(slice_compare(slice_of(last, after.size), slice_of(key.data, key.size)) <
                        0);
            memcpy(last, key.data, key.size);
            after.size = key.size;
            count++;
        }
        assert_int_equal(entries.size, 0);
        assert_true(limit == 0 || count <= limit);
        assert_true(count > 0 || !more);
        total += count;
        world_forget_replies(&fixture->world);
    }
    return total;
}

static void scan_pages_through_a_prefix(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 25; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "p%02d", i);
        put(fixture, s(key), s("v"));
        key[0] = i % 2 == 0 ? 'o' : 'q'; /* neighbours that must not show */
        put(fixture, s(key), s("v"));
        if (i == 12) {
            world_checkpoint(&fixture->world);
        }
    }
    (void)run(fixture, strategos_kv_del(command, sizeof command, s("p07")));
    size_t pages;
    assert_int_equal(scan_all(fixture, "p", 0, &pages), 24);
    assert_int_equal(pages, 1);
    assert_int_equal(scan_all(fixture, "p", 8, &pages), 24);
    assert_int_equal(pages, 3);
    assert_int_equal(scan_all(fixture, "p", 7, &pages), 24);
    assert_int_equal(pages, 4);
    assert_int_equal(scan_all(fixture, "p1", 3, &pages), 10);
    assert_int_equal(scan_all(fixture, "zz", 3, &pages), 0);
    assert_int_equal(scan_all(fixture, "", 0, &pages), 49);
}

static void scan_leaves_out_what_fits_no_reply(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t large[STRATEGOS_VALUE_BYTES_MAX];
    size_t largest = STRATEGOS_KV_COMMAND_BYTES_MAX - 5 - 1;
    put(fixture, s("a"), strategos_slice(large, 200000));
    put(fixture, s("b"), strategos_slice(large, largest));
    put(fixture, s("c"), s("v"));
    size_t pages;
    assert_int_equal(scan_all(fixture, "", 0, &pages), 3);
    const struct world_reply *reply =
        run(fixture, strategos_kv_scan(command, sizeof command, s("b"), 1, NULL));
    bool more;
    struct strategos_slice entries;
    struct strategos_slice key;
    struct strategos_slice value;
    assert_true(strategos_kv_scan_reply(bytes_of(reply), &more, &entries));
    assert_true(strategos_kv_scan_next(&entries, &key, &value));
    assert_null(value.data);
    assert_true(value.size == SIZE_MAX);
    reply = run(fixture, strategos_kv_get(command, sizeof command, s("b")));
    assert_int_equal(reply->outcome, OUTCOME_DONE);
    assert_int_equal(reply->size, largest + 1);
}

static void batch_applies_all_in_order(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, s("x"), s("old"));
    size_t size = strategos_kv_batch_begin(command, sizeof command);
    size = strategos_kv_batch_put(command, size, sizeof command, s("a"), s("1"));
    size = strategos_kv_batch_put(command, size, sizeof command, s("b"), s("2"));
    size = strategos_kv_batch_del(command, size, sizeof command, s("a"));
    size = strategos_kv_batch_del(command, size, sizeof command, s("x"));
    size = strategos_kv_batch_del(command, size, sizeof command, s("never there"));
    size = strategos_kv_batch_put(command, size, sizeof command, s("x"), s("new"));
    assert_int_equal(run(fixture, size)->outcome, OUTCOME_DONE);
    assert_value(fixture, s("a"), NULL);
    assert_value(fixture, s("b"), "2");
    assert_value(fixture, s("x"), "new");
}

static void batch_with_a_bad_item_applies_nothing(void **state)
{
    struct fixture *fixture = *state;
    size_t size = strategos_kv_batch_begin(command, sizeof command);
    size = strategos_kv_batch_put(command, size, sizeof command, s("a"), s("1"));
    size_t good = size;
    size = strategos_kv_batch_put(command, size, sizeof command, s("b"), s("2"));
    for (size_t cut = good + 1; cut < size; cut++) {
        assert_int_equal(run(fixture, cut)->outcome, OUTCOME_MALFORMED);
    }
    assert_value(fixture, s("a"), NULL);
    assert_value(fixture, s("b"), NULL);
}

static void batch_stops_at_capacity(void **state)
{
    (void)state;
    uint8_t small[20];
    size_t size = strategos_kv_batch_begin(small, sizeof small);
    assert_int_equal(strategos_kv_batch_begin(small, 0), 0);
    assert_int_equal(strategos_kv_batch_put(small, size, sizeof small, s("key"), s("12345678")), 0);
    assert_int_equal(strategos_kv_batch_put(small, size, sizeof small, s("key"), s("1234567")), 20);
    assert_int_equal(strategos_kv_batch_del(small, 20, sizeof small, s("k")), 0);
}

static void encoders_refuse_what_is_out_of_bounds(void **state)
{
    (void)state;
    static char large[STRATEGOS_VALUE_BYTES_MAX + 1];
    struct strategos_slice longest = {large, STRATEGOS_KEY_BYTES_MAX};
    struct strategos_slice too_long = {large, STRATEGOS_KEY_BYTES_MAX + 1};
    struct strategos_slice too_large = {large, sizeof large};
    assert_true(strategos_kv_get(NULL, 0, longest) == 501);
    assert_int_equal(strategos_kv_get(NULL, 0, too_long), 0);
    assert_int_equal(strategos_kv_get(NULL, 0, s("")), 0);
    assert_int_equal(strategos_kv_put(NULL, 0, too_long, s("")), 0);
    assert_int_equal(strategos_kv_put(NULL, 0, s("k"), too_large), 0);
    assert_int_equal(strategos_kv_put(NULL, 0, s("k"), strategos_slice(large, sizeof large - 1)),
                     0);
    assert_int_equal(strategos_kv_del(NULL, 0, s("")), 0);
    assert_int_equal(strategos_kv_cas(NULL, 0, s(""), NULL, s("")), 0);
    assert_int_equal(strategos_kv_cas(NULL, 0, s("k"), &too_large, s("")), 0);
    assert_int_equal(strategos_kv_incr(NULL, 0, too_long, 1), 0);
    assert_int_equal(strategos_kv_scan(NULL, 0, too_long, 1, NULL), 0);
    struct strategos_slice after = s("b");
    assert_int_equal(strategos_kv_scan(NULL, 0, s("a"), 1, &after), 0);
    assert_int_equal(strategos_kv_batch_put(large, 1, sizeof large, s("k"), too_large), 0);
}

static void garbage_is_malformed_and_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    char const *const texts[] = {"",         "\0",     "\x08",        "\1",
                                 "\2\5",     "\2kkkk", "\4\1\0\0\0k", "\5short",
                                 "\6\1\0\0", "\7\1",   "\xff\xff"};
    size_t const sizes[] = {0, 1, 1, 1, 2, 5, 6, 6, 4, 2, 2};
    struct draft *draft = calloc(1, sizeof *draft);
    assert_non_null(draft);
    struct slice requests[11];
    for (size_t i = 0; i < 11; i++) {
        requests[i] = slice_of(texts[i], sizes[i]);
    }
    draft_segment(draft, &fixture->lane, 0, requests, 11);
    assert_int_equal(draft_apply(draft, &fixture->world, NULL), OK);
    for (size_t i = 0; i < 11; i++) {
        assert_int_equal(fixture->world.replies[i].outcome, OUTCOME_MALFORMED);
    }
    free(draft);
    world_checkpoint(&fixture->world);
    struct slice machine_key = slice_of_text("m");
    struct omap_entry *entry = omap_seek(&fixture->world.store.visible, machine_key, true);
    assert_true(entry == NULL || omap_key(entry).data[0] != 'm');
}

static void decoders_refuse_other_replies(void **state)
{
    (void)state;
    bool flag;
    int64_t number;
    struct strategos_slice value;
    assert_false(strategos_kv_get_reply(s(""), &flag, &value));
    assert_false(strategos_kv_get_reply(s("\2"), &flag, &value));
    assert_false(strategos_kv_get_reply(strategos_slice("\0x", 2), &flag, &value));
    assert_false(strategos_kv_del_reply(s("\1x"), &flag));
    assert_false(strategos_kv_incr_reply(s("five"), &number));
    assert_false(strategos_kv_scan_reply(s(""), &flag, &value));
    assert_false(strategos_kv_scan_reply(s("x"), &flag, &value));
    struct strategos_slice key;
    struct strategos_slice entries = strategos_slice("\5\0\0\0k", 5);
    assert_false(strategos_kv_scan_next(&entries, &key, &value));
    entries = strategos_slice("\1\0\0\0k\1\0\0\0", 9);
    assert_false(strategos_kv_scan_next(&entries, &key, &value));
    assert_int_equal(strategos_kv_refusal(s(""), NULL, NULL), 0);
    assert_int_equal(strategos_kv_refusal(s("\4"), NULL, NULL), 0);
    assert_int_equal(strategos_kv_refusal(s("\2x"), NULL, NULL), 0);
    assert_int_equal(strategos_kv_refusal(s("\1"), NULL, NULL), 0);
    for (int refusal = 0; refusal <= 4; refusal++) {
        assert_true(strlen(strategos_kv_refusal_text(refusal)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(get_returns_what_was_put, setup, teardown),
        cmocka_unit_test_setup_teardown(get_as_query_sees_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(write_as_query_is_malformed_and_changes_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(del_says_whether_it_was_there, setup, teardown),
        cmocka_unit_test_setup_teardown(cas_sets_only_over_the_expected, setup, teardown),
        cmocka_unit_test_setup_teardown(incr_counts_and_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(scan_pages_through_a_prefix, setup, teardown),
        cmocka_unit_test_setup_teardown(scan_leaves_out_what_fits_no_reply, setup, teardown),
        cmocka_unit_test_setup_teardown(batch_applies_all_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(batch_with_a_bad_item_applies_nothing, setup, teardown),
        cmocka_unit_test(batch_stops_at_capacity),
        cmocka_unit_test(encoders_refuse_what_is_out_of_bounds),
        cmocka_unit_test_setup_teardown(garbage_is_malformed_and_changes_nothing, setup, teardown),
        cmocka_unit_test(decoders_refuse_other_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
