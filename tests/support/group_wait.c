/* group_wait.c - the states of a test group's replicas, see group.h. */
#include "support/group.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

#define LOOK_MS 10

struct look {
    bool is_over;
    bool has_answered;
    struct status *status;
};

static void on_status(void *context, enum strategos_status outcome, const struct status *status)
{
    struct look *look = context;
    look->is_over = true;
    look->has_answered = outcome == STRATEGOS_STATUS_DONE;
    if (look->has_answered) {
        *look->status = *status;
    }
}

bool test_group_look(struct test_group *group, unsigned id, struct status *status)
{
    struct look look = {.status = status};
    test_group_check_alive(group);
    if (group->watch == NULL) {
        group->watch = test_group_client(group, "client.key", 1000);
    }
    assert_int_equal(strategos_client_ask_status(group->watch, id, on_status, &look),
                     STRATEGOS_STATUS_DONE);
    while (!look.is_over) {
        assert_int_equal(strategos_client_step(group->watch, -1), STRATEGOS_STATUS_DONE);
    }
    return look.has_answered;
}

void test_group_must_look(struct test_group *group, unsigned id, struct status *status)
{
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (!test_group_look(group, id, status)) {
        if (test_now_ms() > deadline) {
            fail_msg("replica %u does not answer", id);
        }
    }
}

static bool is_running(const struct test_group *group, unsigned id)
{
    return group->is_started[id] && !group->is_paused[id];
}

/* All that run; false as soon as one does not answer. The others' entries are zeros. */
static bool look_at_all(struct test_group *group, struct status states[REPLICAS_MAX])
{
    for (unsigned i = 0; i < group->count; i++) {
        states[i] = (struct status){0};
        if (is_running(group, i) && !test_group_look(group, i, &states[i])) {
            return false;
        }
    }
    for (unsigned i = 0; i < group->count; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (states[i].digest_height == states[j].digest_height && is_running(group, i) &&
                is_running(group, j) && !digest_is_equal(&states[i].digest, &states[j].digest)) {
                fail_msg("replicas %u and %u differ at height %llu", j, i,
                         (unsigned long long)states[i].digest_height);
            }
        }
    }
    return true;
}

static bool is_meshed(const struct test_group *group, const struct status *states)
{
    for (unsigned i = 0; i < group->count; i++) {
        for (unsigned j = 0; j < group->count; j++) {
            if (is_running(group, i) && is_running(group, j) && !states[i].peers[j].connected) {
                return false;
            }
        }
    }
    return true;
}

static bool is_equal(const struct test_group *group, const struct status *states)
{
    const struct status *first = NULL;
    for (unsigned i = 0; i < group->count; i++) {
        if (!is_running(group, i)) {
            continue;
        }
        if (first == NULL) {
            first = &states[i];
        }
        /* Digests of equal heights were compared already. */
        if (states[i].height != first->height || states[i].digest_height != first->height ||
            states[i].pending != 0) {
            return false;
        }
    }
    return first != NULL;
}

static void print_states(const struct test_group *group, const struct status *states)
{
    for (unsigned i = 0; i < group->count; i++) {
        print_error("replica %u: %s height=%llu of=%llu digest_height=%llu view=%llu pending=%llu "
                    "syncing=%d disk_full=%d\n",
                    i, is_running(group, i) ? "runs" : "does not run",
                    (unsigned long long)states[i].height,
                    (unsigned long long)states[i].height_known,
                    (unsigned long long)states[i].digest_height, (unsigned long long)states[i].view,
                    (unsigned long long)states[i].pending, states[i].syncing, states[i].disk_full);
    }
}

void test_group_print_states(struct test_group *group)
{
    static struct status states[REPLICAS_MAX];
    for (unsigned i = 0; i < group->count; i++) {
        states[i] = (struct status){0};
        if (is_running(group, i) && !test_group_look(group, i, &states[i])) {
            print_error("replica %u does not answer\n", i);
        }
    }
    print_states(group, states);
}

static void wait_for(struct test_group *group, const char *what,
                     bool (*holds)(const struct test_group *, const struct status *))
{
    static struct status states[REPLICAS_MAX];
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (!look_at_all(group, states) || !holds(group, states)) {
        if (test_now_ms() > deadline) {
            print_states(group, states);
            fail_msg("the replicas never became %s", what);
        }
        test_pause_ms(LOOK_MS);
    }
}

void test_group_wait_ready(struct test_group *group)
{
    wait_for(group, "ready", is_meshed);
}

void test_group_wait_equal(struct test_group *group)
{
    wait_for(group, "equal", is_equal);
}

void test_group_wait_height(struct test_group *group, unsigned id, height_nr height)
{
    struct status status;
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    for (;;) {
        test_group_must_look(group, id, &status);
        if (status.height >= height) {
            return;
        }
        if (test_now_ms() > deadline) {
            fail_msg("replica %u never came to height %llu, but only to %llu", id,
                     (unsigned long long)height, (unsigned long long)status.height);
        }
        test_pause_ms(LOOK_MS);
    }
}
