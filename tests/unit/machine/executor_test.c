/* executor_test.c - orders applied exactly once, sessions with their results, evictions, and what
 * happens to a command that fails. */
#include "strategos/kv.h"
#include "support_world.h"
#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Writes, reads its own writes, walks over them, and then ends as its last byte says: so that
 * whatever is not DONE must leave no trace. */
static enum strategos_outcome probe_apply(struct strategos_store *store,
                                          const struct strategos_context *context,
                                          struct strategos_slice command,
                                          struct strategos_reply *reply)
{
    static const char big[STRATEGOS_REPLY_BYTES_MAX];
    struct strategos_slice a = {"a", 1};
    struct strategos_slice c = {"c", 1};
    struct strategos_slice value;
    struct strategos_slice key;
    assert_true(command.size == 1);
    assert_true(context->index > 0 && context->time_ns == context->index * 1000);
    assert_int_equal(context->client[0], 1);
    if (strategos_get(store, a, &value)) { /* from an earlier run: put a different set */
        assert_true(strategos_del(store, a));
        assert_false(strategos_del(store, a));
        assert_true(strategos_next(store, strategos_slice(NULL, 0), true, &key, &value));
        assert_memory_equal(key.data, "b", 1);
    } else {
        assert_true(strategos_put(store, c, strategos_slice("3", 1)));
        assert_true(strategos_put(store, a, strategos_slice("1", 1)));
        assert_true(strategos_put(store, strategos_slice("b", 1), strategos_slice("2", 1)));
        assert_true(strategos_del(store, c));
        assert_false(strategos_next(store, strategos_slice("b", 1), false, &key, &value));
        assert_true(strategos_next(store, strategos_slice("b", 1), true, &key, &value));
        assert_memory_equal(value.data, "2", 1);
        assert_true(strategos_next(store, a, false, &key, &value));
        assert_memory_equal(key.data, "b", 1);
    }
    /* Out of bounds, and at them. */
    assert_false(strategos_put(store, strategos_slice(big, 0), a));
    assert_false(strategos_put(store, strategos_slice(NULL, 0), a));
    assert_false(strategos_put(store, strategos_slice(big, STRATEGOS_KEY_BYTES_MAX + 1), a));
    assert_false(strategos_put(store, a, strategos_slice(big, STRATEGOS_VALUE_BYTES_MAX + 1)));
    assert_false(strategos_put(store, a, strategos_slice(NULL, 1)));
    assert_false(strategos_get(store, strategos_slice(big, STRATEGOS_KEY_BYTES_MAX + 1), &value));
    assert_false(strategos_next(store, strategos_slice("zzz", 3), true, &key, &value));
    assert_true(strategos_next(store, strategos_slice(big, 100000), true, &key, &value));
    assert_false(strategos_reply_append(reply, strategos_slice(big, sizeof big + 1)));
    assert_true(strategos_reply_append(reply, strategos_slice(big, sizeof big - 1)));
    assert_false(strategos_reply_append(reply, strategos_slice(big, 2)));
    assert_true(strategos_reply_append(reply, strategos_slice(big, 1)));
    return (enum strategos_outcome)(*(const char *)command.data - '0');
}

static enum strategos_outcome probe_query(struct strategos_store *store,
                                          const struct strategos_context *context,
                                          struct strategos_slice command,
                                          struct strategos_reply *reply)
{
    (void)context;
    struct strategos_slice value;
    assert_false(strategos_put(store, command, command));
    if (!strategos_get(store, command, &value)) {
        return STRATEGOS_REFUSED;
    }
    assert_false(strategos_del(store, command));
    assert_true(strategos_reply_append(reply, value));
    return STRATEGOS_DONE;
}

static const struct strategos_machine probe = {.abi = STRATEGOS_MACHINE_ABI,
                                               .version = 1,
                                               .name = "probe",
                                               .apply = probe_apply,
                                               .query = probe_query};

struct fixture {
    struct world world;
    struct lane lane;
    struct draft draft;
};

static int setup_with(void **state, const struct strategos_machine *machine)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    world_init(&fixture->world, machine);
    lane_begin(&fixture->world, &fixture->lane, 1, 1);
    *state = fixture;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, &machine_counter);
}

static int setup_probe(void **state)
{
    return setup_with(state, &probe);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    world_fini(&fixture->world);
    free(fixture);
    return 0;
}

