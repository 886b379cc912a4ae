/* ledger_scan_test.c - a ledger that is open gives its records once more. */
#include "storage/ledger.h"

#include "disk/faulty_folder.h"
#include "support_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define FILE_BYTES 16384u

/* A ledger of several files; open and synced. */
static struct ledger *make(struct faulty_folder *faulty, struct script *script)
{
    struct error_text text;
    struct ledger *ledger;
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, script, 0);
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, FILE_BYTES, &text),
        OK);
    assert_int_equal(
        ledger_open(&ledger, faulty_folder_view(faulty), &script_identity, 0, &visitor, &text), OK);
    for (size_t turn = 0; turn < 60; turn++) {
        assert_int_equal(script_turn(script, ledger, turn % 7), OK);
    }
    assert_true(ledger_bytes(ledger) > 3 * (uint64_t)FILE_BYTES);
    return ledger;
}

static void scan_of_an_open_ledger_gives_each_record_from_there_on(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct script script = {.seed = 4};
    struct ledger *ledger = make(faulty, &script);
    struct error_text text;
    for (size_t first = 0; first < script.count; first++) {
        struct script_check check;
        struct ledger_visitor visitor = script_visitor(&check, &script, first);
        uint64_t from = first == 0 ? 0 : script.locations[first];
        assert_int_equal(ledger_scan(ledger, from, &visitor, &text), OK);
        assert_false(check.is_wrong);
        assert_int_equal(check.next, script.count);
    }
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

static void scan_from_the_end_gives_nothing(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct script script = {.seed = 4};
    struct ledger *ledger = make(faulty, &script);
    struct error_text text;
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, &script, script.count);
    assert_int_equal(ledger_scan(ledger, ledger_end(ledger), &visitor, &text), OK);
    assert_false(check.is_wrong);
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

static enum error refuse(void *context, uint64_t location, enum ledger_record type,
                         struct slice bytes)
{
    size_t *count = context;
    (void)location;
    (void)type;
    (void)bytes;
    return ++*count == 3 ? ERROR_DAMAGED : OK;
}

static void scan_stops_at_a_visitor_that_refuses(void **state)
{
    (void)state;
    struct faulty_folder *faulty = faulty_folder_new(1);
    struct script script = {.seed = 4};
    struct ledger *ledger = make(faulty, &script);
    struct error_text text = {{0}};
    size_t count = 0;
    struct ledger_visitor visitor = {.context = &count, .on_record = refuse};
    assert_int_equal(ledger_scan(ledger, 0, &visitor, &text), ERROR_DAMAGED);
    assert_int_equal(count, 3);
    assert_true(text.text[0] != '\0');
    ledger_close(ledger);
    faulty_folder_free(faulty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan_of_an_open_ledger_gives_each_record_from_there_on),
        cmocka_unit_test(scan_from_the_end_gives_nothing),
        cmocka_unit_test(scan_stops_at_a_visitor_that_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
