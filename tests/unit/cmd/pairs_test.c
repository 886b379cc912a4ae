/* pairs_test.c - key and value lines: both formats, their quoting, what is refused; and the
 * requests that `load` makes of them. */
#include "cmd/load_batch.h"
#include "cmd/pairs.h"

#include "strategos/kv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static struct pairs pairs;
static int fd = -1;

/* What the whole input came to: "key=value;" per pair, "!reason;" per bad line. */
static char seen[4096];

static void close_all(void)
{
    pairs_fini(&pairs);
    if (fd >= 0) {
        (void)close(fd);
        fd = -1;
    }
}

static int tear_down(void **state)
{
    (void)state;
    close_all();
    return 0;
}

static void open_text(const char *name, struct slice text, enum pairs_format format)
{
    close_all();
    fd = memfd_create("pairs", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.data, text.size), (ssize_t)text.size);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    pairs_init(&pairs, name, fd, format, 0, 0);
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
    va_list values;
    size_t used = strlen(seen);
    va_start(values, format);
    (void)vsnprintf(seen + used, sizeof seen - used, format, values);
    va_end(values);
}

static const char *read_all(const char *name, const char *text, enum pairs_format format)
{
    struct pair pair;
    struct error_text reason;
    enum pairs_result result = PAIRS_READ;
    open_text(name, slice_of_text(text), format);
    seen[0] = '\0';
    while ((result = pairs_next(&pairs, &pair, &reason)) != PAIRS_END) {
        assert_int_not_equal(result, PAIRS_FAILED);
        if (result == PAIRS_READ) {
            note("%llu:%.*s=%.*s;", (unsigned long long)pair.line, (int)pair.key.size,
                 pair.key.data, (int)pair.value.size, pair.value.data);
        } else {
            note("!%s;", reason.text);
        }
    }
    assert_int_equal(pairs.offset, strlen(text));
    return seen;
}

static void csv_bare_fields_are_taken_as_they_are(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "a,1\nb, 2 \nc,\n", PAIRS_CSV), "1:a=1;2:b= 2 ;3:c=;");
}

static void csv_quotes_hold_commas_quotes_and_line_ends(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "\"a,b\",\"say \"\"hi\"\"\"\nc,\"1\n2\"\nd,3\n", PAIRS_CSV),
                        "1:a,b=say \"hi\";2:c=1\n2;4:d=3;");
}

static void csv_empty_quoted_value_and_backslash_are_plain(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "a,\"\"\nb,\\n\n", PAIRS_CSV), "1:a=;2:b=\\n;");
}

static void csv_wrong_lines_are_named_and_passed_over(void **state)
{
    (void)state;
    assert_string_equal(read_all("f.x", "a\nb,1,2\n,3\nc\"d,4\n\"e\"f,5\ng,6\n", PAIRS_CSV),
                        "!f.x:1: no comma: a line has a key, a comma and a value;"
                        "!f.x:2: more than two fields: put a value with commas in double quotes;"
                        "!f.x:3: the key is empty;"
                        "!f.x:4: a quote inside a field that does not begin with one;"
                        "!f.x:5: something between a closing quote and the comma;"
                        "6:g=6;");
}

static void csv_quote_that_never_closes_is_refused(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "a,\"1\nb,2\n", PAIRS_CSV),
                        "!f:1: a quoted field does not end;");
}

static void tsv_escapes_stand_for_bytes(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "a\\tb\t1\\n2\\\\\\x41\n,\",\t\"\n", PAIRS_TSV),
                        "1:a\tb=1\n2\\A;2:,\",=\";");
}

static void tsv_wrong_lines_are_named_and_passed_over(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "a 1\nb\t1\t2\nc\\q\t3\nd\t\\\n\t4\ne\t5\n", PAIRS_TSV),
                        "!f:1: no tab: a line has a key, a tab and a value;"
                        "!f:2: more than one tab: write \\t for a tab in a value;"
                        "!f:3: a backslash in the key begins none of \\\\ \\t \\n \\r \\xHH;"
                        "!f:4: a backslash in the value begins none of \\\\ \\t \\n \\r \\xHH;"
                        "!f:5: the key is empty;6:e=5;");
}

static void lines_may_end_with_crlf_lack_the_last_end_or_be_empty(void **state)
{
    (void)state;
    assert_string_equal(read_all("f", "a\t1\r\n\r\n\nb\t2", PAIRS_TSV), "1:a=1;4:b=2;");
    assert_string_equal(read_all("f", "a,1\r\n\n\"b\",\"2\"\r\n", PAIRS_CSV), "1:a=1;3:b=2;");
    assert_string_equal(read_all("f", "", PAIRS_CSV), "");
    assert_string_equal(read_all("f", "\n\n", PAIRS_TSV), "");
}

