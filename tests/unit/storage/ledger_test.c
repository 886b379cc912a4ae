/* ledger_test.c - appends, reads, files, identities, full disks. Crashes are in
 * ledger_crash_test.c, damage in ledger_damage_test.c. */
#include "storage/ledger.h"

#include "disk/faulty_folder.h"
#include "support_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define SMALL_FILE ((uint64_t)16384)

static void make(struct faulty_folder *faulty, uint64_t file_bytes)
{
    struct error_text text;
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, file_bytes, &text),
        OK);
}

static enum error reopen(struct ledger **ledger, struct faulty_folder *faulty,
                         const struct script *script, size_t first, uint64_t scan_from,
                         size_t *count)
{
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, script, first);
    struct error_text text = {{0}};
    enum error error = ledger_open(ledger, faulty_folder_view(faulty), &script_identity, scan_from,
                                   &visitor, &text);
    assert_false(check.is_wrong);
    if (error != OK) {
        assert_true(text.text[0] != '\0');
    }
    if (count != NULL) {
        *count = check.next;
    }
    return error;
}

static void check_reads(struct ledger *ledger, const struct script *script)
{
    struct buffer out = {0};
    uint8_t body[SCRIPT_BODY_MAX];
    for (size_t i = 0; i < script->count; i++) {
        enum ledger_record type;
        enum ledger_record wanted_type;
        struct slice wanted = script_record(script, i, &wanted_type, body);
        assert_int_equal(ledger_read(ledger, script->locations[i], &type, &out), OK);
        assert_int_equal(type, wanted_type);
        assert_true(slice_is_equal(buffer_slice(&out), wanted));
    }
    buffer_fini(&out);
}

static void append_many_is_read_back_before_and_after_sync_and_reopen(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 1};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    for (size_t turn = 0; turn < 60; turn++) {
        assert_int_equal(script_turn(&script, ledger, turn % 7), OK);
        assert_false(ledger_is_dirty(ledger));
    }
    enum ledger_record type;
    uint8_t body[SCRIPT_BODY_MAX];
    for (size_t i = 0; i < 20; i++) { /* unsynced, over a file's end */
        struct slice bytes = script_record(&script, script.count, &type, body);
        script.locations[script.count++] = ledger_append(ledger, type, bytes);
    }
    assert_true(ledger_is_dirty(ledger));
    check_reads(ledger, &script);
    assert_int_equal(ledger_sync(ledger), OK);
    check_reads(ledger, &script);
    assert_true(ledger_bytes(ledger) > 5 * SMALL_FILE);
    uint64_t end = ledger_end(ledger);
    ledger_close(ledger);
    assert_int_equal(faulty_folder_open_handles(faulty), 0);

    size_t count;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, &count), OK);
    assert_int_equal(count, script.count);
    assert_int_equal(ledger_end(ledger), end);
    check_reads(ledger, &script);
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

static void open_from_any_record_visits_exactly_the_rest(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 2};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    while (script.count < 150) {
        assert_int_equal(script_turn(&script, ledger, 3), OK);
    }
    ledger_close(ledger);
    for (size_t i = 0; i < script.count; i++) {
        size_t count;
        assert_int_equal(reopen(&ledger, faulty, &script, i, script.locations[i], &count), OK);
        assert_int_equal(count, script.count);
        ledger_close(ledger);
    }
    faulty_folder_free(faulty);
}

static void open_from_where_no_record_is_reports_damage(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 2};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    assert_int_equal(script_turn(&script, ledger, 10), OK);
    uint64_t end = ledger_end(ledger);
    ledger_close(ledger);
    const uint64_t wrong[] = {8, end, end + 4, end + 8, 1u << 20, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(reopen(&ledger, faulty, &script, 0, wrong[i], NULL), ERROR_DAMAGED);
    }
    faulty_folder_free(faulty);
}

static void sync_writes_one_batch_with_one_sync(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, LEDGER_FILE_BYTES);
    struct script script = {.seed = 3};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    uint64_t calls = faulty_folder_calls(faulty);
    assert_int_equal(script_turn(&script, ledger, 50), OK);
    assert_int_equal(faulty_folder_calls(faulty) - calls, 2); /* a write and a sync */
    assert_int_equal(ledger_sync(ledger), OK);
    assert_int_equal(faulty_folder_calls(faulty) - calls, 2);

    static uint8_t large[LEDGER_RECORD_BYTES_MAX];
    calls = faulty_folder_calls(faulty);
    uint64_t location = ledger_append(ledger, LEDGER_SEGMENT, slice_of(large, sizeof large));
    assert_int_equal(ledger_sync(ledger), OK);
    assert_int_equal(faulty_folder_calls(faulty) - calls, 6); /* 256 KiB at a time */
    struct buffer out = {0};
    enum ledger_record type;
    assert_int_equal(ledger_read(ledger, location, &type, &out), OK);
    assert_int_equal(out.size, sizeof large);
    buffer_fini(&out);
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

static void read_of_no_record_reports_damage(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 4};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    assert_int_equal(script_turn(&script, ledger, 30), OK);
    (void)ledger_append(ledger, LEDGER_VOTE, slice_of_text("not synced"));
    struct buffer out = {0};
    enum ledger_record type;
    size_t next = 0;
    for (uint64_t location = 0; location < ledger_end(ledger) - 64; location++) {
        bool is_record = next < script.count && location == script.locations[next];
        next += is_record;
        assert_int_equal(ledger_read(ledger, location, &type, &out),
                         is_record ? OK : ERROR_DAMAGED);
    }
    assert_int_equal(ledger_read(ledger, ledger_end(ledger), &type, &out), ERROR_DAMAGED);
    assert_int_equal(ledger_read(ledger, UINT64_MAX - 7, &type, &out), ERROR_DAMAGED);
    buffer_fini(&out);
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

