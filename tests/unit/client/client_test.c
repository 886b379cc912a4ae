/* The client of strategos/client.h against four scripted replicas over real sockets. */
#include "support_replicas.h"

#include "client/shell.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LONG_MS   60000u
#define IN_FLIGHT 1024u

struct scene {
    struct replicas *replicas;
    struct strategos_client *client;
};

static int set_up(void **state)
{
    static struct scene scene;
    scene.replicas = replicas_start();
    scene.client = replicas_client(scene.replicas, LONG_MS, IN_FLIGHT);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    strategos_client_close(scene->client);
    assert_int_equal(replicas_complaints(scene->replicas), 0);
    replicas_stop(scene->replicas);
    return 0;
}

static struct strategos_slice text(const char *bytes)
{
    return strategos_slice(bytes, strlen(bytes));
}

static void expect_text(struct strategos_slice result, const char *expected)
{
    assert_int_equal(result.size, strlen(expected));
    assert_memory_equal(result.data, expected, result.size);
}

static void call(struct strategos_client *client, const char *command, const char *expected)
{
    struct strategos_slice result;
    assert_int_equal(strategos_client_call(client, text(command), &result), STRATEGOS_STATUS_DONE);
    expect_text(result, expected);
}

/* Many commands under way, each callback submitting the next. */
struct load {
    struct strategos_client *client;
    unsigned submitted;
    unsigned answered;
    unsigned wanted;
};

static void on_loaded(void *context, enum strategos_status status, struct strategos_slice result);

static void submit_next(struct load *load)
{
    char command[32];
    (void)snprintf(command, sizeof command, "c%u", ++load->submitted);
    assert_int_equal(strategos_client_submit(load->client, text(command), on_loaded, load),
                     STRATEGOS_STATUS_DONE);
}

static void on_loaded(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct load *load = context;
    char expected[64];
    load->answered++;
    /* One session, results in order: the number that the replicas count is ours. */
    (void)snprintf(expected, sizeof expected, "%u:c%u", load->answered, load->answered);
    assert_int_equal(status, STRATEGOS_STATUS_DONE);
    expect_text(result, expected);
    if (load->submitted < load->wanted) {
        submit_next(load);
    }
}

static void run_load(struct strategos_client *client, unsigned in_flight, unsigned wanted)
{
    struct load load = {.client = client, .wanted = wanted};
    while (load.submitted < in_flight) {
        submit_next(&load);
    }
    while (load.answered < wanted) {
        assert_int_equal(strategos_client_step(client, -1), STRATEGOS_STATUS_DONE);
    }
}

static void call_returns_what_the_replicas_agree_on(void **state)
{
    struct scene *scene = *state;
    call(scene->client, "hello", "1:hello");
    call(scene->client, "", "2:");
    struct strategos_slice result;
    assert_int_equal(strategos_client_call(scene->client, text("refuse this"), &result),
                     STRATEGOS_STATUS_REFUSED);
    expect_text(result, "3:refuse this");
    assert_int_equal(strategos_client_call(scene->client, text("again"), NULL),
                     STRATEGOS_STATUS_DONE);
}

static void many_in_flight_come_back_in_order_each_once(void **state)
{
    struct scene *scene = *state;
    run_load(scene->client, 500, 20000);
    struct client_counters counters;
    strategos_client_counters(scene->client, &counters);
    assert_true(counters.segments < 20000 / 10);
    assert_int_equal(strategos_client_pending(scene->client), 0);
}

static void largest_command_is_taken_and_one_byte_more_is_not(void **state)
{
    struct scene *scene = *state;
    static const uint8_t large[STRATEGOS_REQUEST_BYTES_MAX + 1];
    struct strategos_slice command = strategos_slice(large, sizeof large);
    assert_int_equal(strategos_client_call(scene->client, command, NULL),
                     STRATEGOS_STATUS_TOO_LARGE);
    assert_int_equal(strategos_client_query(scene->client, 0, command, NULL, NULL),
                     STRATEGOS_STATUS_TOO_LARGE);
    command.size--;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(strategos_client_call(scene->client, command, NULL),
                         STRATEGOS_STATUS_DONE);
    }
}

/* A replica that is reached only when all is done has nothing to say about it. */
static void reach_all(struct strategos_client *client)
{
    while (strategos_client_connected_count(client) < SCRIPTED_COUNT) {
        assert_int_equal(strategos_client_step(client, -1), STRATEGOS_STATUS_DONE);
    }
}

