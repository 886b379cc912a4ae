/* folder_posix_test.c - the file interface on a real folder, and the ledger upon it. */
#include "storage/ledger.h"

#include "support/folder.h"
#include "support_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define FILE_BYTES (1ull << 20)

static int set_up(void **state)
{
    struct test_folder *folder = calloc(1, sizeof *folder);
    assert_non_null(folder);
    test_folder_init(folder);
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    test_folder_fini(*state);
    free(*state);
    return 0;
}

static void open_folder(const struct test_folder *folder, struct folder *out, bool create)
{
    struct error_text text = {{0}};
    enum error error = folder_posix_open(out, test_path(folder, "data"), create, &text);
    if (error != OK) {
        print_error("%s\n", text.text);
    }
    assert_int_equal(error, OK);
}

static void create_makes_a_private_folder_once(void **state)
{
    struct folder folder;
    struct error_text text;
    const char *path = test_path(*state, "data");
    assert_int_equal(folder_posix_open(&folder, path, false, &text), ERROR_MISSING);
    open_folder(*state, &folder, true);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    folder_posix_close(&folder);
    assert_int_equal(folder_posix_open(&folder, path, true, &text), ERROR_EXISTS);
    open_folder(*state, &folder, false);
    folder_posix_close(&folder);
}

static void folder_in_use_by_another_process_is_refused(void **state)
{
    struct folder folder;
    struct folder second;
    struct error_text text;
    const char *path = test_path(*state, "data");
    open_folder(*state, &folder, true);
    assert_int_equal(folder_posix_open(&second, path, false, &text), ERROR_IN_USE);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(folder_posix_open(&second, path, false, NULL) == ERROR_IN_USE ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    folder_posix_close(&folder);
    open_folder(*state, &folder, false);
    folder_posix_close(&folder);
}

static void file_is_made_with_zeros_and_keeps_what_is_written_anywhere(void **state)
{
    struct folder folder;
    open_folder(*state, &folder, true);
    file_handle file;
    uint64_t size;
    const struct folder_ops *ops = folder.ops;
    assert_int_equal(ops->open(folder.self, "a", 0, &file, &size), ERROR_MISSING);
    assert_int_equal(ops->open(folder.self, "a", FILE_BYTES + 100, &file, &size), OK);
    assert_int_equal(size, FILE_BYTES + 100);

    uint8_t *expected = calloc(1, FILE_BYTES + 100);
    uint8_t *found = malloc(FILE_BYTES + 100);
    assert_non_null(expected);
    assert_non_null(found);
    const struct {
        uint64_t offset;
        size_t size;
    } writes[] = {{0, 10},      {10, 5000},        {700000, 3}, {5000, 100},
                  {300000, 50}, {FILE_BYTES, 100}, {1, 400000}, {262144, 262144}};
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        memset(expected + writes[i].offset, (int)i + 1, writes[i].size);
        assert_int_equal(ops->write(folder.self, file, writes[i].offset,
                                    slice_of(expected + writes[i].offset, writes[i].size)),
                         OK);
        assert_int_equal(ops->sync(folder.self, file), OK);
        assert_int_equal(ops->read(folder.self, file, 0, found, FILE_BYTES + 100), OK);
        assert_memory_equal(found, expected, FILE_BYTES + 100);
        ops->close(folder.self, file); /* what is zeroed ahead is found again */
        assert_int_equal(ops->open(folder.self, "a", 0, &file, &size), OK);
        assert_int_equal(size, FILE_BYTES + 100);
    }
    assert_int_equal(ops->read(folder.self, file, FILE_BYTES, found, 101), ERROR_DAMAGED);
    ops->close(folder.self, file);
    assert_int_equal(ops->open(folder.self, "a", 10, &file, &size), ERROR_EXISTS);
    assert_int_equal(ops->remove(folder.self, "a"), OK);
    assert_int_equal(ops->remove(folder.self, "a"), ERROR_MISSING);
    assert_true(ops->free_bytes(folder.self) > 0);
    free(expected);
    free(found);
    folder_posix_close(&folder);
}

static void file_for_which_there_is_no_room_leaves_nothing_behind(void **state)
{
    struct folder folder;
    open_folder(*state, &folder, true);
    uint64_t free_bytes = folder.ops->free_bytes(folder.self);
    file_handle file;
    uint64_t size;
    enum error error = folder.ops->open(folder.self, "a", free_bytes + (64ull << 30), &file, &size);
    assert_true(error == ERROR_FULL ||
                error == ERROR_IO); /* IO: over the file system's file size */
    assert_false(test_exists(test_path(*state, "data/a")));
    folder_posix_close(&folder);
}

static void ledger_on_a_real_folder_survives_a_restart(void **state)
{
    struct folder folder;
    open_folder(*state, &folder, true);
    assert_int_equal(ledger_create(folder, &script_identity, &script_id, 65536, NULL), OK);
    struct script script = {.seed = 1};
    for (size_t round = 0; round < 5; round++) {
        struct script_check check;
        struct ledger_visitor visitor = script_visitor(&check, &script, 0);
        struct ledger *ledger;
        assert_int_equal(ledger_open(&ledger, folder, &script_identity, 0, &visitor, NULL), OK);
        assert_false(check.is_wrong);
        assert_int_equal(check.next, script.count);
        for (size_t turn = 0; turn < 20; turn++) {
            assert_int_equal(script_turn(&script, ledger, 7), OK);
        }
        ledger_close(ledger);
        folder_posix_close(&folder);
        open_folder(*state, &folder, false);
    }
    folder_posix_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(create_makes_a_private_folder_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folder_in_use_by_another_process_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(file_is_made_with_zeros_and_keeps_what_is_written_anywhere,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(file_for_which_there_is_no_room_leaves_nothing_behind,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(ledger_on_a_real_folder_survives_a_restart, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
