/* cluster_page_test.c - the page of a run stands alone, holds the last events and what became of
 * them, is the same for the same run, and nothing in it is a stranger's markup. */
#include "draw_cluster/cluster_page.h"

#include "base/log.h"
#include "support/folder.h"
#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct plan plan;
static struct world_outcome outcome;

static char *write_page(struct cluster_page *page)
{
    struct test_folder folder;
    struct error_text text = {{0}};
    test_folder_init(&folder);
    const char *path = test_path(&folder, "page.html");
    assert_int_equal(cluster_page_write(page, &outcome, path, &text), OK);
    char *html = test_read_file(path, NULL);
    test_folder_fini(&folder);
    return html;
}

static char *run(uint64_t seed, size_t traitors)
{
    struct plan_options options;
    struct error_text text = {{0}};
    struct cluster_page *page = NULL;
    log_init(LOG_ERROR, -1);
    plan_options_init(&options, seed);
    options.length_ns = PLAN_S;
    options.replica_count = 4;
    options.traitor_count = traitors;
    options.beyond = true;
    assert_int_equal(plan_draw(&plan, &options, &text), OK);
    assert_int_equal(cluster_page_new(&page, &plan), OK);
    struct watcher watcher = cluster_page_watcher(page);
    assert_int_equal(world_run(&plan, &watcher, &outcome, &text), OK);
    char *html = write_page(page);
    cluster_page_free(page);
    return html;
}

/* The run as the page's script gets it. */
static json_t *data_of(const char *html)
{
    static const char begin[] = "<script id=\"data\" type=\"application/json\">";
    const char *from = strstr(html, begin);
    assert_non_null(from);
    from += strlen(begin);
    const char *to = strstr(from, "</script>");
    assert_non_null(to);
    json_error_t error;
    json_t *data = json_loadb(from, (size_t)(to - from), JSON_REJECT_DUPLICATES, &error);
    if (data == NULL) {
        fail_msg("%s at %d", error.text, error.position);
    }
    return data;
}