static void one_silent_replica_does_no_harm(void **state)
{
    struct scene *scene = *state;
    replicas_script(scene->replicas, 1, SCRIPT_SILENT);
    run_load(scene->client, 100, 1000);
}

static void one_liar_is_outvoted_and_counted(void **state)
{
    struct scene *scene = *state;
    replicas_script(scene->replicas, 2, SCRIPT_LIAR);
    reach_all(scene->client);
    run_load(scene->client, 100, 1000);
    while (strategos_client_verdict_count(scene->client, 2, VERDICT_INVALID) < 1000) {
        assert_int_equal(strategos_client_step(scene->client, 100), STRATEGOS_STATUS_DONE);
    }
    assert_int_equal(strategos_client_verdict_count(scene->client, 1, VERDICT_INVALID), 0);
}

static void one_garbled_replica_is_counted_and_does_no_harm(void **state)
{
    struct scene *scene = *state;
    replicas_script(scene->replicas, 0, SCRIPT_GARBLED);
    reach_all(scene->client);
    run_load(scene->client, 10, 100);
    while (strategos_client_verdict_count(scene->client, 0, VERDICT_MALFORMED) == 0) {
        assert_int_equal(strategos_client_step(scene->client, 100), STRATEGOS_STATUS_DONE);
    }
}

static void busy_replicas_are_sent_again(void **state)
{
    struct scene *scene = *state;
    for (unsigned id = 0; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_BUSY_ONCE);
    }
    call(scene->client, "a", "1:a");
    call(scene->client, "b", "2:b");
}

static void lost_replies_are_asked_for(void **state)
{
    struct scene *scene = *state;
    for (unsigned id = 0; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_LOSSY);
    }
    for (unsigned i = 1; i <= 6; i++) {
        char expected[16];
        (void)snprintf(expected, sizeof expected, "%u:x", i);
        call(scene->client, "x", expected);
    }
}

static void lost_session_is_said_and_a_new_one_goes_on(void **state)
{
    struct scene *scene = *state;
    for (unsigned id = 0; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_FORGETFUL);
    }
    assert_int_equal(strategos_client_call(scene->client, text("a"), NULL),
                     STRATEGOS_STATUS_SESSION_LOST);
    call(scene->client, "b", "1:b");
}

static void replica_that_was_away_is_sent_what_is_under_way(void **state)
{
    struct scene *scene = *state;
    for (unsigned id = 1; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_AWAY);
    }
    struct load load = {.client = scene->client, .wanted = 1};
    submit_next(&load);
    while (replicas_executed(scene->replicas, 0) == 0) {
        assert_int_equal(strategos_client_step(scene->client, 10), STRATEGOS_STATUS_DONE);
    }
    assert_int_equal(load.answered, 0); /* one word is none */
    replicas_script(scene->replicas, 3, SCRIPT_LOYAL);
    while (load.answered == 0) {
        assert_int_equal(strategos_client_step(scene->client, -1), STRATEGOS_STATUS_DONE);
    }
}

static void no_quorum_is_a_timeout_and_never_an_answer(void **state)
{
    struct scene *scene = *state;
    struct strategos_client *client = replicas_client(scene->replicas, 400, 4);
    for (unsigned id = 1; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_SILENT);
    }
    reach_all(client);
    struct strategos_slice result = text("left over");
    assert_int_equal(strategos_client_call(client, text("a"), &result), STRATEGOS_STATUS_TIMEOUT);
    assert_int_equal(result.size, 0);
    for (unsigned id = 1; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_LOYAL);
    }
    while (strategos_client_call(client, text("b"), &result) != STRATEGOS_STATUS_DONE) {}
    assert_true(result.size >= 3); /* "NUMBER:b" */
    strategos_client_close(client);
}

static void without_a_replica_a_command_is_not_sent(void **state)
{
    struct scene *scene = *state;
    for (unsigned id = 0; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_AWAY);
    }
    struct strategos_client *client = replicas_client(scene->replicas, 200, 4);
    assert_int_equal(strategos_client_call(client, text("a"), NULL), STRATEGOS_STATUS_NOT_SENT);
    strategos_client_close(client);
}

