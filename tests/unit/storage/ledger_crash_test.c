/* ledger_crash_test.c - a crash at every call, with unsynced writes kept, lost, cut and torn: after
 * it the ledger holds exactly a prefix of what was appended, with all that was synced. */
#include "storage/ledger.h"

#include "disk/faulty_folder.h"
#include "support_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define SMALL_FILE ((uint64_t)16384)
#define SEEDS      3u

/* Batches of 1 to 9 records over several files; one of them longer than a file. */
static enum error run_script(struct script *script, struct ledger *ledger)
{
    for (size_t turn = 0; turn < 14; turn++) {
        TRY(script_turn(script, ledger, turn == 8 ? 50 : 1 + turn * 5 % 9));
    }
    return OK;
}

static enum error reopen(struct ledger **ledger, struct faulty_folder *faulty,
                         const struct script *script, size_t *count, bool *is_wrong)
{
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, script, 0);
    struct error_text text = {{0}};
    enum error error =
        ledger_open(ledger, faulty_folder_view(faulty), &script_identity, 0, &visitor, &text);
    *count = check.next;
    *is_wrong = check.is_wrong;
    return error;
}

/* What opening found, a scan of the open ledger finds too. */
static void scan_again(struct ledger *ledger, const struct script *script, size_t count)
{
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, script, 0);
    struct error_text text = {{0}};
    enum error error = ledger_scan(ledger, 0, &visitor, &text);
    if (error != OK) {
        fail_msg("%s", text.text);
    }
    assert_false(check.is_wrong);
    assert_int_equal(check.next, count);
}

/* Creates a ledger, runs the script with a crash `k` calls after creation; false: no crash. */
static bool crash_script(struct faulty_folder *faulty, struct script *script, uint64_t k,
                         bool is_lying)
{
    assert_int_equal(
        ledger_create(faulty_folder_view(faulty), &script_identity, &script_id, SMALL_FILE, NULL),
        OK);
    struct ledger *ledger;
    size_t count;
    bool is_wrong;
    assert_int_equal(reopen(&ledger, faulty, script, &count, &is_wrong), OK);
    faulty_folder_set_lying(faulty, is_lying);
    faulty_folder_crash_at(faulty, faulty_folder_calls(faulty) + k);
    enum error error = run_script(script, ledger);
    ledger_close(ledger);
    assert_true((error == OK) == !faulty_folder_has_crashed(faulty));
    return error != OK;
}

/* After a recovery that found `count` records the script goes on from there. */
static void go_on(struct script *script, struct ledger *ledger, struct faulty_folder *faulty,
                  size_t count)
{
    script->count = count;
    script->synced = count;
    assert_int_equal(script_turn(script, ledger, 3), OK);
    assert_int_equal(script_turn(script, ledger, 2), OK);
    ledger_close(ledger);
    faulty_folder_restart(faulty, FAULTY_LOSE);
    bool is_wrong;
    assert_int_equal(reopen(&ledger, faulty, script, &count, &is_wrong), OK);
    assert_false(is_wrong);
    assert_int_equal(count, script->count);
    ledger_close(ledger);
}

static void crash_at_any_call_leaves_a_prefix_with_all_that_was_synced(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (int loss = 0; loss < FAULTY_LOSS_COUNT; loss++) {
            bool has_crashed = true;
            for (uint64_t k = 1; has_crashed; k++) {
                struct faulty_folder *faulty = faulty_folder_new(seed * 1000 + k);
                struct script script = {.seed = seed};
                has_crashed = crash_script(faulty, &script, k, false);
                faulty_folder_restart(faulty, (enum faulty_loss)loss);
                struct ledger *ledger;
                size_t count;
                bool is_wrong;
                assert_int_equal(reopen(&ledger, faulty, &script, &count, &is_wrong), OK);
                assert_false(is_wrong);
                assert_true(count >= script.synced && count <= script.count);
                scan_again(ledger, &script, count);
                go_on(&script, ledger, faulty, count);
                faulty_folder_free(faulty);
            }
        }
    }
}

static void crash_at_any_call_of_recovery_is_recovered_from(void **state)
{
    (void)state;
    for (uint64_t k = 3; k < 60; k += 4) {
        bool has_crashed = true;
        for (uint64_t j = 1; has_crashed; j++) {
            struct faulty_folder *faulty = faulty_folder_new(k * 100 + j);
            struct script script = {.seed = k};
            (void)crash_script(faulty, &script, k, false);
            faulty_folder_restart(faulty, FAULTY_TEAR);
            faulty_folder_crash_at(faulty, faulty_folder_calls(faulty) + j);
            struct ledger *ledger;
            size_t count;
            bool is_wrong;
            has_crashed = reopen(&ledger, faulty, &script, &count, &is_wrong) != OK;
            if (has_crashed) {
                faulty_folder_restart(faulty, FAULTY_TEAR);
                assert_int_equal(reopen(&ledger, faulty, &script, &count, &is_wrong), OK);
            }
            faulty_folder_crash_at(faulty, 0);
            assert_false(is_wrong);
            assert_true(count >= script.synced && count <= script.count);
            go_on(&script, ledger, faulty, count);
            faulty_folder_free(faulty);
        }
    }
}

static void crash_in_creation_leaves_nothing_that_opens_wrongly(void **state)
{
    (void)state;
    for (uint64_t k = 1; k <= 3; k++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct faulty_folder *faulty = faulty_folder_new(seed);
            struct script script = {.seed = 1};
            faulty_folder_crash_at(faulty, k);
            assert_int_not_equal(ledger_create(faulty_folder_view(faulty), &script_identity,
                                               &script_id, SMALL_FILE, NULL),
                                 OK);
            faulty_folder_restart(faulty, FAULTY_TEAR);
            struct ledger *ledger;
            size_t count;
            bool is_wrong;
            enum error error = reopen(&ledger, faulty, &script, &count, &is_wrong);
            assert_true(error == OK || error == ERROR_MISSING || error == ERROR_DAMAGED);
            if (error == OK) {
                ledger_close(ledger);
            }
            faulty_folder_free(faulty);
        }
    }
}

/* Negative control: the checks above do notice a disk that only says that it synced. */
static void disk_that_lies_about_sync_is_noticed(void **state)
{
    (void)state;
    size_t noticed = 0;
    for (uint64_t k = 10; k < 60; k++) {
        struct faulty_folder *faulty = faulty_folder_new(k);
        struct script script = {.seed = 1};
        if (crash_script(faulty, &script, k, true)) {
            faulty_folder_restart(faulty, FAULTY_LOSE);
            struct ledger *ledger;
            size_t count;
            bool is_wrong;
            enum error error = reopen(&ledger, faulty, &script, &count, &is_wrong);
            noticed += error != OK || is_wrong || count < script.synced;
            if (error == OK) {
                ledger_close(ledger);
            }
        }
        faulty_folder_free(faulty);
    }
    assert_true(noticed > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crash_at_any_call_leaves_a_prefix_with_all_that_was_synced),
        cmocka_unit_test(crash_at_any_call_of_recovery_is_recovered_from),
        cmocka_unit_test(crash_in_creation_leaves_nothing_that_opens_wrongly),
        cmocka_unit_test(disk_that_lies_about_sync_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