static json_int_t number(const json_t *array, size_t index)
{
    return json_integer_value(json_array_get(array, index));
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* A page of which nothing is known but what the test shows it. */
static struct cluster_page *small_page(struct watcher *watcher)
{
    struct cluster_page *page = NULL;
    plan = (struct plan){.seed = 5, .replica_count = 4, .fault_count = 1, .customer_count = 1};
    (void)snprintf(plan.network.name, sizeof plan.network.name, "lan");
    outcome = (struct world_outcome){.stats = {.virtual_ns = PLAN_S}};
    assert_int_equal(cluster_page_new(&page, &plan), OK);
    *watcher = cluster_page_watcher(page);
    return page;
}

static void frame(const struct watcher *watcher, enum happening_kind kind, uint64_t which,
                  struct slice bytes)
{
    struct happening happening = {.kind = kind,
                                  .now_ns = which * PLAN_US,
                                  .frame = which,
                                  .from = (uint32_t)(which % 4),
                                  .to = (uint32_t)((which + 1) % 4),
                                  .bytes = bytes,
                                  .text = kind == HAPPENING_LOST ? "cut" : NULL};
    watcher->on_happening(watcher->context, &happening);
}

static void page_of_frames_says_what_became_of_them(void **state)
{
    (void)state;
    struct watcher watcher;
    struct cluster_page *page = small_page(&watcher);
    struct buffer out = {.size = 0};
    struct peer_message vote = {.kind = PEER_VOTE, .vote = {.kind = VOTE_NULLIFY, .view = 12}};
    wire_encode_peer_message(&out, &vote);
    for (uint64_t i = 1; i <= 3; i++) {
        frame(&watcher, HAPPENING_SENT, i, buffer_slice(&out));
    }
    frame(&watcher, HAPPENING_DELIVERED, 2, buffer_slice(&out));
    frame(&watcher, HAPPENING_LOST, 3, buffer_slice(&out));
    char *html = write_page(page);
    json_t *data = data_of(html);
    const json_t *frames = json_object_get(data, "frames");
    assert_int_equal(json_array_size(frames), 3);
    assert_int_equal(number(json_array_get(frames, 0), 4), -1); /* under way */
    assert_int_equal(number(json_array_get(frames, 1), 4), 2 * PLAN_US);
    assert_string_equal(json_string_value(json_array_get(json_array_get(frames, 2), 5)), "cut");
    const json_t *messages = json_array_get(json_array_get(frames, 1), 7);
    assert_int_equal(number(messages, 0), 3);
    assert_string_equal(json_string_value(json_array_get(messages, 1)), "nullify v12 by 0");
    json_decref(data);
    free(html);
    buffer_fini(&out);
    cluster_page_free(page);
}

static void page_of_a_long_run_keeps_its_end(void **state)
{
    (void)state;
    struct watcher watcher;
    struct cluster_page *page = small_page(&watcher);
    struct sighting view = {.kind = SIGHT_VIEW, .replica = 2, .view = 77};
    struct sighting start = {.kind = SIGHT_STARTED, .replica = 2};
    watcher.on_sighting(watcher.context, &start);
    watcher.on_sighting(watcher.context, &view);
    uint64_t last = UINT64_C(2) * CLUSTER_PAGE_EVENTS;
    for (uint64_t i = 1; i <= last; i++) {
        frame(&watcher, HAPPENING_SENT, i, slice_of_text("x"));
    }
    char *html = write_page(page);
    json_t *data = data_of(html);
    const json_t *frames = json_object_get(data, "frames");
    assert_int_equal(json_array_size(frames), CLUSTER_PAGE_EVENTS);
    assert_int_equal(number(json_array_get(frames, 0), 0), last - CLUSTER_PAGE_EVENTS + 1);
    assert_int_equal(number(json_array_get(frames, CLUSTER_PAGE_EVENTS - 1), 0), last);
    assert_int_equal(json_integer_value(json_object_get(data, "events")), last + 2);
    /* How a replica stood before is not lost with its events. */
    const json_t *stand = json_array_get(json_object_get(data, "stands"), 2);
    assert_int_equal(number(stand, 0), 77);
    assert_int_equal(number(stand, 1), 1);
    json_decref(data);
    free(html);
    cluster_page_free(page);
}

static void page_of_hostile_text_holds_it_as_text(void **state)
{
    (void)state;
    static const char hostile[] = "</script><script>alert(1)//<!--\xff&'\"\\@DATA@";
    struct watcher watcher;
    struct cluster_page *page = small_page(&watcher);
    char *usual = write_page(page);
    outcome.has_finding = true;
    (void)snprintf(outcome.oracle, sizeof outcome.oracle, "agreement");
    (void)snprintf(outcome.text, sizeof outcome.text, "%s", hostile);
    struct happening note = {.kind = HAPPENING_NOTE, .text = hostile};
    watcher.on_happening(watcher.context, &note);
    cluster_page_set_command(page, "replay 5");
    cluster_page_set_command(page, hostile);
    char *html = write_page(page);
    assert_null(strstr(html, "alert(1)//<"));
    assert_int_equal(count_of(html, "<script"), count_of(usual, "<script"));
    assert_int_equal(count_of(html, "</script"), count_of(usual, "</script"));
    json_t *data = data_of(html);
    const json_t *finding = json_object_get(data, "finding");
    assert_string_equal(json_string_value(json_array_get(finding, 0)), "safety");
    assert_string_equal(json_string_value(json_array_get(finding, 2)),
                        "</script><script>alert(1)//<!--\xef\xbf\xbd&'\"\\@DATA@");
    assert_string_equal(json_string_value(json_object_get(data, "again")),
                        json_string_value(json_array_get(finding, 2)));
    json_decref(data);
    free(html);
    free(usual);
    cluster_page_free(page);
}

static void page_reaches_for_nothing_outside(void **state)
{
    (void)state;
    char *html = run(3, 1);
    static const char *const outside[] = {" src=",  "@import",        "url(",      "<link", "://",
                                          "fetch(", "XMLHttpRequest", "innerHTML", "eval("};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        assert_null(strstr(html, outside[i]));
    }
    assert_null(strstr(html, "@DATA@"));
    assert_null(strstr(html, "_CSS@"));
    assert_null(strstr(html, "_JS@"));
    assert_non_null(strstr(html, "</html>"));
    free(html);
}

static void page_of_a_run_is_complete_and_the_same_again(void **state)
{
    (void)state;
    char *html = run(3, 1);
    char *again = run(3, 1);
    assert_string_equal(html, again);
    json_t *data = data_of(html);
    size_t lanes = json_array_size(json_object_get(data, "lanes"));
    assert_true(lanes >= 4 + plan.customer_count);
    assert_true(json_is_null(json_object_get(data, "finding")));
    const json_t *marks = json_object_get(data, "marks");
    assert_true(json_array_size(marks) > 20);
    assert_true(json_array_size(json_object_get(data, "frames")) > 100);
    size_t index;
    json_t *mark;
    json_array_foreach(marks, index, mark)
    {
        assert_in_range(number(mark, 1) + 1, 0, lanes);
        assert_in_range(number(mark, 2), 0, json_array_size(json_object_get(data, "names")) - 1);
    }
    json_decref(data);
    free(html);
    free(again);
}

static void page_that_cannot_be_written_names_the_path(void **state)
{
    (void)state;
    struct watcher watcher;
    struct error_text text = {{0}};
    struct cluster_page *page = small_page(&watcher);
    assert_int_equal(cluster_page_write(page, &outcome, "/nowhere/at/all.html", &text), ERROR_IO);
    assert_non_null(strstr(text.text, "/nowhere/at/all.html"));
    cluster_page_free(page);
    cluster_page_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_of_frames_says_what_became_of_them),
        cmocka_unit_test(page_of_a_long_run_keeps_its_end),
        cmocka_unit_test(page_of_hostile_text_holds_it_as_text),
        cmocka_unit_test(page_reaches_for_nothing_outside),
        cmocka_unit_test(page_of_a_run_is_complete_and_the_same_again),
        cmocka_unit_test(page_that_cannot_be_written_names_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
