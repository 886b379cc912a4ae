/* progress_test.c - the note beside a file that is being loaded, and the window that feeds it. */
#include "cmd/load_window.h"
#include "cmd/progress.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct test_folder folder;
static struct progress progress;
static struct digest genesis = {.bytes = {1, 2, 3}};
static char path[FOLDER_PATH_BYTES + 16];
static struct error_text reason;
static int fd = -1;
static bool found;

static const char data[] = "a,1\nb,2\nc,3\nd,4\n";

static void open_data(void)
{
    if (fd >= 0) {
        (void)close(fd);
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
}

static int set_up(void **state)
{
    (void)state;
    test_folder_init(&folder);
    (void)snprintf(path, sizeof path, "%s", test_path(&folder, "data.csv"));
    test_write_file(path, data, strlen(data));
    open_data();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)close(fd);
    fd = -1;
    test_folder_fini(&folder);
    return 0;
}

static enum error open_progress(bool restart)
{
    return progress_open(&progress, path, fd, &genesis, restart, &found, &reason);
}

/* A first load that got as far as two lines. */
static void save_two_lines(void)
{
    assert_int_equal(open_progress(false), OK);
    assert_false(found);
    progress.format = PAIRS_CSV;
    struct progress_mark mark = {.offset = 4, .lines = 1, .loaded = 1};
    assert_int_equal(progress_save(&progress, &mark, &reason), OK);
    mark = (struct progress_mark){.offset = 8, .lines = 2, .loaded = 2, .skipped = 5};
    assert_int_equal(progress_save(&progress, &mark, &reason), OK);
}

static void progress_of_an_unchanged_file_is_found_again(void **state)
{
    (void)state;
    save_two_lines();
    assert_int_equal(open_progress(false), OK);
    assert_true(found);
    assert_int_equal(progress.mark.offset, 8);
    assert_int_equal(progress.mark.lines, 2);
    assert_int_equal(progress.mark.loaded, 2);
    assert_int_equal(progress.mark.skipped, 5);
    assert_int_equal(progress.format, PAIRS_CSV);
}

static void progress_goes_on_from_where_it_was_found(void **state)
{
    (void)state;
    save_two_lines();
    assert_int_equal(open_progress(false), OK);
    struct progress_mark mark = {.offset = 16, .lines = 4, .loaded = 4};
    assert_int_equal(progress_save(&progress, &mark, &reason), OK);
    assert_int_equal(open_progress(false), OK);
    assert_int_equal(progress.mark.offset, 16);
}

static void progress_of_a_file_that_grew_is_found_again(void **state)
{
    (void)state;
    save_two_lines();
    test_write_file(path, "a,1\nb,2\nX,9\n", 12); /* changed only behind what was loaded */
    open_data();
    assert_int_equal(open_progress(false), OK);
    assert_true(found);
}

static void progress_of_a_changed_file_is_refused(void **state)
{
    (void)state;
    save_two_lines();
    test_write_file(path, "a,1\nB,2\nc,3\nd,4\n", 16);
    open_data();
    assert_int_equal(open_progress(false), ERROR_INVALID);
    assert_non_null(strstr(reason.text, "changed since its first 2 lines were loaded"));
    assert_non_null(strstr(reason.text, "--restart"));
}

static void progress_of_a_shortened_file_is_refused(void **state)
{
    (void)state;
    save_two_lines();
    test_write_file(path, "a,1\n", 4);
    open_data();
    assert_int_equal(open_progress(false), ERROR_INVALID);
    assert_non_null(strstr(reason.text, "changed since"));
}

static void progress_of_another_group_is_refused(void **state)
{
    (void)state;
    save_two_lines();
    genesis.bytes[0] ^= 1;
    assert_int_equal(open_progress(false), ERROR_FOREIGN);
    genesis.bytes[0] ^= 1;
    assert_non_null(strstr(reason.text, "another group"));
}

static void progress_is_ignored_on_restart(void **state)
{
    (void)state;
    save_two_lines();
    test_write_file(path, "new", 3);
    open_data();
    assert_int_equal(open_progress(true), OK);
    assert_false(found);
    assert_int_equal(progress.mark.offset, 0);
}