static void query_is_answered_by_the_replica_asked(void **state)
{
    struct scene *scene = *state;
    struct strategos_slice result;
    for (unsigned id = 0; id < SCRIPTED_COUNT; id++) {
        char expected[16];
        (void)snprintf(expected, sizeof expected, "%u:q", id);
        assert_int_equal(strategos_client_call_query(scene->client, id, text("q"), &result),
                         STRATEGOS_STATUS_DONE);
        expect_text(result, expected);
    }
    assert_int_equal(strategos_client_call_query(scene->client, 4, text("q"), &result),
                     STRATEGOS_STATUS_INVALID);
}

static void query_of_a_silent_replica_times_out(void **state)
{
    struct scene *scene = *state;
    struct strategos_client *client = replicas_client(scene->replicas, 300, 4);
    replicas_script(scene->replicas, 3, SCRIPT_SILENT);
    assert_int_equal(strategos_client_call_query(client, 3, text("q"), NULL),
                     STRATEGOS_STATUS_TIMEOUT);
    while (strategos_client_call_query(client, 2, text("q"), NULL) != STRATEGOS_STATUS_DONE) {}
    strategos_client_close(client);
}

struct heard {
    unsigned statuses;
    unsigned logs;
    enum strategos_status last;
};

static void on_status(void *context, enum strategos_status status, const struct status *report)
{
    struct heard *heard = context;
    heard->statuses++;
    heard->last = status;
    if (status == STRATEGOS_STATUS_DONE) {
        assert_int_equal(report->id, 2);
        assert_string_equal(report->version, "scripted");
    }
}

static void on_log(void *context, enum strategos_status status, const struct log_part *part)
{
    struct heard *heard = context;
    heard->logs++;
    heard->last = status;
    if (status == STRATEGOS_STATUS_DONE) {
        assert_int_equal(part->last, 7);
    }
}

static void status_and_log_come_from_the_replica_asked(void **state)
{
    struct scene *scene = *state;
    struct heard heard = {0};
    assert_int_equal(strategos_client_ask_status(scene->client, 2, on_status, &heard),
                     STRATEGOS_STATUS_DONE);
    assert_int_equal(strategos_client_ask_log(scene->client, 2, 7, 10, on_log, &heard),
                     STRATEGOS_STATUS_DONE);
    assert_int_equal(strategos_client_ask_log(scene->client, 9, 7, 10, on_log, &heard),
                     STRATEGOS_STATUS_INVALID);
    while (heard.statuses + heard.logs < 2) {
        assert_int_equal(strategos_client_step(scene->client, -1), STRATEGOS_STATUS_DONE);
        assert_true(heard.last == STRATEGOS_STATUS_DONE);
    }
}

struct counted {
    struct strategos_client *client;
    unsigned times;
    enum strategos_status status;
    enum strategos_status inner;
};

static void on_counted(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct counted *counted = context;
    (void)result;
    counted->times++;
    counted->status = status;
    counted->inner = strategos_client_call(counted->client, text("inner"), NULL);
}

static void callback_may_not_wait_for_another(void **state)
{
    struct scene *scene = *state;
    struct counted counted = {.client = scene->client};
    assert_int_equal(strategos_client_submit(scene->client, text("a"), on_counted, &counted),
                     STRATEGOS_STATUS_DONE);
    while (counted.times == 0) {
        assert_int_equal(strategos_client_step(scene->client, -1), STRATEGOS_STATUS_DONE);
    }
    assert_int_equal(counted.status, STRATEGOS_STATUS_DONE);
    assert_int_equal(counted.inner, STRATEGOS_STATUS_INVALID);
}

static void close_calls_back_what_is_under_way(void **state)
{
    struct scene *scene = *state;
    for (unsigned id = 0; id < SCRIPTED_COUNT; id++) {
        replicas_script(scene->replicas, id, SCRIPT_SILENT);
    }
    struct strategos_client *client = replicas_client(scene->replicas, LONG_MS, 4);
    struct counted command = {.client = client};
    struct counted query = {.client = client};
    struct heard heard = {0};
    (void)strategos_client_submit(client, text("a"), on_counted, &command);
    (void)strategos_client_query(client, 0, text("a"), on_counted, &query);
    (void)strategos_client_ask_status(client, 0, on_status, &heard);
    strategos_client_close(client);
    assert_int_equal(command.times, 1);
    assert_int_equal(command.status, STRATEGOS_STATUS_NOT_SENT);
    assert_int_equal(query.times, 1);
    assert_int_equal(query.status, STRATEGOS_STATUS_TIMEOUT);
    assert_int_equal(heard.statuses, 1);
}