static void format_guess_goes_by_ending_then_by_first_line(void **state)
{
    (void)state;
    assert_string_equal(read_all("x.csv", "a\tb,1\n", PAIRS_GUESS), "1:a\tb=1;");
    assert_string_equal(read_all("x.tsv", "a,b\t1\n", PAIRS_GUESS), "1:a,b=1;");
    assert_string_equal(read_all("x", "a,b\t1\n", PAIRS_GUESS), "1:a,b=1;");
    assert_string_equal(read_all("x", "a,b\nc\td,1\n", PAIRS_GUESS), "1:a=b;2:c\td=1;");
}

static void bytes_of_any_kind_pass_through(void **state)
{
    (void)state;
    static const char text[] = "k\0\xff,\0\x80v\n";
    struct pair pair;
    struct error_text reason;
    open_text("f", slice_of(text, sizeof text - 1), PAIRS_CSV);
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_READ);
    assert_true(slice_is_equal(pair.key, slice_of("k\0\xff", 3)));
    assert_true(slice_is_equal(pair.value, slice_of("\0\x80v", 3)));
}

static void too_long_keys_values_and_lines_are_refused_and_passed_over(void **state)
{
    (void)state;
    struct pair pair;
    struct error_text reason;
    struct buffer text = {0};
    for (size_t i = 0; i <= STRATEGOS_KEY_BYTES_MAX; i++) {
        buffer_append(&text, slice_of_text("k"));
    }
    buffer_append(&text, slice_of_text(",1\nb,"));
    memset(buffer_reserve(&text, STRATEGOS_KV_COMMAND_BYTES_MAX), 'v',
           STRATEGOS_KV_COMMAND_BYTES_MAX);
    text.size += STRATEGOS_KV_COMMAND_BYTES_MAX;
    buffer_append(&text, slice_of_text("\nc,"));
    size_t const line_size = (size_t)3 * PAIRS_LINE_BYTES_MAX;
    memset(buffer_reserve(&text, line_size), 'v', line_size);
    text.size += line_size;
    buffer_append(&text, slice_of_text("\nd,4\n"));
    open_text("f", buffer_slice(&text), PAIRS_CSV);
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_BAD);
    assert_string_equal(reason.text, "f:1: the key has 501 bytes, more than the limit of 500");
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_BAD);
    assert_non_null(strstr(reason.text, "f:2: key and value have 262145 bytes, more than"));
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_BAD);
    assert_non_null(strstr(reason.text, "f:3: longer than 2097152 bytes"));
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_READ);
    assert_int_equal(pair.line, 4);
    assert_int_equal(pairs.offset, text.size);
    buffer_fini(&text);
}

static void reading_from_an_offset_counts_on(void **state)
{
    (void)state;
    struct pair pair;
    struct error_text reason;
    open_text("f", slice_of_text("a,1\nb,2\n"), PAIRS_CSV);
    pairs_init(&pairs, "f", fd, PAIRS_CSV, 4, 1);
    assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_READ);
    assert_int_equal(pair.line, 2);
    assert_int_equal(pairs.offset, 8);
}

static void unreadable_input_is_said(void **state)
{
    (void)state;
    struct pair pair;
    struct error_text reason;
    close_all();
    fd = open("/", O_RDONLY | O_CLOEXEC);
    pairs_init(&pairs, "folder", fd, PAIRS_GUESS, 0, 0);
    assert_int_equal(pairs_next(&pairs, &pair, &reason), PAIRS_FAILED);
    assert_non_null(strstr(reason.text, "folder: cannot read: "));
}

/* Batches. */

static void count_skip(void *context, const char *reason)
{
    assert_non_null(strstr(reason, "f:"));
    ++*(int *)context;
}

static void batch_of_one_makes_a_put_of_each_line(void **state)
{
    (void)state;
    struct load_batch batch;
    const struct progress_mark begin = {0};
    open_text("f", slice_of_text("a,1\nb,2\n"), PAIRS_CSV);
    load_batch_init(&batch, &pairs, 1, &begin);
    assert_int_equal(load_batch_next(&batch), PAIRS_READ);
    assert_int_equal(batch.request.data[0], STRATEGOS_KV_PUT);
    assert_int_equal(batch.mark.offset, 4);
    assert_int_equal(load_batch_next(&batch), PAIRS_READ);
    assert_int_equal(batch.mark.loaded, 2);
    assert_int_equal(load_batch_next(&batch), PAIRS_END);
    assert_int_equal(load_batch_next(&batch), PAIRS_END);
    load_batch_fini(&batch);
}