static void open_of_an_empty_folder_is_refused(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct script script = {.seed = 1};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), ERROR_MISSING);
    faulty_folder_free(faulty);
}

static void create_over_a_ledger_is_refused(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct error_text text;
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, &text),
        ERROR_EXISTS);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, 5000, &text),
        ERROR_INVALID);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, 4096, &text),
        ERROR_INVALID);
    faulty_folder_free(faulty);
}

static void open_with_another_identity_is_foreign(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 1};
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, &script, 0);
    struct ledger_identity others[3] = {script_identity, script_identity, script_identity};
    others[0].genesis.bytes[31] ^= 1;
    others[1].replica.bytes[0] ^= 1;
    others[2].id ^= 1;
    for (size_t i = 0; i < 3; i++) {
        struct ledger *ledger;
        struct error_text text;
        assert_int_equal(
            ledger_open(&ledger, faulty_folder_view(faulty), &others[i], 0, &visitor, &text),
            ERROR_FOREIGN);
    }
    faulty_folder_free(faulty);
}

static void full_disk_keeps_the_batch_until_there_is_room(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 5};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    faulty_folder_set_room(faulty, 2 * SMALL_FILE);
    size_t full = 0;
    while (script.count < 300) {
        enum error error = script_turn(&script, ledger, 4);
        if (error != OK) {
            assert_int_equal(error, ERROR_FULL);
            assert_true(ledger_is_dirty(ledger));
            check_reads(ledger, &script);
            full++;
            if (full % 3 == 0) {
                faulty_folder_set_room(faulty, 3 * SMALL_FILE);
            }
        }
    }
    faulty_folder_set_room(faulty, UINT64_MAX);
    assert_int_equal(script_turn(&script, ledger, 1), OK);
    assert_true(full >= 3);
    check_reads(ledger, &script);
    ledger_close(ledger);
    size_t count;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, &count), OK);
    assert_int_equal(count, script.count);
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

static void crash_while_full_loses_only_what_was_not_synced(void **state)
{
    (void)state;
    for (int loss = 0; loss < FAULTY_LOSS_COUNT; loss++) {
        struct faulty_folder *faulty = faulty_folder_new((uint64_t)loss);
        make(faulty, SMALL_FILE);
        struct script script = {.seed = 6};
        struct ledger *ledger;
        assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
        faulty_folder_set_room(faulty, 0);
        while (script_turn(&script, ledger, 4) == OK) {}
        ledger_close(ledger);
        faulty_folder_restart(faulty, (enum faulty_loss)loss);
        size_t count;
        assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, &count), OK);
        assert_true(count >= script.synced);
        ledger_close(ledger);
        faulty_folder_free(faulty);
    }
}

static void failure_of_any_call_stops_the_ledger_for_good(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t k = 1; !is_done; k++) {
        struct faulty_folder *faulty = faulty_folder_new(k);
        make(faulty, SMALL_FILE);
        struct script script = {.seed = 7};
        struct ledger *ledger;
        assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
        faulty_folder_fail_at(faulty, faulty_folder_calls(faulty) + k, ERROR_IO);
        enum error error = OK;
        while (error == OK && script.count < 120) {
            error = script_turn(&script, ledger, 5);
        }
        is_done = error == OK;
        if (!is_done) {
            assert_int_equal(error, ERROR_IO);
            assert_int_equal(script_turn(&script, ledger, 1), ERROR_IO);
        }
        ledger_close(ledger);
        assert_int_equal(faulty_folder_open_handles(faulty), 0);
        faulty_folder_fail_at(faulty, 0, OK);
        faulty_folder_restart(faulty, FAULTY_LOSE);
        size_t count;
        assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, &count), OK);
        assert_true(count >= script.synced);
        ledger_close(ledger);
        faulty_folder_free(faulty);
    }
}

static enum error refuse(void *context, uint64_t location, enum ledger_record type,
                         struct slice bytes)
{
    (void)context;
    (void)location;
    (void)type;
    (void)bytes;
    return ERROR_LIMIT;
}

static void error_of_the_visitor_ends_the_opening(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    make(faulty, SMALL_FILE);
    struct script script = {.seed = 8};
    struct ledger *ledger;
    assert_int_equal(reopen(&ledger, faulty, &script, 0, 0, NULL), OK);
    assert_int_equal(script_turn(&script, ledger, 1), OK);
    ledger_close(ledger);
    struct ledger_visitor visitor = {.on_record = refuse};
    struct error_text text;
    assert_int_equal(
        ledger_open(&ledger, faulty_folder_view(faulty), &script_identity, 0, &visitor, &text),
        ERROR_LIMIT);
    assert_int_equal(faulty_folder_open_handles(faulty), 0);
    faulty_folder_free(faulty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(append_many_is_read_back_before_and_after_sync_and_reopen),
        cmocka_unit_test(open_from_any_record_visits_exactly_the_rest),
        cmocka_unit_test(open_from_where_no_record_is_reports_damage),
        cmocka_unit_test(sync_writes_one_batch_with_one_sync),
        cmocka_unit_test(read_of_no_record_reports_damage),
        cmocka_unit_test(open_of_an_empty_folder_is_refused),
        cmocka_unit_test(create_over_a_ledger_is_refused),
        cmocka_unit_test(open_with_another_identity_is_foreign),
        cmocka_unit_test(full_disk_keeps_the_batch_until_there_is_room),
        cmocka_unit_test(crash_while_full_loses_only_what_was_not_synced),
        cmocka_unit_test(failure_of_any_call_stops_the_ledger_for_good),
        cmocka_unit_test(error_of_the_visitor_ends_the_opening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