/* Cut anywhere, or with any byte changed: never taken for a place further on or in silence. */
static void progress_damaged_anywhere_is_refused_or_harmless(void **state)
{
    (void)state;
    size_t size = 0;
    save_two_lines();
    char note[sizeof progress.path];
    (void)snprintf(note, sizeof note, "%s", progress.path);
    char *good = test_read_file(note, &size);
    for (size_t cut = 0; cut < size; cut++) {
        test_write_file(note, good, cut);
        assert_int_equal(open_progress(false), ERROR_INVALID);
    }
    for (size_t i = 0; i < size; i++) {
        char old = good[i];
        good[i] = (char)(old == '9' ? '0' : old + 1);
        test_write_file(note, good, size);
        if (open_progress(false) == OK) { /* a count that is only shown */
            assert_int_equal(progress.mark.offset, 8);
        }
        good[i] = old;
    }
    free(good);
}

static void progress_removed_is_gone(void **state)
{
    (void)state;
    save_two_lines();
    assert_int_equal(progress_remove(&progress, &reason), OK);
    assert_int_equal(test_count_entries(folder.path), 1);
    assert_int_equal(progress_remove(&progress, &reason), OK); /* nothing to do is fine */
}

static void progress_left_half_written_does_not_hinder(void **state)
{
    (void)state;
    char fresh[FOLDER_PATH_BYTES + 64];
    (void)snprintf(fresh, sizeof fresh, "%s.strategos-progress.new", path);
    test_write_file(fresh, "half", 4);
    save_two_lines();
    assert_int_equal(open_progress(false), OK);
    assert_int_equal(test_count_entries(folder.path), 2);
}

/* The window. */

static struct load_window window;

static void window_mark_moves_only_over_what_is_contiguous(void **state)
{
    (void)state;
    struct load_request *requests[4];
    const struct progress_mark begin = {.offset = 100};
    load_window_init(&window, &begin);
    for (size_t i = 0; i < 4; i++) {
        requests[i] = load_window_add(&window);
        requests[i]->mark.offset = 110 + 10 * i;
    }
    load_window_acknowledge(&window, requests[1]);
    load_window_acknowledge(&window, requests[3]);
    assert_int_equal(window.mark.offset, 100);
    assert_int_equal(load_window_count(&window), 4);
    load_window_acknowledge(&window, requests[0]);
    assert_int_equal(window.mark.offset, 120);
    assert_int_equal(load_window_count(&window), 2);
    load_window_acknowledge(&window, requests[2]);
    assert_int_equal(window.mark.offset, 140);
    assert_int_equal(load_window_count(&window), 0);
}

static void window_goes_round_and_drops_the_last(void **state)
{
    (void)state;
    const struct progress_mark begin = {0};
    load_window_init(&window, &begin);
    for (uint64_t i = 0; i < 3 * (uint64_t)LOAD_WINDOW_MAX; i++) {
        struct load_request *request = load_window_add(&window);
        request->mark.offset = i + 1;
        (void)load_window_add(&window);
        load_window_drop(&window);
        load_window_acknowledge(&window, request);
        assert_int_equal(window.mark.offset, i + 1);
    }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(progress_of_an_unchanged_file_is_found_again),
        WITH_FOLDER(progress_goes_on_from_where_it_was_found),
        WITH_FOLDER(progress_of_a_file_that_grew_is_found_again),
        WITH_FOLDER(progress_of_a_changed_file_is_refused),
        WITH_FOLDER(progress_of_a_shortened_file_is_refused),
        WITH_FOLDER(progress_of_another_group_is_refused),
        WITH_FOLDER(progress_is_ignored_on_restart),
        WITH_FOLDER(progress_damaged_anywhere_is_refused_or_harmless),
        WITH_FOLDER(progress_removed_is_gone),
        WITH_FOLDER(progress_left_half_written_does_not_hinder),
        cmocka_unit_test(window_mark_moves_only_over_what_is_contiguous),
        cmocka_unit_test(window_goes_round_and_drops_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