static bool has_key(struct fixture *fixture, const char *key)
{
    struct reply reply;
    assert_int_equal(executor_query(fixture->world.executor, &fixture->lane.tip.lane.client,
                                    slice_of_text(key), &reply),
                     OK);
    return reply.outcome == OUTCOME_DONE;
}

static void command_that_is_not_done_leaves_no_write(void **state)
{
    struct fixture *fixture = *state;
    /* 3 and 9 are no outcomes of the ABI. */
    const char *const commands[] = {"1", "2", "3", "9"};
    enum outcome const outcomes[] = {OUTCOME_REFUSED, OUTCOME_MALFORMED, OUTCOME_MALFORMED,
                                     OUTCOME_MALFORMED};
    for (size_t i = 0; i < 4; i++) {
        const struct world_reply *reply =
            world_run(&fixture->world, &fixture->lane, slice_of_text(commands[i]));
        assert_int_equal(reply->outcome, outcomes[i]);
        assert_int_equal(reply->size, STRATEGOS_REPLY_BYTES_MAX);
        assert_false(has_key(fixture, "a"));
        assert_false(has_key(fixture, "b"));
    }
    (void)world_run(&fixture->world, &fixture->lane, slice_of_text("0"));
    assert_true(has_key(fixture, "a") && has_key(fixture, "b") && !has_key(fixture, "c"));
    (void)world_run(&fixture->world, &fixture->lane, slice_of_text("1"));
    assert_true(has_key(fixture, "a"));
    world_checkpoint(&fixture->world); /* the same over the store */
    (void)world_run(&fixture->world, &fixture->lane, slice_of_text("2"));
    assert_true(has_key(fixture, "a"));
    (void)world_run(&fixture->world, &fixture->lane, slice_of_text("0"));
    assert_false(has_key(fixture, "a"));
    assert_true(has_key(fixture, "b"));
}

static const char *add(struct fixture *fixture, const char *command)
{
    return (const char *)world_run(&fixture->world, &fixture->lane, slice_of_text(command))->bytes;
}

static void reload_goes_on_from_the_last_checkpoint(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(add(fixture, "add 1"), "1");
    assert_string_equal(add(fixture, "add 1"), "2");
    world_checkpoint(&fixture->world);
    struct lane at_checkpoint = fixture->lane;
    assert_string_equal(add(fixture, "add 40"), "42");
    struct digest before = world_digest(&fixture->world);

    world_restart(&fixture->world, &machine_counter); /* the last order is lost with the memory */
    assert_int_equal(executor_height(fixture->world.executor), 2);
    assert_int_equal(executor_requests(fixture->world.executor), 2);
    struct executor_lane lane;
    assert_int_equal(executor_lanes(fixture->world.executor, &lane, 1), 1);
    assert_memory_equal(&lane.tip, &at_checkpoint.tip, sizeof lane.tip);

    fixture->lane = at_checkpoint; /* and comes again from the ledger */
    assert_string_equal(add(fixture, "add 40"), "42");
    struct digest after = world_digest(&fixture->world);
    assert_true(digest_is_equal(&before, &after));
}

static void segment_twice_is_refused_not_applied(void **state)
{
    struct fixture *fixture = *state;
    struct lane before = fixture->lane;
    assert_string_equal(add(fixture, "add 1"), "1");
    struct slice request = slice_of_text("add 1");
    struct error_text text;
    draft_segment(&fixture->draft, &before, 0, &request, 1);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, &text), ERROR_DAMAGED);
    /* What is in memory is not trusted any more. */
    struct reply reply;
    assert_int_equal(executor_query(fixture->world.executor, &before.tip.lane.client,
                                    slice_of_text("read"), &reply),
                     ERROR_DAMAGED);
    draft_segment(&fixture->draft, &fixture->lane, 0, &request, 1);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, &text), ERROR_DAMAGED);
}

static void order_out_of_turn_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct error_text text;
    fixture->world.height = 5;
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, &text), ERROR_DAMAGED);
}

static void body_that_is_none_advances_the_lane_alone(void **state)
{
    struct fixture *fixture = *state;
    draft_body(&fixture->draft, &fixture->lane, slice_of_text("garbage"));
    draft_body(&fixture->draft, &fixture->lane, slice_of(NULL, 0));
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    assert_int_equal(fixture->world.reply_count, 0);
    assert_int_equal(executor_requests(fixture->world.executor), 0);
    assert_string_equal(add(fixture, "add 1"), "1");
    assert_int_equal(fixture->world.replies[0].number, 1);
    assert_int_equal(fixture->lane.tip.sequence, 3);
}

