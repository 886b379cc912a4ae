/* trace_test.c - a trace says what happened, in columns, a line each, the same for the same run. */
#include "cluster/trace.h"

#include "base/log.h"
#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static struct plan plan;
static struct trace trace;
static struct watcher watcher;
static FILE *stream;
static char *text;
static size_t size;

static int setup(void **state)
{
    (void)state;
    plan = (struct plan){.seed = 5, .replica_count = 4, .fault_count = 1, .customer_count = 1};
    stream = open_memstream(&text, &size);
    assert_non_null(stream);
    trace_init(&trace, &plan, stream);
    watcher = trace_watcher(&trace);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    trace_fini(&trace);
    (void)fclose(stream);
    free(text);
    return 0;
}

static const char *told(void)
{
    assert_int_equal(fflush(stream), 0);
    return text;
}

static void frame(enum happening_kind kind, uint32_t from, uint32_t to, struct slice bytes)
{
    struct happening happening = {.kind = kind,
                                  .now_ns = 1204531999,
                                  .frame = 4711,
                                  .from = from,
                                  .to = to,
                                  .bytes = bytes,
                                  .text = kind == HAPPENING_LOST ? "cut" : NULL};
    watcher.on_happening(watcher.context, &happening);
}

static void trace_of_frames_decodes_them_in_columns(void **state)
{
    (void)state;
    struct buffer out = {.size = 0};
    struct peer_message vote = {
        .kind = PEER_VOTE,
        .vote = {.kind = VOTE_NOTARIZE, .voter = 0, .view = 12, .digest = {{0xa3, 0xf9}}}};
    struct peer_message beat = {.kind = PEER_HEARTBEAT, .heartbeat = {.view = 12, .height = 9}};
    wire_encode_peer_message(&out, &vote);
    wire_encode_peer_message(&out, &beat);
    frame(HAPPENING_SENT, 0, 2, buffer_slice(&out));
    frame(HAPPENING_DELIVERED, 0, 2, buffer_slice(&out));
    frame(HAPPENING_LOST, 0, 3, buffer_slice(&out));
    char expected[512];
    (void)snprintf(expected, sizeof expected,
                   "    1.204531  0→2      #4711     sent     %6zu  notarize v12 a3f9 · "
                   "beat v12 h9\n"
                   "    1.204531  0→2      #4711     came\n"
                   "    1.204531  0→3      #4711     lost             cut\n",
                   out.size);
    assert_string_equal(told(), expected);
    buffer_fini(&out);
}

static void trace_of_garbage_says_so(void **state)
{
    (void)state;
    frame(HAPPENING_SENT, 1, 2, slice_of_text("\xff\xff no message"));
    assert_non_null(strstr(told(), "garbage (13 bytes, malformed)"));
    frame(HAPPENING_SENT, WORLD_CUSTOMER(0), 2, slice_of_text("\x01"));
    assert_non_null(strstr(told(), "c0→2"));
    assert_non_null(strstr(told(), "garbage (1 bytes, malformed)"));
    frame(HAPPENING_SENT, 3, WORLD_CUSTOMER(0), slice_of_text("\x01"));
    assert_non_null(strstr(told(), "3→c0"));
}

static void trace_of_a_strangers_bytes_stays_one_line(void **state)
{
    (void)state;
    static const uint8_t put[] = "\x02\x03\0\0\0a\n\x1b"
                                 "b value with spaces, and longer than is told";
    struct sighting asked = {.kind = SIGHT_INVOKED,
                             .now_ns = 2 * PLAN_S,
                             .number = 3,
                             .request = slice_of(put, sizeof put - 1)};
    watcher.on_sighting(watcher.context, &asked);
    assert_string_equal(told(), "    2.000000  c0       -         asks             #3 put "
                                "a..=b.value.with.spaces,.and..(44)\n");
    asked.request = slice_of_text("?");
    watcher.on_sighting(watcher.context, &asked);
    assert_non_null(strstr(told(), "#3 garbage(1)\n"));
}

static void trace_of_verdicts_leaves_out_what_is_usual(void **state)
{
    (void)state;
    struct sighting judged = {
        .kind = SIGHT_VERDICT, .replica = 2, .peer = 0, .verdict = VERDICT_STALE};
    watcher.on_sighting(watcher.context, &judged);
    judged.verdict = VERDICT_ACCEPTED;
    watcher.on_sighting(watcher.context, &judged);
    (void)told();
    assert_int_equal(size, 0);
    judged.verdict = VERDICT_EQUIVOCATION;
    watcher.on_sighting(watcher.context, &judged);
    assert_string_equal(told(), "    0.000000  2←0      -         judged           equivocation\n");
}

/* ---- whole runs ---- */

static char *run(uint64_t seed)
{
    static struct world_outcome outcome;
    struct plan_options options;
    struct error_text reason;
    char *whole = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&whole, &bytes);
    assert_non_null(file);
    log_init(LOG_ERROR, -1);
    plan_options_init(&options, seed);
    options.length_ns = PLAN_S;
    assert_int_equal(plan_draw(&plan, &options, &reason), OK);
    trace_init(&trace, &plan, file);
    watcher = trace_watcher(&trace);
    assert_int_equal(world_run(&plan, &watcher, &outcome, &reason), OK);
    trace_fini(&trace);
    (void)fclose(file);
    return whole;
}

/* An arrow takes one column and three bytes. */
static void trace_of_a_run_keeps_its_columns(void **state)
{
    (void)state;
    char *whole = run(2);
    size_t lines = 0;
    char *rest = NULL;
    for (char *line = strtok_r(whole, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *arrow = strpbrk(line, "\xe2");
        size_t wide = arrow != NULL && arrow - line < 20 ? 2 : 0;
        assert_int_equal(line[5], '.');
        assert_int_equal(line[12], ' ');
        assert_true(line[14] != ' ');
        assert_true(line[23 + wide] == '#' || line[23 + wide] == '-');
        assert_true(line[33 + wide] >= 'a' && line[33 + wide] <= 'z');
        lines++;
    }
    assert_true(lines > 500);
    free(whole);
}

static void trace_of_the_same_seed_is_the_same(void **state)
{
    (void)state;
    char *first = run(4);
    char *again = run(4);
    char *other = run(5);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_non_null(strstr(first, "  decided "));
    free(first);
    free(again);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(trace_of_frames_decodes_them_in_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(trace_of_garbage_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(trace_of_a_strangers_bytes_stays_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(trace_of_verdicts_leaves_out_what_is_usual, setup,
                                        teardown),
        cmocka_unit_test(trace_of_a_run_keeps_its_columns),
        cmocka_unit_test(trace_of_the_same_seed_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
