/* machine_test.c - the example machine, a shared object, in a running group. */
#include "support/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS        10u
#define TRANSFERS       4000u
#define IN_FLIGHT       64u
#define OPENED_WITH     1000
#define COMMAND_BYTES   64u
#define REPLICAS_KILLED 2u

/* What the bank must say, as its own rules have it: the commands of one client take effect in the
 * order in which they were submitted, so each outcome can be told in advance. */
struct model {
    int64_t balances[ACCOUNTS];
    size_t done;
    size_t answered;
    size_t wrong;
};

struct transfer {
    struct model *model;
    bool is_possible;
};

static void on_transfer(void *context, enum strategos_status status, struct strategos_slice result)
{
    const struct transfer *transfer = context;
    struct model *model = transfer->model;
    (void)result;
    enum strategos_status expected =
        transfer->is_possible ? STRATEGOS_STATUS_DONE : STRATEGOS_STATUS_REFUSED;
    model->answered++;
    model->wrong += status != expected;
    model->done += status == STRATEGOS_STATUS_DONE;
}

/* The next of a fixed sequence; most are possible, some are not. */
static struct strategos_slice next_transfer(struct model *model, uint64_t *seed,
                                            struct transfer *transfer, char text[COMMAND_BYTES])
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    unsigned from = (unsigned)(*seed >> 33) % ACCOUNTS;
    unsigned to = (from + 1 + (unsigned)(*seed >> 43) % (ACCOUNTS - 1)) % ACCOUNTS;
    int64_t amount = (int64_t)(*seed >> 53) % 800;
    *transfer = (struct transfer){.model = model, .is_possible = model->balances[from] >= amount};
    if (transfer->is_possible) {
        model->balances[from] -= amount;
        model->balances[to] += amount;
    }
    int size = snprintf(text, COMMAND_BYTES, "transfer account-%u account-%u %lld", from, to,
                        (long long)amount);
    return strategos_slice(text, (size_t)size);
}

static void open_accounts(struct strategos_client *client, struct model *model)
{
    char text[COMMAND_BYTES];
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        int size = snprintf(text, sizeof text, "open account-%u %d", i, OPENED_WITH);
        assert_int_equal(strategos_client_call(client, strategos_slice(text, (size_t)size), NULL),
                         STRATEGOS_STATUS_DONE);
        model->balances[i] = OPENED_WITH;
    }
}

/* All transfers, while replicas die and come back. */
static void transfer_all(struct test_group *group, struct strategos_client *client,
                         struct model *model)
{
    char text[COMMAND_BYTES];
    uint64_t seed = 20;
    size_t submitted = 0;
    size_t killed = 0;
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    struct transfer *transfers = calloc(TRANSFERS, sizeof *transfers);
    assert_non_null(transfers);
    while (model->answered < TRANSFERS) {
        while (submitted < TRANSFERS && strategos_client_pending(client) < IN_FLIGHT) {
            struct strategos_slice command =
                next_transfer(model, &seed, &transfers[submitted], text);
            assert_int_equal(
                strategos_client_submit(client, command, on_transfer, &transfers[submitted]),
                STRATEGOS_STATUS_DONE);
            submitted++;
        }
        assert_int_equal(strategos_client_step(client, 10), STRATEGOS_STATUS_DONE);
        assert_true(test_now_ms() < deadline);
        unsigned id = (unsigned)(killed / 2) + 1;
        if (killed < (size_t)2 * REPLICAS_KILLED &&
            model->answered > (killed + 1) * TRANSFERS / (2 * REPLICAS_KILLED + 1)) {
            if (killed % 2 == 0) {
                test_group_kill(group, id);
            } else {
                test_group_start(group, id);
            }
            killed++;
        }
    }
    assert_int_equal(killed, 2 * REPLICAS_KILLED);
    free(transfers);
}

static void transfers_under_kills_move_money_exactly_once(void **state)
{
    (void)state;
    static struct model model;
    char text[COMMAND_BYTES];
    struct test_group *group =
        test_group_new(&(struct test_group_options){.machine = EXAMPLE_MACHINE});
    test_group_start_all(group);
    struct strategos_client *client = test_group_client(group, "client-1.key", 60000);
    open_accounts(client, &model);
    transfer_all(group, client, &model);
    assert_int_equal(model.wrong, 0);
    assert_true(model.done > 0 && model.done < TRANSFERS);
    test_group_wait_ready(group);
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        struct strategos_slice reply;
        char expected[32];
        int size = snprintf(text, sizeof text, "balance account-%u", i);
        assert_int_equal(strategos_client_call(client, strategos_slice(text, (size_t)size), &reply),
                         STRATEGOS_STATUS_DONE);
        int expected_size =
            snprintf(expected, sizeof expected, "%lld", (long long)model.balances[i]);
        assert_int_equal(reply.size, expected_size);
        assert_memory_equal(reply.data, expected, reply.size);
    }
    strategos_client_close(client);
    test_group_wait_equal(group);
    test_group_free(group);
}

static void command_line_reaches_the_machine(void **state)
{
    (void)state;
    struct process process;
    struct test_group *group =
        test_group_new(&(struct test_group_options){.machine = EXAMPLE_MACHINE});
    test_group_start_all(group);
    static const struct {
        const char *command;
        int exit_code;
        const char *said;
    } steps[] = {
        {"open alice 100", 0, ""},
        {"open bob 5", 0, ""},
        {"transfer alice bob 30", 0, ""},
        {"transfer alice bob 1000", 1, "not enough money"},
        {"transfer alice nobody 1", 1, "no such account"},
        {"balance alice", 0, "70"},
        {"balance bob", 0, "35"},
        {"rob bank", 1, "does not understand"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const char *submit[] = {"submit", steps[i].command, NULL};
        assert_int_equal(test_group_run(group, &process, submit, NULL), steps[i].exit_code);
        assert_non_null(strstr(steps[i].exit_code == 0 ? process.out : process.err, steps[i].said));
        process_fini(&process);
    }
    const char *put[] = {"put", "a", "b", NULL};
    assert_int_equal(test_group_run(group, &process, put, NULL), 1);
    assert_non_null(strstr(process.err, "not kv"));
    process_fini(&process);
    test_group_wait_equal(group);
    test_group_free(group);
}

static void expect_refusal(struct test_group *group, unsigned id, const char *text)
{
    test_group_start(group, id);
    char *log = test_group_wait_refusal(group, id);
    if (strstr(log, text) == NULL || strstr(log, "bank.so") == NULL) {
        fail_msg("'%s' and the file are not named in: %s", text, log);
    }
    free(log);
}

static void machine_that_is_missing_or_another_is_refused(void **state)
{
    (void)state;
    struct test_group *group =
        test_group_new(&(struct test_group_options){.machine = EXAMPLE_MACHINE});
    const char *missing = test_group_path(group, "replica-0/bank.so");
    assert_int_equal(remove(missing), 0);
    const char *other = test_group_path(group, "replica-1/bank.so");
    size_t size;
    char *bytes = test_read_file(other, &size);
    bytes[size - 1] ^= 1;
    test_write_file(other, bytes, size);
    free(bytes);
    expect_refusal(group, 0, "missing");
    expect_refusal(group, 1, "digest");
    test_group_free(group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(transfers_under_kills_move_money_exactly_once, load_teardown),
        cmocka_unit_test_teardown(command_line_reaches_the_machine, load_teardown),
        cmocka_unit_test_teardown(machine_that_is_missing_or_another_is_refused, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
