/* counter_test.c - the counter machine. */
#include "support_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void run(struct world *world, struct lane *lane, const char *command, enum outcome outcome,
                const char *expected)
{
    const struct world_reply *reply = world_run(world, lane, slice_of_text(command));
    assert_int_equal(reply->outcome, outcome);
    assert_string_equal((const char *)reply->bytes, expected);
}

static void counter_adds_and_reads(void **state)
{
    (void)state;
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world_init(world, &machine_counter);
    struct lane lane;
    lane_begin(world, &lane, 1, 1);
    run(world, &lane, "read", OUTCOME_DONE, "0");
    run(world, &lane, "add 5", OUTCOME_DONE, "5");
    run(world, &lane, "add -7", OUTCOME_DONE, "-2");
    run(world, &lane, "read", OUTCOME_DONE, "-2");
    run(world, &lane, "add -9223372036854775807", OUTCOME_REFUSED,
        "the number would not fit 64 bits");
    run(world, &lane, "read", OUTCOME_DONE, "-2");
    const char *const malformed[] = {"", "add", "add ", "add x", "add 1 ", "reads", "ADD 1"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        run(world, &lane, malformed[i], OUTCOME_MALFORMED, "");
    }
    struct reply reply;
    assert_int_equal(
        executor_query(world->executor, &lane.tip.lane.client, slice_of_text("read"), &reply), OK);
    assert_true(slice_is_equal(reply.result, slice_of_text("-2")));
    assert_int_equal(
        executor_query(world->executor, &lane.tip.lane.client, slice_of_text("add 1"), &reply), OK);
    assert_int_equal(reply.outcome, OUTCOME_MALFORMED);
    world_fini(world);
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counter_adds_and_reads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