static void batch_hands_out_what_precedes_a_bad_line(void **state)
{
    (void)state;
    struct load_batch batch;
    const struct progress_mark begin = {0};
    open_text("f", slice_of_text("a,1\nb,2\nbad\nc,3\n"), PAIRS_CSV);
    load_batch_init(&batch, &pairs, 10, &begin);
    assert_int_equal(load_batch_next(&batch), PAIRS_READ);
    assert_int_equal(batch.request.data[0], STRATEGOS_KV_BATCH);
    assert_int_equal(batch.count, 2);
    assert_int_equal(batch.mark.lines, 2);
    assert_int_equal(load_batch_next(&batch), PAIRS_BAD);
    assert_non_null(strstr(batch.reason.text, "f:3: "));
    assert_int_equal(load_batch_next(&batch), PAIRS_BAD);
    load_batch_fini(&batch);
}

static void batch_may_skip_bad_lines(void **state)
{
    (void)state;
    struct load_batch batch;
    const struct progress_mark begin = {0};
    int skipped = 0;
    open_text("f", slice_of_text("bad\na,1\nworse\nb,2\n"), PAIRS_CSV);
    load_batch_init(&batch, &pairs, 10, &begin);
    batch.on_skip = count_skip;
    batch.context = &skipped;
    assert_int_equal(load_batch_next(&batch), PAIRS_READ);
    assert_int_equal(batch.count, 2);
    assert_int_equal(batch.mark.skipped, 2);
    assert_int_equal(skipped, 2);
    load_batch_fini(&batch);
}

/* Each value is a third of a request: two fit, the third one opens the next batch. */
static void batch_that_is_full_goes_on_with_the_pair_that_did_not_fit(void **state)
{
    (void)state;
    struct load_batch batch;
    const struct progress_mark begin = {0};
    struct buffer text = {0};
    size_t const value_size = 100000;
    for (int line = 0; line < 5; line++) {
        buffer_append(&text, slice_of_text("k,"));
        memset(buffer_reserve(&text, value_size), 'a' + line, value_size);
        text.size += value_size;
        buffer_append(&text, slice_of_text("\n"));
    }
    open_text("f", buffer_slice(&text), PAIRS_CSV);
    load_batch_init(&batch, &pairs, 10, &begin);
    for (uint64_t round = 0; round < 3; round++) {
        assert_int_equal(load_batch_next(&batch), PAIRS_READ);
        assert_int_equal(batch.count, round < 2 ? 2 : 1);
        assert_int_equal(batch.first_line, 2 * round + 1);
        assert_int_equal(batch.mark.lines, round < 2 ? 2 * round + 2 : 5);
        assert_int_equal(batch.mark.offset, batch.mark.lines * (value_size + 3));
        assert_int_equal(batch.request.data[batch.request.size - 1],
                         'a' + (int)batch.mark.lines - 1);
    }
    assert_int_equal(load_batch_next(&batch), PAIRS_END);
    load_batch_fini(&batch);
    buffer_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_bare_fields_are_taken_as_they_are),
        cmocka_unit_test(csv_quotes_hold_commas_quotes_and_line_ends),
        cmocka_unit_test(csv_empty_quoted_value_and_backslash_are_plain),
        cmocka_unit_test(csv_wrong_lines_are_named_and_passed_over),
        cmocka_unit_test(csv_quote_that_never_closes_is_refused),
        cmocka_unit_test(tsv_escapes_stand_for_bytes),
        cmocka_unit_test(tsv_wrong_lines_are_named_and_passed_over),
        cmocka_unit_test(lines_may_end_with_crlf_lack_the_last_end_or_be_empty),
        cmocka_unit_test(format_guess_goes_by_ending_then_by_first_line),
        cmocka_unit_test(bytes_of_any_kind_pass_through),
        cmocka_unit_test(too_long_keys_values_and_lines_are_refused_and_passed_over),
        cmocka_unit_test(reading_from_an_offset_counts_on),
        cmocka_unit_test(unreadable_input_is_said),
        cmocka_unit_test(batch_of_one_makes_a_put_of_each_line),
        cmocka_unit_test(batch_hands_out_what_precedes_a_bad_line),
        cmocka_unit_test(batch_may_skip_bad_lines),
        cmocka_unit_test(batch_that_is_full_goes_on_with_the_pair_that_did_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