static void requests_of_many_lanes_run_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct lane other;
    lane_begin(&fixture->world, &other, 2, 7);
    struct slice const requests[] = {slice_of_text("add 1"), slice_of_text("add 10"),
                                     slice_of_text("nonsense"), slice_of_text("read")};
    draft_segment(&fixture->draft, &fixture->lane, 0, requests, 2);
    draft_segment(&fixture->draft, &fixture->lane, 0, requests + 2, 2);
    draft_segment(&fixture->draft, &other, 0, requests, 4);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    const char *const expected[] = {"1", "11", "", "11", "12", "22", "", "22"};
    uint64_t const numbers[] = {1, 2, 3, 4, 1, 2, 3, 4};
    assert_int_equal(fixture->world.reply_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal((const char *)fixture->world.replies[i].bytes, expected[i]);
        assert_int_equal(fixture->world.replies[i].number, numbers[i]);
        assert_int_equal(fixture->world.replies[i].lane.session, i < 4 ? 1 : 7);
    }
    assert_int_equal(executor_requests(fixture->world.executor), 8);
}

static void read_only_segment_is_answered_by_the_query(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(add(fixture, "add 5"), "5");
    struct slice const requests[] = {slice_of_text("read"), slice_of_text("add 1"),
                                     slice_of_text("read")};
    struct segment_body body = {.read_only = true, .request_count = 3, .requests = requests};
    struct buffer bytes = {0};
    wire_encode_segment_body(&bytes, &body);
    draft_body(&fixture->draft, &fixture->lane, buffer_slice(&bytes));
    buffer_fini(&bytes);
    world_forget_replies(&fixture->world);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    const char *const expected[] = {"5", "", "5"};
    enum outcome const outcomes[] = {OUTCOME_DONE, OUTCOME_FORBIDDEN, OUTCOME_DONE};
    assert_int_equal(fixture->world.reply_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fixture->world.replies[i].number, i + 2);
        assert_int_equal(fixture->world.replies[i].outcome, outcomes[i]);
        assert_string_equal((const char *)fixture->world.replies[i].bytes, expected[i]);
    }
    assert_string_equal(add(fixture, "read"), "5");
}

static size_t resend(struct fixture *fixture, uint64_t from, uint64_t *before, bool *known)
{
    world_forget_replies(&fixture->world);
    struct reply_sink sink = world_sink(&fixture->world);
    executor_resend(fixture->world.executor, &fixture->lane.tip.lane, from, &sink, before, known);
    return fixture->world.reply_count;
}

static void kept_results_are_sent_again(void **state)
{
    struct fixture *fixture = *state;
    uint64_t before;
    bool known;
    assert_int_equal(resend(fixture, 1, &before, &known), 0);
    assert_false(known);
    for (int i = 0; i < 5; i++) {
        (void)add(fixture, "add 1");
    }
    for (int restarted = 0; restarted < 2; restarted++) {
        assert_int_equal(resend(fixture, 3, &before, &known), 3);
        assert_true(known);
        assert_int_equal(before, 1);
        assert_int_equal(fixture->world.replies[0].number, 3);
        assert_string_equal((const char *)fixture->world.replies[0].bytes, "3");
        assert_int_equal(resend(fixture, 0, &before, &known), 5);
        assert_int_equal(resend(fixture, 6, &before, &known), 0);
        assert_int_equal(resend(fixture, UINT64_MAX, &before, &known), 0);
        world_checkpoint(&fixture->world);
        world_restart(&fixture->world, &machine_counter);
    }
    /* Acknowledged ones are gone, and that is said. */
    struct slice request = slice_of_text("read");
    draft_segment(&fixture->draft, &fixture->lane, 4, &request, 1);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    assert_int_equal(resend(fixture, 2, &before, &known), 2);
    assert_int_equal(before, 5);
    assert_int_equal(fixture->world.replies[0].number, 5);
}