static void descriptor_alone_drives_an_event_loop(void **state)
{
    struct scene *scene = *state;
    struct load load = {.client = scene->client, .wanted = 200};
    for (unsigned i = 0; i < 3; i++) {
        submit_next(&load);
    }
    while (load.answered < load.wanted) {
        struct pollfd wanted = {.fd = strategos_client_fd(scene->client), .events = POLLIN};
        assert_int_equal(poll(&wanted, 1, (int)LONG_MS), 1);
        assert_int_equal(strategos_client_step(scene->client, 0), STRATEGOS_STATUS_DONE);
    }
}

static void submission_beyond_the_limit_is_full(void **state)
{
    struct scene *scene = *state;
    struct strategos_client *client = replicas_client(scene->replicas, LONG_MS, 3);
    struct load load = {.client = client, .wanted = 3};
    for (unsigned i = 0; i < 3; i++) {
        submit_next(&load);
    }
    assert_int_equal(strategos_client_submit(client, text("x"), on_loaded, &load),
                     STRATEGOS_STATUS_FULL);
    while (load.answered < 3) {
        assert_int_equal(strategos_client_step(client, -1), STRATEGOS_STATUS_DONE);
    }
    strategos_client_close(client);
}

static void expect_refusal(const struct strategos_client_options *options, const char *part)
{
    struct strategos_client *client = NULL;
    char reason[STRATEGOS_REASON_BYTES];
    assert_int_equal(strategos_client_open(&client, options, reason), STRATEGOS_STATUS_CONFIG);
    assert_null(client);
    assert_non_null(strstr(reason, part));
    assert_int_equal(strategos_client_open(&client, options, NULL), STRATEGOS_STATUS_CONFIG);
}

static void wrong_files_and_options_are_refused_with_a_reason(void **state)
{
    struct scene *scene = *state;
    struct strategos_client_options options = {.group = "/nowhere/group.conf",
                                               .key = replicas_key_path(scene->replicas)};
    expect_refusal(&options, "/nowhere/group.conf");
    options.group = replicas_group_path(scene->replicas);
    options.key = "/nowhere/a.key";
    expect_refusal(&options, "/nowhere/a.key");
    options.key = replicas_foreign_key_path(scene->replicas);
    expect_refusal(&options, "not a client");
    options.key = replicas_key_path(scene->replicas);
    options.in_flight_max = 100000;
    expect_refusal(&options, "in_flight_max");
    options.in_flight_max = 1;
    options.key = "";
    expect_refusal(&options, "STRATEGOS_KEY");
    strategos_client_close(NULL);
}

static void status_names_are_short_words(void **state)
{
    (void)state;
    assert_string_equal(strategos_status_name(STRATEGOS_STATUS_DONE), "done");
    assert_string_equal(strategos_status_name(STRATEGOS_STATUS_SYSTEM), "system");
    assert_string_equal(strategos_status_name((enum strategos_status)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(call_returns_what_the_replicas_agree_on),
        TEST(many_in_flight_come_back_in_order_each_once),
        TEST(largest_command_is_taken_and_one_byte_more_is_not),
        TEST(one_silent_replica_does_no_harm),
        TEST(one_liar_is_outvoted_and_counted),
        TEST(one_garbled_replica_is_counted_and_does_no_harm),
        TEST(busy_replicas_are_sent_again),
        TEST(lost_replies_are_asked_for),
        TEST(lost_session_is_said_and_a_new_one_goes_on),
        TEST(replica_that_was_away_is_sent_what_is_under_way),
        TEST(no_quorum_is_a_timeout_and_never_an_answer),
        TEST(without_a_replica_a_command_is_not_sent),
        TEST(query_is_answered_by_the_replica_asked),
        TEST(query_of_a_silent_replica_times_out),
        TEST(status_and_log_come_from_the_replica_asked),
        TEST(callback_may_not_wait_for_another),
        TEST(close_calls_back_what_is_under_way),
        TEST(descriptor_alone_drives_an_event_loop),
        TEST(submission_beyond_the_limit_is_full),
        TEST(wrong_files_and_options_are_refused_with_a_reason),
        cmocka_unit_test(status_names_are_short_words),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
