/* log_test.c - one line per event, whatever the values hold. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <regex.h>
#include <unistd.h>

enum { CAPTURE_BYTES = 4096 };

static int saved_stderr;
static int pipe_read;

/* What is logged from here on goes into a pipe, which holds far more than any line. */
static void capture_begin(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(ends[1]), 0);
    pipe_read = ends[0];
}

static size_t capture_end(char captured[CAPTURE_BYTES])
{
    size_t size = 0;
    assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(saved_stderr), 0);
    for (;;) {
        ssize_t got = read(pipe_read, captured + size, CAPTURE_BYTES - 1 - size);
        assert_true(got >= 0);
        if (got == 0) {
            break;
        }
        size += (size_t)got;
    }
    captured[size] = '\0';
    assert_int_equal(close(pipe_read), 0);
    return size;
}

static void expect_match(const char *text, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int result = regexec(&regex, text, 0, NULL, 0);
    regfree(&regex);
    if (result != 0) {
        fail_msg("\"%s\" does not match %s", text, pattern);
    }
}

#define TIME_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "

static void log_line_has_time_level_replica_event_and_values(void **state)
{
    (void)state;
    char captured[CAPTURE_BYTES];
    capture_begin();
    log_init(LOG_INFO, 2);
    log_event(LOG_WARN, "ledger-full", "free_bytes=%d", 7);
    (void)capture_end(captured);
    expect_match(captured, TIME_PATTERN "warn replica=2 ledger-full free_bytes=7\n$");
}

static void log_without_replica_leaves_it_out(void **state)
{
    (void)state;
    char captured[CAPTURE_BYTES];
    capture_begin();
    log_init(LOG_INFO, -1);
    log_event(LOG_ERROR, "start", "port=%d", 1);
    (void)capture_end(captured);
    expect_match(captured, TIME_PATTERN "error start port=1\n$");
}

static void log_above_level_is_dropped(void **state)
{
    (void)state;
    char captured[CAPTURE_BYTES];
    for (int max = LOG_ERROR; max <= (int)LOG_DEBUG; max++) {
        log_init((enum log_level)max, -1);
        for (int level = LOG_ERROR; level <= (int)LOG_DEBUG; level++) {
            capture_begin();
            log_event((enum log_level)level, "event", "n=%d", level);
            size_t size = capture_end(captured);
            assert_int_equal(size != 0, level <= max);
            assert_int_equal(log_is_on((enum log_level)level), level <= max);
        }
    }
}

static void log_that_is_off_prints_nothing(void **state)
{
    (void)state;
    char captured[CAPTURE_BYTES];
    log_init(LOG_DEBUG, -1);
    log_off();
    capture_begin();
    log_event(LOG_ERROR, "event", "n=%d", 1);
    assert_int_equal(capture_end(captured), 0);
    log_init(LOG_DEBUG, -1);
    assert_true(log_is_on(LOG_DEBUG));
}

static void log_too_long_line_is_cut_and_still_ends(void **state)
{
    (void)state;
    char captured[CAPTURE_BYTES];
    char value[2000];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    log_init(LOG_INFO, 0);
    capture_begin();
    log_event(LOG_INFO, "event", "value=%s", value);
    log_event(LOG_INFO, value, "value=%d", 1);
    size_t size = capture_end(captured);
    char *first_end = strchr(captured, '\n');
    assert_non_null(first_end);
    assert_true(first_end - captured < 1024);
    assert_ptr_equal(strchr(first_end + 1, '\n'), captured + size - 1);
}

/* A peer's bytes in a value must not look like a line of ours, nor steer a terminal. */
static void log_control_bytes_cannot_forge_a_line(void **state)
{
    (void)state;
    char captured[CAPTURE_BYTES];
    log_init(LOG_INFO, -1);
    capture_begin();
    log_event(LOG_INFO, "peer", "name=\"%s\"", "a\nb\rc\033[2Jd\177");
    size_t size = capture_end(captured);
    assert_ptr_equal(strchr(captured, '\n'), captured + size - 1);
    expect_match(captured, "name=\"a\\?b\\?c\\?\\[2Jd\\?\"\n$");
}

static void log_level_names_are_known_and_no_others(void **state)
{
    (void)state;
    const char *const names[] = {"error", "warn", "info", "debug"};
    enum log_level level = LOG_DEBUG;
    for (int i = 0; i < 4; i++) {
        assert_true(log_level_from_name(names[i], &level));
        assert_int_equal(level, i);
    }
    assert_false(log_level_from_name("", &level));
    assert_false(log_level_from_name("Error", &level));
    assert_false(log_level_from_name("warning", &level));
    assert_int_equal(level, LOG_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_line_has_time_level_replica_event_and_values),
        cmocka_unit_test(log_without_replica_leaves_it_out),
        cmocka_unit_test(log_above_level_is_dropped),
        cmocka_unit_test(log_that_is_off_prints_nothing),
        cmocka_unit_test(log_too_long_line_is_cut_and_still_ends),
        cmocka_unit_test(log_control_bytes_cannot_forge_a_line),
        cmocka_unit_test(log_level_names_are_known_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