static void evicted_session_is_gone_for_ever(void **state)
{
    struct fixture *fixture = *state;
    (void)add(fixture, "add 1");
    world_checkpoint(&fixture->world); /* its record is in the store */
    struct lane newer;
    lane_begin(&fixture->world, &newer, 1, 9);
    struct slice request = slice_of_text("add 1");
    draft_segment(&fixture->draft, &newer, 0, &request, 1);
    fixture->draft.evicted[0] = fixture->lane.tip.lane;
    fixture->draft.evicted_count = 1;
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    assert_int_equal(fixture->world.gone_count, 1);
    assert_memory_equal(&fixture->world.gone, &fixture->lane.tip.lane, sizeof(struct lane_id));
    for (int restarted = 0; restarted < 2; restarted++) {
        struct executor_lane lanes[2];
        struct executor_floor floors[2];
        uint64_t before;
        bool known;
        assert_int_equal(executor_lanes(fixture->world.executor, lanes, 2), 1);
        assert_int_equal(lanes[0].tip.lane.session, 9);
        assert_int_equal(executor_floors(fixture->world.executor, floors, 2), 1);
        assert_int_equal(floors[0].session, 1);
        assert_int_equal(resend(fixture, 1, &before, &known), 0);
        assert_false(known);
        world_checkpoint(&fixture->world);
        world_restart(&fixture->world, &machine_counter);
    }
    /* Neither it nor an older one looks new: nothing is applied, and it is told so. */
    struct lane older;
    lane_begin(&fixture->world, &older, 1, 0);
    draft_segment(&fixture->draft, &fixture->lane, 0, &request, 1);
    draft_segment(&fixture->draft, &older, 0, &request, 1);
    world_forget_replies(&fixture->world);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    assert_int_equal(fixture->world.reply_count, 0);
    assert_int_equal(fixture->world.gone_count, 3);
    fixture->lane = newer;
    assert_string_equal(add(fixture, "read"), "2");
}

static void store_that_fails_stops_the_executor(void **state)
{
    struct fixture *fixture = *state;
    struct slice request = slice_of_text("add 1");
    fixture->world.store.fail_reads = true;
    draft_segment(&fixture->draft, &fixture->lane, 0, &request, 1);
    struct error_text text;
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, &text), ERROR_IO);
    fixture->world.store.fail_reads = false;
    draft_segment(&fixture->draft, &fixture->lane, 0, &request, 1);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, &text), ERROR_IO);
}

static void damaged_session_record_is_refused_at_start(void **state)
{
    struct fixture *fixture = *state;
    struct slice const keys[] = {slice_of_text("s too short"), slice_of_text("f too short")};
    for (size_t i = 0; i < 2; i++) {
        (void)omap_put(&fixture->world.store.visible, keys[i], slice_of_text("x"), NULL);
        struct executor *executor;
        struct error_text text;
        assert_int_equal(executor_new(&executor, test_store_interface(&fixture->world.store),
                                      &machine_counter, &fixture->world.limits,
                                      &fixture->world.genesis, &text),
                         ERROR_DAMAGED);
        assert_true(omap_delete(&fixture->world.store.visible, keys[i]));
    }
}

static void large_results_reach_the_sink_whole(void **state)
{
    struct fixture *fixture = *state;
    struct slice const requests[] = {slice_of_text("1"), slice_of_text("1"), slice_of_text("1")};
    draft_segment(&fixture->draft, &fixture->lane, 0, requests, 3);
    assert_int_equal(draft_apply(&fixture->draft, &fixture->world, NULL), OK);
    assert_int_equal(fixture->world.reply_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fixture->world.replies[i].number, i + 1);
        assert_int_equal(fixture->world.replies[i].size, STRATEGOS_REPLY_BYTES_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(command_that_is_not_done_leaves_no_write, setup_probe,
                                        teardown),
        cmocka_unit_test_setup_teardown(reload_goes_on_from_the_last_checkpoint, setup, teardown),
        cmocka_unit_test_setup_teardown(segment_twice_is_refused_not_applied, setup, teardown),
        cmocka_unit_test_setup_teardown(order_out_of_turn_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(body_that_is_none_advances_the_lane_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_of_many_lanes_run_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(read_only_segment_is_answered_by_the_query, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(kept_results_are_sent_again, setup, teardown),
        cmocka_unit_test_setup_teardown(evicted_session_is_gone_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(store_that_fails_stops_the_executor, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_session_record_is_refused_at_start, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(large_results_reach_the_sink_whole, setup_probe, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
